"""Robustness: which chokepoints go or come when one or two origins, or organisations, are left out.

A transfer goes when fewer origins are left than the projection asks for, at least one. Exact for every one and, up to
a stated number, for every two. Grades are not computed anew.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from kg.analysis.reach import Hops, chosen_ends, projection_of
from kg.analysis.territory import Case
from kg.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx

PARTIES, TRANSFERS, TERRITORIES = "parties", "transfers", "territories"
ORIGIN, ORGANISATION = "origin", "organisation"
MOST_PAIRS = 2000
MOST_KEPT = 200
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
    baseline = question.answer(frozenset())
    changes: list[LeftOut] = []
    tried, cut = 0, False
    for kind, floor in ((ORIGIN, max(1, projection_of(graph).min_origins)), (ORGANISATION, 1)):
        losses = _losses(hops, kind, floor)
        pairs = _pairs(losses)
        cut = cut or len(pairs) > most_pairs
        outcomes: dict[tuple[str, ...], _Outcome] = {}
        for ids in [*_single(losses), *pairs[:most_pairs]]:
            known = [baseline, *(outcomes[id_,] for id_ in ids if (id_,) in outcomes)]
            outcomes[ids] = question.answer(_lost(losses, ids), known)
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


@dataclass(frozen=True)
class _Scope:
    """What may be on every path over some hops.

    `passed` gives for a path, and transfers that are lost, all that it cannot do without; `removed` gives the parties
    and the transfers that go with one of these. `kept` are paths found in earlier cases: where what is left of them
    has nothing doubtful in common, a case needs no search.
    """

    hops: Hops
    ends: tuple[str, ...]
    passed: Callable[[Sequence[str], Collection[str]], set[str]]
    removed: Callable[[str], tuple[Collection[str], Collection[str]]]
    kept: deque[tuple[str, ...]] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))

    def on_every_path(
        self, starts: Collection[str], lost: frozenset[str], certain: Collection[str]
    ) -> frozenset[str] | None:
        """Return what is on every path that is left, None where none is; of some it is certain already."""
        common: set[str] | None = None
        for path in self._left(starts, lost):
            passed = self.passed(path, lost)
            common = passed if common is None else common & passed
            if common.issubset(certain):
                return frozenset(common)
        confirmed = set(certain)
        if common is None:
            path = self._search(starts, lost)
            if not path:
                return None
            common = self.passed(path, lost)
        while doubtful := common - confirmed:
            one = min(doubtful)
            gone, more = self.removed(one)
            path = self._search(starts, lost.union(more), gone)
            if path:
                common &= self.passed(path, lost)
            else:
                confirmed.add(one)
        return frozenset(common)

    def _left(self, starts: Collection[str], lost: frozenset[str]) -> Iterator[tuple[str, ...]]:
        closed = self.hops.losing(lost)
        for path in tuple(self.kept):
            if path[0] in starts and (closed is None or not any(closed(*hop) for hop in pairwise(path))):
                yield path

    def _search(
        self, starts: Collection[str], lost: Collection[str], gone: Collection[str] = frozenset()
    ) -> tuple[str, ...]:
        path = self.hops.joining(starts, self.ends, gone=gone, blocked=self.hops.losing(lost))
        if path:
            self.kept.appendleft(path)
        return path


class _Question:
    """What is asked in every case; `starts` is None where the suppliers are to be found anew."""

    def __init__(
        self, graph: nx.MultiDiGraph[str], hops: Hops, starts: tuple[str, ...] | None, ends: tuple[str, ...], of: str
    ) -> None:
        self._starts, self._ends = starts, ends
        self._receiver = {one.id: one.end for one in hops.all_transfers()}
        self._received = Counter(self._receiver.values())
        giving = (one for one in hops.onward if hops.onward[one] and one not in self._received)
        self._givers = frozenset(giving if starts is None else starts).difference(ends)
        ends_of_paths = {*ends, *(starts or ())}
        if of == TERRITORIES:
            self._scopes = _territory_scopes(Case.of(graph, hops, starts or (), ends))
        elif of == PARTIES:
            passed = _parties_between(ends_of_paths)
            self._scopes = [_Scope(hops, ends, passed, lambda one: ((one,), ()))]
        else:
            self._scopes = [_Scope(hops, ends, _lone_transfers(hops), lambda one: ((), (one,)))]

    def answer(self, lost: frozenset[str], known: Iterable[_Outcome] = ()) -> _Outcome:
        """Return what is found when some transfers are lost; `known` are outcomes of cases in which fewer are.

        Where the starts are the same, what was on every path stays on every path that is left.
        """
        starts = self._suppliers(lost)
        certain = (one.found for one in known if one.connected) if starts == self._givers else ()
        held = frozenset().union(*certain) if len(self._scopes) == 1 else frozenset()
        found = [scope.on_every_path(starts, lost, held) for scope in self._scopes]
        return _Outcome(frozenset().union(*(one for one in found if one)), found[0] is not None)

    def _suppliers(self, lost: Collection[str]) -> frozenset[str]:
        """Return the starts: those given, or all that give and, without what is lost, never receive."""
        if self._starts is not None:
            return self._givers
        missed = Counter(self._receiver[id_] for id_ in lost)
        return self._givers.union(one for one in missed if missed[one] == self._received[one]).difference(self._ends)


def _parties_between(ends: Collection[str]) -> Callable[[Sequence[str], Collection[str]], set[str]]:
    return lambda path, _: set(path).difference(ends, path[:1])


def _lone_transfers(hops: Hops) -> Callable[[Sequence[str], Collection[str]], set[str]]:
    def passed(path: Sequence[str], lost: Collection[str]) -> set[str]:
        left = ([one for one in hops.adjacency[start][end] if one not in lost] for start, end in pairwise(path))
        return {ids[0] for ids in left if len(ids) == 1}

    return passed


def _territory_scopes(case: Case) -> list[_Scope]:
    """Return the scopes of all paths and of those of known territory."""

    def passed(path: Sequence[str], lost: Collection[str]) -> set[str]:
        found = {territory for giver in path[:-1] for territory in case.seats.get(giver, ())}
        for start, end in pairwise(path):
            ways = [frozenset(one.via) for one in case.hops.transfers(start, end) if one.id not in lost]
            found |= frozenset.intersection(*ways)
        return found

    def removed(territory: str) -> tuple[Collection[str], Collection[str]]:
        return case.parties_in((territory,)), case.transfers_through((territory,))

    return [_Scope(hops, case.ends, passed, removed) for hops in (case.hops, case.known)]


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
