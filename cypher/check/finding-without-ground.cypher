// question: Which findings lack a source, an origin or an organisation?
// returns: finding, problem
MATCH (finding:Finding)
WHERE NOT EXISTS { (finding)-[:CITES]->(:Source) }
   OR NOT EXISTS { (finding)-[:ORIGINATES_FROM]->(:Origin)-[:BY]->(:Organisation) }
RETURN finding.id AS finding, 'no source, origin or organisation' AS problem
ORDER BY finding
