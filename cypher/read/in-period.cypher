// question: Which transfers may have taken place between these two days, and which surely did?
// parameter: since DATE the first day, or a month or year from its first day on, such as 2014
// parameter: until DATE the last day, or a month or year to its last day, such as 2014-06
// returns: from, from_name, type, to, to_name, items, earliest, latest, date_derived, surely, alternative_of, certainty, transfer
// example: since=2014-01-01
// example: until=2014-12-31
MATCH (start:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(end:Party)
WHERE coalesce(transfer.earliest <= $until, true) AND coalesce(transfer.latest >= $since, true)
RETURN start.id AS from, start.name AS from_name, type(transfer) AS type, end.id AS to, end.name AS to_name,
       transfer.items AS items, transfer.earliest AS earliest, transfer.latest AS latest,
       transfer.date_derived AS date_derived,
       // One of two alternatives may not have happened at all, nor what is only alleged or has as much against it as
       // for it: then the number of its grade is 4 or 5.
       coalesce(transfer.earliest >= $since AND transfer.latest <= $until, false)
         AND transfer.alternative_of IS NULL AND transfer.certainty <> 'alleged'
         AND NOT right(transfer.grade, 1) IN ['4', '5'] AS surely,
       transfer.alternative_of AS alternative_of, transfer.certainty AS certainty, transfer.id AS transfer
ORDER BY surely DESC, latest, transfer
