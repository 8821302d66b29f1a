import dataclasses
import json
import random
from collections import Counter
from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis.certificate import check
from kg.analysis.chokepoints import minimum_cut, must_pass
from kg.errors import UsageError
from kg.network import Projection, project

from .graphs import graph, many, random_records, transfer


def leads(transfers, starts, ends, removed):
    reached: set[str] = set()
    wider = set(starts)
    while wider - reached:
        reached |= wider
        wider = {one.end for one in transfers if one.start in reached and not {one.id, one.end} & set(removed)}
    return not reached.isdisjoint(ends)


def smallest_sets(candidates, separates):
    for size in range(len(candidates) + 1):
        found = {members for members in combinations(sorted(candidates), size) if separates(members)}
        if found:
            return found
    return None


@given(seed=st.integers(0, 2**32), several=st.booleans())
@many(200)
def test_the_smallest_sets_of_parties_are_those_of_brute_force(seed, several):
    records = random_records(seed, most_parties=7)
    starts, ends = (("p0", "p1"), ("p2",)) if several else (("p0",), ("p1", "p2"))
    projected = project(records, Projection())
    transfers = [one for one in records.relations if one.is_transfer]
    inner = [party for party in records.parties if party not in {*starts, *ends}]
    answer = minimum_cut(projected, starts, ends, limit=1000)
    wanted = smallest_sets(inner, lambda members: not leads(transfers, starts, ends, members))
    if wanted is None:
        assert (answer.size, answer.connected, bool(answer.direct)) == (None, True, True)
        assert check(projected, answer.uncut)
    elif wanted == {()}:
        assert (answer.size, answer.connected, answer.cuts) == (0, False, ())
    else:
        found = [one.members for one in answer.cuts]
        assert len(set(found)) == len(found) and set(found) == wanted
    assert all(check(projected, one.certificate) for one in answer.cuts)
    json.dumps([dataclasses.asdict(answer), answer.rows()])


@given(seed=st.integers(0, 2**32))
@many(200)
def test_the_smallest_sets_of_transfers_are_those_of_brute_force(seed):
    records = random_records(seed, most_parties=5, density=0.4)
    projected = project(records, Projection())
    transfers = [one for one in records.relations if one.is_transfer and one.start != one.end][:11]
    records = dataclasses.replace(records, relations=tuple(transfers))
    projected = project(records, Projection())
    answer = minimum_cut(projected, ["p0"], ["p1", "p2"], of="transfers", limit=1000)
    wanted = smallest_sets(
        [one.id for one in transfers], lambda members: not leads(transfers, ["p0"], ["p1", "p2"], members)
    )
    assert {one.members for one in answer.cuts} == wanted - {()}
    assert all(check(projected, one.certificate) for one in answer.cuts)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("of", ["parties", "transfers"])
def test_the_size_in_larger_networks_is_that_of_a_maximum_flow(seed, of):
    rng = random.Random(seed)
    parties = [f"p{number:02}" for number in range(60)]
    starts, ends = parties[:3], parties[-3:]
    drawn = [tuple(rng.sample(parties, 2)) for _ in range(220)]
    pairs = [(start, end) for start, end in drawn if start not in starts or end not in ends]
    projected = graph(*(transfer(f"t{number:03}", start, end) for number, (start, end) in enumerate(pairs)))
    room = nx.DiGraph()
    for party in parties:
        room.add_edge(
            (party, "in"), (party, "out"), capacity=1 if of == "parties" and party not in starts + ends else 999
        )
    for (start, end), number in Counter(pairs).items():
        room.add_edge((start, "out"), (end, "in"), capacity=number if of == "transfers" else 999)
    room.add_edges_from([("source", (start, "in")) for start in starts] + [((end, "out"), "sink") for end in ends])
    answer = minimum_cut(projected, starts, ends, of=of, limit=50)
    assert answer.size == nx.maximum_flow_value(room, "source", "sink")
    assert all(check(projected, one.certificate) for one in answer.cuts)
    assert len({one.members for one in answer.cuts}) == len(answer.cuts) > 0


def test_an_edge_back_from_the_end_changes_nothing():
    relations = [transfer("t1", "s", "a"), transfer("t2", "a", "t"), transfer("t3", "s", "b"), transfer("t4", "b", "t")]
    with_back = graph(*relations, transfer("t5", "t", "s"), transfer("t6", "t", "a"))
    assert [one.members for one in minimum_cut(with_back, ["s"], ["t"]).cuts] == [("a", "b")]


def test_a_direct_transfer_means_that_no_parties_cut_but_transfers_do():
    projected = graph(transfer("t1", "a", "c"), transfer("t2", "a", "b"), transfer("t3", "b", "c"))
    answer = minimum_cut(projected, ["a"], ["c"])
    assert (answer.size, answer.direct, answer.rows()) == (None, ("t1",), [])
    assert minimum_cut(projected, ["a"], ["c"], of="transfers").size == 2


def test_further_sets_are_said_and_wrong_calls_refused():
    chain = graph(*(transfer(f"t{number}", f"p{number}", f"p{number + 1}") for number in range(5)))
    answer = minimum_cut(chain, None, ["p5"], limit=2)
    assert ([one.members for one in answer.cuts], answer.cut) == (
        [("p1",), ("p2",)],
        ("There are more sets of this size: 2 are given.",),
    )
    assert [one.names for one in minimum_cut(chain, None, ["p5"], of="transfers", limit=1).cuts] == [("P0 → P1",)]
    for wrong in ({"of": "edges"}, {"limit": 0}):
        with pytest.raises(UsageError):
            minimum_cut(chain, ["p0"], ["p5"], **wrong)


def test_alternatives_among_disjoint_paths_are_named_since_they_may_be_one():
    either = {"alternative_of": "seized or leaked"}
    projected = graph(
        transfer("t1", "a", "c", **either),
        transfer("t2", "a", "c", "DIVERTED", **either),
        transfer("t3", "a", "c", alternative_of="other"),
    )
    answer = minimum_cut(projected, ["a"], ["c"], of="transfers")
    assert answer.rows()[0]["alternatives"] == ["t1", "t2", "t3"]
    (said,) = answer.caveats
    assert "alternatives t1, t2 a source leaves open" in said
    assert said in must_pass(projected, ["a"], ["c"]).notes
    chain = graph(transfer("t1", "a", "b", **either), transfer("t2", "b", "c", **either))
    answer = must_pass(chain, ["a"], ["c"])
    assert [row["alternative_of"] for row in answer.rows()] == [None, "seized or leaked", "seized or leaked"]
    assert minimum_cut(chain, ["a"], ["c"], of="transfers").caveats == ()
