// question: Who supplied both of these parties, such as two that fight each other?
// parameter: first STRING id of one party
// parameter: second STRING id of the other party
// returns: supplier, name, kind, to_first, to_second
// example: first=group:iraqi-military
// example: second=group:syrian-opposition
MATCH (:Party {id: $first})<-[one:SUPPLIED]-(supplier:Party)-[other:SUPPLIED]->(:Party {id: $second})
WITH supplier, one, other ORDER BY one.id, other.id
RETURN supplier.id AS supplier, supplier.name AS name,
       [label IN labels(supplier) WHERE label <> 'Party'][0] AS kind, collect(DISTINCT one.id) AS to_first,
       collect(DISTINCT other.id) AS to_second
ORDER BY name, supplier
