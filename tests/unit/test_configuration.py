"""The files and the environment that the local Neo4j is started with."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kg.errors import DatabaseError
from kg.store import configuration
from kg.store.artifacts import Java


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "neo4j"
    folder.mkdir()
    return folder


def settings(folder: Path) -> dict[str, str]:
    lines = (folder / "conf" / "neo4j.conf").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_everything_listens_on_loopback_and_http_is_off(folder):
    configuration.write(folder, 7001, None, [Path("/cache/a.jar")])
    written = settings(folder)
    assert written["server.default_listen_address"] == "127.0.0.1"
    assert written["server.bolt.listen_address"] == written["server.bolt.advertised_address"] == "127.0.0.1:7001"
    assert written["server.http.enabled"] == written["server.https.enabled"] == "false"


def test_what_must_be_off_is_off(folder):
    configuration.write(folder, 7001, 7002, [Path("/cache/a.jar")])
    written = settings(folder)
    assert written["dbms.security.auth_enabled"] == "true"
    assert written["dbms.usage_report.enabled"] == "false"
    assert written["dbms.security.allow_csv_import_from_file_urls"] == "false"
    assert written["dbms.security.procedures.unrestricted"] == ""


def test_browser_is_served_on_loopback_and_may_reach_this_server_alone(folder):
    configuration.write(folder, 7001, 7002, [Path("/cache/a.jar")])
    written = settings(folder)
    assert written["server.http.enabled"] == "true"
    assert written["server.http.listen_address"] == "127.0.0.1:7002"
    assert written["dbms.security.http_access_control_allow_origin"] == "http://127.0.0.1:7002"
    policy = written["dbms.security.http_static_content_security_policy_header"]
    assert policy.endswith("connect-src 'self' ws://127.0.0.1:7001")


def test_folders_and_files_are_the_users_alone(folder):
    configuration.write(folder, 7001, None, [Path("/cache/a.jar")])
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert modes == {"conf": 0o700, "data": 0o700, "logs": 0o700, "neo4j.conf": 0o600, "java.args": 0o600}


def test_class_path_is_quoted_and_escaped_for_java(folder):
    configuration.write(folder, 7001, None, [Path('/a "cache"/x.jar'), Path("/back\\slash/y.jar")])
    assert (folder / "conf" / "java.args").read_text(encoding="utf-8") == (
        f'-cp\n"/a \\"cache\\"/x.jar{os.pathsep}/back\\\\slash/y.jar"\n'
    )


def test_a_cache_that_java_cannot_read_is_refused(folder):
    with pytest.raises(DatabaseError, match=r"Java cannot read .*: choose another folder with KG_CACHE\.$"):
        configuration.write(folder, 7001, None, [Path(f"/a{os.pathsep}b/x.jar")])


def test_command_names_the_class_path_by_file(folder):
    command = configuration.command(folder, Java(Path("/java"), "21"))
    assert command[0] == "/java"
    assert command[-1] == f"@{folder}/conf/java.args"


def test_environment_passes_on_no_password(folder, monkeypatch):
    monkeypatch.setenv("KG_NEO4J_PASSWORD", "secret")
    monkeypatch.setenv("NEO4J_AUTH", "neo4j/secret")
    monkeypatch.setenv("OTHER", "kept")
    environment = configuration.environment(folder)
    assert "secret" not in " ".join(environment.values())
    assert environment["OTHER"] == "kept"
    assert environment["NEO4J_HOME"] == str(folder)
