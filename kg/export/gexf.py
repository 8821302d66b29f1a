"""GEXF with time, as Gephi and NetworkX read it: an edge spans the days within which it took place.

Version 1.2 draft, the newest that both read. Start and end are the bounds of an edge, where it has them: not how long
it lasted, but when it may have been. `date_derived` tells where a bound is only the date of publication.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from kg import files
from kg.export.graphml import ENDS, data, kind_of_data, xml_bytes, xml_text
from kg.export.selection import Selection
from kg.export.tables import edge_rows, node_rows
from kg.visible import visible

_NAMESPACE = "http://www.gexf.net/1.2draft"
_LABEL = "label"
_BOUNDS = {"earliest": "start", "latest": "end"}


def write(path: Path, selection: Selection) -> None:
    """Write a selection as GEXF. Raise `UsageError` where the file cannot be written; the old one then stays."""
    nodes = node_rows(selection.records, selection.remarks)
    edges = edge_rows(selection.records, selection.remarks)
    root = ElementTree.Element("gexf", {"xmlns": _NAMESPACE, "version": "1.2"})
    meta = ElementTree.SubElement(root, "meta")
    ElementTree.SubElement(meta, "creator").text = "weapons-supply-kg"
    ElementTree.SubElement(meta, "description").text = visible(" ".join((selection.title + ".", *selection.notes)))
    looks = {"defaultedgetype": "directed", "mode": "dynamic", "timeformat": "date"}
    graph = ElementTree.SubElement(root, "graph", looks)
    ids = {where: _declare(graph, where, rows) for where, rows in (("node", nodes), ("edge", edges))}
    node_list = ElementTree.SubElement(graph, "nodes", {"count": str(len(nodes))})
    for row in nodes:
        looks = {"id": xml_text(row["id"]), "label": xml_text(row["label"])}
        _add(ElementTree.SubElement(node_list, "node", looks), row, ids["node"])
    edge_list = ElementTree.SubElement(graph, "edges", {"count": str(len(edges))})
    for row in edges:
        ends = {"id": row["id"], "source": row["from"], "target": row["to"], "label": row["type"]}
        ends |= {name: row[key] for key, name in _BOUNDS.items() if row[key] is not None}
        looks = {key: xml_text(value) for key, value in ends.items()}
        _add(ElementTree.SubElement(edge_list, "edge", looks), row, ids["edge"])
    files.write_bytes(path, xml_bytes(root))


def _declare(graph: ElementTree.Element, where: str, rows: list[dict[str, Any]]) -> dict[str, str]:
    """Declare the data that rows have, and return the id of each."""
    declared = ElementTree.SubElement(graph, "attributes", {"class": where, "mode": "static"})
    keys = dict.fromkeys(key for row in rows for key in row if key not in ENDS and key != _LABEL)
    ids = {key: str(number) for number, key in enumerate(keys)}
    for key, identifier in ids.items():
        ElementTree.SubElement(declared, "attribute", {"id": identifier, "title": key, "type": kind_of_data(key)})
    return ids


def _add(element: ElementTree.Element, row: Mapping[str, Any], ids: Mapping[str, str]) -> None:
    values = ElementTree.SubElement(element, "attvalues")
    for key, text in data(row).items():
        if key in ids:
            ElementTree.SubElement(values, "attvalue", {"for": ids[key], "value": text})
