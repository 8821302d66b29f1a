// question: What came to the parts of this party and left them, such as the forces of a state?
// parameter: party PARTY the whole, such as country:IRQ
// returns: part, part_name, way, other, name, type, items, alternative_of, certainty, transfer
// example: party=country:IRQ
MATCH (part:Party)-[:PART_OF*1..10]->(:Party {id: $party})
WITH DISTINCT part
MATCH (part)-[transfer:SUPPLIED|DIVERTED|CAPTURED]-(other:Party)
RETURN part.id AS part, part.name AS part_name,
       CASE WHEN endNode(transfer) = part THEN 'came' ELSE 'left' END AS way, other.id AS other,
       other.name AS name, type(transfer) AS type, transfer.items AS items,
       transfer.alternative_of AS alternative_of, transfer.certainty AS certainty, transfer.id AS transfer
ORDER BY part, way, transfer
