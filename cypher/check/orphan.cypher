// question: Which parties does nothing speak of? (Items are a vocabulary: those not in use do no harm.)
// returns: node, problem
MATCH (node:Party)
WHERE NOT EXISTS { (node)<-[:ABOUT]-(:Finding) }
  AND NOT EXISTS { (node)<-[:LOCATED_IN|PART_OF|SUCCEEDED_BY]-() }
RETURN node.id AS node, 'nothing speaks of it' AS problem
ORDER BY node
