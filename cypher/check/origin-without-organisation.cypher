// question: Which origins have no organisation, or several?
// returns: origin, problem
MATCH (origin:Origin)
WITH origin, COUNT { (origin)-[:BY]->(:Organisation) } AS organisations
WHERE organisations <> 1
RETURN origin.id AS origin, 'it has ' + organisations + ' organisations instead of one' AS problem
ORDER BY origin
