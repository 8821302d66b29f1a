// question: Which parties did materiel only leave, given or lost, and to which did it only come?
// returns: role, party, name, kind, placeholder, collective, types, transfers
MATCH (party:Party)
WITH party, COUNT { (party)-[:SUPPLIED|DIVERTED|CAPTURED]->(:Party) } AS went,
     COUNT { (party)<-[:SUPPLIED|DIVERTED|CAPTURED]-(:Party) } AS came
WHERE (went = 0) <> (came = 0)
RETURN CASE WHEN came = 0 THEN 'only went from it' ELSE 'only came to it' END AS role, party.id AS party,
       party.name AS name, [label IN labels(party) WHERE label <> 'Party'][0] AS kind,
       party.placeholder AS placeholder, party.collective AS collective,
       COLLECT {
         MATCH (party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]-(:Party) RETURN DISTINCT type(transfer) AS one ORDER BY one
       } AS types, went + came AS transfers
ORDER BY role DESC, transfers DESC, party
