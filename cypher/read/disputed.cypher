// question: Which findings contradict each other, and why?
// returns: finding, says, against, which_says, reason
MATCH (one:Finding)-[conflict:CONTRADICTS]->(other:Finding)
RETURN one.id AS finding, one.statement AS says, other.id AS against, other.statement AS which_says,
       conflict.reason AS reason
ORDER BY finding, against
