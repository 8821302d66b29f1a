"""Measure the analyses beside igraph and networkx, and how they grow: `python -m benchmarks.analysis [PART]`.

PART is "beside" (20,000 parties and 60,000 transfers, each analysis in turn with a library that answers part of the
same question) or "growth" (1,000 to 1,000,000 transfers, each size a process of its own, so that its peak memory is
its own); without it, both. What the libraries are given is built beforehand and not counted; ours starts from the
projected graph and ends with verdicts, certificates and support. Betweenness of all pairs runs on all cores, which
igraph's does not: RAYON_NUM_THREADS=1 compares them on one.
"""

from __future__ import annotations

import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from itertools import islice, pairwise
from typing import Any

import igraph
import networkx as nx

from kg.analysis import chokepoints, explain, paths
from kg.analysis.certificate import check
from kg.analysis.robustness import leave_out
from kg.network import Projection, project
from kg.records import TRANSFER_TYPES, Item, Party, Records, Relation

PARTIES, TRANSFERS, SIDE, RUNS = 20_000, 60_000, 10, 3
SIZES, TRANSFERS_OF_A_PARTY = (1_000, 10_000, 100_000, 1_000_000), 3
EXACT_UP_TO, SAMPLED = 10_000, 50
LONGEST = 120  # seconds that one size may take
BROKERS = tuple(f"distributor:broker-{number}" for number in range(4))
END_USER = "group:end-user"
ITEMS = {
    "item:weapon": Item("item:weapon", "weapon"),
    "item:rifle": Item("item:rifle", "rifle", kind_of=("item:weapon",)),
}


def records(parties: int, transfers: int, seed: int = 1) -> Records:
    """Return a random network, and an end user whom a chain of brokers parts from it."""
    rng = random.Random(seed)
    ids = [f"group:g{number}" for number in range(parties)]
    known = {id_: Party(id_, "Group", id_, territories=(f"country:c{rng.randrange(150)}",)) for id_ in ids}
    known |= {id_: Party(id_, "Distributor", id_) for id_ in BROKERS}
    known[END_USER] = Party(END_USER, "Group", END_USER)
    hops = [rng.sample(ids, 2) for _ in range(transfers)]
    hops += [[giver, BROKERS[0]] for giver in rng.sample(ids, SIDE)]
    hops += [list(hop) for hop in pairwise((*BROKERS, END_USER))]
    return Records(known, ITEMS, tuple(_transfer(rng, number, *hop) for number, hop in enumerate(hops)))


def _transfer(rng: random.Random, number: int, start: str, end: str) -> Relation:
    year = rng.randint(2000, 2018)
    return Relation(
        f"transfer:{number}",
        rng.choice(TRANSFER_TYPES),
        start,
        end,
        items=(rng.choice(tuple(ITEMS)),),
        earliest=f"{year}-01-01",
        latest=f"{year + 1}-12-31",
        grade=rng.choice(("A1", "B2", "C3")),
        origin_ids=(f"origin:{rng.randrange(50)}",),
        organisation_ids=("organisation:one",),
        findings=(f"finding:{number}",),
    )


