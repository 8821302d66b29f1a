// question: How often was each item diverted or captured, by the years within which it took place?
// returns: item, name, type, from_year, to_year, date_derived, transfers, alternatives
MATCH (:Party)-[transfer:DIVERTED|CAPTURED]->(:Party)
UNWIND coalesce(transfer.items, [null]) AS item_id
OPTIONAL MATCH (item:Item {id: item_id})
RETURN item.id AS item, item.name AS name, type(transfer) AS type, toInteger(left(transfer.earliest, 4)) AS from_year,
       toInteger(left(transfer.latest, 4)) AS to_year, transfer.date_derived AS date_derived,
       count(transfer) AS transfers, count(transfer.alternative_of) AS alternatives
ORDER BY item, to_year, from_year, type, date_derived
