// question: Which statements give one number for several members together, and what is the number?
// returns: joint, types, members, to, share_min, share_max, share_of, quantity_min, quantity_max, quantity_text, edges
MATCH (member:Party)-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD]->(end:Party|Item)
UNWIND edge.findings AS finding_id
// An edge that rests on two joint statements names one of them; its findings' declarations name each.
MATCH (finding:Finding {id: finding_id})
WHERE finding.record CONTAINS '"joint":"'
WITH split(split(finding.record, '"joint":"')[1], '"')[0] AS joint, member, edge, end ORDER BY edge.id
WITH joint, collect(DISTINCT type(edge)) AS types, collect(DISTINCT member.id) AS members,
     collect(DISTINCT end.id) AS ends, collect(DISTINCT edge) AS edges
WITH *, [edge IN edges WHERE edge.joint = joint] AS own
// The number is that of the statement, once: what only one of its edges has comes from another statement.
RETURN joint, types, members, ends AS to,
       CASE WHEN all(one IN own WHERE one.share_min = own[0].share_min) THEN own[0].share_min END AS share_min,
       CASE WHEN all(one IN own WHERE one.share_max = own[0].share_max) THEN own[0].share_max END AS share_max,
       CASE WHEN all(one IN own WHERE one.share_of = own[0].share_of) THEN own[0].share_of END AS share_of,
       CASE WHEN all(one IN own WHERE one.quantity_min = own[0].quantity_min) THEN own[0].quantity_min
       END AS quantity_min,
       CASE WHEN all(one IN own WHERE one.quantity_max = own[0].quantity_max) THEN own[0].quantity_max
       END AS quantity_max,
       CASE WHEN all(one IN own WHERE one.quantity_text = own[0].quantity_text) THEN own[0].quantity_text
       END AS quantity_text,
       [edge IN edges | edge.id] AS edges
ORDER BY joint
