"""The models of the findings file and its loader: strict, and every error names line, field, found and expected."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kg.loaders import findings as loader
from pydantic import ValidationError

from kg.findings import SECTIONS, Declared, Finding, FindingsFile, Party, Problem

FINDING = {
    "id": "f1",
    "relation": "SUPPLIED",
    "from": "country:USA",
    "to": {"id": "group:opposition", "text": "opposition forces"},
    "items": ["item:weapon"],
    "date": "2014/2017",
    "certainty": "reported",
    "source": "s1",
    "origin": "o1",
    "statement": "In our own words.",
}


def finding(**changes):
    return Finding.model_validate({**FINDING, **changes})


def read(tmp_path, content, name="file.yaml"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(loader.read(path))


def test_short_forms_mean_the_long_ones():
    short = finding()
    long = finding(
        **{"from": {"id": "country:USA"}},
        items=[{"id": "item:weapon"}],
        date={"earliest": "2014", "latest": "2017", "text": "2014/2017"},
    )
    assert short == long
    assert (short.date.earliest, short.date.latest) == ("2014-01-01", "2017-12-31")


def test_canonical_form_reads_back_and_does_not_depend_on_order():
    one = finding(quantity={"min": 3, "text": "three"}, contradicts=[{"id": "f2", "reason": "other number"}])
    assert Finding.model_validate_json(one.canonical()) == one
    assert (
        Finding.model_validate(dict(reversed(list(json.loads(one.canonical()).items())))).canonical() == one.canonical()
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"relation": "GAVE"},
        {"handling": "TLP:WHITE"},
        {"to": "item:weapon"},
        {"to": "country:USA"},
        {"from": "item:weapon"},
        {"from": "person:someone"},
        {"relation": "MANUFACTURED"},
        {"relation": "MANUFACTURED", "to": "item:weapon"},
        {"relation": "HELD", "to": "item:weapon", "items": [], "held_by": ["group:x"]},
        {"items": ["group:x"]},
        {"via": ["group:x"]},
        {"made": "2010"},
        {"certainty": "sure"},
        {"mechanism": "magic"},
        {"share": {"min": 90}},
        {"quantity": {"min": 5, "max": 2}},
        {"quantity": {}},
        {"quantity": {"min": float("inf")}},
        {"figures": {"tiv_unit": float("inf")}},
        {"date": "2014-13"},
        {"date": {"earliest": "2017", "latest": "2014"}},
        {"locator": {"start": 5, "end": 5, "sha256": "0" * 64}},
        {"locator": {"start": 0, "end": 5, "sha256": "x"}},
        {"authorised": "yes"},
        {"statement": ""},
        {"statemnt": "x"},
        {"items": None},
    ],
)
def test_what_the_model_does_not_allow_is_refused(changes):
    with pytest.raises(ValidationError):
        finding(**changes)


def test_agreement_is_on_type_parties_items_and_stated_period():
    same = finding(id="f2", source="s2", certainty="alleged", statement="Otherwise worded.")
    assert same.agreement == finding().agreement
    for changes in ({"relation": "DIVERTED"}, {"to": "group:other"}, {"items": []}, {"date": "2014"}):
        assert finding(**changes).agreement != finding().agreement
    derived = finding(date={"latest": "2017-12-14", "derived": True})
    assert derived.agreement == finding(date=None).agreement


def test_party_id_says_its_kind():
    with pytest.raises(ValidationError):
        Party(id="group:x", kind="Country", name="X")


def test_every_problem_names_file_line_field_found_and_expected(tmp_path):
    content = (
        "parties:\n"
        "  - {id: group:x, kind: Group, name: X, aliass: [a]}\n"
        "  - id: group:y\n"
        "    kind: Grp\n"
        "    name: Y\n"
        "findings:\n"
        "  - id: f1\n"
        "    relation: SUPPLIED\n"
    )
    problems = [one for one in read(tmp_path, content) if isinstance(one, Problem)]
    seen = {(one.line, one.field) for one in problems}
    assert (2, "parties[0].aliass") in seen
    assert (4, "parties[1].kind") in seen
    assert {(7, f"findings[0].{name}") for name in ("from", "to", "certainty", "source", "origin", "statement")} <= seen
    kind = next(one for one in problems if one.field == "parties[1].kind")
    assert str(kind).startswith("file.yaml:4: parties[1].kind: found \"Grp\", expected 'Country'")
    assert kind.id == "group:y"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.yaml", b"\xff\xfe\x00"),
        ("a.yaml", "findings: 3\n"),
        ("a.yaml", "- 1\n"),
        ("a.yaml", "somethings: []\n"),
        ("a.yaml", "findings:\n  - just text\n"),
        ("a.json", '{"findings": ['),
        ("a.jsonl", '{"findings": []}\n{"findings": [}\n'),
    ],
)
def test_files_of_another_shape_are_problems_not_crashes(tmp_path, name, content):
    problems = read(tmp_path, content, name)
    assert problems and all(isinstance(one, Problem) for one in problems)


def test_yaml_json_and_json_lines_of_the_same_shape_declare_the_same(tmp_path):
    party = {"id": "group:x", "kind": "Group", "name": "X"}
    whole = {"parties": [party], "findings": [FINDING]}
    lines = json.dumps({"parties": [party]}) + "\n\n" + json.dumps({"findings": [FINDING]}) + "\n"
    forms = {"a.json": json.dumps(whole), "a.yaml": json.dumps(whole, indent=1), "a.jsonl": lines}
    declared = {name: [one.what for one in read(tmp_path, content, name)] for name, content in forms.items()}
    assert declared["a.json"] == declared["a.yaml"] == declared["a.jsonl"]
    assert [one.line for one in read(tmp_path, lines, "a.jsonl")] == [1, 3]


@pytest.mark.parametrize("notes", [["As far as known.", "Of today."], [], None])
def test_notes_declare_nothing(tmp_path, notes):
    assert read(tmp_path, json.dumps({"notes": notes, "findings": []}), "a.json") == []
    assert [
        one.line
        for one in read(tmp_path, json.dumps({"notes": notes}) + "\n" + json.dumps({"findings": [FINDING]}), "a.jsonl")
    ] == [2]


@pytest.mark.parametrize("notes", ["As far as known.", [1], [""], {"a": "b"}])
def test_notes_are_a_list_of_texts(tmp_path, notes):
    (problem,) = read(tmp_path, json.dumps({"notes": notes}), "a.json")
    assert (problem.field, problem.expected) == ("notes", "a list of texts")


def test_json_schema_accepts_what_the_models_do():
    schema = FindingsFile.model_json_schema()
    assert set(schema["properties"]) == {*SECTIONS, "notes"}
    assert schema["additionalProperties"] is False
    assert {"from", "to"} <= set(schema["$defs"]["Finding"]["properties"])


@given(st.binary(max_size=300))
def test_any_bytes_are_read_as_declarations_or_problems(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(b"findings:\n" + content)
    assert all(isinstance(one, Declared | Problem) for one in loader.read(path))
