"""A knowledge graph of weapons supply chains: `kg.connect()` gives the graph, `kg --help` the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.graph import Graph

__all__ = ["connect"]


def connect(*arguments: Any, **options: Any) -> Graph:  # noqa: ANN401 - passed on as they are
    """Return the connected graph; see `kg.graph.connect`. The heavy imports happen here, not at `import kg`."""
    from kg import graph

    return graph.connect(*arguments, **options)
