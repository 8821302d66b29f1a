// question: Which edges do at least so many independent organisations support?
// parameter: organisations INTEGER the least number of organisations, such as 2
// returns: edge, type, from, to, organisations, origins, grade
// example: organisations=2
MATCH (start:Party)-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD]->(end:Party|Item)
WHERE edge.organisations >= $organisations
RETURN edge.id AS edge, type(edge) AS type, start.id AS from, end.id AS to,
       edge.organisation_ids AS organisations, edge.origin_ids AS origins, edge.grade AS grade
ORDER BY size(organisations) DESC, grade, edge
