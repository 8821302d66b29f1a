// question: Which edges lead between kinds that they cannot join?
// returns: edge, problem
MATCH (start)-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD]->(end)
WITH start, edge, end, CASE WHEN type(edge) IN ['MANUFACTURED', 'HELD'] THEN 'Item' ELSE 'Party' END AS wanted
WHERE NOT start:Party OR NOT wanted IN labels(end)
   OR (type(edge) = 'MANUFACTURED' AND start:Distributor)
RETURN edge.id AS edge, type(edge) + ' from ' + [label IN labels(start) WHERE label <> 'Party'][0] + ' to '
       + [label IN labels(end) WHERE label <> 'Party'][0] AS problem
ORDER BY edge
