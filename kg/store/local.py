"""The embedded default: Neo4j itself, a child process on loopback that outlives the command that started it.

Everything of the server lies in the folder `neo4j` of the home, of mode 0700: `conf`, `data`, `logs`, the password, and
`server.json`, which says what runs and which ports are remembered. One process at a time starts or stops the server;
to find it running takes no lock.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

import psutil

from kg import files
from kg.errors import DatabaseError
from kg.settings import Settings
from kg.store import artifacts, configuration, launch
from kg.store.artifacts import Progress
from kg.store.configuration import HOST

__all__ = ["STOP_SECONDS", "Progress", "Running", "Status", "Stopped", "admin", "ensure", "status", "stop", "stopped"]

STOP_SECONDS = 60.0

_KILL_SECONDS = 10.0
_POLL_SECONDS = 0.05
_SPARE_BYTES = 200_000_000
# Where a restore makes the new database, and keeps the former one until the new one is in its place and found good.
STAGE = "restoring"
_FORMER = "former"
_DISCARDED = "discarded"
PLACES = ("databases", "transactions")


@dataclass(frozen=True, slots=True)
class Running:
    """The local server as it answers; `started` is True where this call started it, `http_uri` None without Browser."""

    bolt_uri: str
    http_uri: str | None
    user: str
    password: str = field(repr=False)
    pid: int
    home: Path
    started: bool
    version: str


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of the local server without starting it.

    `answering` is False while a running server starts or stops. `memory` is resident bytes. `java` is the path of the
    launcher in use, or that would be used, None where there is none. `artifacts_cached` tells whether a start needs
    the network.
    """

    running: bool
    answering: bool
    home: Path
    pid: int | None
    bolt_uri: str | None
    http_uri: str | None
    version: str
    java: Path | None
    memory: int | None
    artifacts_cached: bool


@dataclass(frozen=True, slots=True)
class _State:
    """What `server.json` holds; ports (0 until chosen) outlast the server, so that its addresses stay the same."""

    pid: int | None = None
    bolt_port: int = 0
    http_port: int = 0
    browser: bool = False
    ready: bool = False
    version: str = artifacts.VERSION
    java: str = ""

    @property
    def bolt_uri(self) -> str:
        return f"bolt://{HOST}:{self.bolt_port}"

    @property
    def http_uri(self) -> str | None:
        return f"http://{HOST}:{self.http_port}/browser/" if self.browser else None


def ensure(settings: Settings, *, browser: bool = False, progress: Progress | None = None) -> Running:
    """Return the running local server, started first where need be, with Neo4j Browser if `browser` is asked.

    A server that runs without Browser is started anew to get it. Raise `DatabaseError` where it cannot be started.
    """
    folder = server_folder(settings)
    running = _running(settings, folder, _read_state(folder), browser=browser)
    if running:
        return running
    with _exclusive(folder, progress):
        state = _read_state(folder)
        # Asked again, since another process may have started it while this one waited.
        running = _running(settings, folder, state, browser=browser)
        if running:
            return running
        process = _process(folder, state)
        if process:
            # It is stopping, lacks Browser, or its start was cut short.
            _end(process, progress)
        _clear_up(folder)
        return _start(settings, folder, state, browser=browser, progress=progress)


def stop(settings: Settings, *, wait: bool = True, progress: Progress | None = None) -> bool:
    """Ask the local server to stop, and return False when none runs.

    With `wait` return when it has ended; a server that takes over a minute is killed, which Neo4j recovers from.
    Without, return at once: the next start waits for it.
    """
    folder = server_folder(settings)
    if not _process(folder, _read_state(folder)):
        return False
    with _exclusive(folder, progress):
        state = _read_state(folder)
        process = _process(folder, state)
        if not process:
            return False
        with suppress(OSError):  # a disk that is full is no reason to go on
            _write_state(folder, replace(state, ready=False))
        if wait:
            _end(process, progress)
            with suppress(OSError):
                _write_state(folder, replace(state, ready=False, pid=None))
        else:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
    return True


def abandon(settings: Settings) -> None:
    """Kill a server that no longer works; the next start recovers what it committed.

    Writes nothing, since the disk may be full.
    """
    folder = server_folder(settings)
    process = _process(folder, _read_state(folder))
    if process:
        with suppress(psutil.NoSuchProcess):
            process.kill()
            _ended(process, _KILL_SECONDS, None)


def status(settings: Settings) -> Status:
    """Return what is known of the local server; start, fetch and write nothing."""
    folder = server_folder(settings)
    state = _read_state(folder)
    process = _process(folder, state)
    memory = None
    if process:
        with suppress(psutil.NoSuchProcess):
            memory = process.memory_info().rss
    java = Path(state.java) if process else None
    if not java:
        with suppress(DatabaseError):
            java = artifacts.find_java().path
    return Status(
        running=process is not None,
        answering=process is not None and state.ready and launch.accepts(state.bolt_port),
        home=settings.home,
        pid=state.pid if process else None,
        bolt_uri=state.bolt_uri if process else None,
        http_uri=state.http_uri if process else None,
        version=state.version if process else artifacts.VERSION,
        java=java,
        memory=memory,
        artifacts_cached=artifacts.cached(settings.cache, artifacts.read_lock().server),
    )


