"""`kg origins`, `kg reach`, `kg compare`: where items were made, whom they got to, what two end users share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.commands import options
from kg.commands.options import FormatOption, PartyArgument, connected, show

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.console import Console

    from kg.analysis.comparison import ComparisonAnswer
    from kg.analysis.manufacture import MadeAnswer
    from kg.graph import Graph
    from kg.network import Projection

MADE_COLUMNS = {"maker_names": "made by", "item_names": "items", "share": "share", "joint": "joint statement",
                "certainty": "certainty", "grade": "grade", "origins": "origins"}  # fmt: skip
REACH_COLUMNS = {"hop": "hop", "name": "party", "item_names": "items", "path_names": "path", "time": "time",
                 "custody": "custody", "verdict": "verdict", "grade": "grade", "origins": "origins"}  # fmt: skip
COMPARE_COLUMNS = {"kind": "kind", "name": "name", "of": "of", "first_hops": "hops", "second_hops": "hops",
                   "hangs_on": "hangs on"}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(origins)
    app.command()(reach)
    app.command()(compare)


def origins(
    name: PartyArgument,
    item: options.ItemOption = None,
    since: options.SinceOption = None,
    until: options.UntilOption = None,
    min_grade: options.GradeOption = None,
    min_certainty: options.CertaintyOption = None,
    min_origins: options.OriginsOption = 0,
    format_: FormatOption = None,
) -> None:
    """Say where what an end user held was made, as sources state it; a share of several makers is never split.

    Example: kg origins ISIS
    """
    from kg.commands.lookup import share
    from kg.errors import NothingFoundError
    from kg.output import Answer

    with connected() as graph:
        holder = graph.party(name)
        asked = options.projection(
            graph, items=item, since=since, until=until, min_grade=min_grade, min_certainty=min_certainty,
            min_origins=min_origins,
        )  # fmt: skip
        answer = graph.made(holder, asked)
        if not answer.statements:
            raise NothingFoundError(
                f"no source says, in this projection, where what {graph.name(holder)} held was made: "
                f"`kg show` says what is known."
            )
        rows = [
            {**row, "item_names": _names(graph, row["items"]), "share": share(row) or None} for row in answer.rows()
        ]
        notes = [*_besides(graph, answer), *answer.caveats]
        extra = {"holder": holder, "projection": answer.projection, "own": answer.own, "unmade": answer.unmade}
        heading = _conditions(graph, answer.projection)
        drawing = table_drawing([heading], MADE_COLUMNS, rows)
        show(Answer(rows, MADE_COLUMNS, notes, extra, drawing, heading=heading), format_)


def _names(graph: Graph, ids: Sequence[str]) -> list[str]:
    return [graph.name(id_) for id_ in ids]


def _besides(graph: Graph, answer: MadeAnswer) -> list[str]:
    """Return what is known of the end user's items beside the statements, in sentences."""
    name, notes = graph.name(answer.holder), []
    disjunctions = sorted({id_ for one in answer.statements for id_ in one.alternative_of})
    if disjunctions:
        notes.append(f"Stated as this or another: {', '.join(disjunctions)}.")
    left_out = sorted({maker.name for one in answer.statements for maker in one.left_out})
    if left_out:
        notes.append(
            f"Makers of joint statements that do not fit the projection, but share its number: {', '.join(left_out)}."
        )
    if answer.own:
        notes.append(f"{name} is itself stated to have made: {', '.join(_names(graph, answer.own))}.")
    if answer.unmade:
        notes.append(f"{name} held, and no maker is stated: {', '.join(_names(graph, answer.unmade))}.")
    if answer.parts:
        notes.append(f"Not counted is what was found with parts of it: {', '.join(_names(graph, answer.parts))}.")
    return notes


def _conditions(graph: Graph, projection: Mapping[str, Any]) -> str:
    from kg.commands.analysis import projection_words

    asked = any(value is not None for value in projection.values())
    return projection_words(graph, projection) if asked else "Projection: all that is stated"


