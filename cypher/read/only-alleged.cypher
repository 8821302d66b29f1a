// question: Which edges are only alleged, by whomever?
// returns: edge, type, from, from_name, to, to_name, grade, origins
MATCH (start:Party)-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD {certainty: 'alleged'}]->(end:Party|Item)
RETURN edge.id AS edge, type(edge) AS type, start.id AS from, start.name AS from_name, end.id AS to,
       end.name AS to_name, edge.grade AS grade, edge.origin_ids AS origins
ORDER BY type, edge
