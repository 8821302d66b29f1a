// question: From whom did materiel come to this party, and to whom did it go, one transfer away, by how many transfers?
// parameter: party PARTY the party, such as group:isis
// returns: side, neighbour, name, kind, placeholder, types, transfers, alternatives, earliest, latest
// example: party=group:isis
MATCH (party:Party {id: $party})-[transfer:SUPPLIED|DIVERTED|CAPTURED]-(neighbour:Party)
WITH CASE WHEN endNode(transfer) = party THEN 'came from' ELSE 'went to' END AS side, neighbour, transfer
ORDER BY type(transfer)
// A bound holds for all of them only where each has one.
RETURN side, neighbour.id AS neighbour, neighbour.name AS name,
       [label IN labels(neighbour) WHERE label <> 'Party'][0] AS kind, neighbour.placeholder AS placeholder,
       collect(DISTINCT type(transfer)) AS types, count(transfer) AS transfers,
       count(transfer.alternative_of) AS alternatives,
       CASE WHEN count(transfer.earliest) = count(transfer) THEN min(transfer.earliest) END AS earliest,
       CASE WHEN count(transfer.latest) = count(transfer) THEN max(transfer.latest) END AS latest
ORDER BY side, name, neighbour
