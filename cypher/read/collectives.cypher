// question: Which sets of unnamed members stand in the graph, and what is said of them?
// returns: party, name, kind, placeholder, gave, received, made, parts
MATCH (party:Party {collective: true})
RETURN party.id AS party, party.name AS name, [label IN labels(party) WHERE label <> 'Party'][0] AS kind,
       party.placeholder AS placeholder, COUNT { (party)-[:SUPPLIED|DIVERTED|CAPTURED]->(:Party) } AS gave,
       COUNT { (party)<-[:SUPPLIED|DIVERTED|CAPTURED]-(:Party) } AS received,
       COUNT { (party)-[:MANUFACTURED]->(:Item) } AS made, COUNT { (party)<-[:PART_OF]-(:Party) } AS parts
ORDER BY gave + received + made DESC, party
