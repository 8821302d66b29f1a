"""Territory chokepoints: countries without whose parties and transfers no path from suppliers to end users is left.

Suppliers' territories count, the end users' own do not. Where a path has a giver of unknown territory, what is found
holds "on every path of known territory", and the other paths are counted and listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from kg.analysis.certificate import BLOCKS, Certificate, Trail
from kg.analysis.paths import Place
from kg.analysis.reach import Hops, between, chosen_ends, party_of, projection_of, records_of, simple_paths
from kg.analysis.support import Footing, Point, Support, hangs_on
from kg.answers import Shown
from kg.network import territories_of
from kg.records import Party

if TYPE_CHECKING:
    from kg.network import Walkable

EVERY, KNOWN = "every path", "every path of known territory"
MOST_IN_A_SET = 3
MOST_SETS = 20
MOST_TRIED = 1000
MOST_COUNTED = 1000
MOST_LISTED = 5
MOST_STEPS = 5000
LENIENT = "Paths count here also where time or custody is impossible: `kg path` says of which."
CAVEATS = (
    LENIENT,
    "A territory is where a party sits or through which items go, never the doer: its state supplies nothing by that.",
    "A chokepoint of what the findings show: a transfer that no finding states may go round it.",
)
OF_SETS = (
    "Sets of territories are found by trying, up to three together. The smallest may be larger than the number of "
    "paths that share no territory (Menger's theorem does not hold here), so such paths cannot prove it the smallest."
)


@dataclass(frozen=True, slots=True)
class PathCount:
    """A number of paths, "at least" where not `complete`, with the first few as their parties."""

    count: int
    complete: bool
    paths: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> str:
        """The count as said: "3" or "at least 1000"."""
        return str(self.count) if self.complete else f"at least {self.count}"


@dataclass(frozen=True, slots=True)
class TerritoryChokepoint:
    """A territory, or a smallest set of territories, that paths cannot do without.

    Of a set every path passes one at least, not all: `wording` says so. `scope` is "every path" where nothing at all is
    left without it, else "every path of known territory", and then `avoiding` are the paths left, each with a giver of
    unknown territory. `parties` sit in it, with the source's wording where it limits that, and `transfers` pass through
    it. `hangs_on` are the origins without each of which it is not on every path of the scope, or none of these is left.
    """

    territories: tuple[str, ...]
    names: tuple[str, ...]
    scope: str
    wording: str
    parties: tuple[Place, ...]
    transfers: tuple[str, ...]
    support: Support
    hangs_on: tuple[str, ...]
    avoiding: PathCount
    certificate: Certificate

    def row(self) -> dict[str, Any]:
        """Return the territory or set as one row."""
        return {
            "territories": list(self.territories),
            "names": list(self.names),
            "scope": self.scope,
            "wording": self.wording,
            "parties": [place.party for place in self.parties],
            "territory_texts": [f"{place.name}: {place.text}" for place in self.parties if place.text],
            "transfers": list(self.transfers),
            "avoiding": self.avoiding.text,
            "grade": self.support.grade,
            "origins": self.support.origins,
            "organisations": self.support.organisations,
            "origin_ids": list(self.support.origin_ids),
            "hangs_on": list(self.hangs_on),
            "witness": list(self.certificate.trails[0].transfers),
            "witness_parties": list(self.certificate.trails[0].parties),
            "reached_without": len(self.certificate.reached),
            "reached": list(self.certificate.reached),
        }


@dataclass(frozen=True, slots=True)
class TerritoryAnswer(Shown):
    """Territories that are chokepoints alone, and the smallest sets of two or three where none is alone.

    `unknown` are the paths with a giver of unknown territory, `unknown_parties` those givers. `connected` is False
    where there is no path, `known_connected` where there is none of known territory throughout.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = (
        "territories", "names", "scope", "wording", "parties", "territory_texts", "transfers", "avoiding", "grade",
        "origins", "organisations", "origin_ids", "hangs_on", "witness", "witness_parties", "reached_without",
        "reached",
    )  # fmt: skip

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    starts_given: bool
    projection: Mapping[str, Any]
    connected: bool
    known_connected: bool
    wording: str
    territories: tuple[TerritoryChokepoint, ...]
    sets: tuple[TerritoryChokepoint, ...]
    unknown: PathCount
    unknown_parties: tuple[str, ...]
    caveats: tuple[str, ...]
    cut: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each territory, then for each set."""
        return [one.row() for one in (*self.territories, *self.sets)]

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what belongs to the answer: how many paths have a hop of unknown territory, limits, caveats."""
        one = self.unknown.text == "1"
        words = f"{self.unknown.text} path{'' if one else 's'} {'has' if one else 'have'} a hop of unknown territory."
        return (words, *self.cut, *self.caveats)


