"""Kill loads and servers many times: `python -m tests.faults --kills 200 --seed 1`. Ends with 1 if any was lost."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from kg import settings as settings_module
from kg.settings import Settings
from kg.store import local
from tests.faults.harness import Harness, run


def main() -> int:
    """Run the harness in a home of its own; print the seed, each kill and what was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**9), help="default: another one each time")
    parser.add_argument("--server-share", type=float, default=0.5, help="share of the kills that hit Neo4j itself")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = Settings(home=Path(folder) / "home", cache=settings_module.load().cache)
        try:
            harness = Harness(settings, Path(folder) / "editions")
            done = run(harness, given.kills, given.seed, given.server_share, lambda line: print(line, flush=True))  # noqa: T201
        finally:
            local.stop(settings)
    return int(any(one.problem for one in done))


if __name__ == "__main__":
    sys.exit(main())
