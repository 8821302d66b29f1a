"""Read and load a register of 30,000 orders beside a bare driver; measure memory: `python -m benchmarks.registers`.

The bare driver is a script of its own, with nothing but the package `neo4j`: it sends the same nodes and relationships
with the same properties, in batches of as many rows, with the same constraints and indexes standing; it neither reads
nor checks nor resolves anything. Beside it the same script where the driver packs in Rust, as it does for a load, since
`neo4j-rust-ext` is installed with this project. The orders are those of the shared sample, repeated as orders of other
years; without the sample, made up.
"""

from __future__ import annotations

import csv
import os
import pickle
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
BARE = """
import os, pickle, sys, time
if os.environ['PACKING'] == 'python':
    sys.modules['neo4j._rust'] = None  # as if the extension were not installed
import neo4j
assert bool(sys.modules.get('neo4j._rust')) == (os.environ['PACKING'] == 'rust')

def send(transaction, batches):
    for statement, rows in batches:
        transaction.run(statement, rows=rows).consume()

with open(sys.argv[1], 'rb') as file:
    batches = pickle.load(file)
login = os.environ['USER_NAME'], os.environ['PASSWORD']
with neo4j.GraphDatabase.driver(os.environ['URI'], auth=login) as driver, driver.session() as session:
    driver.verify_connectivity()
    start = time.perf_counter()
    for some in [batches] if os.environ['WHOLE'] else [[one] for one in batches]:
        session.execute_write(send, some)
    print(time.perf_counter() - start)
"""
#: Of Linux; what `getrusage` gives for a process begun counts also what its parent held.
PEAK = "import re, sys; print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1], file=sys.stderr)"


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


#: What a bare driver is asked to do: its name, how it packs, and whether in one transaction as a load.
DRIVERS = (
    ("bare driver, one transaction", "python", True),
    ("bare driver, a transaction a batch", "python", False),
    ("with packing in Rust, one transaction", "rust", True),
)


def bare(running: local.Running, batches: Path, packing: str, *, whole: bool) -> float:
    """Return the seconds that a bare driver takes to send the pickled batches, which it reads before."""
    login = {"URI": running.bolt_uri, "USER_NAME": running.user, "PASSWORD": running.password}
    return float(ran(BARE, str(batches), **login, PACKING=packing, WHOLE="yes" if whole else "").stdout)


def ran(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Return a Python program that was run as a process of its own, with what it printed."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    )


def measure_load(database: session.Database, running: local.Running, path: Path) -> None:
    """Print how long a load takes beside bare drivers, in one transaction as the load is and in many.

    Each after one that is not counted: a server that has just been started takes longer for the same.
    """
    times: list[tuple[float, ...]] = []
    batches = path.with_suffix(".pickle")

    def driver(packing: str, *, whole: bool) -> float:
        empty(database)
        return bare(running, batches, packing, whole=whole)

    for _ in range(RUNS + 1):
        empty(database)
        ours = seconds(lambda: loading.load(database, [path]))
        if not batches.exists():
            batches.write_bytes(pickle.dumps(sent(database)))
        times.append((ours, *(driver(packing, whole=whole) for _, packing, whole in DRIVERS)))
    del times[0]
    for place, (what, _, _) in enumerate(DRIVERS, 1):
        first, second = (statistics.median(one[n] for one in times) for n in (0, place))
        ratio = statistics.median(one[0] / one[place] for one in times)
        print(f"{f'load {ORDERS:,} orders':<34} {first:8.1f} s   {what:<38} {second:8.1f} s   ratio {ratio:5.2f}")


def peak(code: str, *arguments: str, **environment: str) -> int:
    """Return the peak memory of a Python process, in MB."""
    done = ran(f"import atexit\natexit.register(lambda: exec({PEAK!r}))\n{code}", *arguments, **environment)
    return int(done.stderr.split()[-1]) // 1024


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
    running = local.ensure(here)
    try:
        path = grown(here.home, ORDERS)
        alone = statistics.median(
            seconds(lambda: subprocess.run([sys.executable, "-c", READ, str(path)], check=True)) for _ in range(RUNS)
        )
        print(f"{f'read {ORDERS:,} orders':<34} {alone:8.1f} s   (a process of its own)")
        measure_memory(here.home, here)
        with session.connect(here) as database:
            measure_load(database, running, path)
    finally:
        local.stop(here)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        main(replace(settings_module.load(), home=Path(home), neo4j_uri=None))
