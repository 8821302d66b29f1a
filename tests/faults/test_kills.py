"""Loads and servers killed at seeded moments; `make soak` kills ten times as many."""

from __future__ import annotations

import os

import pytest

from kg.settings import Settings
from kg.store import local
from tests.faults.harness import Harness, run

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]

SEED = int(os.environ.get("KG_TEST_SEED", "20171214"))


def test_twenty_kills_lose_nothing(tmp_path, artifact_cache, capsys):
    settings = Settings(home=tmp_path / "home", cache=artifact_cache)
    try:
        harness = Harness(settings, tmp_path / "editions")
        with capsys.disabled():
            done = run(harness, 20, SEED, 0.3, lambda line: print(f"\n{line}", end=""))  # noqa: T201 - what was tried
    finally:
        local.stop(settings)
    assert [str(one) for one in done if one.problem] == []
    assert {one.target for one in done} == {"loader", "server"}
    assert {one.found for one in done} >= {"before"}
