// question: Which transfers rest on a single origin, and on which?
// returns: transfer, type, from, to, origin, findings
MATCH (start:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(end:Party)
WHERE transfer.origins = 1
RETURN transfer.id AS transfer, type(transfer) AS type, start.name AS from, end.name AS to,
       transfer.origin_ids[0] AS origin, size(transfer.findings) AS findings
ORDER BY origin, transfer