class Case:
    """A projected network with suppliers and end users, and the same for igraph, where parties are numbers."""

    def __init__(self, known: Records) -> None:
        self.graph = graph = project(known, Projection())
        giving = [one for one in graph if graph.out_degree(one) >= TRANSFERS_OF_A_PARTY]
        self.starts = tuple(giving[:SIDE])
        taking = (one for one in graph if graph.in_degree(one) >= TRANSFERS_OF_A_PARTY and one not in self.starts)
        self.ends = tuple(islice((one for one in reversed(list(taking)) if one not in BROKERS), SIDE))
        self.number = {party: place for place, party in enumerate(graph)}
        self.hops = sorted({(self.number[start], self.number[end]) for start, end in graph.edges()})
        self.plain = igraph.Graph(len(graph), self.hops, directed=True)

    def numbers(self, parties: Collection[str]) -> list[int]:
        """Return the numbers of some parties."""
        return [self.number[party] for party in parties]

    def parted(self) -> tuple[igraph.Graph, int, int, list[int]]:
        """Return each party as two vertices between which one path has room, with a source, a target and all rooms."""
        size, many = len(self.graph), len(self.hops)
        starts, ends = self.numbers(self.starts), self.numbers(self.ends)
        edges = [(2 * party, 2 * party + 1) for party in range(size)]
        room = [many if party in (*starts, *ends) else 1 for party in range(size)]
        edges += [(2 * start + 1, 2 * end) for start, end in self.hops]
        edges += [(2 * size, 2 * start) for start in starts] + [(2 * end + 1, 2 * size + 1) for end in ends]
        room += [many] * (len(edges) - size)
        return igraph.Graph(2 * size + 2, edges, directed=True), 2 * size, 2 * size + 1, room


