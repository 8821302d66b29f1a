"""Secondary views: those of networkx, of the whole network as well, and honest about being estimated."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis.chokepoints import secondary
from kg.errors import UsageError
from kg.network import Projection, project

from .graphs import graph, many, random_records, transfer


def plain(projected):
    simple = nx.DiGraph(projected)
    simple.remove_edges_from(list(nx.selfloop_edges(simple)))
    return simple


@given(seed=st.integers(0, 2**32))
@many(100)
def test_views_of_the_whole_network_are_those_of_networkx(seed):
    projected = project(random_records(seed, most_parties=8, density=0.4), Projection())
    simple = plain(projected)
    bridges = {tuple(sorted(hop)) for hop in nx.bridges(simple.to_undirected())}
    assert {one.parties for one in secondary(projected, None, None, "bridges", limit=99).entries} == bridges
    points = {(party,) for party in nx.articulation_points(simple.to_undirected())}
    assert {one.parties for one in secondary(projected, None, None, "articulation", limit=99).entries} == points
    wanted = {(party,): value for party, value in nx.betweenness_centrality(simple).items() if value}
    found = secondary(projected, None, None, "betweenness", limit=99)
    assert {one.parties: one.value for one in found.entries} == pytest.approx(wanted)
    assert "Exact" in found.note and found.sampled is None


@given(seed=st.integers(0, 2**32))
@many(100)
def test_betweenness_between_starts_and_ends_is_that_of_networkx(seed):
    projected = project(random_records(seed, most_parties=7), Projection())
    starts, ends = ["p0"], ["p1", "p2"]
    simple = plain(projected)
    pairs = sum(nx.has_path(simple, start, end) for start in starts for end in ends)
    passed = nx.betweenness_centrality_subset(simple, starts, ends, normalized=False)
    wanted = {(party,): value / pairs for party, value in passed.items() if value and party not in {*starts, *ends}}
    found = secondary(projected, starts, ends, "betweenness", limit=99)
    assert {one.parties: one.value for one in found.entries} == pytest.approx(wanted)


def test_a_deep_network_is_no_trouble():
    long = graph(*(transfer(f"t{number}", f"p{number:05}", f"p{number + 1:05}") for number in range(3000)))
    reduction = secondary(long, ["p00000"], ["p03000"], "reduction", limit=9999)
    assert [one.value for one in reduction.entries] == [1.0] * 2999
    assert len(secondary(long, ["p00000"], ["p03000"], "bridges", limit=9999).entries) == 3000


def test_an_estimate_is_said():
    star = graph(*(transfer(f"{side}{number}", *pair) for number in range(6) for side, pair in
                   (("in", (f"s{number}", "m")), ("out", ("m", f"e{number}")))))  # fmt: skip
    answer = secondary(star, [f"s{number}" for number in range(6)], [f"e{number}" for number in range(6)],
                       "betweenness", most_sampled=2)  # fmt: skip
    assert (answer.sampled, [one.value for one in answer.entries]) == (2, [1.0])
    assert "Exact" not in answer.note and answer.cut == (
        "Estimated from 2 of 6 parties, drawn with a fixed seed, not exact.",
    )


@pytest.mark.parametrize(
    ("starts", "ends", "view", "more"),
    [
        (["a"], None, "bridges", {}),
        (None, None, "reduction", {}),
        (None, ["b"], "bridges", {"limit": 0}),
        (None, ["b"], "betweenness", {"most_sampled": 0}),
    ],
)
def test_wrong_calls_are_refused(starts, ends, view, more):
    with pytest.raises(UsageError):
        secondary(graph(transfer("t1", "a", "b")), starts, ends, view, **more)
