// question: Who supplied both of these parties, themselves or through parts and wholes, such as two that fight each other?
// parameter: first PARTY one party
// parameter: second PARTY the other party
// returns: supplier, name, kind, to_first, through_first, to_second, through_second, alternative_of, certainty
// example: first=group:iraqi-military
// example: second=group:syrian-opposition
CALL () {
  UNWIND [$first, $second] AS side
  MATCH (party:Party {id: side})
  MATCH (near:Party)
  WHERE near = party OR EXISTS { (near)-[:PART_OF*1..10]->(party) } OR EXISTS { (party)-[:PART_OF*1..10]->(near) }
  MATCH (giver:Party)-[gift:SUPPLIED]->(near)
  RETURN side, giver, gift, near
}
WITH collect({side: side, giver: giver, gift: gift, near: near}) AS gifts
UNWIND [gift IN gifts WHERE gift.side = $first] AS one
UNWIND [gift IN gifts WHERE gift.side = $second] AS other
WITH one, other, one.giver AS giver, other.giver AS other_giver
// Where a part gave to one and its whole to the other, it is the part of which both are said.
WITH one, other,
     CASE WHEN giver = other_giver OR EXISTS { (giver)-[:PART_OF*1..10]->(other_giver) } THEN giver
          WHEN EXISTS { (other_giver)-[:PART_OF*1..10]->(giver) } THEN other_giver END AS supplier
WHERE supplier IS NOT NULL
WITH supplier, one, other ORDER BY one.gift.id, other.gift.id
WITH supplier, collect(DISTINCT one.gift.id) AS to_first, collect(DISTINCT other.gift.id) AS to_second,
     collect(one.gift) + collect(other.gift) AS gifts,
     collect(one.giver.id) + collect(one.near.id) AS through_first,
     collect(other.giver.id) + collect(other.near.id) AS through_second
RETURN supplier.id AS supplier, supplier.name AS name, [label IN labels(supplier) WHERE label <> 'Party'][0] AS kind,
       to_first,
       COLLECT { UNWIND through_first AS one WITH one WHERE NOT one IN [supplier.id, $first]
                 RETURN DISTINCT one ORDER BY one } AS through_first,
       to_second,
       COLLECT { UNWIND through_second AS one WITH one WHERE NOT one IN [supplier.id, $second]
                 RETURN DISTINCT one ORDER BY one } AS through_second,
       // Of all transfers of the row together: what any of them is an alternative in, and the least firm.
       COLLECT { UNWIND gifts AS gift WITH gift WHERE gift.alternative_of IS NOT NULL
                 RETURN DISTINCT gift.alternative_of AS one ORDER BY one } AS alternative_of,
       [word IN ['alleged', 'reported', 'stated'] WHERE any(gift IN gifts WHERE gift.certainty = word)][0] AS certainty
ORDER BY name, supplier
