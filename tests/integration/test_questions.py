"""What an analyst asks of the bundled data, each question by a process of its own: tests/data/questions.yaml."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kg.loaders import findings as loader

from kg.commands.demo import bundled
from kg.findings import Finding
from kg.settings import Settings
from kg.text import parse_yaml
from tests.integration.conftest import run_kg

pytestmark = pytest.mark.neo4j

QUESTIONS: list[dict[str, Any]] = parse_yaml(
    (Path(__file__).parents[1] / "data" / "questions.yaml").read_text(encoding="utf-8")
).value
KEYS = {"question", "run", "without", "exit", "rows", "no_rows", "number", "answer", "said", "findings"}
STANDING = [question for question in QUESTIONS if "without" not in question]
WITHDRAWN = [question for question in QUESTIONS if "without" in question]


def findings() -> dict[str, Finding]:
    found = [one.what for path in bundled() for one in loader.read(path)]
    return {one.id: one for one in found if isinstance(one, Finding)}


def holds(expected: object, actual: object) -> bool:
    """Say whether a value is as expected; of a mapping, only the keys expected count."""
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(
            key in actual and holds(value, actual[key]) for key, value in expected.items()
        )
    return expected == actual


def ask(settings: Settings, question: dict[str, Any]) -> None:
    """Run the question and compare what is printed with what is expected."""
    done = run_kg(settings, *question["run"], "--format", "json")
    assert done.returncode == question.get("exit", 0), done.stderr
    printed = f"{done.stdout}\n{done.stderr}"
    for words in question.get("said", []):
        assert words in printed
    backing = findings()
    for name in question.get("findings", []):
        assert backing[name].start.id in printed, name
    answer = json.loads(done.stdout) if done.stdout else {"rows": []}
    for expected in question.get("rows", []):
        assert any(holds(expected, row) for row in answer["rows"]), expected
    for unwanted in question.get("no_rows", []):
        assert set(unwanted) <= {key for row in answer["rows"] for key in row}, "a key that no row has excludes nothing"
        assert not any(holds(unwanted, row) for row in answer["rows"]), unwanted
    assert len(answer["rows"]) == question.get("number", len(answer["rows"]))
    assert holds(question.get("answer", {}), answer)


@pytest.fixture
def without(bundle: Settings, request: pytest.FixtureRequest, documents: Path) -> Iterator[Settings]:
    """Return the bundled data without the files that the question withdraws, and put them back afterwards."""
    for file in request.param["without"]:
        assert run_kg(bundle, "unload", file).returncode == 0
    yield bundle
    again = run_kg(bundle, "load", *map(str, bundled()), "--documents", str(documents))
    assert again.returncode == 0, again.stderr


def test_there_are_questions_of_every_kind_and_each_expects_something():
    assert len(STANDING) >= 20 and WITHDRAWN
    for question in QUESTIONS:
        assert not set(question) - KEYS, question["question"]
        assert set(question) & {"rows", "no_rows", "answer", "said"}, question["question"]
    assert len({question["question"] for question in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("question", STANDING, ids=lambda question: question["question"])
def test_the_bundled_data_answers(bundle: Settings, question: dict[str, Any]):
    ask(bundle, question)


@pytest.mark.parametrize(
    ("without", "question"),
    [(question, question) for question in WITHDRAWN],
    indirect=["without"],
    ids=[question["question"] for question in WITHDRAWN],
)
def test_what_is_left_without_a_document(without: Settings, question: dict[str, Any]):
    ask(without, question)