@dataclass(frozen=True, slots=True)
class Traces:
    """What a home tells of its server: the process id and port noted, whether that process lives and has started.

    `busy` is True while another process starts, stops, backs up or restores. `leftovers` are the half-done things of
    processes that were killed. `listening` are the addresses that the server listens on.
    """

    pid: int | None
    port: int
    version: str
    alive: bool
    ready: bool
    busy: bool
    leftovers: tuple[Path, ...]
    listening: tuple[str, ...]


def traces(settings: Settings) -> Traces:
    """Return what a home tells of its server, also of one that is gone; start and mend nothing."""
    folder = server_folder(settings)
    state = _read_state(folder)
    process = _process(folder, state)
    listening: list[str] = []
    if process:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            found = process.net_connections(kind="tcp")
            listening = [one.laddr.ip for one in found if one.status == psutil.CONN_LISTEN]
    left = [folder / name for name in (_FORMER, _DISCARDED, STAGE) if (folder / name).exists()]
    return Traces(
        pid=state.pid,
        port=state.bolt_port,
        version=state.version,
        alive=process is not None,
        ready=state.ready,
        busy=artifacts.held(folder / "lock"),
        leftovers=tuple(left + sorted(folder.glob(".*-*"))),
        listening=tuple(listening),
    )


def password_file(settings: Settings) -> Path:
    """Return the file, of mode 0600, that holds the local server's password."""
    return launch.password_path(server_folder(settings))


