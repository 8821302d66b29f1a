"""Measure how the graph gets from Neo4j to the analyses: `python -m benchmarks.reading`.

The whole graph of 20,000 parties and 60,000 transfers is read beside a bare driver that fetches the same columns, and
`kg path` is run as a whole process on 100,000 transfers, with its peak memory. The local Neo4j of a temporary home is
used, which runs already.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from benchmarks import analysis
from benchmarks.__main__ import KG, empty, pair
from kg import schema
from kg import settings as settings_module
from kg.analysis import paths
from kg.records import TRANSFER_TYPES, Records, Relation
from kg.settings import Settings
from kg.store import local, read, session
from kg.store.write import Writer

TRANSFERS, RUNS = 100_000, 5
_ENDS = {"start": "p.id", "end": "b.id", "type": "type(r)"}
_COLUMNS = ", ".join(f"{_ENDS.get(one.name, f'r.{one.name}')} AS {one.name}" for one in fields(Relation))
BARE = (
    "MATCH (p:Party) RETURN p.id AS id, labels(p) AS labels, p.name AS name, p.aliases AS aliases, "
    "p.placeholder AS placeholder, p.collective AS collective",
    f"MATCH (p:Party)-[r:{'|'.join(TRANSFER_TYPES)}]->(b:Party) RETURN {_COLUMNS}",
)

# Small itself: a process counts the memory of the one it was forked from to its own peak.
LAUNCHER = """
import os, sys, time
start = time.perf_counter()
_, status, usage = os.wait4(os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:]), 0)
print(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, flush=True)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def fill(database: session.Database, known: Records) -> None:
    """Put parties, items and transfers into an emptied database, without the evidence behind them."""
    empty(database)
    database.run(*schema.constraints())
    nodes = [(schema.kind_of_label(one.kind), {"id": one.id, "name": one.name}) for one in known.parties.values()]
    nodes += [(schema.ITEM, {"id": one.id, "name": one.name}) for one in known.items.values()]
    database.write(lambda transaction: Writer(transaction).put_nodes(nodes, standing=()))
    database.write(lambda transaction: Writer(transaction).put_relations(known.relations))


def measure_reading(database: session.Database) -> None:
    """Print the reading of a whole graph beside that of its bare columns."""
    fill(database, analysis.records(analysis.PARTIES, analysis.TRANSFERS))
    pair(
        f"read {analysis.TRANSFERS} transfers",
        lambda: read.records(database),
        lambda: [database.driver.execute_query(query, routing_="r").records for query in BARE],
        "bare driver, same columns",
        runs=RUNS,
    )


def measure_path(database: session.Database, here: Settings) -> None:
    """Print seconds and peak memory of `kg path`, a process of its own, between two parties and between ten and ten."""
    known = analysis.records(TRANSFERS // analysis.TRANSFERS_OF_A_PARTY, TRANSFERS)
    fill(database, known)
    case = analysis.Case(known)
    (best,) = paths.find(case.graph, case.starts, case.ends, k=1).paths
    many = [word for one in case.starts for word in ("--from", one)] + [
        word for one in case.ends for word in ("--to", one)
    ]
    for name, asked in (("one to one", [best.parties[0], best.parties[-1]]), ("ten to ten", many)):
        runs = [_process(["path", *asked], here) for _ in range(RUNS + 1)][1:]
        taken, processor, peak = map(statistics.median, zip(*runs, strict=True))
        print(
            f"kg path, {name}, of {TRANSFERS} transfers: {taken:.2f} s, of the processor {processor:.2f} s, "
            f"peak memory {peak:.0f} MB",
            flush=True,
        )


def _process(arguments: Sequence[str], here: Settings) -> tuple[float, float, float]:
    """Run `kg` and return seconds in all, seconds of the processor, and peak memory in MB."""
    environment = os.environ | {"KG_HOME": str(here.home), "KG_CACHE": str(here.cache), "KG_NEO4J_URI": ""}
    command = [sys.executable, "-c", LAUNCHER, sys.executable, "-c", KG, *arguments]
    told = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    taken, processor, peak = map(float, told.splitlines()[-1].split())
    return taken, processor, peak / 1024


def main(here: Settings) -> None:
    """Run all measurements in a home of their own."""
    local.ensure(here)
    try:
        with session.connect(here) as database:
            measure_reading(database)
            measure_path(database, here)
    finally:
        local.stop(here)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        main(replace(settings_module.load(), home=Path(home), neo4j_uri=None))
