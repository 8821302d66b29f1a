// question: Which parties does nothing speak of? (Items are a vocabulary: those not in use do no harm.)
// returns: node, problem
// A file that says where a party sits, or which source states that it is, speaks of it; so does a list of parties, which
// is a file that declares no finding.
MATCH (finding:Finding)
UNWIND coalesce(finding.files, []) AS file
WITH collect(DISTINCT file) AS files
MATCH (node:Party)
WHERE NOT EXISTS { (node)<-[:ABOUT]-(:Finding) }
  AND NOT EXISTS { (node)<-[:LOCATED_IN|PART_OF|SUCCEEDED_BY]-() }
  AND NOT EXISTS { (node)-[:LOCATED_IN]->() }
  AND NOT coalesce(node.record, '') CONTAINS '"stated_by":['
  AND all(file IN coalesce(node.files, []) WHERE file IN files)
RETURN node.id AS node, 'nothing speaks of it' AS problem
ORDER BY node
