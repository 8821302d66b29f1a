import dataclasses
import json
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis.certificate import Trail, check
from kg.analysis.chokepoints import minimum_cut
from kg.analysis.flow import TransferFlow
from kg.analysis.reach import Hops
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


def test_an_edge_back_from_the_end_changes_nothing():
    relations = [transfer("t1", "s", "a"), transfer("t2", "a", "t"), transfer("t3", "s", "b"), transfer("t4", "b", "t")]
    with_back = graph(*relations, transfer("t5", "t", "s"), transfer("t6", "t", "a"))
    assert [one.members for one in minimum_cut(with_back, ["s"], ["t"]).cuts] == [("a", "b")]


def test_a_direct_transfer_means_that_no_parties_cut_but_transfers_do():
    projected = graph(transfer("t1", "a", "c"), transfer("t2", "a", "b"), transfer("t3", "b", "c"))
    answer = minimum_cut(projected, ["a"], ["c"])
    assert (answer.size, answer.direct, answer.rows()) == (None, ("t1",), [])
    assert minimum_cut(projected, ["a"], ["c"], of="transfers").size == 2


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
