import dataclasses
import json
import re
from itertools import chain, combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kg.analysis import explain, paths
from kg.analysis.explain import no_path
from kg.analysis.reach import joined
from kg.errors import UsageError
from kg.network import Projection, project, walkable
from kg.records import Party

from .graphs import many, random_records, records, transfer

EARLY, LATE = {"earliest": "2014-01-01", "latest": "2014-01-31"}, {"earliest": "2016-01-01", "latest": "2016-01-31"}
CHAIN = (
    transfer("t1", "a", "b", items=("item:ak",), origin_ids=("o1", "o2", "o3"), **EARLY),
    transfer("t2", "b", "c", items=("item:ak",), origin_ids=("o1", "o2", "o3"), **EARLY),
)
MET = {
    "types": ("SUPPLIED",), "since": "2014", "until": "2014", "items": ("item:rifle",), "min_certainty": "reported",
    "min_grade": "B2", "min_origins": 3, "avoid": ("z",),
}  # fmt: skip


def explained(relations, conditions, **options):
    answer = no_path(
        records(*relations, parties=[Party("z", "Group", "Z")]), Projection(**conditions), ["a"], ["c"], **options
    )
    json.dumps([dataclasses.asdict(answer), answer.rows()])
    return answer


def test_the_known_path_meets_all_conditions():
    projected = project(records(*CHAIN, parties=[Party("z", "Group", "Z")]), Projection(**MET))
    (path,) = paths.find(projected, ["a"], ["c"], max_hops=2, strict_time=True, strict_custody=True).paths
    assert path.parties == ("a", "b", "c")


@pytest.mark.parametrize(
    ("broken", "condition", "code", "relaxed_to"),
    [
        ({}, {"since": "2015", "until": "2016"}, "since", "2014-01-31"),
        ({}, {"since": "2012", "until": "2013"}, "until", "2014-01-01"),
        ({"grade": "D4"}, {}, "min_grade", "D4"),
        ({"grade": "B4"}, {}, "min_grade", "B4"),
        ({"grade": "F6"}, {}, "min_grade", None),
        ({"certainty": "alleged"}, {}, "min_certainty", "alleged"),
        ({"origin_ids": ("o1",)}, {}, "min_origins", 1),
        ({"type": "DIVERTED"}, {}, "types", None),
        ({"items": ("item:rocket",)}, {}, "items", None),
        ({}, {"avoid": ("b", "z")}, "avoid", None),
        ({}, {"max_hops": 1}, "max_hops", 2),
        ({"earliest": "2013-01-01", "latest": "2013-12-31"}, {"since": "2013"}, "strict_time", None),
        ({"items": ("item:rocket",)}, {"items": ("item:weapon",)}, "strict_custody", None),
    ],
)
def test_breaking_one_condition_of_a_known_path_names_exactly_that_one(broken, condition, code, relaxed_to):
    conditions = MET | condition
    options = {"max_hops": conditions.pop("max_hops", 2), "strict_time": True, "strict_custody": True}
    if code == "items":
        options["strict_custody"] = False
    answer = explained((CHAIN[0], dataclasses.replace(CHAIN[1], **broken)), conditions, **options)
    assert [(one.code, one.data["relaxed_to"]) for one in answer.reasons] == [(code, relaxed_to)]
    assert answer.reasons[0].path.parties == ("a", "b", "c")
    assert answer.reasons[0].sentence.endswith(".")


