// question: From whom did what come to this party, given, diverted or captured, on whose word?
// parameter: party PARTY the party, such as group:isis
// returns: holder_before, name, type, items, earliest, latest, alternative_of, certainty, grade, origins, transfer
// example: party=group:isis
MATCH (before:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(:Party {id: $party})
RETURN before.id AS holder_before, before.name AS name, type(transfer) AS type, transfer.items AS items,
       transfer.earliest AS earliest, transfer.latest AS latest, transfer.alternative_of AS alternative_of,
       transfer.certainty AS certainty, transfer.grade AS grade, transfer.origin_ids AS origins, transfer.id AS transfer
ORDER BY type, name, transfer.id
