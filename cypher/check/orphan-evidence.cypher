// question: Which sources, origins and organisations does nothing lead to?
// returns: node, problem
// A source that states a party is led to from the party's declaration, in which its id stands.
MATCH (node:Source|Origin|Organisation)
WHERE NOT EXISTS { (node)<-[:CITES|ORIGINATES_FROM|BY|RELAYS]-() }
  AND NOT (node:Source AND EXISTS {
    MATCH (party:Party)
    WHERE party.record CONTAINS '"stated_by":['
      AND split(split(party.record, '"stated_by":[')[1], ']')[0] CONTAINS '"' + node.id + '"'
  })
RETURN node.id AS node, 'no finding leads to this ' + toLower(labels(node)[0]) AS problem
ORDER BY node
