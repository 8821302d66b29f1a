"""`kg find`, `kg show`, `kg evidence`: what the graph says of one name or one edge, and on what ground."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.commands.options import FormatOption, HandlingOption, PartyArgument, connected, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.console import Console

    from kg.grading import Conflict, Grading, Sides
    from kg.graph import Graph

_CONTEXT = ("quote_before", "quote", "quote_after")
_ONE_OF = "One of several alternatives: this or another of the same statement happened; which is not stated."
_NAMED = ("via", "financed_by")
_AROUND = 160  # characters of context shown on each side

EDGE_COLUMNS = {"type": "type", "from_name": "from", "to_name": "to", "what": "items", "when": "when", "grade": "grade",
                "certainty": "certainty", "support": "support", "id": "id"}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(find)
    app.command("show")(show_name)
    app.command()(evidence)


def find(
    text: Annotated[str, typer.Argument(help="A name or part of one.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 20,
    format_: FormatOption = None,
) -> None:
    """Find parties and items by name or alias, also misspelt.

    Example: kg find "islamic stat"
    """
    from kg.output import Answer

    with connected() as graph:
        rows = graph.find(text, limit)
    notes = [f"Only the {limit} best are shown: raise --limit for more."] if len(rows) == limit else []
    show(
        Answer(rows, {"id": "id", "kind": "kind", "name": "name", "matched": "matched", "score": "score"}, notes),
        format_,
    )


def when(row: Mapping[str, Any]) -> str:
    """Return the time of an edge in words: as stated, else its bounds; derived bounds are marked."""
    if row["date_text"] and not row["date_derived"]:
        return str(row["date_text"])
    if row["earliest"] is None and row["latest"] is None:
        return ""
    if row["earliest"] is None:
        return f"by {row['latest']}{' (publication)' if row['date_derived'] else ''}"
    mark = " (end: publication)" if row["date_derived"] else ""
    return f"{row['earliest']} to {row['latest'] or '..'}{mark}"


def support(row: Mapping[str, Any]) -> str:
    """Return the support of an edge in words: origins, organisations, findings, and how many are against it."""
    counted = {"origin": "origins", "organisation": "organisations", "finding": "supporting"}
    parts = [f"{len(row[key])} {word}{'s' * (len(row[key]) != 1)}" for word, key in counted.items()]
    against = f"; {len(row['opposing'])} against it" if row["opposing"] else ""
    return ", ".join(parts) + against


_FIGURES = {
    "order_year": "ordered in",
    "ordered": "pieces ordered",
    "delivered": "pieces delivered",
    "tiv_unit": "TIV of one",
    "tiv_order": "TIV of all ordered",
    "tiv_delivered": "TIV of all delivered",
    "tiv_estimate": "TIV estimated for one",
}


def figures(row: Mapping[str, Any]) -> str:
    """Return a register's figures of an edge in words, TIV in millions; empty where no register gives any."""
    estimated = row["estimated"] or ()
    named = [
        f"{words} {row[name]:.10g}{' (estimate)' if name in estimated else ''}"
        for name, words in _FIGURES.items()
        if row[name] is not None
    ]
    values = any(row[name] is not None for name in _FIGURES if name.startswith("tiv_"))
    return ", ".join(named) + (" (TIV in millions)" if values else "")


def passing(row: Mapping[str, Any], called: Mapping[str, str]) -> str:
    """Return in words how a row of an edge or finding says the materiel passed: mechanism, way, payers, leave, basis.

    Empty where it says nothing of that; `called` has the names of those on the way and of payers.
    """
    parts = [str(row["mechanism"] or "")]
    for words, key in (("via", "via"), ("paid by", "financed_by")):
        parts.append(f"{words} {', '.join(called[one] for one in row[key])}" if row[key] else "")
    parts.append({True: "authorised", False: "not authorised"}.get(row["authorised"], ""))
    basis: Mapping[str, str] = row.get("basis") or {}
    parts += [f"{end} is {ground}" for end, ground in basis.items() if ground != "stated"]
    return ", ".join(part for part in parts if part)


