"""Robustness: which chokepoints go, come or change their scope when one or two origins, or organisations, are left out.

A transfer goes when what is left of it no longer fits the projection, and comes where what is left out opposed it (see
`kg.analysis.support`); one that only goes through other territories is neither lost nor gained. Exact for every one
and, up to a stated number, for every two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from kg.analysis import chokepoints
from kg.analysis.reach import Hops, chosen_ends, projection_of
from kg.analysis.support import Change, Footing, Ids
from kg.analysis.territory import EVERY, KNOWN, LENIENT, Case
from kg.answers import Shown
from kg.errors import UsageError

if TYPE_CHECKING:
    from kg.network import Walkable

PARTIES, TRANSFERS, TERRITORIES = "parties", "transfers", "territories"
ORIGIN, ORGANISATION, CHOKEPOINT = "origin", "organisation", "chokepoint"
NO_ROW = dict.fromkeys(
    ("id", "scope", "hangs_on", "hangs_on_organisations", "left_out", "transfers_lost", "transfers_gained", "connected",
     "gone", "new", "narrowed", "widened")
)  # fmt: skip
MOST_PAIRS = 2000
MOST_KEPT = 200
CAVEATS = ("Where no path is left, nothing can be on every path: the chokepoint goes because the paths do.",)
ANEW = "Suppliers are found anew: a party that no longer receives is then one itself."


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What one or two origins, or organisations, left out would change; `kind` says which of both they are.

    `narrowed` are territories that are then on every path of known territory only, no longer on every path at all,
    `widened` those of which the reverse holds.
    """

    kind: str
    ids: tuple[str, ...]
    transfers_lost: tuple[str, ...]
    transfers_gained: tuple[str, ...]
    connected: bool
    gone: tuple[str, ...]
    new: tuple[str, ...]
    narrowed: tuple[str, ...]
    widened: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        """Return the change as one row."""
        return {
            "kind": self.kind,
            "left_out": list(self.ids),
            "transfers_lost": list(self.transfers_lost),
            "transfers_gained": list(self.transfers_gained),
            "connected": self.connected,
            "gone": list(self.gone),
            "new": list(self.new),
            "narrowed": list(self.narrowed),
            "widened": list(self.widened),
        }


@dataclass(frozen=True, slots=True)
class RobustnessAnswer(Shown):
    """Chokepoints (`of` parties, transfers or territories) with all support, and every case that changes them.

    A pair is a case where it changes more than each of the two does alone. `scopes` gives for each chokepoint whether
    it is on every path or on every one of known territory. `hangs_on` and `hangs_on_organisations` give for each
    those that take it away from its scope when left out alone; `tried` counts the cases looked at, `cut` says where not
    all pairs were.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = ("kind", "of", *NO_ROW)

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    starts_given: bool
    projection: Mapping[str, Any]
    of: str
    chokepoints: tuple[str, ...]
    scopes: Mapping[str, str]
    hangs_on: Mapping[str, tuple[str, ...]]
    hangs_on_organisations: Mapping[str, tuple[str, ...]]
    changes: tuple[LeftOut, ...]
    tried: int
    caveats: tuple[str, ...]
    cut: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each chokepoint, then one for each case that changes them, single ones first.

        All rows have the same keys; what does not belong to one is None.
        """
        points = [
            {
                "kind": CHOKEPOINT,
                "id": id_,
                "scope": self.scopes[id_],
                "hangs_on": list(self.hangs_on[id_]),
                "hangs_on_organisations": list(self.hangs_on_organisations[id_]),
            }
            for id_ in self.chokepoints
        ]
        return [
            {"kind": row["kind"], "of": self.of, **NO_ROW, **row}
            for row in (*points, *(one.row() for one in self.changes))
        ]


