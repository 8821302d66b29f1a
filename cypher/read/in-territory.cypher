// question: Who sits in this territory, and which transfers go through it? The state itself does nothing by that.
// parameter: country COUNTRY the country, such as country:TUR
// returns: how, id, name, kind, placeholder, limited, transfers
// example: country=country:TUR
CALL () {
  MATCH (party:Party)-[seat:LOCATED_IN]->(:Country {id: $country})
  RETURN 'sits there' AS how, party.id AS id, party.name AS name,
         [label IN labels(party) WHERE label <> 'Party'][0] AS kind, party.placeholder AS placeholder,
         seat.text AS limited, COUNT { (party)-[:SUPPLIED|DIVERTED|CAPTURED]-(:Party) } AS transfers
  UNION ALL
  MATCH (start:Party)-[transfer:SUPPLIED|DIVERTED|CAPTURED]->(end:Party)
  WHERE $country IN transfer.via
  RETURN 'goes through' AS how, transfer.id AS id, start.name + ' → ' + end.name AS name, type(transfer) AS kind,
         null AS placeholder, null AS limited, 1 AS transfers
}
RETURN how, id, name, kind, placeholder, limited, transfers
ORDER BY how DESC, id