def share(row: Mapping[str, Any]) -> str:
    """Return the share of an edge in words; one that belongs to a joint statement is marked as such."""
    low, high = row["share_min"], row["share_max"]
    if low is None and high is None:
        return ""
    if low == high:
        number = f"{low:.0%}"
    elif high is None:
        number = f"at least {low:.0%}"
    else:
        number = f"at most {high:.0%}" if low is None else f"{low:.0%} to {high:.0%}"
    return f"{number}{' (of all named together)' if row['joint'] else ''}"


def what(row: Mapping[str, Any]) -> str:
    """Return the items of an edge in words, with quantity and share as stated."""
    items = ", ".join(row["item_names"]) or "not stated"
    amounts = [part for part in (row["quantity_text"], share(row)) if part]
    return (
        f"{items} ({'; '.join(amounts)})" if amounts and row["type"] in ("SUPPLIED", "DIVERTED", "CAPTURED") else items
    )


def edge_rows(graph: Graph, edges: Sequence[Any], sides: Mapping[str, Sides] | None = None) -> list[dict[str, Any]]:
    """Return edges as rows, each with the words a table shows; `sides` spares to read their findings again.

    `alternatives` is how many edges the graph has of one statement that this or another happened; None where of none.
    Of the `findings` behind an edge `supporting` are the ids of those that support it, while `opposing` are those of
    the findings that deny it or contradict these.
    """
    found = graph.sides(edges) if sides is None else sides
    rows = [
        {
            **graph.relation_row(edge),
            "supporting": list(found[edge.id].supporting),
            "opposing": list(found[edge.id].opposing),
        }
        for edge in edges
    ]
    alternatives = Counter(edge.alternative_of for edge in graph.records.relations)
    return [
        {
            **row,
            "alternatives": alternatives[row["alternative_of"]] if row["alternative_of"] else None,
            "when": when(row),
            "support": support(row),
            "what": what(row),
        }
        for row in rows
    ]


def certainty(row: Mapping[str, Any]) -> str:
    """Return the certainty of an edge in words; that of an alternative with how many of one statement there are.

    And with how many of them at least took place, where the source says so.
    """
    if not row["alternatives"]:
        return str(row["certainty"])
    least = f", at least {row['alternatives_min']}" if row["alternatives_min"] else ""
    return f"{row['certainty']}, one of {row['alternatives']} alternatives{least}"


def show_name(
    name: PartyArgument,
    html: Annotated[Path | None, typer.Option("--html", help="Write the neighbourhood as a page, too.")] = None,
    handling: HandlingOption = None,
    force: Annotated[bool, typer.Option("--force", help="Write the page even where it gets very large.")] = False,
    format_: FormatOption = None,
) -> None:
    """Show a party, item or source: its neighbours, every transfer with its findings, grades and support.

    Example: kg show ISIS --format json
    """
    with connected(handling) as graph:
        subject, edges = _subject(graph, name)
        sides = graph.sides(edges)
        rows = edge_rows(graph, edges, sides)
        conflicts = {name: one.conflicts for name, one in sides.items() if one.conflicts}
        left_out = graph.left_out
        evidence = {
            row["finding"]: row for row in graph.evidence_rows(sorted({f for row in rows for f in row["findings"]}))
        }
        if html is not None:
            from kg.commands.exporting import write_page
            from kg.export import pages

            title = f"{subject['name'] if 'name' in subject else subject['id']}: what is known"
            write_page(graph, pages.of_edges(graph, edges, title), html, force=force)
    for row in rows:
        row["conflicts"] = [one.sentence for one in conflicts.get(row["id"], ())]
        row["findings"] = [evidence[name] for name in row["findings"] if name in evidence]
    from kg.output import Answer

    notes = [*left_out, *([] if rows else ["No transfer, manufacture or possession is known of it."])]
    if any(row["alternatives"] for row in rows):
        notes.append(_ONE_OF)
    if conflicts:
        notes.append(f"In conflict, side by side in kg evidence: {', '.join(sorted(conflicts))}")
    if subject.get("territory_of"):
        notes.append("Parties that sit in its territory act for themselves: their transfers are not its own.")
    show(Answer(rows, EDGE_COLUMNS, notes, {"subject": subject}, _drawing(subject, rows, notes)), format_)


