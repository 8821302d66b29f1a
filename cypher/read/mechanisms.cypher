// question: By what mechanism did materiel pass, and how often is it not stated?
// returns: type, mechanism, transfers, alternatives
MATCH (:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(:Party)
RETURN type(transfer) AS type, transfer.mechanism AS mechanism, count(transfer) AS transfers,
       count(transfer.alternative_of) AS alternatives
ORDER BY type, transfers DESC, mechanism
