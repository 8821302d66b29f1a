"""Reach: which parties lead to which, how far, and by which transfers. Self-loops lead nowhere and are left out."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from kg.errors import UnknownNameError, UsageError
from kg.network import Projection, grade_rank
from kg.records import Party, Records, Relation

if TYPE_CHECKING:
    from kg.network import Walkable as Graph

    _Adjacent = Mapping[str, Mapping[str, Mapping[str, Relation]]]  # end → id of a transfer → attributes


Node = TypeVar("Node")
Neighbours = Callable[[Node], Iterable[Node]]
Step = Callable[[Sequence[str]], Mapping[str, Iterable[str]]]  # parties → for each those next to it
Blocked = Callable[[str, str], bool]  # says of a hop, given as giver and receiver, whether it is closed


@dataclass(frozen=True)
class Hops:
    """From each party the parties it leads to, in order of their ids, and the parallel transfers there.

    `onward` is made at once, transfers are looked up in the graph where they are asked for: most searches need few.
    Transfers `lost`, by id, are left out.
    """

    onward: Mapping[str, Sequence[str]]
    adjacency: Mapping[str, _Adjacent]
    lost: frozenset[str] = frozenset()

    @staticmethod
    def of(graph: Graph) -> Hops:
        """Return the hops of a projected graph, which is not to be changed while they are used."""
        projection_of(graph)
        adjacency: dict[str, _Adjacent] = dict(graph.adjacency())
        onward = {start: sorted(ends) for start, ends in adjacency.items()}
        for loop in (start for start, ends in adjacency.items() if start in ends):
            onward[loop].remove(loop)
        return Hops(onward, adjacency)

    @staticmethod
    def among(graph: Graph, parties: Collection[str]) -> Hops:
        """Return the hops between some parties of a projected graph, as `of` does for all."""
        adjacency: dict[str, _Adjacent] = dict(graph.adjacency())
        onward = {
            start: sorted(end for end in adjacency[start] if end in parties and end != start) for start in parties
        }
        return Hops(onward, adjacency)

    def transfers(self, start: str, end: str) -> tuple[Relation, ...]:
        """Return the transfers from one party to another that it leads to, in order of their ids."""
        hop = self.adjacency[start][end]
        if len(hop) == 1 and not self.lost:
            return tuple([data["transfer"] for data in hop.values()])
        return tuple([hop[id_]["transfer"] for id_ in sorted(hop) if id_ not in self.lost])

    def all_transfers(self) -> Iterator[Relation]:
        """Yield every transfer, hop by hop."""
        for start, ends in self.onward.items():
            hops = self.adjacency[start]
            for end in ends:
                for id_, data in hops[end].items():
                    if id_ not in self.lost:
                        yield data["transfer"]

    def without(self, parties: Collection[str] = (), transfers: Collection[str] = ()) -> Hops:
        """Return the hops that are left when parties and transfers, both given by id, are removed."""
        gone, lost = frozenset(parties), self.lost.union(transfers)
        onward = {start: ends for start, ends in self.onward.items() if start not in gone}
        if gone:
            onward = {start: [end for end in ends if end not in gone] for start, ends in onward.items()}
        if transfers:
            onward = {
                start: [end for end in ends if not lost.issuperset(self.adjacency[start][end])]
                for start, ends in onward.items()
            }
        return Hops(onward, self.adjacency, lost)

    def adding(self, transfers: Iterable[Relation]) -> Hops:
        """Return the hops with more transfers between parties of the graph, none of them a self-loop."""
        onward, adjacency = dict(self.onward), dict(self.adjacency)
        for one in transfers:
            ends = dict(adjacency[one.start])
            ends[one.end] = {**ends.get(one.end, {}), one.id: {"transfer": one}}
            onward[one.start], adjacency[one.start] = sorted({*onward[one.start], one.end}), ends
        return Hops(onward, adjacency, self.lost)

    @cached_property
    def back(self) -> Mapping[str, Sequence[str]]:
        """For each party those that lead to it by one hop."""
        sources: dict[str, list[str]] = {party: [] for party in self.onward}
        for start, ends in self.onward.items():
            for end in ends:
                sources[end].append(start)
        return sources

    def losing(self, transfers: Collection[str]) -> Blocked | None:
        """Return what says of a hop whether it is gone with all its transfers when some are lost, given by id."""
        if not transfers:
            return None
        away, adjacency = self.lost.union(transfers), self.adjacency
        return lambda start, end: away.issuperset(adjacency[start][end])

    def reached(
        self,
        starts: Iterable[str],
        *,
        gone: Collection[str] = frozenset(),
        blocked: Blocked | None = None,
        until: Collection[str] = frozenset(),
    ) -> dict[str, str | None]:
        """Return all parties reached, nearest first, each with the party it was reached from (None for a start).

        Parties `gone` and hops `blocked` are passed over, without the cost of `without`; the first party of `until`
        that is reached is the last.
        """
        before: dict[str, str | None] = {start: None for start in starts if start in self.onward and start not in gone}
        waiting, closed = list(before), {*before, *gone}
        for party in waiting:
            for end in self.onward[party]:
                if end not in closed and (blocked is None or not blocked(party, end)):
                    closed.add(end)
                    before[end] = party
                    if end in until:
                        return before
                    waiting.append(end)
        return before

    def shortest(
        self,
        starts: Iterable[str],
        ends: Collection[str],
        *,
        gone: Collection[str] = frozenset(),
        blocked: Blocked | None = None,
    ) -> tuple[str, ...] | None:
        """Return a path of fewest hops as its parties, or None; the same one for the same hops."""
        before = self.reached(starts, gone=gone, blocked=blocked, until=ends)
        end = next(reversed(before), None)
        if end is None or end not in ends:
            return None
        return tuple(reversed(_traced(before, end)))

    def joining(
        self,
        starts: Iterable[str],
        ends: Iterable[str],
        *,
        gone: Collection[str] = frozenset(),
        blocked: Blocked | None = None,
    ) -> tuple[str, ...]:
        """Return some path as its parties, empty where there is none: searched from both sides, sooner than the best.

        Parties `gone` and hops `blocked` are passed over.
        """

        def after(party: str) -> list[str]:
            ends = self.onward[party]
            return [end for end in ends if end not in gone and (blocked is None or not blocked(party, end))]

        def before(party: str) -> list[str]:
            starts = self.back[party]
            return [start for start in starts if start not in gone and (blocked is None or not blocked(start, party))]

        first, last = ([one for one in side if one in self.onward and one not in gone] for side in (starts, ends))
        return tuple(joined(first, last, after, before))

    def best_supported(self, path: Iterable[str]) -> tuple[Relation, ...]:
        """Return for each hop of a path its best supported transfer: best grade, most origins, first id."""
        return tuple(
            min(self.transfers(start, end), key=lambda one: (grade_rank(one.grade), -len(one.origin_ids), one.id))
            for start, end in itertools.pairwise(path)
        )


def records_of(graph: Graph) -> Records:
    """Return the records a graph was projected from."""
    records: Records = graph.graph["records"]
    return records


def projection_of(graph: Graph) -> Projection:
    """Return the projection a graph was made by. Raise `UsageError` where it was made by none."""
    projection = getattr(graph, "graph", {}).get("projection")
    if not isinstance(projection, Projection):
        raise UsageError("Analyses need a graph that kg.network.project has made, or graph.network(): give such a one.")
    return projection


def party_of(graph: Graph, id_: str) -> Party:
    """Return the party behind a node."""
    party: Party = graph.nodes[id_]["party"]
    return party


def check_whole(**numbers: object) -> None:
    """Raise `UsageError` where one of some numbers, given by their names, is no whole number."""
    for name, number in numbers.items():
        if not isinstance(number, int):
            raise UsageError(f"The value {number!r} of {name} is no whole number: give one, such as 3.")


def distances(neighbours: Callable[[str], Iterable[str]], starts: Iterable[str]) -> dict[str, int]:
    """Return the least number of hops from any of the starts to each party that is reached."""
    far = dict.fromkeys(starts, 0)
    waiting = list(far)
    for party in waiting:
        for other in neighbours(party):
            if other not in far:
                far[other] = far[party] + 1
                waiting.append(other)
    return far


def step(adjacent: Mapping[str, Iterable[str]]) -> Step:
    """Return the step over hops that are known: for each party those next to it."""
    return lambda parties: {party: adjacent[party] for party in parties if party in adjacent}


class Between:
    """The parties on ways from starts to ends, found hop by hop from both sides.

    Both sides go on by one hop in turn, the smaller first, so that little of a large graph is looked at; when they have
    gone so many hops together, one of them has gone each hop of every way of so many. Ways may pass a party twice.
    """

    def __init__(self, starts: Collection[str], ends: Collection[str], after: Step, before: Step) -> None:
        self.ends, self._steps = (starts, ends), (after, before)
        self._seen, self._fronts = (set(starts), set(ends)), [list(starts), list(ends)]
        self._onward: dict[str, list[str]] = {}
        self._back: dict[str, list[str]] = {}
        self._gone = 0

    def within(self, max_hops: int) -> frozenset[str]:
        """Return the parties on all ways of so many hops at most; not to be asked for fewer than before."""
        while self._gone < max_hops and all(self._fronts):
            self._go_on()
            self._gone += 1
        return frozenset(party for party, hops in self._joint().items() if hops <= max_hops)

    def _go_on(self) -> None:
        side = 0 if len(self._fronts[0]) <= len(self._fronts[1]) else 1
        near, self._fronts[side] = self._steps[side](self._fronts[side]), []
        for here, others in near.items():
            for there in others:
                start, end = (there, here) if side else (here, there)
                self._onward.setdefault(start, []).append(end)
                self._back.setdefault(end, []).append(start)
                if there not in self._seen[side]:
                    self._seen[side].add(there)
                    self._fronts[side].append(there)

    def _joint(self) -> dict[str, int]:
        """Return the parties known to lie on a way, with the fewest hops of one."""
        starts, ends = self.ends
        led = distances(lambda party: self._onward.get(party, ()), starts)
        leading = distances(lambda party: self._back.get(party, ()), ends)
        return {party: led[party] + leading[party] for party in led if party in leading}

    @property
    def number(self) -> int:
        """How many parties are known to lie on ways of any length."""
        return len(self._joint())

    def complete(self, max_hops: int) -> bool:
        """Say whether no party lies on longer ways only, after those within so many hops were asked for."""
        return not all(self._fronts) and all(hops <= max_hops for hops in self._joint().values())


def known_ids(given: Iterable[str], word: str, projection: Projection, parties: Collection[str]) -> tuple[str, ...]:
    """Return ids sorted and without repetition; a single one may be given as text. `word` says what they are.

    Raise `UsageError` where there is none or one is avoided, `UnknownNameError` where one is no party.
    """
    ids = tuple(sorted({given} if isinstance(given, str) else set(given)))
    if not ids:
        raise UsageError(f"No {word} was given: name at least one party.")
    for id_ in ids:
        if id_ in projection.avoid:
            raise UsageError(f"{id_} is both {word} and avoided: leave it out of one of the two.")
        if id_ not in parties:
            raise UnknownNameError(f"{id_} is no party of this graph: look its id up with `kg find`.")
    return ids


def checked(
    starts: Iterable[str], ends: Iterable[str], projection: Projection, parties: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return starts and ends as `known_ids` does. Raise `UsageError` also where they share a party."""
    first, last = known_ids(starts, "start", projection, parties), known_ids(ends, "end", projection, parties)
    shared = sorted(set(first) & set(last))
    if shared:
        raise UsageError(f"{shared[0]} is both start and end: name two different parties.")
    return first, last


