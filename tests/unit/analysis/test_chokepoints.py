import dataclasses
import json
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis import chokepoints
from kg.analysis.certificate import check
from kg.errors import UsageError
from kg.network import Projection, project

from .graphs import graph, many, random_records, transfer


def leads(transfers, starts, ends, without_party=None, without_transfer=None):
    """Say whether an end is reached, by widening the set of parties until it stays."""
    reached: set[str] = set()
    wider = set(starts) - {without_party}
    while wider - reached:
        reached |= wider
        wider = {
            one.end
            for one in transfers
            if one.start in reached and one.end != without_party and one.id != without_transfer
        }
    return not reached.isdisjoint(ends)


@given(seed=st.integers(0, 2**32), several=st.booleans())
@many(1000)
def test_must_pass_is_what_leaves_no_path_when_removed(seed, several):
    records = random_records(seed, most_parties=7)
    starts, ends = (("p0", "p3"), ("p1", "p2")) if several and "p3" in records.parties else (("p0",), ("p1",))
    answer = chokepoints.must_pass(project(records, Projection()), starts, ends)
    transfers = [one for one in records.relations if one.is_transfer]
    assert answer.connected == leads(transfers, starts, ends)
    inner = set(records.parties) - {*starts, *ends} if answer.connected else set()
    assert {one.id for one in answer.parties} == {
        party for party in inner if not leads(transfers, starts, ends, without_party=party)
    }
    assert {one.id for one in answer.transfers} == {
        one.id for one in transfers if answer.connected and not leads(transfers, starts, ends, without_transfer=one.id)
    }


@given(seed=st.integers(0, 2**32))
@many(300)
def test_every_answer_comes_with_certificates_that_hold(seed):
    projected = project(random_records(seed, most_parties=8), Projection())
    answer = chokepoints.must_pass(projected, ["p0"], ["p1", "p2"])
    certificates = [one.certificate for one in (*answer.parties, *answer.transfers)]
    certificates += [one for one in (answer.no_party, answer.no_transfer) if one]
    assert bool(certificates) == answer.connected
    assert all(check(projected, one) for one in certificates)
    json.dumps([dataclasses.asdict(answer), answer.rows()])


@given(seed=st.integers(0, 2**32))
@many(200)
def test_it_hangs_on_the_origins_without_which_nothing_leads_to_the_end(seed):
    records = random_records(seed)
    answer = chokepoints.must_pass(project(records, Projection()), ["p0"], ["p1"])
    transfers = [one for one in records.relations if one.is_transfer]
    lone = tuple(
        origin
        for origin in ("o1", "o2", "o3", "o4")
        if not leads([one for one in transfers if set(one.origin_ids) != {origin}], ["p0"], ["p1"])
    )
    assert all(one.hangs_on == lone for one in (*answer.parties, *answer.transfers))


def test_it_hangs_on_every_origin_where_more_are_asked_for_than_would_be_left():
    relations = (transfer("t1", "a", "b", origin_ids=("o1", "o2")), transfer("t2", "b", "c", origin_ids=("o1", "o2")))
    (loose,) = chokepoints.must_pass(graph(*relations), ["a"], ["c"]).parties
    (strict,) = chokepoints.must_pass(graph(*relations, min_origins=2), ["a"], ["c"]).parties
    assert (loose.hangs_on, strict.hangs_on) == ((), ("o1", "o2"))


def test_that_there_is_no_chokepoint_is_said_with_the_paths_that_show_it():
    two = [transfer("t1", "a", "b"), transfer("t2", "b", "d"), transfer("t3", "a", "c"), transfer("t4", "c", "d")]
    assert chokepoints.must_pass(graph(*two), ["a"], ["d"]).notes[:2] == (
        "No single party is on every path: two share none, A → B → D (t1, t2) and A → C → D (t3, t4).",
        "No single transfer is on every path: two share none, A → B → D (t1, t2) and A → C → D (t3, t4).",
    )
    direct = chokepoints.must_pass(graph(transfer("t1", "a", "d")), ["a"], ["d"])
    assert direct.notes[0] == "No single party is on every path: one leads straight there, A → D (t1)."
    assert len(direct.notes) == 1 + len(direct.caveats)