@dataclass(frozen=True, slots=True)
class Stopped:
    """The folder of a local server that is held stopped, the Java and jars that run it, and whether it ran before."""

    settings: Settings
    folder: Path
    java: artifacts.Java
    jars: Sequence[Path]
    ran: bool

    def admin(
        self, *arguments: str, home: Path | None = None, given: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of `neo4j-admin` on this folder, or on `home`; `given` is a file for its standard input."""
        folder = home or self.folder
        configuration.write(folder, _free_port(_read_state(self.folder).bolt_port), None, self.jars)
        return launch.run_admin(folder, self.java, arguments, given)

    def start(self, progress: Progress | None = None) -> Running:
        """Start the server. Raise `DatabaseError` where it cannot be started."""
        state = _read_state(self.folder)
        return _start(self.settings, self.folder, state, browser=self.ran and state.browser, progress=progress)

    def stop(self, progress: Progress | None = None) -> None:
        """End the server if it runs, and return when it has ended."""
        state = _read_state(self.folder)
        process = _process(self.folder, state)
        if process:
            _end(process, progress)
            _write_state(self.folder, replace(state, ready=False, pid=None))

    def set_aside(self) -> None:
        """Take the database out of its place; until `discard`, `put_back` or the next start puts it back."""
        former = self.folder / _FORMER
        former.mkdir()
        for name in PLACES:
            (self.folder / "data" / name / "neo4j").rename(former / name)

    def put_back(self) -> None:
        """Put back the database that was set aside, if one is, in the place of whatever is there."""
        _clear_up(self.folder)

    def discard(self) -> None:
        """Forget the database that was set aside: from here on the one in its place counts."""
        discarded = self.folder / _DISCARDED
        (self.folder / _FORMER).rename(discarded)
        shutil.rmtree(discarded)


@contextmanager
def stopped(settings: Settings, progress: Progress | None = None) -> Iterator[Stopped]:
    """Hold the local server stopped, so that no other process starts it; if it ran, start it again at the end."""
    folder = server_folder(settings)
    with _exclusive(folder, progress):
        state = _read_state(folder)
        java = artifacts.find_java()
        jars = artifacts.fetch(settings.cache, artifacts.read_lock().server, progress)
        held = Stopped(settings, folder, java, jars, _process(folder, state) is not None and state.ready)
        held.stop(progress)
        _clear_up(folder)
        try:
            yield held
        finally:
            if held.ran and not _process(folder, _read_state(folder)):
                held.start(progress)


def admin(settings: Settings, *arguments: str, progress: Progress | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of `neo4j-admin` on the stopped local server and return its exit code and output.

    Databases, such as "neo4j", are named as for `neo4j-admin`. Raise `DatabaseError` where the server runs.
    """
    folder = server_folder(settings)
    state = _read_state(folder)
    if state.ready and _process(folder, state):
        raise DatabaseError(f"The local Neo4j of {settings.home} is running: stop it first with `kg down`.")
    with stopped(settings, progress) as held:
        return held.admin(*arguments)


def _clear_up(folder: Path) -> None:
    """Put the former database back where a restore was cut short, and remove what was half done."""
    former = folder / _FORMER
    for name in PLACES:
        if (former / name).exists():
            place = folder / "data" / name / "neo4j"
            shutil.rmtree(place, ignore_errors=True)
            (former / name).rename(place)
    for leftover in (former, folder / _DISCARDED, folder / STAGE):
        shutil.rmtree(leftover, ignore_errors=True)
    for leftover in folder.glob(".*-*"):  # files that were being written beside their place
        leftover.unlink(missing_ok=True)


def server_folder(settings: Settings) -> Path:
    """Return the folder of everything that is the local server's."""
    # Resolved, so that one home has one name: the server is recognised by this path among its arguments.
    return settings.home.resolve() / "neo4j"


def _read_state(folder: Path) -> _State:
    try:
        content = json.loads((folder / "server.json").read_text(encoding="utf-8"))
        # Another version of the program may have written more, or less.
        return _State(**{one.name: content[one.name] for one in fields(_State) if one.name in content})
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return _State()
    except OSError as problem:
        raise artifacts.disk_error(folder, problem, "KG_HOME") from problem


def _write_state(folder: Path, state: _State) -> None:
    files.replace(folder / "server.json", json.dumps(asdict(state), indent=2) + "\n", mode=0o600)


def _process(folder: Path, state: _State) -> psutil.Process | None:
    """Return the server's process, or None where it is gone or its id now belongs to another program."""
    if state.pid is None:
        return None
    try:
        process = psutil.Process(state.pid)
        return process if f"--home-dir={folder}" in process.cmdline() else None
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None


def _running(settings: Settings, folder: Path, state: _State, *, browser: bool) -> Running | None:
    """Return the server where it answers as asked. The fast path of every command: no driver, no lock, no hashing."""
    if not state.ready or (browser and not state.browser):
        return None
    if not _process(folder, state) or not launch.accepts(state.bolt_port):
        return None
    return _describe(settings, folder, state, started=False)


def _describe(settings: Settings, folder: Path, state: _State, *, started: bool) -> Running:
    assert state.pid is not None
    return Running(
        bolt_uri=state.bolt_uri,
        http_uri=state.http_uri,
        user=launch.USER,
        password=launch.read_password(folder),
        pid=state.pid,
        home=settings.home,
        started=started,
        version=state.version,
    )


@contextmanager
def _exclusive(folder: Path, progress: Progress | None) -> Iterator[None]:
    """Make the server's folder private, and hold its lock."""
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
        with artifacts.alone(folder / "lock", progress):
            yield
    except OSError as problem:
        raise artifacts.disk_error(folder, problem, "KG_HOME") from problem


def _end(process: psutil.Process, progress: Progress | None) -> None:
    """Stop a server and return when it has ended: asked first, killed when that takes too long."""
    with suppress(psutil.NoSuchProcess):
        for request, seconds in ((process.terminate, STOP_SECONDS), (process.kill, _KILL_SECONDS)):
            request()
            if _ended(process, seconds, progress):
                return
        raise DatabaseError(f"The local Neo4j (process {process.pid}) does not end: restart the machine and try again.")


def _ended(process: psutil.Process, seconds: float, progress: Progress | None) -> bool:
    begin = time.monotonic()
    while (passed := time.monotonic() - begin) < seconds:
        if progress is not None:
            progress("stopping", passed, seconds)
        with suppress(psutil.TimeoutExpired):
            process.wait(timeout=_POLL_SECONDS)
            return True
        # The child of another process that still runs and has not asked after it.
        if process.status() == psutil.STATUS_ZOMBIE:
            return True
    return False


def _start(settings: Settings, folder: Path, state: _State, *, browser: bool, progress: Progress | None) -> Running:
    """Start the server and return when it answers; the caller holds the home's lock."""
    java = artifacts.find_java()
    jars = artifacts.fetch(settings.cache, artifacts.read_lock().needed(browser=browser), progress)
    if shutil.disk_usage(folder).free < _SPARE_BYTES:
        raise DatabaseError(
            f"The disk that holds {folder} has less than {_SPARE_BYTES // 1_000_000} MB left: free some space, or "
            "choose another folder with KG_HOME."
        )
    state = replace(_choose_ports(state, browser=browser), ready=False, version=artifacts.VERSION, java=str(java.path))
    configuration.write(folder, state.bolt_port, state.http_port if browser else None, jars)
    launch.set_password(folder, java)
    starting = launch.spawn(folder, java)
    state = replace(state, pid=starting.child.pid)
    try:
        _write_state(folder, state)
        launch.await_answer(starting, state.bolt_port, progress)
        state = replace(state, ready=True)
        _write_state(folder, state)
    except BaseException:
        with suppress(psutil.NoSuchProcess):
            _end(psutil.Process(starting.child.pid), None)
        raise
    return _describe(settings, folder, state, started=True)


def _choose_ports(state: _State, *, browser: bool) -> _State:
    """Return the state with ports that are free now: the remembered ones where they are."""
    bolt_port = _free_port(state.bolt_port)
    http_port = _free_port(state.http_port, taken=bolt_port) if browser else state.http_port
    return replace(state, bolt_port=bolt_port, http_port=http_port, browser=browser)


def _free_port(remembered: int, taken: int = 0) -> int:
    if remembered and remembered != taken:
        with socket.socket() as probe, suppress(OSError):
            # As Java does, so that connections just closed do not make a port look busy.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, remembered))
            return remembered
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port
