"""Strict chokepoints: what lies on every path of so many hops at most that time, or custody, does not make impossible.

Time and custody are verdicts on a whole path, so that no set of parties reached can prove such a chokepoint. Each party
and transfer of the best path is left out in turn instead: where the search then gives no path, it is on every one, else
the path found goes round it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from kg.analysis import paths
from kg.analysis.chokepoints import CAVEATS, ChokepointAnswer
from kg.analysis.paths import Path, PathAnswer
from kg.analysis.reach import Hops, chosen_ends, distances, givers, party_of, projection_of, records_of
from kg.analysis.support import Anew
from kg.answers import Shown
from kg.network import Projection, territories_of, walkable
from kg.records import Party, Records, Relation

if TYPE_CHECKING:
    from kg.network import Walkable

    Search = Callable[..., PathAnswer | None]  # records, projection, and starts where they are others

#: Origins left out, besides those that the best path rests on, to see what chokepoints hang on.
MOST_ORIGINS = 100
#: What of a relation says how well it is supported; an origin less adds nothing to it but a better grade.
SUPPORT = ("certainty", "grade", "origin_ids", "organisation_ids", "findings", "continues")


@dataclass(frozen=True, slots=True)
class StrictChokepoint:
    """A party or transfer on every path that counts; `witness` is the best of them.

    `hop` counts along the witness, from 1, and is that by which the party is reached. `hangs_on` are the origins
    without each of which, transfers and manufacture made anew from the findings left, it is not on every such path, or
    none is left.
    """

    id: str
    kind: str
    name: str
    hop: int
    witness: Path
    hangs_on: tuple[str, ...]
    party: Party | None = None
    transfer: Relation | None = None

    def row(self) -> dict[str, Any]:
        """Return the chokepoint as one row, with the keys of others; None for a set of parties reached."""
        support = self.witness.support
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "hop": self.hop,
            "pairs_lost": 1.0,
            "territories": list(territories_of(self.party)) if self.party else None,
            "territory_text": self.party.territory_text if self.party else None,
            "alternative_of": self.transfer.alternative_of if self.transfer else None,
            "grade": support.grade,
            "origins": support.origins,
            "organisations": support.organisations,
            "origin_ids": list(support.origin_ids),
            "hangs_on": list(self.hangs_on),
            "witness": list(self.witness.transfers),
            "witness_parties": list(self.witness.parties),
            "reached_without": None,
            "reached": None,
        }


@dataclass(frozen=True, slots=True)
class StrictAnswer(Shown):
    """All parties and transfers on every path that counts, parties first, in the order in which they are passed.

    `around` holds for each other party and transfer of the best path the transfers of a path that goes round it.
    `connected` is False where no such path is found from starts to ends. `unclear` are those of which a bound of the
    search left it open; `cut` says so in sentences, and the bound of hops.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = ChokepointAnswer.HEADINGS

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    starts_given: bool
    projection: Mapping[str, Any]
    max_hops: int
    strict_time: bool
    strict_custody: bool
    connected: bool
    parties: tuple[StrictChokepoint, ...]
    transfers: tuple[StrictChokepoint, ...]
    around: Mapping[str, tuple[str, ...]]
    unclear: tuple[str, ...]
    cut: tuple[str, ...]
    caveats: tuple[str, ...]

    @property
    def scope(self) -> str:
        """Of which paths the answer speaks, in words."""
        asked = [word for word, strict in (("time", self.strict_time), ("custody", self.strict_custody)) if strict]
        possible = f" possible in {' and '.join(asked)}" if asked else ""
        return f"every path{possible} of up to {self.max_hops} hop{'s' * (self.max_hops != 1)}"

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what belongs to the answer: of what there is none and why, limits, caveats."""
        none: tuple[str, ...] = ()
        if self.connected and not self.parties and not self.transfers:
            ways = "".join(f"; round {id_} goes {', '.join(way)}" for id_, way in self.around.items())
            none = (f"No party or transfer is known to be on {self.scope}{ways}.",)
        return (*none, *self.cut, *self.caveats)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each chokepoint, parties before transfers."""
        return [one.row() for one in (*self.parties, *self.transfers)]


