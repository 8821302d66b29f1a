import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis import chokepoints, cuts, paths, robustness, strict, tracing, views
from kg.errors import UnknownNameError, UsageError
from kg.network import (
    CERTAINTIES,
    Projection,
    broader_items,
    grade_rank,
    matching_items,
    passes_certainty,
    passes_grade,
    project,
    territories_of,
    walkable,
)
from kg.records import TRANSFER_TYPES, Item, Party, Records, Relation
from tests.unit.analysis.graphs import many, random_records

GRADES = [letter + number for letter in "ABCDEF" for number in "123456"]
ITEMS = {
    "weapon": Item("weapon", "weapon"),
    "rifle": Item("rifle", "rifle", kind_of=("weapon",)),
    "ak": Item("ak", "AK", kind_of=("rifle", "gone")),
    "egg": Item("egg", "egg", kind_of=("hen",)),
    "hen": Item("hen", "hen", kind_of=("egg",)),
}


def records(*relations, others=()):
    ids = sorted({*others, *(id_ for one in relations for id_ in (one.start, one.end))})
    return Records({id_: Party(id_, "Group", id_) for id_ in ids}, ITEMS, relations)


def edges(projected):
    return {key for _, _, key in projected.edges(keys=True)}


BASE = Relation(
    "t1",
    "SUPPLIED",
    "a",
    "b",
    items=("ak",),
    earliest="2014-01-01",
    latest="2014-12-31",
    certainty="reported",
    grade="C3",
    origin_ids=("o1", "o2"),
)


@pytest.mark.parametrize(
    ("conditions", "kept"),
    [
        ({}, True),
        ({"types": ("SUPPLIED",)}, True),
        ({"types": ("DIVERTED", "CAPTURED")}, False),
        ({"since": "2014-12-31"}, True),
        ({"since": "2015"}, False),
        ({"until": "2014"}, True),
        ({"until": "2013-12"}, False),
        ({"since": "2014-05-01", "until": "2014-05-02"}, True),
        ({"items": ("weapon",)}, True),
        ({"items": ("ak",)}, True),
        ({"items": ("hen",)}, False),
        ({"items": ("hen", "rifle")}, True),
        ({"min_certainty": "reported"}, True),
        ({"min_certainty": "stated"}, False),
        ({"min_grade": "C3"}, True),
        ({"min_grade": "B3"}, False),
        ({"min_grade": "C2"}, False),
        ({"min_grade": "E5"}, True),
        ({"min_origins": 2}, True),
        ({"min_origins": 3}, False),
        ({"avoid": ("a",)}, False),
        ({"avoid": ("c",)}, True),
    ],
)
def test_a_transfer_is_kept_where_it_meets_the_condition(conditions, kept):
    assert edges(project(records(BASE, others="c"), Projection(**conditions))) == ({"t1"} if kept else set())


@pytest.mark.parametrize("conditions", [{"since": "2999"}, {"until": "1066"}, {"since": "2015", "until": "2016"}])
def test_a_transfer_without_dates_may_lie_in_any_window(conditions):
    undated = dataclasses.replace(BASE, earliest=None, latest=None)
    assert edges(project(records(undated), Projection(**conditions))) == {"t1"}


def test_a_transfer_without_items_matches_no_item():
    assert edges(project(records(dataclasses.replace(BASE, items=())), Projection(items=("weapon",)))) == set()


@pytest.mark.parametrize("type_", ["MANUFACTURED", "HELD", "PART_OF", "LOCATED_IN", "KIND_OF"])
def test_only_transfers_are_edges(type_):
    assert edges(project(records(dataclasses.replace(BASE, type=type_)), Projection())) == set()


def test_the_graph_carries_parties_transfers_projection_and_records():
    known, projection = (
        records(BASE, dataclasses.replace(BASE, id="t2"), dataclasses.replace(BASE, id="t3", end="a"), others="c"),
        Projection(avoid=("c",)),
    )
    projected = project(known, projection)
    assert (projected.graph["projection"], projected.graph["records"]) == (projection, known)
    assert projected.nodes["a"]["party"] == known.parties["a"]
    assert sorted(projected.edges(keys=True)) == [("a", "a", "t3"), ("a", "b", "t1"), ("a", "b", "t2")]
    assert projected.edges["a", "b", "t1"]["transfer"] is BASE


def test_every_party_is_a_node_but_the_avoided():
    assert set(project(records(BASE), Projection(avoid=("b",)))) == {"a"}


def test_describe_has_the_same_keys_whatever_is_asked():
    asked = Projection(("SUPPLIED",), "2014", "2015-06", ("weapon",), "stated", "C3", 2, ("c",))
    assert asked.describe() == {
        "types": ["SUPPLIED"],
        "since": "2014",
        "until": "2015-06",
        "items": ["weapon"],
        "min_certainty": "stated",
        "min_grade": "C3",
        "min_origins": 2,
        "avoid": ["c"],
    }
    nothing = Projection().describe()
    assert list(nothing) == list(asked.describe())
    assert nothing.pop("types") == list(TRANSFER_TYPES) and set(nothing.values()) == {None}


