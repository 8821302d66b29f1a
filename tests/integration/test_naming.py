"""`kg names` and `kg diff` as processes: proposals, decisions in a file, differences of findings files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg import load as loading
from kg.settings import Settings
from kg.store import session
from tests.conftest import wipe
from tests.integration.conftest import BASE, run_kg

pytestmark = pytest.mark.neo4j

PARTIES = [
    {"id": "group:hawks", "kind": "Group", "name": "Desert Hawks", "aliases": ["Hawks of the desert"]},
    {"id": "group:desert-hawks", "kind": "Group", "name": "The Desert Hawks"},
    {"id": "group:hawks-north", "kind": "Group", "name": "Desert Hawks - Northern branch", "part_of": "group:hawks"},
    {"id": "group:hawks-south", "kind": "Group", "name": "Desert Hawks (southern branch)"},
    {"id": "group:some-hawks", "kind": "Group", "name": "Desert Hawks", "placeholder": True},
    {"id": "distributor:hawks", "kind": "Distributor", "name": "Desert Hawks"},
]


@pytest.fixture(scope="module")
def loaded(neo4j_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Return settings of a database that holds parties of like names."""
    wipe(neo4j_settings)
    content = {**BASE, "parties": [*BASE["parties"], *PARTIES]}
    path = tmp_path_factory.mktemp("findings") / "hawks.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with session.connect(neo4j_settings) as connected:
        assert not loading.load(connected, [path]).problems
    yield neo4j_settings


def answer(settings: Settings, *arguments: str, folder: Path, code: int = 0, **more: str) -> dict[str, Any]:
    done = run_kg(settings, *arguments, "--format", "json", folder=folder, **more)
    assert done.returncode == code, done.stderr
    return dict(json.loads(done.stdout))


def refused(settings: Settings, *arguments: str, folder: Path, code: int) -> str:
    done = run_kg(settings, *arguments, folder=folder)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    return done.stderr


def decide(settings: Settings, first: str, second: str, judgement: str, folder: Path, **more: str) -> dict[str, Any]:
    given = ("--why", "as both say", "--who", "Ada", "--when", "2024-02-29")
    return answer(settings, "names", "decide", first, second, judgement, *given, folder=folder, **more)


def test_proposed_decided_listed_and_no_longer_proposed(loaded, tmp_path):
    proposed = answer(loaded, "names", "propose", folder=tmp_path)["rows"]
    assert [(row["first"], row["second"], row["score"]) for row in proposed] == [
        ("group:desert-hawks", "group:hawks", 97.0)
    ]
    assert proposed[0]["reasons"] == ["“The Desert Hawks” and “Desert Hawks” have the same words"]
    decided = decide(loaded, "The Desert Hawks", "group:hawks", "same", tmp_path)["rows"]
    expected = {
        "first": "group:desert-hawks", "second": "group:hawks", "judgement": "same", "why": "as both say", "who": "Ada",
        "when": "2024-02-29", "line": 2,
    }  # fmt: skip
    assert decided == [expected]
    assert "no undecided pair" in refused(loaded, "names", "propose", folder=tmp_path, code=3)
    listed = answer(loaded, "names", "list", folder=tmp_path)["rows"]
    assert listed == [{**expected, "in_force": True, "kept": "group:hawks"}]


def test_low_scores_are_asked_for_and_branches_and_unnamed_parties_stay_apart(loaded, tmp_path):
    document = answer(loaded, "names", "propose", "--min-score", "30", "--limit", "3", folder=tmp_path)
    pairs = {(row["first"], row["second"]): row for row in document["rows"]}
    assert len(pairs) == 3 and document["notes"] == ["Only the 3 best are shown: raise --limit for more."]
    assert ("group:hawks", "group:hawks-north") not in pairs
    branches = [row for (_, second), row in pairs.items() if second.startswith("group:hawks-")]
    assert branches and all(row["score"] <= 60 and "branches stay apart" in row["reasons"][0] for row in branches)
    assert not any("group:some-hawks" in pair or "distributor:hawks" in pair for pair in pairs)