def strict_must_pass(
    graph: Walkable,
    starts: Iterable[str] | None,
    ends: Iterable[str],
    *,
    max_hops: int = 8,
    strict_time: bool = False,
    strict_custody: bool = False,
) -> StrictAnswer:
    """Return what is on every path that strictness allows, of so many hops at most, starts and ends left out.

    Without starts they are the parties that only give. Raise `UsageError` as `paths.find` does.
    """
    first, last = chosen_ends(graph, Hops.of(graph), starts, ends)
    limits = {"strict_time": strict_time, "strict_custody": strict_custody}

    def search(records: Records, projection: Projection, starts: Collection[str] = first) -> PathAnswer | None:
        if not starts:
            return None
        return paths.find(walkable(records, projection), starts, last, k=1, max_hops=max_hops, **limits)

    found = search(records_of(graph), projection_of(graph))
    witness = found.paths[0] if found and found.paths else None
    without = _left_out(graph, witness, {*first, *last}, search) if witness else {}
    on_every = [id_ for id_, answer in without.items() if _none_left(answer)]
    unclear = tuple(id_ for id_, answer in without.items() if answer and not answer.paths and _ended(answer))
    hanging, open_ = dict[str, tuple[str, ...]](), tuple[str, ...]()
    if witness and on_every:
        hanging, open_ = _Hanging(graph, first, last, search, given=starts is not None).of(witness, on_every)
    parties, transfers = _chokepoints(graph, witness, hanging) if witness else ((), ())
    return StrictAnswer(
        starts=first,
        ends=last,
        starts_given=starts is not None,
        projection=projection_of(graph).describe(),
        max_hops=max_hops,
        strict_time=strict_time,
        strict_custody=strict_custody,
        connected=witness is not None,
        parties=parties,
        transfers=transfers,
        around={id_: answer.paths[0].transfers for id_, answer in without.items() if answer and answer.paths},
        unclear=unclear,
        cut=(
            paths.not_longer(max_hops),
            *(f"The search without {id_} was ended: it may be on every path, too." for id_ in unclear),
            *open_,
        ),
        caveats=CAVEATS,
    )


def _ended(answer: PathAnswer) -> bool:
    return any("search was ended" in sentence for sentence in answer.cut)


def _none_left(answer: PathAnswer | None) -> bool:
    return answer is None or not (answer.paths or _ended(answer))


def _left_out(graph: Walkable, witness: Path, ends: Collection[str], search: Search) -> dict[str, PathAnswer | None]:
    """Return what is found without each party but starts and ends, and each transfer, of a path, by their ids."""
    points = (*(one for one in witness.parties if one not in ends), *witness.transfers)
    return {point: search(*_without(records_of(graph), projection_of(graph), point)) for point in points}


def _without(records: Records, projection: Projection, point: str) -> tuple[Records, Projection]:
    """Return records and projection without a party or transfer."""
    if point in records.parties:
        return records, replace(projection, avoid=(*projection.avoid, point))
    return replace(records, relations=tuple(one for one in records.relations if one.id != point)), projection


def _chokepoints(
    graph: Walkable, witness: Path, hanging: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[StrictChokepoint, ...], tuple[StrictChokepoint, ...]]:
    """Return the parties and transfers of a path that are on every one; by their ids what they hang on."""
    parties, transfers = [], []
    for hop, id_ in enumerate(witness.parties):
        if id_ in hanging:
            party = party_of(graph, id_)
            parties.append(StrictChokepoint(id_, party.kind, party.name, hop, witness, hanging[id_], party=party))
    for hop, one in enumerate((hop.transfer for hop in witness.hops), 1):
        if one.id in hanging:
            name = f"{witness.names[hop - 1]} → {witness.names[hop]}"
            transfers.append(StrictChokepoint(one.id, one.type, name, hop, witness, hanging[one.id], transfer=one))
    return tuple(parties), tuple(transfers)


