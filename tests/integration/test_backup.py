"""A backup and the way back, on a home of its own: what comes back is what was there, and nothing is lost meanwhile."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator

import psutil
import pytest

from kg import load as loading
from kg import schema
from kg.commands.demo import bundled
from kg.settings import Settings
from kg.store import local, read, session
from tests.integration.conftest import run_kg

pytestmark = pytest.mark.neo4j


@pytest.fixture(scope="module")
def settings(tmp_path_factory, artifact_cache) -> Iterator[Settings]:
    """Return settings of one home that the tests of this module take through its life, in their order."""
    settings = Settings(home=tmp_path_factory.mktemp("backup") / "home", cache=artifact_cache)
    yield settings
    local.stop(settings)


@pytest.fixture(scope="module")
def dump(settings):
    """Return a backup of a server that was killed, named from its folder as one does, and the digest of its graph."""
    with session.connect(settings) as database:
        assert not loading.load(database, bundled()).problems
        digest = read.digest(database)
    process = psutil.Process(local.ensure(settings).pid)
    process.kill()
    process.wait(timeout=10)
    path = settings.home.parent / "graph.dump"
    done = run_kg(settings, "backup", path.name, folder=path.parent)
    assert (done.returncode, json.loads(done.stdout)["running"]) == (0, False), done.stderr
    return path, digest


def digest_of(settings):
    with session.connect(settings) as database:
        return read.digest(database)


def test_backs_up_what_a_killed_server_left_into_one_private_file(settings, dump):
    path, _ = dump
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(one.name for one in path.parent.iterdir()) == ["graph.dump", "home"]
    assert not local.status(settings).running


def test_refuses_to_overwrite_and_to_write_nowhere(settings, dump, tmp_path):
    path, _ = dump
    before = path.read_bytes()
    again = run_kg(settings, "backup", str(path))
    assert (again.returncode, path.read_bytes()) == (2, before)
    assert "--force" in again.stderr and again.stderr.count("\n") == 1
    nowhere = run_kg(settings, "backup", str(tmp_path / "none" / "graph.dump"))
    assert (nowhere.returncode, "no folder" in nowhere.stderr) == (2, True)
    new = Settings(home=tmp_path / "new", cache=settings.cache)
    assert run_kg(new, "backup", str(tmp_path / "new.dump")).returncode == 3


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda content: content[: len(content) // 2], "is cut short or damaged"),
        (lambda content: b"PK" + content[2:], "is no backup, by its first bytes"),
        (lambda content: b"", "is no backup, by its first bytes"),
    ],
)
def test_a_damaged_file_is_refused_and_changes_nothing(settings, dump, tmp_path, damage, expected):
    path, _ = dump
    damaged = tmp_path / "damaged.dump"
    damaged.write_bytes(damage(path.read_bytes()))
    folder = local.server_folder(settings) / "data" / "databases" / "neo4j"
    before = {one.name: one.stat().st_mtime_ns for one in folder.iterdir()}
    done = run_kg(settings, "restore", str(damaged))
    assert (done.returncode, expected in done.stderr, done.stderr.count("\n")) == (6, True, 1)
    assert {one.name: one.stat().st_mtime_ns for one in folder.iterdir()} == before
    assert not (local.server_folder(settings) / "restoring").exists()


def test_what_comes_back_is_what_was_there(settings, dump):
    path, digest = dump
    with session.connect(settings) as database:
        loading.unload(database, bundled()[0].name)
        assert read.digest(database) != digest
    done = run_kg(settings, "restore", str(path))
    assert (done.returncode, json.loads(done.stdout.splitlines()[0])["running"]) == (0, True), done.stderr
    assert digest_of(settings) == digest


def test_a_graph_of_a_later_version_is_refused_and_the_former_put_back(settings, dump, tmp_path):
    _, digest = dump
    before = digest_of(settings)
    raise_version = f"MATCH (m:{schema.META_LABEL} {{id: 'kg'}}) SET m.schema = $version"
    with session.connect(settings) as database:
        database.write(lambda tx: tx.run(raise_version, version=schema.VERSION + 1).consume())
    later = tmp_path / "later.dump"
    assert run_kg(settings, "backup", str(later)).returncode == 0
    with session.connect(settings) as database:
        database.write(lambda tx: tx.run(raise_version, version=schema.VERSION).consume())
    done = run_kg(settings, "restore", str(later))
    assert (done.returncode, "later version of kg" in done.stderr) == (6, True), done.stderr
    assert local.status(settings).answering
    assert digest_of(settings) == before == digest


def test_another_server_is_left_to_its_own_tools(settings, tmp_path):
    elsewhere = Settings(home=settings.home, cache=settings.cache, neo4j_uri="bolt://elsewhere.example:7687")
    for command in ("backup", "restore"):
        done = run_kg(elsewhere, command, str(tmp_path / "graph.dump"))
        assert (done.returncode, "KG_NEO4J_URI points at bolt://elsewhere" in done.stderr) == (2, True)
