"""How the local Neo4j is run: its configuration, its class path, and the command and environment of its processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from kg import files, looks
from kg.errors import DatabaseError
from kg.store.artifacts import Java

HOST = "127.0.0.1"

_GIGABYTE = 1 << 30
_JAVA_OPTIONS = (
    # Fewer threads and less memory than the default collector, at the same speed with a heap of this size.
    "-XX:+UseSerialGC",
    # The optimising compiler waits for what runs often even after a start. Seconds of processor time for a start, and
    # for long queries: 7 and 54; left to its defaults 9 and 54; without it (TieredStopAtLevel=1) 5 and 175.
    "-XX:Tier4InvocationThreshold=50000",
    "-XX:Tier4MinInvocationThreshold=6000",
    "-XX:Tier4CompileThreshold=150000",
    "-XX:+ExitOnOutOfMemoryError",
    "-Dfile.encoding=UTF-8",
    # What Neo4j's own launcher opens to it.
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
)

_SETTINGS = {
    "server.config.strict_validation.enabled": "true",
    "server.default_listen_address": HOST,
    "server.bolt.enabled": "true",
    # The databases are closed by then; the default makes every stop wait ten seconds for idle threads.
    "internal.server.bolt.thread_pool_shutdown_wait_time": "1s",
    "server.http.enabled": "false",
    "server.https.enabled": "false",
    "server.memory.pagecache.size": "256m",
    # Else an empty graph takes half a gigabyte of disk.
    "db.tx_log.preallocate": "false",
    "db.tx_log.rotation.retention_policy": "2 files",
    "db.logs.query.enabled": "OFF",
    "dbms.usage_report.enabled": "false",
    "client.allow_telemetry": "false",
    "server.bolt.telemetry.enabled": "false",
    "dbms.security.auth_enabled": "true",
    # Else a read transaction may read any file of the machine.
    "dbms.security.allow_csv_import_from_file_urls": "false",
    "dbms.security.procedures.unrestricted": "",
}


def write(folder: Path, bolt_port: int, http_port: int | None, jars: Sequence[Path]) -> None:
    """Write the configuration and the class path below the server's `folder`, for `command` to use.

    HTTP, which Neo4j Browser needs, is on where `http_port` is given. Raise `DatabaseError` for a path that Java
    cannot read.
    """
    for name in ("conf", "data", "logs"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    lines = [f"{key}={value}" for key, value in _settings(bolt_port, http_port).items()]
    files.replace(folder / "conf" / "neo4j.conf", "\n".join(lines) + "\n", mode=0o600)
    files.replace(_arguments(folder), f'-cp\n"{_class_path(jars)}"\n', mode=0o600)


def command(folder: Path, java: Java) -> list[str]:
    """Return the beginning of a Java command with Neo4j's jars; the main class and its arguments follow."""
    return [str(java.path), f"-Xmx{_heap() // _GIGABYTE}g", *_JAVA_OPTIONS, f"@{_arguments(folder)}"]


def _heap() -> int:
    """Return the most memory, in bytes, that the server's heap may take: a quarter of the machine's, from 1 to 8 GB.

    A load is one transaction, which is held in it; it grows only where one needs it.
    """
    return min(max(psutil.virtual_memory().total // 4, _GIGABYTE), 8 * _GIGABYTE)


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a Java process: without the project's own settings, among them a password."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("KG_", "NEO4J_"))}
    kept |= {"NEO4J_HOME": str(folder), "NEO4J_CONF": str(folder / "conf")}
    if sys.platform == "linux":
        # Java reads paths in the encoding of the locale.
        kept["LC_ALL"] = "C.UTF-8"
    return kept


def _settings(bolt_port: int, http_port: int | None) -> dict[str, str]:
    bolt = f"{HOST}:{bolt_port}"
    settings = _SETTINGS | {"server.bolt.listen_address": bolt, "server.bolt.advertised_address": bolt}
    if http_port is not None:
        http = f"{HOST}:{http_port}"
        settings |= {
            "server.http.enabled": "true",
            "server.http.listen_address": http,
            "server.http.advertised_address": http,
            "dbms.security.http_access_control_allow_origin": f"http://{http}",
            # Run by Neo4j Browser whenever it has connected: the kinds get their looks with nothing to fetch.
            "browser.post_connect_cmd": looks.browser_command(),
            # Neo4j Browser's default policy lets it call out; this one lets it reach the local server alone.
            "dbms.security.http_static_content_security_policy_header": (
                "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; "
                f"object-src 'none'; frame-ancestors 'none'; connect-src 'self' ws://{bolt}"
            ),
        }
    return settings


def _arguments(folder: Path) -> Path:
    return folder / "conf" / "java.args"


def _class_path(jars: Sequence[Path]) -> str:
    """Return the class path, escaped as Java's launcher reads it in a file of arguments."""
    for jar in jars:
        if os.pathsep in str(jar):
            raise DatabaseError(
                f"Java cannot read {jar.parent}, for the {os.pathsep!r} in it: choose another folder with KG_CACHE."
            )
    return os.pathsep.join(map(str, jars)).replace("\\", "\\\\").replace('"', '\\"')
