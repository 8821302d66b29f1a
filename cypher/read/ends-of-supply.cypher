// question: Which parties only give, and which only receive?
// returns: role, party, name, kind, placeholder, collective, transfers
MATCH (party:Party)
WITH party, COUNT { (party)-[:SUPPLIED|DIVERTED|CAPTURED]->(:Party) } AS given,
     COUNT { (party)<-[:SUPPLIED|DIVERTED|CAPTURED]-(:Party) } AS received
WHERE (given = 0) <> (received = 0)
RETURN CASE WHEN received = 0 THEN 'only gives' ELSE 'only receives' END AS role, party.id AS party,
       party.name AS name, [label IN labels(party) WHERE label <> 'Party'][0] AS kind,
       party.placeholder AS placeholder, party.collective AS collective, given + received AS transfers
ORDER BY role, transfers DESC, party
