// question: Which parties are of no kind, or of several?
// returns: party, problem
MATCH (party:Party)
WITH party, [label IN labels(party) WHERE label IN ['Country', 'Factory', 'Distributor', 'Group']] AS kinds
WHERE size(kinds) <> 1
RETURN party.id AS party, 'it is of ' + size(kinds) + ' kinds instead of one' AS problem
ORDER BY party
