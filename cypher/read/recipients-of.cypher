// question: To whom did what go from this party, given or lost, on whose word?
// parameter: party PARTY the party that gave or lost, such as country:USA
// returns: recipient, name, type, items, earliest, latest, alternative_of, certainty, grade, origins, transfer
// example: party=country:USA
MATCH (:Party {id: $party})-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(recipient:Party)
RETURN recipient.id AS recipient, recipient.name AS name, type(transfer) AS type, transfer.items AS items,
       transfer.earliest AS earliest, transfer.latest AS latest, transfer.alternative_of AS alternative_of,
       transfer.certainty AS certainty, transfer.grade AS grade, transfer.origin_ids AS origins, transfer.id AS transfer
ORDER BY type, name, transfer
