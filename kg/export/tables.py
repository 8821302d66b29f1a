"""Parties, items and edges as rows: the CSV pair, JSON in node-link form, and JSON Lines that load again.

The rows made here are what GraphML and GEXF hold, too. Keys of an edge are those of `kg show`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kg import files
from kg.export.selection import Declared, Selection
from kg.findings import NOTES
from kg.output import Answer, cell_text, csv_text
from kg.records import Records, Relation
from kg.visible import visible

if TYPE_CHECKING:
    import networkx as nx

_RENAMED = {"start": "from", "end": "to", "origin_ids": "origins", "organisation_ids": "organisations"}


Remarks = Mapping[str, tuple[str, ...]]


def node_rows(records: Records, remarks: Remarks = MappingProxyType({})) -> list[dict[str, Any]]:
    """Return one row a party and item, with the same keys: what the one has and the other has not is None.

    `remarks` are notes by id.
    """
    parties = [
        {
            "id": party.id, "label": party.name, "kind": party.kind, "aliases": list(party.aliases),
            "placeholder": party.placeholder, "collective": party.collective, "territories": list(party.territories),
            "territory_text": party.territory_text, "part_of": list(party.part_of), "kind_of": None,
            "component_of": None,
        }
        for party in records.parties.values()
    ]  # fmt: skip
    items = [
        {
            "id": item.id, "label": item.name, "kind": "Item", "aliases": list(item.aliases), "placeholder": None,
            "collective": None, "territories": None, "territory_text": None, "part_of": None,
            "kind_of": list(item.kind_of), "component_of": list(item.component_of),
        }
        for item in records.items.values()
    ]  # fmt: skip
    return [{**row, "note": "; ".join(remarks.get(str(row["id"]), ())) or None} for row in parties + items]


def edge_rows(records: Records, remarks: Remarks = MappingProxyType({})) -> list[dict[str, Any]]:
    """Return one row an edge, with the names of its ends and items; lists where an edge has several.

    `remarks` are the notes of the findings behind an edge, by its id.
    """
    name, rows = records.name, []
    for edge in records.relations:
        values = {_RENAMED.get(one.name, one.name): getattr(edge, one.name) for one in fields(Relation)}
        row = {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
        names = {"from_name": name(edge.start), "to_name": name(edge.end), "item_names": [*map(name, edge.items)]}
        rows.append(row | names | {"finding_notes": list(remarks.get(edge.id, ()))})
    return rows


def plain(network: nx.MultiDiGraph[str]) -> nx.MultiDiGraph[str]:
    """Return a projected network with the values of `node_rows` and `edge_rows` as attributes, as networkx writes them.

    Lists become texts parted by semicolons; what is absent is left out; the projection is one text of the graph. An
    edge has its type as `relation` and its id as `transfer`: GEXF takes these words for its own.
    """
    import networkx as nx

    records, asked = network.graph["records"], network.graph["projection"]
    parties = {party: records.parties[party] for party in network}
    transfers = tuple(data["transfer"] for _, _, data in network.edges(data=True))
    given = (f"{key} {cell_text(value)}" for key, value in asked.describe().items() if value is not None)
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph(conditions=", ".join(given))
    made.add_nodes_from((row["id"], _attributes(row)) for row in node_rows(Records(parties, {}, ())))
    for row in edge_rows(Records(records.parties, records.items, transfers)):
        named = {"transfer": row["id"], "relation": row.pop("type")}
        made.add_edge(row["from"], row["to"], key=row["id"], **_attributes(named | row))
    return made


def _attributes(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is there of a row as XML can hold it, but its ids, which networkx has places of its own for."""
    return {
        key: value if isinstance(value, bool | int | float) else visible(cell_text(value))
        for key, value in row.items()
        if key not in ("id", "from", "to") and value not in (None, [], "")
    }


def nodes_file(path: Path) -> Path:
    """Return where the nodes go whose edges are written to `path`: `supply.nodes.csv` beside `supply.csv`."""
    return path.with_name(f"{path.stem}.nodes{path.suffix}")


def write_csv(path: Path, selection: Selection) -> None:
    """Write the edges to `path` and the nodes beside it, as `nodes_file` names it.

    Lists are parted by semicolons; what a spreadsheet would take for a formula is defused. Raise `UsageError` where
    the files cannot be written.
    """
    edges = csv_text(Answer(edge_rows(selection.records, selection.remarks), _EDGE_KEYS, selection.notes))
    nodes = csv_text(Answer(node_rows(selection.records, selection.remarks), _NODE_KEYS))
    files.write_text(nodes_file(path), nodes)
    files.write_text(path, edges)


_EDGE_KEYS = {_RENAMED.get(one.name, one.name): one.name for one in fields(Relation)}
_NODE_KEYS = {"id": "id", "label": "label", "kind": "kind"}


def write_json(path: Path, selection: Selection, declared: Declared) -> None:
    """Write node-link JSON as NetworkX reads it: `graph` holds title, notes and all that is declared.

    Raise `UsageError` where the file cannot be written.
    """
    edges = [
        {"source": row["from"], "target": row["to"], "key": row["id"], **row}
        for row in edge_rows(selection.records, selection.remarks)
    ]
    document = {
        "directed": True,
        "multigraph": True,
        "graph": {"title": selection.title, "notes": list(selection.notes), **_lists(declared)},
        "nodes": node_rows(selection.records, selection.remarks),
        "edges": edges,
    }
    files.write_text(path, json.dumps(document, indent=1) + "\n")


def write_jsonl(path: Path, selection: Selection, declared: Declared) -> None:
    """Write what is declared, one declaration a line, each a findings file of its own that `kg load` reads.

    The first line holds the notes. Loaded into an empty graph it makes the same graph again, but that all is declared
    by this one file. Raise `UsageError` where the file cannot be written.
    """
    lines = [json.dumps({NOTES: [f"{selection.title}.", *selection.notes]})]
    lines += [json.dumps({section: [what]}) for section, content in _lists(declared).items() for what in content]
    files.write_text(path, "".join(f"{line}\n" for line in lines))


def _lists(declared: Declared) -> dict[str, list[Mapping[str, Any]]]:
    return {section: list(content.values()) for section, content in declared.items()}
