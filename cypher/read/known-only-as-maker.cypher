// question: Whose makes were found with this party, though no transfer by them to anybody is stated?
// parameter: holder PARTY the party in whose hands they were, such as group:isis
// returns: maker, name, kind, collective, items, origins
// example: holder=group:isis
MATCH (maker:Party)-[made:MANUFACTURED]->(item:Item)
WHERE $holder IN made.held_by AND NOT EXISTS { (maker)-[:SUPPLIED|DIVERTED|CAPTURED]->(:Party) }
UNWIND made.origin_ids AS origin
WITH maker, item, origin ORDER BY item.id, origin
RETURN maker.id AS maker, maker.name AS name, [label IN labels(maker) WHERE label <> 'Party'][0] AS kind,
       maker.collective AS collective, collect(DISTINCT item.id) AS items, collect(DISTINCT origin) AS origins
ORDER BY maker
