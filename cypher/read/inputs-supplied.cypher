// question: From whom did that come to this party which its own manufacture is made from?
// parameter: party PARTY the maker, such as group:isis
// returns: holder_before, name, placeholder, type, items, made_into, alternative_of, certainty, grade, transfer
// example: party=group:isis
MATCH (maker:Party {id: $party})-[made:MANUFACTURED]->(product:Item)
UNWIND made.inputs AS input
MATCH (kind:Item)-[:KIND_OF*0..20]->(:Item {id: input})
WITH DISTINCT maker, product.id AS product, kind.id AS kind
MATCH (before:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(maker)
WHERE kind IN transfer.items
WITH before, transfer, kind, product ORDER BY kind, product
RETURN before.id AS holder_before, before.name AS name, before.placeholder AS placeholder, type(transfer) AS type,
       collect(DISTINCT kind) AS items, collect(DISTINCT product) AS made_into,
       transfer.alternative_of AS alternative_of, transfer.certainty AS certainty, transfer.grade AS grade,
       transfer.id AS transfer
ORDER BY holder_before, transfer
