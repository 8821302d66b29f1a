"""What a restore does with a store of another version, and what becomes of one that was cut short."""

from __future__ import annotations

import subprocess

import pytest

from kg.errors import InputError
from kg.settings import Settings
from kg.store import backup, local
from kg.store.artifacts import Java


class TestInterruptedRestore:
    """Killed between two renames: the next start finds the former database, whichever they were."""

    @pytest.fixture
    def folder(self, tmp_path):
        for name in local.PLACES:
            place = tmp_path / "data" / name / "neo4j"
            place.mkdir(parents=True)
            (place / "store").write_text(f"former {name}")
        return tmp_path

    @staticmethod
    def standing(folder):
        return [(folder / "data" / name / "neo4j" / "store").read_text() for name in local.PLACES]

    @pytest.mark.parametrize("moved_away", range(3))
    @pytest.mark.parametrize("moved_in", range(3))
    def test_the_former_database_is_clear_up(self, folder, moved_away, moved_in):
        (folder / "former").mkdir()
        for name in local.PLACES[:moved_away]:
            (folder / "data" / name / "neo4j").rename(folder / "former" / name)
        for name in local.PLACES[: min(moved_in, moved_away)]:
            (folder / "data" / name / "neo4j").mkdir()
            (folder / "data" / name / "neo4j" / "store").write_text("new")
        local._clear_up(folder)
        assert self.standing(folder) == ["former databases", "former transactions"]
        assert sorted(one.name for one in folder.iterdir()) == ["data"]

    def test_what_was_discarded_stays_so(self, folder):
        (folder / "discarded").mkdir()
        local._clear_up(folder)
        assert self.standing(folder) == ["former databases", "former transactions"]
        assert sorted(one.name for one in folder.iterdir()) == ["data"]


def test_a_store_of_another_version_is_refused(tmp_path):
    java = tmp_path / "java"
    java.write_text('#!/bin/sh\necho "Store format version:         AF4.3.0"\n')
    java.chmod(0o755)
    held = local.Stopped(Settings(home=tmp_path, cache=tmp_path), tmp_path, Java(java, "21"), [], ran=False)
    with pytest.raises(InputError, match=r"holds a store of format AF4\.3\.0, and Neo4j 5\.26"):
        (tmp_path / "stage").mkdir()
        (tmp_path / "old.dump").write_bytes(b"DZV1")
        backup._load(held, tmp_path / "stage", tmp_path / "old.dump")


def test_the_reason_is_what_went_wrong_and_not_advice_for_those_who_ran_the_tool():
    told = "Path '/nowhere' does not exist.\nRun with '--verbose' for a more detailed error message.\n"
    assert backup._reason(subprocess.CompletedProcess([], 1, "", told)) == "Path '/nowhere' does not exist"
