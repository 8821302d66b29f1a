// question: Which are the longest chains in which a source states that the very same items were passed on?
// returns: transfers, parties, chain, types, possible_only
MATCH path = (:Party)-[:SUPPLIED|DIVERTED|CAPTURED]->(:Party)
             (()-[next:SUPPLIED|DIVERTED|CAPTURED WHERE next.continues IS NOT NULL]->(:Party)){1,9}
WITH nodes(path) AS parties, relationships(path) AS chain
WHERE all(at IN range(1, size(chain) - 1)
          WHERE any(finding IN chain[at].continues WHERE finding IN chain[at - 1].findings))
  AND NOT EXISTS {
        MATCH (:Party)-[before:SUPPLIED|DIVERTED|CAPTURED]->(first:Party)
        WHERE first = parties[0] AND any(finding IN chain[0].continues WHERE finding IN before.findings)
      }
  AND NOT EXISTS {
        MATCH (last:Party)-[after:SUPPLIED|DIVERTED|CAPTURED]->(:Party)
        WHERE last = parties[-1] AND any(finding IN after.continues WHERE finding IN chain[-1].findings)
      }
RETURN size(chain) AS transfers, [party IN parties | party.id] AS parties, [one IN chain | one.id] AS chain,
       [one IN chain | type(one)] AS types, any(one IN chain WHERE one.alternative_of IS NOT NULL) AS possible_only
ORDER BY transfers DESC, parties, chain
