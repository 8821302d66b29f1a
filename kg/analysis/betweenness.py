"""Betweenness: how many shortest paths pass a party, between two sets of parties or between all; exact or sampled.

Parties are numbers here, and a network is the numbers of giver and receiver of each hop. Source of method: Brandes, A
Faster Algorithm for Betweenness Centrality, Journal of Mathematical Sociology 25 (2001); the sampling is that of
Brandes and Pich, Centrality Estimation in Large Networks, International Journal of Bifurcation and Chaos 17 (2007).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray

MOST_WALKED = 200_000_000  # hops walked in sweeps from single parties: some ten seconds
MOST_WALKED_AT_ONCE = 2_000_000_000  # the same where all parties are swept by compiled code: some half a minute
SEED = 2001

_Numbers = NDArray[np.int64]
_Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Passed:
    """For each party the mean share of the shortest paths of a pair that pass it; parties at their ends do not count.

    `sampled` of `sides` starts (or ends, if these are fewer) were swept, `sampled` is None where all were.
    """

    shares: Sequence[float]
    sides: int
    sampled: int | None


def between_sets(
    size: int, hops: Sequence[tuple[int, int]], starts: Sequence[int], ends: Sequence[int], *, most: int | None = None
) -> Passed:
    """Return the mean over the pairs of start and end that have a path; starts and ends are disjoint.

    Where sweeps from each start, or end, would walk more than `MOST_WALKED` hops, or are more than `most`, the mean is
    that over the pairs of so many of them, drawn with a fixed seed.
    """
    arrows = np.array(hops, dtype=np.int64).reshape(-1, 2)
    if len(ends) < len(starts):
        arrows, starts, ends = arrows[:, ::-1], ends, starts
    chosen = _drawn(starts, len(hops), most)
    shares, pairs = _swept(_Network(size, arrows), chosen, ends)
    return Passed(_listed(shares / max(pairs, 1)), len(starts), len(chosen) if len(chosen) < len(starts) else None)


def between_all(size: int, hops: Sequence[tuple[int, int]], *, most: int | None = None) -> Passed:
    """Return the mean over all ordered pairs of other parties, where a pair without a path counts as 0.

    Where sweeps from every party would walk more than `MOST_WALKED_AT_ONCE` hops, or `most` is less than all, it is
    estimated from some starts, drawn with a fixed seed.
    """
    others = max((size - 1) * (size - 2), 1)
    if size * len(hops) <= MOST_WALKED_AT_ONCE and (most is None or most >= size):
        graph: rx.PyDiGraph[int | None, None] = rx.PyDiGraph()
        graph.add_nodes_from(range(size))
        graph.extend_from_edge_list(list(hops))
        found = rx.digraph_betweenness_centrality(graph, normalized=False)
        return Passed([found[party] / others for party in range(size)], size, None)
    chosen = _drawn(range(size), len(hops), most)
    shares, _ = _swept(_Network(size, np.array(hops, dtype=np.int64).reshape(-1, 2)), chosen, range(size))
    return Passed(_listed(shares * (size / max(len(chosen), 1) / others)), size, len(chosen))


def _listed(values: _Values) -> list[float]:
    return [float(value) for value in values]


def _drawn(parties: Sequence[int], hops: int, most: int | None) -> Sequence[int]:
    number = min(len(parties), max(1, MOST_WALKED // max(hops, 1)), len(parties) if most is None else max(1, most))
    return parties if number == len(parties) else sorted(random.Random(SEED).sample(parties, number))


class _Network:
    """The hops by giver: those of party p are `receivers[first[p] : first[p] + number[p]]`."""

    def __init__(self, size: int, arrows: _Numbers) -> None:
        self.size = size
        self.receivers = arrows[np.argsort(arrows[:, 0], kind="stable"), 1]
        self.number = np.bincount(arrows[:, 0], minlength=size)
        self.first = np.cumsum(self.number) - self.number

    def hops_of(self, parties: _Numbers) -> tuple[_Numbers, _Numbers]:
        """Return givers and receivers of all hops from some parties."""
        number = self.number[parties]
        givers = np.repeat(parties, number)
        nth = np.arange(len(givers)) - np.repeat(np.cumsum(number) - number, number)
        return givers, self.receivers[self.first[givers] + nth]


def _swept(network: _Network, starts: Sequence[int], ends: Sequence[int]) -> tuple[_Values, int]:
    """Return the sum over pairs of the share of shortest paths that pass each party, and the number of pairs.

    A start that is an end counts as a pair with itself.
    """
    total, pairs = np.zeros(network.size), 0
    is_end = np.zeros(network.size)
    is_end[list(ends)] = 1.0
    for start in starts:
        ways, levels = _outward(network, start)
        shares = np.zeros(network.size)
        for givers, takers in reversed(levels):
            np.add.at(shares, givers, ways[givers] * ((is_end[takers] + shares[takers]) / ways[takers]))
        shares[start] = 0.0
        total += shares
        pairs += int(np.count_nonzero(is_end[ways > 0]))
    return total, pairs


def _outward(network: _Network, start: int) -> tuple[_Values, list[tuple[_Numbers, _Numbers]]]:
    """Return the number of shortest paths from a start to each party, and the hops they go by, nearest first."""
    ways, level = np.zeros(network.size), np.full(network.size, -1)
    place = np.empty(network.size, dtype=np.int64)
    ways[start], level[start] = 1.0, 0
    front, levels = np.array([start]), list[tuple[_Numbers, _Numbers]]()
    while len(front):
        givers, takers = network.hops_of(front)
        fresh = takers[level[takers] < 0]
        level[fresh] = len(levels) + 1
        onward = level[takers] == len(levels) + 1
        levels.append((givers[onward], takers[onward]))
        np.add.at(ways, takers[onward], ways[givers[onward]])
        nth = np.arange(len(fresh))
        place[fresh] = nth
        front = fresh[place[fresh] == nth]  # each party once, without sorting
    return ways, levels