class _Hanging:
    """On which origins chokepoints hang: without each of them a path goes round, or none is left.

    Without an origin transfers go, and those of several origins, or opposed by one, are made anew: where their items or
    dates are then others, a path may be possible that was not. Only origins that can do either are tried, first those
    that the best path rests on, and of the others so many at most.
    """

    def __init__(
        self, graph: Walkable, starts: Collection[str], ends: tuple[str, ...], search: Search, *, given: bool
    ) -> None:
        self._graph, self._records, self._projection = graph, records_of(graph), projection_of(graph)
        self._starts, self._ends, self._search, self._given = frozenset(starts), ends, search, given
        self._anew, self._by_id = Anew(graph), {one.id: one for one in self._records.relations}

    def of(self, witness: Path, points: Sequence[str]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
        """Return for each point the origins that it hangs on, and in sentences what is left open."""
        needed = {origin for one in witness.needed for origin in self._anew.origins(one)}
        others = sorted(self._others() - needed)
        hanging: dict[str, list[str]] = {point: [] for point in points}
        unclear = []
        for origin in sorted({*needed, *others[:MOST_ORIGINS]}):
            found, clear = self._without(origin, witness, points)
            for point in found:
                hanging[point].append(origin)
            unclear += [] if clear else [origin]
        told = [f"The search without origin {one} was ended: more may hang on it." for one in unclear]
        if len(others) > MOST_ORIGINS:
            told.append(
                f"Of {len(others)} origins that the best path does not rest on only {MOST_ORIGINS} were left out: "
                "chokepoints may hang on more."
            )
        return {point: tuple(origins) for point, origins in hanging.items()}, tuple(told)

    def _without(self, origin: str, witness: Path, points: Sequence[str]) -> tuple[list[str], bool]:
        """Return the points that hang on an origin, and whether that is clear of all."""
        records = self._anew.without(origin)
        starts = self._starts_without(records)
        made = {one.id: one for one in records.relations}
        # What was on every path is so on every one left, where no start comes in and nothing is possible that was not.
        fewer = starts <= self._starts and not any(map(self._looser, made.values()))
        if fewer and all(made.get(one.id) is one for one in witness.needed):
            return [], True
        answer = self._search(records, self._projection, tuple(sorted(starts)))
        if answer is None or not answer.paths:
            return (list(points), True) if _none_left(answer) else ([], False)
        found, clear, left = [], True, {*answer.paths[0].parties, *answer.paths[0].transfers}
        for point in points:
            if point in starts or point not in left:
                found.append(point)
            elif not fewer:
                round_it = self._search(*_without(records, self._projection, point), tuple(sorted(starts)))
                if round_it is not None and round_it.paths:
                    found.append(point)
                clear = clear and (point in found or _none_left(round_it))
        return found, clear

    def _starts_without(self, records: Records) -> frozenset[str]:
        if self._given:
            return self._starts
        return frozenset(givers(Hops.of(walkable(records, self._projection)), self._ends))

    def _looser(self, one: Relation) -> bool:
        """Say whether a relation made anew may be on a path where it was not."""
        before = self._by_id[one.id]
        if one is before:
            return False
        fits = self._projection.has_evidence
        stated = {name: getattr(before, name) for name in SUPPORT}
        linked = not set(one.continues).issubset(before.continues)  # as where what set a link aside is gone
        return linked or replace(one, **stated) != before or (fits(one) and not fits(before))

    def _others(self) -> set[str]:
        """Return the origins without which a relation may be other than it is, or a start come in."""
        found: set[str] = set()
        for one in self._relevant():
            origins = self._anew.origins(one)
            if len(origins) > 1:
                found.update(origins)
        return found if self._given else found.union(self._last())

    def _relevant(self) -> Iterator[Relation]:
        """Yield the relations that a path may rest on: those of parties between suppliers and ends, as made anew."""
        onward: dict[str, list[str]] = defaultdict(list)
        back: dict[str, list[str]] = defaultdict(list)
        for one in self._records.relations:
            if one.is_transfer:
                onward[one.start].append(one.end)
                back[one.end].append(one.start)
        leading = distances(lambda party: back.get(party, ()), self._ends)
        led = distances(lambda party: onward.get(party, ()), self._starts if self._given else leading)
        for one in self._records.relations:
            if one.start in leading and one.start in led and (not one.is_transfer or one.end in leading):
                yield one

    def _last(self) -> Iterator[str]:
        """Yield the origins without which a party that leads to an end may no longer receive."""
        hops = Hops.of(self._graph)
        for party in distances(hops.back.__getitem__, self._ends):
            received = (one for giver in hops.back[party] for one in hops.transfers(giver, party))
            common: set[str] | None = None
            for one in received:
                origins = set(self._anew.origins(one))
                common = origins if common is None else common & origins
                if not common:
                    break
            yield from common or ()
