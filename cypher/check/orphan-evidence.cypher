// question: Which sources, origins and organisations does nothing lead to?
// returns: node, problem
MATCH (node:Source|Origin|Organisation)
WHERE NOT EXISTS { (node)<-[:CITES|ORIGINATES_FROM|BY|RELAYS]-() }
RETURN node.id AS node, 'no finding leads to this ' + toLower(labels(node)[0]) AS problem
ORDER BY node
