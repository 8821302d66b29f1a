"""`kg query` as a process: whole values for scripts, words for people, parameters, and what a limit cut."""

from __future__ import annotations

import json

import pytest

from kg.errors import UsageError
from kg.graph import Graph
from kg.network import Projection
from kg.store import session
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


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('MATCH (n RETURN "EXPLAIN"', "(line 1, column 10 (offset: 9))"),
        ("RETURN 1 AS a; RETURN 2 AS b", "(line 1, column 1 (offset: 0))"),
        ("// only comment", "the query is empty"),
        ("/* EXPLAIN */ // RETURN 1", "the query is empty"),
        ("PROFILE MATCH (n) RETURN n", "leave PROFILE out"),
        ("// first\n cypher 5 explain MATCH (n) RETURN n", "leave EXPLAIN out"),
        ("RETURN $x AS x", "Expected parameter(s): x"),
    ],
)
def test_a_query_that_cannot_run_is_told_in_its_own_words(bundle, query, said):
    with session.connect(bundle) as database, pytest.raises(UsageError) as caught:
        database.query(query, {}, timeout=5, limit=1)
    assert said in str(caught.value)


def test_what_the_graph_does_not_know_is_said(bundle):
    done = run_kg(bundle, "query", "MATCH (p:Prty) RETURN count(p) AS n", "--format", "json")
    assert json.loads(done.stdout)["notes"] == ["Nothing in the graph has the label Prty: see `kg schema`."]
    done = run_kg(bundle, "query", "MATCH (p {nam: 'ISIS'})-[:GAVE]->() RETURN p.id")
    assert (done.returncode, done.stdout) == (3, "")
    assert "the property nam" in done.stderr and "the relationship type GAVE" in done.stderr
    assert "notes" not in run_kg(bundle, "query", "MATCH (p:Party) RETURN count(p) AS n").stdout


def test_names_are_taken_alike_by_every_command(bundle, tmp_path):
    found = rows(bundle, "suppliers-of", "-p", "party=ISIS")
    assert found == rows(bundle, "suppliers-of", "-p", 'party="group:isis"')
    done = run_kg(bundle, "export", "a.csv", "--query", "suppliers-of", "-p", "party=ISIS", folder=tmp_path)
    assert done.returncode == 0 and "party is ISIS (group:isis)" in done.stderr
    assert {row["transfer"] for row in found} <= set((tmp_path / "a.csv").read_text().replace(",", "\n").split("\n"))
    for command in (("query", "suppliers-of"), ("export", "b.csv", "--query", "suppliers-of")):
        done = run_kg(bundle, *command, "-p", "party=ISSI", folder=tmp_path)
        assert done.returncode == 4 and "Did you mean ISIS" in done.stderr


def test_rows_that_name_nothing_are_printed_though_no_page_is_written(bundle, tmp_path):
    page = tmp_path / "q.html"
    done = run_kg(bundle, "query", "mechanisms", "--html", str(page))
    assert done.returncode == 3 and "was not written" in done.stderr and not page.exists()
    assert json.loads(done.stdout.splitlines()[0])["type"] == "CAPTURED"


def test_an_id_is_whole_on_a_narrow_terminal(bundle):
    for columns in ("60", "100", "160", "400"):
        done = run_kg(bundle, "query", "suppliers-of", "-p", "party=ISIS", "--format", "table", COLUMNS=columns)
        for row in rows(bundle, "suppliers-of", "-p", "party=ISIS"):
            assert row["transfer"] in done.stdout and row["holder_before"] in done.stdout


def test_python_asks_by_name_and_says_what_was_cut(bundle):
    with Graph(session.connect(bundle)) as graph:
        asked = graph.query("suppliers-of", party="ISIS")
        assert asked.rows() == rows(bundle, "suppliers-of", "-p", "party=group:isis")
        with pytest.warns(UserWarning, match="Only the first 1 rows"):
            assert graph.query("suppliers-of", party="group:isis", limit=1).to_pandas().attrs["cut"]
        avoided = Projection(avoid=("Syrian opposition forces", "Iraqi military"))
        assert graph.paths("United States", "ISIS").paths
        assert not graph.paths("United States", "ISIS", avoided).paths
        assert graph.paths("United States", "ISIS", Projection(items=("weapon",))).paths
        assert list(graph.paths("China", "ISIS").to_pandas()[["hop", "verdict"]]) == ["hop", "verdict"]