@given(seed=st.integers(0, 2**32), broken=st.integers(0, 6), strict=st.booleans())
@many(150)
def test_a_condition_is_named_where_and_only_where_dropping_it_gives_a_path(seed, broken, strict):
    known = random_records(seed, density=0.4)
    conditions = [
        {"since": "2020-01-03"}, {"until": "2020-01-03"}, {"min_grade": "B2"}, {"min_certainty": "stated"},
        {"min_origins": 2}, {"items": ("item:rifle",)}, {"avoid": ("p2",)},
    ]  # fmt: skip
    chosen = conditions[broken] | conditions[(broken + seed) % 7] | {"types": ("SUPPLIED",)}
    options = {"max_hops": 2, "strict_time": strict, "strict_custody": strict}

    def found(conditions, **changed):
        projected = project(known, Projection(**conditions))
        return paths.find(projected, ["p0"], ["p1"], k=1, **(options | changed)).paths

    if found(chosen):
        with pytest.raises(ValueError, match="there is a path"):
            no_path(known, Projection(**chosen), ["p0"], ["p1"], **options)
        return
    answer = no_path(known, Projection(**chosen), ["p0"], ["p1"], **options)
    wanted = {name for name in chosen if name != "types" and found({k: v for k, v in chosen.items() if k != name})}
    wanted |= {"types"} & {
        "types" for type_ in ("DIVERTED", "CAPTURED") if found(chosen | {"types": ("SUPPLIED", type_)})
    }
    wanted |= {"max_hops"} if found(chosen, max_hops=50) else set()
    wanted |= {name for name in ("strict_time", "strict_custody") if strict and found(chosen, **{name: False})}
    single = {one.code for one in answer.reasons}
    assert single == wanted or (not wanted and all(one.code not in {*chosen, *options} for one in answer.reasons))
    assert answer.reasons
    if answer.reasons[0].code == "several":
        assert found({}, max_hops=50, strict_time=False, strict_custody=False)
    elif not wanted:
        assert not found({}, max_hops=50, strict_time=False, strict_custody=False)


BREAKS = {
    "since": ({"since": "2030"}, {}), "until": ({"until": "2000"}, {}),
    "min_grade": ({"min_grade": "C3"}, {"grade": "D4"}),
    "min_certainty": ({"min_certainty": "reported"}, {"certainty": "alleged"}),
    "min_origins": ({"min_origins": 4}, {"origin_ids": ("o1", "o2", "o3")}),
    "types": ({"types": ("SUPPLIED", "DIVERTED")}, {"type": "CAPTURED"}),
    "items": ({"items": ("item:precursor",)}, {"items": ("item:ak",)}), "avoid": ({"avoid": ("p2",)}, {}),
}  # fmt: skip


@given(seed=st.integers(0, 2**32), code=st.sampled_from(sorted(BREAKS)), hop=st.integers(0, 1))
@many(300)
def test_one_broken_condition_of_a_known_path_is_the_one_named_in_every_generated_case(seed, code, hop):
    """The path p0, p2, p1 meets all conditions; one transfer of it is changed or one condition sharpened."""
    condition, change = BREAKS[code]
    met = {"grade": "B2", "certainty": "stated", "origin_ids": ("o1", "o2", "o3", "o4"), "items": ("item:precursor",)}
    dated = {"earliest": "2001-01-01", "latest": "2029-12-31"}
    chain = [transfer(f"k{place}", *ends, **met, **dated) for place, ends in enumerate((("p0", "p2"), ("p2", "p1")))]
    chain[hop] = dataclasses.replace(chain[hop], **change)
    # What else there is neither leaves the start nor reaches the end.
    others = [one for one in random_records(seed, most_parties=8).relations if one.is_transfer]
    around = [one for one in others if "p0" not in (one.start, one.end) and "p1" not in (one.start, one.end)]
    around = [dataclasses.replace(one, continues=()) for one in around]
    answer = no_path(records(*chain, *around), Projection(**condition), ["p0"], ["p1"])
    assert [one.code for one in answer.reasons] == [code]
    assert len(answer.reasons[0].path.parties) >= 3


def test_conditions_that_stand_in_the_way_together_are_named_together():
    relations = (CHAIN[0], dataclasses.replace(CHAIN[1], grade="E5", type="DIVERTED"))
    (reason,) = explained(relations, MET, max_hops=2).reasons
    assert reason.code == "several"
    assert [one["condition"] for one in reason.data["value"]] == ["min_grade", "types"]
    assert reason.row()["value"] == ["min_grade=B2", "types=DIVERTED"]
    assert reason.row()["relaxed_to"] == ["E5", None]
    assert "with --min-grade E5 instead of B2 and without leaving out DIVERTED there is" in reason.sentence


def test_conditions_that_stand_in_the_way_together_are_named_by_option_and_name():
    relations = (CHAIN[0], dataclasses.replace(CHAIN[1], grade="E5", items=("item:none",)))
    (reason,) = explained(relations, MET, max_hops=2).reasons
    assert reason.row()["value"] == ["min_grade=B2", "items=item:rifle"]
    assert re.search(r"with --min-grade E5 instead of B2 and without --item \S+ there is", reason.sentence)


