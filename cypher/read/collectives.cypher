// question: Which sets of unnamed members stand in the graph, and what is said of them?
// returns: party, name, kind, placeholder, went, types_went, came, types_came, made, parts
MATCH (party:Party {collective: true})
WITH party, COUNT { (party)-[:SUPPLIED|DIVERTED|CAPTURED]->(:Party) } AS went,
     COUNT { (party)<-[:SUPPLIED|DIVERTED|CAPTURED]-(:Party) } AS came,
     COUNT { (party)-[:MANUFACTURED]->(:Item) } AS made
RETURN party.id AS party, party.name AS name, [label IN labels(party) WHERE label <> 'Party'][0] AS kind,
       party.placeholder AS placeholder, went,
       COLLECT { MATCH (party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(:Party) RETURN DISTINCT type(transfer) AS one ORDER BY one } AS types_went,
       came,
       COLLECT { MATCH (party)<-[transfer:SUPPLIED|DIVERTED|CAPTURED]-(:Party) RETURN DISTINCT type(transfer) AS one ORDER BY one } AS types_came,
       made, COUNT { (party)<-[:PART_OF]-(:Party) } AS parts
ORDER BY went + came + made DESC, party
