// question: How much did registers record as delivered, by supplier and recipient, and what do the values add up to?
// returns: origin, from, from_name, to, to_name, transfers, delivered, tiv_delivered, estimated, alternatives
// none: no register is loaded, whose figures it adds up; `kg loaders` names those that can be read
// Transfers are one an order, so that the sum over all rows of an origin is the register's own total.
MATCH (start:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(end:Party)
WHERE transfer.delivered IS NOT NULL OR transfer.tiv_delivered IS NOT NULL
WITH transfer.origin_ids[0] AS origin, start, end, collect(transfer) AS transfers
RETURN origin, start.id AS from, start.name AS from_name, end.id AS to, end.name AS to_name, size(transfers) AS transfers,
       reduce(sum = 0.0, one IN transfers | sum + coalesce(one.delivered, 0.0)) AS delivered,
       round(reduce(sum = 0.0, one IN transfers | sum + coalesce(one.tiv_delivered, 0.0)), 6) AS tiv_delivered,
       size([one IN transfers WHERE 'delivered' IN one.estimated]) AS estimated,
       // Of these the register is not sure that this supplier gave them.
       size([one IN transfers WHERE one.alternative_of IS NOT NULL]) AS alternatives
ORDER BY tiv_delivered DESC, from, to