def test_of_all_conditions_the_fewest_are_named_each_with_its_smallest_step():
    """A longer way breaks three conditions, the straight one two of the six that are asked for."""
    relations = (
        transfer("t1", "a", "z", grade="B4", origin_ids=("o1", "o2"), **EARLY),
        transfer("t2", "z", "c", grade="B4", origin_ids=("o1", "o2"), certainty="alleged", **EARLY),
        transfer("t3", "a", "c", grade="C5", origin_ids=("o1", "o2"), **LATE),
    )
    conditions = {"until": "2015", "min_grade": "B3", "min_certainty": "reported", "min_origins": 2, "avoid": ("z",)}
    (reason,) = explained(relations, conditions, max_hops=2, strict_time=True).reasons
    assert reason.row()["value"] == ["until=2015", "min_grade=B3"]
    assert reason.row()["relaxed_to"] == ["2016-01-01", "C5"]
    assert reason.sentence == (
        "No single condition stands in the way: with --until 2016-01-01 instead of 2015 and --min-grade C5 instead of "
        "B3 there is a path of 1 hop."
    )


ASKED = {
    "types": ("SUPPLIED",), "since": "2020-01-03", "until": "2020-01-03", "items": ("item:rifle",),
    "min_certainty": "stated", "min_grade": "B2", "min_origins": 2, "avoid": ("p2", "p3"),
}  # fmt: skip
LIMITS = {"max_hops": 2, "strict_time": True, "strict_custody": True}


def droppable(conditions):
    """Return the ways to drop a condition, in the stated order: each changes conditions and limits in place."""
    ways = [
        (name, lambda asked, _, name=name: asked.pop(name))
        for name in ("since", "until", "min_grade", "min_certainty", "min_origins")
    ]
    ways += [
        ("types", lambda asked, _, type_=type_: asked.update(types=(*asked["types"], type_)))
        for type_ in ("DIVERTED", "CAPTURED")
    ]
    ways.append(("items", lambda asked, _: asked.pop("items")))
    ways += [
        ("avoid", lambda asked, _, id_=id_: asked.update(avoid=tuple(one for one in asked["avoid"] if one != id_)))
        for id_ in conditions["avoid"]
    ]
    ways += [(name, lambda _, limits, name=name: limits.update({name: False})) for name in LIMITS if name != "max_hops"]
    return [*ways, ("max_hops", lambda _, limits: limits.update(max_hops=50))]


@given(seed=st.integers(0, 2**32))
@many(60)
def test_no_fewer_conditions_than_those_named_would_do_and_no_smaller_steps(seed):
    known = random_records(seed, most_parties=7, density=0.4)
    assume(known.parties.keys() >= {*ASKED["avoid"]})

    def found(asked, limits):
        return paths.find(project(known, Projection(**asked)), ["p0"], ["p1"], k=1, **limits).paths

    def without(chosen):
        asked, limits = dict(ASKED), dict(LIMITS)
        for _, drop in chosen:
            drop(asked, limits)
        return asked, limits

    if found(ASKED, LIMITS):
        return
    (reason, *_) = no_path(known, Projection(**ASKED), ["p0"], ["p1"], **LIMITS).reasons
    if reason.code != "several":
        return
    named = [one["condition"] for one in reason.data["value"]]
    if len(named) > 4:
        return  # more sets than brute force has time for
    sets = chain.from_iterable(combinations(droppable(ASKED), size) for size in range(1, 5))
    first = next(chosen for chosen in sets if found(*without(chosen)))
    assert named == [name for name, _ in first]
    asked, limits = without(first)
    stepped = {name: step for name, step in zip(named, reason.data["relaxed_to"], strict=True) if step is not None}
    taken = asked | {name: step for name, step in stepped.items() if name != "max_hops"}
    limits |= {name: step for name, step in stepped.items() if name == "max_hops"}
    assert found(taken, limits)
    for name, nearer in (("min_origins", 1), ("since", "2020-01-02"), ("until", "2020-01-04")):
        if name in stepped and stepped[name] != nearer:
            assert not found(taken | {name: nearer}, limits)


