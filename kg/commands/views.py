"""Other views of `kg chokepoints`: smallest cuts, secondary measures, and what chokepoints hang on."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from kg.commands.options import FormatOption, show

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

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
    "kind": "left out",
    "left_out": "which",
    "connected": "paths left",
    "gone_names": "gone",
    "new_names": "new",
}


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
    from kg.analysis.cuts import PARTIES, TRANSFERS
    from kg.commands.analysis import projection_words, trail_rows
    from kg.output import Answer

    extra: dict[str, Any] = {"projection": asked.describe(), "method": method.value}
    if method is Method.CUT:
        cuts = [graph.cut(starts, ends, asked, of=one) for one in (PARTIES, TRANSFERS)]
        rows, columns = [row for cut in cuts for row in cut.rows()], CUT_COLUMNS
        notes = [f"Of {cut.of}: {sentence}" for cut in cuts for sentence in cut.cut]
        notes += [
            f"No set of parties can cut: these transfers lead directly: {', '.join(cut.direct)}."
            for cut in cuts
            if cut.direct
        ]
        notes += dict.fromkeys(sentence for cut in cuts for sentence in cut.caveats)
        notes.append(chokepoints.LENIENT)
        extra |= {"from": cuts[0].starts, "to": cuts[0].ends, "no_party": trail_rows(cuts[0].uncut)}
    else:
        view = graph.secondary(method.value, starts, ends, asked)
        rows, notes, columns = view.rows(), [view.note, *view.cut], {"names": "parties"}
        if any(row["value"] is not None for row in rows):
            columns["value"] = "value"
    heading = projection_words(graph, asked.describe())
    show(Answer(rows, columns, notes, extra, heading=heading, cell=_cell), format_)


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
    """Print which chokepoints go or come without an origin or organisation, or two of them."""
    from kg.commands.analysis import projection_words
    from kg.output import Answer

    left = graph.robustness(starts, ends, asked, of="territories" if territory else "parties")
    rows, notes = left.rows(), [*left.cut, *left.caveats]
    for row in rows:
        row |= {f"{key}_names": [graph.name(one) for one in row[key]] for key in ("gone", "new")}
    if not rows:
        notes.insert(0, "No origin or organisation, and no two of them, change the chokepoints.")
    extra = {"projection": asked.describe(), "method": "robust", "hangs_on": dict(left.hangs_on)}
    show(Answer(rows, ROBUST_COLUMNS, notes, extra, heading=projection_words(graph, asked.describe())), format_)
