// question: Which parties did materiel both come to and leave, and between how many others do they stand?
// returns: party, name, kind, placeholder, holders_before, types_before, holders_after, types_after
MATCH (before:Party)-[:SUPPLIED|DIVERTED|CAPTURED]->(party:Party)
WITH party, count(DISTINCT before) AS holders_before
MATCH (party)-[:SUPPLIED|DIVERTED|CAPTURED]->(after:Party)
WITH party, holders_before, count(DISTINCT after) AS holders_after
RETURN party.id AS party, party.name AS name, [label IN labels(party) WHERE label <> 'Party'][0] AS kind,
       party.placeholder AS placeholder, holders_before,
       COLLECT { MATCH (party)<-[transfer:SUPPLIED|DIVERTED|CAPTURED]-(:Party) RETURN DISTINCT type(transfer) AS one ORDER BY one } AS types_before,
       holders_after,
       COLLECT { MATCH (party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(:Party) RETURN DISTINCT type(transfer) AS one ORDER BY one } AS types_after
ORDER BY holders_before * holders_after DESC, party
