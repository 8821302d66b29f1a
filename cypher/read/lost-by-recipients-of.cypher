// question: What was diverted or captured from those to whom this party had supplied, lawfully as far as known?
// parameter: party STRING id of the supplier, such as country:USA
// returns: recipient, name, lost, taker, taker_name, items_given, items_lost, custody_stated, given_by, lost_by
// example: party=country:USA
MATCH (:Party {id: $party})-[given:SUPPLIED]->(recipient:Party)-[loss:DIVERTED|CAPTURED]->(taker:Party)
RETURN recipient.id AS recipient, recipient.name AS name, type(loss) AS lost, taker.id AS taker,
       taker.name AS taker_name, given.items AS items_given, loss.items AS items_lost,
       any(finding IN coalesce(loss.continues, []) WHERE finding IN given.findings) AS custody_stated,
       given.id AS given_by, loss.id AS lost_by
ORDER BY custody_stated DESC, recipient, lost_by, given_by
