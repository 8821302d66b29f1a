"""Where what an end user held was made: statements apart, joint numbers whole, nothing guessed."""

import dataclasses
import json

import pytest

from kg.analysis.manufacture import made
from kg.errors import UnknownNameError
from kg.network import Projection
from kg.records import Party, Relation

from .graphs import records, transfer

PARTIES = (
    Party("end", "Group", "End user"),
    Party("part", "Group", "Part", part_of=("end",)),
    Party("china", "Country", "China"),
    Party("russia", "Country", "Russia"),
    Party("east", "Country", "Eastern Europe", collective=True),
)


def making(id_, maker, item="item:weapon", held_by=("end",), **values):
    values = {"grade": "B3", "origin_ids": ("o1",), "findings": (f"f-{id_}",)} | values
    return Relation(id_, "MANUFACTURED", maker, item, held_by=held_by, **values)


def finding(id_, maker, held_by=("end",), **values):
    holders = [{"id": one} if isinstance(one, str) else one for one in held_by]
    base = {"id": f"f-{id_}", "from": maker, "held_by": holders, "certainty": "reported", "source": "s", "origin": "o1"}
    return {f"f-{id_}": base | values}


def asked(*relations, findings=None, **conditions):
    return made(records(*relations, parties=PARTIES), "end", Projection(**conditions), findings)


def test_a_joint_share_stays_with_all_its_makers():
    joint = {"joint": "ninety", "share_min": 0.9, "share_max": 0.9, "share_of": "arms of the end user"}
    edges = [making(id_, id_, **joint) for id_ in ("china", "russia", "east")]
    answer = asked(*edges, making("alone", "china", "item:rifle"))
    alone, together = answer.rows()
    assert (alone["joint"], alone["makers"], alone["share_min"]) == (None, ["china"], None)
    assert together["makers"] == ["china", "east", "russia"] and together["collectives"] == ["east"]
    assert (together["joint"], together["share_min"], together["share_max"]) == ("ninety", 0.9, 0.9)
    assert together["relations"] == ["china", "east", "russia"]
    json.dumps([dataclasses.asdict(answer), answer.rows()])


def test_makers_of_a_joint_statement_that_do_not_fit_are_named_beside_its_number():
    edges = [
        making("china", "china", joint="j", share_min=0.5),
        making("russia", "russia", joint="j", share_min=0.5, grade="C4"),
    ]
    (row,) = asked(*edges, min_grade="B3").rows()
    assert (row["makers"], row["left_out"], row["share_min"]) == (["china"], ["russia"], 0.5)
    assert asked(*edges, min_grade="A1").rows() == []


def test_one_edge_with_two_statements_keeps_their_numbers_apart():
    edge = making("china", "china", joint="first", share_min=0.5, findings=("f-a", "f-b", "f-c", "f-d", "f-e"))
    findings = (
        finding("a", "china", joint="first", share={"min": 0.5, "text": "most", "of": "arms"})
        | finding("b", "china", joint="second", share={"min": 0.9, "max": 0.9}, quantity={"text": "many"})
        | finding("c", "china")
        | finding("d", "china", share={"min": 0.1})
        | finding("e", "china", joint="second", share={"min": 0.8, "max": 0.8})
    )
    rows = asked(edge, findings=findings).rows()
    assert [(row["joint"], row["share_min"], row["share_text"], row["quantity_text"]) for row in rows] == [
        (None, None, None, None),
        (None, 0.1, None, None),
        ("first", 0.5, "most", None),
        ("second", 0.9, None, "many"),
        ("second", 0.8, None, None),
    ]
    assert [row["findings"] for row in rows] == [["f-c"], ["f-d"], ["f-a"], ["f-b"], ["f-e"]]


def test_relays_of_one_number_are_one_statement_and_the_weakest_wording_counts():
    edge = making("china", "china", findings=("f-a", "f-b"))
    implied = {"id": "end", "basis": "implied"}
    findings = finding("a", "china", certainty="stated", source="s1") | finding(
        "b", {"id": "china", "basis": "stated"}, held_by=(implied,), certainty="alleged", source="s2", origin="o2"
    )
    (row,) = asked(edge, findings=findings).rows()
    assert (row["certainty"], row["basis"], row["sources"], row["origins"]) == (
        "alleged",
        "implied",
        ["s1", "s2"],
        ["o1", "o2"],
    )


def test_denials_headlines_and_findings_of_other_holders_state_nothing():
    edge = making("china", "china", held_by=("end", "part"), findings=("f-a", "f-b", "f-c"))
    findings = (
        finding("a", "china", certainty="denied")
        | finding("b", "china", headline=True)
        | finding("c", "china", held_by=("part",))
    )
    answer = asked(edge, findings=findings)
    assert (answer.statements, answer.parts) == ((), ("part",))


def test_what_is_made_by_itself_held_without_maker_or_found_with_parts_is_said_beside():
    held = [
        Relation(f"h-{item}", "HELD", "end", f"item:{item}", origin_ids=("o1",))
        for item in ("weapon", "rocket", "ak", "precursor")
    ]
    answer = asked(
        *held,
        making("own", "part", "item:precursor", held_by=()),
        making("found", "china", "item:rifle"),
        making("other", "russia", "item:rocket", held_by=("part",)),
        transfer("t1", "china", "end"),
    )
    assert [one.makers[0].id for one in answer.statements] == ["china"]
    assert (answer.own, answer.parts) == (("item:precursor",), ("part",))
    assert answer.unmade == ("item:ak", "item:rocket"), "a kind of what is made may come from elsewhere"


def test_only_what_fits_is_told_and_the_conditions_are_printed():
    edges = (
        making("early", "china", earliest="2010-01-01", latest="2010-12-31"),
        making("late", "russia", "item:ak", earliest="2016-01-01", latest="2016-12-31"),
    )
    answer = asked(*edges, since="2015", items=("item:rifle",))
    assert [row["relations"] for row in answer.rows()] == [["late"]]
    assert answer.projection["since"] == "2015" and "types" not in answer.projection
    with pytest.raises(UnknownNameError):
        made(records(*edges, parties=PARTIES), "nobody")
