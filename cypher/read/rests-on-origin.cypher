// question: What of the graph rests on this origin, and what would fall without it?
// parameter: origin ORIGIN the origin, such as car-2017-12
// returns: falls, edge, type, from, to, grade, other_origins
// example: origin=car-2017-12
MATCH (start:Party)-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD]->(end:Party|Item)
WHERE $origin IN edge.origin_ids
RETURN edge.origins = 1 AS falls, edge.id AS edge, type(edge) AS type, start.id AS from, end.id AS to,
       edge.grade AS grade, [one IN edge.origin_ids WHERE one <> $origin] AS other_origins
ORDER BY falls DESC, type, edge
