// question: Which transfers does a source call authorised, and which unauthorised?
// returns: authorised, transfer, type, from, from_name, to, to_name, items, grade
MATCH (start:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(end:Party)
WHERE transfer.authorised IS NOT NULL
RETURN transfer.authorised AS authorised, transfer.id AS transfer, type(transfer) AS type, start.id AS from,
       start.name AS from_name, end.id AS to, end.name AS to_name, transfer.items AS items, transfer.grade AS grade
ORDER BY authorised, transfer
