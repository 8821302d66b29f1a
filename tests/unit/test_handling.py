"""What may be passed on under a handling code: nothing above it, no name that only such findings speak of, the rest."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import handling
from kg.errors import UsageError
from kg.findings import HANDLING, FindingsFile
from kg.store.write import key_of

CODES = st.sampled_from([None, *HANDLING])
PARTIES = [f"group:g{number}" for number in range(4)]


def declared(findings, sources=({},), parties=PARTIES):
    """Return declarations of findings given by their ends and codes, read from sources given by their codes."""
    content = {
        "organisations": [{"id": f"body{n}", "name": f"Body {n}"} for n in range(len(sources))],
        "origins": [{"id": f"study{n}", "organisation": f"body{n}", "kind": "study"} for n in range(len(sources))],
        "sources": [
            {"id": f"s{n}", "title": "T", "publisher": "P", "published": "2017", "relays": [f"study{n}"],
             "reliability": {"grade": "B", "reason": "r"}, **one}
            for n, one in enumerate(sources)
        ],
        "parties": [{"id": name, "kind": "Group", "name": name} for name in parties],
        "findings": [
            {"id": f"f{n}", "relation": "SUPPLIED", "source": "s0", "certainty": "reported", "statement": "s",
             **{"from": parties[0], "to": parties[1]}, **one}
            for n, one in enumerate(findings)
        ],
    }  # fmt: skip
    for one in content["findings"]:
        one["origin"] = one["source"].replace("s", "study")
    file = FindingsFile.model_validate_json(json.dumps(content), strict=False)
    return {key_of(one): one for section in type(file).model_fields for one in getattr(file, section)}


@st.composite
def graphs(draw):
    sources = [{"handling": code} if code else {} for code in draw(st.lists(CODES, min_size=1, max_size=3))]
    findings = []
    for _ in range(draw(st.integers(0, 6))):
        ends = draw(st.permutations(PARTIES))
        source = draw(st.integers(0, len(sources) - 1))
        least = HANDLING.index(sources[source].get("handling", HANDLING[0]))
        code = draw(st.sampled_from([None, *HANDLING[least:]]))
        findings.append(
            {"from": ends[0], "to": ends[1], "source": f"s{source}", **({"handling": code} if code else {})}
        )
    return declared(findings, sources)


def strictness(graph, finding):
    codes = [finding.handling, graph["Source", finding.source].handling]
    return max(HANDLING.index(code) if code else -1 for code in codes)


@settings(max_examples=40)
@given(graphs(), st.sampled_from(HANDLING))
def test_exactly_the_findings_at_or_below_the_code_remain(graph, ceiling):
    shared = handling.shared(graph, ceiling)
    expected = {
        key for key, one in graph.items() if key[0] == "Finding" and strictness(graph, one) <= HANDLING.index(ceiling)
    }
    assert {key for key in shared.declared if key[0] == "Finding"} == expected
    assert shared.left_out == sum(key[0] == "Finding" for key in graph) - len(expected)
    assert {name for edge in shared.edges for name in edge.findings} == {name for _, name in expected}
    kept = json.dumps([one.canonical() for one in shared.declared.values()])
    assert all(f'"{HANDLING[level]}\\"' not in kept for level in range(HANDLING.index(ceiling) + 1, len(HANDLING)))


@settings(max_examples=40)
@given(graphs())
def test_a_name_stays_where_anything_that_stays_speaks_of_it_or_nothing_ever_did(graph):
    shared = handling.shared(graph, "TLP:GREEN")
    ends = {
        kept: {name for key, one in graph.items() if key[0] == "Finding" and (key in shared.declared) == kept
               for name in (one.start.id, one.end.id)}
        for kept in (True, False)
    }  # fmt: skip
    for name in PARTIES:
        assert (("Party", name) in shared.declared) == (name in ends[True] or name not in ends[False])


@settings(max_examples=40)
@given(graphs())
def test_the_least_code_is_that_of_the_strictest_finding(graph):
    findings = {key: one for key, one in graph.items() if key[0] == "Finding"}
    strictest = max((strictness(graph, one) for one in findings.values()), default=-1)
    assert handling.least(graph, findings) == (HANDLING[strictest] if strictest >= 0 else None)


def test_the_grade_is_that_of_what_remains():
    graph = declared([{}, {"source": "s1", "handling": "TLP:RED"}], sources=({}, {}))
    assert [edge.grade for edge in handling.shared(graph, "TLP:RED").edges] == ["B1"]
    (edge,) = handling.shared(graph, "TLP:AMBER+STRICT").edges
    assert (edge.grade, edge.findings, edge.organisation_ids) == ("B3", ("f0",), ("body0",))


def test_what_remains_names_nothing_that_is_left_out():
    graph = declared(
        [{"contradicts": [{"id": "f1", "reason": "why"}], "repeats": ["f1"], "continues": ["f1"]},
         {"handling": "TLP:RED", "from": PARTIES[2]}]
    )  # fmt: skip
    shared = handling.shared(graph, "TLP:CLEAR")
    assert "f1" not in " ".join(one.canonical() for one in shared.declared.values())


def test_a_source_above_the_code_takes_those_with_it_that_relay_nothing_else():
    graph = declared([{}, {"source": "s1"}], sources=({"handling": "TLP:RED"}, {}))
    shared = handling.shared(graph, "TLP:AMBER")
    assert {key for key in shared.declared if key[0] in ("Source", "Origin", "Organisation")} == {
        ("Source", "s1"), ("Origin", "study1"), ("Organisation", "body1"),
    }  # fmt: skip


@pytest.mark.parametrize("text", ["tlp:amber+strict", " TLP:AMBER+STRICT "])
def test_codes_are_read_in_any_case(text):
    assert handling.parse(text) == "TLP:AMBER+STRICT"


@pytest.mark.parametrize("text", ["", "amber", "TLP:WHITE", "secret"])
def test_other_codes_are_refused(text):
    with pytest.raises(UsageError, match="TLP:CLEAR, TLP:GREEN"):
        handling.parse(text)
