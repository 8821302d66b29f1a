"""`kg sources`: the tree organisation → origin → sources → findings, and relays that nobody recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.commands.options import DocumentsOption, FormatOption, connected, show

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rich.console import Console

    from kg.graph import Graph


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(sources)


def sources(
    similar: Annotated[
        bool, typer.Option("--similar", help="Propose relays by text that documents share; needs --documents.")
    ] = False,
    documents: DocumentsOption = None,
    format_: FormatOption = None,
) -> None:
    """Show who investigated what, which sources pass it on, and how many findings rest on it.

    Several sources of one origin are one voice. With --similar: pairs of documents that share text, with both spans.

    Example: kg sources --similar --documents documents/
    """
    from kg.errors import InputError, NothingFoundError, UsageError
    from kg.output import Answer

    if not similar:
        with connected() as graph:
            rows = tree(graph)
        if not rows:
            raise NothingFoundError("the graph holds no origin: load something first, for instance with `kg demo`.")
        show(Answer(rows, draw=_drawing(rows)), format_)
        return
    if documents is None:
        raise UsageError("--similar compares documents: give --documents DIR.")
    if not documents.is_dir():
        raise InputError(f"{documents} is no folder: name the folder that holds the documents.")
    with connected() as graph:
        rows, absent = shared(graph, documents)
    notes = [f"Document not there, not compared: {name}" for name in absent]
    notes += [] if rows else ["No two documents share enough text to speak of a relay."]
    columns = {
        "first": "source",
        "second": "shares text with",
        "words": "words",
        "share": "share",
        "recorded": "recorded",
    }
    show(Answer(rows, columns, notes), format_)


def tree(graph: Graph) -> list[dict[str, Any]]:
    """Return one row for each source of each origin: relays between, findings, whether it relays itself in a circle."""
    findings, background = graph.findings_behind(list(graph.findings()))
    rows = []
    for origin in sorted(background.origins.values(), key=lambda one: (one.organisation, one.id)):
        reached = {name: background.distance(name, origin.id) for name in background.sources}
        relaying = {name: steps for name, steps in reached.items() if steps is not None}
        ranked: list[tuple[str | None, int | None]] = [
            *sorted(relaying.items(), key=lambda entry: (entry[1], entry[0]))
        ]
        for name, steps in ranked or [(None, None)]:
            source = background.sources.get(name or "")
            rows.append(
                {
                    "organisation": origin.organisation,
                    "organisation_name": graph.organisations.get(origin.organisation, {}).get("name"),
                    "origin": origin.id,
                    "kind": origin.kind,
                    "source": name,
                    "title": source.title if source else None,
                    "published": source.published if source else None,
                    "reliability": source.reliability.grade if source else None,
                    "relays_between": steps,
                    "known": next((one.known for one in source.relays if one.id == origin.id), None)
                    if source
                    else None,
                    "findings": sum(one.source == name and one.origin == origin.id for one in findings),
                    "voices": len(relaying),
                    "circular": bool(name) and background.distance(name or "", name or "") is not None,
                }
            )
    return rows


def _drawing(rows: Sequence[dict[str, Any]]) -> Callable[[Console], None]:
    def draw(console: Console) -> None:
        from rich.text import Text
        from rich.tree import Tree

        from kg.visible import visible

        organisations: dict[str, Tree] = {}
        origins: dict[str, Tree] = {}
        for row in rows:
            name = row["organisation"]
            if name not in organisations:
                organisations[name] = Tree(Text(visible(row["organisation_name"] or name), style="bold"))
            if row["origin"] not in origins:
                voices = f" · {row['voices']} sources pass it on: one voice" if row["voices"] > 1 else ""
                label = Text(visible(f"{row['origin']} ({row['kind']}){voices}"))
                origins[row["origin"]] = organisations[name].add(label)
            if row["source"]:
                steps = f", {row['relays_between'] - 1} relay(s) between" if row["relays_between"] > 1 else ""
                circle = " · CIRCULAR: it relays itself" if row["circular"] else ""
                text = f"{row['source']} ({row['published']}, reliability {row['reliability']}{steps})"
                origins[row["origin"]].add(Text(visible(f"{text}: {row['findings']} findings{circle}")))
        for branch in organisations.values():
            console.print(branch)

    return draw


def shared(graph: Graph, folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the pairs of sources whose documents share text, and the documents that are absent."""
    from kg import documents, similarity

    texts, absent = {}, []
    for name, source in graph.sources.items():
        if "document" in source:
            path = documents.below(folder, source["document"])
            if path.exists():
                texts[name] = documents.read(path)[0]
            else:
                absent.append(source["document"])
    rows = []
    for pair in similarity.pairs(texts):
        passages = [
            {
                "words": one.words,
                "first": {"start": one.first[0], "end": one.first[1]},
                "second": {"start": one.second[0], "end": one.second[1]},
                "text": texts[pair.first][slice(*one.first)],
            }
            for one in pair.passages
        ]
        rows.append(
            {
                "first": pair.first,
                "second": pair.second,
                "words": pair.words,
                "share": round(pair.share, 3),
                "recorded": _recorded(graph, pair.first, pair.second),
                "passages": passages,
            }
        )
    return rows, absent


def _recorded(graph: Graph, first: str, second: str) -> str | None:
    """Say which recorded relay explains shared text: one relays the other, or both relay a third source."""

    def relayed(name: str) -> set[str]:
        return {relay["id"] for relay in graph.sources.get(name, {}).get("relays", ())}

    if second in relayed(first):
        return f"{first} relays {second}"
    if first in relayed(second):
        return f"{second} relays {first}"
    common = sorted(relayed(first) & relayed(second) & set(graph.sources))
    return f"both relay {', '.join(common)}" if common else None
