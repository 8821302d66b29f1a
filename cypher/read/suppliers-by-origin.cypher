// question: From whom did what come to this end user, origin by origin, and what rests on one origin alone?
// parameter: party PARTY the end user, such as group:isis
// returns: origin, organisation, holder_before, name, type, items, alternative_of, certainty, grade, alone, transfer
// example: party=group:isis
MATCH (before:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(:Party {id: $party})
UNWIND transfer.origin_ids AS origin_id
MATCH (origin:Origin {id: origin_id})-[:BY]->(organisation:Organisation)
RETURN origin.id AS origin, organisation.name AS organisation, before.id AS holder_before, before.name AS name,
       type(transfer) AS type, transfer.items AS items, transfer.alternative_of AS alternative_of,
       transfer.certainty AS certainty, transfer.grade AS grade, transfer.origins = 1 AS alone,
       transfer.id AS transfer
ORDER BY origin, type, name, transfer
