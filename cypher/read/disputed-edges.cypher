// question: Which edges does a finding deny or contradict, and does it weigh against their grade?
// returns: edge, against, how, statement, source, reason, weighs
CALL () {
  MATCH (against:Finding {certainty: 'denied'})
  RETURN against.transfer AS edge, against, 'denied' AS how, null AS reason,
         // A lone denial has no edge that it could weigh against.
         NOT against.headline AND against.transfer IS NOT NULL AS weighs
  UNION ALL
  MATCH (one:Finding)-[conflict:CONTRADICTS]-(against:Finding)
  WHERE one.transfer IS NOT NULL AND NOT one.headline
  // Neither a headline nor another relay of the same origin weighs.
  RETURN one.transfer AS edge, against, 'contradicted' AS how, conflict.reason AS reason,
         NOT against.headline AND against.origin <> one.origin AS weighs
}
RETURN DISTINCT edge, against.id AS against, how, against.statement AS statement, against.source AS source, reason,
       weighs
ORDER BY edge, against, how
