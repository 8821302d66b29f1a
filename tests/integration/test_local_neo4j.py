"""The embedded Neo4j itself: started, found, stopped, hurt in the ways that happen, each home of its own."""

from __future__ import annotations

import http.client
import json
import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import AuthError, ClientError

from kg import looks
from kg.errors import DatabaseError
from kg.settings import Settings
from kg.store import artifacts, launch, local

pytestmark = pytest.mark.neo4j

START = """
import sys
from pathlib import Path
from kg.settings import Settings
from kg.store import local
running = local.ensure(Settings(home=Path(sys.argv[1]), cache=Path(sys.argv[2])))
print(running.pid, running.started)
"""


def start_in_another_process(settings: Settings) -> subprocess.Popen[str]:
    """Run what a `kg` command does first, in a process of its own, and return that process."""
    return subprocess.Popen(
        [sys.executable, "-c", START, settings.home, settings.cache],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A locale that cannot spell the home's name.
        env=os.environ | {"LC_ALL": "C", "KG_NEO4J_PASSWORD": "not-for-children"},
    )


def driver(running: local.Running) -> Driver:
    return GraphDatabase.driver(running.bolt_uri, auth=(running.user, running.password))


def neo4j_processes(home: Path) -> list[int]:
    """Return the ids of all processes with this home among their arguments."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if any(str(home) in argument for argument in process.info["cmdline"] or []) and process.pid != os.getpid():
            found.append(process.pid)
    return found


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, artifact_cache: Path) -> Iterator[Settings]:
    """Return settings of one home that is taken through its life; no process of it may be left at the end."""
    settings = Settings(home=tmp_path_factory.mktemp("local") / "a home é with spaces", cache=artifact_cache)
    yield settings
    local.stop(settings)
    assert neo4j_processes(settings.home) == []


@pytest.fixture(scope="module")
def commands(settings: Settings) -> list[tuple[int, str]]:
    """Return exit codes and outputs of two first commands, run at once in processes that have ended since."""
    both = [start_in_another_process(settings) for _ in range(2)]
    outputs = [command.communicate(timeout=300)[0] for command in both]
    return [(command.returncode, output) for command, output in zip(both, outputs, strict=True)]


@pytest.fixture(scope="module")
def running(settings: Settings, commands: list[tuple[int, str]]) -> local.Running:
    """Return the server that the first commands started."""
    return local.ensure(settings)


class TestServer:
    def test_is_started_once_by_two_commands_at_once(self, commands, running):
        assert sorted(commands) == [(0, f"{running.pid} False\n"), (0, f"{running.pid} True\n")]

    def test_outlives_the_commands_and_is_found(self, running):
        assert not running.started
        assert running.version == artifacts.VERSION
        with driver(running) as connection:
            (record,) = connection.execute_query("CALL dbms.components() YIELD versions RETURN versions").records
        assert record["versions"] == [artifacts.VERSION]

    def test_has_a_session_of_its_own(self, running):
        assert os.getsid(running.pid) == running.pid

    def test_listens_on_loopback_and_only_for_bolt(self, running):
        listening = [one for one in psutil.Process(running.pid).net_connections() if one.status == psutil.CONN_LISTEN]
        assert [one.laddr.ip.removeprefix("::ffff:") for one in listening] == ["127.0.0.1"]
        assert running.bolt_uri == f"bolt://127.0.0.1:{listening[0].laddr.port}"

    def test_keeps_home_and_password_private(self, settings, running):
        folder = settings.home / "neo4j"
        assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "password").stat().st_mode) == 0o600
        assert (folder / "password").read_text().strip() == running.password

    def test_shows_no_password_to_other_users(self, running):
        process = psutil.Process(running.pid)
        assert running.password not in " ".join(process.cmdline())
        assert "not-for-children" not in " ".join(process.environ().values())

    @pytest.mark.parametrize("password", ["neo4j", "wrong"])
    def test_refuses_other_passwords(self, running, password):
        with (
            GraphDatabase.driver(running.bolt_uri, auth=("neo4j", password)) as connection,
            pytest.raises(AuthError),
        ):
            connection.verify_connectivity()

    def test_reads_no_file_of_the_machine(self, running, tmp_path):
        (tmp_path / "secret.csv").write_text("secret\n")
        query = "LOAD CSV FROM $uri AS row RETURN row"
        with driver(running) as connection, pytest.raises(ClientError, match="configuration property 'dbms"):
            connection.execute_query(query, uri=(tmp_path / "secret.csv").as_uri(), routing_="r")

    def test_reports_no_usage_and_restricts_procedures(self, running):
        names = ["dbms.usage_report.enabled", "client.allow_telemetry", "dbms.security.procedures.unrestricted"]
        with driver(running) as connection:
            records = connection.execute_query("SHOW SETTINGS $names YIELD name, value", names=names).records
        assert {record["name"]: record["value"] for record in records} == {
            "dbms.usage_report.enabled": "false",
            "client.allow_telemetry": "false",
            "dbms.security.procedures.unrestricted": "",
        }

    def test_takes_little_room(self, settings, running):
        used = sum(path.stat().st_size for path in settings.home.rglob("*") if path.is_file())
        assert used < 50_000_000

    def test_is_described(self, settings, running):
        status = local.status(settings)
        assert (status.running, status.answering, status.artifacts_cached) == (True, True, True)
        assert (status.pid, status.bolt_uri, status.version) == (running.pid, running.bolt_uri, running.version)
        assert status.memory is not None and 100_000_000 < status.memory < 1_500_000_000


@pytest.mark.usefixtures("running")
class TestRestart:
    """What may happen to a home that is in use."""

    def test_killed_comes_back_whatever_has_its_port_and_its_process_id_now(self, settings):
        before = local.ensure(settings)
        with driver(before) as connection:
            connection.execute_query("CREATE (:Kept {id: 1})")
        process = psutil.Process(before.pid)
        process.kill()
        process.wait(timeout=10)
        path = settings.home / "neo4j" / "server.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"pid": os.getpid()}))

        with socket.create_server(("127.0.0.1", urlsplit(before.bolt_uri).port)):
            again = local.ensure(settings)

        assert again.started
        assert again.bolt_uri != before.bolt_uri
        with driver(again) as connection:
            assert connection.execute_query("MATCH (node:Kept) RETURN node.id AS id").records[0]["id"] == 1

    def test_browser_is_served_after_waiting_for_the_old_server(self, settings):
        before = local.ensure(settings)
        begin = time.monotonic()
        assert local.stop(settings, wait=False) is True
        assert time.monotonic() - begin < 1

        running = local.ensure(settings, browser=True)

        assert running.started and running.pid != before.pid
        assert running.bolt_uri == before.bolt_uri
        address = urlsplit(running.http_uri)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
        connection.request("GET", address.path, headers={"Origin": "http://elsewhere.example"})
        answer = connection.getresponse()
        assert (answer.status, b"Neo4j Browser" in answer.read()) == (200, True)
        assert answer.headers["Access-Control-Allow-Origin"] == f"http://{address.netloc}"
        policy = answer.headers["Content-Security-Policy"]
        assert policy.endswith(f"connect-src 'self' ws://{urlsplit(running.bolt_uri).netloc}")
        connection.close()
        # What Neo4j Browser asks for when it has connected, to run it.
        asked = "CALL dbms.clientConfig() YIELD name, value WHERE name = 'browser.post_connect_cmd' RETURN value"
        with driver(running) as bolt:
            assert bolt.execute_query(asked).records[0]["value"] == looks.browser_command()

    def test_one_with_browser_serves_those_who_do_not_ask_for_it(self, settings):
        before = local.ensure(settings, browser=True)
        assert local.ensure(settings).pid == before.pid

    def test_administration_dumps_and_loads_the_stopped_server(self, settings, tmp_path):
        local.ensure(settings)
        assert local.stop(settings) is True
        dumped = local.admin(settings, "database", "dump", "neo4j", f"--to-path={tmp_path}")
        assert (dumped.returncode, (tmp_path / "neo4j.dump").stat().st_size > 0) == (0, True), dumped.stderr
        loaded = local.admin(
            settings, "database", "load", "neo4j", f"--from-path={tmp_path}", "--overwrite-destination=true"
        )
        assert loaded.returncode == 0, loaded.stderr
        failed = local.admin(settings, "database", "dump", "unheard-of", f"--to-path={tmp_path}")
        assert failed.returncode != 0
        assert "unheard-of" in failed.stderr

    def test_interrupted_start_leaves_no_process(self, settings):
        local.stop(settings)

        def interrupt(step: str, done: float, total: float) -> None:
            if step == "starting" and done > 0.5:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            local.ensure(settings, progress=interrupt)
        assert neo4j_processes(settings.home) == []
        assert not local.status(settings).running

    def test_start_that_takes_too_long_is_given_up(self, settings, monkeypatch):
        local.stop(settings)
        monkeypatch.setattr(launch, "START_SECONDS", 0.3)
        with pytest.raises(
            DatabaseError, match=r"did not answer within 0\.3 s and was stopped: try again .*neo4j\.log"
        ):
            local.ensure(settings)
        assert neo4j_processes(settings.home) == []

    def test_another_password_is_told_and_the_right_one_still_opens_the_database(self, settings):
        local.stop(settings)
        password = settings.home / "neo4j" / "password"
        right = password.read_text()
        password.write_text("another\n")
        with pytest.raises(DatabaseError, match=r"The password in .* is not that of the database in .*: put the right"):
            local.ensure(settings)
        assert neo4j_processes(settings.home) == []

        password.write_text(right)
        with driver(local.ensure(settings)) as connection:
            connection.verify_connectivity()

    def test_a_damaged_database_is_told(self, settings):
        local.stop(settings)
        (settings.home / "neo4j" / "data" / "databases" / "neo4j" / "neostore").write_bytes(b"x" * 100)
        with pytest.raises(DatabaseError, match=r"cannot open its database in .*debug\.log has the cause; restore a b"):
            local.ensure(settings)
        assert neo4j_processes(settings.home) == []

    def test_a_server_that_dies_is_quoted(self, settings):
        local.stop(settings)
        databases = settings.home / "neo4j" / "data" / "databases"
        databases.rename(databases.with_name("moved"))
        databases.write_text("a file where a folder was")
        with pytest.raises(DatabaseError, match=r"last word being '.*FileAlreadyExists.*': mend that and try again"):
            local.ensure(settings)


class TestDownload:
    """Real files of Maven Central, a few of them, into caches of their own."""

    @pytest.fixture
    def few(self) -> tuple[artifacts.Artifact, ...]:
        return tuple(sorted(artifacts.read_lock().server, key=lambda one: one.size)[40:80])

    def test_killed_goes_on_where_it_ended(self, few, tmp_path):
        cache = tmp_path / "cache"
        program = (
            "import sys; from pathlib import Path; from kg.store import artifacts;"
            "server = sorted(artifacts.read_lock().server, key=lambda one: one.size);"
            "artifacts.fetch(Path(sys.argv[1]), server[40:80])"
        )
        with subprocess.Popen([sys.executable, "-c", program, cache]) as command:
            deadline = time.monotonic() + 60
            while len(list(cache.glob("maven/**/*.jar"))) < 8 and time.monotonic() < deadline:
                time.sleep(0.01)
            command.kill()
        arrived = [one for one in few if (cache / "maven" / one.path).exists()]
        assert 8 <= len(arrived) < len(few)
        assert all(artifacts._sha256(cache / "maven" / one.path) == one.sha256 for one in arrived)
        fetched: list[float] = []

        artifacts.fetch(cache, few, lambda step, done, total: fetched.append(total))

        assert fetched[0] == sum(one.size for one in few) - sum(one.size for one in arrived)
        assert artifacts.cached(cache, few)
        assert not list(cache.glob(".fetching-*"))

    def test_a_corrupt_file_is_fetched_again(self, few, tmp_path):
        path, other = artifacts.fetch(tmp_path, few[:2])
        changed = other.stat().st_mtime_ns
        path.write_bytes(b"\0" * few[0].size)
        artifacts.fetch(tmp_path, few[:2])
        assert artifacts._sha256(path) == few[0].sha256
        assert other.stat().st_mtime_ns == changed

    def test_without_network_a_first_start_is_one_sentence(self, tmp_path, monkeypatch):
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("NO_PROXY", "")
        with pytest.raises(
            DatabaseError, match=r"could not be fetched from Maven Central .*: check the network"
        ) as caught:
            local.ensure(Settings(home=tmp_path / "home", cache=tmp_path / "empty"))
        assert "\n" not in str(caught.value)

    def test_a_file_that_was_altered_in_the_cache_is_fetched_again(self, few, artifact_cache, tmp_path):
        for one in few[:3]:
            place = tmp_path / "maven" / one.path
            place.parent.mkdir(parents=True)
            place.write_bytes((artifact_cache / "maven" / one.path).read_bytes())
        content = place.read_bytes()
        place.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        assert artifacts.altered(tmp_path, few[:3]) == ([], [few[2]])
        fetched: list[float] = []

        artifacts.fetch(tmp_path, few[:3], lambda step, done, total: fetched.append(total))

        assert fetched[0] == few[2].size
        assert place.read_bytes() == content
        assert artifacts.altered(tmp_path, few[:3]) == ([], [])

    def test_nothing_is_left_in_the_folders_of_maven_and_jgo(self, few, tmp_path):
        program = (
            "import sys; from pathlib import Path; from kg.store import artifacts;"
            "artifacts.fetch(Path(sys.argv[1]), artifacts.read_lock().server[:1])"
        )
        home = tmp_path / "home"
        home.mkdir()
        environment = os.environ | {"HOME": str(home)}
        subprocess.run([sys.executable, "-c", program, tmp_path / "cache"], env=environment, check=True)
        assert list(home.iterdir()) == []
