"""Reach: which parties lead to which, how far, and by which transfers. Self-loops lead nowhere and are left out."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.errors import UnknownNameError, UsageError
from kg.network import Projection, grade_rank
from kg.records import Party, Records, Relation

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.MultiDiGraph[str]


@dataclass(frozen=True, slots=True)
class Hops:
    """From each party the parties it leads to, each with the parallel transfers there, in order of their ids."""

    onward: Mapping[str, Mapping[str, tuple[Relation, ...]]]

    @staticmethod
    def of(graph: Graph) -> Hops:
        """Return the hops of a projected graph."""
        parallel: dict[str, dict[str, list[Relation]]] = {party: {} for party in graph}
        for start, end, data in graph.edges(data=True):
            if start != end:
                parallel[start].setdefault(end, []).append(data["transfer"])
        return Hops(
            {
                start: {end: tuple(sorted(hop, key=_id)) for end, hop in sorted(ends.items())}
                for start, ends in parallel.items()
            }
        )

    def without(self, parties: Collection[str] = (), transfers: Collection[str] = ()) -> Hops:
        """Return the hops that are left when parties and transfers, both given by id, are removed."""
        gone, lost = frozenset(parties), frozenset(transfers)
        onward: dict[str, dict[str, tuple[Relation, ...]]] = {}
        for start, ends in self.onward.items():
            if start in gone:
                continue
            onward[start] = kept = {}
            for end, hop in ends.items():
                left = tuple(one for one in hop if one.id not in lost) if lost else hop
                if left and end not in gone:
                    kept[end] = left
        return Hops(onward)

    def back(self) -> dict[str, list[str]]:
        """Return for each party those that lead to it by one hop."""
        sources: dict[str, list[str]] = {party: [] for party in self.onward}
        for start, ends in self.onward.items():
            for end in ends:
                sources[end].append(start)
        return sources

    def reached(self, starts: Iterable[str]) -> dict[str, str | None]:
        """Return all parties reached, nearest first, each with the party it was reached from (None for a start)."""
        before: dict[str, str | None] = {start: None for start in starts if start in self.onward}
        waiting = list(before)
        for party in waiting:
            for end in self.onward[party]:
                if end not in before:
                    before[end] = party
                    waiting.append(end)
        return before

    def shortest(self, starts: Iterable[str], ends: Collection[str]) -> tuple[str, ...] | None:
        """Return a path of fewest hops as its parties, or None; the same one for the same hops."""
        before = self.reached(starts)
        end = next((party for party in before if party in ends), None)
        if end is None:
            return None
        path = [end]
        while (previous := before[path[-1]]) is not None:
            path.append(previous)
        return tuple(reversed(path))

    def best_supported(self, path: Iterable[str]) -> tuple[Relation, ...]:
        """Return for each hop of a path its best supported transfer: best grade, most origins, first id."""
        return tuple(
            min(self.onward[start][end], key=lambda one: (grade_rank(one.grade), -len(one.origin_ids), one.id))
            for start, end in itertools.pairwise(path)
        )


def _id(relation: Relation) -> str:
    return relation.id


def records_of(graph: Graph) -> Records:
    """Return the records a graph was projected from."""
    records: Records = graph.graph["records"]
    return records


def projection_of(graph: Graph) -> Projection:
    """Return the projection a graph was made by."""
    projection: Projection = graph.graph["projection"]
    return projection


def party_of(graph: Graph, id_: str) -> Party:
    """Return the party behind a node."""
    party: Party = graph.nodes[id_]["party"]
    return party


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


def _ids(given: Iterable[str], word: str, projection: Projection, parties: Collection[str]) -> tuple[str, ...]:
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
    """Return starts and ends sorted and without repetition; a single id may be given as text.

    Raise `UsageError` where one of them is empty, avoided, or they share a party, `UnknownNameError` where an id is
    no party.
    """
    first, last = _ids(starts, "start", projection, parties), _ids(ends, "end", projection, parties)
    shared = sorted(set(first) & set(last))
    if shared:
        raise UsageError(f"{shared[0]} is both start and end: name two different parties.")
    return first, last


def givers(hops: Hops, ends: Collection[str]) -> tuple[str, ...]:
    """Return the suppliers: parties that give and never receive, and from which an end is reached."""
    sources = hops.back()
    leading = distances(sources.__getitem__, ends)
    return tuple(sorted(party for party in leading if hops.onward[party] and not sources[party] and party not in ends))


def chosen_ends(
    graph: Graph, hops: Hops, starts: Iterable[str] | None, ends: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return starts and ends as `checked` does; without starts, the suppliers that lead to the ends, maybe none."""
    projection = projection_of(graph)
    if starts is not None:
        return checked(starts, ends, projection, graph)
    last = _ids(ends, "end", projection, graph)
    return givers(hops, last), last


def between(hops: Hops, starts: Iterable[str], ends: Iterable[str]) -> Hops:
    """Return the hops of those parties only that the starts lead to and that lead to an end."""
    led, leading = hops.reached(starts), distances(hops.back().__getitem__, ends)
    return hops.without(parties=[party for party in hops.onward if party not in led or party not in leading])


@dataclass(frozen=True, slots=True)
class Detour:
    """Distances to the ends that go round parties already visited."""

    onward: Mapping[str, Mapping[str, tuple[Relation, ...]]]
    to_end: Mapping[str, int]

    @staticmethod
    def to(hops: Hops, ends: Iterable[str]) -> Detour:
        """Return the detours towards the given ends."""
        return Detour(hops.onward, distances(hops.back().__getitem__, ends))

    def far(self, party: str, visited: Collection[str], limit: int) -> int | None:
        """Return the least hops from a party to an end round the visited ones, or None where above the limit."""
        if self._downhill(party, visited):
            return self.to_end[party] if self.to_end[party] <= limit else None
        far = {party: 0}
        waiting = [party]
        for one in waiting:
            if self.to_end[one] == 0:
                return far[one]
            for other in self.onward[one]:
                if other in far or other in visited:
                    continue
                if far[one] + 1 + self.to_end.get(other, limit) <= limit:
                    far[other] = far[one] + 1
                    waiting.append(other)
        return None

    def _downhill(self, party: str, visited: Collection[str]) -> bool:
        """Say whether one shortest way on meets no visited party, which spares the search."""
        while self.to_end[party]:
            nearer = self.to_end[party] - 1
            party = next(other for other in self.onward[party] if self.to_end.get(other) == nearer)
            if party in visited:
                return False
        return True


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
            if other not in visited and other in detour.to_end:
                far = detour.far(other, visited, limit)
                if far is not None:
                    heapq.heappush(heap, (len(path) + far, (*path, other), False))
