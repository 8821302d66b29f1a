// question: Which edges have a bound that is no day, or bounds in the wrong order?
// returns: edge, problem
MATCH ()-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD]->()
WHERE edge.earliest > edge.latest OR NOT coalesce(edge.earliest =~ '\\d{4}-\\d{2}-\\d{2}', true)
   OR NOT coalesce(edge.latest =~ '\\d{4}-\\d{2}-\\d{2}', true)
RETURN edge.id AS edge,
       coalesce(edge.earliest, '..') + ' to ' + coalesce(edge.latest, '..') + ' is no period' AS problem
ORDER BY edge
