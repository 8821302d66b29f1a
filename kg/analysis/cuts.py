"""Cuts: the smallest sets of parties, or of transfers, without which no path is left, and the disjoint paths that
show that no smaller set would do.

Starts and ends are never part of a cut of parties, so there is none where a transfer leads straight from a start to an
end. Source of method: Ford and Fulkerson, Maximal flow through a network, Canadian Journal of Mathematics 8 (1956).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from kg.analysis.certificate import MINIMUM, NONE_PARTY, Certificate, Trail
from kg.analysis.reach import Hops, between, chosen_ends, party_of, projection_of
from kg.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx

PARTIES, TRANSFERS = "parties", "transfers"
_Node = tuple[str, int]
_SOURCE: _Node = ("", 0)
_SINK: _Node = ("", 1)
_UNBOUNDED = 1 << 30


@dataclass(frozen=True, slots=True)
class Cut:
    """One smallest set, by id, with its certificate."""

    members: tuple[str, ...]
    names: tuple[str, ...]
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class CutAnswer:
    """The smallest sets of parties or of transfers (`of`).

    `size` is None where no set of parties can cut, because of the transfers `direct`; `uncut` is the certificate of
    that. `cut` says in a sentence when there are more sets than given.
    """

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    projection: Mapping[str, Any]
    of: str
    connected: bool
    size: int | None
    cuts: tuple[Cut, ...]
    direct: tuple[str, ...]
    uncut: Certificate | None
    cut: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each set."""
        return [
            {
                "set": number,
                "of": self.of,
                "size": len(one.members),
                "members": list(one.members),
                "names": list(one.names),
                "disjoint_paths": len(one.certificate.trails),
                "reached_without": len(one.certificate.reached),
            }
            for number, one in enumerate(self.cuts, 1)
        ]


def minimum_cut(
    graph: nx.MultiDiGraph[str],
    starts: Iterable[str] | None,
    ends: Iterable[str],
    *,
    of: str = PARTIES,
    limit: int = 10,
) -> CutAnswer:
    """Return the smallest sets of "parties" or "transfers" without which no path is left, up to a number of sets.

    Without starts they are the parties that only give. Raise `UsageError` where the given sets are empty or overlap,
    `of` is neither word or the limit is below 1.
    """
    if of not in (PARTIES, TRANSFERS) or limit < 1:
        raise UsageError(
            f"A cut of {of!r} up to {limit} sets cannot be looked for: give parties or transfers, and 1 on."
        )
    hops = Hops.of(graph)
    first, last = chosen_ends(graph, hops, starts, ends)
    inner = between(hops, first, last)
    direct = _direct(inner, first, last) if of == PARTIES else ()
    problem = _Problem(inner, first, last, of == TRANSFERS)
    trails = [] if direct else problem.trails()
    found = list(islice(problem.cuts(trails), limit + 1)) if trails else []
    return CutAnswer(
        starts=first,
        ends=last,
        projection=projection_of(graph).describe(),
        of=of,
        connected=bool(direct or trails),
        size=None if direct else len(trails),
        cuts=tuple(_cut(graph, hops, problem, members, tuple(trails)) for members in found[:limit]),
        direct=direct,
        uncut=_uncut(inner, problem, direct) if direct else None,
        cut=(f"There are more sets of this size: {limit} are given.",) if len(found) > limit else (),
    )


def disjoint_trails(
    hops: Hops, starts: Sequence[str], ends: Sequence[str], *, of_transfers: bool, most: int
) -> tuple[Trail, ...]:
    """Return up to so many paths that share no transfer, or no party but starts and ends.

    One path alone is returned where it is direct, which no party can cut.
    """
    inner = between(hops, starts, ends)
    problem = _Problem(inner, tuple(starts), tuple(ends), of_transfers)
    direct = () if of_transfers else _direct(inner, starts, ends)
    return _uncut(inner, problem, direct).trails if direct else tuple(problem.trails(most))


def _direct(hops: Hops, starts: Iterable[str], ends: Iterable[str]) -> tuple[str, ...]:
    last = tuple(ends)
    return tuple(
        one.id for start in starts if start in hops.onward for end in last for one in hops.onward[start].get(end, ())
    )


def _uncut(hops: Hops, problem: _Problem, direct: tuple[str, ...]) -> Certificate:
    parties = next(
        (start, end) for start in problem.starts for end in problem.ends if hops.onward.get(start, {}).get(end)
    )
    return Certificate(NONE_PARTY, problem.starts, problem.ends, trails=(Trail(parties, direct[:1]),))


def _cut(
    graph: nx.MultiDiGraph[str], hops: Hops, problem: _Problem, members: tuple[str, ...], trails: tuple[Trail, ...]
) -> Cut:
    parties, transfers = ((), members) if problem.of_transfers else (members, ())
    if problem.of_transfers:
        ends = {one.id: one for hop in hops.onward.values() for parallel in hop.values() for one in parallel}
        names = tuple(
            f"{party_of(graph, ends[id_].start).name} → {party_of(graph, ends[id_].end).name}" for id_ in members
        )
    else:
        names = tuple(party_of(graph, id_).name for id_ in members)
    reached = tuple(hops.without(parties, transfers).reached(problem.starts))
    certificate = Certificate(
        MINIMUM,
        problem.starts,
        problem.ends,
        parties=parties,
        transfers=transfers,
        reached=reached,
        trails=trails,
    )
    return Cut(members, names, certificate)


