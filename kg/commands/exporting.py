"""`kg export`, and the pages that other commands write with --html."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.commands.options import connected, party_names, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kg.analysis.chokepoints import ChokepointAnswer, TerritoryAnswer
    from kg.analysis.paths import PathAnswer
    from kg.graph import Graph
    from kg.network import Projection
    from kg.records import Records, Relation


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(export)


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The page to write, such as supply.html.")],
    around: Annotated[
        str | None, typer.Option("--around", help="Only what is near this party.", autocompletion=party_names)
    ] = None,
    hops: Annotated[int, typer.Option("--hops", min=1, max=20, help="How near: transfers away at most.")] = 2,
    handling: Annotated[str | None, typer.Option("--handling", help="Handling code, such as TLP:AMBER.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write it even where it gets very large.")] = False,
) -> None:
    """Write the graph as one sealed HTML file that opens offline and carries its evidence.

    Example: kg export supply.html --around ISIS --hops 2
    """
    from kg.errors import UsageError

    if file.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{file.name} has no suffix that can be written: give a name that ends in .html.")
    with connected() as graph:
        edges: Sequence[Relation] = graph.records.relations
        title = "Weapons supply chains: what is known"
        if around is not None:
            centre = graph.party(around)
            edges = _near(edges, centre, hops)
            title = f"Around {graph.name(centre)}, up to {hops} transfer{'s' * (hops > 1)} away"
        export_edges(graph, edges, file, title=title, handling=handling, force=force)


def _near(edges: Sequence[Relation], centre: str, hops: int) -> list[Relation]:
    """Return the transfers at most so many away from a party, either way, and what their parties made and held."""
    reached = edge_of_reach = {centre}
    for _ in range(hops):
        touching = [edge for edge in edges if edge.is_transfer and {edge.start, edge.end} & edge_of_reach]
        edge_of_reach = {party for edge in touching for party in (edge.start, edge.end)} - reached
        reached = reached | edge_of_reach
    return [
        edge
        for edge in edges
        if (edge.is_transfer and edge.start in reached and edge.end in reached)
        or (not edge.is_transfer and (edge.start in reached or reached & set(edge.held_by)))
    ]


def export_edges(
    graph: Graph, edges: Sequence[Relation], file: Path, *, title: str, handling: str | None, force: bool
) -> None:
    """Write a page of edges, laid out by force."""
    _write(graph, edges, file, force, title=title, layout="force", handling=handling)


def export_paths(graph: Graph, answer: PathAnswer, file: Path, *, handling: str | None, force: bool) -> None:
    """Write a page of paths, laid out as a flow from suppliers to end user."""
    chosen = {one.id for path in answer.paths for hop in path.hops for one in (hop.transfer, *hop.parallel)}
    between = f"{', '.join(map(graph.name, answer.starts))} to {', '.join(map(graph.name, answer.ends))}"
    _write(
        graph,
        [edge for edge in graph.records.relations if edge.id in chosen],
        file,
        force,
        title=f"Paths from {between}",
        layout="flow",
        handling=handling,
        paths=tuple(path.parties for path in answer.paths),
        diversion_points=frozenset(
            path.hops[path.diversion - 1].transfer.id for path in answer.paths if path.diversion is not None
        ),
        projection=answer.projection,
        notes=answer.cut,
    )


def export_chokepoints(
    graph: Graph,
    answer: ChokepointAnswer | TerritoryAnswer,
    asked: Projection,
    file: Path,
    *,
    handling: str | None,
    force: bool,
) -> None:
    """Write a page of all transfers between suppliers and end users, the chokepoints marked."""
    network = graph.network(asked)
    edges = _between(network, answer.starts, answer.ends)
    rows = answer.rows()
    territories = tuple(row["id"] for row in rows) if rows and "territory" in type(answer).__name__.lower() else ()
    _write(
        graph,
        edges,
        file,
        force,
        title=f"Chokepoints on the way to {', '.join(map(graph.name, answer.ends))}",
        layout="flow",
        handling=handling,
        chokepoints=frozenset(row["id"] for row in rows if row["id"] in graph.records.parties and not territories),
        chokepoint_territories=territories,
        bands=bool(territories),
        projection=answer.projection,
        notes=answer.caveats,
    )


def _between(network: Any, starts: Iterable[str], ends: Iterable[str]) -> list[Relation]:  # noqa: ANN401 - networkx
    """Return the transfers that lie on a way from a supplier to an end user."""
    import networkx as nx

    forward = set(starts).union(*(nx.descendants(network, start) for start in starts))
    backward = set(ends).union(*(nx.ancestors(network, end) for end in ends))
    on_way = forward & backward
    return [data["transfer"] for a, b, data in network.edges(data=True) if a in on_way and b in on_way]


def subset(records: Records, edges: Sequence[Relation]) -> Records:
    """Return edges with the parties and items they name, and the territories those parties sit in."""
    from dataclasses import replace

    names = {name for edge in edges for name in (edge.start, edge.end, *edge.held_by, *edge.financed_by, *edge.via)}
    names |= {country for name in names if name in records.parties for country in records.parties[name].territories}
    items = {name for edge in edges for name in (*edge.items, *edge.inputs, edge.end)}
    waiting = list(items)
    while waiting:
        item = records.items.get(waiting.pop())
        for broader in item.kind_of if item else ():
            if broader not in items:
                items.add(broader)
                waiting.append(broader)
    return replace(
        records,
        parties={name: party for name, party in records.parties.items() if name in names},
        items={name: item for name, item in records.items.items() if name in items},
        relations=tuple(edges),
    )


def _write(graph: Graph, edges: Sequence[Relation], file: Path, force: bool, **settings: Any) -> None:  # noqa: ANN401
    from kg.export import html

    findings = graph.findings(sorted({name for edge in edges for name in edge.findings}))
    projection: Mapping[str, Any] = settings.pop("projection", {})
    written = html.write(
        file,
        html.Picture(
            records=subset(graph.records, edges),
            findings=findings,
            sources=graph.sources,
            origins=graph.origins,
            organisations=graph.organisations,
            projection=projection,
            notes=tuple(settings.pop("notes", ())),
            **settings,
        ),
        force=force,
    )
    say(
        f"Wrote {written.path}: {written.drawn} parties drawn of {written.parties}, {written.transfers} transfers, "
        f"{written.bytes / 1000:.0f} kB. It opens offline."
    )