def test_where_the_search_for_the_fewest_is_ended_it_is_said_and_none_of_those_named_can_stay(monkeypatch):
    monkeypatch.setattr(explain, "MOST_TRIED", 0)
    relations = (
        transfer("t1", "a", "c", grade="C5", **EARLY),
        transfer("t2", "a", "z", certainty="alleged", **LATE),
        transfer("t3", "z", "c", **LATE),
    )
    conditions = {"since": "2015", "min_grade": "B3", "min_certainty": "reported", "avoid": ("z",)}
    answer = explained(relations, conditions, max_hops=1)
    assert [one["condition"] for one in answer.reasons[0].data["value"]] == ["min_certainty", "avoid", "max_hops"]
    assert answer.cut == (explain.NOT_FEWEST,)
    monkeypatch.undo()
    answer = explained(relations, conditions, max_hops=1)
    assert [one["condition"] for one in answer.reasons[0].data["value"]] == ["since", "min_grade"]
    assert answer.cut == ()


def test_a_floor_of_origins_is_lowered_only_to_counts_that_occur(monkeypatch):
    searches = []
    monkeypatch.setattr(explain, "joined", lambda *given: searches.append(1) or joined(*given))
    (reason,) = explained(CHAIN, {"min_origins": 3_000_000}).reasons
    assert (reason.code, reason.data["relaxed_to"]) == ("min_origins", 3)
    assert len(searches) < 10


def test_the_graph_is_projected_once_and_no_path_is_looked_for_where_nothing_leads_to_the_end(monkeypatch):
    projected, searched, whole = [], [], paths.fewest_hops
    monkeypatch.setattr(explain, "walkable", lambda *given: projected.append(1) or walkable(*given))
    monkeypatch.setattr(paths, "fewest_hops", lambda *given: searched.append(given[-1]) or whole(*given))
    relations = (CHAIN[0], dataclasses.replace(CHAIN[1], grade="E5", type="DIVERTED"))
    (reason,) = explained(relations, MET, max_hops=2, strict_time=True, strict_custody=True).reasons
    assert reason.code == "several" and len(projected) == 1
    assert set(searched) == {2} and len(searched) < 10


def test_a_search_that_is_ended_says_so_and_claims_nothing(monkeypatch):
    whole = paths.fewest_hops

    def ended(known, hops, starts, ends, chooser, max_hops):
        return (None, True) if chooser.strict_time else whole(known, hops, starts, ends, chooser, max_hops)

    monkeypatch.setattr(paths, "fewest_hops", ended)
    relations = (CHAIN[0], dataclasses.replace(CHAIN[1], grade="E5"))
    first, second = explained(relations, {}, strict_time=True).reasons
    assert first.code == explain.ENDED and first.sentence == (
        "The search was ended after 200000 steps before a path was found: there may be one."
    )
    assert (second.code, second.path.parties) == ("strict_time", ("a", "b", "c"))
    answer = explained(relations, {"min_grade": "B2"}, strict_time=True)
    (reason,) = answer.reasons
    assert reason.sentence.startswith("No single condition is known to stand in the way: with --min-grade E5")
    assert answer.cut == (
        "1 search with relaxed conditions was ended after 200000 steps: other or fewer conditions, or smaller steps, "
        "may give a path, too.",
    )


def test_where_the_search_for_the_best_is_ended_a_path_of_fewest_hops_is_given(monkeypatch):
    ended, whole = iter([(None, True)]), paths.fewest_hops
    monkeypatch.setattr(paths, "fewest_hops", lambda *given: next(ended, None) or whole(*given))
    round_ = (transfer("t3", "a", "z", **EARLY), transfer("t4", "z", "b", **EARLY))
    answer = explained((*CHAIN, *round_), {"min_origins": 4})
    (reason,) = answer.reasons
    assert (reason.code, reason.path.transfers, answer.cut) == ("min_origins", ("t1", "t2"), ())


def test_a_floor_of_origins_counts_for_manufacture_too():
    relations = (
        transfer("t1", "a", "b", items=("item:precursor",), origin_ids=("o1", "o2")),
        transfer("t2", "b", "c", items=("item:rocket",), origin_ids=("o1", "o2")),
        transfer("m1", "b", "item:rocket", "MANUFACTURED", items=(), inputs=("item:precursor",), origin_ids=("o1",)),
    )
    (reason,) = explained(relations, {"min_origins": 2}, strict_custody=True).reasons[:1]
    assert (reason.code, reason.data["relaxed_to"]) == ("min_origins", 1)