def seconds(run: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def beside(name: str, ours: Callable[[], object], other: Callable[[], object], what: str, runs: int = RUNS) -> None:
    """Print medians of a call and of that of a library, run in turn, and the median of their ratios."""
    times = [(seconds(ours), seconds(other)) for _ in range(runs)]
    first, second = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(one / two for one, two in times)
    print(f"{name:<40} {first:8.3f} s   {what:<38} {second:8.3f} s   ratio {ratio:7.2f}", flush=True)


def measure_beside() -> None:
    """Print each analysis beside igraph or networkx."""
    known = records(PARTIES, TRANSFERS)
    case = Case(known)
    print(f"{PARTIES} parties, {TRANSFERS} transfers; {SIDE} suppliers to {SIDE} end users where not said otherwise")
    _paths_beside(known, case)
    _must_pass_beside(case)
    _cuts_beside(case)
    _without_another(known, case)
    _betweenness_beside(case)


def _without_another(known: Records, case: Case) -> None:
    """Print what no library has: why there is no path, and which chokepoints hang on which origins."""
    strict = Projection(types=("SUPPLIED",), since="2017", min_grade="A1", items=("item:rifle",))
    taken = seconds(lambda: explain.no_path(known, strict, case.starts[:1], [END_USER]))
    print(f"{'why there is no path':<40} {taken:8.3f} s")
    for of in ("parties", "territories"):
        start = time.perf_counter()
        answer = leave_out(case.graph, case.starts, [END_USER], of=of)
        taken = time.perf_counter() - start
        print(f"{f'robustness of {of}, {answer.tried} cases':<40} {taken:8.3f} s", flush=True)


def _paths_beside(known: Records, case: Case) -> None:
    graph, starts, ends = case.graph, case.starts, case.ends
    first, last = case.number[starts[0]], case.number[END_USER]
    simple = nx.DiGraph(graph)
    beside("projection", lambda: project(known, Projection()), lambda: nx.MultiDiGraph(graph), "networkx, copy")
    beside(
        "ten best paths",
        lambda: paths.find(graph, starts, ends, k=10),
        lambda: list(islice(nx.shortest_simple_paths(simple, starts[0], END_USER), 10)),
        "networkx, ten simple paths, one to one",
    )
    beside(
        "ten best paths, projection included",
        lambda: paths.find(project(known, Projection()), starts, ends, k=10),
        lambda: case.plain.get_k_shortest_paths(first, last, k=10),
        "igraph, ten shortest, one to one",
    )


def _must_pass_beside(case: Case) -> None:
    graph, starts = case.graph, case.starts
    simple = nx.DiGraph(graph)
    simple.add_edges_from(("source", start) for start in starts)
    assert {one.id for one in chokepoints.must_pass(graph, starts, [END_USER]).parties} == set(BROKERS)
    beside(
        "must-pass",
        lambda: chokepoints.must_pass(graph, starts, case.ends),
        lambda: nx.immediate_dominators(simple, "source"),
        "networkx, dominators",
    )
    beside(
        "must-pass, behind a chain of brokers",
        lambda: chokepoints.must_pass(graph, starts, [END_USER]),
        lambda: case.plain.dominator(case.number[starts[0]]),
        "igraph, dominators",
    )


def _cuts_beside(case: Case) -> None:
    graph, starts, ends = case.graph, case.starts, case.ends
    network, source, target, room = case.parted()
    answer = chokepoints.minimum_cut(graph, starts, ends)
    assert answer.size == network.maxflow_value(source, target, room)
    assert all(check(graph, one.certificate) for one in answer.cuts)
    beside(
        f"smallest cut, {answer.size} parties, {len(answer.cuts)} of its sets",
        lambda: chokepoints.minimum_cut(graph, starts, ends),
        lambda: network.mincut(source, target, room),
        "igraph, one set",
    )
    many = chokepoints.minimum_cut(graph, starts, [END_USER])
    beside(
        f"smallest cut, {many.size} party, {len(many.cuts)} of its sets",
        lambda: chokepoints.minimum_cut(graph, starts, [END_USER]),
        lambda: case.plain.mincut(case.number[starts[0]], case.number[END_USER]),
        "igraph, one set of hops, one to one",
    )


def _betweenness_beside(case: Case) -> None:
    graph, ends = case.graph, case.numbers(case.ends)
    givers = case.numbers(chokepoints.must_pass(graph, None, case.ends).starts)
    beside(
        "betweenness, exact, suppliers to ends",
        lambda: chokepoints.secondary(graph, None, case.ends, "betweenness"),
        lambda: case.plain.betweenness(sources=givers, targets=ends),
        "igraph, the same",
    )
    threads = os.environ.get("RAYON_NUM_THREADS") or str(os.cpu_count())
    beside(
        f"betweenness, all pairs, on {threads} threads",
        lambda: chokepoints.secondary(graph, None, None, "betweenness"),
        case.plain.betweenness,
        "igraph, the same, on its one thread",
    )


def measure_growth() -> None:
    """Print a row for each size; one that takes too long is ended and said so."""
    heads = ("transfers", "projection", "ten paths", "must-pass", "cut", "betweenness", "peak memory")
    print("  ".join(f"{head:>12}" for head in heads), flush=True)
    for size in SIZES:
        command = [sys.executable, "-m", "benchmarks.analysis", str(size)]
        try:
            subprocess.run(command, check=True, timeout=LONGEST)
        except subprocess.TimeoutExpired:
            print(f"{size:>12}  not done within {LONGEST} s")


def measure_size(transfers: int) -> None:
    """Print the seconds of each analysis on one size, and the peak memory of the process, which is this size's own."""
    known = records(transfers // TRANSFERS_OF_A_PARTY, transfers)
    first = seconds(lambda: project(known, Projection()))
    case = Case(known)
    graph, starts, ends = case.graph, case.starts, case.ends
    most = None if transfers <= EXACT_UP_TO else SAMPLED
    calls: list[Callable[[], Any]] = [
        lambda: paths.find(graph, starts, ends, k=10),
        lambda: chokepoints.must_pass(graph, starts, [END_USER]),
        lambda: chokepoints.minimum_cut(graph, starts, ends),
        lambda: chokepoints.secondary(graph, None, None, "betweenness", most_sampled=most),
    ]
    cells = [f"{taken:.3f} s" for taken in (first, *map(seconds, calls))]
    cells[-1] += "" if most is None else f" ({most})"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("  ".join(f"{cell:>12}" for cell in (str(transfers), *cells, f"{peak:.0f} MB")), flush=True)


def main(part: str | None) -> None:
    """Run one part, both, or one size of the growth, given as its number of transfers."""
    if part is not None and part.isdecimal():
        measure_size(int(part))
        return
    if part in (None, "beside"):
        measure_beside()
    if part in (None, "growth"):
        print(f"growth; betweenness of all pairs, from {SAMPLED} parties above {EXACT_UP_TO} transfers")
        measure_growth()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
