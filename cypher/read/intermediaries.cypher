// question: Which parties both received and passed on, and between how many others do they stand?
// returns: party, name, kind, placeholder, givers, takers
MATCH (giver:Party)-[:SUPPLIED|DIVERTED|CAPTURED]->(party:Party)
WITH party, count(DISTINCT giver) AS givers
MATCH (party)-[:SUPPLIED|DIVERTED|CAPTURED]->(taker:Party)
WITH party, givers, count(DISTINCT taker) AS takers
RETURN party.id AS party, party.name AS name, [label IN labels(party) WHERE label <> 'Party'][0] AS kind,
       party.placeholder AS placeholder, givers, takers
ORDER BY givers * takers DESC, party
