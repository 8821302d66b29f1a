"""Withdrawal: what falls, weakens or stays; kept, it equals a fresh load without; undone, it leaves no trace."""

from __future__ import annotations

import copy
import json

import pytest

from kg import load as loading
from kg import withdraw as withdrawing
from kg.analysis.chokepoints import must_pass
from kg.errors import UnknownNameError, UsageError
from kg.graph import Graph
from kg.network import Projection, project
from kg.store import read
from kg.verify import verify
from tests.integration.conftest import run_kg

pytestmark = pytest.mark.neo4j


@pytest.fixture
def content(base):
    """Two organisations: the second study confirms f1, a copy relays the first study in firmer words."""
    base["organisations"].append({"id": "second-org", "name": "Second body"})
    base["origins"].append({"id": "second-study", "organisation": "second-org", "kind": "study"})
    paper = base["sources"][0]
    base["sources"].append(paper | {"id": "second-paper", "relays": ["second-study"]})
    base["sources"].append(paper | {"id": "copy", "relays": ["paper"]})
    f1, f2, f3 = base["findings"]
    base["findings"].append(f1 | {"id": "g1", "source": "second-paper", "origin": "second-study"})
    base["findings"].append(
        f2 | {"id": "h2", "source": "copy", "certainty": "stated", "repeats": ["f2"], "continues": []}
    )
    f2["certainty"] = "alleged"
    base["findings"].append(
        f3 | {"id": "g3", "source": "second-paper", "origin": "second-study", "from": "country:RUS",
              "contradicts": [{"id": "f3", "reason": "another maker"}]}
    )  # fmt: skip
    base["parties"][0]["stated_by"] = ["paper", "second-paper"]
    seat = {"kind": "Group", "located_in": {"id": "country:TUR", "text": "mainly"}, "valid": "2014"}
    base["parties"] += [
        seat | {"id": "group:seated", "name": "Seated", "part_of": ["group:end"], "stated_by": ["paper"]},
        seat | {"id": "group:copied", "name": "Copied", "aliases": ["Copy"], "stated_by": ["copy"], "note": "kept"},
        seat | {"id": "group:second", "name": "Second", "stated_by": ["second-paper", "copy"]},
        seat | {"id": "group:known", "name": "Known"},
    ]
    return base


def load(database, path):
    report = loading.load(database, [path])
    assert not report.problems, [str(one) for one in report.problems]


def fresh(database, path):
    database.write(lambda tx: tx.run("MATCH (n) WHERE NOT n:KgTestDatabase DETACH DELETE n").consume())
    load(database, path)
    return read.digest(database)


def by_hand(content, *, sources=(), origins=(), organisations=()):
    """Take something out of a file as a person would."""
    left = copy.deepcopy(content)
    origins = {*origins, *(one["id"] for one in left["origins"] if one["organisation"] in organisations)}
    gone = {*sources, *origins}
    left["organisations"] = [one for one in left["organisations"] if one["id"] not in organisations]
    left["origins"] = [one for one in left["origins"] if one["id"] not in origins]
    left["sources"] = [one for one in left["sources"] if one["id"] not in sources]
    for one in left["sources"]:
        one["relays"] = [name for name in one["relays"] if name not in gone]
    silent = set(sources)
    silent |= {"copy"} if "paper" in sources else set()
    silent |= {"paper", "copy"} if "study" in origins else set()
    silent |= {"second-paper"} if "second-study" in origins else set()
    for one in left["parties"]:
        if one.get("stated_by") and silent.issuperset(one["stated_by"]):
            for name in ("located_in", "part_of", "valid"):
                one.pop(name, None)
        if "stated_by" in one:
            one["stated_by"] = [name for name in one["stated_by"] if name not in gone]
    lost = {
        one["id"] for one in content["findings"]
        if one["source"] in sources or one["origin"] in origins or (one["source"] == "copy" and "paper" in sources)
    }  # fmt: skip
    left["findings"] = [one for one in left["findings"] if one["id"] not in lost]
    for one in left["findings"]:
        for name in ("continues", "repeats"):
            one[name] = [other for other in one.get(name, []) if other not in lost]
        one["contradicts"] = [other for other in one.get("contradicts", []) if other["id"] not in lost]
    return left


