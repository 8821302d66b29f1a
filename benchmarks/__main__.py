"""Measure the command line and the load against a bare lower bound, in the same run: `python -m benchmarks`.

Whole processes, medians of five after one that is not counted, each beside its lower bound in turn, so that a machine
whose speed drifts does not favour one of the two. The local Neo4j of a temporary home is used.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from kg import load as loading
from kg import settings as settings_module
from kg.commands.demo import bundled
from kg.settings import Settings
from kg.store import local, session

RUNS = 5
FINDINGS = 5_000
KG = "from kg.commands import main; main()"
# Kept from numpy and pandas, which the driver loads where they are installed: kg does without them, too.
BARE = """
import os, sys
sys.modules.update(numpy=None, pandas=None, pyarrow=None)
import neo4j
with neo4j.GraphDatabase.driver(os.environ['URI'], auth=('neo4j', os.environ['PASSWORD'])) as driver:
    print([record.data() for record in driver.execute_query(os.environ['QUERY'], routing_='r').records])
"""
QUERY = "MATCH (a:Party)-[t:SUPPLIED|DIVERTED|CAPTURED]->(b:Party) RETURN a.id AS a, type(t) AS type, b.id AS b"


def seconds(run: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def pair(name: str, ours: Callable[[], object], bound: Callable[[], object], what: str, runs: int = RUNS) -> None:
    """Print medians of a call and of its lower bound, run in turn, and those of their ratios and differences."""
    ours(), bound()
    times = [(seconds(ours), seconds(bound)) for _ in range(runs)]
    first, second = (statistics.median(column) for column in zip(*times, strict=True))
    ratio, more = statistics.median(a / b for a, b in times), statistics.median(a - b for a, b in times)
    print(f"{name:<30} {first:8.3f} s   {what:<26} {second:8.3f} s   ratio {ratio:5.2f}   {more:+.3f} s")


def process(code: str, *arguments: str, **environment: str) -> Callable[[], object]:
    """Return a call that runs a Python program as a process of its own."""
    command = [sys.executable, "-c", code, *arguments]
    return lambda: subprocess.run(command, env=os.environ | environment, check=True, stdout=subprocess.DEVNULL)


def synthetic(number: int) -> dict[str, list[dict[str, object]]]:
    """Return the content of a findings file with that many transfers, one finding each."""
    parties = [{"id": f"group:g{n}", "kind": "Group", "name": f"Group {n}"} for n in range(number // 5)]
    findings = [
        {
            "id": f"f{n}",
            "relation": "SUPPLIED",
            "from": parties[n % len(parties)]["id"],
            "to": parties[(n * 7 + 1) % len(parties)]["id"],
            "items": ["item:weapon"],
            "transfer": f"t{n}",
            "certainty": "reported",
            "source": "register",
            "origin": "orders",
            "statement": f"Order {n} of the register.",
        }
        for n in range(number)
    ]
    source = {
        "id": "register", "title": "Register", "publisher": "Register", "published": "2020",
        "reliability": {"grade": "B", "reason": "synthetic"}, "relays": ["orders"],
    }  # fmt: skip
    return {
        "organisations": [{"id": "register", "name": "Register"}],
        "origins": [{"id": "orders", "organisation": "register", "kind": "register"}],
        "sources": [source],
        "items": [{"id": "item:weapon", "name": "weapon"}],
        "parties": parties,
        "findings": [one for one in findings if one["from"] != one["to"]],
    }


def bare_load(database: session.Database, content: dict[str, list[dict[str, object]]]) -> None:
    """Write the same parties, findings and transfers by bare UNWIND batches, unchecked."""
    rows = [
        {"id": one["id"], "from": one["from"], "to": one["to"], "text": json.dumps(one)} for one in content["findings"]
    ]
    statements = (
        ("UNWIND $rows AS row MERGE (n:Party {id: row.id}) SET n += row", content["parties"]),
        ("UNWIND $rows AS row MERGE (n:Finding {id: row.id}) SET n.record = row.text", rows),
        (
            "UNWIND $rows AS row MATCH (a:Party {id: row.from}) MATCH (b:Party {id: row.to}) "
            "MERGE (a)-[r:SUPPLIED {id: row.id}]->(b)",
            rows,
        ),
        (
            "UNWIND $rows AS row MATCH (f:Finding {id: row.id}) MATCH (a:Party {id: row.from}) "
            "MATCH (b:Party {id: row.to}) MERGE (f)-[:ABOUT {role: 'from'}]->(a) MERGE (f)-[:ABOUT {role: 'to'}]->(b)",
            rows,
        ),
    )
    for statement, batch in statements:
        for start in range(0, len(batch), 1_000):
            part = batch[start : start + 1_000]
            database.write(lambda tx, statement=statement, part=part: tx.run(statement, rows=part).consume())


def empty(database: session.Database) -> None:
    """Take everything out of the benchmark's own database."""
    with database.driver.session() as bare:  # the server commits by itself, which a managed transaction does not let it
        bare.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS").consume()


def measure_load(database: session.Database, folder: Path) -> None:
    """Print the load of synthetic findings beside bare UNWIND batches of the same rows."""
    content = synthetic(FINDINGS)
    path = folder / "synthetic.json"
    path.write_text(json.dumps(content), encoding="utf-8")

    def ours() -> None:
        empty(database)
        assert not loading.load(database, [path]).problems

    def bound() -> None:
        empty(database)
        bare_load(database, content)

    pair(f"load {len(content['findings'])} findings", ours, bound, "bare UNWIND, unchecked", runs=3)


def main(here: Settings) -> None:
    """Run all measurements in a home of their own."""
    running = local.ensure(here)
    try:
        measure(here, running)
    finally:
        local.stop(here)


def measure(here: Settings, running: local.Running) -> None:
    """Print all measurements, on a running local server."""
    environment = {"KG_HOME": str(here.home), "KG_CACHE": str(here.cache), "KG_NEO4J_URI": ""}
    bare = process(BARE, URI=running.bolt_uri, PASSWORD=running.password, QUERY=QUERY)
    with session.connect(here) as database:
        measure_load(database, here.home)
        empty(database)
        loading.load(database, bundled())
    nothing = process("pass")
    address = urlsplit(running.bolt_uri)
    pair(
        "find the local Neo4j 100 times",
        lambda: [local.ensure(here) for _ in range(100)],
        lambda: [socket.create_connection((address.hostname, address.port)).close() for _ in range(100)],
        "bare connections",
    )
    pair("kg --help", process(KG, "--help", **environment), nothing, "python -c pass")
    pair("kg query", process(KG, "query", QUERY, **environment), bare, "bare driver, same query")
    pair("kg path", process(KG, "path", "United States", "ISIS", **environment), bare, "bare driver, one query")
    pair("kg show", process(KG, "show", "ISIS", **environment), bare, "bare driver, one query")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        main(replace(settings_module.load(), home=Path(home), neo4j_uri=None))
