"""`kg export`, and the pages that other commands write with --html."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.commands.options import HandlingOption, connected, party_names, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kg.analysis.chokepoints import ChokepointAnswer, TerritoryAnswer
    from kg.analysis.paths import PathAnswer
    from kg.answers import CypherAnswer
    from kg.export.selection import Selection
    from kg.graph import Graph
    from kg.network import Projection
    from kg.records import Relation

ANSWER_ROWS = 100_000
ANSWER_SECONDS = 60.0
PAGES = (".html", ".htm")
SUFFIXES = (*PAGES, ".graphml", ".gexf", ".csv", ".jsonl", ".json")


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(export)


def export(
    target: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="By suffix .html .graphml .gexf .csv .jsonl .json; a folder for neo4j-admin."
        ),
    ],
    around: Annotated[
        str | None, typer.Option("--around", help="Only what is near this party.", autocompletion=party_names)
    ] = None,
    hops: Annotated[int, typer.Option("--hops", min=1, max=20, help="How near: transfers away at most.")] = 2,
    starts: Annotated[
        list[str] | None,
        typer.Option("--from", help="Only what leads from this supplier. May be repeated.", autocompletion=party_names),
    ] = None,
    ends: Annotated[
        list[str] | None,
        typer.Option("--to", help="Only what leads to this end user. May be repeated.", autocompletion=party_names),
    ] = None,
    query: Annotated[str | None, typer.Option("--query", help="Only what this query returns: name or Cypher.")] = None,
    parameters: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="KEY=VALUE", help="A parameter of the query.")
    ] = None,
    handling: HandlingOption = None,
    force: Annotated[bool, typer.Option("--force", help="Write a page even where it gets very large.")] = False,
) -> None:
    """Write the graph, a neighbourhood, what lies between two parties, or an answer: a page, tables or a network.

    Example: kg export supply.graphml --around ISIS --hops 2
    """
    from kg.errors import UsageError

    file = Path(target)
    is_folder = target.endswith(("/", "\\")) or not file.suffix
    if not is_folder and file.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"{file.name} has no suffix that can be written: give {', '.join(SUFFIXES)}, or a folder for neo4j-admin."
        )
    given = (around is not None, bool(starts or ends), query is not None)
    if sum(given) > 1 or (starts is None) != (ends is None) or (parameters and query is None):
        raise UsageError("give one of --around, of --from with --to, or of --query with its parameters.")
    with connected(handling) as graph:
        selection = _selection(graph, around, hops, starts or [], ends or [], query, parameters or [])
        if not is_folder and file.suffix.lower() in PAGES:
            export_selection(graph, selection, file, flow=bool(starts), force=force)
        else:
            _write_data(graph, selection, file, is_folder)


def _selection(
    graph: Graph, around: str | None, hops: int, starts: Sequence[str], ends: Sequence[str], query: str | None,
    parameters: Sequence[str],
) -> Selection:  # fmt: skip
    from kg.export import selection

    if around is not None:
        return selection.around(graph, graph.party(around), hops)
    if starts:
        return selection.between(graph, [graph.party(one) for one in starts], [graph.party(one) for one in ends])
    if query is None:
        return selection.everything(graph)
    from kg import catalog

    cypher, checked = catalog.choose(query, None, parameters)
    return selection_of(graph, query, graph.cypher(cypher, checked, timeout=ANSWER_SECONDS, limit=ANSWER_ROWS))


def selection_of(graph: Graph, query: str, answer: CypherAnswer) -> Selection:
    """Return what the rows of a query name."""
    from kg.export import selection

    title = "Answer to the query " + " ".join(query.split())[:200]
    return selection.answer(graph, title, answer.values, answer.cut)


def _write_data(graph: Graph, selection: Selection, file: Path, is_folder: bool) -> None:
    """Write a selection as data, and say what was written."""
    from dataclasses import replace

    from kg.export import bulk, gexf, graphml, tables
    from kg.export.selection import declared, keys
    from kg.handling import highest
    from kg.store.read import coded

    suffix = "" if is_folder else file.suffix.lower()
    holds = declared(graph, selection) if suffix in ("", ".json", ".jsonl") else {}
    code = graph.handling(keys(selection, holds))
    if not suffix and selection.whole and graph.ceiling is None:
        code = highest([{"handling": code}, *coded(graph.database)])  # such a folder has earlier versions, too
    marked = (f"Handling: {code}.",) if code else ()
    selection = replace(selection, chosen=(*marked, *left_out(graph), *selection.chosen))
    written = [str(file)]
    if suffix == ".graphml":
        graphml.write(file, selection)
    elif suffix == ".gexf":
        gexf.write(file, selection)
    elif suffix == ".csv":
        tables.write_csv(file, selection)
        written.append(str(tables.nodes_file(file)))
    elif suffix == ".json":
        tables.write_json(file, selection, holds)
    elif suffix == ".jsonl":
        tables.write_jsonl(file, holds)
    else:
        bulk.write(file, graph, selection, holds)
    records = selection.records
    say(
        f"Wrote {' and '.join(written)}: {len(records.parties)} parties, {len(records.items)} items, "
        f"{len(records.relations)} edges. {selection.title}."
    )
    for note in selection.chosen:
        say(f"Note: {note}")


def left_out(graph: Graph) -> tuple[str, ...]:
    """Return what has to be said where a handling code keeps findings out: how many, also where it is none."""
    if graph.shared is None:
        return ()
    number = graph.shared.left_out
    return (f"{number} finding{'s are' if number != 1 else ' is'} left out, which the handling code keeps back.",)


def export_selection(graph: Graph, selection: Selection, file: Path, *, flow: bool = False, force: bool) -> None:
    """Write a page of a selection, laid out by force or, where it leads from suppliers to end users, as a flow."""
    from kg.network import Projection

    _write(
        graph,
        selection.records.relations,
        file,
        force,
        nodes=() if selection.whole else tuple(selection.records.parties),
        title=selection.title,
        layout="flow" if flow else "force",
        projection=Projection().describe() if flow else {},
        notes=selection.chosen,
    )


def export_edges(graph: Graph, edges: Sequence[Relation], file: Path, *, title: str, force: bool) -> None:
    """Write a page of edges, laid out by force."""
    _write(graph, edges, file, force, title=title, layout="force")


def export_paths(graph: Graph, answer: PathAnswer, file: Path, *, force: bool) -> None:
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
    force: bool,
) -> None:
    """Write a page of all transfers between suppliers and end users, the chokepoints marked."""
    from kg.export.selection import on_way

    edges = on_way(graph.network(asked), answer.starts, answer.ends)
    rows = answer.rows()
    territories = tuple(sorted({name for row in rows for name in row.get("territories") or () if "id" not in row}))
    _write(
        graph,
        edges,
        file,
        force,
        title=f"Chokepoints on the way to {', '.join(map(graph.name, answer.ends))}",
        layout="flow",
        chokepoints=frozenset(row["id"] for row in rows if row.get("id") in graph.records.parties),
        chokepoint_territories=territories,
        bands=bool(territories),
        projection=answer.projection,
        notes=answer.caveats,
    )


def _write(graph: Graph, edges: Sequence[Relation], file: Path, force: bool, **settings: Any) -> None:  # noqa: ANN401
    from kg.export import html
    from kg.export.selection import Selection, keys, subset

    named = sorted({name for edge in edges for name in edge.findings})
    findings = graph.findings([*named, *graph.opponents(named)])
    records = subset(graph.records, edges, settings.pop("nodes", ()))
    code = graph.handling(keys(Selection("", records), {"findings": findings}))
    projection: Mapping[str, Any] = settings.pop("projection", {})
    written = html.write(
        file,
        html.Picture(
            records=records,
            findings=findings,
            sources=graph.sources,
            origins=graph.origins,
            organisations=graph.organisations,
            projection=projection,
            notes=(*left_out(graph), *settings.pop("notes", ())),
            handling=code,
            **settings,
        ),
        force=force,
    )
    say(
        f"Wrote {written.path}: {written.drawn} parties drawn of {written.parties}, {written.transfers} transfers, "
        f"{written.bytes / 1000:.0f} kB. It opens offline."
    )
    if code:
        say(f"Handling: {code}{'' if graph.ceiling else ', the strictest of what it holds: see --handling'}.")
    for note in (*left_out(graph), *written.notes):
        say(note)