def _subject(graph: Graph, name: str) -> tuple[dict[str, Any], list[Any]]:
    """Return what a name stands for, a party, item or source, and the edges that touch it."""
    from kg.errors import UnknownNameError

    if name in graph.sources:
        findings = {row["finding"] for row in graph.evidence_rows(_findings_of(graph, name))}
        edges = [edge for edge in graph.records.relations if findings & set(edge.findings)]
        return {"kind": "Source", **graph.sources[name]}, edges
    try:
        identifier = graph.party(name)
    except UnknownNameError as unknown:
        if "ambiguous" in str(unknown):
            raise
        try:
            identifier = graph.item(name)
        except UnknownNameError:
            raise unknown from None
        item = graph.records.items[identifier]
        subject = {"kind": "Item", "id": item.id, "name": item.name, "aliases": list(item.aliases),
                   "kind_of": list(item.kind_of), "component_of": list(item.component_of)}  # fmt: skip
        return subject, graph.around(identifier)
    return graph.party_row(graph.records.parties[identifier]), graph.around(identifier)


def _findings_of(graph: Graph, source: str) -> list[str]:
    return [name for name, finding in graph.findings().items() if finding["source"] == source]


def _drawing(
    subject: dict[str, Any], rows: Sequence[dict[str, Any]], notes: Sequence[str]
) -> Callable[[Console], None]:
    def draw(console: Console) -> None:
        from rich.text import Text

        from kg.output import print_table
        from kg.visible import visible

        console.print(Text(visible(f"{subject.get('name') or subject.get('title')}"), style="bold"))
        facts = [
            f"{key.replace('_', ' ')}: {_words(value)}" for key, value in subject.items() if value and key != "name"
        ]
        console.print(Text(visible(" · ".join(facts)), style="dim"))
        for heading, types, first, second in (
            ("Transfers (the way the materiel moves)", ("SUPPLIED", "DIVERTED", "CAPTURED"), "from", "to"),
            ("Made by (origin, never custody)", ("MANUFACTURED",), "maker", "item"),
            ("Held (possession)", ("HELD",), "holder", "item"),
        ):
            chosen = [row for row in rows if row["type"] in types]
            if not chosen:
                continue
            moving = "SUPPLIED" in types
            lines = [
                [row["type"], row["from_name"], row["to_name"], *([row["what"]] if moving else []), row["when"],
                 f"{row['grade']} {certainty(row)}", support(row), row["id"]]
                for row in chosen
            ]  # fmt: skip
            console.print()
            console.print(Text(f"{heading}: {len(chosen)}", style="bold"))
            headings = ["type", first, second, *(["items"] if moving else []), "when", "grade", "support", "id"]
            print_table(console, headings, lines)
        if rows:
            console.print(Text("\nThe findings behind one of them: kg evidence ID", style="dim"))

    return draw


