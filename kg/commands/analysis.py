"""`kg path`, `kg chokepoints`: how materiel gets from supplier to end user, and what it cannot go round."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.commands import options
from kg.commands.options import FormatOption, connected, show
from kg.commands.views import Method, check_views, other_view, robustness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.console import Console

    from kg.analysis.certificate import Certificate
    from kg.analysis.chokepoints import Chokepoint, ChokepointAnswer, TerritoryAnswer
    from kg.analysis.explain import NoPath
    from kg.analysis.paths import Path as TransferPath
    from kg.analysis.paths import PathAnswer
    from kg.analysis.reach import Connection
    from kg.analysis.strict import StrictAnswer, StrictChokepoint
    from kg.graph import Graph
    from kg.network import Projection

MOST_HOPS = 8  # of strict chokepoints where nothing else is asked for

HtmlOption = Annotated[Path | None, typer.Option("--html", help="Write the answer as a page, too.")]
FromOption = Annotated[
    list[str] | None, typer.Option("--from", help="A supplier. May be repeated.", autocompletion=options.party_names)
]
ToOption = Annotated[
    list[str] | None, typer.Option("--to", help="An end user. May be repeated.", autocompletion=options.party_names)
]
BothArgument = Annotated[
    list[str] | None, typer.Argument(metavar="FROM TO", autocompletion=options.party_names, help="Two parties.")
]
TowardsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FROM] TO", autocompletion=options.party_names, help="FROM left out: all that only give."),
]
TimeOption = Annotated[bool, typer.Option("--strict-time", help="Only paths whose dates can be in order.")]
CustodyOption = Annotated[bool, typer.Option("--strict-custody", help="Only paths the same items can take.")]
HopsOption = Annotated[
    int | None,
    typer.Option("--max-hops", help="Only paths of so many transfers at most; 8 with --strict-time, --strict-custody."),
]
MethodOption = Annotated[
    Method,
    typer.Option("--method", help="must-pass: on every path; cut: smallest sets; the rest: secondary views."),
]
RobustOption = Annotated[
    bool, typer.Option("--robust", help="Which chokepoints go or come without an origin or organisation, or two.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Write the page even where it gets very large.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(path)
    app.command()(chokepoints)


def path(
    ends: BothArgument = None,
    starts_option: FromOption = None,
    ends_option: ToOption = None,
    k: Annotated[int, typer.Option("-k", help="How many paths.")] = 5,
    max_hops: Annotated[int, typer.Option("--max-hops", help="Transfers in a path at most.")] = 8,
    item: options.ItemOption = None,
    since: options.SinceOption = None,
    until: options.UntilOption = None,
    min_grade: options.GradeOption = None,
    min_certainty: options.CertaintyOption = None,
    min_origins: options.OriginsOption = 0,
    avoid: options.AvoidOption = None,
    types: options.TypeOption = None,
    strict_time: TimeOption = False,
    strict_custody: CustodyOption = False,
    html: HtmlOption = None,
    handling: options.HandlingOption = None,
    force: ForceOption = False,
    format_: FormatOption = None,
) -> None:
    """Find paths from supplier to end user: fewest hops first, then best evidence; say why where there is none.

    Example: kg path "United States" ISIS
    """
    with connected(handling) as graph:
        starts, last = _between(graph, ends or [], starts_option or [], ends_option or [])
        asked = options.projection(
            graph, items=item, since=since, until=until, min_grade=min_grade, min_certainty=min_certainty,
            min_origins=min_origins, avoid=avoid, types=types,
        )  # fmt: skip
        answer = graph.paths(
            starts, last, asked, k=k, max_hops=max_hops, strict_time=strict_time, strict_custody=strict_custody
        )
        if not answer.paths:
            why = graph.no_path(
                starts, last, asked, max_hops=max_hops, strict_time=strict_time, strict_custody=strict_custody
            )
            if html is not None:
                options.say(f"No page was written to {html}: there is no path.")
            _no_path(graph, why, format_)
        if html is not None:
            from kg.commands.exporting import write_page
            from kg.export import pages

            write_page(graph, pages.of_paths(graph, answer), html, force=force)
        _show_paths(graph, answer, format_)


def _between(graph: Graph, both: list[str], starts: list[str], ends: list[str]) -> tuple[list[str], list[str]]:
    """Return ids of suppliers and end users given as two arguments or by --from and --to."""
    from kg.errors import UsageError

    if both and (starts or ends or len(both) != 2):
        raise UsageError("give FROM and TO, or --from and --to: kg path 'United States' ISIS.")
    starts, ends = (both[:1], both[1:]) if both else (starts, ends)
    if not starts or not ends:
        raise UsageError("a path needs a supplier and an end user: kg path 'United States' ISIS.")
    return graph.parties(starts), graph.parties(ends)


def _no_path(graph: Graph, why: NoPath, format_: FormatOption) -> None:
    """Print why there is no path, and end with the exit code for nothing found."""
    from kg.analysis.explain import ENDED
    from kg.errors import NothingFoundError
    from kg.output import Answer

    rows = why.rows()
    extra = {"projection": why.projection, "from": why.starts, "to": why.ends, "paths": 0}
    heading = projection_words(graph, why.projection)
    show(
        Answer(rows, {"sentence": "why there is no path"}, [*graph.left_out, *why.cut], extra, heading=heading), format_
    )
    starts, ends = why.starts, why.ends
    between = f"{', '.join(map(graph.name, starts))} to {', '.join(map(graph.name, ends))}"
    found = " was found" if rows[0]["code"] == ENDED else ""
    raise NothingFoundError(f"no path from {between}{found}: {rows[0]['sentence']}")


def _weakest(path: TransferPath) -> str:
    """Say what the grade of a path is that of."""
    of = "weakest hop" if any(one.grade == path.support.grade for one in path.needed) else "worst of all hops"
    return f"{of} {path.support.grade}"


def _show_paths(graph: Graph, answer: PathAnswer, format_: FormatOption) -> None:
    from kg.output import Answer

    rows = answer.rows()
    documents = documents_behind(graph, answer)
    for row in rows:
        row["item_names"] = [graph.name(item) for item in row["items"]]
        row["path_documents"] = documents[row["path"] - 1]
    extra = {"projection": answer.projection, "from": answer.starts, "to": answer.ends, "paths": len(answer.paths)}
    notes, heading = [*graph.left_out, *answer.cut, *answer.notes], projection_words(graph, answer.projection)
    show(Answer(rows, notes=notes, extra=extra, draw=path_drawing(graph, answer, documents), heading=heading), format_)


def documents_behind(graph: Graph, answer: PathAnswer) -> list[int]:
    """Return for each path how many documents support it."""
    return graph.documents([path.needed for path in answer.paths])


def projection_words(graph: Graph, projection: Mapping[str, Any]) -> str:
    """Return a projection in words, as printed with every answer."""
    parts = []
    for key, value in projection.items():
        if value is None:
            continue
        if isinstance(value, list):
            value = ", ".join(graph.name(one) for one in value)
        parts.append(f"{key.replace('_', ' ')} {value}")
    return "Projection: " + " · ".join(parts)


def path_drawing(graph: Graph, answer: PathAnswer, documents: Sequence[int]) -> Callable[[Console], None]:
    """Return what prints paths for people; `documents` says how many documents are behind each."""
    from kg.commands.lookup import when

    def draw(console: Console) -> None:
        from rich.text import Text

        from kg.visible import visible

        def line(text: str, style: str = "") -> None:
            console.print(Text(visible(text), style=style))

        line(projection_words(graph, answer.projection), "dim")
        places = chain.from_iterable(place.territories for one in answer.paths for place in one.places)
        graph.called(sorted(set(places)))  # read at once, not one by one below
        for number, one in enumerate(answer.paths, 1):
            hops = f"{len(one.hops)} hop{'s' * (len(one.hops) != 1)}"
            line("")
            line(f"Path {number}: {hops} · time {one.time} · custody {one.custody} · verdict {one.verdict}", "bold")
            line(
                f"Support: {_weakest(one)}, {one.support.origins} origin(s); whole path rests on "
                f"{', '.join(one.support.origin_ids)}, read in {documents[number - 1]} document(s)"
            )
            for note in one.notes:
                line(note)
            for row, hop, place in zip(one.rows(), one.hops, one.places, strict=False):
                mark = "  ◀ point of diversion" if row["point_of_diversion"] else ""
                where = ", ".join(map(graph.name, place.territories)) or "territory not known"
                said = f" ({place.text})" if place.text else ""
                line(f"  {row['from_name']}  [{where}{said}]")
                if hop.made:
                    source = ", ".join(map(graph.name, hop.made.inputs))
                    line(f"    │ made {graph.name(hop.made.end)} from {source}: joins the hops")
                    line(f"    │ {hop.made.certainty} · grade {hop.made.grade} · {hop.made.id}", "dim")
                line(f"    │ {row['type']} {', '.join(map(graph.name, row['items'])) or 'items not stated'}{mark}")
                via = f" · via {', '.join(map(graph.name, row['via']))}" if row["via"] else ""
                line(f"    │ {when(row) or 'date not stated'} · {row['certainty']} · grade {row['grade']}{via}", "dim")
                others = f" (and {len(row['parallel'])} parallel)" if row["parallel"] else ""
                line(f"    ▼ {row['transfer']}{others}", "dim")
            line(f"  {one.names[-1]}")

    return draw


def chokepoints(
    ends: TowardsArgument = None,
    starts_option: FromOption = None,
    ends_option: ToOption = None,
    territory: Annotated[bool, typer.Option("--territory", help="Territories instead of parties.")] = False,
    method: MethodOption = Method.MUST_PASS,
    robust: RobustOption = False,
    strict_time: TimeOption = False,
    strict_custody: CustodyOption = False,
    max_hops: HopsOption = None,
    item: options.ItemOption = None,
    since: options.SinceOption = None,
    until: options.UntilOption = None,
    min_grade: options.GradeOption = None,
    min_certainty: options.CertaintyOption = None,
    min_origins: options.OriginsOption = 0,
    avoid: options.AvoidOption = None,
    types: options.TypeOption = None,
    html: HtmlOption = None,
    handling: options.HandlingOption = None,
    force: ForceOption = False,
    format_: FormatOption = None,
) -> None:
    """Find what lies on every path from suppliers to an end user, with a certificate, and the origin it hangs on.

    Example: kg chokepoints ISIS --item precursor --territory
    """
    strict = strict_time or strict_custody or max_hops is not None
    check_views(method, robust=robust, territory=territory, strict=strict, html=html)
    with connected(handling) as graph:
        starts, last = _to(graph, ends or [], starts_option or [], ends_option or [])
        asked = options.projection(
            graph, items=item, since=since, until=until, min_grade=min_grade, min_certainty=min_certainty,
            min_origins=min_origins, avoid=avoid, types=types,
        )  # fmt: skip
        if robust or method is not Method.MUST_PASS:
            _unless_connected(graph, graph.connection(starts, last, asked), format_)
            if robust:
                robustness(graph, starts, last, asked, territory=territory, format_=format_)
            else:
                other_view(graph, starts, last, asked, method, format_)
            return
        answer = _chokepoints(
            graph, starts, last, asked, territory=territory, strict_time=strict_time, strict_custody=strict_custody,
            max_hops=max_hops,
        )  # fmt: skip
        _unless_connected(graph, answer, format_)
        if html is not None:
            from kg.commands.exporting import write_page
            from kg.export import pages

            write_page(graph, pages.of_chokepoints(graph, answer, asked), html, force=force)
        _show_chokepoints(graph, answer, format_)


def _chokepoints(
    graph: Graph,
    starts: Sequence[str] | None,
    ends: Sequence[str],
    asked: Projection,
    *,
    territory: bool,
    strict_time: bool,
    strict_custody: bool,
    max_hops: int | None,
) -> ChokepointAnswer | StrictAnswer | TerritoryAnswer:
    """Return what is on every path, of those paths that are asked for."""
    if strict_time or strict_custody or max_hops is not None:
        return graph.strict_chokepoints(
            starts,
            ends,
            asked,
            max_hops=MOST_HOPS if max_hops is None else max_hops,
            strict_time=strict_time,
            strict_custody=strict_custody,
        )
    return graph.territories(starts, ends, asked) if territory else graph.chokepoints(starts, ends, asked)


def _to(graph: Graph, given: list[str], starts: list[str], ends: list[str]) -> tuple[list[str] | None, list[str]]:
    from kg.errors import UsageError

    if given and (starts or ends or len(given) > 2):
        raise UsageError("give [FROM] TO, or --from and --to: kg chokepoints ISIS.")
    if given:
        starts, ends = given[:-1], given[-1:]
    if not ends:
        raise UsageError("chokepoints need an end user: kg chokepoints ISIS.")
    return graph.parties(starts) or None, graph.parties(ends)


def _unless_connected(
    graph: Graph, answer: ChokepointAnswer | Connection | StrictAnswer | TerritoryAnswer, format_: FormatOption
) -> None:
    """Where no path is left, print the projection, and end with the exit code for nothing found."""
    from kg.analysis.strict import StrictAnswer as Strict
    from kg.errors import NothingFoundError
    from kg.output import Answer

    if answer.connected:
        return
    kind = answer.scope.removeprefix("every ") if isinstance(answer, Strict) else "path"
    givers = ", ".join(map(graph.name, answer.starts)) if answer.starts_given else "any party that only gives"
    hint = " `kg path` says why." if answer.starts_given else ""
    sentence = (
        f"no {kind} leads from {givers} to {', '.join(map(graph.name, answer.ends))} in this projection, so nothing "
        f"can be on every one.{hint}"
    )
    extra = {"projection": answer.projection, "from": answer.starts, "to": answer.ends}
    heading = projection_words(graph, answer.projection)
    show(
        Answer([{"sentence": sentence}], {"sentence": "why there is none"}, graph.left_out, extra, heading=heading),
        format_,
    )
    raise NothingFoundError(sentence)


def ends_words(graph: Graph, starts: Sequence[str], ends: Sequence[str], *, given: bool) -> tuple[str, str]:
    """Return in words from where and to where; `given` says whether the suppliers were named."""
    kind = "the suppliers named" if given else "every party that only gives"
    return f"From {kind} ({', '.join(map(graph.name, starts))})", f"to {', '.join(map(graph.name, ends))}."


def _show_chokepoints(
    graph: Graph, answer: ChokepointAnswer | StrictAnswer | TerritoryAnswer, format_: FormatOption
) -> None:
    from kg.analysis.chokepoints import TerritoryAnswer as Territories
    from kg.analysis.strict import StrictAnswer as Strict
    from kg.output import Answer

    rows = answer.rows()
    edges = {edge.id: edge for edge in graph.records.relations}
    behind = graph.documents([[edges[id_] for id_ in row["witness"]] for row in rows])
    for row, documents in zip(rows, behind, strict=True):
        row["documents"] = documents
    extra: dict[str, Any] = {"projection": answer.projection, "from": answer.starts, "to": answer.ends}
    notes = [*graph.left_out, *answer.notes]
    if isinstance(answer, Territories):
        extra |= {"paths_of_unknown_territory": answer.unknown.text, "wording": answer.wording}
        if not rows:
            notes.insert(0, "There are paths, but no single territory is on every one of them.")
    elif isinstance(answer, Strict):
        extra |= {key: getattr(answer, key) for key in ("max_hops", "strict_time", "strict_custody")}
        extra |= {"around": answer.around, "unclear": answer.unclear}
    else:
        extra |= {"no_party": trail_rows(answer.no_party), "no_transfer": trail_rows(answer.no_transfer)}
    heading = projection_words(graph, answer.projection)
    show(Answer(rows, notes=notes, extra=extra, draw=chokepoint_drawing(graph, answer), heading=heading), format_)


def trail_rows(certificate: Certificate | None) -> list[dict[str, list[str]]] | None:
    """Return the paths by which a certificate shows that nothing is on every one; None where there is no such."""
    return [trail.row() for trail in certificate.trails] if certificate else None


def chokepoint_drawing(
    graph: Graph, answer: ChokepointAnswer | StrictAnswer | TerritoryAnswer
) -> Callable[[Console], None]:
    """Return what prints chokepoints for people."""
    from kg.analysis.chokepoints import TerritoryAnswer as Territories
    from kg.analysis.strict import StrictAnswer as Strict

    def draw(console: Console) -> None:
        from rich.text import Text

        from kg.visible import visible

        def line(text: str, style: str = "") -> None:
            console.print(Text(visible(text), style=style))

        line(projection_words(graph, answer.projection), "dim")
        for words in ends_words(graph, answer.starts, answer.ends, given=answer.starts_given):
            line(words, "dim")
        if isinstance(answer, Territories):
            lines = _territory_lines(graph, answer)
        else:
            lines = _strict_lines(answer) if isinstance(answer, Strict) else _party_lines(graph, answer)
        for text, style in lines:
            line(text, style)

    return draw


def _territory_lines(graph: Graph, answer: TerritoryAnswer) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for point in (*answer.territories, *answer.sets):
        alone = len(point.names) == 1
        said = f"{point.names[0]}: {point.wording}" if alone else point.wording[0].upper() + point.wording[1:]
        lines.append((said, "bold"))
        for place in point.parties:
            said = f" ({place.text})" if place.text else ""
            lines.append((f"  sits there{said}: {place.name}", ""))
        lines += [(f"  passes through: {name}", "") for name in point.transfers]
        lines += _ground(
            graph, point.hangs_on, point.support.origin_ids, point.certificate.reached, point.certificate.known_only
        )
    for parties in answer.unknown.paths:
        lines.append((f"  hop of unknown territory: {' → '.join(map(graph.name, parties))}", "dim"))
    return lines


def _party_lines(graph: Graph, answer: ChokepointAnswer) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for point in (*answer.parties, *answer.transfers):
        lines.append((f"{point.name}: on every path ({point.kind}, {point.id}){_mark(point)}", "bold"))
        lines += _ground(graph, point.hangs_on, point.support.origin_ids, point.certificate.reached)
    return lines


def _mark(point: Chokepoint | StrictChokepoint) -> str:
    return " · one of several alternatives" if point.transfer and point.transfer.alternative_of else ""


def _strict_lines(answer: StrictAnswer) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for point in (*answer.parties, *answer.transfers):
        lines.append((f"{point.name}: on {answer.scope} ({point.kind}, {point.id}){_mark(point)}", "bold"))
        lines.append((f"  hangs on: {_hangs(point.hangs_on, point.witness.support.origin_ids)}", ""))
        by_hand = " (`kg path` with the same options and --avoid)" if point.party else ""
        lines.append((f"  certificate: the whole search without it{by_hand} gives no path", "dim"))
    return lines


def _hangs(hangs_on: Sequence[str], origins: Sequence[str]) -> str:
    return ", ".join(hangs_on) or f"no single origin; its best path rests on {', '.join(origins)}"


def _ground(
    graph: Graph, hangs_on: Sequence[str], origins: Sequence[str], reached: Sequence[str], known_only: bool = False
) -> list[tuple[str, str]]:
    """Return on what a chokepoint hangs, and its certificate, in words."""
    number = f"{len(reached)} part{'y' if len(reached) == 1 else 'ies'} ({', '.join(map(graph.name, reached))})"
    among = "among parties of known territory, " if known_only else ""
    left = f"reach only {number}, and no end user" if reached else "reach nobody"
    return [
        (f"  hangs on: {_hangs(hangs_on, origins)}", ""),
        (f"  certificate: {among}without it the suppliers {left}", "dim"),
    ]
