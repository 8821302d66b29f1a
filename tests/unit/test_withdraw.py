"""Declarations without a source: what it states of a party goes with the last that states it."""

import json

import pytest

from kg.findings import FindingsFile
from kg.store.write import key_of
from kg.withdraw import merged, owned, without

STATED = {"located_in": ["country:TUR"], "part_of": ["group:whole"], "valid": "2014", "succeeded_by": ["group:whole"]}
KEPT = {"aliases": ["Alias"], "note": "Note"}


def declared(*stated_by, relays=(["study"], ["study"], ["s0"])):
    content = {
        "organisations": [{"id": "body", "name": "Body"}],
        "origins": [{"id": "study", "organisation": "body", "kind": "study"}],
        "sources": [
            {"id": f"s{n}", "title": "T", "publisher": "P", "published": "2017", "relays": which,
             "reliability": {"grade": "B", "reason": "r"}}
            for n, which in enumerate(relays)
        ],
        "parties": [
            {"id": "group:a", "kind": "Group", "name": "A", "stated_by": stated_by, **STATED, **KEPT},
            {"id": "group:whole", "kind": "Group", "name": "Whole"},
            {"id": "country:TUR", "kind": "Country", "name": "Turkey"},
        ],
    }  # fmt: skip
    file = FindingsFile.model_validate_json(json.dumps(content), strict=False)
    return {key_of(one): one for section in type(file).model_fields for one in getattr(file, section)}


@pytest.mark.parametrize(
    ("stated_by", "gone", "loses"),
    [
        (["s0"], ("Source", "s0"), True),
        (["s0", "s1"], ("Source", "s0"), False),
        (["s0", "s2"], ("Source", "s0"), True),
        (["s2"], ("Source", "s2"), True),
        (["s0"], ("Origin", "study"), True),
        (["s0", "s2"], ("Organisation", "body"), True),
        (["s1"], ("Source", "s0"), False),
        ([], ("Source", "s0"), False),
        ([], ("Organisation", "body"), False),
    ],
)
def test_a_party_loses_what_is_stated_of_it_with_the_last_source_that_states_it(stated_by, gone, loses):
    graph = declared(*stated_by)
    before, left = graph["Party", "group:a"], without(graph, [gone])["Party", "group:a"]
    for name in STATED:
        assert getattr(left, name) == (type(left).model_fields[name].default if loses else getattr(before, name))
    assert (left.name, left.aliases, left.note) == ("A", ("Alias",), "Note")
    assert left.stated_by == tuple(name for name in stated_by if ("Source", name) != gone)


def test_a_source_that_never_led_to_an_origin_states_what_it_states_until_it_goes_itself():
    graph = declared("s1", relays=(["study"], []))
    assert without(graph, [("Origin", "study")])["Party", "group:a"] == graph["Party", "group:a"]
    assert not without(graph, [("Source", "s1")])["Party", "group:a"].located_in


def test_a_state_of_the_table_is_there_for_what_refers_to_it_only():
    graph = declared("s0")
    files = dict.fromkeys(graph, ("a.json",))
    assert ("Party", "country:TUR") in owned(graph, files)
    assert ("Party", "country:TUR") not in owned(without(graph, [("Source", "s0")]), files)


def test_merged_declarations_are_of_the_files_of_all_that_are_one():
    graph = declared("s0")
    del graph["Party", "group:a"]
    files = {key: (f"{key[1].replace(':', '-')}.json",) for key in graph}
    found, owners = merged(graph, files, {"group:whole": "group:w"})
    assert found["Party", "group:w"].aliases == ("group:whole",)
    assert owners["Party", "group:w"] == ("group-whole.json",) and ("Party", "group:whole") not in found
