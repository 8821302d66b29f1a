// question: Which unnamed parties stand on most transfers?
// returns: party, name, kind, transfers
MATCH (party:Party {placeholder: true})-[transfer:SUPPLIED|DIVERTED|CAPTURED]-(:Party)
RETURN party.id AS party, party.name AS name, [label IN labels(party) WHERE label <> 'Party'][0] AS kind,
       count(DISTINCT transfer.id) AS transfers
ORDER BY transfers DESC, party
