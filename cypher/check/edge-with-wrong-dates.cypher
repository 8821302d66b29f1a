// question: Which edges have a bound that is no day, or bounds in the wrong order?
// returns: edge, problem
MATCH ()-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD]->()
// A month or day that the calendar does not have is carried over into the next, so that another day comes out.
WITH edge, [toStringOrNull(edge.earliest), toStringOrNull(edge.latest)] AS bounds
WITH edge, bounds, [bound IN bounds WHERE bound IS NOT NULL AND bound <> CASE
       WHEN bound =~ '\\d{4}-\\d{2}-\\d{2}' THEN toString(date({year: toInteger(left(bound, 4))})
         + duration({months: toInteger(substring(bound, 5, 2)) - 1, days: toInteger(right(bound, 2)) - 1}))
       ELSE 'no day' END] AS wrong
WHERE edge.earliest > edge.latest OR size(wrong) > 0
RETURN edge.id AS edge, coalesce(bounds[0], '..') + ' to ' + coalesce(bounds[1], '..') + ' is no period' AS problem
ORDER BY edge
