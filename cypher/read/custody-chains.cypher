// question: Which are the longest chains in which a source links each transfer to the one before, as passing on its very items? Whether one item can have gone all the way, kg path says. Up to 40 transfers; goes_on says that more follow.
// returns: transfers, goes_on, parties, chain, types, possible_only, time
MATCH path = (:Party)-[:SUPPLIED|DIVERTED|CAPTURED]->(:Party)
             ((holder)-[next:SUPPLIED|DIVERTED|CAPTURED WHERE next.continues IS NOT NULL]->(:Party)
              WHERE EXISTS {
                MATCH (:Party)-[before:SUPPLIED|DIVERTED|CAPTURED]->(holder)
                WHERE any(finding IN next.continues WHERE finding IN before.findings)
              }){1,39}
WITH nodes(path) AS parties, relationships(path) AS chain
WHERE all(at IN range(1, size(chain) - 1)
          WHERE any(finding IN chain[at].continues WHERE finding IN chain[at - 1].findings))
  AND NOT EXISTS {
        MATCH (:Party)-[before:SUPPLIED|DIVERTED|CAPTURED]->(first:Party)
        WHERE first = parties[0] AND any(finding IN chain[0].continues WHERE finding IN before.findings)
      }
WITH parties, chain, EXISTS {
       MATCH (last:Party)-[after:SUPPLIED|DIVERTED|CAPTURED]->(:Party)
       WHERE last = parties[-1] AND NOT after IN chain
         AND any(finding IN after.continues WHERE finding IN chain[-1].findings)
     } AS goes_on
// No more than 40 transfers are followed.
WHERE NOT goes_on OR size(chain) = 40
RETURN size(chain) AS transfers, goes_on, [party IN parties | party.id] AS parties, [one IN chain | one.id] AS chain,
       [one IN chain | type(one)] AS types, any(one IN chain WHERE one.alternative_of IS NOT NULL) AS possible_only,
       CASE WHEN any(later IN range(1, size(chain) - 1)
                     WHERE any(earlier IN range(0, later - 1) WHERE chain[earlier].earliest > chain[later].latest))
            THEN 'impossible'
            WHEN all(at IN range(1, size(chain) - 1) WHERE coalesce(chain[at - 1].latest <= chain[at].earliest, false))
            THEN 'certain' ELSE 'possible' END AS time
ORDER BY transfers DESC, parties, chain
