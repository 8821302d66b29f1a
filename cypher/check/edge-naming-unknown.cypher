// question: Which edges name an item, party, territory or finding that is not there?
// returns: edge, problem
MATCH ()-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD]->()
WITH edge,
     [name IN coalesce(edge.items, []) + coalesce(edge.inputs, []) WHERE NOT EXISTS { (:Item {id: name}) }] +
     [name IN coalesce(edge.held_by, []) + coalesce(edge.financed_by, []) WHERE NOT EXISTS { (:Party {id: name}) }] +
     [name IN coalesce(edge.via, []) WHERE NOT EXISTS { (:Country:Party {id: name}) }] +
     [name IN coalesce(edge.continues, []) WHERE NOT EXISTS { (:Finding {id: name}) }] AS missing
WHERE size(missing) > 0
RETURN edge.id AS edge, reduce(text = 'not there:', name IN missing | text + ' ' + name) AS problem
ORDER BY edge
