// question: Which items did this party hold that no transfer of such items to it, and no own manufacture, accounts for?
// parameter: holder PARTY the holder, such as group:isis
// returns: item, name, transfers_of_broader_items
// example: holder=group:isis
MATCH (holder:Party {id: $holder})-[:HELD]->(item:Item)
WITH DISTINCT holder, item
WHERE NOT EXISTS {
        MATCH (kind:Item)-[:KIND_OF*0..20]->(item)
        MATCH (:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(holder)
        WHERE kind.id IN transfer.items
      }
  AND NOT EXISTS {
        MATCH (kind:Item)-[:KIND_OF*0..20]->(item)
        MATCH (holder)-[:MANUFACTURED]->(kind)
      }
RETURN item.id AS item, item.name AS name, COUNT {
         MATCH (item)-[:KIND_OF*1..20]->(broader:Item)
         MATCH (:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(holder)
         WHERE broader.id IN transfer.items
         RETURN DISTINCT transfer
       } AS transfers_of_broader_items
ORDER BY transfers_of_broader_items, item
