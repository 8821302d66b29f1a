"""Disjoint paths: ways back are the ways on reversed, and a bad first path is taken back where more can be had."""

import random
from collections import Counter
from itertools import islice, pairwise

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis.certificate import Trail
from kg.analysis.flow import PartyFlow, TransferFlow
from kg.analysis.reach import Hops, simple_paths
from kg.network import Projection, project

from .graphs import graph, many, random_records, transfer

STARTS, ENDS = ("p0",), ("p1", "p2")


def begun(seed, kind):
    """A flow that begins with a long path where there is one, and the number of paths there can be."""
    projected = project(random_records(seed, most_parties=9, density=0.35), Projection())
    for start in STARTS:
        projected.remove_edges_from(
            [(start, end) for end in list(projected[start]) if end in ENDS for _ in projected[start][end]]
        )
    hops = Hops.of(projected)
    flow = kind(hops, STARTS, ENDS)
    known = [path for path in islice(simple_paths(hops, STARTS, ENDS), 200) if path]
    ways = [path for path in known if not {*path[1:-1]} & {*STARTS, *ENDS}]
    if ways:
        longest = max(ways, key=len)
        flow.add([longest[0], *longest[1:]])
    return projected, flow, most(projected, kind)


def most(projected, kind):
    room = nx.DiGraph([("source", (start, "out"), {}) for start in STARTS])
    for party in set(projected) - {*STARTS, *ENDS}:
        room.add_edge((party, "in"), (party, "out"), **({"capacity": 1} if kind is PartyFlow else {}))
    for (start, end), number in Counter(projected.edges()).items():
        if start != end and start not in ENDS and end not in STARTS:
            room.add_edge((start, "out"), (end, "in"), **({"capacity": number} if kind is TransferFlow else {}))
    room.add_nodes_from((end, "in") for end in ENDS)
    room.add_edges_from(((end, "in"), "sink") for end in ENDS)
    return nx.maximum_flow_value(room, "source", "sink")


@pytest.mark.parametrize("kind", [PartyFlow, TransferFlow])
@given(seed=st.integers(0, 2**32))
@many(150)
def test_from_any_first_path_as_many_are_reached_as_there_can_be(kind, seed):
    projected, flow, number = begun(seed, kind)
    trails = flow.fill()
    assert len(trails) == number
    parts = [part for one in trails for part in (one.parties[1:-1] if kind is PartyFlow else one.transfers)]
    assert len(set(parts)) == len(parts)
    for one in trails:
        assert one.parties[0] in STARTS and one.parties[-1] in ENDS and len(set(one.parties)) == len(one.parties)
        assert all(projected.has_edge(*hop, id_) for hop, id_ in zip(pairwise(one.parties), one.transfers, strict=True))


@pytest.mark.parametrize("kind", [PartyFlow, TransferFlow])
@given(seed=st.integers(0, 2**32))
@many(150)
def test_before_is_after_reversed(kind, seed):
    projected, flow, _ = begun(seed, kind)
    used = {party for one in flow.trails() for party in one.parties[1:-1]} if kind is PartyFlow else set()
    nodes = [*projected, *((party,) for party in used)]
    onward = {(one, other) for one in nodes if one not in ENDS for other in flow.after(one) if other not in STARTS}
    back = {(one, other) for other in nodes if other not in STARTS for one in flow.before(other) if one not in ENDS}
    assert onward == back


def test_a_party_between_two_that_must_be_passed_is_in_no_set_where_another_goes_round_it():
    hops = Hops.of(graph(*(transfer(pair, *pair) for pair in ("su", "uv", "uz", "vw", "zw", "wt"))))
    flow = PartyFlow(hops, ("s",), ("t",))
    assert len(flow.fill()) == 1
    assert set(flow.smallest_sets()) == {("u",), ("w",)}


def test_paths_of_a_flow_are_without_its_loops():
    relations = (
        transfer("ab", "a", "b"),
        transfer("bl", "b", "a2"),
        transfer("lb", "a2", "b"),
        transfer("bc", "b", "c"),
    )
    flow = TransferFlow(Hops.of(graph(*relations)), ("a",), ("c",))
    flow.add(("a", "b", "a2", "b", "c"))
    assert list(flow.trails()) == [Trail(("a", "b", "c"), ("ab", "bc"))]


def test_no_more_paths_are_added_than_asked_for():
    rng = random.Random(1)
    pairs = [(start, end) for start, end in (rng.sample(range(12), 2) for _ in range(60)) if {start, end} != {0, 11}]
    hops = Hops.of(graph(*(transfer(f"t{number}", f"p{a:02}", f"p{b:02}") for number, (a, b) in enumerate(pairs))))
    assert len(PartyFlow(hops, ("p00",), ("p11",)).fill(2)) == 2
