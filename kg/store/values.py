"""Neo4j's values → plain ones, as JSON can hold them, and plain ones → words, as a table shows them.

A node is `{labels, id, properties}`, a relationship `{type, id, from, to, properties}` with the ids of its ends, a path
`{nodes, relationships}`. `id` is the graph's own; where a node or relationship has none, the server's stands for it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kg.schema import PARTY_LABEL

if TYPE_CHECKING:
    from neo4j.graph import Node, Relationship

_NODE = {"labels", "id", "properties"}
_RELATIONSHIP = {"type", "id", "from", "to", "properties"}
_PATH = {"nodes", "relationships"}


def plain(value: Any, ends: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - any Cypher value in, JSON out
    """Return a Cypher value as JSON can hold it. `ends` gives the graph's ids of nodes by the server's."""
    from neo4j import graph, spatial

    if isinstance(value, graph.Node):
        return {"labels": sorted(value.labels), "id": _id(value, ends), "properties": _properties(value, ends)}
    if isinstance(value, graph.Relationship):
        start, end = (None if node is None else _id(node, ends) for node in value.nodes)
        return {"type": value.type, "id": _id(value, ends), "from": start, "to": end,
                "properties": _properties(value, ends)}  # fmt: skip
    if isinstance(value, graph.Path):
        return {"nodes": plain(value.nodes, ends), "relationships": plain(value.relationships, ends)}
    if isinstance(value, spatial.Point):
        return {"srid": value.srid, "coordinates": list(value)}
    if hasattr(value, "iso_format"):  # before tuples, since a duration is one
        return value.iso_format()
    if isinstance(value, Mapping):
        return {str(name): plain(one, ends) for name, one in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(one, ends) for one in value]
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    return str(value)


def _id(element: Node | Relationship, ends: Mapping[str, str] | None) -> str:
    own = element.get("id", (ends or {}).get(element.element_id))
    return element.element_id if own is None else str(own)


def _properties(element: Node | Relationship, ends: Mapping[str, str] | None) -> dict[str, Any]:
    return {name: plain(one, ends) for name, one in sorted(element.items())}


def bare_ends(values: Iterable[Any]) -> set[str]:
    """Return the server's ids of the ends of relationships that came without their nodes."""
    from neo4j import graph

    found: set[str] = set()
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, graph.Relationship):
            found.update(node.element_id for node in value.nodes if node is not None and node.get("id") is None)
        elif isinstance(value, graph.Path):
            continue
        elif isinstance(value, Mapping):
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)
    return found


def named_in(value: Any) -> Iterator[str]:  # noqa: ANN401 - any plain value
    """Yield the ids of parties and items that the words of a plain value need the names of."""
    if _is(value, _RELATIONSHIP):
        yield from (value["from"], value["to"], *value["properties"].get("items", ()))
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from named_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from named_in(one)


def words(value: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - any plain value in and out
    """Return a plain value with nodes, relationships and paths in words; `names` gives names by id.

    A node reads `(ISIS :Group)`, a relationship `(Iraqi military)-[CAPTURED weapon]->(ISIS)`, a path is a line with
    the arrows as they point.
    """
    if _is(value, _NODE):
        return _node(value)
    if _is(value, _RELATIONSHIP):
        start, end = (names.get(value[key], value[key]) for key in ("from", "to"))
        return f"({start})-[{_inside(value, names)}]->({end})"
    if _is(value, _PATH):
        return _path(value["nodes"], value["relationships"], names)
    if isinstance(value, Mapping):
        return {name: words(one, names) for name, one in value.items()}
    return [words(one, names) for one in value] if isinstance(value, list) else value


def _is(value: object, keys: set[str]) -> bool:
    return isinstance(value, Mapping) and value.keys() == keys


def _node(node: Mapping[str, Any]) -> str:
    labels = "".join(f":{label}" for label in node["labels"] if label != PARTY_LABEL)
    return f"({node['properties'].get('name') or node['id']} {labels})" if labels else f"({node['id']})"


def _inside(relationship: Mapping[str, Any], names: Mapping[str, str]) -> str:
    items = ", ".join(names.get(item, item) for item in relationship["properties"].get("items", ()))
    return f"{relationship['type']} {items}".rstrip()


def _path(nodes: Sequence[Any], relationships: Sequence[Any], names: Mapping[str, str]) -> str:
    line = _node(nodes[0]) if nodes else ""
    for (before, after), one in zip(pairwise(nodes), relationships, strict=False):
        onward = one["from"] == before["id"]
        arrow = f" -[{_inside(one, names)}]-> " if onward else f" <-[{_inside(one, names)}]- "
        line += arrow + _node(after)
    return line