@pytest.mark.parametrize(
    "gone",
    [
        {"sources": ["paper"]},
        {"sources": ["second-paper"]},
        {"sources": ["copy"]},
        {"origins": ["study"]},
        {"origins": ["second-study"]},
        {"organisations": ["second-org"]},
        {"sources": ["copy"], "origins": ["second-study"]},
    ],
    ids=str,
)
def test_kept_out_it_equals_a_fresh_load_without_and_undone_it_never_was(database, content, write, gone):
    names = [name for group in gone.values() for name in group]
    expected = fresh(database, write(by_hand(content, **gone)))
    whole = fresh(database, write(content))
    survey = withdrawing.withdraw(database, names)
    assert read.digest(database) == whole
    assert withdrawing.withdraw(database, names, keep=True) == survey
    assert read.digest(database) == expected
    assert [name for _, name in withdrawing.withdrawals(database)] == sorted(names, key=lambda n: n) or len(names) > 1
    assert not [fault for fault in verify(database).faults if not fault.check.startswith("orphan")]
    load(database, write(content))
    assert read.digest(database) == expected
    withdrawing.withdraw(database, names, undo=True)
    assert read.digest(database) == whole
    assert withdrawing.withdrawals(database) == []
    assert not database.read("MATCH (w:Withheld) RETURN w.id AS id")


@pytest.mark.parametrize(
    "stands",
    [{"group:copied": "group:end"}, {"group:end": "group:e"}, {"group:second": "group:s", "group:known": "group:s"}],
    ids=str,
)
@pytest.mark.parametrize("gone", ["copy", "second-paper", "paper"])
def test_with_names_decided_it_equals_a_fresh_load_without_too(database, content, write, stands, gone):
    def loaded(what):
        database.write(lambda tx: tx.run("MATCH (n) WHERE NOT n:KgTestDatabase DETACH DELETE n").consume())
        assert not loading.load(database, [write(what)], stands=stands).problems
        return read.digest(database)

    expected, whole = loaded(by_hand(content, sources=[gone])), loaded(content)
    withdrawing.withdraw(database, [gone], keep=True, stands=stands)
    assert read.digest(database) == expected
    withdrawing.withdraw(database, [gone], undo=True, stands=stands)
    assert read.digest(database) == whole
    withdrawing.withdraw(database, ["copy"], stands=stands)
    assert read.digest(database) == whole
    withdrawing.withdraw(database, ["copy"])
    withdrawing.withdraw(database, [gone], keep=True)
    assert read.digest(database) == expected  # no decisions at hand: those that the graph was made with
    withdrawing.withdraw(database, [gone], undo=True)
    assert read.digest(database) == whole
    assert not loading.load(database, [write(content)], stands={}).problems
    assert read.digest(database) == fresh(database, write(content))


def test_where_a_party_sits_goes_with_the_only_source_that_states_it_and_is_said(database, content, write):
    load(database, write(content))
    survey = withdrawing.withdraw(database, ["paper"], keep=True)
    seats = {one.id: (one.change, one.before, one.after) for one in survey.effects if one.kind == "party"}
    assert seats == {
        "group:seated": ("falls", "located in Turkey; part of End user", None),
        "group:copied": ("falls", "located in Turkey", None),
    }
    graph = Graph(database)
    sitting = {row["id"] for row in graph.query("in-territory", country="Turkey").rows()}
    assert {"group:seated", "group:copied"}.isdisjoint(sitting) and {"group:second", "group:known"} <= sitting
    back = withdrawing.withdraw(database, ["paper"], undo=True)
    assert {one.id for one in back.effects if one.kind == "party" and one.change == "appears"} == seats.keys()


def changes(survey):
    return {(effect.id, effect.change) for effect in survey.effects if effect.kind in ("transfer", "edge")}


def test_what_falls_weakens_and_stays_is_told_apart(database, content, write):
    load(database, write(content))
    survey = withdrawing.withdraw(database, ["second-paper"])
    edges = {edge.start: edge.id for edge in read.records(database).relations}
    assert (edges["country:USA"], "weakens") in changes(survey)
    assert (edges["country:RUS"], "falls") in changes(survey)
    assert edges["group:opposition"] not in {name for name, _ in changes(survey)}
    assert survey.findings_lost == 2


def test_taking_the_closest_relay_away_is_warned_of(database, content, write):
    content["sources"][2]["relays"] = ["paper", "study"]
    content["sources"][2]["relays"] = ["middle"]
    content["sources"].append(content["sources"][0] | {"id": "middle", "relays": ["study"]})
    load(database, write(content))
    survey = withdrawing.withdraw(database, ["paper"])
    copied, opposed = sorted(survey.warnings)
    assert copied.startswith("diverted:") and "looks firmer without it" in copied
    assert "only because the relay closest to its origin is gone" in copied and "denial" not in copied
    assert opposed.startswith("manufactured:rus") and "what stood against it" in opposed and "relay" not in opposed


