"""Other views of `kg chokepoints`: smallest cuts, secondary measures, and what chokepoints hang on."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from kg.commands.options import FormatOption, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kg.analysis.chokepoints import CutAnswer, SecondaryAnswer
    from kg.graph import Graph
    from kg.network import Projection

CUT_COLUMNS = {
    "of": "of",
    "set": "set",
    "size": "size",
    "names": "without these",
    "members": "ids",
    "disjoint_paths": "disjoint paths",
    "alternatives": "of which alternatives",
}
ROBUST_COLUMNS = {
    "of": "of",
    "kind": "left out",
    "left_out": "which",
    "connected": "paths left",
    "gone_names": "gone",
    "new_names": "new",
}
SCOPE_COLUMNS = {"narrowed_names": "of known territory only", "widened_names": "of every path"}


class Method(StrEnum):
    """How chokepoints are looked for."""

    MUST_PASS = "must-pass"
    CUT = "cut"
    REDUCTION = "reduction"
    BETWEENNESS = "betweenness"
    BRIDGES = "bridges"
    ARTICULATION = "articulation"


def check_views(method: Method, *, robust: bool, territory: bool, strict: bool, html: Path | None) -> None:
    """Raise `UsageError` for views that do not go together."""
    from kg.errors import UsageError

    other = robust or method is not Method.MUST_PASS
    if strict and (other or territory):
        raise UsageError(
            "--strict-time, --strict-custody and --max-hops go with neither --territory, --method nor --robust, which "
            "take all paths: leave out one of the two."
        )
    if (other and html is not None) or (method is not Method.MUST_PASS and (robust or territory)):
        raise UsageError(
            "--method and --robust go neither together nor with --html; --territory goes with --robust only."
        )


def other_view(
    graph: Graph,
    starts: Sequence[str] | None,
    ends: Sequence[str],
    asked: Projection,
    method: Method,
    format_: FormatOption,
) -> None:
    """Print the smallest sets without which no path is left, of parties and of transfers, or a secondary view."""
    from kg.analysis.chokepoints import LENIENT
    from kg.analysis.cuts import PARTIES, TRANSFERS
    from kg.commands.analysis import trail_rows
    from kg.output import Answer

    extra: dict[str, Any] = {"method": method.value}
    answer: CutAnswer | SecondaryAnswer
    if method is Method.CUT:
        cuts = [graph.cut(starts, ends, asked, of=one) for one in (PARTIES, TRANSFERS)]
        answer, rows, columns = cuts[0], [row for cut in cuts for row in cut.rows()], CUT_COLUMNS
        notes = [f"Of {cut.of}: {sentence}" for cut in cuts for sentence in cut.cut]
        notes += [
            f"No set of parties can cut: these transfers lead directly: {', '.join(cut.direct)}."
            for cut in cuts
            if cut.direct
        ]
        notes += dict.fromkeys(sentence for cut in cuts for sentence in cut.caveats)
        notes.append(LENIENT)
        extra["no_party"] = trail_rows(cuts[0].uncut)
    else:
        answer = view = graph.secondary(method.value, starts, ends, asked)
        rows, notes, columns = view.rows(), [view.note, *view.cut], {"names": "parties"}
        if any(row["value"] is not None for row in rows):
            columns["value"] = "value"
    extra |= {"projection": answer.projection, "from": answer.starts, "to": answer.ends}
    heading = _heading(graph, answer.projection, answer.starts, answer.ends, given=starts is not None)
    show(Answer(rows, columns, [*graph.left_out, *notes], extra, heading=heading, cell=_cell), format_)


def _heading(
    graph: Graph, projection: Mapping[str, Any], starts: Sequence[str], ends: Sequence[str], *, given: bool
) -> str:
    from kg.commands.analysis import ends_words, projection_words

    return f"{projection_words(graph, projection)}. {' '.join(ends_words(graph, starts, ends, given=given))}"


def _cell(value: Any) -> str:  # noqa: ANN401 - of a row
    from kg.output import cell_text

    return f"{value:.4g}" if isinstance(value, float) else cell_text(value)


def robustness(
    graph: Graph,
    starts: Sequence[str] | None,
    ends: Sequence[str],
    asked: Projection,
    *,
    territory: bool,
    format_: FormatOption,
) -> None:
    """Print what chokepoints hang on, and which go or come without an origin or organisation, or two of them."""
    from kg.analysis.robustness import CHOKEPOINT, PARTIES, TERRITORIES, TRANSFERS
    from kg.commands.tracing import table_drawing
    from kg.output import Answer

    answers = [
        graph.robustness(starts, ends, asked, of=of) for of in ((TERRITORIES,) if territory else (PARTIES, TRANSFERS))
    ]
    first = answers[0]
    rows = [row for one in answers for row in one.rows()]
    _add_names(graph, rows)
    points = [row for row in rows if row["kind"] == CHOKEPOINT]
    changes = [row for row in rows if row["kind"] != CHOKEPOINT]
    notes = [*graph.left_out, *(_hanging(row, changes) for row in points)]
    if not any(one.changes for one in answers):
        notes.append("No origin or organisation, and no two of them, change the chokepoints.")
    notes += dict.fromkeys(note for one in answers for note in (*one.cut, *one.caveats))
    extra = {
        "projection": first.projection,
        "from": first.starts,
        "to": first.ends,
        "method": "robust",
        "chokepoints": {one.of: one.chokepoints for one in answers},
        "scopes": {row["id"]: row["scope"] for row in points},
        "hangs_on": {row["id"]: row["hangs_on"] for row in points},
        "hangs_on_organisations": {row["id"]: row["hangs_on_organisations"] for row in points},
        "tried": {one.of: one.tried for one in answers},
    }
    heading = _heading(graph, first.projection, first.starts, first.ends, given=first.starts_given)
    columns = ROBUST_COLUMNS | (SCOPE_COLUMNS if territory else {})
    draw = table_drawing([heading], columns, changes)
    show(Answer(rows, columns, notes, extra, draw, heading=heading), format_)


def _add_names(graph: Graph, rows: Sequence[dict[str, Any]]) -> None:
    """Add to rows of ids of parties, transfers and territories their names; that of a transfer is its two parties."""
    edges = {edge.id: edge for edge in graph.records.relations}

    def name(id_: str) -> str:
        edge = edges.get(id_)
        return f"{graph.name(edge.start)} → {graph.name(edge.end)}" if edge else graph.name(id_)

    for row in rows:
        row["name"] = row["id"] and name(row["id"])
        for key in ("gone", "new", "narrowed", "widened"):
            row[f"{key}_names"] = row[key] and [name(id_) for id_ in row[key]]


def _hanging(row: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> str:
    """Return in words what a chokepoint hangs on; of a territory also without what only its scope falls."""
    narrowing = {tuple(one["left_out"]) for one in changes if row["id"] in one["narrowed"]}

    def listed(ids: Sequence[str]) -> str:
        scope = " (without it on every path of known territory only)"
        return ", ".join(f"{id_}{scope if (id_,) in narrowing else ''}" for id_ in ids) or "no single one"

    return (
        f"{row['name']} hangs on origin: {listed(row['hangs_on'])}; "
        f"organisation: {listed(row['hangs_on_organisations'])}."
    )
