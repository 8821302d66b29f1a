// question: In what order did materiel come to this party and leave it, as far as dates are stated?
// parameter: party PARTY the party, such as group:isis
// returns: earliest, latest, date_derived, date_text, way, other, name, type, items, alternative_of, certainty, transfer
// example: party=group:isis
MATCH (party:Party {id: $party})-[transfer:SUPPLIED|DIVERTED|CAPTURED]-(other:Party)
RETURN transfer.earliest AS earliest, transfer.latest AS latest, transfer.date_derived AS date_derived,
       transfer.date_text AS date_text, CASE WHEN endNode(transfer) = party THEN 'came' ELSE 'left' END AS way,
       other.id AS other, other.name AS name, type(transfer) AS type, transfer.items AS items,
       transfer.alternative_of AS alternative_of, transfer.certainty AS certainty,
       transfer.id AS transfer
ORDER BY latest, earliest, transfer