@dataclass(frozen=True, slots=True)
class _Problem:
    """Hops to be cut between starts and ends; only those that lie between the two are expected."""

    hops: Hops
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    of_transfers: bool

    def trails(self, most: int = _UNBOUNDED) -> list[Trail]:
        """Return as many disjoint paths as there are, at most so many."""
        flow, size = _Flow(self), 0
        while size < most and flow.augment():
            size += 1
        return list(flow.trails())

    def members(self, trail: Trail) -> tuple[str, ...]:
        """Return what may be cut on a path."""
        return trail.transfers if self.of_transfers else trail.parties[1:-1]

    def cuts(self, trails: Sequence[Trail]) -> Iterator[tuple[str, ...]]:
        """Yield each smallest set once, given as many disjoint paths as there are.

        A smallest set has just one member on each of the disjoint paths. A member of a path belongs to one where,
        without it and the members taken before, the paths that follow are as many as there can be.
        """
        flow = _Flow(self, trails)
        untried: list[Iterator[str]] = []
        taken: list[str] = []
        while True:
            if len(taken) == len(untried):
                flow.push(trails[len(taken)], back=True)
                untried.append(iter(self.members(trails[len(taken)])))
            member = next((one for one in untried[-1] if flow.is_full_without(one)), None)
            if member is None:
                untried.pop()
                flow.push(trails[len(untried)])
                if not untried:
                    return
                flow.resize(taken.pop(), 1)
                continue
            flow.resize(member, -1)
            taken.append(member)
            if len(taken) == len(trails):
                yield tuple(sorted(taken))
                flow.resize(taken.pop(), 1)


class _Flow:
    """A flow of unit paths; `_left[a][b]` is how many more may go from node a to node b.

    Every party is two nodes, 0 where it receives and 1 where it gives, so that it can be cut between them.
    """

    def __init__(self, problem: _Problem, trails: Iterable[Trail] = ()) -> None:
        self._problem = problem
        self._left: dict[_Node, dict[_Node, int]] = {_SOURCE: {}, _SINK: {}}
        self._arcs: dict[str, tuple[_Node, _Node]] = {}
        starts, ends = frozenset(problem.starts), frozenset(problem.ends)
        for party, onward in problem.hops.onward.items():
            self._left[party, 0], self._left[party, 1] = {}, {}
            if party in starts:
                self._left[_SOURCE][party, 1] = _UNBOUNDED
            elif party in ends:
                self._left[party, 0][_SINK] = _UNBOUNDED
            else:
                self._left[party, 0][party, 1] = _UNBOUNDED if problem.of_transfers else 1
                if not problem.of_transfers:
                    self._arcs[party] = (party, 0), (party, 1)
            for other, hop in () if party in ends else onward.items():
                if other not in starts:
                    self._left[party, 1][other, 0] = len(hop) if problem.of_transfers else _UNBOUNDED
                    if problem.of_transfers:
                        self._arcs.update((one.id, ((party, 1), (other, 0))) for one in hop)
        for trail in trails:
            self.push(trail)

    def augment(self) -> bool:
        """Add one path; False where no more can be added."""
        path = self._way()
        self._add(path)
        return bool(path)

    def is_full_without(self, member: str) -> bool:
        """Say whether no path can be added when a member is taken away."""
        self.resize(member, -1)
        full = not self._way()
        self.resize(member, 1)
        return full

    def resize(self, member: str, change: int) -> None:
        """Make less or more room where a party or transfer is."""
        node, other = self._arcs[member]
        self._left[node][other] += change

    def push(self, trail: Trail, *, back: bool = False) -> None:
        """Add a known path, or take it back."""
        inner = [node for party in trail.parties for node in ((party, 0), (party, 1))]
        path = [_SOURCE, *inner[1:-1], _SINK]
        self._add(path[::-1] if back else path)

    def _way(self) -> list[_Node]:
        before: dict[_Node, _Node] = {_SOURCE: _SOURCE}
        waiting = [_SOURCE]
        for node in waiting:
            for other, left in self._left[node].items():
                if left and other not in before:
                    before[other] = node
                    waiting.append(other)
            if _SINK in before:
                break
        else:
            return []
        path = [_SINK]
        while path[-1] != _SOURCE:
            path.append(before[path[-1]])
        return path[::-1]

    def _add(self, path: Sequence[_Node]) -> None:
        for node, other in pairwise(path):
            self._left[node][other] -= 1
            self._left[other][node] = self._left[other].get(node, 0) + 1

    def trails(self) -> Iterator[Trail]:
        """Yield the paths that the flow is made of, without loops."""
        onward = self._problem.hops.onward
        flow = {
            party: {other: self._left[other, 0].get((party, 1), 0) for other in sorted(ends)}
            for party, ends in onward.items()
        }
        unused = {(party, other): list(hop) for party, ends in onward.items() for other, hop in ends.items()}
        for start in self._problem.starts:
            while start in flow and any(flow[start].values()):
                path = self._walk(flow, start)
                if self._problem.of_transfers:
                    yield Trail(path, tuple(unused[hop].pop(0).id for hop in pairwise(path)))
                else:
                    yield Trail(path, tuple(one.id for one in self._problem.hops.best_supported(path)))

    def _walk(self, flow: dict[str, dict[str, int]], start: str) -> tuple[str, ...]:
        path = [start]
        while path[-1] not in self._problem.ends:
            party = next(other for other, units in flow[path[-1]].items() if units)
            flow[path[-1]][party] -= 1
            if party in path:
                del path[path.index(party) :]
            path.append(party)
        return tuple(path)
