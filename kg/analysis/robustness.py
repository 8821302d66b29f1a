"""Robustness: which chokepoints go or come when one or two origins, or organisations, are left out.

A transfer goes when fewer origins are left than the projection asks for, at least one. Exact for every one and, up to
a stated number, for every two. Grades are not computed anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from kg.analysis import chokepoints, territory
from kg.analysis.reach import Hops, chosen_ends, givers, projection_of
from kg.errors import UsageError

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

    A pair is a case where it changes more than each of the two does alone. `hangs_on` and `hangs_on_organisations`
    give for each chokepoint those that take it away when left out alone; `tried` counts the cases looked at, `cut`
    says where not all pairs were.
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
    baseline = question.answer(())
    changes: list[LeftOut] = []
    tried, cut = 0, False
    for kind, floor in ((ORIGIN, max(1, projection_of(graph).min_origins)), (ORGANISATION, 1)):
        losses = _losses(hops, kind, floor)
        pairs = _pairs(losses)
        cut = cut or len(pairs) > most_pairs
        outcomes = {ids: question.answer(_lost(losses, ids)) for ids in [*_single(losses), *pairs[:most_pairs]]}
        tried += len(outcomes)
        changes += _changes(kind, baseline, outcomes, losses)
    changes.sort(key=lambda one: (len(one.ids), one.kind != ORIGIN, one.ids))
    return RobustnessAnswer(
        starts=first,
        ends=last,
        starts_given=starts is not None,
        projection=projection_of(graph).describe(),
        of=of,
        chokepoints=tuple(sorted(baseline.found)),
        hangs_on=_hangs_on(baseline.found, changes, ORIGIN),
        hangs_on_organisations=_hangs_on(baseline.found, changes, ORGANISATION),
        changes=tuple(changes),
        tried=tried,
        caveats=CAVEATS,
        cut=(f"Of the pairs left out together only {most_pairs} were tried.",) if cut else (),
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    found: frozenset[str]
    connected: bool


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked in every case; `starts` is None where the suppliers are to be found anew."""

    graph: nx.MultiDiGraph[str]
    hops: Hops
    starts: tuple[str, ...] | None
    ends: tuple[str, ...]
    of: str

    def answer(self, lost: Collection[str]) -> _Outcome:
        left = self.hops.without(transfers=lost) if lost else self.hops
        starts = givers(left, self.ends) if self.starts is None else self.starts
        if self.of == TERRITORIES:
            found = territory.passed_alone(self.graph, left, starts, self.ends)
        else:
            found = chokepoints.passed_alone(left, starts, self.ends, parties=self.of == PARTIES)
        return _Outcome(frozenset(found), left.shortest(starts, self.ends) is not None)


def _changes(
    kind: str,
    before: _Outcome,
    outcomes: Mapping[tuple[str, ...], _Outcome],
    losses: Mapping[tuple[str, ...], set[str]],
) -> Iterator[LeftOut]:
    """Yield what differs from the outcome with all support and, for a pair, from that of each of the two alone."""
    for ids, after in outcomes.items():
        known = {before} if len(ids) == 1 else {outcomes.get((id_,), before) for id_ in ids}
        if after not in known:
            gone, new = tuple(sorted(before.found - after.found)), tuple(sorted(after.found - before.found))
            yield LeftOut(kind, ids, tuple(sorted(_lost(losses, ids))), after.connected, gone, new)


def _losses(hops: Hops, kind: str, floor: int) -> dict[tuple[str, ...], set[str]]:
    """Return by one and by two ids the transfers that go when just these are left out, but not for fewer of them."""
    losses: dict[tuple[str, ...], set[str]] = {}
    for one in hops.all_transfers():
        support = sorted(set(one.origin_ids if kind == ORIGIN else one.organisation_ids))
        needed = max(1, len(support) - floor + 1)
        if support and needed <= 2:
            for ids in combinations(support, needed):
                losses.setdefault(ids, set()).add(one.id)
    return losses


def _lost(losses: Mapping[tuple[str, ...], set[str]], ids: tuple[str, ...]) -> frozenset[str]:
    alone = [losses.get((id_,), set()) for id_ in ids]
    return frozenset().union(*alone, losses.get(ids, set()))


def _single(losses: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return sorted(ids for ids in losses if len(ids) == 1)


def _pairs(losses: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the pairs that lose more than each of the two alone."""
    together = {ids for ids in losses if len(ids) == 2}
    return sorted(together | set(combinations([ids[0] for ids in _single(losses)], 2)))


def _hangs_on(found: Collection[str], changes: Iterable[LeftOut], kind: str) -> dict[str, tuple[str, ...]]:
    lone = [one for one in changes if one.kind == kind and len(one.ids) == 1]
    return {id_: tuple(one.ids[0] for one in lone if id_ in one.gone) for id_ in sorted(found)}
