"""What is said when a server ends before it answers, or its password is not there; programs stand in for Java."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kg.errors import DatabaseError
from kg.store import launch
from kg.store.artifacts import Java


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("conf", "data", "logs"):
        (tmp_path / "neo4j" / name).mkdir(parents=True)
    return tmp_path / "neo4j"


def ended(folder: Path, printed: str, log: str, log_size: int = 0) -> launch.Starting:
    """Return a server that wrote this and ended."""
    (folder / "logs" / "server.out").write_text(printed, encoding="utf-8")
    (folder / "logs" / "neo4j.log").write_text(log, encoding="utf-8")
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return launch.Starting(folder, child, log_size)


class TestServerThatEnds:
    def test_its_deepest_cause_is_quoted(self, folder):
        log = (
            "INFO Starting...\nERROR Failed\n\tat org.Main\nCaused by: java.io.IOException: no room\n\tat x\nStopped.\n"
        )
        with pytest.raises(DatabaseError, match=r"'java\.io\.IOException: no room': mend that and try again"):
            launch.await_answer(ended(folder, "", log), bolt_port=0)

    def test_what_earlier_runs_logged_is_not(self, folder):
        old = "Caused by: an old failure\n"
        with pytest.raises(DatabaseError, match=r"'Stopped\.'"):
            launch.await_answer(ended(folder, "", old + "Stopped.\n", len(old)), bolt_port=0)

    def test_what_java_itself_said_is_quoted(self, folder):
        starting = ended(folder, "Error: Could not find or load main class\n", "")
        (folder / "logs" / "neo4j.log").unlink()
        with pytest.raises(DatabaseError, match="'Error: Could not find or load main class'"):
            launch.await_answer(starting, bolt_port=0)

    def test_silence_is_called_nothing(self, folder):
        with pytest.raises(DatabaseError, match="its last word being 'nothing'"):
            launch.await_answer(ended(folder, "\n", ""), bolt_port=0)


class TestPassword:
    def test_a_lost_one_is_told_with_the_remedy(self, folder):
        (folder / "data" / "databases" / "system").mkdir(parents=True)
        with pytest.raises(DatabaseError, match=r"password is missing, .*: put the password back, or move"):
            launch.set_password(folder, Java(Path("/never/run"), "21"))

    def test_that_of_an_old_database_is_left_alone(self, folder):
        (folder / "data" / "databases" / "system").mkdir(parents=True)
        (folder / "password").write_text("old\n")
        launch.set_password(folder, Java(Path("/never/run"), "21"))
        assert launch.read_password(folder) == "old"

    def test_is_never_an_argument(self, folder, tmp_path):
        java = tmp_path / "java"
        java.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/arguments"\n')
        java.chmod(0o755)

        launch.set_password(folder, Java(java, "21"))

        password = launch.read_password(folder)
        arguments = (tmp_path / "arguments").read_text().splitlines()
        assert len(password) == 48
        assert arguments[-1] == f"@{folder}/password"
        assert not [one for one in arguments if password in one]

    def test_a_refusal_is_told_with_its_reason(self, folder, tmp_path):
        java = tmp_path / "java"
        java.write_text("#!/bin/sh\necho first line >&2\necho the reason >&2\nexit 1\n")
        java.chmod(0o755)
        with pytest.raises(DatabaseError, match=r"first password \(the reason\)"):
            launch.set_password(folder, Java(java, "21"))
