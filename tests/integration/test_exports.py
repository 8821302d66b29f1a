"""Exports of a real graph: what loads again, what `neo4j-admin` imports, and what `kg export` writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import networkx as nx
import pandas
import pytest

from kg import load as loading
from kg.commands import exporting
from kg.commands.demo import bundled
from kg.errors import KgError
from kg.export import bulk, selection, tables
from kg.export.html import read_back
from kg.graph import Graph
from kg.settings import Settings
from kg.store import local, read, session
from kg.store.session import Database
from kg.verify import verify
from tests.conftest import wipe
from tests.integration.conftest import BASE, run_kg
from tests.unit.test_exports import HOSTILE

pytestmark = pytest.mark.neo4j

TEXTS = {key: text for key, text in HOSTILE.items() if key != "surrogate"}  # which no database holds


def hostile() -> dict[str, Any]:
    """Return a findings file with a hostile text wherever one can stand, and evidence that pulls more evidence in."""
    content = json.loads(json.dumps(BASE))
    for number, text in enumerate(TEXTS.values()):
        content["parties"].append(
            {"id": f"group:p{number}", "kind": "Group", "name": text, "aliases": [text, "plain"], "note": text,
             "located_in": {"id": "country:SYR", "text": text}}
        )  # fmt: skip
        content["findings"].append(
            {**BASE["findings"][0], "id": f"h{number}", "to": f"group:p{number}", "statement": text, "place": text,
             "quantity": {"min": 0.1, "text": text}, "date": {"earliest": "2014", "text": text}}
        )  # fmt: skip
    content["organisations"].append({"id": "other", "name": "Another body"})
    content["origins"].append({"id": "doubt", "organisation": "other", "kind": "interview"})
    content["sources"][0]["relays"].append("doubt")
    content["findings"].append(
        {**BASE["findings"][1], "id": "f4", "certainty": "denied", "origin": "doubt", "continues": [],
         "contradicts": [{"id": "f2", "reason": "It did not."}]}
    )  # fmt: skip
    return content


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Return a folder with the hostile graph as a findings file."""
    path = tmp_path_factory.mktemp("exports")
    (path / "graph.jsonl").write_text(json.dumps(hostile()))
    return path


@pytest.fixture
def loaded(neo4j_settings, folder) -> Iterator[Graph]:
    """Return the hostile graph, loaded afresh."""
    with fresh(neo4j_settings, folder / "graph.jsonl") as graph:
        yield graph


@contextmanager
def fresh(settings: Settings, *paths: Path) -> Iterator[Graph]:
    """Give the graph that files make in an emptied database."""
    wipe(settings)
    with session.connect(settings) as connected:
        assert loading.load(connected, list(paths)).problems == ()
        yield Graph(connected)


def reloaded(graph: Graph, path: Path) -> Graph:
    """Return the graph that a file makes in the emptied database of another."""
    graph.database.write(lambda tx: tx.run("MATCH (n) WHERE NOT n:KgMeta DETACH DELETE n").consume())
    assert loading.load(graph.database, [path]).problems == ()
    return Graph(graph.database)


def content(database: Database) -> tuple[list[str], list[str]]:
    """Return all that a graph says, whichever files declare it."""
    nodes = database.read("MATCH (n) WHERE NOT n:Load AND NOT n:KgMeta RETURN labels(n) AS labels, properties(n) AS p")
    edges = database.read(
        "MATCH (a)-[r]->(b) RETURN labels(a) AS a, a.id AS start, type(r) AS type, labels(b) AS b, b.id AS end, "
        "properties(r) AS p"
    )
    for row in nodes:
        del row["p"]["files"]
    return tuple(sorted(json.dumps(row, sort_keys=True) for row in rows) for rows in (nodes, edges))


def write_jsonl(path, graph, chosen):
    tables.write_jsonl(path, chosen, selection.declared(graph, chosen))


