// question: Who paid for transfers between others?
// returns: payer, name, transfer, type, from, to, mechanism, grade
MATCH (start:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(end:Party)
UNWIND transfer.financed_by AS payer_id
WITH * WHERE NOT payer_id IN [start.id, end.id]
MATCH (payer:Party {id: payer_id})
RETURN payer.id AS payer, payer.name AS name, transfer.id AS transfer, type(transfer) AS type, start.id AS from,
       end.id AS to, transfer.mechanism AS mechanism, transfer.grade AS grade
ORDER BY payer, transfer
