// question: Which parties and items are a part, component or kind of themselves?
// returns: node, problem
MATCH (node:Party|Item)
WHERE EXISTS { (node)-[:PART_OF*1..20]->(node) } OR EXISTS { (node)-[:KIND_OF*1..20]->(node) }
   OR EXISTS { (node)-[:COMPONENT_OF*1..20]->(node) }
RETURN node.id AS node, 'it is a part, component or kind of itself' AS problem
ORDER BY node
