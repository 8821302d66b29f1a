"""Neo4j's values → plain ones: nodes, relationships, paths, dates and points as JSON can hold them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:  # noqa: ANN401 - any Cypher value in, any JSON value out
    """Return a Cypher value as JSON can hold it: nodes with labels, relationships with type and ends."""
    from neo4j import graph, spatial

    if isinstance(value, graph.Node):
        return {"labels": sorted(value.labels), **{name: plain(one) for name, one in sorted(value.items())}}
    if isinstance(value, graph.Relationship):
        start, end = value.nodes
        ends = {"from": start.get("id") if start else None, "to": end.get("id") if end else None}
        return {"type": value.type, **ends, **{name: plain(one) for name, one in sorted(value.items())}}
    if isinstance(value, graph.Path):
        return {"nodes": [plain(one) for one in value.nodes], "relationships": [plain(r) for r in value.relationships]}
    if isinstance(value, spatial.Point):
        return {"srid": value.srid, "coordinates": list(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(one) for one in value]
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    return value.iso_format() if hasattr(value, "iso_format") else str(value)
