// question: Which sources, origins and organisations does nothing lead to?
// returns: node, problem
// A source that states a party is led to from the party's declaration, in which its id stands; that of a list of parties,
// which is a file that declares some and no finding, from each of them.
MATCH (finding:Finding)
UNWIND coalesce(finding.files, []) AS file
WITH collect(DISTINCT file) AS files
MATCH (node:Source|Origin|Organisation)
WHERE NOT EXISTS { (node)<-[:CITES|ORIGINATES_FROM|BY|RELAYS]-() }
  AND NOT (node:Source AND EXISTS {
    MATCH (party:Party)
    WHERE any(file IN party.files WHERE file IN node.files AND NOT file IN files)
      OR split(split(party.record, '"stated_by":[')[1], ']')[0] CONTAINS '"' + node.id + '"'
  })
RETURN node.id AS node, 'no finding leads to this ' + toLower(labels(node)[0]) AS problem
ORDER BY node