def table_drawing(
    lines: Sequence[str], columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> Callable[[Console], None]:
    """Return what prints some lines and a table for people."""

    def draw(console: Console) -> None:
        from rich.text import Text

        from kg.output import print_table
        from kg.visible import visible

        for line in lines:
            console.print(Text(visible(line), style="dim"))
        if rows:
            print_table(console, [*columns.values()], ([row[key] for key in columns] for row in rows))

    return draw


def reach(
    name: PartyArgument,
    max_hops: Annotated[int, typer.Option("--max-hops", help="Transfers in a path at most.")] = 8,
    limit: Annotated[int, typer.Option("--limit", help="Parties at most.")] = 200,
    item: options.ItemOption = None,
    since: options.SinceOption = None,
    until: options.UntilOption = None,
    min_grade: options.GradeOption = None,
    min_certainty: options.CertaintyOption = None,
    min_origins: options.OriginsOption = 0,
    avoid: options.AvoidOption = None,
    types: options.TypeOption = None,
    strict_time: Annotated[bool, typer.Option("--strict-time", help="Only paths whose dates can be in order.")] = False,
    strict_custody: Annotated[
        bool, typer.Option("--strict-custody", help="Only paths the same items can take.")
    ] = False,
    format_: FormatOption = None,
) -> None:
    """Say whom a supplier's items got to, hop by hop, each with the best path of fewest hops there.

    Example: kg reach "United States" --item weapon
    """
    from kg.errors import NothingFoundError
    from kg.output import Answer

    with connected() as graph:
        start = graph.party(name)
        asked = options.projection(
            graph, items=item, since=since, until=until, min_grade=min_grade, min_certainty=min_certainty,
            min_origins=min_origins, avoid=avoid, types=types,
        )  # fmt: skip
        answer = graph.reach(
            start, asked, max_hops=max_hops, strict_time=strict_time, strict_custody=strict_custody, limit=limit
        )
        if not answer.reached:
            raise NothingFoundError(
                f"no transfer of {graph.name(start)} fits this projection: `kg show` says what is known of it."
            )
        rows = [{**row, "item_names": _names(graph, row["items"])} for row in answer.rows()]
        drawn = [{**row, "path_names": " → ".join(row["path_names"])} for row in rows]
        extra = {
            "from": start, "projection": answer.projection, "max_hops": max_hops, "strict_time": strict_time,
            "strict_custody": strict_custody,
        }  # fmt: skip
        heading = _conditions(graph, answer.projection)
        drawing = table_drawing([heading], REACH_COLUMNS, drawn)
        show(Answer(rows, REACH_COLUMNS, [*answer.cut, *answer.caveats], extra, drawing, heading=heading), format_)


def compare(
    names: Annotated[
        list[str], typer.Argument(metavar="A [B]", autocompletion=options.party_names, help="One or two end users.")
    ],
    periods: Annotated[
        list[str] | None, typer.Option("--periods", help="A period such as 2011/2014; twice, with one end user.")
    ] = None,
    item: options.ItemOption = None,
    since: options.SinceOption = None,
    until: options.UntilOption = None,
    min_grade: options.GradeOption = None,
    min_certainty: options.CertaintyOption = None,
    min_origins: options.OriginsOption = 0,
    avoid: options.AvoidOption = None,
    types: options.TypeOption = None,
    format_: FormatOption = None,
) -> None:
    """Compare two end users, or one in two periods: which holders and chokepoints they share, and which not.

    Example: kg compare ISIS --periods 2011/2014 --periods 2015/2017
    """
    windows = _windows(names, periods or [], since, until)
    with connected() as graph:
        ends = graph.parties(names) * (1 if len(names) == 2 else 2)
        asked = [
            options.projection(
                graph, items=item, since=first, until=last, min_grade=min_grade, min_certainty=min_certainty,
                min_origins=min_origins, avoid=avoid, types=types,
            )
            for first, last in windows
        ]  # fmt: skip
        answer = graph.compare(ends[0], ends[1], asked[0], asked[1])
        labels = list(periods) if periods else _names(graph, ends)
        _show_comparison(graph, answer, labels, asked, format_)


def _windows(
    names: Sequence[str], periods: Sequence[str], since: str | None, until: str | None
) -> list[tuple[str | None, str | None]]:
    """Return the first and last day of both sides, None where open."""
    from kg import dates
    from kg.errors import UsageError

    if (len(names), len(periods)) not in ((2, 0), (1, 2)) or (periods and (since or until)):
        raise UsageError(
            "give two end users, or one and --periods twice without --since and --until: "
            "kg compare ISIS --periods 2011/2014 --periods 2015/2017."
        )
    if not periods:
        return [(since, until)] * 2
    intervals = []
    for period in periods:
        try:
            intervals.append(dates.parse(period))
        except ValueError as problem:
            raise UsageError(f"the period {period!r} was given: {problem} was expected.") from problem
    return [(one.earliest, one.latest) for one in intervals]


def _show_comparison(
    graph: Graph, answer: ComparisonAnswer, labels: Sequence[str], asked: Sequence[Projection], format_: FormatOption
) -> None:
    from kg.errors import NothingFoundError
    from kg.output import Answer

    if not answer.compared:
        raise NothingFoundError(f"no transfer leads to {' or '.join(labels)} in this projection.")
    sides = [answer.first, answer.second]
    notes = [
        f"No transfer leads to the end user on the side of {label}."
        for label, side in zip(labels, sides, strict=True)
        if not side.connected
    ]
    if answer.in_both:
        notes.append(f"Transfers whose dates allow both periods count in both: {answer.in_both}.")
    rows = answer.rows()
    words = {"both": "both", "first": labels[0], "second": labels[1]}
    drawn = [
        {
            **row,
            "of": words[row["shared"]],
            "hangs_on": sorted({*(row["first_hangs_on"] or ()), *(row["second_hangs_on"] or ())}),
        }
        for row in rows
    ]
    extra = {
        side: {"label": label, "end": one.end, "connected": one.connected, "projection": one.projection}
        for side, label, one in zip(("first", "second"), labels, sides, strict=True)
    } | {"transfers_in_both": answer.in_both}
    lines = [f"{label}: {_conditions(graph, one.describe())}" for label, one in zip(labels, asked, strict=True)]
    columns = COMPARE_COLUMNS | {"first_hops": f"hops to {labels[0]}", "second_hops": f"hops to {labels[1]}"}
    drawing, heading = table_drawing(lines, columns, drawn), " ".join(f"{line}." for line in lines)
    show(Answer(rows, COMPARE_COLUMNS, [*notes, *answer.caveats], extra, drawing, heading=heading), format_)
