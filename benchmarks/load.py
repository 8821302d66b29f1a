"""Readers and loaders at once on one local Neo4j: `python -m benchmarks.load --seconds 300`; ends with 1 if one errs.

Two loaders load and unload a file each, in turn. Eight readers, six by the library and two as whole processes, ask the
same questions again and again. An answer is right if it equals that of one of the four states that these loads give.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kg import graph as graphs
from kg import load as loading
from kg import settings as settings_module
from kg.commands.demo import bundled
from kg.errors import ChangedError, KgError
from kg.graph import Graph
from kg.settings import Settings
from kg.store import local, session

LIBRARY_READERS, PROCESS_READERS = 6, 2
CHANGING = ("000-arab-weekly-2016-12-18.yaml", "003-taking-stock-news-2015-12.yaml")
TRANSFERS = (
    "MATCH (a:Party)-[t:SUPPLIED|DIVERTED|CAPTURED]->(b:Party) "
    "RETURN t.id AS id, a.name AS a, type(t) AS type, b.name AS b, t.grade AS grade ORDER BY id"
)
KG = "from kg.commands import main; main()"


def query(graph: Graph) -> object:
    """Return all transfers by Cypher."""
    return graph.cypher(TRANSFERS, limit=5_000).rows()


def path(graph: Graph) -> object:
    """Return the paths from the United States to ISIS."""
    return graph.paths(["country:USA"], ["group:isis"]).rows()


def evidence(graph: Graph) -> object:
    """Return the edges around ISIS with the findings and sources behind them, which takes several reads."""
    edges = graph.around("group:isis")
    findings = graph.findings(sorted({name for edge in edges for name in edge.findings}))
    return [[graph.relation_row(edge) for edge in edges], findings, graph.sources]


QUESTIONS: dict[str, Callable[[Graph], object]] = {"query": query, "path": path, "evidence": evidence}
COMMANDS = {
    "kg query": ("query", TRANSFERS, "--format", "json"),
    "kg path": ("path", "United States", "ISIS", "--format", "json"),
    "kg evidence": ("evidence", "supplied:us-to-syrian-opposition", "--format", "json"),
}


@dataclass
class Tally:
    """What was done: seconds of each answer or load by kind, what was wrong, how often a reader read again."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    again: int = 0

    @contextmanager
    def timed(self, kind: str) -> Iterator[None]:
        """Note how long something of a kind takes."""
        begin = time.perf_counter()
        yield
        self.seconds[kind].append(time.perf_counter() - begin)


def by_library(settings: Settings, name: str, tally: Tally) -> str:
    """Ask a question by the library; connect anew where a load came between, as its documentation says."""
    while True:
        with graphs.connect(settings) as graph:
            try:
                return json.dumps(QUESTIONS[name](graph), default=str, sort_keys=True)
            except ChangedError:
                tally.again += 1


def by_process(environment: dict[str, str], name: str) -> str:
    """Ask a question by a whole process; its exit code and what it says belong to the answer."""
    done = subprocess.run(
        [sys.executable, "-c", KG, *COMMANDS[name]], env=environment, capture_output=True, text=True, check=False
    )
    return json.dumps([done.returncode, done.stdout, done.stderr])


class Trial:
    """One local Neo4j that holds the bundled data, and every right answer to every question."""

    def __init__(self, settings: Settings, environment: dict[str, str]) -> None:
        self.settings, self.environment, self.tally = settings, environment, Tally()
        self.files = [next(one for one in bundled() if one.name == name) for name in CHANGING]
        self.stop = threading.Event()
        self.right: dict[str, set[str]] = defaultdict(set)
        with session.connect(settings) as database:
            assert not loading.load(database, bundled()).problems
            for standing in itertools.product((True, False), repeat=2):
                self._bring_about(database, standing)
                for name in QUESTIONS:
                    self.right[name].add(by_library(settings, name, Tally()))
                for name in COMMANDS:
                    self.right[name].add(by_process(environment, name))
            loading.load(database, self.files)

    def _bring_about(self, database: session.Database, standing: tuple[bool, ...]) -> None:
        loading.load(database, self.files)
        for file, stands in zip(self.files, standing, strict=True):
            if not stands:
                loading.unload(database, file.name)

    def read(self, names: tuple[str, ...], ask: Callable[[str], str]) -> None:
        """Ask questions in turn until the end, and hold each answer against the right ones."""
        for name in itertools.cycle(names):
            if self.stop.is_set():
                return
            try:
                with self.tally.timed(name):
                    answer = ask(name)
            except KgError as problem:
                self.tally.wrong.append(f"{name}: {problem}")
                continue
            if answer not in self.right[name]:
                self.tally.wrong.append(f"{name}: {answer[-300:]}")

    def change(self, file: Path) -> None:
        """Unload and load a file in turn until the end."""
        with session.connect(self.settings) as database:
            while not self.stop.is_set():
                try:
                    with self.tally.timed("unload"):
                        loading.unload(database, file.name)
                    with self.tally.timed("load"):
                        loading.load(database, [file])
                except KgError as problem:
                    self.tally.wrong.append(f"loading {file.name}: {problem}")

    def run(self, seconds: float) -> Tally:
        """Let readers and loaders work at once for some seconds."""

        def library(name: str) -> str:
            return by_library(self.settings, name, self.tally)

        def process(name: str) -> str:
            return by_process(self.environment, name)

        work = [threading.Thread(target=self.change, args=(file,)) for file in self.files]
        work += [threading.Thread(target=self.read, args=(tuple(QUESTIONS), library)) for _ in range(LIBRARY_READERS)]
        work += [threading.Thread(target=self.read, args=(tuple(COMMANDS), process)) for _ in range(PROCESS_READERS)]
        for one in work:
            one.start()
        self.stop.wait(seconds)
        self.stop.set()
        for one in work:
            one.join()
        return self.tally


def table(tally: Tally) -> str:
    """Return what was measured as a Markdown table."""
    lines = ["| | times | median s | 95 % s | longest s |", "|---|---|---|---|---|"]
    for kind, times in sorted(tally.seconds.items()):
        ordered = sorted(times)
        most = ordered[math.ceil(0.95 * len(ordered)) - 1]
        lines.append(f"| {kind} | {len(ordered)} | {statistics.median(ordered):.2f} | {most:.2f} | {ordered[-1]:.2f} |")
    return "\n".join(lines)


def main() -> int:
    """Run the trial in a home of its own and print what was measured and what was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("--seconds", type=float, default=300.0)
    seconds = parser.parse_args().seconds
    here = settings_module.load()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        settings = Settings(home=Path(home), cache=here.cache)
        try:
            tally = Trial(settings, local_environment(settings)).run(seconds)
        finally:
            local.stop(settings)
    print(table(tally))
    print(f"\nIn {seconds:g} s: wrong answers and errors {len(tally.wrong)}; read again after a commit {tally.again}.")
    print("\n".join(tally.wrong[:10]))
    return int(bool(tally.wrong))


def local_environment(settings: Settings) -> dict[str, str]:
    """Return the environment in which a process uses these local settings and no others."""
    import os

    kept = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    return kept | {"KG_HOME": str(settings.home), "KG_CACHE": str(settings.cache)}


if __name__ == "__main__":
    sys.exit(main())
