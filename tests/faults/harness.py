"""Loads that are cut short: by which means, at which moment, and what stands in the graph after.

A home is loaded with two editions of the same files in turn. A load that was cut short must leave one of the two whole;
the next load must complete and give the graph that an undisturbed load gives.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg import load as loading
from kg.errors import ChangedError
from kg.settings import Settings
from kg.store import local, read, session
from tests.integration.conftest import environment

FINDINGS = 240
#: Where a load's commit may stand when its process or server dies: these exit codes are what a person may meet.
TOLD = (0, 5)
TARGETS = ("loader", "server")


def edition(number: int) -> dict[str, dict[str, Any]]:
    """Return the files of an edition by name; the second one changes a third of the first and leaves out a tenth."""
    parties = [{"id": f"group:g{n}", "kind": "Group", "name": f"Grüppe №{n}"} for n in range(FINDINGS // 5)]
    source = {
        "id": "register", "title": "Регистр", "publisher": "Register", "published": "2020",
        "reliability": {"grade": "B", "reason": "made for tests"}, "relays": ["orders"],
    }  # fmt: skip
    registry = {
        "organisations": [{"id": "register", "name": "Register"}],
        "origins": [{"id": "orders", "organisation": "register", "kind": "register"}],
        "sources": [source],
        "items": [{"id": "item:weapon", "name": "weapon"}],
        "parties": parties,
    }
    kept = [n for n in range(FINDINGS) if number == 0 or n % 10]
    findings = [_finding(n, parties, changed=number == 1 and n % 3 == 0) for n in kept]
    return {"registry.json": registry, "orders.json": {"findings": findings}}


def _finding(number: int, parties: list[dict[str, str]], *, changed: bool) -> dict[str, Any]:
    start, end = parties[number % len(parties)], parties[(number * 7 + 1) % (len(parties) - 1)]
    return {
        "id": f"f{number}",
        "relation": "CAPTURED" if changed else "SUPPLIED",
        "from": start["id"],
        "to": end["id"] if end is not start else parties[-1]["id"],
        "items": ["item:weapon"],
        "transfer": f"t{number}",
        "certainty": "reported",
        "source": "register",
        "origin": "orders",
        "statement": f"Order {number} of the register{', amended' * changed}.",
    }


def write_editions(folder: Path) -> tuple[Path, Path]:
    """Write both editions below a folder; return their folders."""
    folders = folder / "first", folder / "second"
    for number, one in enumerate(folders):
        one.mkdir(parents=True)
        for name, content in edition(number).items():
            (one / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return folders


@dataclass(frozen=True, slots=True)
class Kill:
    """One load cut short: what was killed, so many seconds after which statement of the load was sent (0: none yet).

    `code` is the loader's exit code, negative for a signal. `found` is "before" or "after" the load, else "neither".
    `recovery` are the seconds until the next load was complete.
    """

    target: str
    step: int
    delay: float
    code: int
    found: str
    recovery: float
    problem: str = ""

    def __str__(self) -> str:
        end = f"LOST: {self.problem}" if self.problem else "next load complete, digest equal"
        moment = f"{self.delay * 1000:.0f} ms after statement {self.step}"
        return f"{self.target} killed {moment}: found {self.found}, {end} ({self.recovery:.1f} s)"


# A `kg load` that counts the statements of its transaction and tells the number in a file; and that kills a process,
# or itself, some time after one of them was sent. Moments are counted so that a busy machine does not move them.
LOADER = """
import os, signal, sys, threading
from pathlib import Path
from kg.commands import main
from kg.store.write import Writer

count, step, delay, victim = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
plain, sent = Writer._rows, 0

def kill_later():
    timer = threading.Timer(delay, os.kill, (victim or os.getpid(), signal.SIGKILL))
    timer.daemon = True
    timer.start()

def counted(self, *arguments, **parameters):
    global sent
    sent += 1
    count.write_text(str(sent))
    if sent == step:
        kill_later()
    return plain(self, *arguments, **parameters)

Writer._rows = counted
if step == 0:
    kill_later()
