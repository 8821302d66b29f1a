// question: What does each source say of this party or item, and in which role?
// parameter: name PARTY|ITEM the party or item, such as country:TUR
// returns: finding, roles, relation, certainty, headline, statement, source, published, edge
// example: name=country:TUR
MATCH (finding:Finding)-[about:ABOUT]->(subject:Party|Item {id: $name})
MATCH (finding)-[:CITES]->(source:Source)
WITH finding, source, about.role AS role ORDER BY role
RETURN finding.id AS finding, collect(role) AS roles, finding.relation AS relation, finding.certainty AS certainty,
       finding.headline AS headline, finding.statement AS statement, source.id AS source,
       source.published AS published, finding.transfer AS edge
ORDER BY published, finding
