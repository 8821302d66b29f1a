"""What changed from one findings file to another: declarations, and the edges and grades that follow."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import comparing
from kg.errors import InputError

BASE = {
    "organisations": [{"id": "org", "name": "Body"}, {"id": "other-org", "name": "Other body"}],
    "origins": [
        {"id": "study", "organisation": "org", "kind": "field investigation"},
        {"id": "other-study", "organisation": "other-org", "kind": "field investigation"},
    ],
    "sources": [
        {
            "id": "paper", "title": "Paper", "publisher": "P", "published": "2017-12-14",
            "reliability": {"grade": "B", "reason": "r"}, "relays": ["study", "other-study"],
        }
    ],
    "parties": [{"id": "group:a", "kind": "Group", "name": "A"}, {"id": "group:b", "kind": "Group", "name": "B"}],
    "items": [{"id": "item:x", "name": "x"}],
    "findings": [
        {
            "id": "f1", "relation": "SUPPLIED", "from": "group:a", "to": "group:b", "items": ["item:x"],
            "certainty": "reported", "source": "paper", "origin": "study", "statement": "s", "transfer": "t",
        }
    ],
}  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def write_file(content, name, folder="."):
        path = tmp_path / folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write_file


def changes(before, after):
    return [
        (one.kind, one.id, one.change, one.field, one.before, one.after)
        for one in comparing.compare(before, after).changes
    ]


def test_the_same_content_is_no_change_whatever_its_order_and_files(write):
    whole, other = write(BASE, "whole.json"), copy.deepcopy(BASE)
    for section in other.values():
        section.reverse()
    write({name: other[name] for name in ("findings", "items")}, "one.json", "parts")
    parts = write(
        {name: other[name] for name in other if name not in ("findings", "items")}, "two.json", "parts"
    ).parent
    assert changes(whole, parts) == []


def test_another_organisation_raises_the_grade_and_the_support(write):
    after = copy.deepcopy(BASE)
    after["findings"].append({**BASE["findings"][0], "id": "f2", "origin": "other-study"})
    found = changes(write(BASE, "a.json"), write(after, "b.json"))
    assert found[0][:4] == ("finding", "f2", "added", None)
    assert found[0][4] is None and found[0][5]["origin"] == "other-study"
    assert found[1:] == [
        ("transfer", "supplied:t", "changed", "findings", ["f1"], ["f1", "f2"]),
        ("transfer", "supplied:t", "changed", "grade", "B3", "B1"),
        ("transfer", "supplied:t", "changed", "organisation_ids", ["org"], ["org", "other-org"]),
        ("transfer", "supplied:t", "changed", "origin_ids", ["study"], ["other-study", "study"]),
    ]


def test_a_field_that_comes_or_goes_is_a_change_of_it(write):
    after = copy.deepcopy(BASE)
    after["parties"][0]["aliases"] = ["Ay"]
    after["sources"][0]["reliability"]["grade"] = "C"
    before = write(BASE, "a.json")
    assert changes(before, write(after, "b.json")) == [
        ("source", "paper", "changed", "reliability", {"grade": "B", "reason": "r"}, {"grade": "C", "reason": "r"}),
        ("party", "group:a", "changed", "aliases", None, ["Ay"]),
        ("transfer", "supplied:t", "changed", "grade", "B3", "C3"),
    ]


def test_a_denial_takes_the_transfer_away(write):
    after = copy.deepcopy(BASE)
    after["findings"][0]["certainty"] = "denied"
    found = changes(write(BASE, "a.json"), write(after, "b.json"))
    assert found[0] == ("finding", "f1", "changed", "certainty", "reported", "denied")
    assert found[1][:4] == ("transfer", "supplied:t", "removed", None) and found[1][4]["grade"] == "B3"
    assert len(found) == 2


def test_made_and_held_are_edges_and_no_transfers(write):
    after = copy.deepcopy(BASE)
    made = {name: value for name, value in BASE["findings"][0].items() if name != "items"}
    after["findings"].append({**made, "id": "f2", "relation": "MANUFACTURED", "to": "item:x"})
    assert [one[:3] for one in changes(write(BASE, "a.json"), write(after, "b.json"))] == [
        ("finding", "f2", "added"), ("edge", "manufactured:t", "added"),
    ]  # fmt: skip


def test_findings_that_cannot_be_weighed_are_named(write):
    alone = write({"findings": BASE["findings"]}, "alone.json")
    found = comparing.compare(alone, alone)
    assert found.changes == () and "f1: no edge was worked out" in found.notes[0] and len(found.notes) == 2
    after = copy.deepcopy(BASE)
    after["findings"].append({**BASE["findings"][0], "id": "f2", "to": "group:c"})
    mixed = comparing.read_side(write(after, "mixed.json"))
    assert ("transfer", "supplied:t") not in mixed.things and "f1, f2: " in mixed.notes[0]


def test_files_of_no_known_format_are_left_out_and_named(write):
    folder = write(BASE, "a.json", "folder").parent
    (folder / "readme.txt").write_text("x", encoding="utf-8")
    assert comparing.compare(folder, folder).notes == (f"{folder}: left out: readme.txt (of no known format).",) * 2


def test_bad_input_is_named_with_file_and_line(write, tmp_path):
    broken = copy.deepcopy(BASE)
    del broken["findings"][0]["origin"]
    with pytest.raises(
        InputError, match=r"broken\.json:1: findings\[0\]\.origin: found nothing, .* before it is compared"
    ):
        comparing.compare(write(BASE, "a.json"), write(broken, "broken.json"))
    with pytest.raises(InputError, match="does not exist"):
        comparing.compare(write(BASE, "a.json"), tmp_path / "absent.json")


THINGS = st.dictionaries(
    st.tuples(st.sampled_from(comparing.KINDS), st.sampled_from("abc")),
    st.dictionaries(st.sampled_from("xyz"), st.integers(0, 2), min_size=1),
)


@given(THINGS, THINGS)
def test_the_changes_lead_from_the_one_to_the_other_and_back(before, after):
    there = list(comparing.differences(comparing.Side(before), comparing.Side(after)))
    back = list(comparing.differences(comparing.Side(after), comparing.Side(before)))
    assert walked(before, there) == after and walked(after, back) == before
    assert (there == []) == (before == after)


def walked(things, changes_):
    found = copy.deepcopy(things)
    for one in changes_:
        key = one.kind, one.id
        if one.change == comparing.ADDED:
            found[key] = dict(one.after)
        elif one.change == comparing.REMOVED:
            del found[key]
        elif one.after is None:
            del found[key][one.field]
        else:
            found[key][one.field] = one.after
    return found


def test_answers_are_compared_where_they_are_asked_for(tmp_path):
    from functools import partial

    content = {
        "organisations": [{"id": "org", "name": "Org"}],
        "origins": [{"id": "study", "organisation": "org", "kind": "study"}],
        "sources": [
            {
                "id": "paper",
                "title": "t",
                "publisher": "p",
                "published": "2020",
                "reliability": {"grade": "B", "reason": "r"},
                "relays": ["study"],
            }
        ],
        "parties": [{"id": f"group:{name}", "kind": "Group", "name": name} for name in ("middle", "end")],
        "findings": [
            {
                "id": f"f{number}",
                "relation": "SUPPLIED",
                "from": start,
                "to": end,
                "certainty": "reported",
                "source": "paper",
                "origin": "study",
                "statement": "s",
            }
            for number, (start, end) in enumerate([("country:USA", "group:middle"), ("group:middle", "group:end")])
        ],
    }
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    before.write_text(json.dumps(content))
    del content["findings"][0]
    after.write_text(json.dumps(content))
    asked = partial(comparing.answers, starts=["United States"], ends=["end"])
    changed = {(one.kind, one.id, one.change) for one in comparing.compare(before, after, asked).changes}
    assert ("path", "country:USA → group:middle → group:end", "removed") in changed
    assert ("chokepoint", "group:middle", "removed") in changed
    unasked = comparing.compare(before, after).changes
    assert {one.kind for one in unasked} == {"finding", "transfer"}