def test_conflicts_are_refused_with_the_chain_until_they_are_undone(loaded, tmp_path):
    file = tmp_path / "kept" / "decisions.yaml"
    file.parent.mkdir()
    option = ("--decisions", str(file))
    why = ("--why", "w", "--who", "Ben", "--when", "2024-03-01")
    for first, second in (("group:hawks", "group:desert-hawks"), ("group:desert-hawks", "group:hawks-south")):
        answer(loaded, "names", "decide", first, second, "same", *why, *option, folder=tmp_path)
    before = file.read_bytes()
    apart = ("names", "decide", "group:hawks", "group:hawks-south", "not-same", *why, *option)
    message = refused(loaded, *apart, folder=tmp_path, code=6)
    assert "group:desert-hawks = group:hawks (line 2, Ben, 2024-03-01)" in message
    assert "group:desert-hawks = group:hawks-south (line 7, Ben, 2024-03-01)" in message
    assert file.read_bytes() == before
    undo = ("names", "decide", "group:hawks-south", "group:desert-hawks", "unsure", *why, *option)
    notes = answer(loaded, *undo, folder=tmp_path)["notes"]
    assert notes == ["It supersedes group:desert-hawks = group:hawks-south (line 7, Ben, 2024-03-01)."]
    answer(loaded, *apart, folder=tmp_path)
    assert file.read_bytes().startswith(before)
    history = answer(loaded, "names", "list", "--history", *option, folder=tmp_path)["rows"]
    assert [(row["judgement"], row["in_force"]) for row in history] == [
        ("same", True), ("same", False), ("unsure", True), ("not-same", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "code", "message"),
    [
        ("group:hawks-north", "group:hawks", 6, "group:hawks-north is recorded as a part of group:hawks"),
        ("group:some-hawks", "group:hawks", 6, "group:some-hawks is a placeholder and the other is not"),
        ("distributor:hawks", "group:hawks", 6, "is a Distributor and group:hawks a Group"),
        ("group:opposition", "group:end", 6, "the transfer diverted:"),
        ("group:eagles", "group:hawks", 4, "no party is called 'group:eagles'"),
    ],
)
def test_what_cannot_be_the_same_is_refused(loaded, tmp_path, first, second, code, message):
    said = refused(loaded, "names", "decide", first, second, "same", "--why", "w", folder=tmp_path, code=code)
    assert message in said and not list(tmp_path.iterdir())


def test_who_and_when_have_defaults_and_home_keeps_decisions_where_the_folder_has_none(loaded, tmp_path):
    git = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Grace  Hopper"}
    file = tmp_path / "decisions.yaml"
    arguments = ("names", "decide", "group:hawks", "group:hawks-south", "unsure", "--why", " for\n now ")
    [row] = answer(loaded, *arguments, folder=tmp_path, **git)["rows"]
    assert (row["who"], row["why"]) == ("Grace Hopper", "for now") and len(row["when"]) == 10
    assert file.exists()
    (tmp_path / "elsewhere").mkdir()
    listed = run_kg(
        loaded,
        "names",
        "list",
        "--only",
        "unsure",
        "--format",
        "csv",
        folder=tmp_path / "elsewhere",
        KG_HOME=str(tmp_path),
    )
    assert [row["second"] for row in csv.DictReader(io.StringIO(listed.stdout))] == ["group:hawks-south"]
    assert "does not exist" in refused(loaded, "names", "list", "--decisions", "absent.yaml", folder=tmp_path, code=6)


def test_a_broken_decisions_file_is_named_with_its_line(loaded, tmp_path):
    (tmp_path / "decisions.yaml").write_text("# one\n- {pair: [group:a, group:b]}\n", encoding="utf-8")
    assert "decisions.yaml:2: judgement: found nothing" in refused(loaded, "names", "list", folder=tmp_path, code=6)


def test_diff_needs_no_database_and_says_what_changed(loaded, base, write, tmp_path):
    nowhere = Settings(home=tmp_path / "home", cache=loaded.cache, neo4j_uri="bolt://127.0.0.1:9", neo4j_password="x")
    before = write(base, folder="before").parent
    base["sources"][0]["reliability"]["grade"] = "D"
    after = write(base, folder="after").parent
    rows = answer(nowhere, "diff", str(before), str(after), folder=tmp_path)["rows"]
    assert [(row["kind"], row["id"], row["field"]) for row in rows if row["kind"] == "source"] == [
        ("source", "paper", "reliability")
    ]
    grades = [(row["before"], row["after"]) for row in rows if row["field"] == "grade"]
    assert grades == [("B3", "D3")] * 3 and len(rows) == 4
    shown = run_kg(nowhere, "diff", str(before), str(after), "--format", "table", folder=tmp_path)
    assert "~ source paper" in shown.stdout and 'grade: "B3" → "D3"' in shown.stdout
    assert "0 added, 0 removed, 4 changed" in shown.stdout
    same = answer(nowhere, "diff", str(after), str(after), folder=tmp_path)
    assert (same["rows"], same["notes"]) == ([], ["Both declare the same."])
