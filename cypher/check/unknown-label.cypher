// question: Which nodes are of a kind that the graph does not have, such as people, or of none?
// returns: node, problem
MATCH (node)
WHERE NOT node:KgMeta
WITH node, [label IN labels(node) WHERE NOT label IN [
       'Party', 'Country', 'Factory', 'Distributor', 'Group', 'Item', 'Finding', 'Source', 'Origin', 'Organisation',
       'Load', 'Version', 'Withdrawal', 'Withheld'
     ]] AS unknown
WHERE size(unknown) > 0 OR size(labels(node)) = 0
RETURN node.id AS node, coalesce('the graph has no kind ' + reduce(text = head(unknown), label IN tail(unknown) |
       text + ', ' + label), 'it is of no kind') AS problem
ORDER BY node
