// question: In whose hands were items of this maker found?
// parameter: maker PARTY the maker, such as country:CHN
// returns: holder, name, item, item_name, alternative_of, joint, certainty, grade, origins, edge
// example: maker=country:CHN
MATCH (:Party {id: $maker})-[made:MANUFACTURED]->(item:Item)
UNWIND made.held_by AS holder_id
MATCH (holder:Party {id: holder_id})
RETURN holder.id AS holder, holder.name AS name, item.id AS item, item.name AS item_name,
       made.alternative_of AS alternative_of, made.joint AS joint, made.certainty AS certainty, made.grade AS grade,
       made.origin_ids AS origins, made.id AS edge
ORDER BY holder, item, edge
