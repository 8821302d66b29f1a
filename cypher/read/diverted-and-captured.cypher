// question: What of this item, or of its kinds, may have been diverted or captured in this year?
// parameter: item ITEM the item, such as item:weapon
// parameter: year YEAR the year, such as 2014
// returns: from, from_name, type, to, to_name, items, earliest, latest, date_derived, surely, alternative_of, certainty, transfer
// example: item=item:weapon
// example: year=2014
MATCH (kind:Item)-[:KIND_OF*0..20]->(:Item {id: $item})
WITH collect(DISTINCT kind.id) AS kinds, toString($year) + '-01-01' AS first, toString($year) + '-12-31' AS last
MATCH (loser:Party)-[transfer:DIVERTED|CAPTURED]->(taker:Party)
WHERE any(item IN transfer.items WHERE item IN kinds)
  AND coalesce(transfer.earliest <= last, true) AND coalesce(transfer.latest >= first, true)
RETURN loser.id AS from, loser.name AS from_name, type(transfer) AS type, taker.id AS to, taker.name AS to_name,
       [item IN transfer.items WHERE item IN kinds] AS items, transfer.earliest AS earliest,
       transfer.latest AS latest, transfer.date_derived AS date_derived,
       // One of two alternatives may not have happened at all, nor what is only alleged or has as much against it as
       // for it: then the number of its grade is 4 or 5.
       coalesce(transfer.earliest >= first AND transfer.latest <= last, false)
         AND transfer.alternative_of IS NULL AND transfer.certainty <> 'alleged'
         AND NOT right(transfer.grade, 1) IN ['4', '5'] AS surely,
       transfer.alternative_of AS alternative_of, transfer.certainty AS certainty, transfer.id AS transfer
ORDER BY surely DESC, latest, transfer
