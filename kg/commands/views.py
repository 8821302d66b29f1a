"""Other views of `kg chokepoints`: smallest cuts, secondary measures, and what chokepoints hang on."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from kg.commands.options import FormatOption, show

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kg.graph import Graph
    from kg.network import Projection

CUT_COLUMNS = {"set": "set", "size": "size", "names": "parties", "disjoint_paths": "disjoint paths"}
ROBUST_COLUMNS = {"kind": "left out", "left_out": "which", "connected": "paths left", "gone": "gone", "new": "new"}


class Method(StrEnum):
    """How chokepoints are looked for."""

    MUST_PASS = "must-pass"
    CUT = "cut"
    REDUCTION = "reduction"
    BETWEENNESS = "betweenness"
    BRIDGES = "bridges"
    ARTICULATION = "articulation"


def check_views(method: Method, *, robust: bool, territory: bool, html: Path | None) -> None:
    """Raise `UsageError` for views that do not go together."""
    from kg.errors import UsageError

    other = robust or method is not Method.MUST_PASS
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
    """Print the smallest sets of parties without which no path is left, or a secondary view labelled as such."""
    from kg.analysis import chokepoints
    from kg.output import Answer

    network = graph.network(asked)
    if method is Method.CUT:
        cut = chokepoints.minimum_cut(network, starts, ends)
        rows, notes, columns = cut.rows(), list(cut.cut), CUT_COLUMNS
        if cut.direct:
            notes.insert(0, f"No set of parties can cut: these transfers lead directly: {', '.join(cut.direct)}.")
    else:
        view = chokepoints.secondary(network, starts, ends, method.value)
        rows, notes, columns = view.rows(), [view.note, *view.cut], {"names": "parties", "value": "value"}
    show(Answer(rows, columns, notes, {"projection": asked.describe(), "method": method.value}), format_)


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
    from kg.analysis import robustness as robust
    from kg.output import Answer

    left = robust.leave_out(graph.network(asked), starts, ends, of="territories" if territory else "parties")
    rows, notes = left.rows(), [*left.cut, *left.caveats]
    if not rows:
        notes.insert(0, "No origin or organisation, and no two of them, change the chokepoints.")
    extra = {"projection": asked.describe(), "method": "robust", "hangs_on": dict(left.hangs_on)}
    show(Answer(rows, ROBUST_COLUMNS, notes, extra), format_)
