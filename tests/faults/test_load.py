"""Readers and loaders at once, and reads that meet a commit; `make soak` does it for five minutes."""

from __future__ import annotations

import pytest

from benchmarks.load import Trial
from kg import commands, graph, schema
from kg.errors import ChangedError
from kg.settings import Settings
from kg.store import local, read, session
from tests.integration.conftest import environment

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]

SECONDS = 15


def test_every_answer_is_that_of_one_state(tmp_path, artifact_cache):
    settings = Settings(home=tmp_path, cache=artifact_cache)
    try:
        tally = Trial(settings, environment(settings)).run(SECONDS)
    finally:
        local.stop(settings)
    assert tally.wrong == []
    assert min(len(tally.seconds[name]) for name in ("query", "path", "evidence", "kg query", "load", "unload")) > 0


def change(settings):
    with session.connect(settings) as other:
        other.write(lambda tx: tx.run(f"CREATE (:{schema.META_LABEL} {{id: randomUUID()}})").consume())


def test_reads_of_one_answer_notice_a_commit_between_them(bundle_without_documents):
    bundle = bundle_without_documents
    with graph.connect(bundle) as steady, session.connect(bundle) as plain:
        assert steady.records.parties and steady.findings() and plain.read("RETURN 1 AS x")
        change(bundle)
        with pytest.raises(ChangedError, match="run the command again"):
            steady.findings()
        with pytest.raises(ChangedError):
            steady.cypher("MATCH (n) RETURN count(n)")
        assert plain.read("RETURN 1 AS x")
    with graph.connect(bundle) as anew:
        assert anew.findings() and anew.records.parties
        anew.database.write(lambda tx: tx.run("RETURN 1").consume())
        change(bundle)
        assert read.counts(anew.database)


def test_a_command_that_meets_a_commit_reads_again_and_prints_once(monkeypatch, capsys):
    asked = []

    def meet_a_commit(answer):
        asked.append(answer)
        if len(asked) < 3:
            raise ChangedError("a load changed the graph while it was read: run the command again.")
        print("the answer")  # noqa: T201 - stands for a command

    def app(args, **_):
        meet_a_commit(args)

    monkeypatch.setattr(commands, "application", lambda _: app)
    commands._run(["find", "isis"])
    assert (asked, capsys.readouterr().out) == ([["find", "isis"]] * 3, "the answer\n")
    asked[:] = []
    monkeypatch.setattr(commands, "_AGAIN_SECONDS", -1)
    with pytest.raises(ChangedError):
        commands._run(["find", "isis"])
