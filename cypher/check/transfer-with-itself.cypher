// question: Which transfers begin and end at one party?
// returns: edge, problem
MATCH (party:Party)-[edge:SUPPLIED|DIVERTED|CAPTURED]->(party)
RETURN edge.id AS edge, 'from ' + party.id + ' to itself' AS problem
ORDER BY edge