def test_suppliers_left_out_are_the_parties_that_only_give():
    projected = graph(
        transfer("t1", "a", "b"),
        transfer("t2", "d", "b"),
        transfer("t3", "b", "c"),
        transfer("t4", "e", "f"),
        transfer("t5", "c", "g"),
        transfer("t6", "d", "d"),
    )
    answer = chokepoints.must_pass(projected, None, ["c"])
    assert (answer.starts, answer.starts_given) == (("a", "d"), False)
    assert [(one.id, one.hop, one.pairs_lost) for one in answer.parties] == [("b", 1, 1.0)]
    assert [one.id for one in answer.transfers] == ["t3"]
    assert answer.parties[0].certificate.reached == ("a", "d")


def test_without_suppliers_or_path_nothing_is_connected():
    ring = graph(transfer("t1", "a", "b"), transfer("t2", "b", "a"), transfer("t3", "b", "c"))
    assert chokepoints.must_pass(ring, None, ["c"]).starts == ()
    answer = chokepoints.must_pass(ring, ["c"], ["a"])
    assert (answer.connected, answer.rows(), answer.no_party) == (False, [], None)
    with pytest.raises(UsageError):
        chokepoints.must_pass(ring, [], ["c"])


def test_starts_and_ends_are_no_chokepoints_of_sets():
    projected = graph(transfer("t1", "a", "b"), transfer("t2", "b", "c"), transfer("t3", "c", "d"))
    answer = chokepoints.must_pass(projected, ["a", "b"], ["c", "d"])
    assert answer.parties == ()
    assert [one.id for one in answer.transfers] == ["t2"]


def test_parallel_transfers_are_no_chokepoint_each():
    projected = graph(transfer("t1", "a", "b"), transfer("t2", "a", "b"), transfer("t3", "b", "c"))
    answer = chokepoints.must_pass(projected, ["a"], ["c"])
    assert [one["id"] for one in answer.rows()] == ["b", "t3"]


@pytest.mark.parametrize("view", ["reduction", "betweenness", "bridges", "articulation"])
def test_secondary_views_say_what_they_are(view):
    projected = graph(transfer("t1", "a", "b"), transfer("t2", "b", "c"))
    answer = chokepoints.secondary(projected, None, ["c"], view)
    assert answer.note.endswith(".") and {row["view"] for row in answer.rows()} == {view}
    assert [entry.parties for entry in answer.entries] == ([("a", "b"), ("b", "c")] if view == "bridges" else [("b",)])
    assert chokepoints.secondary(projected, ["c"], ["a"], view).entries == ()


@given(seed=st.integers(0, 2**32))
@many(100)
def test_reduction_is_the_share_of_pairs_that_lose_every_path(seed):
    records = random_records(seed, most_parties=7)
    starts, ends = ["p0"], ["p1", "p2"]
    transfers = [one for one in records.relations if one.is_transfer]
    pairs = [(start, end) for start in starts for end in ends if leads(transfers, [start], [end])]
    answer = chokepoints.secondary(project(records, Projection()), starts, ends, "reduction")
    shares = {
        party: sum(not leads(transfers, [a], [b], without_party=party) for a, b in pairs) / len(pairs)
        for party in set(records.parties) - {*starts, *ends}
        if pairs
    }
    assert {entry.parties[0]: entry.value for entry in answer.entries} == {
        party: share for party, share in shares.items() if share
    }


def test_secondary_views_are_cut_and_refused_as_stated():
    projected = graph(*(transfer(f"{a}{b}", a, b) for a, b in permutations("abcdef", 2) if b != "a" and a != "c"))
    assert chokepoints.secondary(projected, ["a"], ["c"], "betweenness", limit=2).cut == ()
    chain = graph(*(transfer(f"t{number}", f"p{number}", f"p{number + 1}") for number in range(5)))
    answer = chokepoints.secondary(chain, ["p0"], ["p5"], "betweenness", limit=2)
    assert (len(answer.entries), answer.cut) == (2, ("There are 4 in all: 2 are given.",))
    with pytest.raises(UsageError):
        chokepoints.secondary(chain, ["p0"], ["p5"], "centrality")
