// question: Which years do the findings of each source speak of, how many are they, and of how many edges?
// returns: source, published, from_year, to_year, date_derived, findings, without_edge, transfers, manufactures, possessions
MATCH (finding:Finding)-[:CITES]->(source:Source)
// The edge may have the dates of other findings, too; each declaration has its own.
WITH finding, source, split(finding.record, '"date":{')[1] AS stated
WITH finding, source, stated, split(split(split(stated, '}')[0], '"earliest":"')[1], '"')[0] AS earliest,
     split(split(split(stated, '}')[0], '"latest":"')[1], '"')[0] AS latest
// Where no last day is stated, publication bounds it.
WITH finding, source, toInteger(left(earliest, 4)) AS from_year,
     toInteger(left(coalesce(latest, source.published), 4)) AS to_year,
     latest IS NULL OR stated CONTAINS '"derived":true' AS date_derived, finding.transfer AS edge
RETURN source.id AS source, source.published AS published, from_year, to_year, date_derived, count(finding) AS findings,
       count(CASE WHEN edge IS NULL THEN 1 END) AS without_edge,
       count(DISTINCT CASE WHEN finding.relation IN ['SUPPLIED', 'DIVERTED', 'CAPTURED'] THEN edge END) AS transfers,
       count(DISTINCT CASE WHEN finding.relation = 'MANUFACTURED' THEN edge END) AS manufactures,
       count(DISTINCT CASE WHEN finding.relation = 'HELD' THEN edge END) AS possessions
ORDER BY source, to_year, from_year, date_derived
