"""`kg export`, and the pages that other commands write with --html."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.commands.options import HandlingOption, connected, party_names, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.export.html import Picture
    from kg.export.selection import Declared, Selection
    from kg.graph import Graph

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
    hops: Annotated[
        int | None, typer.Option("--hops", min=1, max=20, help="How near: transfers away at most. Default: 2.")
    ] = None,
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
    if hops is not None and around is None:
        raise UsageError("--hops says how near --around NAME: give that too, or leave --hops out.")
    with connected(handling) as graph:
        selection = _selection(graph, around, hops or 2, starts or [], ends or [], query, parameters or [])
        if not is_folder and file.suffix.lower() in PAGES:
            from kg.export import pages

            write_page(graph, pages.of_selection(graph, selection, flow=bool(starts)), file, force=force)
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
        return selection.between(graph, graph.parties(starts), graph.parties(ends))
    if query is None:
        return selection.everything(graph)
    from kg import catalog

    asked, values = catalog.choose(query, None, parameters)
    answer = catalog.ask(graph, asked, values, timeout=ANSWER_SECONDS, limit=ANSWER_ROWS)
    return selection.of_query(graph, query, answer)


def _write_data(graph: Graph, selection: Selection, file: Path, is_folder: bool) -> None:
    """Write a selection as data, and say what was written."""
    from dataclasses import replace

    from kg.export import bulk, gexf, graphml, tables
    from kg.export.selection import declared, keys, remarked
    from kg.handling import highest
    from kg.store.read import coded

    suffix = "" if is_folder else file.suffix.lower()
    holds = declared(graph, selection) if suffix in ("", ".json", ".jsonl") else {}
    code = graph.handling(keys(selection, holds))
    if not suffix and selection.whole and graph.ceiling is None:
        code = highest([{"handling": code}, *coded(graph.database)])  # such a folder has earlier versions, too
    marked = (f"Handling: {code}.",) if code else ()
    selection = replace(selection, chosen=(*marked, *graph.left_out, *selection.chosen))
    if suffix in (".graphml", ".gexf", ".csv", ".json"):
        selection = remarked(graph, selection)
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
        tables.write_jsonl(file, selection, holds)
    else:
        bulk.write(file, graph, selection, holds)
    records = selection.records
    say(
        f"Wrote {' and '.join(written)}: {len(records.parties)} parties, {len(records.items)} items, "
        f"{len(records.relations)} edges{_with_it(selection, holds)}. {selection.title}."
    )
    for note in selection.chosen:
        say(f"Note: {note}")


def _with_it(selection: Selection, holds: Declared) -> str:
    """Say what a file declares besides: findings that bear on the edges bring the parties that they speak of."""
    from kg.export.selection import further_parties

    if not holds:
        return ""
    more = len(further_parties(selection, holds))
    return f", and {len(holds['findings'])} findings" + (f", which speak of {more} more parties" if more else "")


def write_page(graph: Graph, picture: Picture, file: Path, *, force: bool) -> None:
    """Write a page, and say what was written."""
    from kg.export import html

    written = html.write(file, picture, force=force)
    say(
        f"Wrote {written.path}: {written.drawn} parties drawn of {written.parties}, {written.transfers} transfers, "
        f"{written.bytes / 1000:.0f} kB. It opens offline."
    )
    if picture.handling:
        strictest = "" if graph.ceiling else ", the strictest of what it holds: see --handling"
        say(f"Handling: {picture.handling}{strictest}.")
    for note in (*graph.left_out, *written.notes):
        say(note)
