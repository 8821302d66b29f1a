// question: Of which transfers is no date known but that of publication?
// returns: latest, transfer, type, from, to, origins
MATCH (start:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED {date_derived: true}]->(end:Party)
WHERE transfer.earliest IS NULL
RETURN transfer.latest AS latest, transfer.id AS transfer, type(transfer) AS type, start.id AS from, end.id AS to,
       transfer.origin_ids AS origins
ORDER BY latest, transfer
