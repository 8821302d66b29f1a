// question: To whom did this party pass what, or lose it, on whose word?
// parameter: party STRING id of the party that gave or lost, such as country:USA
// returns: recipient, name, type, items, earliest, latest, grade, origins, transfer
// example: party=country:USA
MATCH (:Party {id: $party})-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(recipient:Party)
RETURN recipient.id AS recipient, recipient.name AS name, type(transfer) AS type, transfer.items AS items,
       transfer.earliest AS earliest, transfer.latest AS latest, transfer.grade AS grade,
       transfer.origin_ids AS origins, transfer.id AS transfer
ORDER BY type, name, transfer
