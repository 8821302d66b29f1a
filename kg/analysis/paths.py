"""Paths: the k best ways from suppliers to end users, walked on parties, each with its verdicts and its support.

Order: fewest hops, then the weakest grade on the path (best first), then the fewest origins of a hop (most first), then
the ids of the parties. A MANUFACTURED on which a join rests counts as a hop does. Parallel transfers stay on their hop.
The search is best first with lower bounds from the ends, so that it is exact and looks at little more than what it
returns.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from kg.analysis.custody import STATED, Choice, Chooser, Join, Label
from kg.analysis.reach import (
    Between,
    Detour,
    Hops,
    check_whole,
    checked,
    distances,
    party_of,
    projection_of,
    records_of,
    step,
)
from kg.analysis.support import Support
from kg.answers import Shown
from kg.dates import CERTAIN, IMPOSSIBLE, POSSIBLE
from kg.errors import UsageError
from kg.network import grade_rank, passes_certainty, territories_of
from kg.records import Relation

if TYPE_CHECKING:
    from kg.network import Walkable

MOST_PATHS, MOST_HOPS = 1000, 50
SEARCH_LIMIT = 200_000
ONE_TRANSFER = "One transfer: there is nothing to join."
ALTERNATIVE = "Rests on one of several alternatives: at best possible."
_MOST_ORIGINS = 1 << 30
_NEVER = "9999-12-31"

CAVEAT = "Parties before the point of diversion are shown as lawful as far as known: nothing here accuses them."


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of where a party of a path sits; `text` is the source's wording where it limits it."""

    party: str
    name: str
    territories: tuple[str, ...]
    text: str | None


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop: the transfer chosen, those parallel to it, and how its items join those of the hop before.

    `made` is the MANUFACTURED on which that join rests, if it rests on one. `territory_known` is that of the giver: the
    end user's own territory does not count.
    """

    transfer: Relation
    parallel: tuple[Relation, ...]
    item: str | None
    carried: str | None
    join: Join | None
    made: Relation | None
    territory_known: bool


@dataclass(frozen=True, slots=True)
class Path:
    """One path with the verdicts of the best single choice of a transfer for every hop.

    `verdict` is "impossible" where time or custody is, "certain" where time is certain, custody stated, nothing
    alternative and no transfer alleged, else "possible". `diversion` is the number (from 1) of the first hop that is
    DIVERTED, CAPTURED or not authorised; `lawful` are the parties before it, lawful as far as known. `unknown_hops` are
    numbers of hops.
    """

    parties: tuple[str, ...]
    names: tuple[str, ...]
    hops: tuple[Hop, ...]
    time: str
    custody: str
    custody_note: str | None
    verdict: str
    alternative: bool
    diversion: int | None
    lawful: tuple[str, ...]
    places: tuple[Place, ...]
    unknown_hops: tuple[int, ...]
    support: Support

    @property
    def transfers(self) -> tuple[str, ...]:
        """Ids of the chosen transfers, first hop first."""
        return tuple(hop.transfer.id for hop in self.hops)

    @property
    def needed(self) -> tuple[Relation, ...]:
        """What the path rests on: the chosen transfers and the MANUFACTURED that join them, first hop first."""
        return tuple(one for hop in self.hops for one in (hop.made, hop.transfer) if one is not None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said beside the verdicts, in sentences."""
        notes = [self.custody_note] if self.custody_note else []
        notes += [ALTERNATIVE] if self.alternative else []
        notes += _notes_of_hops(self.hops)
        return tuple(notes)

    def rows(self, number: int = 1) -> list[dict[str, Any]]:
        """Return one row for each hop; what holds for the whole path is repeated on each."""
        whole = {
            "time": self.time,
            "custody": self.custody,
            "verdict": self.verdict,
            "alternative": self.alternative,
            "path_grade": self.support.grade,
            "path_origins": self.support.origins,
            "path_organisations": self.support.organisations,
            "path_notes": list(self.notes),
        }
        return [{"path": number, "hop": hop, **self._row(hop), **whole} for hop in range(1, len(self.hops) + 1)]

    def _row(self, number: int) -> dict[str, Any]:
        hop, place = self.hops[number - 1], self.places[number - 1]
        one = hop.transfer
        return {
            "from": one.start,
            "from_name": self.names[number - 1],
            "to": one.end,
            "to_name": self.names[number],
            "transfer": one.id,
            "parallel": [other.id for other in hop.parallel],
            "type": one.type,
            "items": list(one.items),
            "item": hop.item,
            "carried": hop.carried,
            "earliest": one.earliest,
            "latest": one.latest,
            "date_text": one.date_text,
            "date_derived": one.date_derived,
            "quantity_text": one.quantity_text,
            "place": one.place,
            "via": list(one.via),
            "mechanism": one.mechanism,
            "authorised": one.authorised,
            "certainty": one.certainty,
            "grade": one.grade,
            "origins": len(one.origin_ids),
            "organisations": len(one.organisation_ids),
            "join": hop.join.basis if hop.join else None,
            "manufactured": hop.made.id if hop.made else None,
            "territories": list(place.territories),
            "territory_text": place.text,
            "territory_known": hop.territory_known,
            "lawful_as_far_as_known": one.start in self.lawful,
            "point_of_diversion": self.diversion == number,
        }


