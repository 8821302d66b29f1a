// question: Which edges count other origins or organisations than they name, or none?
// returns: edge, problem
MATCH ()-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD]->()
WITH edge, size(coalesce(edge.origin_ids, [])) AS origins, size(coalesce(edge.organisation_ids, [])) AS organisations
WHERE origins = 0 OR organisations = 0 OR coalesce(edge.origins, -1) <> origins
   OR coalesce(edge.organisations, -1) <> organisations
RETURN edge.id AS edge, 'it names ' + origins + ' origins and ' + organisations + ' organisations, but counts '
       + coalesce(toString(edge.origins), 'no') + ' and ' + coalesce(toString(edge.organisations), 'no') AS problem
ORDER BY edge
