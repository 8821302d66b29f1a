// question: Where do findings that go back to one origin differ in how sure they are of the same edge?
// returns: edge, origin, certainties, wordings
MATCH (finding:Finding)
WHERE finding.transfer IS NOT NULL AND NOT finding.headline
WITH finding ORDER BY finding.certainty, finding.source, finding.id
WITH finding.transfer AS edge, finding.origin AS origin, collect(DISTINCT finding.certainty) AS certainties,
     collect(DISTINCT finding.source + ': ' + finding.certainty) AS wordings
WHERE size(certainties) > 1
RETURN edge, origin, certainties, wordings
ORDER BY edge, origin
