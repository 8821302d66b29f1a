"""Hops: what is removed is gone, what is passed over is as if it were, and ways are found from both sides."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kg.analysis.chokepoints import must_pass
from kg.analysis.reach import Between, Hops, connection, joined
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
    assert bool(way) == bool(hops.joining(["p0", "unknown"], ["p1", "p2"]))
    assert not hops.joining(["p0"], ["p1", "p2"], blocked=lambda start, end: start == "p0")
    if way:
        assert (way[0], way[-1] in ("p1", "p2")) == ("p0", True)
        assert all(end in hops.onward[start] for start, end in pairwise(way))


def test_self_loops_lead_nowhere_and_transfers_come_in_order():
    hops = Hops.of(graph(transfer("t2", "a", "b"), transfer("t1", "a", "b"), transfer("t3", "a", "a")))
    assert plainly(hops) == {("a", "b"): ["t1", "t2"]}
    assert hops.losing(()) is None


def walked(hops, starts, ends, length):
    """The parties on the ways of so many hops, repeated parties not minded, by trying all."""
    found, ways = set(), [(start,) for start in starts]
    for _ in range(length):
        ways = [(*way, end) for way in ways for end in hops.onward[way[-1]]]
        found |= {party for way in ways if way[-1] in ends for party in way}
    return found


@given(seed=st.integers(0, 2**32), max_hops=st.integers(0, 5), both=st.booleans())
@many(100)
def test_what_lies_within_some_hops_is_found_from_both_sides(seed, max_hops, both):
    hops = Hops.of(project(random_records(seed, density=0.3), Projection()))
    starts, ends = (("p0", "p1"), ("p2",)) if both else (("p0",), ("p1", "p2"))
    between = Between(
        starts,
        ends,
        lambda parties: {party: hops.onward[party] for party in parties},
        lambda parties: {party: hops.back[party] for party in parties},
    )
    near = between.within(max_hops)
    assert near == walked(hops, starts, ends, max_hops)
    if between.complete(max_hops):
        assert near == walked(hops, starts, ends, max_hops + 3)
        assert between.number == len(near)
    assert between.within(max_hops + 3) == walked(hops, starts, ends, max_hops + 3)


@given(seed=st.integers(0, 2**32), starts=st.sampled_from([None, ("p0",), ("p0", "p2")]))
@many(200)
def test_whether_any_path_leads_is_what_chokepoints_say(seed, starts):
    projected = project(random_records(seed, density=0.4), Projection(types=("SUPPLIED",)))
    answer, known = connection(projected, starts, ["p1"]), must_pass(projected, starts, ["p1"])
    for name in ("starts", "ends", "starts_given", "projection", "connected"):
        assert getattr(answer, name) == getattr(known, name)
