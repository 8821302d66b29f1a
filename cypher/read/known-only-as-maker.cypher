// question: Whose makes were found with this party, though no transfer by them to anybody is stated?
// parameter: holder PARTY the party in whose hands they were, such as group:isis
// returns: maker, name, kind, collective, items, alternative_of, certainty, origins
// example: holder=group:isis
MATCH (maker:Party)-[made:MANUFACTURED]->(item:Item)
WHERE $holder IN made.held_by AND NOT EXISTS { (maker)-[:SUPPLIED|DIVERTED|CAPTURED]->(:Party) }
UNWIND made.origin_ids AS origin
WITH maker, made, item, origin ORDER BY item.id, origin
WITH maker, collect(DISTINCT item.id) AS items, collect(DISTINCT made) AS edges, collect(DISTINCT origin) AS origins
RETURN maker.id AS maker, maker.name AS name, [label IN labels(maker) WHERE label <> 'Party'][0] AS kind,
       maker.collective AS collective, items,
       // Of all edges of the row together: what any of them is an alternative in, and the least firm.
       COLLECT { UNWIND edges AS edge WITH edge WHERE edge.alternative_of IS NOT NULL
                 RETURN DISTINCT edge.alternative_of AS one ORDER BY one } AS alternative_of,
       [word IN ['alleged', 'reported', 'stated'] WHERE any(edge IN edges WHERE edge.certainty = word)][0] AS certainty,
       origins
ORDER BY maker
