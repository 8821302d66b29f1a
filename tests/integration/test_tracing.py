"""`kg origins`, `kg reach`, `kg compare` as a user runs them, on the bundled data."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.integration.conftest import run_kg

pytestmark = pytest.mark.neo4j


def answer(settings, *arguments):
    done = run_kg(settings, *arguments, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_origins_keep_a_joint_share_with_all_its_makers(bundle):
    told = answer(bundle, "origins", "ISIS")
    (ninety,) = [row for row in told["rows"] if row["joint"] == "wtkr-90-percent"]
    assert sorted(ninety["makers"]) == ["country:CHN", "country:RUS", "country:eastern-europe"]
    assert (ninety["share_min"], ninety["share_max"], ninety["share"]) == (0.9, 0.9, "90% (of all named together)")
    assert ninety["collectives"] == ["country:eastern-europe"]
    alone = [row for row in told["rows"] if row["joint"] is None]
    assert alone and all(len(row["makers"]) == 1 and row["findings"] for row in told["rows"] if row["joint"] is None)
    assert [row for row in alone if row["share_min"] is not None] == [], "no member is given the number of all"
    assert told["holder"] == "group:isis" and any("not split" in note or "no number" in note for note in told["notes"])


def test_origins_of_one_item_say_that_they_are_an_alternative(bundle):
    told = answer(bundle, "origins", "ISIS", "--item", "chemical precursor")
    (row,) = told["rows"]
    assert row["items"] == ["item:precursor"] and row["placeholders"] == row["makers"]
    assert any("this or another" in note and row["alternative_of"][0] in note for note in told["notes"])


def test_reach_goes_hop_by_hop_and_accuses_nobody_upstream(bundle):
    told = answer(bundle, "reach", "United States")
    rows = {row["party"]: row for row in told["rows"]}
    assert [row["hop"] for row in told["rows"]] == sorted(row["hop"] for row in told["rows"])
    assert rows["group:syrian-opposition"]["hop"] == 1 and rows["group:syrian-opposition"]["lawful_as_far_as_known"]
    assert rows["group:isis"]["hop"] == 2 and not rows["group:isis"]["lawful_as_far_as_known"]
    assert rows["group:isis"]["custody"] == "stated" and rows["group:isis"]["transfers"]
    one = answer(bundle, "reach", "United States", "--max-hops", "1")
    assert {row["hop"] for row in one["rows"]} == {1} and any("more than 1 hop away" in note for note in one["notes"])


def test_compare_two_end_users_and_two_periods(bundle):
    told = answer(bundle, "compare", "ISIS", "Iraqi military")
    shared = {(row["kind"], row["id"]): row["shared"] for row in told["rows"]}
    assert shared["first holder", "country:USA"] == "both"
    assert {"both", "first"} <= set(shared.values())
    told = answer(bundle, "compare", "ISIS", "--periods", "2003/2013", "--periods", "2014/2017")
    assert (told["first"]["label"], told["second"]["projection"]["since"]) == ("2003/2013", "2014-01-01")
    assert told["transfers_in_both"] > 0 and any("both periods" in note for note in told["notes"])


@pytest.mark.parametrize(
    "command", [("origins", "ISIS"), ("reach", "United States"), ("compare", "ISIS", "Iraqi military")]
)
def test_every_format_has_the_same_keys(bundle, command):
    keys = list(answer(bundle, *command)["rows"][0])
    lines = run_kg(bundle, *command, "--format", "jsonl").stdout.splitlines()
    assert list(json.loads(lines[0])) == keys
    table = csv.reader(io.StringIO(run_kg(bundle, *command, "--format", "csv").stdout))
    assert next(table) == [*keys, "notes"]
    drawn = run_kg(bundle, *command, "--format", "table")
    assert drawn.returncode == 0 and "Projection:" in drawn.stdout and "Note:" in drawn.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("origins", "nobody at all"), 4),
        (("origins", "Saudi Arabia"), 3),
        (("origins", "ISIS", "--min-grade", "Z9"), 2),
        (("reach", "nobody at all"), 4),
        (("reach", "United States", "--max-hops", "0"), 2),
        (("reach", "United States", "--limit", "0"), 2),
        (("reach", "United States", "--avoid", "United States"), 2),
        (("reach", "United States", "--item", "chemical precursor"), 3),
        (("compare", "ISIS"), 2),
        (("compare", "ISIS", "ISIS"), 2),
        (("compare", "ISIS", "--periods", "2014", "--periods", "2014"), 2),
        (("compare", "ISIS", "--periods", "2014", "--periods", "soon"), 2),
        (("compare", "ISIS", "--periods", "2014", "--periods", "2016", "--since", "2012"), 2),
        (("compare", "United States", "China"), 3),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(bundle, arguments, code):
    done = run_kg(bundle, *arguments)
    assert done.returncode == code, done.stderr
    assert done.stdout == "" and "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and done.stderr.strip().endswith(".")