main(sys.argv[5:])
"""
NEVER = -1


class Harness:
    """One home with a local Neo4j, two editions, and the digests that undisturbed loads of them give."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.editions = write_editions(folder)
        self.digests = self._undisturbed()
        self.standing = 1
        self.count = folder / "statements"
        self.statements, self.commit = self._measure()

    def _undisturbed(self) -> tuple[str, str]:
        """Load both editions, the second last, and return their digests."""
        digests = []
        for folder in self.editions:
            self.load(folder)
            digests.append(self.digest())
        assert digests[0] != digests[1]
        return digests[0], digests[1]

    def _measure(self) -> tuple[int, float]:
        """Count the statements of a load, and the seconds from its last statement to its end."""
        loader = self.start_load(self.editions[1 - self.standing])
        assert loader.wait(timeout=300) == 0, loader.communicate()[1]
        after = time.time() - self.count.stat().st_mtime
        self.standing = 1 - self.standing
        return int(self.count.read_text()), after

    def start_load(
        self, folder: Path, step: int = NEVER, delay: float = 0, victim: int = 0, **more: str
    ) -> subprocess.Popen[str]:
        """Start `kg load` of an edition as a process; it kills a process (0: itself) `delay` seconds after a step."""
        moment = (str(self.count), str(step), str(delay), str(victim))
        return subprocess.Popen(
            [sys.executable, "-c", LOADER, *moment, "load", str(folder)],
            env=environment(self.settings) | more,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )

    def load(self, folder: Path) -> None:
        """Load an edition in this process. Raise what the load raises."""
        with session.connect(self.settings) as database:
            report = loading.load(database, [folder])
        assert not report.problems, report.problems[0]

    def digest(self) -> str:
        """Return the digest of what stands in the graph, once the commit of a load that was killed is applied whole."""
        while True:
            try:
                with session.connect(self.settings, steady=True) as database:
                    return read.digest(database)
            except ChangedError:
                continue

    def found(self) -> str:
        """Say which edition stands: the one before the load that goes on to the other, the one after, or neither."""
        digest = self.digest()
        if digest not in self.digests:
            return "neither"
        return "before" if self.digests.index(digest) == self.standing else "after"

    def kill(self, target: str, step: int, delay: float) -> Kill:
        """Load the edition that does not stand, kill the loader or the server at a moment, and load again."""
        aim = 1 - self.standing
        victim = local.ensure(self.settings).pid if target == "server" else 0
        loader = self.start_load(self.editions[aim], step, delay, victim)
        said = loader.communicate(timeout=300)[1]
        begin = time.monotonic()
        problem, found = sound(loader.returncode, said), "nothing"
        try:
            found = self.found()
            self.load(self.editions[aim])
            if found == "neither":
                problem = problem or "half of a load stood in the graph"
            elif self.digest() != self.digests[aim]:
                problem = problem or "the next load gave another graph"
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is a finding of this harness
            problem = problem or f"{type(error).__name__}: {error}"
        self.standing = aim
        return Kill(target, step, delay, loader.returncode, found, time.monotonic() - begin, problem)

    def kills(self, number: int, seed: int, server_share: float) -> Iterator[Kill]:
        """Yield kills at seeded moments, spread evenly over a load by target, in a seeded order."""
        dice = random.Random(seed)
        servers = round(number * server_share)
        plan = []
        for target, count in (("server", servers), ("loader", number - servers)):
            plan += [(target, *self._moment((one + dice.random()) / count, dice)) for one in range(count)]
        dice.shuffle(plan)
        for target, step, delay in plan:
            yield self.kill(target, step, delay)

    def _moment(self, position: float, dice: random.Random) -> tuple[int, float]:
        """Return the statement and the delay in seconds of a position in a load, 0 to 1.

        A tenth is the start of the process, a quarter the commit and what follows, the rest goes by statements.
        """
        if position < 0.1:
            return 0, dice.random()
        if position > 0.75:
            return self.statements, self.commit * dice.random()
        return 1 + int((self.statements - 1) * (position - 0.1) / 0.65), 0.02 * dice.random()


def sound(code: int, said: str) -> str:
    """Return what is wrong with how a disturbed command ended, "" if nothing: one sentence, no trace, a known code."""
    if code < 0:  # killed by this harness
        return ""
    if code not in TOLD:
        return f"exit code {code}: {said.strip()[-300:]}"
    if "Traceback" in said or (code and said.count("\n") != 1):
        return f"not one sentence: {said.strip()[-300:]}"
    return ""


def run(harness: Harness, number: int, seed: int, server_share: float, tell: Callable[[str], None]) -> list[Kill]:
    """Kill so many loads, tell each and the sum, and return them all."""
    tell(f"seed {seed}: {number} kills over loads of {harness.statements} statements")
    done = []
    for kill in harness.kills(number, seed, server_share):
        done.append(kill)
        tell(f"{len(done):4} {kill}")
    found = Counter((one.target, one.found) for one in done)
    tell("; ".join(f"{target}: found {what} {count} times" for (target, what), count in sorted(found.items())))
    lost = sum(bool(one.problem) for one in done)
    tell(f"seed {seed}: {len(done)} kills, lost {lost}; slowest next load {max(one.recovery for one in done):.1f} s")
    return done