def territories(graph: Walkable, starts: Iterable[str] | None, ends: Iterable[str]) -> TerritoryAnswer:
    """Return the territories without which no path, or none of known territory, is left.

    Without starts they are the parties that only give. Raise `UsageError` where the given sets are empty or overlap.
    """
    hops = Hops.of(graph)
    first, last = chosen_ends(graph, hops, starts, ends)
    case = Case.of(graph, hops, first, last)
    unknown = _count(hops, first, last, case.unknown & case.inner)
    doubtful = unknown.count > 0 or not unknown.complete
    found, cut = _sets(case, hops)
    scoped = [(members, EVERY) for members in found]
    if doubtful:
        of_known, more = _sets(case, case.known)
        scoped += [(members, KNOWN) for members in of_known if members not in found]
        cut = cut or more
    wording = f"on {KNOWN if doubtful else EVERY}"
    footing = Footing(graph, hops, None if starts is None else first, last, through=True)
    points = [_chokepoint(graph, case, footing, members, scope, wording) for members, scope in scoped]
    return TerritoryAnswer(
        starts=first,
        ends=last,
        starts_given=starts is not None,
        projection=projection_of(graph).describe(),
        connected=hops.shortest(first, last) is not None,
        known_connected=case.known.shortest(first, last) is not None,
        wording=wording,
        territories=tuple(one for one in points if len(one.territories) == 1),
        sets=tuple(one for one in points if len(one.territories) > 1),
        unknown=unknown,
        unknown_parties=tuple(sorted(case.unknown & case.inner)),
        caveats=(*((OF_SETS,) if any(len(one.territories) > 1 for one in points) else ()), *CAVEATS, *footing.notes),
        cut=(f"There may be more sets: {MOST_SETS} are given of {MOST_TRIED} tried at most.",) if cut else (),
    )


@dataclass(frozen=True, slots=True)
class Case:
    """Hops with what sits in each territory and goes through it; `known` are the hops without `unknown` givers.

    `inner` are the parties between starts and ends. The ends sit nowhere here: their own territories do not count.
    """

    hops: Hops
    known: Hops
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    seats: Mapping[str, tuple[str, ...]]
    seated: Mapping[str, frozenset[str]]
    through: Mapping[str, frozenset[str]]
    unknown: frozenset[str]
    inner: frozenset[str]

    @staticmethod
    def of(graph: Walkable, hops: Hops, starts: tuple[str, ...], ends: tuple[str, ...]) -> Case:
        """Return the case of some hops of a graph, between starts and ends."""
        seats = {party: territories_of(party_of(graph, party)) for party in hops.onward if party not in ends}
        unknown = frozenset(party for party, known in seats.items() if not known)
        seated: dict[str, set[str]] = defaultdict(set)
        through: dict[str, set[str]] = defaultdict(set)
        for party, known in seats.items():
            for territory in known:
                seated[territory].add(party)
        for one in hops.all_transfers():
            for territory in one.via:
                through[territory].add(one.id)
        return Case(
            hops,
            hops.without(unknown),
            starts,
            ends,
            seats,
            {territory: frozenset(parties) for territory, parties in seated.items()},
            {territory: frozenset(transfers) for territory, transfers in through.items()},
            unknown,
            frozenset(between(hops, starts, ends).onward),
        )

    def parties_in(self, members: Iterable[str]) -> frozenset[str]:
        """Return the parties that go with some territories."""
        return frozenset().union(*(self.seated.get(one, frozenset()) for one in members))

    def transfers_through(self, members: Iterable[str]) -> frozenset[str]:
        """Return the ids of the transfers that go with some territories."""
        return frozenset().union(*(self.through.get(one, frozenset()) for one in members))

    def path_left(self, hops: Hops, members: Collection[str]) -> tuple[str, ...] | None:
        """Return a path over some hops that is left without some territories, or None."""
        gone, lost = self.parties_in(members), self.transfers_through(members)
        return hops.shortest(self.starts, self.ends, gone=gone, blocked=hops.losing(lost))

    def inner_transfers(self) -> frozenset[str]:
        """Return the ids of the transfers between starts and ends."""
        return frozenset(
            one.id
            for giver in self.inner
            for receiver in self.hops.onward[giver]
            if receiver in self.inner
            for one in self.hops.transfers(giver, receiver)
        )

    def touching(self, path: Iterable[str]) -> set[str]:
        """Return the territories whose removal takes something of a path: those of its givers and of transfers."""
        found: set[str] = set()
        for giver, receiver in pairwise(path):
            found.update(self.seats.get(giver, ()))
            found.update(country for one in self.hops.transfers(giver, receiver) for country in one.via)
        return found


