"""Betweenness as networkx computes it, between sets and between all, and what sampling says of itself."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis import betweenness

from .graphs import many


def network(seed, size, share):
    return nx.gnp_random_graph(size, share, seed=seed, directed=True)


@given(seed=st.integers(0, 2**32 - 1), size=st.integers(4, 12), share=st.floats(0.05, 0.6), starts=st.integers(1, 3))
@many(200)
def test_between_sets_is_the_mean_over_pairs_with_a_path(seed, size, share, starts):
    plain = network(seed, size, share)
    first, last = list(range(starts)), list(range(starts, size, 2))
    for one, other in ((first, last), (last, first)):
        pairs = sum(nx.has_path(plain, start, end) for start in one for end in other)
        wanted = nx.betweenness_centrality_subset(plain, one, other, normalized=False)
        passed = betweenness.between_sets(size, list(plain.edges), one, other)
        assert passed.shares == pytest.approx([wanted[party] / max(pairs, 1) for party in range(size)])
        assert passed.sampled is None


@given(seed=st.integers(0, 2**32 - 1), size=st.integers(3, 12), share=st.floats(0.05, 0.6))
@many(200)
def test_between_all_is_normalised_over_other_parties(seed, size, share):
    plain = network(seed, size, share)
    wanted = nx.betweenness_centrality(plain, normalized=True)
    passed = betweenness.between_all(size, list(plain.edges))
    assert passed.shares == pytest.approx([wanted[party] for party in range(size)])
    assert passed.sampled is None


def test_sampling_is_said_repeatable_and_near():
    plain = network(1, 200, 0.02)
    hops = list(plain.edges)
    exact = betweenness.between_all(200, hops)
    sampled = betweenness.between_all(200, hops, most=100)
    assert (sampled.sampled, sampled.sides) == (100, 200)
    assert sampled == betweenness.between_all(200, hops, most=100)
    assert sum(sampled.shares) == pytest.approx(sum(exact.shares), rel=0.1)
    best = max(range(200), key=exact.shares.__getitem__)
    assert sampled.shares[best] == pytest.approx(exact.shares[best], rel=0.3)


def test_too_large_a_network_is_sampled_unasked(monkeypatch):
    monkeypatch.setattr(betweenness, "MOST_WALKED", 100)
    monkeypatch.setattr(betweenness, "MOST_WALKED_AT_ONCE", 100)
    plain = network(2, 50, 0.2)
    hops = list(plain.edges)
    assert betweenness.between_all(50, hops).sampled == max(1, 100 // len(hops))
    passed = betweenness.between_sets(50, hops, range(20), range(20, 50))
    assert (passed.sampled, passed.sides) == (max(1, 100 // len(hops)), 20)


def test_nothing_between_nothing():
    assert list(betweenness.between_sets(0, [], [], []).shares) == []
    assert list(betweenness.between_all(2, [(0, 1)]).shares) == [0.0, 0.0]
