"""Whom a supplier's items got to: the parties of brute force, each with the path that `paths.find` gives."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis import paths
from kg.analysis.tracing import reach
from kg.errors import UnknownNameError, UsageError
from kg.network import Projection, project
from kg.records import Party

from .graphs import graph, many, random_records, transfer


@given(seed=st.integers(0, 2**32), strict_time=st.booleans(), strict_custody=st.booleans(), max_hops=st.integers(1, 6))
@many(300)
def test_each_party_is_reached_by_its_own_best_path(seed, strict_time, strict_custody, max_hops):
    projected = project(random_records(seed, most_parties=6), Projection())
    strict = {"strict_time": strict_time, "strict_custody": strict_custody}
    answer = reach(projected, "p0", max_hops=max_hops, **strict)
    wanted = {}
    for party in set(projected) - {"p0"}:
        for path in paths.find(projected, ["p0"], [party], k=1, max_hops=max_hops, **strict).paths:
            wanted[party] = path
    assert {one.party.id: one.path for one in answer.reached} == wanted
    assert [row["hop"] for row in answer.rows()] == sorted(len(path.hops) for path in wanted.values())
    json.dumps([dataclasses.asdict(answer), answer.rows()])


def test_rows_say_the_way_and_who_stands_before_the_point_of_diversion():
    projected = graph(
        transfer("t1", "a", "b"),
        transfer("t2", "b", "c", "DIVERTED"),
        transfer("t3", "c", "d"),
        transfer("t4", "x", "a"),
    )
    rows = reach(projected, "a").rows()
    assert [(row["hop"], row["party"], row["path"], row["lawful_as_far_as_known"]) for row in rows] == [
        (1, "b", ["a", "b"], True),
        (2, "c", ["a", "b", "c"], False),
        (3, "d", ["a", "b", "c", "d"], False),
    ]
    assert [row["point_of_diversion"] for row in rows] == [None, 2, 2]
    assert [row["path_notes"] for row in rows] == [[paths.ONE_TRANSFER], [], []]


def test_limits_are_said():
    chain = graph(*(transfer(f"t{number}", f"p{number}", f"p{number + 1}") for number in range(5)))
    short = reach(chain, "p0", max_hops=2)
    assert (len(short.reached), short.cut) == (2, ("Parties more than 2 hops away were not looked for.",))
    few = reach(chain, "p0", limit=3)
    assert (len(few.reached), few.cut) == (3, ("There are more parties: 3 are given.",))
    whole = reach(chain, "p0")
    assert (len(whole.reached), whole.cut) == (5, ())
    assert reach(chain, "p5").reached == ()


def test_a_search_that_is_ended_early_is_said(monkeypatch):
    monkeypatch.setattr(paths, "SEARCH_LIMIT", 1)
    answer = reach(graph(transfer("t1", "a", "b")), "a")
    assert (answer.reached, len(answer.cut)) == ((), 1)


def test_wrong_calls_are_refused():
    projected = graph(transfer("t1", "a", "b"), parties=[Party("c", "Group", "C")], avoid=("c",))
    for wrong in ({"max_hops": 0}, {"max_hops": 51}, {"limit": 0}):
        with pytest.raises(UsageError):
            reach(projected, "a", **wrong)
    with pytest.raises(UsageError):
        reach(projected, "c")
    with pytest.raises(UnknownNameError):
        reach(projected, "nobody")
