"""One file that holds the local Neo4j's database, and the way back, by the server's own dump and load."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg import schema
from kg.errors import DatabaseError, InputError, KgError, NothingFoundError, UsageError
from kg.store import artifacts, local, read, session

if TYPE_CHECKING:
    import subprocess

    from kg.settings import Settings
    from kg.store.local import Progress, Stopped

#: What the dumps of Neo4j begin with: zstandard, and gzip where that is not to be had.
_BEGINNINGS = (b"DZV1", b"DGV1")
_FORMATS = ("record-aligned-1.", "record-standard-1.")


@dataclass(frozen=True, slots=True)
class Copy:
    """A backup that was made or restored: the file, its size in bytes, and whether the server runs now."""

    file: Path
    size: int
    running: bool


def backup(settings: Settings, path: Path, *, force: bool = False, progress: Progress | None = None) -> Copy:
    """Write the local database to a file of mode 0600, which is there whole or not at all.

    A running server is stopped for it and started again. Raise `UsageError` where the file is there (unless `force`)
    or cannot be written, `NothingFoundError` where there is no database, `DatabaseError` where the dump fails.
    """
    _refuse_other_server(settings)
    if path.exists() and (path.is_dir() or not force):
        raise UsageError(f"{path} is there already: choose another name, or replace that file with --force.")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is no folder: name a file in one that exists.")
    if not _database(local.server_folder(settings)).exists():
        raise NothingFoundError(f"{settings.home} holds no database to back up: load something first.")
    try:
        # Neo4j's tool runs in a folder of its own, so a path relative to ours would lead it elsewhere.
        work = Path(tempfile.mkdtemp(dir=path.parent.resolve(), prefix=f".{path.name[:100]}-"))
    except OSError as problem:
        raise UsageError(f"{path} cannot be written ({problem.strerror}): choose another place.") from problem
    try:
        with local.stopped(settings, progress) as held:
            _dump(held, work, progress)
        return _place(work / "neo4j.dump", path, running=held.ran)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def restore(settings: Settings, path: Path, *, progress: Progress | None = None) -> Copy:
    """Put a backup in the place of the local database, which is kept until the new one is found good.

    The file is loaded and checked beside first. Raise `InputError` where it is no backup, cut short, damaged, or of
    another version; the former database is then in its place, as it is after a restore that was cut short.
    """
    _refuse_other_server(settings)
    _check_beginning(path)
    with local.stopped(settings, progress) as held:
        if not _database(held.folder).exists():  # a home that is new gets its password and system database first
            held.start(progress)
            held.stop(progress)
        stage = held.folder / local.STAGE
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir(mode=0o700)
        try:
            _load(held, stage, path)
            _exchange(held, stage, path, progress)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
        if not held.ran:
            held.stop(progress)
    return Copy(path, path.stat().st_size, held.ran)


def _refuse_other_server(settings: Settings) -> None:
    if settings.neo4j_uri:
        raise UsageError(
            f"KG_NEO4J_URI points at {settings.neo4j_uri}, which only its own tools back up and restore: use "
            "`neo4j-admin database dump` there, or unset KG_NEO4J_URI for the local Neo4j."
        )


def _database(folder: Path) -> Path:
    return folder / "data" / "databases" / "neo4j"


def _dump(held: Stopped, work: Path, progress: Progress | None) -> None:
    """Write `neo4j.dump` into a folder; a database that was not closed, as after a crash, is recovered first."""
    arguments = ("database", "dump", "neo4j", f"--to-path={work}")
    done = held.admin(*arguments)
    if done.returncode and "recover" in done.stdout + done.stderr:
        held.start(progress)
        held.stop(progress)
        done = held.admin(*arguments)
    if done.returncode:
        raise DatabaseError(f"Neo4j could not write the backup ({_reason(done)}): mend that and try again.")


def _place(dumped: Path, path: Path, *, running: bool) -> Copy:
    """Move a dump to its place, once it is safe on the disk."""
    try:
        dumped.chmod(0o600)
        with dumped.open("rb") as file:
            os.fsync(file.fileno())
        size = dumped.stat().st_size
        dumped.replace(path)
    except OSError as problem:
        raise UsageError(f"{path} cannot be written ({problem.strerror}): choose another place.") from problem
    return Copy(path, size, running)


def _check_beginning(path: Path) -> None:
    try:
        with path.open("rb") as file:
            beginning = file.read(4)
    except OSError as problem:
        raise InputError(f"{path} cannot be read ({problem.strerror}): name a file that kg backup wrote.") from problem
    if beginning not in _BEGINNINGS:
        raise InputError(f"{path} is no backup, by its first bytes: name a file that kg backup wrote.")


def _load(held: Stopped, stage: Path, path: Path) -> None:
    """Load a backup into a folder of its own, and check its version and that it is whole."""
    unchanged = "nothing was changed; take another backup"
    try:
        loaded = held.admin("database", "load", "neo4j", "--from-stdin", home=stage, given=path)
    except OSError as problem:
        raise artifacts.disk_error(held.folder, problem, "KG_HOME") from problem
    if loaded.returncode:
        raise InputError(f"{path} is cut short or damaged ({_reason(loaded)}): {unchanged}.")
    known = held.admin("database", "info", "neo4j", home=stage)
    found = re.search(r"^Store format version:\s*(\S+)", known.stdout, re.MULTILINE)
    if not found or not found[1].startswith(_FORMATS):
        raise InputError(
            f"{path} holds a store of format {found[1] if found else 'unknown'}, and Neo4j {artifacts.VERSION} reads "
            f"{_FORMATS[0]}x: {unchanged}, or make it anew with that Neo4j."
        )
    checked = held.admin("database", "check", "neo4j", f"--report-path={stage}", home=stage)
    if checked.returncode:
        raise InputError(f"{path} holds a damaged database ({_reason(checked)}): {unchanged}.")


def _exchange(held: Stopped, stage: Path, path: Path, progress: Progress | None) -> None:
    """Put the staged database in its place and start it; put the former one back if that or its content is not right.

    Raise the error that stood in the way.
    """
    held.set_aside()
    try:
        for name in local.PLACES:
            (stage / "data" / name / "neo4j").rename(held.folder / "data" / name / "neo4j")
        _check_content(held.start(progress), path)
    except BaseException as problem:
        held.stop(progress)
        held.put_back()
        if isinstance(problem, KgError) and not isinstance(problem, InputError):
            raise InputError(f"{path} does not open, and the former database was put back: {problem}") from problem
        raise
    held.discard()


def _check_content(running: local.Running, path: Path) -> None:
    with session.connect_to(running) as database:
        others = read.strangers(database)
        version = read.schema_version(database)
    if others:
        raise InputError(
            f"{path} holds something else than this graph (nodes of {', '.join(others)}): the former database was put "
            "back; name a file that kg backup wrote."
        )
    if version is not None and version > schema.VERSION:
        raise InputError(
            f"{path} was made by a later version of kg (graph version {version}, this one knows {schema.VERSION}): the "
            "former database was put back; install that version."
        )


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    """Return why a command of `neo4j-admin` failed, in its own words: the line that says so, else its last.

    Its advice to run it again with `--verbose` is left out: nobody ran it by hand.
    """
    lines = [line.strip() for line in (done.stdout + "\n" + done.stderr).splitlines()]
    lines = [line for line in lines if line and "--verbose" not in line]
    told = [match[1] for line in lines if (match := re.match(r"Failed to [^:]*: (.*)", line))]
    return (told or lines or ["no reason given"])[-1].rstrip(".")
