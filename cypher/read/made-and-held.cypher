// question: Where were the items made that were found with this party, by what one statement says of its makers together?
// parameter: holder PARTY the party in whose hands they were, such as group:isis
// returns: joint, makers, maker_names, items, share_min, share_max, share_of, alternative_of, inputs, grade, origins, edges
// example: holder=group:isis
MATCH (maker:Party)-[made:MANUFACTURED]->(item:Item)
WHERE $holder IN made.held_by
UNWIND made.findings AS finding_id
MATCH (finding:Finding {id: finding_id})-[:ABOUT {role: 'held by'}]->(:Party {id: $holder})
WHERE NOT finding.headline AND finding.certainty <> 'denied'
// An edge that rests on two joint statements names one of them; its findings' declarations name each.
WITH CASE WHEN finding.record CONTAINS '"joint":"' THEN split(split(finding.record, '"joint":"')[1], '"')[0] END AS joint,
     maker, made, item, finding ORDER BY maker.name, maker.id, item.id, made.id, finding.origin
WITH joint, CASE WHEN joint IS NULL THEN made.id END AS alone, collect(DISTINCT maker) AS makers,
     collect(DISTINCT item.id) AS items, collect(DISTINCT made) AS edges, collect(DISTINCT finding.origin) AS origins
WITH *, [edge IN edges WHERE coalesce(edge.joint, '') = coalesce(joint, '')] AS own
// The number is that of the statement, once: what only one of its edges has comes from another statement.
RETURN joint, [maker IN makers | maker.id] AS makers, [maker IN makers | maker.name] AS maker_names, items,
       CASE WHEN all(one IN own WHERE one.share_min = own[0].share_min) THEN own[0].share_min END AS share_min,
       CASE WHEN all(one IN own WHERE one.share_max = own[0].share_max) THEN own[0].share_max END AS share_max,
       CASE WHEN all(one IN own WHERE one.share_of = own[0].share_of) THEN own[0].share_of END AS share_of,
       COLLECT { UNWIND edges AS edge WITH edge WHERE edge.alternative_of IS NOT NULL
                 RETURN DISTINCT edge.alternative_of AS one ORDER BY one } AS alternative_of,
       COLLECT { UNWIND edges AS edge UNWIND edge.inputs AS one RETURN DISTINCT one ORDER BY one } AS inputs,
       // The weakest of its edges.
       reduce(worst = '', edge IN edges | CASE WHEN edge.grade > worst THEN edge.grade ELSE worst END) AS grade,
       origins, [edge IN edges | edge.id] AS edges
ORDER BY joint, maker_names, items, edges
