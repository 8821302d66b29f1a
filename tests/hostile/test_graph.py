"""Hostile texts in every field of a findings file: the graph holds them as they are, and they do nothing in it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from kg import catalog, load
from kg.errors import InputError, KgError, NothingFoundError, UnknownNameError, UsageError
from kg.graph import Graph
from kg.store import read, session
from tests.conftest import wipe
from tests.hostile.corpus import CYPHER, IN_NO_FILE, TEXTS
from tests.integration.conftest import BASE, run_kg

pytestmark = pytest.mark.neo4j

HELD = tuple(text for text in TEXTS if text not in IN_NO_FILE)
#: Of a file name: all that attacks Cypher, a shell, a terminal or HTML and is no separator of folders.
FILE = "'}) DETACH DELETE n; $(touch pwned) `x` <script> \x1b[31m\u202e.json"


def hostile(base: dict[str, Any]) -> dict[str, Any]:
    """Return a findings file with each text in each field that holds text, as often as there are texts."""
    base["organisations"] += [{"id": f"org-{n}", "name": text} for n, text in enumerate(HELD)]
    for n, text in enumerate(HELD):
        base["origins"].append({"id": f"study-{n}", "organisation": f"org-{n}", "kind": text})
        source = dict(base["sources"][0], id=f"paper-{n}", title=text, publisher=text, relays=[f"study-{n}"])
        base["sources"].append(source | {"reliability": {"grade": "B", "reason": text}})
        base["parties"].append({"id": f"group:g{n}", "kind": "Group", "name": text, "aliases": [text + " too"]})
        base["items"].append({"id": f"item:i{n}", "name": text, "aliases": [text + " too"], "kind_of": "item:weapon"})
        finding = dict(base["findings"][0], id=f"h{n}", source=f"paper-{n}", origin=f"study-{n}", statement=text)
        finding |= {"to": {"id": f"group:g{n}", "text": text}, "items": [{"id": f"item:i{n}", "text": text}]}
        finding |= {"attribution": text, "place": text, "quantity": {"text": text}, "joint": f"j{n}"}
        base["findings"].append(finding | {"share": {"text": text, "min": 0.1, "of": text}})
    return base


@pytest.fixture(scope="module")
def loaded(neo4j_settings, tmp_path_factory) -> Iterator[Graph]:
    """Return a graph with all of it; what a test does to it the next one would see."""
    wipe(neo4j_settings)
    path = tmp_path_factory.mktemp("hostile") / FILE
    path.write_text(json.dumps(hostile(copy.deepcopy(BASE))), encoding="utf-8")
    with session.connect(neo4j_settings) as database:
        report = load.load(database, [path])
        assert not report.problems, report.problems[:3]
        yield Graph(database)


def test_all_of_it_is_there_as_it_was_written_and_nothing_else(loaded):
    counts = read.counts(loaded.database)
    assert counts["Group"] == 2 + len(HELD) and counts["Item"] == 2 + len(HELD)
    assert counts["Finding"] == 3 + len(HELD) and "Intruder" not in counts
    for n, text in enumerate(HELD):
        assert loaded.records.parties[f"group:g{n}"].name == loaded.records.items[f"item:i{n}"].name == text
    places = {edge.place for edge in loaded.records.relations if edge.place}
    assert places == set(HELD)


def test_looking_for_it_changes_nothing(loaded):
    before = read.digest(loaded.database)
    suppliers = catalog.catalogue()["suppliers-of"]
    for text in (*TEXTS, "group:isis'})", "x" * 10_000):
        for lookup in (loaded.find, loaded.party, loaded.item, loaded.evidence):
            try:
                lookup(text)
            except (NothingFoundError, UnknownNameError):
                continue
            except UsageError:
                assert text in IN_NO_FILE
        if text not in IN_NO_FILE:
            for query, rows in ((suppliers.text, []), ("RETURN $party AS text", [[text]])):
                assert loaded.database.query(query, {"party": text}, timeout=5, limit=5)[1] == rows
    assert read.digest(loaded.database) == before


def test_the_command_line_takes_it_as_a_text(loaded, neo4j_settings, tmp_path):
    before = read.digest(loaded.database)
    name = CYPHER[0]
    for arguments in (
        ("show", name),
        ("path", "United States", name),
        ("query", "suppliers-of", "-p", f"party={name}"),
    ):
        done = run_kg(neo4j_settings, *arguments, "--format", "table", folder=tmp_path)
        assert done.returncode in (0, 3), done.stderr
        assert "\x1b" not in done.stdout + done.stderr and "\u202e" not in done.stdout + done.stderr
    done = run_kg(neo4j_settings, "export", "folder/", folder=tmp_path)
    assert done.returncode == 0
    for script in ("import.args", "after-import.cypher"):
        content = (tmp_path / "folder" / script).read_text(encoding="utf-8")
        assert not [text for text in (*HELD, FILE) if text in content]
    assert read.digest(loaded.database) == before and not (tmp_path / "pwned").exists()


class _Stop(Exception):
    """Undoes what a transaction did."""


def test_as_part_of_a_query_it_would_act(loaded):
    """Values are parameters; a query made of the same text does what the text says."""
    before = read.digest(loaded.database)
    text, left = "weapon" + CYPHER[0], []
    assert loaded.database.read("MATCH (n:Item {name: $text}) RETURN n", text=text) == []

    def work(transaction: Any) -> None:
        transaction.run(f"MATCH (n:Item {{name: '{text}'}}) RETURN n").consume()
        left.append(transaction.run("MATCH (n:Item) RETURN count(n) AS n").single()["n"])
        raise _Stop

    with pytest.raises(_Stop):
        loaded.database.write(work)
    assert left == [1 + len(HELD)]
    assert read.digest(loaded.database) == before


def test_the_file_is_known_and_taken_out_by_its_name(loaded, neo4j_settings, tmp_path):
    done = run_kg(neo4j_settings, "status", "--format", "table")
    assert done.returncode == 0 and "\x1b" not in done.stdout and "\\u202e" in done.stdout
    load.unload(loaded.database, FILE)
    assert not {"Finding", "Item", "Group"} & set(read.counts(loaded.database))


HEADERS = (
    "// question: x\n// returns: x\n// parameter: p}) STRING: y\nRETURN $p AS x",
    "// question: x\n// returns: x\n// parameter: p INTEGER;DROP: y\nRETURN $p AS x",
    "// question: x\n// question: y\n// returns: x\nRETURN 1 AS x",
    "RETURN 1 AS x",
)


@pytest.mark.parametrize("content", HEADERS)
def test_a_header_declares_or_is_refused(content):
    with pytest.raises(InputError):
        catalog.parse("mine", content)


@pytest.mark.parametrize("name", ["a;b", "A", "a b", "..", "a\u202eb", "-", "é"])
def test_a_query_file_is_named_plainly(tmp_path, name):
    with pytest.raises(InputError, match="rename it"):
        catalog.read(tmp_path / f"{name}.cypher")


def test_a_query_of_somebody_else_is_held_to_reading(database, tmp_path):
    path = tmp_path / "theirs.cypher"
    path.write_text(
        "// question: how many?\n// returns: n\nCALL () { CREATE (:Intruder) } MATCH (n) RETURN count(n) AS n"
    )
    theirs = catalog.read(path)
    with pytest.raises(UsageError, match="only reads"):
        catalog.check(theirs, database)
    with pytest.raises(UsageError, match="only reads"):
        Graph(database).cypher(theirs.text, {})


@pytest.mark.parametrize("given", ["p=@/etc/passwd", "p=@missing.json", "p}) DELETE n", "=x"])
def test_a_parameter_reads_no_file_but_json(given):
    with pytest.raises(KgError):
        catalog.parameters([given])


@pytest.mark.parametrize("value", ["half \ud83d of a sign", 2**63, {"deep": ["\udcff"]}], ids=ascii)
def test_what_no_graph_can_hold_is_refused(database, value):
    with pytest.raises(UsageError, match="cannot be held by a graph"):
        database.query("RETURN $value AS x", {"value": value}, timeout=5, limit=1)


def test_a_parameter_is_a_value_whatever_it_says():
    given = [f"p{n}={json.dumps(text)}" for n, text in enumerate(HELD)]
    assert list(catalog.parameters(given).values()) == list(HELD)