@dataclass(frozen=True, slots=True)
class PathAnswer(Shown):
    """The k best paths; `cut` says in sentences which limits cut the answer."""

    HEADINGS: ClassVar[tuple[str, ...]] = (
        "path", "hop", "from", "from_name", "to", "to_name", "transfer", "parallel", "type", "items", "item",
        "carried", "earliest", "latest", "date_text", "date_derived", "quantity_text", "place", "via", "mechanism",
        "authorised", "certainty", "grade", "origins", "organisations", "join", "manufactured", "territories",
        "territory_text", "territory_known", "lawful_as_far_as_known", "point_of_diversion", "time", "custody",
        "verdict", "alternative", "path_grade", "path_origins", "path_organisations", "path_notes",
    )  # fmt: skip

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    projection: Mapping[str, Any]
    k: int
    max_hops: int
    strict_time: bool
    strict_custody: bool
    paths: tuple[Path, ...]
    cut: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each hop of each path, best path first."""
        return [row for number, path in enumerate(self.paths, 1) for row in path.rows(number)]

    @property
    def notes(self) -> tuple[str, ...]:
        """What belongs to the answer beside limits, in sentences."""
        return (CAVEAT,)


def find(
    graph: Walkable,
    starts: Iterable[str],
    ends: Iterable[str],
    *,
    k: int = 5,
    max_hops: int = 8,
    strict_time: bool = False,
    strict_custody: bool = False,
) -> PathAnswer:
    """Return the k best paths without repeated parties from any start to any end.

    Strictness is a condition of the search: the k best of those paths are returned whose time, or custody, is not
    impossible. Raise `UsageError` where starts and ends are empty or overlap or a number is out of range.
    """
    projection = projection_of(graph)
    first, last = checked(starts, ends, projection, graph)
    check_whole(k=k)
    if not 1 <= k <= MOST_PATHS:
        raise UsageError(f"{k} paths cannot be given: ask for 1 to {MOST_PATHS}.")
    check_hops(max_hops)
    hops = Hops.among(graph, parties_within(graph, first, last, max_hops))
    chooser = Chooser(records_of(graph), projection, strict_time=strict_time, strict_custody=strict_custody)
    search = _Search(hops, first, last, chooser)
    found = list(islice(search.best(max_hops), k + 1))
    return PathAnswer(
        starts=first,
        ends=last,
        projection=projection.describe(),
        k=k,
        max_hops=max_hops,
        strict_time=strict_time,
        strict_custody=strict_custody,
        paths=tuple(_path(graph, search, parties, choice) for parties, choice in found[:k]),
        cut=_cut(graph, search, len(found), k, max_hops),
    )


def check_hops(max_hops: int) -> None:
    """Raise `UsageError` where paths of so many hops cannot be looked for."""
    check_whole(max_hops=max_hops)
    if not 1 <= max_hops <= MOST_HOPS:
        raise UsageError(f"Paths of up to {max_hops} hops cannot be looked for: give 1 to {MOST_HOPS}.")


def parties_within(graph: Walkable, starts: Collection[str], ends: Collection[str], max_hops: int) -> frozenset[str]:
    """Return the parties on all ways of so many hops at most, repeated parties not minded."""
    return Between(starts, ends, step(graph.succ), step(graph.pred)).within(max_hops)


def fewest_hops(
    graph: Walkable,
    hops: Hops,
    starts: tuple[str, ...],
    ends: tuple[str, ...],
    chooser: Chooser,
    max_hops: int,
) -> tuple[Path | None, bool]:
    """Return the best path from any start to any end over some hops of a graph, None where there is none.

    The second value says whether the search was ended before it was clear.
    """
    search = _Search(hops, starts, ends, chooser)
    found = next(search.best(max_hops), None)
    return (_path(graph, search, *found) if found else None), search.exhausted


def _cut(graph: Walkable, search: _Search, found: int, k: int, max_hops: int) -> tuple[str, ...]:
    if search.exhausted:
        return (f"The search was ended after {SEARCH_LIMIT} steps: there may be further paths.",)
    if found > k:
        return (f"There are more paths: the {k} best are given.",)
    return (not_longer(max_hops),) if _may_be_longer(graph, search, max_hops) else ()


def not_longer(max_hops: int) -> str:
    """Say that longer paths were not looked for, where enough parties lie between starts and ends for one."""
    return f"Paths of more than {max_hops} hops were not looked for."


def _may_be_longer(graph: Walkable, search: _Search, max_hops: int) -> bool:
    """Say whether enough parties lie between starts and ends for a path of more hops."""
    if len(search.hops.onward) > max_hops + 1:
        return True
    led, leading = distances(graph.successors, search.starts), distances(graph.predecessors, search.ends)
    return len(led.keys() & leading.keys()) > max_hops + 1


@dataclass(order=True, slots=True)
class _Candidate:
    """A path begun, or finished when `choice` is set, with a lower bound of its place in the order."""

    rank: int
    fewer_origins: int
    parties: tuple[str, ...]
    choice: Choice | None = field(default=None, compare=False)
    labels: list[Label] | None = field(default=None, compare=False)


class _Search:
    """Best-first search, one number of hops after the other."""

    def __init__(self, hops: Hops, starts: tuple[str, ...], ends: tuple[str, ...], chooser: Chooser) -> None:
        self.hops, self.chooser = hops, chooser
        self.exhausted = False
        self.starts, self.ends = starts, frozenset(ends)
        self._detour = Detour.to(hops, self.ends.intersection(hops.onward))
        self._strict = chooser.strict_time or chooser.strict_custody
        self._merits: dict[tuple[str, str], tuple[int, int]] = {}
        self._bounds: dict[tuple[str, int], tuple[int, int] | None] = {}
        self._deadlines: dict[tuple[str, int], str | None] = {}
        self._carriable: dict[tuple[str, str | None, int], bool] = {}
        self._steps = 0

    def best(self, max_hops: int) -> Iterator[tuple[tuple[str, ...], Choice]]:
        """Yield the parties and the choice of each path, best first; `exhausted` where a limit ends it."""
        for length in range(self._fewest(max_hops), max_hops + 1):
            yield from self._of_length(length)

    def _fewest(self, max_hops: int) -> int:
        """Return how many hops a path has at least, more than the most where none is that strictness allows.

        Ways that pass a party twice are not told apart. Of those that reach a party by the same transfer with the same
        item, none but the earliest goes on: where it is too late, so are the others.
        """
        if not self._strict:
            return min((self._detour.to_end.get(start, max_hops + 1) for start in self.starts), default=1)
        reached: dict[tuple[str, str | None], str] = {}
        front = [
            (one, item, one.earliest or "")
            for start in self.hops.onward.keys() & self.starts
            for end in self.hops.onward[start]
            for one in self.hops.transfers(start, end)
            for item in self.chooser.items(one)
        ]
        for length in range(1, max_hops + 1):
            if any(one.end in self.ends for one, _, _ in front):
                return length
            further: list[tuple[Relation, str | None, str]] = []
            for one, carried, day in front:
                for leaving, item, later in self._going_on(one, carried, day):
                    key = (leaving.id, item) if self.chooser.strict_custody else (leaving.end, None)
                    if key not in reached or later < reached[key]:
                        reached[key] = later
                        further.append((leaving, item, later))
            front = further
        return max_hops + 1

    def _going_on(
        self, arriving: Relation, carried: str | None, day: str
    ) -> Iterator[tuple[Relation, str | None, str]]:
        """Yield the transfers, item and day by which what arrives on a day may go on."""
        for end in self.hops.onward[arriving.end]:
            for leaving in self.hops.transfers(arriving.end, end):
                later = max(day, leaving.earliest or "") if self.chooser.strict_time else ""
                if leaving.latest is not None and later > leaving.latest:
                    continue
                if not self.chooser.strict_custody:
                    yield leaving, None, later
                    continue
                for join in self.chooser.joins(arriving, carried, leaving):
                    if join.custody != IMPOSSIBLE:
                        yield leaving, join.carried, later

    def _of_length(self, length: int) -> Iterator[tuple[tuple[str, ...], Choice]]:
        heap: list[_Candidate] = []
        for start in self.hops.onward.keys() & self.starts:
            bound = self._bound(start, length)
            if bound is not None:
                heapq.heappush(heap, _Candidate(*bound, (start,)))
        while heap and not self.exhausted:
            candidate = heapq.heappop(heap)
            if candidate.choice is not None:
                yield candidate.parties, candidate.choice
            elif len(candidate.parties) == length + 1:
                choice = self._judged(candidate)
                if choice is not None:
                    heapq.heappush(heap, _Candidate(choice.rank, -choice.origins, candidate.parties, choice))
            else:
                for grown in self._grown(candidate, length):
                    heapq.heappush(heap, grown)
            self._steps += 1
            self.exhausted = self._steps >= SEARCH_LIMIT

    def _judged(self, candidate: _Candidate) -> Choice | None:
        if candidate.labels is not None:
            return self.chooser.best(candidate.labels)
        return self.chooser.choose([self.hops.transfers(start, end) for start, end in pairwise(candidate.parties)])

    def _grown(self, candidate: _Candidate, length: int) -> Iterator[_Candidate]:
        party, left = candidate.parties[-1], length - len(candidate.parties)
        visited = frozenset(candidate.parties)
        for other in self.hops.onward[party]:
            bound = None if other in visited else self._bound(other, left)
            if bound is None or not self._detour.leads(other, visited, left):
                continue
            labels = self._labels(candidate, self.hops.transfers(party, other), left) if self._strict else None
            if labels == []:
                continue
            rank, fewer = self._merit(party, other)
            yield _Candidate(
                max(candidate.rank, rank, bound[0]),
                max(candidate.fewer_origins, fewer, bound[1]),
                (*candidate.parties, other),
                labels=labels,
            )

    def _merit(self, start: str, end: str) -> tuple[int, int]:
        """Best rank of a grade and most origins (negated) that any transfer of a hop has."""
        known = self._merits.get((start, end))
        if known is None:
            hop = self.hops.transfers(start, end)
            known = min(grade_rank(one.grade) for one in hop), -max(len(one.origin_ids) for one in hop)
            self._merits[start, end] = known
        return known

    def _onward(self, party: str, left: int) -> Iterator[str]:
        return (end for end in self.hops.onward[party] if self._detour.to_end.get(end, left) < left)

    def _bound(self, party: str, left: int) -> tuple[int, int] | None:
        """Lower bound of rank and negated origins over all ways to an end in just so many hops; None: there is none."""
        if left == 0:
            return (0, -_MOST_ORIGINS) if party in self.ends else None
        key = party, left
        if key not in self._bounds:
            best: tuple[int, int] | None = None
            for end in self._onward(party, left):
                further = self._bound(end, left - 1)
                if further is not None:
                    rank, fewer = self._merit(party, end)
                    rank, fewer = max(rank, further[0]), max(fewer, further[1])
                    best = (rank, fewer) if best is None else (min(rank, best[0]), min(fewer, best[1]))
            self._bounds[key] = best
        return self._bounds[key]

    def _labels(self, candidate: _Candidate, hop: tuple[Relation, ...], left: int) -> list[Label]:
        """Choices that strictness allows so far and that may be continued to an end in so many hops."""
        chooser = self.chooser
        labels = chooser.begin(hop) if candidate.labels is None else chooser.extend(candidate.labels, hop)
        if chooser.strict_time:
            deadline = self._deadline(hop[0].end, left)
            labels = [label for label in labels if deadline is not None and label.reached <= deadline]
        if chooser.strict_custody:
            labels = [label for label in labels if self._may_carry(label.transfer, label.carried, left)]
        return labels

    def _deadline(self, party: str, left: int) -> str | None:
        """Latest day on which items may reach a party and still go on in time to an end; None: there is no way."""
        if left == 0:
            return _NEVER if party in self.ends else None
        key = party, left
        if key not in self._deadlines:
            days = [""]
            for end in self._onward(party, left):
                further = self._deadline(end, left - 1)
                for transfer in self.hops.transfers(party, end) if further is not None else ():
                    day = min(transfer.latest or _NEVER, further or _NEVER)
                    days.append(day if (transfer.earliest or "") <= day else "")
            self._deadlines[key] = max(days) or None
        return self._deadlines[key]

    def _may_carry(self, arriving: Relation, carried: str | None, left: int) -> bool:
        """Say whether what is carried may go on to an end in so many hops, repeated parties not minded."""
        if left == 0:
            return arriving.end in self.ends
        key = arriving.id, carried, left
        if key not in self._carriable:
            self._carriable[key] = any(
                join.custody != IMPOSSIBLE and self._may_carry(leaving, join.carried, left - 1)
                for end in self._onward(arriving.end, left)
                for leaving in self.hops.transfers(arriving.end, end)
                for join in self.chooser.joins(arriving, carried, leaving)
            )
        return self._carriable[key]


def _path(graph: Walkable, search: _Search, parties: tuple[str, ...], choice: Choice) -> Path:
    members = [party_of(graph, party) for party in parties]
    places = tuple(Place(one.id, one.name, territories_of(one), one.territory_text) for one in members)
    hops = tuple(
        Hop(
            transfer=transfer,
            parallel=tuple(one for one in search.hops.transfers(transfer.start, transfer.end) if one is not transfer),
            item=choice.items[number],
            carried=choice.carried[number],
            join=choice.joins[number - 1] if number else None,
            made=_made(search.chooser, choice.joins[number - 1]) if number else None,
            territory_known=bool(places[number].territories),
        )
        for number, transfer in enumerate(choice.transfers)
    )
    diversion = next((number for number, one in enumerate(choice.transfers, 1) if _is_diversion(one)), None)
    return Path(
        parties=parties,
        names=tuple(one.name for one in members),
        hops=hops,
        time=choice.time,
        custody=choice.custody,
        custody_note=None if choice.joins else ONE_TRANSFER,
        verdict=_verdict(choice),
        alternative=choice.alternative,
        diversion=diversion,
        lawful=_lawful(choice.transfers, diversion),
        places=places,
        unknown_hops=tuple(number for number, hop in enumerate(hops, 1) if not hop.territory_known),
        support=Support.of(one for hop in hops for one in (hop.made, hop.transfer) if one is not None),
    )


def _verdict(choice: Choice) -> str:
    if IMPOSSIBLE in (choice.time, choice.custody):
        return IMPOSSIBLE
    firm = not choice.alternative and not any(map(_is_alleged, choice.transfers))
    return CERTAIN if choice.time == CERTAIN and choice.custody == STATED and firm else POSSIBLE


def _is_alleged(transfer: Relation) -> bool:
    return not passes_certainty(transfer.certainty, "reported")


def _made(chooser: Chooser, join: Join) -> Relation | None:
    return None if join.manufactured is None else chooser.manufactured[join.manufactured]


def _notes_of_hops(hops: tuple[Hop, ...]) -> Iterator[str]:
    """Yield what the verdicts and the point of diversion do not show of the hops, numbered from 1."""
    alleged = [str(number) for number, hop in enumerate(hops, 1) if _is_alleged(hop.transfer)]
    if alleged:
        yield f"Rests on an allegation (hop {', '.join(alleged)}): at best possible."
    disjunctions: dict[str, list[str]] = {}
    for number, hop in enumerate(hops, 1):
        if hop.transfer.alternative_of is not None:
            disjunctions.setdefault(hop.transfer.alternative_of, []).append(str(number))
    for id_, numbers in disjunctions.items():
        if len(numbers) > 1:
            yield f"Hops {' and '.join(numbers)} are alternatives of one statement ({id_}): one may be all there was."
    for number, hop in enumerate(hops, 1):
        diverted = [one.id for one in hop.parallel if _is_diversion(one)]
        if diverted and not _is_diversion(hop.transfer):
            named = ", ".join(diverted)
            yield f"Hop {number} has a parallel diversion ({named}): the point of diversion may be there."


def _is_diversion(transfer: Relation) -> bool:
    return transfer.type in ("DIVERTED", "CAPTURED") or transfer.authorised is False


def _lawful(transfers: tuple[Relation, ...], diversion: int | None) -> tuple[str, ...]:
    """Parties before the point of diversion.

    The giver of the diverted transfer itself is among them as its authorised holder, unless the source says that it
    acted without authorisation or retransferred. Without a point of diversion these are all givers.
    """
    if diversion is None:
        return tuple(one.start for one in transfers)
    point = transfers[diversion - 1]
    acted = point.type != "CAPTURED" and (point.authorised is False or point.mechanism == "retransfer")
    return tuple(one.start for one in transfers[: diversion - acted])