def givers(hops: Hops, ends: Collection[str]) -> tuple[str, ...]:
    """Return the suppliers: parties that give and never receive, and from which an end is reached."""
    leading = distances(hops.back.__getitem__, ends)
    return tuple(sorted(one for one in leading if hops.onward[one] and not hops.back[one] and one not in ends))


def chosen_ends(
    graph: Graph, hops: Hops, starts: Iterable[str] | None, ends: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return starts and ends as `checked` does; without starts, the suppliers that lead to the ends, maybe none."""
    projection = projection_of(graph)
    if starts is not None:
        return checked(starts, ends, projection, graph)
    last = known_ids(ends, "end", projection, graph)
    return givers(hops, last), last


@dataclass(frozen=True, slots=True)
class Connection:
    """Whether any path leads from starts to ends; `starts_given` says whether the suppliers were named."""

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    starts_given: bool
    projection: Mapping[str, Any]
    connected: bool


def connection(graph: Graph, starts: Iterable[str] | None, ends: Iterable[str]) -> Connection:
    """Return whether any path leads from starts to ends, which is sooner known than what is on every one.

    Without starts they are the parties that only give. Raise `UsageError` where the given sets are empty or overlap.
    """
    hops = Hops.of(graph)
    first, last = chosen_ends(graph, hops, starts, ends)
    led = bool(hops.joining(first, last))
    return Connection(first, last, starts is not None, projection_of(graph).describe(), led)


def joined(
    starts: Iterable[Node], ends: Iterable[Node], after: Neighbours[Node], before: Neighbours[Node]
) -> list[Node]:
    """Return the nodes of a way from any start to any end, which are disjoint; empty where there is none.

    It is looked for from both sides at once, the smaller first: what parts them lies mostly near one of them.
    """
    came: list[dict[Node, Node | None]] = [dict.fromkeys(starts), dict.fromkeys(ends)]
    fronts, neighbours = [list(one) for one in came], (after, before)
    while fronts[0] and fronts[1]:
        side = 0 if len(fronts[0]) <= len(fronts[1]) else 1
        front, fronts[side] = fronts[side], []
        for node in front:
            for other in neighbours[side](node):
                if other not in came[side]:
                    came[side][other] = node
                    fronts[side].append(other)
                    if other in came[1 - side]:
                        return [*_traced(came[0], other)[::-1], *_traced(came[1], other)[1:]]
    return []


def _traced(came: Mapping[Node, Node | None], node: Node) -> list[Node]:
    way, previous = [node], came[node]
    while previous is not None:
        way.append(previous)
        previous = came[previous]
    return way


def between(hops: Hops, starts: Iterable[str], ends: Iterable[str]) -> Hops:
    """Return the hops of those parties only that the starts lead to and that lead to an end."""
    led, leading = hops.reached(starts), distances(hops.back.__getitem__, ends)
    return hops.without(parties=[party for party in hops.onward if party not in led or party not in leading])


@dataclass(frozen=True, slots=True)
class Detour:
    """Ways to the ends that go round parties already visited."""

    onward: Mapping[str, Sequence[str]]
    back: Mapping[str, Sequence[str]]
    ends: frozenset[str]
    to_end: Mapping[str, int]

    @staticmethod
    def to(hops: Hops, ends: Iterable[str]) -> Detour:
        """Return the detours towards the given ends."""
        last = frozenset(ends)
        return Detour(hops.onward, hops.back, last, distances(hops.back.__getitem__, last))

    def leads(self, party: str, visited: Collection[str], limit: int) -> bool:
        """Say whether a party that leads to an end does so round the visited ones, over so many hops at most."""
        if self.to_end[party] > limit:
            return False
        return self._downhill(party, visited) or self._meets(party, visited, limit)

    def _downhill(self, party: str, visited: Collection[str]) -> bool:
        """Say whether one shortest way on meets no visited party, which spares the search."""
        while self.to_end[party]:
            nearer = self.to_end[party] - 1
            party = next(other for other in self.onward[party] if self.to_end.get(other) == nearer)
            if party in visited:
                return False
        return True

    def _meets(self, party: str, visited: Collection[str], limit: int) -> bool:
        """Search from both sides, the smaller first: where the visited enclose one side, it is soon exhausted."""
        sides: tuple[set[str], set[str]] = {party}, set(self.ends.difference(visited))
        fronts = [set(side) for side in sides]
        for _ in range(limit):
            near = 0 if len(fronts[0]) <= len(fronts[1]) else 1
            neighbours = self.back if near else self.onward
            fronts[near] = {
                other
                for one in fronts[near]
                for other in neighbours[one]
                if other not in visited and other not in sides[near] and other in self.to_end
            }
            sides[near].update(fronts[near])
            if not fronts[near]:
                return False
            if not fronts[near].isdisjoint(sides[1 - near]):
                return True
        return False


def simple_paths(hops: Hops, starts: Iterable[str], ends: Collection[str]) -> Iterator[tuple[str, ...] | None]:
    """Yield every path without repeated parties, shortest first, then by ids; None for each step that gave none.

    The steps let the caller bound the work: there may be more paths than can be listed.
    """
    detour, limit = Detour.to(hops, ends), len(hops.onward)
    heap: list[tuple[int, tuple[str, ...], bool]] = [
        (detour.to_end[start], (start,), False) for start in starts if start in detour.to_end
    ]
    heapq.heapify(heap)
    while heap:
        _, path, done = heapq.heappop(heap)
        if done:
            yield path
            continue
        yield None
        visited = frozenset(path)
        if path[-1] in ends:
            heapq.heappush(heap, (len(path) - 1, path, True))
        for other in hops.onward[path[-1]]:
            if other not in visited and other in detour.to_end and detour.leads(other, visited, limit):
                heapq.heappush(heap, (len(path) + detour.to_end[other], (*path, other), False))
