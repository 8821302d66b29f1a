// question: Which parties and items does nothing speak of?
// returns: node, problem
MATCH (node:Party|Item)
WHERE NOT EXISTS { (node)<-[:ABOUT]-(:Finding) }
  AND NOT EXISTS { (node)<-[:KIND_OF|COMPONENT_OF|LOCATED_IN|PART_OF|SUCCEEDED_BY]-() }
RETURN node.id AS node, 'nothing speaks of it' AS problem
ORDER BY node
