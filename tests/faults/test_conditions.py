"""Full disk, read-only home, two loads at once, a lost connection, a bare environment: the next load completes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from kg import load as loading
from kg.errors import DatabaseError
from kg.settings import Settings
from kg.store import local, session
from kg.store.write import Writer
from tests.faults.harness import Harness, sound
from tests.integration.conftest import run_kg
from tests.integration.test_server import COMMIT, cutting

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]

HOME_BYTES = 320_000_000
BARE = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TERM": "", "COLUMNS": ""}


@contextmanager
def mounted(folder: Path) -> Iterator[Callable[[str], None]]:
    """Mount a small file system, and give what mounts it anew with other options; skip where that is not allowed."""
    folder.mkdir()
    options = f"size={HOME_BYTES},mode=700"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"a file system cannot be mounted here: {done.stderr.decode().strip()}")
    try:
        yield lambda option: subprocess.run(["mount", "-o", f"remount,{option}", folder], check=True) and None
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="module")
def remount(tmp_path_factory) -> Iterator[tuple[Path, Callable[[str], None]]]:
    folder = tmp_path_factory.mktemp("small") / "disk"
    with mounted(folder) as anew:
        yield folder, anew


@pytest.fixture(scope="module")
def harness(remount, tmp_path_factory, artifact_cache) -> Iterator[Harness]:
    settings = Settings(home=remount[0] / "home", cache=artifact_cache)
    yield Harness(settings, tmp_path_factory.mktemp("editions") / "files")
    local.stop(settings)


def load_next(harness: Harness) -> None:
    """Load the edition that does not stand, which must complete and give the graph of an undisturbed load."""
    aim = 1 - harness.standing
    harness.load(harness.editions[aim])
    assert harness.digest() == harness.digests[aim]
    harness.standing = aim


def elsewhere(harness: Harness) -> Settings:
    """Return settings that name the harness's server as a foreign one."""
    running = local.ensure(harness.settings)
    return replace(harness.settings, neo4j_uri=running.bolt_uri, neo4j_password=running.password)


def refused(code: int, said: str) -> None:
    """Hold a disturbed load to one sentence on the database."""
    assert sound(code, said) == "" and code == 5, said


def test_a_full_disk(harness, remount):
    filler = remount[0] / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):  # the server writes too: until nothing more goes in
        while True:
            file.write(b"x" * 4096)
    loader = harness.start_load(harness.editions[1 - harness.standing])
    said = loader.communicate(timeout=120)[1]
    again = harness.start_load(harness.editions[1 - harness.standing])
    still = again.communicate(timeout=120)[1]
    filler.unlink()
    refused(loader.returncode, said)
    refused(again.returncode, still)
    assert "space" in said + still
    assert harness.found() == "before"
    load_next(harness)


def test_a_read_only_home(harness, remount):
    local.stop(harness.settings)
    remount[1]("ro")
    try:
        loader = harness.start_load(harness.editions[1 - harness.standing])
        said = loader.communicate(timeout=120)[1]
    finally:
        remount[1]("rw")
    refused(loader.returncode, said)
    assert "KG_HOME" in said
    load_next(harness)


def test_two_loads_at_once_while_the_server_starts(harness):
    local.stop(harness.settings)
    loaders = [harness.start_load(folder) for folder in (harness.editions[1], harness.editions[1])]
    said = [loader.communicate(timeout=120)[1] for loader in loaders]
    assert [loader.returncode for loader in loaders] == [0, 0], said
    assert harness.digest() == harness.digests[1]
    harness.standing = 1
    loaders = [harness.start_load(folder) for folder in harness.editions]
    said = [loader.communicate(timeout=120)[1] for loader in loaders]
    assert {sound(loader.returncode, one) for loader, one in zip(loaders, said, strict=True)} == {""}
    assert harness.found() in ("before", "after")
    harness.standing = harness.digests.index(harness.digest())
    load_next(harness)


def test_a_connection_that_drops_before_the_commit_is_tried_again(harness):
    aim = 1 - harness.standing
    with cutting(elsewhere(harness)) as proxy:
        proxy.cuts = [b"CREATE (l:Load)"]
        through = replace(elsewhere(harness), neo4j_uri=f"bolt://{proxy.address}")
        done = run_kg(through, "load", str(harness.editions[aim]))
    assert (done.returncode, done.stderr, proxy.broken) == (0, "", 1)
    assert harness.found() == "after"
    harness.standing = aim
    load_next(harness)


def test_a_connection_that_drops_at_the_commit_is_told(harness, monkeypatch):
    with cutting(elsewhere(harness)) as proxy:
        put_load = Writer.put_load

        def put_and_arm(writer, properties):
            put_load(writer, properties)
            proxy.cuts = [COMMIT] if properties["file"] == "registry.json" else []

        monkeypatch.setattr(Writer, "put_load", put_and_arm)
        through = replace(elsewhere(harness), neo4j_uri=f"bolt://{proxy.address}")
        with session.connect(through) as database, pytest.raises(DatabaseError, match="may have been written or not"):
            loading.load(database, [harness.editions[1 - harness.standing]])
    monkeypatch.undo()
    assert proxy.broken == 1 and harness.found() == "before"
    load_next(harness)


def test_a_bare_environment(harness):
    local.stop(harness.settings)
    aim = 1 - harness.standing
    loader = harness.start_load(harness.editions[aim], **BARE)
    said = loader.communicate(timeout=120)[1]
    assert (loader.returncode, said) == (0, "")
    assert harness.digest() == harness.digests[aim]
    harness.standing = aim
    load_next(harness)
