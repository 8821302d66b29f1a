// question: Which edges stand for one another, so that this one or that one happened?
// returns: alternative_of, edge, type, from, to, items, certainty, grade
MATCH (start:Party)-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD]->(end:Party|Item)
WHERE edge.alternative_of IS NOT NULL
RETURN edge.alternative_of AS alternative_of, edge.id AS edge, type(edge) AS type, start.id AS from, end.id AS to,
       edge.items AS items, edge.certainty AS certainty, edge.grade AS grade
ORDER BY alternative_of, edge
