"""Flow: as many paths as there can be that share no party, or no transfer, and all smallest sets that these must pass.

Starts are never entered, ends never left. Sources of method: Ford and Fulkerson, Maximal flow through a network,
Canadian Journal of Mathematics 8 (1956); for the sets, Picard and Queyranne, On the structure of all minimum cuts in a
network, Mathematical Programming Study 13 (1980).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kg.analysis.certificate import Trail
from kg.analysis.reach import Hops, Neighbours, joined

# A party is one node. Where a path may not share it, it is two once one passes: (party,) receives, party gives.
Node = str | tuple[str]


@dataclass(frozen=True, slots=True)
class Member:
    """A party or transfer that may be in a smallest set: then `inside` is still led to, and `outside` no more."""

    id: str
    inside: Node
    outside: Node


class Flow(ABC):
    """Disjoint paths between starts and ends over some hops, none at first."""

    def __init__(self, hops: Hops, starts: Iterable[str], ends: Iterable[str]) -> None:
        self.hops = hops
        self.starts, self.ends = tuple(starts), tuple(ends)
        self._first, self._last = frozenset(self.starts), frozenset(self.ends)

    @abstractmethod
    def after(self, node: Node) -> Iterable[Node]:
        """Return where one more path may go on from a node, also by taking another path back."""

    @abstractmethod
    def before(self, node: Node) -> Iterable[Node]:
        """Return the nodes from which one more path may go on to a node."""

    @abstractmethod
    def add(self, way: Sequence[Node]) -> None:
        """Add a path that goes a way from a start to an end."""

    @abstractmethod
    def trails(self) -> Iterator[Trail]:
        """Yield the paths there are, those of the first start first, without loops."""

    @abstractmethod
    def members(self, trail: Trail) -> Iterator[Member]:
        """Yield what may be cut on a path, in its order."""

    def fill(self, most: int | None = None) -> tuple[Trail, ...]:
        """Add paths until no more can be added, or there are so many, and return them."""
        starts: Sequence[Node] = self.starts
        ends: Sequence[Node] = self.ends
        number = 0
        while (most is None or number < most) and (way := joined(starts, ends, self.after, self.before)):
            self.add(way)
            number += 1
        return tuple(self.trails())

    def smallest_sets(self) -> Iterator[tuple[str, ...]]:
        """Yield the ids of each smallest set that every path passes, once no more path can be added.

        A smallest set has one member on each path. Members go together where no way leads from the inside of one to the
        outside of another: then some smallest set has them all, so that no choice is made in vain.
        """
        trails = tuple(self.trails())
        if not trails:
            return
        taken: list[Member] = []
        eligible = _Eligible(self, taken)
        untried = [eligible.of(trails[0])]
        while untried:
            member = next(untried[-1], None)
            if member is None:
                untried.pop()
                del taken[-1:]
                continue
            taken.append(member)
            if len(taken) < len(trails):
                untried.append(eligible.of(trails[len(taken)]))
            else:
                yield tuple(sorted(one.id for one in taken))
                taken.pop()


class _Eligible:
    """What goes together with the members taken so far, over a flow to which nothing can be added."""

    def __init__(self, flow: Flow, taken: Sequence[Member]) -> None:
        self._flow, self._taken = flow, taken
        self._led, self._leading = _closed(flow.starts, flow.after), _closed(flow.ends, flow.before)
        self._further: dict[Node, Mapping[Node, None]] = {}

    def of(self, trail: Trail) -> Iterator[Member]:
        """Yield the members of a path that are part of a smallest set with those taken."""
        for one in self._flow.members(trail):
            if (
                one.inside not in self._leading
                and one.outside not in self._led
                and not self._leads(one, one)
                and not any(self._leads(one, other) or self._leads(other, one) for other in self._taken)
            ):
                yield one

    def _leads(self, one: Member, other: Member) -> bool:
        """Say whether a way leads from the inside of one member to the outside of another."""
        if one.inside not in self._further:
            self._further[one.inside] = _closed((one.inside,), self._flow.after, but=self._led)
        return other.outside in self._further[one.inside]


def _closed(
    nodes: Iterable[Node], neighbours: Neighbours[Node], but: Mapping[Node, None] | None = None
) -> dict[Node, None]:
    """Return all nodes that some lead to, themselves included, but for those of a known set and what is behind it."""
    known = but if but is not None else {}
    found = dict.fromkeys(node for node in nodes if node not in known)
    waiting = list(found)
    for node in waiting:
        for other in neighbours(node):
            if other not in found and other not in known:
                found[other] = None
                waiting.append(other)
    return found


class PartyFlow(Flow):
    """Paths that share no party but starts and ends; none leads from a start straight to an end."""

    def __init__(self, hops: Hops, starts: Iterable[str], ends: Iterable[str]) -> None:
        super().__init__(hops, starts, ends)
        self._from: dict[str, str] = {}
        self._to: dict[str, str] = {}

    def after(self, node: Node) -> Iterable[Node]:
        """Return where one more path may go on from a node, also by taking another path back."""
        if not isinstance(node, str):
            return (self._from[node[0]],)
        used, first = self._from, self._first
        onward: list[Node] = [(end,) if end in used else end for end in self.hops.onward[node] if end not in first]
        return [*onward, (node,)] if node in used else onward

    def before(self, node: Node) -> Iterable[Node]:
        """Return the nodes from which one more path may go on to a node."""
        if not isinstance(node, str):
            return [*self._givers(node[0]), node[0]]
        if node in self._from:
            return () if self._to[node] in self._last else ((self._to[node],),)
        return self._givers(node)

    def _givers(self, party: str) -> list[str]:
        return [start for start in self.hops.back[party] if start not in self._last]

    def add(self, way: Sequence[Node]) -> None:
        """Add a path that goes a way from a start to an end."""
        for here, there in pairwise(way):
            if not isinstance(here, str) and isinstance(there, str):
                del self._from[here[0]]
        for here, there in pairwise(way):
            if isinstance(here, str) and there != (here,):
                self._join(here, there if isinstance(there, str) else there[0])

    def _join(self, start: str, end: str) -> None:
        if start not in self._first:
            self._to[start] = end
        if end not in self._last:
            self._from[end] = start

    def trails(self) -> Iterator[Trail]:
        """Yield the paths there are, those of the first start first."""
        for start, second in sorted((start, party) for party, start in self._from.items() if start in self._first):
            path = [start, second]
            while path[-1] not in self._last:
                path.append(self._to[path[-1]])
            yield Trail(tuple(path), tuple(one.id for one in self.hops.best_supported(path)))

    def members(self, trail: Trail) -> Iterator[Member]:
        """Yield the parties between start and end."""
        return (Member(party, (party,), party) for party in trail.parties[1:-1])


class TransferFlow(Flow):
    """Paths that share no transfer; as many may go from one party to another as transfers do."""

    def __init__(self, hops: Hops, starts: Iterable[str], ends: Iterable[str]) -> None:
        super().__init__(hops, starts, ends)
        self._to: dict[str, dict[str, int]] = {}
        self._from: dict[str, dict[str, int]] = {}

    def after(self, node: Node) -> Iterable[Node]:
        """Return where one more path may go on from a node, also by taking another path back."""
        party = str(node)
        onward = [end for end in self.hops.onward[party] if end not in self._first]
        if party not in self._to:
            return onward
        return [*(end for end in onward if self._has_room(party, end)), *self._from.get(party, ())]

    def before(self, node: Node) -> Iterable[Node]:
        """Return the nodes from which one more path may go on to a node."""
        party = str(node)
        sources = [start for start in self.hops.back[party] if start not in self._last]
        if party not in self._from:
            return sources
        takers = (end for end in self._to.get(party, ()) if end not in self._last)
        return [*(start for start in sources if self._has_room(start, party)), *takers]

    def _has_room(self, start: str, end: str) -> bool:
        used = self._to.get(start, {}).get(end, 0)
        return not used or used < len(self.hops.transfers(start, end))

    def add(self, way: Sequence[Node]) -> None:
        """Add a path that goes a way from a start to an end."""
        for start, end in pairwise(map(str, way)):
            if end in self._from.get(start, {}):
                self._change(end, start, -1)
            else:
                self._change(start, end, 1)

    def _change(self, start: str, end: str, units: int) -> None:
        left = self._to.get(start, {}).get(end, 0) + units
        for one, other, flow in ((start, end, self._to), (end, start, self._from)):
            if left:
                flow.setdefault(one, {})[other] = left
            else:
                del flow[one][other]

    def trails(self) -> Iterator[Trail]:
        """Yield the paths there are, those of the first start first, without loops."""
        left = {party: {end: ends[end] for end in sorted(ends)} for party, ends in self._to.items()}
        walked: dict[tuple[str, str], int] = {}
        for start in self.starts:
            while any(left.get(start, {}).values()):
                path = self._walk(left, start)
                yield Trail(path, tuple(self._next(walked, *hop) for hop in pairwise(path)))

    def _next(self, walked: dict[tuple[str, str], int], start: str, end: str) -> str:
        number = walked.get((start, end), 0)
        walked[start, end] = number + 1
        return self.hops.transfers(start, end)[number].id

    def _walk(self, left: Mapping[str, dict[str, int]], start: str) -> tuple[str, ...]:
        path = [start]
        while path[-1] not in self._last:
            party = next(end for end, units in left[path[-1]].items() if units)
            left[path[-1]][party] -= 1
            if party in path:
                del path[path.index(party) :]
            path.append(party)
        return tuple(path)

    def members(self, trail: Trail) -> Iterator[Member]:
        """Yield the transfers."""
        hops = zip(pairwise(trail.parties), trail.transfers, strict=True)
        return (Member(id_, start, end) for (start, end), id_ in hops)