def test_json_lines_load_back_to_the_same_digest(loaded, tmp_path):
    before = read.digest(loaded.database)
    write_jsonl(tmp_path / "graph.jsonl", loaded, selection.everything(loaded))
    again = reloaded(loaded, tmp_path / "graph.jsonl")
    assert read.digest(again.database) == before
    write_jsonl(tmp_path / "twice.jsonl", again, selection.everything(again))
    assert (tmp_path / "twice.jsonl").read_bytes() == (tmp_path / "graph.jsonl").read_bytes()


def test_what_a_selection_declares_makes_the_same_edges_by_itself(loaded, tmp_path):
    chosen = selection.between(loaded, ["group:opposition"], ["group:end"])
    assert [edge.type for edge in chosen.records.relations] == ["DIVERTED"]
    declared = selection.declared(loaded, chosen)
    # f2 continues f1, f4 contradicts it; nothing else bears on them.
    assert set(declared["findings"]) == {"f1", "f2", "f4"}
    assert selection.further_parties(chosen, declared) == {"country:USA"}
    tables.write_jsonl(tmp_path / "part.jsonl", chosen, declared)
    again = reloaded(loaded, tmp_path / "part.jsonl")
    assert set(chosen.records.relations) <= set(again.records.relations)
    assert verify(again.database).faults == ()


def test_the_bundled_graph_and_a_neighbourhood_load_back(neo4j_settings, tmp_path):
    with fresh(neo4j_settings, *bundled()) as graph:
        edges = len(graph.records.relations)
        before = content(graph.database)
        write_jsonl(tmp_path / "all.jsonl", graph, selection.everything(graph))
        near = selection.around(graph, "group:syrian-opposition", 1)
        write_jsonl(tmp_path / "near.jsonl", graph, near)
        again = reloaded(graph, tmp_path / "all.jsonl")
        assert content(again.database) == before
        part = reloaded(again, tmp_path / "near.jsonl")
        assert near.records.relations and set(near.records.relations) <= set(part.records.relations)
        assert len(part.records.relations) < edges
        assert verify(part.database).faults == ()


@pytest.mark.slow
def test_neo4j_admin_imports_the_folder(loaded, tmp_path, artifact_cache):
    whole = selection.everything(loaded)
    bulk.write(tmp_path / "graph", loaded, whole, selection.declared(loaded, whole))
    elsewhere = Settings(home=tmp_path / "home", cache=artifact_cache)
    done = local.admin(elsewhere, *bulk.arguments(tmp_path / "graph"))
    assert done.returncode == 0, done.stdout + done.stderr
    try:
        with session.connect(elsewhere) as imported:
            for statement in (tmp_path / "graph" / "after-import.cypher").read_text().split(";\n")[:-1]:
                imported.run(statement)
            assert read.digest(imported) == read.digest(loaded.database)
            assert read.records(imported) == loaded.records
            assert [load["file"] for load in read.loads(imported)] == ["graph.jsonl"]
            assert verify(imported).faults == ()
            constraints = imported.read("SHOW CONSTRAINTS YIELD name RETURN name")
            assert {"party_id", "supplied_id"} <= {row["name"] for row in constraints}
            parties = {
                row["id"]: row["name"] for row in imported.read("MATCH (p:Party) RETURN p.id AS id, p.name AS name")
            }
            assert [parties[f"group:p{number}"] for number in range(len(TEXTS))] == list(TEXTS.values())
    finally:
        local.stop(elsewhere)


def test_a_folder_of_a_selection_names_only_what_stands_in_it(loaded, tmp_path):
    chosen = selection.around(loaded, "group:p0", 1)
    bulk.write(tmp_path / "part", loaded, chosen, selection.declared(loaded, chosen))
    table = {
        path.stem: pandas.read_csv(path, dtype=str, keep_default_na=False) for path in (tmp_path / "part").glob("*.csv")
    }
    assert set(table["Group"]["id:ID(Party)"]) == {"group:p0"}
    assert set(table["Party-SUPPLIED-Party"][":END_ID(Party)"]) == {"group:p0"}
    assert set(table["Finding"]["id:ID(Finding)"]) == {"h0"}
    assert "Load" not in table and "Party-DIVERTED-Party" not in table
    ends = {one for name, rows in table.items() for key in rows if "_ID(" in key for one in rows[key]}
    ids = {one for rows in table.values() for key in rows if key.startswith("id:ID(") for one in rows[key]}
    assert ends <= ids
    first = {path.name: path.read_bytes() for path in (tmp_path / "part").iterdir()}
    bulk.write(tmp_path / "part", loaded, chosen, selection.declared(loaded, chosen))
    assert {path.name: path.read_bytes() for path in (tmp_path / "part").iterdir()} == first


