// question: Which unnamed parties stand on most transfers, and between how many others?
// returns: party, name, kind, transfers, holders_before, holders_after
MATCH (party:Party {placeholder: true})-[transfer:SUPPLIED|DIVERTED|CAPTURED]-(:Party)
RETURN party.id AS party, party.name AS name, [label IN labels(party) WHERE label <> 'Party'][0] AS kind,
       count(DISTINCT transfer.id) AS transfers,
       COUNT { MATCH (before:Party)-[:SUPPLIED|DIVERTED|CAPTURED]->(party) RETURN DISTINCT before } AS holders_before,
       COUNT { MATCH (party)-[:SUPPLIED|DIVERTED|CAPTURED]->(after:Party) RETURN DISTINCT after } AS holders_after
ORDER BY transfers DESC, party
