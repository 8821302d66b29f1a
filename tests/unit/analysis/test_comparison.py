"""What two end users, or two periods of one, share: sets of each side, taken by themselves."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis import chokepoints
from kg.analysis.comparison import compare
from kg.errors import UnknownNameError, UsageError
from kg.network import Projection, project
from kg.records import Party

from .graphs import graph, many, random_records, records, transfer


@given(seed=st.integers(0, 2**32))
@many(100)
def test_each_side_has_what_it_has_alone(seed):
    projected = project(random_records(seed, density=0.4), Projection())
    answer = compare((projected, projected), ("p0", "p1"))
    for side, end in (("first", "p0"), ("second", "p1")):
        passed = chokepoints.must_pass(projected, None, [end])
        wanted = {("first holder", id_) for id_ in passed.starts}
        wanted |= {("holder before", start) for start in projected.predecessors(end) if start != end}
        wanted |= {("chokepoint party", one.id) for one in passed.parties}
        wanted |= {("chokepoint transfer", one.id) for one in passed.transfers}
        places = chokepoints.territories(projected, None, [end]).territories
        wanted |= {("chokepoint territory", one.territories[0]) for one in places}
        assert {(one.kind, one.id) for one in answer.compared if one.shared in ("both", side)} == wanted
    json.dumps([dataclasses.asdict(answer), answer.rows()])


def test_two_end_users_share_suppliers_and_chokepoints():
    projected = graph(
        transfer("t1", "s", "m"),
        transfer("t2", "m", "x"),
        transfer("t3", "m", "y"),
        transfer("t4", "r", "y"),
        parties=[Party("m", "Distributor", "Broker", territories=("country:x",))],
    )
    answer = compare((projected, projected), ("x", "y"))
    rows = [(row["kind"], row["id"], row["shared"], row["first_hops"], row["second_hops"]) for row in answer.rows()]
    assert rows == [
        ("first holder", "s", "both", 2, 2),
        ("first holder", "r", "second", None, 1),
        ("holder before", "m", "both", 1, 1),
        ("holder before", "r", "second", None, 1),
        ("chokepoint party", "m", "first", 1, None),
        ("chokepoint transfer", "t2", "first", 1, None),
        ("chokepoint transfer", "t1", "first", 2, None),
        ("chokepoint territory", "country:x", "first", None, None),
    ]
    hanging = {row["id"]: (row["first_hangs_on"], row["first_scope"]) for row in answer.rows()}
    assert hanging["m"] == (["origin:a"], "every path") and hanging["s"] == (None, None)
    assert hanging["country:x"][1] == "every path"
    assert answer.in_both is None


def test_two_periods_count_what_dates_allow_in_both():
    known = records(
        transfer("early", "a", "end", earliest="2011-01-01", latest="2012-12-31"),
        transfer("late", "b", "end", earliest="2016-01-01", latest="2016-12-31"),
        transfer("undated", "c", "end"),
        transfer("elsewhere", "c", "d"),
    )
    periods = project(known, Projection(until="2014")), project(known, Projection(since="2015"))
    answer = compare(periods, ("end", "end"))
    suppliers = {row["id"]: row["shared"] for row in answer.rows() if row["kind"] == "first holder"}
    assert suppliers == {"a": "first", "b": "second", "c": "both"}
    assert answer.in_both == 1
    assert (answer.first.projection["until"], answer.second.projection["since"]) == ("2014", "2015")


def test_a_side_without_transfers_is_said_and_wrong_calls_refused():
    projected = graph(transfer("t1", "a", "b"), parties=[Party("z", "Group", "Z")], avoid=("z",))
    answer = compare((projected, projected), ("a", "b"))
    assert (answer.first.connected, answer.second.connected) == (False, True)
    with pytest.raises(UsageError):
        compare((projected, projected), ("b", "b"))
    with pytest.raises(UsageError):
        compare((projected, projected), ("b", "z"))
    with pytest.raises(UnknownNameError):
        compare((projected, projected), ("b", "nobody"))