@pytest.fixture(scope="module")
def small(neo4j_settings, tmp_path_factory) -> Settings:
    """Return settings of a database that holds the small graph; the tests of the hostile one come before."""
    path = tmp_path_factory.mktemp("base") / "base.json"
    path.write_text(json.dumps(BASE))
    with fresh(neo4j_settings, path) as graph:
        assert {edge.type for edge in graph.records.relations} == {"SUPPLIED", "DIVERTED", "MANUFACTURED"}
    return neo4j_settings


@pytest.fixture
def export(small, monkeypatch):
    """Return what does `kg export` in this process."""
    monkeypatch.setattr(exporting, "connected", lambda code=None: Graph(session.connect(small)).within(code))
    return exporting.export


@pytest.mark.parametrize(
    ("options", "types"),
    [
        ({}, {"SUPPLIED", "DIVERTED", "MANUFACTURED"}),
        ({"around": "United States", "hops": 1}, {"SUPPLIED"}),
        ({"starts": ["United States"], "ends": ["EU-ser"]}, {"SUPPLIED", "DIVERTED"}),
        ({"query": "suppliers-of", "parameters": ["party=group:end"]}, {"DIVERTED"}),
        ({"query": "MATCH path = (:Party)-[:SUPPLIED]->() RETURN path"}, {"SUPPLIED"}),
        ({"query": "MATCH (m)-[r:MANUFACTURED]->() RETURN collect(r) AS made"}, {"MANUFACTURED"}),
        ({"query": "MATCH (p:Group) RETURN p"}, {"DIVERTED"}),
    ],
    ids=["all", "around", "between", "ids", "paths", "relationships", "nodes"],
)
def test_export_writes_what_was_asked_for(export, tmp_path, options, types):
    export(str(tmp_path / "a.graphml"), **options)
    found = nx.read_graphml(tmp_path / "a.graphml", force_multigraph=True)
    assert {data["type"] for _, _, data in found.edges(data=True)} == types


def test_export_by_suffix(export, tmp_path, capsys):
    for name in ("a.gexf", "a.csv", "a.json", "a.jsonl", "a.HTML", "folder", "b.d/"):
        export(f"{tmp_path}/{name}", handling="TLP:AMBER")
    assert capsys.readouterr().out == ""
    names = {"a.gexf", "a.csv", "a.nodes.csv", "a.json", "a.jsonl", "a.HTML", "folder", "b.d"}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert nx.read_gexf(tmp_path / "a.gexf").number_of_edges() == 3
    assert len(pandas.read_csv(tmp_path / "a.csv")) == 3
    document = json.loads((tmp_path / "a.json").read_text())
    assert {finding["id"] for finding in document["graph"]["findings"]} == {"f1", "f2", "f3"}
    assert document["graph"]["notes"][0] == "Handling: TLP:AMBER."
    assert "TLP:AMBER" in (tmp_path / "folder" / "README.txt").read_text()
    assert bulk.arguments(tmp_path / "b.d")


def test_a_cut_answer_is_said_in_the_file(export, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "ANSWER_ROWS", 1)
    export(str(tmp_path / "a.json"), query="MATCH ()-[r:SUPPLIED|DIVERTED]->() RETURN r")
    document = json.loads((tmp_path / "a.json").read_text())
    assert len(document["edges"]) == 1
    assert document["graph"]["notes"][0] == "Only the first 1 rows are shown."


