// question: Which parties on transfers sit in no territory that is known?
// returns: party, name, kind, placeholder, collective, transfers
MATCH (party:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]-(:Party)
WHERE (NOT party:Country OR party.collective OR party.placeholder)
  AND NOT EXISTS { (party)-[:LOCATED_IN]->(seat:Country) WHERE NOT (seat.collective OR seat.placeholder) }
RETURN party.id AS party, party.name AS name, [label IN labels(party) WHERE label <> 'Party'][0] AS kind,
       party.placeholder AS placeholder, party.collective AS collective, count(DISTINCT transfer) AS transfers
ORDER BY transfers DESC, party
