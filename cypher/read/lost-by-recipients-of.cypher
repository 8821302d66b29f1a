// question: What was diverted or captured from those to whom this party had supplied, lawfully as far as known, and when?
// parameter: party PARTY the supplier, such as country:USA
// returns: recipient, name, given_earliest, given_latest, items_given, lost, taker, taker_name, lost_earliest, lost_latest, items_lost, may_be_the_same, custody_stated, given_alternative_of, lost_alternative_of, given_by, lost_by
// example: party=country:USA
MATCH (:Party {id: $party})-[given:SUPPLIED]->(recipient:Party)-[loss:DIVERTED|CAPTURED]->(taker:Party)
// What was lost before it was given is something else, and what was given unlawfully is none of these.
WHERE coalesce(given.authorised, true) AND coalesce(given.earliest <= loss.latest, true)
RETURN recipient.id AS recipient, recipient.name AS name, given.earliest AS given_earliest,
       given.latest AS given_latest, given.items AS items_given, type(loss) AS lost, taker.id AS taker,
       taker.name AS taker_name, loss.earliest AS lost_earliest, loss.latest AS lost_latest, loss.items AS items_lost,
       // Null where items are not stated: then nothing says.
       CASE WHEN given.items IS NOT NULL AND loss.items IS NOT NULL THEN EXISTS {
         MATCH (one:Item)-[:KIND_OF*0..20]->(other:Item)
         WHERE (one.id IN given.items AND other.id IN loss.items) OR (one.id IN loss.items AND other.id IN given.items)
       } END AS may_be_the_same,
       any(finding IN coalesce(loss.continues, []) WHERE finding IN given.findings) AS custody_stated,
       given.alternative_of AS given_alternative_of, loss.alternative_of AS lost_alternative_of, given.id AS given_by,
       loss.id AS lost_by
ORDER BY custody_stated DESC, may_be_the_same DESC, recipient, lost_by, given_by
