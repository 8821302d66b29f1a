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
    """Return declarations of findings given by their ends and codes, read from sources given by their codes.

    Parties are given by id, or as the findings file has them.
    """
    content = {
        "organisations": [{"id": f"body{n}", "name": f"Body {n}"} for n in range(len(sources))],
        "origins": [{"id": f"study{n}", "organisation": f"body{n}", "kind": "study"} for n in range(len(sources))],
        "sources": [
            {"id": f"s{n}", "title": "T", "publisher": "P", "published": "2017", "relays": [f"study{n}"],
             "reliability": {"grade": "B", "reason": "r"}, **one}
            for n, one in enumerate(sources)
        ],
        "parties": [
            {"kind": "Group", **one, "name": one["id"]}
            for one in ({"id": one} if isinstance(one, str) else one for one in parties)
        ],
        "findings": [
            {"id": f"f{n}", "relation": "SUPPLIED", "source": "s0", "certainty": "reported", "statement": "s",
             **{"from": PARTIES[0], "to": PARTIES[1]}, **one}
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


STATED = {"located_in": [{"id": "country:TUR", "text": "mainly"}], "part_of": ["group:g3"], "valid": "2014",
          "aliases": ["Alias"], "note": "Note", "succeeded_by": ["group:g3"]}  # fmt: skip
PLACES = [{"id": name, "kind": "Country"} for name in ("country:TUR", "country:USA")]


def seated(stated_by, **more):
    """Return a graph in which a clear finding names g0, of which a RED and a clear source may state everything."""
    first = {"id": PARTIES[0], **STATED, "stated_by": stated_by, **more}
    return declared([{}], ({}, {"handling": "TLP:RED"}), [first, *PARTIES[1:], *PLACES])


@pytest.mark.parametrize("stated_by", [["s1"], ["s0", "s1"]])
def test_what_a_source_above_the_code_states_of_a_party_is_left_out_and_what_only_that_named(stated_by):
    graph = seated(stated_by)
    shared = handling.shared(graph, "TLP:CLEAR")
    kept = shared.declared["Party", PARTIES[0]]
    assert json.loads(kept.canonical()) == {
        "id": PARTIES[0], "kind": "Group", "name": PARTIES[0], **({"stated_by": ["s0"]} if "s0" in stated_by else {}),
    }  # fmt: skip
    assert {name for label, name in shared.declared if label == "Party"} == {*PARTIES[:3]}
    assert shared.records().parties[PARTIES[0]].territories == ()
    assert (shared.left_out, shared.whole) == (0, False)
    whole = handling.shared(graph, "TLP:RED")
    assert whole.declared["Party", PARTIES[0]] == graph["Party", PARTIES[0]] and whole.whole


@pytest.mark.parametrize("stated_by", [[], ["s0"]])
def test_what_no_source_or_one_at_the_code_states_of_a_party_stays(stated_by):
    graph = seated(stated_by)
    shared = handling.shared(graph, "TLP:CLEAR")
    assert shared.declared["Party", PARTIES[0]] == graph["Party", PARTIES[0]]
    assert shared.records().parties[PARTIES[0]].territory_text == "mainly"


def test_what_other_declarations_still_speak_of_stays_though_a_party_no_longer_says_that_it_sits_there():
    graph = declared(
        [{}, {"to": "country:TUR"}], ({}, {"handling": "TLP:RED"}),
        [{"id": PARTIES[0], **STATED, "stated_by": ["s1"]}, *PARTIES[1:], *PLACES],
    )  # fmt: skip
    shared = handling.shared(graph, "TLP:CLEAR")
    assert ("Party", "country:TUR") in shared.declared and ("Party", "group:g3") not in shared.declared
    assert shared.records().parties[PARTIES[0]].territories == ()


def test_a_copy_of_nothing_but_a_source_above_the_code_states_nothing_of_a_party_either():
    graph = declared(
        [{}], ({}, {"handling": "TLP:RED"}, {"relays": ["s1"]}),
        [{"id": PARTIES[0], **STATED, "stated_by": ["s2"]}, *PARTIES[1:], *PLACES],
    )  # fmt: skip
    shared = handling.shared(graph, "TLP:CLEAR")
    assert shared.records().parties[PARTIES[0]].territories == ()
    assert ("Source", "s2") not in shared.declared


@pytest.mark.parametrize("secret", [{"stated_by": ["s1"]}, {}], ids=["stated by", "named by"])
def test_of_a_party_left_out_nothing_comes_along_with_one_that_it_was_decided_to_be(secret):
    above = {"source": "s1", "from": "group:secret", "to": PARTIES[1]}
    named = [] if secret else [above]
    parties = [*PARTIES, {"id": "group:secret", **STATED, **secret}, *PLACES]
    graph = declared([{}, *named], ({}, {"handling": "TLP:RED"}), parties)
    shared = handling.shared(graph, "TLP:CLEAR", stands={"group:secret": PARTIES[0]})
    never = declared([{}], parties=[one for one in PARTIES if one != "group:g3"])
    assert shared.declared["Party", PARTIES[0]] == never["Party", PARTIES[0]]
    assert not {"country:TUR", "group:secret"} & {name for _, name in shared.declared}
    whole = handling.shared(graph, "TLP:RED", stands={"group:secret": PARTIES[0]})
    assert "group:secret" in whole.declared["Party", PARTIES[0]].aliases
    assert whole.records().parties[PARTIES[0]].territories == ("country:TUR",)


def test_a_finding_that_stays_goes_by_the_id_it_was_rewritten_to_and_by_no_name_of_what_is_left_out():
    above = {"source": "s1", "from": "group:a", "to": PARTIES[1]}
    parties = [*PARTIES, {"id": "group:a", "aliases": ["Secret"]}]
    graph = declared([{}, above], ({}, {"handling": "TLP:RED"}), parties)
    shared = handling.shared(graph, "TLP:CLEAR", stands={PARTIES[0]: "group:a"})
    (edge,) = shared.edges
    assert (edge.start, edge.findings) == ("group:a", ("f0",))
    assert (shared.declared["Party", "group:a"].name, shared.declared["Party", "group:a"].aliases) == (
        PARTIES[0], (),
    )  # fmt: skip


def test_the_least_code_is_one_under_which_a_party_is_passed_on_whole():
    asked = [("Party", PARTIES[0])]
    assert handling.least(seated(["s1"]), asked) == "TLP:RED"
    assert handling.least(seated(["s0"]), asked) is None
    parties = [*PARTIES, {"id": "group:secret", "stated_by": ["s1"]}]
    graph = declared([{}], ({}, {"handling": "TLP:RED"}), parties)
    assert handling.least(graph, asked, {"group:secret": PARTIES[0]}) == "TLP:RED"
    assert handling.least(graph, asked) is None


def test_what_is_left_out_is_said_with_the_code_and_that_the_rest_may_look_firmer():
    one = handling.shared(declared([{}, {"handling": "TLP:RED"}]), "TLP:GREEN").notes
    assert one[0] == "1 finding is left out, whose handling code is stricter than TLP:GREEN." and "firmer" in one[1]
    assert (
        handling.shared(declared([{}] + 2 * [{"handling": "TLP:RED"}]), "TLP:GREEN").notes[0].startswith("2 findings")
    )
    (none,) = handling.shared(declared([{}]), "TLP:GREEN").notes
    assert none == "No finding is left out: none has a stricter handling code than TLP:GREEN."
    (besides,) = handling.shared(seated(["s1"]), "TLP:GREEN").notes
    assert "No finding is left out" in besides and "sources with a stricter handling code" in besides


@pytest.mark.parametrize("text", ["tlp:amber+strict", " TLP:AMBER+STRICT "])
def test_codes_are_read_in_any_case(text):
    assert handling.parse(text) == "TLP:AMBER+STRICT"


@pytest.mark.parametrize("text", ["", "amber", "TLP:WHITE", "secret"])
def test_other_codes_are_refused(text):
    with pytest.raises(UsageError, match="TLP:CLEAR, TLP:GREEN"):
        handling.parse(text)
