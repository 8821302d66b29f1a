// question: Which source passes on which origin or other source, and how is that known?
// returns: source, published, reliability, relays, kind, known, findings
MATCH (source:Source)-[relay:RELAYS]->(earlier:Source|Origin)
RETURN source.id AS source, source.published AS published, source.reliability AS reliability, earlier.id AS relays,
       labels(earlier)[0] AS kind, relay.known AS known, COUNT { (source)<-[:CITES]-(:Finding) } AS findings
ORDER BY source, relays
