// question: Which unnamed parties stand on most transfers, and between how many others?
// returns: party, name, kind, transfers, givers, takers
MATCH (party:Party {placeholder: true})-[transfer:SUPPLIED|DIVERTED|CAPTURED]-(:Party)
RETURN party.id AS party, party.name AS name, [label IN labels(party) WHERE label <> 'Party'][0] AS kind,
       count(DISTINCT transfer.id) AS transfers,
       COUNT { MATCH (giver:Party)-[:SUPPLIED|DIVERTED|CAPTURED]->(party) RETURN DISTINCT giver } AS givers,
       COUNT { MATCH (party)-[:SUPPLIED|DIVERTED|CAPTURED]->(taker:Party) RETURN DISTINCT taker } AS takers
ORDER BY transfers DESC, party
