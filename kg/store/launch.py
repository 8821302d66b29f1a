"""The Java processes of the local Neo4j: its first password, its server until it answers, and `neo4j-admin`."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kg import files
from kg.errors import DatabaseError
from kg.store import configuration
from kg.store.artifacts import Java, Progress, disk_error
from kg.store.configuration import HOST

USER = "neo4j"
START_SECONDS = 120.0

_POLL_SECONDS = 0.05
_CONNECT_SECONDS = 1.0
_SERVER = "org.neo4j.server.CommunityEntryPoint"
_ADMIN = "org.neo4j.cli.AdminTool"

# Held so that a server started from this process is reaped when it ends.
_children: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True, slots=True)
class Starting:
    """A server process that was started in a folder, and how long Neo4j's log was before, in bytes."""

    folder: Path
    child: subprocess.Popen[bytes]
    log_size: int


def read_password(folder: Path) -> str:
    """Return the password of the server in `folder`. Raise `DatabaseError` where it cannot be read."""
    path = password_path(folder)
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError as problem:
        data = folder / "data"
        raise DatabaseError(
            f"{path} is missing, but {data} holds a database: put the password back, or move {data} away to begin anew."
        ) from problem
    except OSError as problem:
        raise disk_error(folder, problem, "KG_HOME") from problem


def set_password(folder: Path, java: Java) -> None:
    """Give a new database a random password, kept in a file of mode 0600; leave an old one as it is."""
    data = folder / "data"
    if (data / "databases" / "system").exists():
        read_password(folder)
        return
    if not password_path(folder).exists():
        files.replace(password_path(folder), secrets.token_hex(24) + "\n", mode=0o600)
    if (data / "dbms" / "auth.ini").exists():
        return
    # Any user of the machine can read the arguments of a process, so the tool is told the file: it reads arguments
    # from `@file`. The server never runs with Neo4j's default password.
    result = run_admin(folder, java, ("dbms", "set-initial-password", f"@{password_path(folder)}"))
    if result.returncode:
        reason = (result.stderr or result.stdout).strip().splitlines()[-1:] or ["no reason given"]
        raise DatabaseError(f"Neo4j did not accept its first password ({reason[0]}): mend that and try again.")


def spawn(folder: Path, java: Java) -> Starting:
    """Start a server in `folder` that outlives this process; what it prints goes to `logs/server.out`."""
    arguments = [_SERVER, f"--home-dir={folder}", f"--config-dir={folder / 'conf'}"]
    log_size = _log(folder).stat().st_size if _log(folder).exists() else 0
    with _output(folder).open("wb") as output:
        child = subprocess.Popen(
            [*configuration.command(folder, java), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=configuration.environment(folder),
            # A session of its own, so that neither Ctrl-C nor the end of the terminal reaches it.
            start_new_session=True,
        )
    _children.append(child)
    return Starting(folder, child, log_size)


def await_answer(starting: Starting, bolt_port: int, progress: Progress | None = None) -> None:
    """Return when the server answers a query. Raise `DatabaseError` when it ends before, or takes too long."""
    begin = time.monotonic()
    while True:
        if starting.child.poll() is not None:
            raise DatabaseError(
                f"Neo4j ended while it started, its last word being {_last_word(starting)!r}: mend that and try "
                f"again; the whole log is {_log(starting.folder)}."
            )
        if accepts(bolt_port) and _answers(starting.folder, bolt_port):
            return
        passed = time.monotonic() - begin
        if passed > START_SECONDS:
            raise DatabaseError(
                f"Neo4j did not answer within {START_SECONDS:g} s and was stopped: try again when the machine is less "
                f"busy, or look in {_log(starting.folder)}."
            )
        if progress is not None:
            progress("starting", passed, START_SECONDS)
        time.sleep(_POLL_SECONDS)


def accepts(port: int) -> bool:
    """Tell whether something on this machine accepts connections on the port."""
    try:
        socket.create_connection((HOST, port), timeout=_CONNECT_SECONDS).close()
    except OSError:
        return False
    return True


def run_admin(
    folder: Path, java: Java, arguments: Sequence[str], given: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `neo4j-admin` on the configured `folder`, a file as its input, and return its exit code and output."""
    with (given or Path(os.devnull)).open("rb") as standard_input:
        return subprocess.run(
            [*configuration.command(folder, java), _ADMIN, *arguments],
            stdin=standard_input,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            cwd=folder,
            env=configuration.environment(folder),
            check=False,
        )


def _answers(folder: Path, bolt_port: int) -> bool:
    """Tell whether the server answers a query. Raise `DatabaseError` where waiting longer would not help."""
    from neo4j import GraphDatabase
    from neo4j.exceptions import AuthError, DriverError, TransientError

    data = folder / "data"
    uri, authentication = f"bolt://{HOST}:{bolt_port}", (USER, read_password(folder))
    try:
        with GraphDatabase.driver(uri, auth=authentication, telemetry_disabled=True) as driver:
            with suppress(TransientError), driver.session(database="neo4j") as session:
                session.run("RETURN 1").consume()
                return True
            with driver.session(database="system") as session:
                row = session.run("SHOW DATABASE neo4j YIELD statusMessage").single(strict=True)
    except AuthError as problem:
        raise DatabaseError(
            f"The password in {password_path(folder)} is not that of the database in {data}: put the right one back, "
            f"or move {data} away to begin anew."
        ) from problem
    except (DriverError, TransientError):
        return False
    if row["statusMessage"]:
        raise DatabaseError(
            f"Neo4j cannot open its database in {data} ({row['statusMessage']}): {folder / 'logs' / 'debug.log'} has "
            f"the cause; restore a backup, or move {data} away to begin anew."
        )
    return False


def _last_word(starting: Starting) -> str:
    """Return what the server said last: the deepest cause where it gave one, else its last line."""
    text = b""
    with suppress(FileNotFoundError), _log(starting.folder).open("rb") as log:
        log.seek(starting.log_size)
        text = log.read()
    text += _output(starting.folder).read_bytes()
    lines = [line.strip() for line in text.decode(errors="replace").splitlines() if not line.startswith("\tat ")]
    causes = [line for line in lines if line.startswith("Caused by: ") or " ERROR " in line]
    last = (causes or list(filter(None, lines)) or ["nothing"])[-1]
    return last.removeprefix("Caused by: ")


def password_path(folder: Path) -> Path:
    """Return the file that holds the password of the server in `folder`."""
    return folder / "password"


def _log(folder: Path) -> Path:
    return folder / "logs" / "neo4j.log"


def _output(folder: Path) -> Path:
    return folder / "logs" / "server.out"
