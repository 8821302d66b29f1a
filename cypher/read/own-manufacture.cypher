// question: What did this party make itself, where, and out of what?
// parameter: party PARTY the maker, such as group:isis
// returns: item, name, inputs, place, earliest, latest, alternative_of, certainty, grade, origins, edge
// example: party=group:isis
MATCH (:Party {id: $party})-[made:MANUFACTURED]->(item:Item)
RETURN item.id AS item, item.name AS name, made.inputs AS inputs, made.place AS place, made.earliest AS earliest,
       made.latest AS latest, made.alternative_of AS alternative_of, made.certainty AS certainty, made.grade AS grade, made.origin_ids AS origins,
       made.id AS edge
ORDER BY item, edge
