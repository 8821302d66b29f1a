"""Hops: what is removed is gone, what is passed over is as if it were, and ways are found from both sides."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kg.analysis.reach import Hops, joined
from kg.network import Projection, project

from .graphs import graph, many, random_records, transfer


def plainly(hops):
    return {
        (start, end): [one.id for one in hops.transfers(start, end)]
        for start in hops.onward
        for end in hops.onward[start]
    }


@given(seed=st.integers(0, 2**32), gone=st.sampled_from(["p1", "p2", "p9"]))
@many(200)
def test_without_and_passing_over_agree(seed, gone):
    records = random_records(seed, most_parties=7)
    lost = {one.id for one in records.relations[::3] if one.is_transfer}
    hops = Hops.of(project(records, Projection()))
    left = hops.without([gone], lost)
    assert plainly(left) == {
        hop: kept
        for hop, ids in plainly(hops).items()
        if gone not in hop and (kept := [id_ for id_ in ids if id_ not in lost])
    }
    assert sorted(one.id for one in left.all_transfers()) == sorted(
        id_ for ids in plainly(left).values() for id_ in ids
    )
    assert left.reached(["p0"]) == hops.reached(["p0"], gone=[gone], blocked=hops.losing(lost))
    assert {(start, end) for end, starts in left.back.items() for start in starts} == set(plainly(left))


@given(seed=st.integers(0, 2**32))
@many(200)
def test_a_way_from_both_sides_is_there_where_there_is_a_path(seed):
    hops = Hops.of(project(random_records(seed, most_parties=8, density=0.3), Projection()))
    way = joined(["p0"], ["p1", "p2"], hops.onward.__getitem__, hops.back.__getitem__)
    assert bool(way) == (hops.shortest(["p0"], ["p1", "p2"]) is not None)
    assert bool(way) == hops.leads(["p0", "unknown"], ["p1", "p2"], lambda start, end: False)
    assert not hops.leads(["p0"], ["p1", "p2"], lambda start, end: start == "p0")
    if way:
        assert (way[0], way[-1] in ("p1", "p2")) == ("p0", True)
        assert all(end in hops.onward[start] for start, end in pairwise(way))


def test_self_loops_lead_nowhere_and_transfers_come_in_order():
    hops = Hops.of(graph(transfer("t2", "a", "b"), transfer("t1", "a", "b"), transfer("t3", "a", "a")))
    assert plainly(hops) == {("a", "b"): ["t1", "t2"]}
    assert hops.losing(()) is None