def leave_out(
    graph: Walkable,
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
    footing = Footing(graph, hops, None if starts is None else first, last, through=of == TERRITORIES)
    question = _Question(graph, footing, of)
    baseline = question.answer(footing.absent)
    changes: list[LeftOut] = []
    hanging: dict[str, dict[str, tuple[str, ...]]] = {}
    tried, cut = 0, False
    for kind, group_of in ((ORIGIN, None), (ORGANISATION, footing.organisations)):
        known = footing.changes(group_of, pairs=True)
        pairs = _pairs(known)
        cut = cut or len(pairs) > most_pairs
        outcomes: dict[Ids, _Outcome] = {}
        for ids in [*_single(known), *pairs[:most_pairs]]:
            before = [baseline, *(outcomes[(id_,)] for id_ in ids if (id_,) in outcomes)]
            outcomes[ids] = question.answer(footing.missing(known, ids), before)
        tried += len(outcomes)
        changes += _changes(kind, baseline, outcomes, footing)
        hanging[kind] = _hangs_on(baseline, outcomes)
    changes.sort(key=lambda one: (len(one.ids), one.kind != ORIGIN, one.ids))
    return RobustnessAnswer(
        starts=first,
        ends=last,
        starts_given=starts is not None,
        projection=projection_of(graph).describe(),
        of=of,
        chokepoints=tuple(sorted(baseline.found)),
        scopes=baseline.scopes,
        hangs_on=hanging[ORIGIN],
        hangs_on_organisations=hanging[ORGANISATION],
        changes=tuple(changes),
        tried=tried,
        caveats=(
            LENIENT if of == TERRITORIES else chokepoints.LENIENT,
            *CAVEATS,
            *((ANEW,) if starts is None else ()),
            *footing.notes,
        ),
        cut=(f"Of the pairs left out together only {most_pairs} were tried.",) if cut else (),
    )


@dataclass(frozen=True)
class _Outcome:
    """What is found when some transfers are missing, from which starts.

    `within` gives by scope, the widest first, what is on every path of it that is left, None where none is.
    """

    missing: frozenset[str]
    starts: frozenset[str]
    within: Mapping[str, frozenset[str] | None]

    @property
    def connected(self) -> bool:
        """True where any path is left."""
        return self.within[EVERY] is not None

    @cached_property
    def scopes(self) -> dict[str, str]:
        """By each chokepoint the widest scope of which it is on every path."""
        found: dict[str, str] = {}
        for scope, points in self.within.items():
            found |= dict.fromkeys((points or frozenset()).difference(found), scope)
        return dict(sorted(found.items()))

    @property
    def found(self) -> frozenset[str]:
        """All chokepoints, of whatever scope."""
        return frozenset(self.scopes)

    def in_scope(self, scope: str) -> frozenset[str]:
        """Return the chokepoints of which this is the widest scope."""
        return frozenset(id_ for id_, widest in self.scopes.items() if widest == scope)

    def same(self, other: _Outcome) -> bool:
        """Say whether another outcome finds the same, of the same scope."""
        return self.within == other.within or (self.scopes, self.connected) == (other.scopes, other.connected)


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
    """What is asked in every case."""

    def __init__(self, graph: Walkable, footing: Footing, of: str) -> None:
        self._footing, hops, ends = footing, footing.hops, footing.ends
        if of == TERRITORIES:
            self._scopes = _territory_scopes(Case.of(graph, hops, (), ends))
        elif of == PARTIES:
            self._scopes = {EVERY: _Scope(hops, ends, _parties_between, lambda one: ((one,), ()))}
        else:
            self._scopes = {EVERY: _Scope(hops, ends, _lone_transfers(hops), lambda one: ((), (one,)))}

    def answer(self, missing: frozenset[str], known: Iterable[_Outcome] = ()) -> _Outcome:
        """Return what is found when some transfers are missing; `known` are outcomes of other cases.

        What was on every path stays on every path that is left where no start and no transfer came in.
        """
        starts = self._footing.suppliers(missing)
        larger = [one for one in known if starts <= one.starts and missing >= one.missing]
        within = {}
        for name, scope in self._scopes.items():
            certain = frozenset().union(*(one.within[name] or () for one in larger))
            within[name] = scope.on_every_path(starts, missing, certain)
        return _Outcome(missing, starts, within)


def _parties_between(path: Sequence[str], _: Collection[str]) -> set[str]:
    return set(path[1:-1])


def _lone_transfers(hops: Hops) -> Callable[[Sequence[str], Collection[str]], set[str]]:
    def passed(path: Sequence[str], lost: Collection[str]) -> set[str]:
        left = ([one for one in hops.adjacency[start][end] if one not in lost] for start, end in pairwise(path))
        return {ids[0] for ids in left if len(ids) == 1}

    return passed


def _territory_scopes(case: Case) -> dict[str, _Scope]:
    """Return the scopes of all paths and of those of known territory."""

    def passed(path: Sequence[str], lost: Collection[str]) -> set[str]:
        found = {territory for giver in path[:-1] for territory in case.seats.get(giver, ())}
        for start, end in pairwise(path):
            ways = [frozenset(one.via) for one in case.hops.transfers(start, end) if one.id not in lost]
            found |= frozenset.intersection(*ways)
        return found

    def removed(territory: str) -> tuple[Collection[str], Collection[str]]:
        return case.parties_in((territory,)), case.transfers_through((territory,))

    return {
        EVERY: _Scope(case.hops, case.ends, passed, removed),
        KNOWN: _Scope(case.known, case.ends, passed, removed),
    }


def _changes(kind: str, before: _Outcome, outcomes: Mapping[Ids, _Outcome], footing: Footing) -> Iterator[LeftOut]:
    """Yield what differs from the outcome with all support and, for a pair, from that of each of the two alone."""
    for ids, after in outcomes.items():
        known = [before] if len(ids) == 1 else [outcomes.get((id_,), before) for id_ in ids]
        if not any(map(after.same, known)):
            lost, gained = after.missing - before.missing, before.missing - after.missing
            yield LeftOut(
                kind=kind,
                ids=ids,
                transfers_lost=footing.apart(lost, gained),
                transfers_gained=footing.apart(gained, lost),
                connected=after.connected,
                gone=tuple(sorted(before.found - after.found)),
                new=tuple(sorted(after.found - before.found)),
                narrowed=tuple(sorted(before.in_scope(EVERY) & after.in_scope(KNOWN))),
                widened=tuple(sorted(before.in_scope(KNOWN) & after.in_scope(EVERY))),
            )


def _single(changes: Iterable[Ids]) -> list[Ids]:
    return sorted(ids for ids in changes if len(ids) == 1)


def _pairs(changes: Mapping[Ids, Change]) -> list[Ids]:
    """Return the pairs that may change more than each of the two alone."""
    together = {ids for ids in changes if len(ids) == 2}
    return sorted(together | set(combinations([ids[0] for ids in _single(changes)], 2)))


def _hangs_on(before: _Outcome, outcomes: Mapping[Ids, _Outcome]) -> dict[str, tuple[str, ...]]:
    """Return for each chokepoint what takes it away from its scope, or leaves no path of that, when left out alone."""
    lone = sorted(ids for ids in outcomes if len(ids) == 1)
    return {
        id_: tuple(ids[0] for ids in lone if id_ not in (outcomes[ids].within[scope] or ()))
        for id_, scope in before.scopes.items()
    }