def codes(*relations, parties=(), starts=("a",), ends=("c",)):
    answer = no_path(records(*relations, parties=parties), Projection(), starts, ends)
    assert all(re.fullmatch(r"[^.]+(\.\d[^.]*)*\.", one.sentence) for one in answer.reasons)
    return {one.code: one for one in answer.reasons}


A, C = Party("a", "Country", "A"), Party("c", "Group", "C")


def test_origin_of_manufacture_is_no_transfer():
    made = dataclasses.replace(transfer("m1", "a", "item:ak", "MANUFACTURED"), items=(), held_by=("c",))
    held = dataclasses.replace(transfer("h1", "c", "item:ak", "HELD"), items=())
    found = codes(made, parties=(A, C))
    assert list(found) == ["made_only", "gives_nothing", "receives_nothing", "apart"]
    assert found["made_only"].data == {"parties": ["a"], "relations": ["m1"]}
    assert "same_item_held" not in codes(made, held, parties=(A, C))
    unsaid = dataclasses.replace(made, held_by=())
    assert codes(unsaid, held, parties=(A, C))["same_item_held"].data["relations"] == ["h1", "m1"]
    broader = dataclasses.replace(unsaid, end="item:rifle")
    assert "same_item_held" in codes(broader, held, parties=(A, C))
    narrower = dataclasses.replace(held, end="item:weapon")
    assert "same_item_held" not in codes(broader, narrower, parties=(A, C))


def test_a_state_does_not_lead_where_markets_on_its_soil_do():
    market = Party("market", "Distributor", "Market", territories=("a",))
    idle = Party("idle", "Distributor", "Idle", territories=("a",))
    found = codes(transfer("t1", "market", "c"), parties=(A, C, market, idle))
    assert found["territory_only"].data["parties"] == ["market"]
    assert (
        "Market" in found["territory_only"].sentence
        and "No transfer by A is stated" in found["territory_only"].sentence
    )


def test_parts_wholes_and_collectives_are_named_but_not_walked():
    army = Party("army", "Group", "Army", part_of=("a",))
    found = codes(transfer("t1", "army", "c"), parties=(A, C, army))
    assert found["part_leads"].data["parties"] == ["army"]
    found = codes(transfer("t1", "a", "c"), parties=(A, C, army), starts=["army"])
    assert found["whole_leads"].data["parties"] == ["a"]
    east = Party("east", "Country", "East", collective=True)
    member = dataclasses.replace(A, part_of=("east",))
    found = codes(transfer("t1", "east", "c"), parties=(member, C, east))
    assert found["collective_leads"].data["parties"] == ["east"]
    workshop = Party("shop", "Factory", "Workshop", part_of=("c",))
    found = codes(transfer("t1", "a", "shop"), parties=(A, C, workshop))
    assert found["part_reached"].data["parties"] == ["shop"]
    found = codes(transfer("t1", "a", "c"), parties=(A, C, workshop), ends=["shop"])
    assert found["whole_reached"].data["parties"] == ["c"]


def test_transfers_the_other_way_are_shown():
    found = codes(transfer("t1", "c", "b"), transfer("t2", "b", "a"))
    assert found["opposite"].data == {"parties": ["c", "b", "a"], "relations": ["t1", "t2"]}


def test_where_transfers_lead_elsewhere_it_is_said_where():
    found = codes(transfer("t1", "a", "x"), transfer("t2", "b", "x"), transfer("t3", "b", "c"))
    assert list(found) == ["not_led"]
    assert found["not_led"].data["parties"] == ["x"]
    assert list(codes(transfer("t1", "a", "x"), transfer("t2", "y", "c"))) == ["apart"]


def test_a_path_of_more_hops_than_can_be_asked_for_is_not_called_absent():
    chain = [transfer(f"t{number:02}", f"p{number:02}", f"p{number + 1:02}") for number in range(51)]
    found = codes(*chain, starts=["p00"], ends=["p51"])
    assert list(found) == ["beyond_limits"]


def test_wrong_calls_are_refused_as_by_a_search():
    with pytest.raises(UsageError):
        explain.no_path(records(*CHAIN), Projection(), ["a"], ["a"])
    with pytest.raises(UsageError):
        explain.no_path(records(*CHAIN), Projection(avoid=("a",)), ["a"], ["c"])