@pytest.mark.parametrize(
    ("target", "options", "code", "said"),
    [
        ("a.pdf", {}, 2, "suffix"),
        ("a.csv", {"starts": ["United States"]}, 2, "--from with --to"),
        ("a.csv", {"around": "EU-ser", "query": "coverage"}, 2, "one of"),
        ("a.csv", {"parameters": ["x=1"]}, 2, "--query with"),
        ("a.csv", {"around": "nobody"}, 4, "no party is called"),
        ("a.csv", {"starts": ["EU-ser"], "ends": ["United States"]}, 3, "no transfers lead"),
        ("a.csv", {"query": "RETURN 1 AS one"}, 3, "names no edge"),
        ("a.csv", {"query": "CREATE (n) RETURN n"}, 2, "only reads"),
        ("missing/a.csv", {}, 2, "cannot be written"),
        ("missing/folder", {}, 2, "cannot be written"),
        ("mine/", {}, 2, "holds something else"),
    ],
)
def test_a_refused_export_leaves_what_was_there(export, tmp_path, target, options, code, said):
    (tmp_path / "a.csv").write_text("old")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(KgError, match=said) as caught:
        export(f"{tmp_path}/{target}", **options)
    assert caught.value.exit_code == code
    assert (tmp_path / "a.csv").read_text() == "old"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.csv", "mine", "thesis.txt"]


def test_as_a_process(small, tmp_path):
    asked = ("--from", "United States", "--to", "EU-ser")
    for name in ("one.graphml", "two.graphml"):
        done = run_kg(small, "export", str(tmp_path / name), *asked)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert "4 parties, 2 items, 2 edges" in done.stderr  # Syria, too, where the opposition sits
    assert (tmp_path / "one.graphml").read_bytes() == (tmp_path / "two.graphml").read_bytes()
    page = tmp_path / "answer.html"
    done = run_kg(small, "query", "suppliers-of", "-p", "party=group:end", "--html", str(page))
    assert done.returncode == 0 and json.loads(done.stdout)["holder_before"] == "group:opposition"
    assert "diverted" in json.dumps(read_back(page))


def test_notes_that_files_give_are_exported_with_what_they_are_of(small, export, tmp_path):
    wipe(small)
    noted = json.loads(json.dumps(BASE))
    noted["parties"][1]["note"], noted["items"][0]["note"] = "As of 2017.", "All sorts."
    again = {**noted["findings"][1], "id": "f4", "note": "-seen twice"}
    noted["findings"][0]["note"], noted["findings"][1]["note"] = "=1+1", "seen once"
    (tmp_path / "base.json").write_text(json.dumps({**noted, "findings": [*noted["findings"], again]}))
    with fresh(small, tmp_path / "base.json"):
        for name in ("a.csv", "a.graphml", "a.gexf", "a.json"):
            export(str(tmp_path / name))
    edges = pandas.read_csv(tmp_path / "a.csv", index_col="type", keep_default_na=False)["finding_notes"]
    assert edges.to_dict() == {"SUPPLIED": "'=1+1", "DIVERTED": "f2: seen once; f4: -seen twice", "MANUFACTURED": ""}
    nodes = pandas.read_csv(tmp_path / "a.nodes.csv", index_col="id", keep_default_na=False)["note"]
    assert (nodes["group:end"], nodes["item:weapon"], nodes["group:opposition"]) == ("As of 2017.", "All sorts.", "")
    document = json.loads((tmp_path / "a.json").read_text())
    assert {tuple(edge["finding_notes"]) for edge in document["edges"]} == {
        ("=1+1",), ("f2: seen once", "f4: -seen twice"), (),
    }  # fmt: skip
    for found in (nx.read_graphml(tmp_path / "a.graphml"), nx.read_gexf(tmp_path / "a.gexf")):
        assert found.nodes["group:end"]["note"] == "As of 2017."
        assert {data.get("finding_notes") for _, _, data in found.edges(data=True)} == {
            "=1+1", "f2: seen once; f4: -seen twice", None,
        }  # fmt: skip
