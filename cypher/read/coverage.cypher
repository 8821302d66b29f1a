// question: Which years does each source cover, with how many findings and transfers?
// returns: source, published, from_year, to_year, date_derived, findings, transfers, manufactures, possessions
MATCH (:Party)-[edge:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD]->(:Party|Item)
UNWIND edge.findings AS finding_id
MATCH (finding:Finding {id: finding_id})-[:CITES]->(source:Source)
WITH source, toInteger(left(edge.earliest, 4)) AS from_year, toInteger(left(edge.latest, 4)) AS to_year,
     edge.date_derived AS date_derived, finding, edge
RETURN source.id AS source, source.published AS published, from_year, to_year, date_derived,
       count(DISTINCT finding) AS findings,
       count(DISTINCT CASE WHEN type(edge) IN ['SUPPLIED', 'DIVERTED', 'CAPTURED'] THEN edge END) AS transfers,
       count(DISTINCT CASE WHEN type(edge) = 'MANUFACTURED' THEN edge END) AS manufactures,
       count(DISTINCT CASE WHEN type(edge) = 'HELD' THEN edge END) AS possessions
ORDER BY source, to_year, from_year, date_derived
