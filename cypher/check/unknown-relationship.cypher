// question: Which relationships are of a type that the graph does not have?
// returns: relationship, problem
MATCH (start)-[relationship]->(end)
WHERE NOT type(relationship) IN [
  'SUPPLIED', 'DIVERTED', 'CAPTURED', 'MANUFACTURED', 'HELD', 'KIND_OF', 'COMPONENT_OF', 'LOCATED_IN', 'PART_OF',
  'SUCCEEDED_BY', 'CITES', 'ORIGINATES_FROM', 'BY', 'RELAYS', 'ABOUT', 'REPEATS', 'CONTRADICTS'
]
RETURN relationship.id AS relationship, 'the graph has no ' + type(relationship) + ', as from '
       + coalesce(toStringOrNull(start.id), 'no id') + ' to ' + coalesce(toStringOrNull(end.id), 'no id')
       AS problem
ORDER BY relationship
