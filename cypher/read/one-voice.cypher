// question: Which edges are told by several sources that all go back to one origin?
// returns: edge, type, from, to, origin, sources
MATCH (start:Party)-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD]->(end:Party|Item)
WHERE edge.origins = 1 AND size(edge.findings) > 1
UNWIND edge.findings AS finding_id
MATCH (finding:Finding {id: finding_id})
WHERE NOT finding.headline AND finding.certainty <> 'denied'
WITH start, edge, end, finding.source AS source ORDER BY source
WITH start, edge, end, collect(DISTINCT source) AS sources
WHERE size(sources) > 1
RETURN edge.id AS edge, type(edge) AS type, start.id AS from, end.id AS to, edge.origin_ids[0] AS origin, sources
ORDER BY size(sources) DESC, edge
