// question: Which findings name an edge that is not there or does not name them?
// returns: finding, problem
MATCH (finding:Finding)
WHERE finding.transfer IS NOT NULL
OPTIONAL MATCH ()-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD {id: finding.transfer}]->()
WITH finding, edge
WHERE edge IS NULL OR NOT finding.id IN coalesce(edge.findings, [])
RETURN finding.id AS finding, 'its edge ' + finding.transfer + ' is not there' AS problem
ORDER BY finding
