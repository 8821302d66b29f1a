"""Finding, stopping and describing a server; small programs with its arguments stand in for Neo4j."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from kg.errors import DatabaseError
from kg.settings import Settings
from kg.store import local

LISTENS = """
import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print(listener.getsockname()[1], flush=True)
time.sleep(60)
"""
IGNORES_TERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + LISTENS


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", cache=tmp_path / "cache")


def write_state(settings: Settings, **state: object) -> None:
    folder = settings.home / "neo4j"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "server.json").write_text(json.dumps(state))
    (folder / "password").write_text("secret\n")


def read_state(settings: Settings) -> dict[str, object]:
    content: dict[str, object] = json.loads((settings.home / "neo4j" / "server.json").read_text())
    return content


@pytest.fixture
def stand_in(settings: Settings) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that starts a program with the arguments of the home's server and writes its state."""
    children = []

    def start(program: str = LISTENS, **state: object) -> subprocess.Popen[str]:
        home = f"--home-dir={settings.home.resolve() / 'neo4j'}"
        child = subprocess.Popen([sys.executable, "-c", program, "0", home], stdout=subprocess.PIPE, text=True)
        children.append(child)
        assert child.stdout is not None
        port = int(child.stdout.readline())
        write_state(settings, **{"pid": child.pid, "bolt_port": port, "ready": True, "version": "5", **state})
        return child

    yield start
    for child in children:
        child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


class TestRunningServer:
    def test_is_returned_without_starting_anything(self, settings, stand_in):
        child = stand_in()
        running = local.ensure(settings)
        port = read_state(settings)["bolt_port"]
        assert (running.pid, running.started, running.bolt_uri) == (child.pid, False, f"bolt://127.0.0.1:{port}")
        assert (running.user, running.password, running.http_uri) == ("neo4j", "secret", None)

    def test_is_found_without_driver_and_downloader(self, settings, stand_in):
        stand_in()
        program = (
            "import sys; from pathlib import Path; from kg.settings import Settings; from kg.store import local;"
            "local.ensure(Settings(home=Path(sys.argv[1]), cache=Path(sys.argv[1])));"
            "print(sorted({'neo4j', 'jgo', 'requests', 'filelock', 'networkx'} & set(sys.modules)))"
        )
        answer = subprocess.run(
            [sys.executable, "-c", program, settings.home], capture_output=True, text=True, check=True
        )
        assert answer.stdout == "[]\n"

    def test_keeps_its_password_out_of_its_description(self, settings, stand_in):
        stand_in()
        assert "secret" not in repr(local.ensure(settings))

    def test_is_found_by_a_home_named_through_a_link(self, settings, stand_in, tmp_path):
        child = stand_in()
        (tmp_path / "link").symlink_to(settings.home)
        assert local.status(Settings(home=tmp_path / "link", cache=settings.cache)).pid == child.pid

    def test_with_a_lost_password_is_an_error(self, settings, stand_in):
        stand_in()
        (settings.home / "neo4j" / "password").unlink()
        with pytest.raises(DatabaseError, match="password is missing"):
            local.ensure(settings)

    def test_is_described(self, settings, stand_in):
        child = stand_in(http_port=7000, browser=True, java="/a/java")
        status = local.status(settings)
        assert (status.running, status.answering, status.pid) == (True, True, child.pid)
        assert status.http_uri == "http://127.0.0.1:7000/browser/"
        assert status.java == Path("/a/java")
        assert status.memory is not None and status.memory > 1_000_000
        assert not status.artifacts_cached

    def test_that_is_stopping_does_not_answer(self, settings, stand_in):
        stand_in(ready=False)
        status = local.status(settings)
        assert (status.running, status.answering) == (True, False)

    def test_must_be_stopped_for_the_administration(self, settings, stand_in):
        stand_in()
        with pytest.raises(DatabaseError, match="is running: stop it first with `kg down`"):
            local.admin(settings, "database", "dump", "neo4j")


