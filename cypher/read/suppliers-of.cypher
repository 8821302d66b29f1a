// question: Who passed what to this party, on whose word?
// parameter: party STRING id of the party, such as group:isis
// returns: supplier, name, type, items, earliest, latest, grade, origins, transfer
// example: party=group:isis
MATCH (supplier:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(:Party {id: $party})
RETURN supplier.id AS supplier, supplier.name AS name, type(transfer) AS type, transfer.items AS items,
       transfer.earliest AS earliest, transfer.latest AS latest, transfer.grade AS grade,
       transfer.origin_ids AS origins, transfer.id AS transfer
ORDER BY type, name, transfer.id
