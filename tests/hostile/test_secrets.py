"""The password is in no output, log, trace, process list or file that others can read; the ports are this machine's."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from dataclasses import replace

import psutil
import pytest

from kg.settings import Settings
from kg.store import configuration, launch, local
from tests.integration.conftest import environment, run_kg

pytestmark = pytest.mark.neo4j

SECRET = "a-password-of-somebody"


@pytest.fixture(scope="module")
def here(neo4j_settings) -> Settings:
    if neo4j_settings.neo4j_uri:
        pytest.skip("the tests' Neo4j is not a local one of theirs")
    return neo4j_settings


def test_no_output_or_trace_has_it(here):
    running = local.ensure(here)
    right = replace(here, neo4j_uri=running.bolt_uri, neo4j_password=running.password)
    wrong = replace(right, neo4j_password=SECRET)
    away = replace(wrong, neo4j_uri="neo4j://127.0.0.1:9")
    address = replace(wrong, neo4j_uri=f"bolt://neo4j:{SECRET}@127.0.0.1:9")
    for settings, expected in ((right, 0), (wrong, 5), (away, 5), (address, 2)):
        done = run_kg(settings, "--debug", "status")
        assert (done.returncode == 0) == (expected == 0)
        assert ("Traceback" in done.stderr) == (expected != 0)
        for password in (running.password, SECRET):
            assert password not in done.stdout + done.stderr
    done = run_kg(wrong, "status")
    assert done.returncode == 5 and SECRET not in done.stdout + done.stderr


def test_the_commands_of_the_local_one_do_not_show_it(here):
    password = local.ensure(here).password
    for arguments in (["--debug", "up", "--format", "json"], ["query", "SHOW SETTINGS"]):
        done = run_kg(here, *arguments)
        assert done.stdout + done.stderr and password not in done.stdout + done.stderr


def test_a_trace_with_its_values_would_not_show_it(here):
    """What holds a password leaves it out when it is printed."""
    running = local.ensure(here)
    assert running.password not in repr(running)
    assert SECRET not in repr(replace(here, neo4j_password=SECRET))


def test_only_one_file_has_it_and_only_its_owner_reads_that(here):
    password = local.ensure(here).password.encode()
    folder = here.home / "neo4j"
    holding = [path for path in here.home.rglob("*") if path.is_file() and password in path.read_bytes()]
    assert holding == [local.password_file(here)]
    assert stat.S_IMODE(holding[0].stat().st_mode) == 0o600 and holding[0].parent == folder
    for path in (folder, folder / "conf", folder / "data", folder / "logs"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_file_that_others_may_read_would_be_noticed(here):
    password = local.ensure(here).password
    stray = here.home / "stray"
    stray.write_text(password)
    try:
        with pytest.raises(AssertionError):
            test_only_one_file_has_it_and_only_its_owner_reads_that(here)
    finally:
        stray.unlink()


def test_no_process_has_it_among_its_arguments_or_passes_it_on(here):
    running = local.ensure(here)
    settings = replace(here, neo4j_uri=running.bolt_uri, neo4j_password=running.password)
    slow = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a, b WHERE a < 0 RETURN count(*)"
    command = [sys.executable, "-c", "from kg.commands import main; main()", "query", slow, "--timeout", "8"]
    with subprocess.Popen(
        command, env=environment(settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as one:
        seen = set()
        for _ in range(40):
            time.sleep(0.05)
            arguments = [
                argument for process in psutil.process_iter(["cmdline"]) for argument in process.info["cmdline"] or []
            ]
            seen.update(arguments)
        one.kill()
    assert slow in seen
    assert not [argument for argument in seen if running.password in argument]
    server = psutil.Process(running.pid)
    assert running.password not in " ".join(server.environ().values())


def test_the_password_tool_gets_a_file_and_not_the_password(tmp_path, monkeypatch):
    """Its arguments are seen by all: given bare, the check above would find them."""
    given: list[str] = []
    monkeypatch.setattr(launch, "run_admin", lambda folder, java, arguments: given.extend(arguments) or _Done())
    (tmp_path / "data").mkdir()
    launch.set_password(tmp_path, None)  # type: ignore[arg-type]
    password = launch.read_password(tmp_path)
    assert len(password) > 30 and given[-1] == f"@{tmp_path / 'password'}"
    assert password not in " ".join(given)


class _Done:
    returncode = 0


def test_every_port_of_the_local_one_is_loopback(here):
    process = psutil.Process(local.ensure(here).pid)
    listening = [one.laddr.ip for one in process.net_connections() if one.status == psutil.CONN_LISTEN]
    assert listening and {ip.removeprefix("::ffff:") for ip in listening} == {configuration.HOST}


def test_a_new_home_is_private_whatever_the_umask_is(tmp_path):
    before = os.umask(0)
    try:
        settings = Settings(home=tmp_path / "home", cache=tmp_path / "cache")
        with local._exclusive(settings.home / "neo4j", None):
            configuration.write(settings.home / "neo4j", 7001, None, [])
    finally:
        os.umask(before)
    for path in (settings.home, *settings.home.rglob("*")):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077 or path.name == "lock", path
