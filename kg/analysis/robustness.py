"""Robustness: which chokepoints go or come when one or two origins, or organisations, are left out.

A transfer goes when fewer origins are left than the projection asks for, at least one. Exact for every one and, up to
a stated number, for every two. Grades are not computed anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, islice
from typing import TYPE_CHECKING, Any

from kg.analysis import chokepoints, territory
from kg.analysis.reach import Hops, chosen_ends, givers, projection_of
from kg.errors import UsageError
from kg.records import Relation

if TYPE_CHECKING:
    import networkx as nx

PARTIES, TRANSFERS, TERRITORIES = "parties", "transfers", "territories"
ORIGIN, ORGANISATION = "origin", "organisation"
MOST_PAIRS = 2000
CAVEATS = (
    "Grades are those with all origins: leaving one out may lower a grade, which is not counted here.",
    "Where no path is left, nothing can be on every path: the chokepoint goes because the paths do.",
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What one or two origins, or organisations, left out would change; `kind` says which of both they are."""

    kind: str
    ids: tuple[str, ...]
    transfers_lost: tuple[str, ...]
    connected: bool
    gone: tuple[str, ...]
    new: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        """Return the change as one row."""
        return {
            "kind": self.kind,
            "left_out": list(self.ids),
            "transfers_lost": list(self.transfers_lost),
            "connected": self.connected,
            "gone": list(self.gone),
            "new": list(self.new),
        }


@dataclass(frozen=True, slots=True)
class RobustnessAnswer:
    """Chokepoints (`of` parties, transfers or territories) with all support, and every case that changes them.

    `hangs_on` and `hangs_on_organisations` give for each chokepoint those that take it away when left out alone;
    `tried` counts the cases looked at, `cut` says where not all pairs were.
    """

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    starts_given: bool
    projection: Mapping[str, Any]
    of: str
    chokepoints: tuple[str, ...]
    hangs_on: Mapping[str, tuple[str, ...]]
    hangs_on_organisations: Mapping[str, tuple[str, ...]]
    changes: tuple[LeftOut, ...]
    tried: int
    caveats: tuple[str, ...]
    cut: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each case that changes the chokepoints, single ones first."""
        return [one.row() for one in self.changes]


def leave_out(
    graph: nx.MultiDiGraph[str],
    starts: Iterable[str] | None,
    ends: Iterable[str],
    *,
    of: str = PARTIES,
    most_pairs: int = MOST_PAIRS,
) -> RobustnessAnswer:
    """Return which chokepoints depend on one or two origins or organisations.

    Without starts the suppliers are found anew in every case. Raise `UsageError` where the given sets are empty or
    overlap, or `of` is none of the three words.
    """
    if of not in (PARTIES, TRANSFERS, TERRITORIES) or most_pairs < 0:
        raise UsageError(f"Chokepoints of {of!r} are not known: give parties, transfers or territories.")
    hops = Hops.of(graph)
    first, last = chosen_ends(graph, hops, starts, ends)
    question = _Question(graph, hops, first if starts is not None else None, last, of)
    baseline, _ = question.answer(())
    changes: list[LeftOut] = []
    tried, cut = 0, False
    for kind, support, floor in _kinds(projection_of(graph).min_origins):
        losses = _losses(hops, support, floor)
        cases = list(islice(_cases(losses), len(losses) + most_pairs + 1))
        single = sum(len(ids) == 1 for ids, _ in cases)
        cut = cut or len(cases) - single > most_pairs
        for ids, lost in cases[: single + most_pairs]:
            tried += 1
            found, connected = question.answer(lost)
            if found != baseline:
                gone, new = tuple(sorted(baseline - found)), tuple(sorted(found - baseline))
                changes.append(LeftOut(kind, ids, tuple(sorted(lost)), connected, gone, new))
    changes.sort(key=lambda one: (len(one.ids), one.kind != ORIGIN, one.ids))
    return RobustnessAnswer(
        starts=first,
        ends=last,
        starts_given=starts is not None,
        projection=projection_of(graph).describe(),
        of=of,
        chokepoints=tuple(sorted(baseline)),
        hangs_on=_hangs_on(baseline, changes, ORIGIN),
        hangs_on_organisations=_hangs_on(baseline, changes, ORGANISATION),
        changes=tuple(changes),
        tried=tried,
        caveats=CAVEATS,
        cut=(f"Of the pairs left out together only {most_pairs} were tried.",) if cut else (),
    )
