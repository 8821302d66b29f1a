// question: Who passed what to this end user, origin by origin, and what rests on one origin alone?
// parameter: party STRING id of the end user, such as group:isis
// returns: origin, organisation, supplier, name, type, items, grade, alone, transfer
// example: party=group:isis
MATCH (supplier:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(:Party {id: $party})
UNWIND transfer.origin_ids AS origin_id
MATCH (origin:Origin {id: origin_id})-[:BY]->(organisation:Organisation)
RETURN origin.id AS origin, organisation.name AS organisation, supplier.id AS supplier, supplier.name AS name,
       type(transfer) AS type, transfer.items AS items, transfer.grade AS grade, transfer.origins = 1 AS alone,
       transfer.id AS transfer
ORDER BY origin, type, name, transfer
