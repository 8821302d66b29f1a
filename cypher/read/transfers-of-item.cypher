// question: From whom did this item, or a kind of it, go to whom?
// parameter: item ITEM the item, such as item:production-material
// returns: from, from_name, type, to, to_name, items, earliest, latest, alternative_of, certainty, grade, transfer
// example: item=item:production-material
MATCH (kind:Item)-[:KIND_OF*0..20]->(:Item {id: $item})
WITH collect(DISTINCT kind.id) AS kinds
MATCH (start:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(end:Party)
WHERE any(item IN transfer.items WHERE item IN kinds)
RETURN start.id AS from, start.name AS from_name, type(transfer) AS type, end.id AS to, end.name AS to_name,
       [item IN transfer.items WHERE item IN kinds] AS items, transfer.earliest AS earliest,
       transfer.latest AS latest, transfer.alternative_of AS alternative_of,
       transfer.certainty AS certainty, transfer.grade AS grade, transfer.id AS transfer
ORDER BY type, from, to, transfer
