// question: Which findings stand behind this edge, from which source and origin, in which words?
// parameter: edge EDGE a transfer, manufacture or possession
// returns: finding, certainty, statement, quote, source, published, reliability, origin, organisation
// example: edge=supplied:us-to-syrian-opposition
MATCH (finding:Finding {transfer: $edge})-[:CITES]->(source:Source),
      (finding)-[:ORIGINATES_FROM]->(origin:Origin)-[:BY]->(organisation:Organisation)
RETURN finding.id AS finding, finding.certainty AS certainty, finding.statement AS statement,
       finding.quote AS quote, source.id AS source, source.published AS published,
       source.reliability AS reliability, origin.id AS origin, organisation.name AS organisation
ORDER BY published, finding