@pytest.mark.parametrize("how", ["denied", "contradicts"])
def test_an_edge_that_looks_firmer_without_what_stood_against_it_is_said_to_be_so_for_that(
    database, content, write, how
):
    f1, *_, g1, _, _ = content["findings"]
    assert (f1["id"], g1["id"]) == ("f1", "g1")
    if how == "denied":
        g1["certainty"] = "denied"
    else:
        g1 |= {"from": "country:RUS", "contradicts": [{"id": "f1", "reason": "another giver"}]}
    load(database, write(content))
    survey = withdrawing.withdraw(database, ["second-paper"], keep=True)
    said = [one for one in survey.warnings if "country" in one or "usa" in one]
    assert len(said) == 1 and "what stood against it, a denial or contradiction, is gone" in said[0]
    assert "relay closest" not in " ".join(survey.warnings)
    assert withdrawing.withdraw(database, ["second-paper"], undo=True).warnings == ()


def test_both_reasons_for_which_an_edge_looks_firmer_are_given(database, content, write):
    _, f2, _, g1, h2, _ = content["findings"]
    assert (f2["certainty"], h2["certainty"]) == ("alleged", "stated")
    g1 |= {name: f2[name] for name in ("relation", "from", "to", "items")} | {
        "certainty": "denied", "source": "paper-of-both",
    }  # fmt: skip
    content["sources"][2]["relays"] = ["paper", "middle"]
    content["sources"].append(content["sources"][0] | {"id": "middle", "relays": ["study"]})
    content["sources"].append(content["sources"][0] | {"id": "paper-of-both", "relays": ["second-study"]})
    load(database, write(content))
    survey = withdrawing.withdraw(database, ["paper", "paper-of-both"])
    (warning,) = (one for one in survey.warnings if one.startswith("diverted:"))
    assert "the relay closest to its origin is gone, and so is what stood against it" in warning


def test_a_file_loaded_in_between_keeps_what_is_withdrawn_out(database, content, write):
    load(database, write(content))
    withdrawing.withdraw(database, ["second-paper"], keep=True)
    content["findings"][0]["date"] = "2014"
    content["findings"][3]["date"] = "2014"
    load(database, write(content))
    assert "g1" not in read.declarations(database, "Finding")
    withdrawing.withdraw(database, ["second-paper"], undo=True)
    undone = read.digest(database)
    assert undone == fresh(database, write(content))


def test_several_are_undone_in_any_order(database, content, write):
    whole = fresh(database, write(content))
    withdrawing.withdraw(database, ["paper"], keep=True)
    without_paper = read.digest(database)
    withdrawing.withdraw(database, ["second-org"], keep=True)
    withdrawing.withdraw(database, ["second-org"], undo=True)
    assert read.digest(database) == without_paper
    withdrawing.withdraw(database, ["second-org"], keep=True)
    withdrawing.withdraw(database, ["paper"], undo=True)
    withdrawing.withdraw(database, ["second-org"], undo=True)
    assert read.digest(database) == whole


def test_bad_names_and_states_are_said(database, content, write):
    load(database, write(content))
    with pytest.raises(UnknownNameError, match="has the id 'nowhere'"):
        withdrawing.withdraw(database, ["nowhere"])
    with pytest.raises(UsageError, match="not withdrawn"):
        withdrawing.withdraw(database, ["paper"], undo=True)
    withdrawing.withdraw(database, ["paper"], keep=True)
    with pytest.raises(UsageError, match="withdrawn already"):
        withdrawing.withdraw(database, ["paper"], keep=True)


def test_on_the_bundled_data_as_a_process(bundle):
    done = run_kg(bundle, "withdraw", "car-2017-12", "--from", "United States", "--to", "ISIS", "--format", "json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    changed = {(row["kind"], row["id"]): row["change"] for row in document["rows"]}
    assert changed["transfer", "supplied:us-to-syrian-opposition"] == "falls"
    assert changed["path", "path country:USA → group:syrian-opposition → group:isis"] == "falls"
    assert any(kind == "query" for kind, _ in changed)
    assert any("Nothing was changed" in note for note in document["notes"])
    assert run_kg(bundle, "withdraw", "car-2017-12", "--undo").returncode == 2
    assert run_kg(bundle, "withdraw", "nowhere").returncode == 4


def test_a_chokepoint_hangs_on_the_origins_whose_withdrawal_leaves_no_path_of_the_certainty_asked_for(
    database, content, write
):
    _, f2, _, g1, *_ = content["findings"]
    g1["certainty"], f2["certainty"] = "alleged", "reported"
    content["findings"].append(f2 | {"id": "g2", "source": "second-paper", "origin": "second-study"})
    load(database, write(content))
    asked = Projection(min_certainty="reported")
    (party,) = Graph(database).chokepoints("country:USA", "group:end", asked).parties

    def points(records):
        answer = must_pass(project(records, asked), ["country:USA"], ["group:end"])
        return {f"chokepoint {one.id}": "" for one in answer.parties}

    gone = [
        origin
        for origin in ("second-study", "study")
        for effect in withdrawing.withdraw(database, [f"origin:{origin}"], question=points).effects
        if effect.kind == "chokepoint"
    ]
    assert list(party.hangs_on) == gone == ["study"]
