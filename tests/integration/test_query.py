"""`kg query` as a process: whole values for scripts, words for people, parameters, and what a limit cut."""

from __future__ import annotations

import json

import pytest

from tests.integration.conftest import run_kg

pytestmark = pytest.mark.neo4j

OPPOSITION = "MATCH way = (a:Country {id: 'country:USA'})-[r:SUPPLIED]->(b {id: 'group:syrian-opposition'}) "


def rows(settings, *arguments):
    done = run_kg(settings, "query", *arguments, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["rows"]


def table(settings, *arguments):
    done = run_kg(settings, "query", *arguments, "--format", "table", COLUMNS="200")
    assert done.returncode == 0, done.stderr
    return [line.rstrip() for line in done.stdout.splitlines()]


def test_nodes_relationships_and_paths_are_whole_in_json(bundle):
    [row] = rows(bundle, OPPOSITION + "RETURN a, r, way")
    assert row["a"]["labels"] == ["Country", "Party"] and row["a"]["id"] == "country:USA"
    assert row["a"]["properties"]["name"] == "United States"
    relationship = row["r"]
    assert (relationship["type"], relationship["from"], relationship["to"]) == (
        "SUPPLIED", "country:USA", "group:syrian-opposition",
    )  # fmt: skip
    assert relationship["id"] == relationship["properties"]["id"] and relationship["properties"]["findings"]
    assert row["way"]["relationships"] == [relationship] and row["way"]["nodes"][0] == row["a"]


def test_a_relationship_alone_names_its_ends(bundle):
    [row] = rows(bundle, OPPOSITION + "RETURN {deep: [r]} AS found")
    [relationship] = row["found"]["deep"]
    assert (relationship["from"], relationship["to"]) == ("country:USA", "group:syrian-opposition")


def test_a_table_has_them_in_words(bundle):
    assert table(bundle, OPPOSITION + "RETURN a, r") == [
        "a                         r",
        "(United States :Country)  (United States)-[SUPPLIED weapon]->(Syrian opposition forces)",
    ]
    assert table(bundle, OPPOSITION + "RETURN way")[1] == (
        "(United States :Country) -[SUPPLIED weapon]-> (Syrian opposition forces :Group)"
    )
    assert table(bundle, "RETURN duration('P1D') AS d, date('2014-06-10') AS t")[1] == "P1D  2014-06-10"


def test_parameters_are_typed_and_come_from_files(bundle, tmp_path):
    ids = tmp_path / "ids.json"
    ids.write_text('["group:isis", "country:IRQ"]', encoding="utf-8")
    query = "MATCH (p:Party) WHERE p.id IN $ids RETURN p.id AS id, $year + 1 AS year ORDER BY id"
    assert rows(bundle, query, "-p", f"ids=@{ids}", "-p", "year=2014") == [
        {"id": "country:IRQ", "year": 2015}, {"id": "group:isis", "year": 2015},
    ]  # fmt: skip


def test_what_a_limit_cut_is_said_in_every_format(bundle):
    for format_ in ("table", "json", "jsonl", "csv"):
        done = run_kg(bundle, "query", "UNWIND [1, 2] AS x RETURN x", "--limit", "1", "--format", format_)
        assert "Only the first 1 rows are shown" in done.stdout
    whole = run_kg(bundle, "query", "UNWIND [1, 2] AS x RETURN x", "--limit", "2", "--format", "table")
    assert "Note" not in whole.stdout
    slow = "UNWIND range(1, 100000000) AS x WITH x WHERE x < 0 RETURN count(x)"
    done = run_kg(bundle, "query", slow, "--timeout", "0.3")
    assert done.returncode == 2 and "longer than its time limit" in done.stderr


def test_a_fault_of_syntax_is_shown_at_its_place(bundle):
    done = run_kg(bundle, "query", "MATCH (n)\nRETUR n")
    assert done.returncode == 2
    said = done.stderr.splitlines()
    assert "(line 2, column 1 (offset: 10))" in said[0]
    assert said[1].index("RETUR") == said[2].index("^")
