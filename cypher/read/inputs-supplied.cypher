// question: Who passed to this party what its own manufacture is made from?
// parameter: party STRING id of the maker, such as group:isis
// returns: supplier, name, placeholder, type, items, made_into, grade, transfer
// example: party=group:isis
MATCH (maker:Party {id: $party})-[made:MANUFACTURED]->(product:Item)
UNWIND made.inputs AS input
MATCH (kind:Item)-[:KIND_OF*0..20]->(:Item {id: input})
WITH DISTINCT maker, product.id AS product, kind.id AS kind
MATCH (supplier:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(maker)
WHERE kind IN transfer.items
WITH supplier, transfer, kind, product ORDER BY kind, product
RETURN supplier.id AS supplier, supplier.name AS name, supplier.placeholder AS placeholder, type(transfer) AS type,
       collect(DISTINCT kind) AS items, collect(DISTINCT product) AS made_into, transfer.grade AS grade,
       transfer.id AS transfer
ORDER BY supplier, transfer
