// question: Where were the items made that were found with this party? A share with joint is that of all its makers.
// parameter: holder STRING id of the party in whose hands they were, such as group:isis
// returns: maker, name, item, share, joint, inputs, grade, origins
// example: holder=group:isis
MATCH (maker:Party)-[made:MANUFACTURED]->(item:Item)
WHERE $holder IN made.held_by
RETURN maker.id AS maker, maker.name AS name, item.name AS item, made.share_min AS share, made.joint AS joint,
       made.inputs AS inputs, made.grade AS grade, made.origin_ids AS origins
ORDER BY joint, name, item, made.id
