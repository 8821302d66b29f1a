// question: Which edges name a finding that is not there or is about another edge, or none at all?
// returns: edge, problem
MATCH ()-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD]->()
WITH edge, coalesce(edge.findings, []) AS findings
WITH edge, findings, [name IN findings WHERE NOT EXISTS { (:Finding {id: name, transfer: edge.id}) }] AS missing
WHERE size(missing) > 0 OR size(findings) = 0
RETURN edge.id AS edge, 'findings not there or not about it:' + reduce(text = '', name IN missing | text + ' ' + name)
       AS problem
ORDER BY edge
