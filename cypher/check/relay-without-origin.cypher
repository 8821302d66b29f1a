// question: Which findings cite a source whose relays do not lead to the finding's origin?
// returns: finding, problem
MATCH (finding:Finding)-[:CITES]->(source:Source), (finding)-[:ORIGINATES_FROM]->(origin:Origin)
WHERE NOT EXISTS { (source)-[:RELAYS*1..10]->(origin) }
RETURN finding.id AS finding, source.id + ' does not relay ' + origin.id AS problem
ORDER BY finding
