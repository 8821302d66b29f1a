// question: What do headlines say, and does the body of the source carry it?
// returns: finding, source, statement, carried, edge, reason
MATCH (finding:Finding {headline: true})
OPTIONAL MATCH (finding)-[conflict:CONTRADICTS]->(:Finding {source: finding.source})
WITH finding, conflict ORDER BY conflict.reason
WITH finding, collect(conflict.reason) AS reasons
RETURN finding.id AS finding, finding.source AS source, finding.statement AS statement,
       finding.transfer IS NOT NULL AND size(reasons) = 0 AS carried, finding.transfer AS edge, reasons[0] AS reason
ORDER BY carried, source, finding
