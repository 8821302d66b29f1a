"""GraphML, as Gephi, yEd, igraph and NetworkX read it: parties and items as nodes, every edge with all it carries."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from kg import files
from kg.export.selection import Selection
from kg.export.tables import edge_rows, node_rows
from kg.output import cell_text
from kg.records import FIGURES
from kg.visible import visible

#: Keys that are no data of an edge: GraphML and GEXF have places of their own for them.
ENDS = frozenset({"id", "from", "to", "from_name", "to_name"})
_NUMBERS = frozenset({"quantity_min", "quantity_max", "share_min", "share_max", "alternatives_min"}) | set(FIGURES)
_FLAGS = frozenset({"placeholder", "collective", "date_derived", "authorised"})
_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"


def kind_of_data(key: str) -> str:
    """Return the type under which a value goes into XML: double, boolean or string."""
    return "double" if key in _NUMBERS else "boolean" if key in _FLAGS else "string"


def xml_text(value: Any) -> str:  # noqa: ANN401 - any value of a row
    """Return a value as XML can hold it: lists parted by semicolons, control characters made visible, none lost."""
    return visible(cell_text(value))


def data(row: Mapping[str, Any]) -> dict[str, str]:
    """Return what a row has to say beside its ids, as texts; absent values and empty lists are left out."""
    return {key: xml_text(value) for key, value in row.items() if key not in ENDS and value not in (None, [], "")}


def write(path: Path, selection: Selection) -> None:
    """Write a selection as GraphML. Raise `UsageError` where the file cannot be written; the old one then stays."""
    nodes = node_rows(selection.records, selection.remarks)
    # igraph 1.0 gives edges the ids of nodes, so that theirs are data, too.
    edges = [{"edge": row["id"], **row} for row in edge_rows(selection.records, selection.remarks)]
    root = ElementTree.Element("graphml", {"xmlns": _NAMESPACE})
    ids: dict[tuple[str, str], str] = {}
    for where, rows in (("node", nodes), ("edge", edges)):
        for key in dict.fromkeys(key for row in rows for key in row if key not in ENDS):
            ids[where, key] = f"{where[0]}{len(ids)}"
            declared = {"id": ids[where, key], "for": where, "attr.name": key, "attr.type": kind_of_data(key)}
            ElementTree.SubElement(root, "key", declared)
    graph = ElementTree.SubElement(root, "graph", {"id": "graph", "edgedefault": "directed"})
    ElementTree.SubElement(graph, "desc").text = visible(" ".join((selection.title + ".", *selection.notes)))
    for row in nodes:
        node = ElementTree.SubElement(graph, "node", {"id": xml_text(row["id"])})
        _add(node, "node", row, ids)
    for row in edges:
        ends = {"id": row["id"], "source": row["from"], "target": row["to"]}
        edge = ElementTree.SubElement(graph, "edge", {key: xml_text(value) for key, value in ends.items()})
        _add(edge, "edge", row, ids)
    files.write_bytes(path, xml_bytes(root))


def _add(element: ElementTree.Element, where: str, row: Mapping[str, Any], ids: Mapping[tuple[str, str], str]) -> None:
    for key, text in data(row).items():
        ElementTree.SubElement(element, "data", {"key": ids[where, key]}).text = text


def xml_bytes(root: ElementTree.Element) -> bytes:
    """Return a document as UTF-8, one element a line."""
    ElementTree.indent(root)
    content: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"