class TestStop:
    def test_ends_the_server_and_keeps_its_port(self, settings, stand_in):
        child = stand_in()
        port = read_state(settings)["bolt_port"]
        assert local.stop(settings) is True
        assert not psutil.pid_exists(child.pid)
        state = read_state(settings)
        assert (state["pid"], state["ready"], state["bolt_port"]) == (None, False, port)
        assert local.stop(settings) is False

    def test_need_not_wait(self, settings, stand_in):
        child = stand_in(IGNORES_TERM)
        begin = time.perf_counter()
        assert local.stop(settings, wait=False) is True
        assert time.perf_counter() - begin < 1
        assert child.poll() is None
        assert read_state(settings)["ready"] is False

    def test_kills_what_does_not_end(self, settings, stand_in, monkeypatch):
        child = stand_in(IGNORES_TERM)
        monkeypatch.setattr(local, "STOP_SECONDS", 0.2)
        assert local.stop(settings) is True
        assert not psutil.pid_exists(child.pid)

    def test_does_not_wait_for_a_dead_child_of_another_process(self, settings, tmp_path):
        home = f"--home-dir={settings.home.resolve() / 'neo4j'}"
        parent_program = (
            "import subprocess, sys, time;"
            "child = subprocess.Popen([sys.executable, '-c', sys.argv[1], '0', sys.argv[2]], stdout=subprocess.PIPE);"
            "print(child.pid, int(child.stdout.readline()), flush=True); time.sleep(60)"
        )
        with subprocess.Popen(
            [sys.executable, "-c", parent_program, LISTENS, home], stdout=subprocess.PIPE, text=True
        ) as parent:
            assert parent.stdout is not None
            try:
                pid, port = map(int, parent.stdout.readline().split())
                write_state(settings, pid=pid, bolt_port=port, ready=True)
                begin = time.perf_counter()
                assert local.stop(settings) is True
                assert time.perf_counter() - begin < 5
                assert not local.status(settings).running
            finally:
                parent.kill()

    def test_ends_the_server_also_where_nothing_can_be_noted(self, settings, stand_in, monkeypatch):
        child = stand_in()

        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(local.files, "replace", full)
        assert local.stop(settings) is True
        assert not psutil.pid_exists(child.pid)
        assert not local.status(settings).running

    def test_where_nothing_runs_makes_nothing(self, settings):
        assert local.stop(settings) is False
        assert not settings.home.exists()


class TestStaleState:
    def test_of_a_process_that_is_gone(self, settings):
        child = subprocess.Popen([sys.executable, "-c", ""])
        child.wait()
        write_state(settings, pid=child.pid, bolt_port=1, ready=True)
        assert not local.status(settings).running
        assert local.stop(settings) is False

    def test_of_an_id_that_another_program_has_now(self, settings):
        write_state(settings, pid=os.getpid(), bolt_port=1, ready=True)
        assert not local.status(settings).running
        assert local.stop(settings) is False

    @pytest.mark.parametrize("content", ["", "{", "[1]", '{"pid": null', "null"])
    def test_that_cannot_be_read_counts_as_none(self, settings, content):
        write_state(settings)
        (settings.home / "neo4j" / "server.json").write_text(content)
        assert not local.status(settings).running

    def test_of_another_version_of_the_program_still_counts(self, settings, stand_in):
        child = stand_in(unheard_of=1)
        assert local.ensure(settings).pid == child.pid


def test_status_of_a_new_home_makes_nothing(settings):
    status = local.status(settings)
    assert (status.running, status.pid, status.bolt_uri, status.memory) == (False, None, None, None)
    assert not settings.home.exists()
    assert not settings.cache.exists()


class TestPorts:
    def test_a_remembered_one_that_is_free_is_kept(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        assert local._free_port(port) == port

    def test_a_remembered_one_that_is_busy_is_replaced(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            assert local._free_port(port) not in (port, 0)

    def test_bolt_and_browser_never_share_one(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        state = local._choose_ports(local._State(bolt_port=port, http_port=port), browser=True)
        assert state.bolt_port == port != state.http_port


class TestHomeThatCannotBeUsed:
    def test_below_a_file(self, tmp_path, settings):
        (tmp_path / "file").write_text("")
        with pytest.raises(DatabaseError, match=r"cannot be used \(Not a directory\): .* choose .* with KG_HOME\.$"):
            local.ensure(Settings(home=tmp_path / "file" / "home", cache=settings.cache))

    @pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="no folder that even root cannot write to")
    def test_read_only(self, settings):
        with pytest.raises(DatabaseError, match=r"/sys/\S+ cannot be used \(.*\): make it writable, or .* KG_HOME\.$"):
            local.ensure(Settings(home=Path("/sys/kernel/kg"), cache=settings.cache))

    def test_on_a_full_disk(self, settings, monkeypatch):
        monkeypatch.setattr(local.artifacts, "fetch", lambda *_: [])
        usage = namedtuple("usage", "total used free")(10**9, 10**9, 10**6)
        monkeypatch.setattr(local.shutil, "disk_usage", lambda _: usage)
        with pytest.raises(DatabaseError, match=r"less than 200 MB left: free some space, or .* KG_HOME\.$"):
            local.ensure(settings)
        assert not local.status(settings).running
