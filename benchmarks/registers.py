"""Read and load a register of 30,000 orders beside a bare driver; measure memory: `python -m benchmarks.registers`.

The bare driver sends the same nodes and relationships with the same properties, in batches of as many rows, with the
same constraints and indexes standing; it neither reads nor checks nor resolves anything. The orders are those of the
shared sample, repeated as orders of other years; without the sample, made up.
"""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from typing import Any

from benchmarks.__main__ import KG, empty, seconds
from kg import load as loading
from kg import schema
from kg import settings as settings_module
from kg.settings import Settings
from kg.store import local, session
from kg.store.write import BATCH, chunks

ORDERS = 30_000
RUNS = 3
GROWTH = (1_000, 30_000, 300_000)  # orders at which memory is measured
DRY = (1_000, 30_000)
SAMPLE = Path(__file__).parents[2] / "shared" / "data" / "sipri" / "dev_sipri_wide_iraq_syria.csv"
HEADER = (
    "Recipient,Supplier,Year of order, ,Number ordered, ,Weapon designation,Weapon description,Number delivered, ,"
    "Year(s) of delivery,status,Comments,SIPRI TIV per unit,SIPRI TIV for total order,SIPRI TIV of delivered weapons"
)
MADE_UP = "Iraq,France,1970,,8,?,AML,armoured car,8,,1972; 1973,New,AML-90 version,0.7,5.6,5.6"
READ = """
import sys
from pathlib import Path
from kg.loaders import sipri
for one in sipri.read(Path(sys.argv[1])):
    pass
"""
PEAK = "import resource, sys; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)"


def _rows() -> Iterator[list[str]]:
    """Yield orders without end: those of the sample, then again and again as orders of other, estimated years."""
    lines = SAMPLE.read_text(encoding="iso-8859-1").splitlines()[12:] if SAMPLE.exists() else [MADE_UP]
    orders = [row for row in csv.reader(lines) if row]
    for lot in count():
        for row in orders:
            mark = f" {lot // 70}" if lot >= 70 else ""
            yield [*row[:2], str(1950 + lot % 70), "?", *row[4:6], row[6] + mark, *row[7:]] if lot else row


def grown(folder: Path, orders: int) -> Path:
    """Write a register of so many orders; return its path."""
    path = folder / f"orders-{orders}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER + "\n")
        csv.writer(file, lineterminator="\n").writerows(islice(_rows(), orders))
    return path


Batch = tuple[str, list[dict[str, Any]]]


def sent(database: session.Database) -> list[Batch]:
    """Return what a bare driver sends to write what the database holds: statements and their rows."""
    nodes, edges = defaultdict(list), defaultdict(list)
    for row in database.read("MATCH (n) RETURN labels(n) AS labels, properties(n) AS properties"):
        nodes[":".join(sorted(row["labels"]))].append({"properties": row["properties"]})
    for row in database.read(
        "MATCH (a)-[r]->(b) RETURN labels(a) AS a, type(r) AS type, labels(b) AS b, "
        "{start: a.id, end: b.id, properties: properties(r)} AS row"
    ):
        key = [schema.PARTY_LABEL if schema.PARTY_LABEL in labels else labels[0] for labels in (row["a"], row["b"])]
        edges[row["type"], *key].append(row["row"])
    write = {f"UNWIND $rows AS row CREATE (n:{labels}) SET n = row.properties": rows for labels, rows in nodes.items()}
    for (type_, start, end), rows in edges.items():
        write[schema.create_relationships(schema.relationship(type_), start, end)] = rows
    return [(statement, chunk) for statement, rows in write.items() for chunk in chunks(rows, BATCH)]


def bare(database: session.Database, batches: list[Batch], *, whole: bool) -> None:
    """Send batches as a bare driver does, in one transaction if `whole`, else each in its own."""

    def send(transaction: Any, chosen: list[Batch]) -> None:  # noqa: ANN401 - the driver's transaction
        for statement, rows in chosen:
            transaction.run(statement, rows=rows).consume()

    for chosen in [batches] if whole else [[one] for one in batches]:
        database.write(lambda transaction, chosen=chosen: send(transaction, chosen))


def measure_load(database: session.Database, path: Path) -> None:
    """Print how long a load takes beside the bare driver, in one transaction as the load is and in many.

    Each after one that is not counted: a server that has just been started takes longer for the same.
    """
    times: list[tuple[float, float, float]] = []
    batches: list[Batch] = []

    def driver(*, whole: bool) -> float:
        empty(database)
        return seconds(lambda: bare(database, batches, whole=whole))

    for _ in range(RUNS + 1):
        empty(database)
        ours = seconds(lambda: loading.load(database, [path]))
        batches = batches or sent(database)
        times.append((ours, driver(whole=True), driver(whole=False)))
    del times[0]
    for place, what in ((1, "bare driver, one transaction"), (2, "bare driver, a transaction a batch")):
        first, second = (statistics.median(one[n] for one in times) for n in (0, place))
        ratio = statistics.median(one[0] / one[place] for one in times)
        print(f"{f'load {ORDERS:,} orders':<34} {first:8.1f} s   {what:<34} {second:8.1f} s   ratio {ratio:5.2f}")


def peak(code: str, *arguments: str, **environment: str) -> int:
    """Return the peak memory of a Python process, in MB."""
    done = subprocess.run(
        [sys.executable, "-c", f"import atexit\natexit.register(lambda: exec({PEAK!r}))\n{code}", *arguments],
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stderr.split()[-1])


def measure_memory(folder: Path, here: Settings) -> None:
    """Print the peak memory of reading alone and of a dry run, by the number of orders."""
    for orders in GROWTH:
        print(f"{f'reading {orders:,} orders':<34} {peak(READ, str(grown(folder, orders))):8} MB")
    environment = {"KG_HOME": str(here.home), "KG_CACHE": str(here.cache), "KG_NEO4J_URI": ""}
    for orders in DRY:
        used = peak(KG, "load", str(grown(folder, orders)), "--dry-run", **environment)
        print(f"{f'kg load --dry-run {orders:,} orders':<34} {used:8} MB")


def main(here: Settings) -> None:
    """Run all measurements in a home of their own."""
    local.ensure(here)
    try:
        path = grown(here.home, ORDERS)
        alone = statistics.median(
            seconds(lambda: subprocess.run([sys.executable, "-c", READ, str(path)], check=True)) for _ in range(RUNS)
        )
        print(f"{f'read {ORDERS:,} orders':<34} {alone:8.1f} s   (a process of its own)")
        # Before anything large is held here: a process begun counts what its parent held.
        measure_memory(here.home, here)
        with session.connect(here) as database:
            measure_load(database, path)
    finally:
        local.stop(here)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        main(replace(settings_module.load(), home=Path(home), neo4j_uri=None))
