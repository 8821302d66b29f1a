// question: Which transfers may have taken place between these two days, and which surely did?
// parameter: since STRING first day, such as 2014-01-01
// parameter: until STRING last day, such as 2014-12-31
// returns: from, from_name, type, to, to_name, items, earliest, latest, date_derived, surely, transfer
// example: since=2014-01-01
// example: until=2014-12-31
MATCH (start:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(end:Party)
WHERE coalesce(transfer.earliest <= $until, true) AND coalesce(transfer.latest >= $since, true)
RETURN start.id AS from, start.name AS from_name, type(transfer) AS type, end.id AS to, end.name AS to_name,
       transfer.items AS items, transfer.earliest AS earliest, transfer.latest AS latest,
       transfer.date_derived AS date_derived,
       coalesce(transfer.earliest >= $since AND transfer.latest <= $until, false) AS surely, transfer.id AS transfer
ORDER BY surely DESC, latest, transfer
