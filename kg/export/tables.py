"""Parties, items and edges as rows: the CSV pair, JSON in node-link form, and JSON Lines that load again.

The rows made here are what GraphML and GEXF hold, too. Keys of an edge are those of `kg show`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from kg import files
from kg.export.selection import Declared, Selection
from kg.output import Answer, csv_text
from kg.records import Records, Relation

_RENAMED = {"start": "from", "end": "to", "origin_ids": "origins", "organisation_ids": "organisations"}


def node_rows(records: Records) -> list[dict[str, Any]]:
    """Return one row a party and item, with the same keys: what the one has and the other has not is None."""
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
    return parties + items


def edge_rows(records: Records) -> list[dict[str, Any]]:
    """Return one row an edge, with the names of its ends and items; lists where an edge has several."""
    name, rows = records.name, []
    for edge in records.relations:
        values = {_RENAMED.get(one.name, one.name): getattr(edge, one.name) for one in fields(Relation)}
        row = {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
        names = {"from_name": name(edge.start), "to_name": name(edge.end), "item_names": [*map(name, edge.items)]}
        rows.append(row | names)
    return rows


def nodes_file(path: Path) -> Path:
    """Return where the nodes go whose edges are written to `path`: `supply.nodes.csv` beside `supply.csv`."""
    return path.with_name(f"{path.stem}.nodes{path.suffix}")


def write_csv(path: Path, selection: Selection) -> None:
    """Write the edges to `path` and the nodes beside it, as `nodes_file` names it.

    Lists are parted by semicolons; what a spreadsheet would take for a formula is defused. Raise `UsageError` where
    the files cannot be written.
    """
    edges = csv_text(Answer(edge_rows(selection.records), _EDGE_KEYS, selection.notes))
    nodes = csv_text(Answer(node_rows(selection.records), _NODE_KEYS))
    files.write_text(nodes_file(path), nodes)
    files.write_text(path, edges)


_EDGE_KEYS = {_RENAMED.get(one.name, one.name): one.name for one in fields(Relation)}
_NODE_KEYS = {"id": "id", "label": "label", "kind": "kind"}


def write_json(path: Path, selection: Selection, declared: Declared) -> None:
    """Write node-link JSON as NetworkX reads it: `graph` holds title, notes and all that is declared.

    Raise `UsageError` where the file cannot be written.
    """
    edges = [
        {"source": row["from"], "target": row["to"], "key": row["id"], **row} for row in edge_rows(selection.records)
    ]
    document = {
        "directed": True,
        "multigraph": True,
        "graph": {"title": selection.title, "notes": list(selection.notes), **_lists(declared)},
        "nodes": node_rows(selection.records),
        "edges": edges,
    }
    files.write_text(path, json.dumps(document, indent=1) + "\n")


def write_jsonl(path: Path, declared: Declared) -> None:
    """Write what is declared, one declaration a line, each a findings file of its own that `kg load` reads.

    Loaded into an empty graph it makes the same graph again, but that all is declared by this one file. Raise
    `UsageError` where the file cannot be written.
    """
    lines = [json.dumps({section: [what]}) for section, content in _lists(declared).items() for what in content]
    files.write_text(path, "".join(f"{line}\n" for line in lines))


def _lists(declared: Declared) -> dict[str, list[Mapping[str, Any]]]:
    return {section: list(content.values()) for section, content in declared.items()}