def _sets(case: Case, hops: Hops, most: int = MOST_IN_A_SET) -> tuple[list[tuple[str, ...]], bool]:
    """Return the smallest sets of so many territories at most that leave no path of some hops.

    Every path must lose one of its own territories, so sets grow only by the territories of a path that is left. The
    second value says whether the answer was cut, by the number of sets given or of those tried.
    """
    if hops.shortest(case.starts, case.ends) is None:
        return [], False
    for size in range(1, most + 1):
        tries = list(islice(_grown(case, hops, frozenset(), size), MOST_TRIED))
        found = sorted({members for members in tries if members})
        if found or len(tries) == MOST_TRIED:
            return found[:MOST_SETS], len(found) > MOST_SETS or len(tries) == MOST_TRIED
    return [], False


def _grown(case: Case, hops: Hops, members: frozenset[str], size: int) -> Iterator[tuple[str, ...]]:
    """Yield the sets, grown from some members, that leave no path, and () for each that does leave one."""
    path = case.path_left(hops, members)
    if path is None:
        yield tuple(sorted(members))
        return
    yield ()
    if len(members) < size:
        for territory in sorted(case.touching(path) - members):
            yield from _grown(case, hops, members | {territory}, size)


def _count(hops: Hops, starts: tuple[str, ...], ends: tuple[str, ...], among: frozenset[str] | None) -> PathCount:
    """Count paths, where parties are given only those that pass one of them, within bounds of number and work."""
    if among is not None and not among:
        return PathCount(0, True, ())
    count, steps = 0, 0
    listed: list[tuple[str, ...]] = []
    for path in simple_paths(hops, starts, ends):
        if path is None:
            steps += 1
        elif among is None or not among.isdisjoint(path):
            count += 1
            if len(listed) < MOST_LISTED:
                listed.append(path)
        if steps >= MOST_STEPS or count >= MOST_COUNTED:
            return PathCount(count, False, tuple(listed))
    return PathCount(count, True, tuple(listed))


def _chokepoint(
    graph: Walkable, case: Case, footing: Footing, members: tuple[str, ...], scope: str, wording: str
) -> TerritoryChokepoint:
    parties = records_of(graph).parties
    whole = case.hops if scope == EVERY else case.known
    path = whole.shortest(case.starts, case.ends) or ()
    walked = whole.best_supported(path)
    gone, lost = case.parties_in(members), case.transfers_through(members)
    names = tuple(parties[one].name if one in parties else one for one in members)
    passing = lost.union(one.id for one in footing.coming if not set(one.via).isdisjoint(members))
    (origins,) = hangs_on(
        footing,
        walked,
        [Point(gone, passing, between=False)],
        frozenset() if scope == EVERY else case.unknown,
    )
    return TerritoryChokepoint(
        territories=members,
        names=names,
        scope=scope,
        wording=wording if len(names) == 1 else _of_a_set(names, wording),
        parties=tuple(_place(parties[one]) for one in sorted(gone & case.inner)),
        transfers=tuple(sorted(lost & case.inner_transfers())),
        support=Support.of(walked),
        hangs_on=origins,
        avoiding=_count(case.hops.without(gone, lost), case.starts, case.ends, None),
        certificate=Certificate(
            BLOCKS,
            case.starts,
            case.ends,
            territories=members,
            known_only=scope == KNOWN,
            reached=tuple(whole.reached(case.starts, gone=gone, blocked=whole.losing(lost))),
            trails=(Trail(path, tuple(one.id for one in walked)),),
        ),
    )


def _of_a_set(names: Sequence[str], wording: str) -> str:
    """Say of several territories that every path passes one of them, which need not be the same one."""
    return f"{wording.removeprefix('on ')} passes the territory of {', '.join(names[:-1])} or {names[-1]}"


def _place(party: Party) -> Place:
    return Place(party.id, party.name, territories_of(party), party.territory_text)
