// question: Which nodes and edges have no id, or one that is no text?
// returns: id, problem
MATCH (node:Party|Item|Finding|Source|Origin|Organisation)
WHERE NOT coalesce(node.id IS :: STRING NOT NULL AND node.id <> '', false)
RETURN toStringOrNull(node.id) AS id, 'no id of a node of the kind ' + labels(node)[0]
       + coalesce(' named ' + toStringOrNull(node.name), '') AS problem
ORDER BY id
UNION ALL
MATCH (start)-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD]->(end)
WHERE NOT coalesce(edge.id IS :: STRING NOT NULL AND edge.id <> '', false)
RETURN toStringOrNull(edge.id) AS id, 'no id of ' + type(edge) + ' from ' + coalesce(toStringOrNull(start.id), 'no id')
       + ' to ' + coalesce(toStringOrNull(end.id), 'no id') AS problem
ORDER BY id