def _words(value: Any) -> str:  # noqa: ANN401 - any plain value
    if isinstance(value, list | tuple):
        return ", ".join(_words(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(one)}" for key, one in value.items())
    return "yes" if value is True else str(value)


def evidence(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Id of a transfer or of a finding.")],
    format_: FormatOption = None,
) -> None:
    """Show the findings behind an edge: statement, quote where held, source, reliability, origin, organisation.

    Example: kg evidence supplied:us-to-syrian-opposition
    """
    from dataclasses import asdict

    from kg.output import Answer

    with connected() as graph:
        found = graph.evidence(identifier)
        edge, rows = found.edge, found.rows()
        row = edge_rows(graph, [edge])[0] if edge else None
        why, conflicts = graph.grading(edge) if edge else (None, [])
        named = sorted({one for told in (*rows, *([row] if row else ())) for key in _NAMED for one in told[key]})
        called = dict(zip(named, graph.called(named), strict=True))
    notes = [] if edge else ["This finding makes no edge: it is a denial or headline, or what it says is no transfer."]
    supporting = row["supporting"] if row else ()
    extra = {
        "edge": row,
        "grading": asdict(why) if why else None,
        "conflicts": [asdict(one) for one in conflicts],
        "support": {
            "documents": len({one["source"] for one in rows if one["finding"] in supporting}),
            "origins": len(edge.origin_ids) if edge else 0,
            "organisations": len(edge.organisation_ids) if edge else 0,
            "findings": len(supporting),
            "opposing": len(row["opposing"]) if row else 0,
        },
    }
    show(Answer(rows, notes=notes, extra=extra, draw=_evidence_drawing(row, rows, why, conflicts, called)), format_)


def _evidence_drawing(
    edge: dict[str, Any] | None,
    rows: Sequence[dict[str, Any]],
    why: Grading | None,
    conflicts: Sequence[Conflict],
    called: Mapping[str, str],
) -> Callable[[Console], None]:
    def draw(console: Console) -> None:
        from rich.text import Text

        from kg.visible import visible

        def line(text: str, style: str = "") -> None:
            console.print(Text(visible(text), style=style))

        if edge:
            line(f"{edge['from_name']} → {edge['to_name']}  {edge['type']}", "bold")
            for text in _told_of_edge(edge, called):
                line(text)
        for heading, sentences in (
            ("Why this grade", why.why if why else ()),
            ("What would raise it", why.raises if why else ()),
            ("What would lower it", why.lowers if why else ()),
            ("In conflict", tuple(one.sentence for one in conflicts)),
        ):
            if sentences:
                line(f"{heading}:")
            for sentence in sentences:
                line(f"  {sentence}", "dim")
        for row in rows:
            line("")
            line(f"{row['finding']}  ({row['certainty']}{', headline' if row['headline'] else ''})", "bold")
            for text in _told_of_finding(row, called):
                line(f"  {text}")
            if row["quote"]:
                before, quote, after = (" ".join((row[key] or "").split()) for key in _CONTEXT)
                said = Text(f"  {visible(before[-_AROUND:])} ", style="dim")
                said.append(f"“{visible(quote)}”", style="italic not dim")
                said.append(f" {visible(after[:_AROUND])}")
                console.print(said)
            for text in _told_of_source(row):
                line(f"  {text}", "dim")

    return draw


def _told_of_edge(edge: Mapping[str, Any], called: Mapping[str, str]) -> Iterator[str]:
    yield f"{edge['what']} · {edge['when']} · grade {edge['grade']}, {certainty(edge)} · {support(edge)}"
    if edge["alternatives"]:
        yield _ONE_OF
    if told := passing(edge, called):
        yield f"As stated: {told}"
    if stated := figures(edge):
        yield f"Figures of the register: {stated}"


def _told_of_finding(row: Mapping[str, Any], called: Mapping[str, str]) -> Iterator[str]:
    yield row["statement"]
    if told := passing(row, called):
        yield f"As stated: {told}"
    if row["note"]:
        yield f"Note: {row['note']}"


def _told_of_source(row: Mapping[str, Any]) -> Iterator[str]:
    who = f" · said by {row['attribution']}" if row["attribution"] else ""
    yield f"{row['title']}, {row['publisher']}, {row['published']}{who}"
    yield f"Reliability {row['reliability']}: {row['reliability_reason']}"
    yield f"Origin {row['origin']} by {row['organisation']}"
    if row["locator"]:
        place = row["locator"]
        yield f"{row['document']}, code points {place['start']} to {place['end']}"
    for other in row["contradicts"]:
        yield f"Contradicts {other['id']}: {other['reason']}"
