"""The columns of a flow: which column each party stands in, and the order in a column that crosses fewest lines."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from kg.export.layout import Transfers

_SWEEPS = 24
_MOST_SWAPPED = 60
_MOST_LINES = 600

# A party is (id, -1); where a transfer crosses a column without a party of its own it holds a place there: (pair, n).
Place = tuple[str, int]


def columns_of(parties: Sequence[str], transfers: Transfers, given: Mapping[str, int]) -> dict[str, int]:
    """Return the column of each party: as given, else one right of its rightmost giver, transfers back left out."""
    known = {party: given[party] for party in parties if party in given}
    givers: dict[str, set[str]] = defaultdict(set)
    takers: dict[str, set[str]] = defaultdict(set)
    for start, end in _without_cycles(parties, transfers.values()):
        givers[end].add(start)
        takers[start].add(end)
    columns = dict(known)
    for party in _topological(parties, givers, takers):
        if party in known:
            continue
        before = [columns[giver] for giver in givers[party]]
        after = [known[taker] for taker in takers[party] if taker in known]
        columns[party] = max(before) + 1 if before else min(after) - 1 if after else 0
    steps = {value: step for step, value in enumerate(sorted(set(columns.values())))}
    return {party: steps[columns[party]] for party in parties}


def _without_cycles(parties: Sequence[str], pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the pairs without those that close a cycle of a depth-first walk, and without loops."""
    outgoing: dict[str, list[str]] = defaultdict(list)
    incoming: set[str] = set()
    for start, end in sorted(set(pairs)):
        if start != end:
            outgoing[start].append(end)
            incoming.add(end)
    done: dict[str, bool] = {}
    kept: set[tuple[str, str]] = set()
    for root in sorted(parties, key=lambda party: (party in incoming, party)):
        stack = [(root, iter(outgoing[root]))] if root not in done else []
        done.setdefault(root, False)
        while stack:
            party, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                done[party] = True
                stack.pop()
            elif done.get(following, True):
                kept.add((party, following))
                if following not in done:
                    done[following] = False
                    stack.append((following, iter(outgoing[following])))
    return kept


def _topological(parties: Sequence[str], givers: Mapping[str, set[str]], takers: Mapping[str, set[str]]) -> list[str]:
    waiting = {party: len(givers.get(party, ())) for party in parties}
    ready = deque(sorted(party for party, count in waiting.items() if not count))
    ordered: list[str] = []
    while ready:
        party = ready.popleft()
        ordered.append(party)
        for taker in sorted(takers.get(party, ())):
            waiting[taker] -= 1
            if not waiting[taker]:
                ready.append(taker)
    return ordered


class Columns:
    """The columns of a flow with their places in order, and the lines between neighbouring columns.

    `before` and `after` hold the ends of lines to the left and to the right, `through` the places that the line
    between two parties takes in the columns between them, `groups` the places that are to stand together.
    """

    def __init__(self, columns: Mapping[str, int], transfers: Transfers, groups: Mapping[str, tuple[str, ...]]) -> None:
        self.count = max(columns.values()) + 1
        self.places: list[list[Place]] = [[] for _ in range(self.count)]
        self.before: dict[Place, list[Place]] = defaultdict(list)
        self.after: dict[Place, list[Place]] = defaultdict(list)
        self.through: dict[tuple[str, str], list[Place]] = {}
        self.groups = {(party, -1): group for party, group in groups.items()}
        for party in sorted(columns):
            self.places[columns[party]].append((party, -1))
        pairs = {
            (start, end) if columns[start] < columns[end] else (end, start)
            for start, end in transfers.values()
            if columns[start] != columns[end]
        }
        for start, end in sorted(pairs):
            self._join(start, end, columns)

    def _join(self, start: str, end: str, columns: Mapping[str, int]) -> None:
        between = [(f"{start}\x00{end}", column) for column in range(columns[start] + 1, columns[end])]
        for place in between:
            self.places[place[1]].append(place)
        previous: Place = (start, -1)
        for place in [*between, (end, -1)]:
            self.after[previous].append(place)
            self.before[place].append(previous)
            previous = place
        self.through[start, end] = between

    def arrange(self) -> None:
        """Order the places of every column so that few lines cross: barycentres, then swaps of neighbours."""
        lines = sum(len(ends) for ends in self.after.values())
        best, fewest = [list(column) for column in self.places], self.crossings()
        for sweep in range(_SWEEPS if lines <= _MOST_LINES else 6):
            if not fewest:
                break
            onward = sweep % 2 == 0
            for column in range(1, self.count) if onward else range(self.count - 2, -1, -1):
                self._sort(column, onward=onward)
            if lines <= _MOST_LINES:
                for column in range(self.count):
                    self._swap(column)
            crossings = self.crossings()
            if crossings < fewest:
                best, fewest = [list(column) for column in self.places], crossings
        self.places = best
        for column in range(self.count):
            self._gather(column)

    def _rank(self, column: int) -> dict[Place, int]:
        inside = 0 <= column < self.count
        return {place: index for index, place in enumerate(self.places[column])} if inside else {}

    def _sort(self, column: int, *, onward: bool) -> None:
        rank = self._rank(column - 1 if onward else column + 1)
        neighbours = self.before if onward else self.after
        centre: dict[Place, float] = {}
        for index, place in enumerate(self.places[column]):
            near = neighbours.get(place, ())
            centre[place] = sum(rank[one] for one in near) / len(near) if near else float(index)
        self.places[column].sort(key=lambda place: centre[place])
        self._gather(column)

    def _gather(self, column: int) -> None:
        """Put places of one group next to each other, groups in the order of their means."""
        if not self.groups:
            return
        members: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for index, place in enumerate(self.places[column]):
            members[self.groups.get(place, (place,))].append(index)
        places = self.places[column]
        order = sorted(members.values(), key=lambda indices: (sum(indices) / len(indices), indices))
        self.places[column] = [places[index] for indices in order for index in indices]

    def _swap(self, column: int) -> None:
        places = self.places[column]
        if len(places) > _MOST_SWAPPED or self.groups:
            return
        rank = {**self._rank(column - 1), **self._rank(column + 1)}
        for index in range(len(places) - 1):
            upper, lower = places[index], places[index + 1]
            if self._crossings_of(lower, upper, rank) < self._crossings_of(upper, lower, rank):
                places[index], places[index + 1] = lower, upper

    def _crossings_of(self, upper: Place, lower: Place, rank: Mapping[Place, int]) -> int:
        return sum(
            rank[one] > rank[other]
            for side in (self.before, self.after)
            for one in side.get(upper, ())
            for other in side.get(lower, ())
        )

    def crossings(self) -> int:
        """Return how many pairs of lines cross between neighbouring columns."""
        total = 0
        for column in range(self.count - 1):
            rank = self._rank(column + 1)
            seen: list[int] = []
            for place in self.places[column]:
                ends = sorted(rank[end] for end in self.after.get(place, ()))
                total += sum(len(seen) - bisect_right(seen, end) for end in ends)
                for end in ends:
                    insort(seen, end)
        return total
