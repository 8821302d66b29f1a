// question: Which parties, items and organisations have no name, or one that is no text?
// returns: node, problem
MATCH (node:Party|Item|Organisation)
WHERE NOT coalesce(node.name IS :: STRING NOT NULL AND node.name <> '', false)
RETURN node.id AS node, 'it has no name' AS problem
ORDER BY node