@pytest.mark.parametrize(
    "conditions",
    [
        {"types": ()},
        {"types": ("PART_OF",)},
        {"since": "yesterday"},
        {"until": "2014-13"},
        {"since": "2015", "until": "2014"},
        {"min_certainty": "sure"},
        {"min_grade": "F6"},
        {"min_grade": "C6"},
        {"min_grade": "c3"},
        {"min_grade": "C"},
        {"min_origins": -1},
        {"min_origins": "2"},
        {"min_origins": 1.5},
        {"min_grade": 3},
        {"min_certainty": ("stated",)},
        {"since": 2014},
        {"until": 2014},
        {"types": "SUPPLIED"},
        {"items": "weapon"},
        {"items": None},
        {"avoid": "c"},
        {"avoid": (1,)},
    ],
)
def test_wrong_conditions_are_refused_in_one_sentence(conditions):
    with pytest.raises(UsageError) as refused:
        Projection(**conditions)
    assert str(refused.value).endswith(".") and ". " not in str(refused.value)


def test_what_is_asked_twice_is_asked_once_in_the_order_given():
    asked = Projection(items=["rifle", "ak", "rifle"], avoid=["b", "a", "b"], types=("SUPPLIED", "SUPPLIED"))
    assert (asked.items, asked.avoid, asked.types) == (("rifle", "ak"), ("b", "a"), ("SUPPLIED",))
    assert hash(asked) == hash(Projection(items=("rifle", "ak"), avoid=("b", "a"), types=("SUPPLIED",)))
    assert Projection(avoid={"b", "a"}).avoid == ("a", "b")


@pytest.mark.parametrize("conditions", [{"items": ("weapons",)}, {"items": ("gone",)}, {"avoid": ("Iraqi military",)}])
def test_a_condition_on_what_the_records_do_not_have_is_refused_unless_they_are_a_part(conditions):
    with pytest.raises(UnknownNameError, match=r"is the id of no (item|party) of this graph"):
        project(records(BASE), Projection(**conditions))
    assert set(project(records(BASE), Projection(**conditions), part=True)) == {"a", "b"}


@given(st.sampled_from(GRADES), st.sampled_from([grade for grade in GRADES if "F" not in grade and "6" not in grade]))
def test_a_grade_passes_a_floor_where_letter_and_number_do(grade, floor):
    better = "ABCDE".find(grade[0]) in range("ABCDE".index(floor[0]) + 1) and grade[1] in "12345"[: int(floor[1])]
    assert passes_grade(grade, floor) == better


def test_grades_are_ranked_letter_first():
    assert [grade_rank(grade) for grade in GRADES] == list(range(36))
    for wrong in ("", "A", "G1", "A7", "A11"):
        with pytest.raises(ValueError, match=r".+"):
            grade_rank(wrong)


def test_certainties_are_ordered():
    passing = {floor: [one for one in CERTAINTIES if passes_certainty(one, floor)] for floor in CERTAINTIES}
    assert passing["alleged"] == ["stated", "reported", "alleged"]
    assert passing["stated"] == ["stated"] and passing["denied"] == list(CERTAINTIES)


def test_items_are_widened_through_cycles_and_missing_items():
    assert broader_items(ITEMS)["ak"] == {"ak", "rifle", "weapon", "gone"}
    assert broader_items(ITEMS)["egg"] == {"egg", "hen"} == broader_items(ITEMS)["hen"]
    assert matching_items(ITEMS, ["weapon"]) == {"weapon", "rifle", "ak"}
    assert matching_items(ITEMS, ["unheard of"]) == {"unheard of"}
    assert matching_items(ITEMS, []) is None


def test_a_country_that_is_named_is_its_own_territory():
    assert territories_of(Party("x", "Country", "X")) == ("x",)
    assert territories_of(Party("x", "Country", "X", territories=("y", "x"))) == ("x", "y")
    assert territories_of(Party("x", "Country", "X", collective=True)) == ()
    assert territories_of(Party("x", "Country", "A state of the region", placeholder=True)) == ()
    assert territories_of(Party("x", "Group", "X", territories=("y",))) == ("y",)


def edges_and_back(network):
    successors = [(start, end, list(hop.items())) for start, ends in network.adjacency() for end, hop in ends.items()]
    sources = {(start, end) for end in network for start in network.predecessors(end)}
    return network.graph, dict(network.nodes), successors, sources


ANALYSES = [
    lambda network, start, end: paths.find(network, [start], [end]),
    lambda network, start, end: chokepoints.must_pass(network, None, [end]),
    lambda network, start, end: chokepoints.territories(network, [start], [end]),
    lambda network, start, end: strict.strict_must_pass(network, [start], [end], strict_time=True),
    lambda network, start, end: cuts.minimum_cut(network, [start], [end], of="transfers"),
    lambda network, start, end: robustness.leave_out(network, None, [end]),
    lambda network, start, end: views.secondary(network, [start], [end], "bridges"),
    lambda network, start, end: tracing.reach(network, start),
]


@many(60)
@given(st.integers(), st.sampled_from(["", "p1", "p2"]))
def test_what_analyses_walk_is_the_networkx_graph_and_gives_the_same_answers(seed, avoided):
    known = random_records(seed)
    asked = Projection(avoid=(avoided,) if avoided else (), min_grade="D4")
    walked, graph = walkable(known, asked), project(known, asked)
    assert edges_and_back(walked) == edges_and_back(graph)
    assert len(walked) == len(graph) and list(walked) == list(graph) and ("p1" in walked) == ("p1" in graph)
    start, end = [party for party in known.parties if party.startswith("p") and party != avoided][:2]
    for analysis in ANALYSES:
        assert analysis(walked, start, end) == analysis(graph, start, end)


def test_only_part_of_a_graph_may_lack_what_is_asked_for():
    asked = Projection(items=("unheard of",))
    with pytest.raises(UnknownNameError, match="unheard of"):
        walkable(records(BASE), asked)
    assert not walkable(records(BASE), asked, part=True).succ["a"]
