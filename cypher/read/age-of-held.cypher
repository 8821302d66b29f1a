// question: How old were the items found with this party, as far as it is stated?
// parameter: holder PARTY the party in whose hands they were, such as group:isis
// returns: item, name, made, maker, held_earliest, held_latest, certainty, grade, edge
// example: holder=group:isis
CALL () {
  MATCH (:Party {id: $holder})-[held:HELD]->(item:Item)
  WHERE held.made IS NOT NULL
  RETURN item, null AS maker, held.earliest AS earliest, held.latest AS latest, held AS edge, held.made AS made
  UNION ALL
  MATCH (maker:Party)-[origin:MANUFACTURED]->(item:Item)
  WHERE $holder IN origin.held_by AND NOT origin.date_derived
  RETURN item, maker.id AS maker, null AS earliest, null AS latest, origin AS edge,
         coalesce(origin.date_text, coalesce(origin.earliest, '..') + '/' + coalesce(origin.latest, '..')) AS made
}
RETURN item.id AS item, item.name AS name, made, maker, earliest AS held_earliest, latest AS held_latest,
       edge.certainty AS certainty, edge.grade AS grade, edge.id AS edge
ORDER BY item, edge.id
