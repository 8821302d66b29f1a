"""A Neo4j elsewhere: routed, by TLS, read-only, and over connections that break. The server is real, on loopback."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from neo4j.exceptions import IncompleteCommit, Neo4jError, TransientError

from kg import commands
from kg import load as loading
from kg.commands.demo import bundled
from kg.errors import DatabaseError
from kg.settings import Settings
from kg.store import configuration, local, read, session
from tests.certificates import Authority
from tests.integration.conftest import environment, run_kg

pytestmark = pytest.mark.neo4j

HOST = configuration.HOST
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "authority")


@contextmanager
def serving(home: Path, cache: Path, authority: Authority, **more: str) -> Iterator[Settings]:
    """Start a server that offers TLS, with more settings, and give settings that name it as a foreign one."""
    certificate, key = authority.sign("server", HOST)
    policy = "dbms.ssl.policy.bolt"
    settings = {
        "server.bolt.tls_level": "OPTIONAL",
        f"{policy}.enabled": "true",
        f"{policy}.base_directory": str(authority.folder),
        f"{policy}.private_key": key.name,
        f"{policy}.public_certificate": certificate.name,
        f"{policy}.client_auth": "NONE",
    }
    here = Settings(home=home, cache=cache)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(configuration, "_SETTINGS", configuration._SETTINGS | settings | more)
        running = local.ensure(here)
    yield replace(
        here,
        neo4j_uri=running.bolt_uri.replace("bolt://", "neo4j+s://"),
        neo4j_password=running.password,
        neo4j_database="neo4j",
        neo4j_ca=authority.path,
    )
    local.stop(here)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def server(home, artifact_cache, authority) -> Iterator[Settings]:
    """Return settings of a server that holds the bundled data."""
    with serving(home, artifact_cache, authority) as settings:
        with session.connect(settings) as database:
            assert not loading.load(database, bundled()).problems
        yield settings


def at(settings: Settings, scheme: str, host: str | None = None) -> Settings:
    """Return settings of the same server by another scheme, or by another host and port."""
    return replace(
        settings,
        neo4j_uri=f"{scheme}://{host or urlsplit(settings.neo4j_uri or '').netloc}",
        neo4j_ca=settings.neo4j_ca if scheme.endswith("+s") else None,
    )


@pytest.fixture
def command(monkeypatch, capsys, tmp_path) -> Callable[..., tuple[int, str, str]]:
    """Return what runs a command in this process, which is quick; it gives exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run(settings: Settings, *arguments: str) -> tuple[int, str, str]:
        for name, value in environment(settings).items():
            if name.startswith("KG_"):
                monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            commands.main(list(arguments))
        return ended.value.code, *capsys.readouterr()

    return run


def sentence(text: str) -> str:
    """Return an error as printed, which is one line."""
    assert text.startswith("kg: ") and text.endswith(".\n") and text.count("\n") == 1, text
    return text


class TestAddress:
    @pytest.mark.parametrize("scheme", ["neo4j+s", "bolt+s", "neo4j+ssc", "bolt+ssc", "neo4j", "bolt"])
    def test_every_scheme_reads_and_writes(self, server, scheme):
        with session.connect(at(server, scheme)) as database:
            before = read.counts(database)
            assert before["Finding"] > 100
            database.write(lambda tx: tx.run("MERGE (:Country:Party {id: 'country:test'})").consume())
            assert read.counts(database)["Party"] == before["Party"] + 1
            database.write(lambda tx: tx.run("MATCH (n {id: 'country:test'}) DELETE n").consume())

    def test_the_wire_is_encrypted(self, server):
        with cutting(server) as proxy, session.connect(at(server, "bolt+s", proxy.address)) as database:
            assert database.read("RETURN 'in the clear' AS x")
        with cutting(server) as plain, session.connect(at(server, "bolt", plain.address)) as database:
            assert database.read("RETURN 'in the clear' AS x")
        assert b"in the clear" not in proxy.seen and b"in the clear" in plain.seen

    def test_as_a_process(self, server):
        done = run_kg(server, "path", "United States", "ISIS", "--format", "jsonl")
        assert (done.returncode, done.stderr) == (0, "")
        assert "supplied:us-to-syrian-opposition" in done.stdout

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"neo4j_password": "wrong"}, "does not accept the user or password"),
            ({"neo4j_database": "elsewhere"}, "has no database of that name: set KG_NEO4J_DATABASE"),
            ({"neo4j_uri": "neo4j://127.0.0.1:9"}, "cannot be reached ([Errno 111] Connection refused)"),
            ({"neo4j_uri": "bolt://127.0.0.1:9"}, "cannot be reached ([Errno 111] Connection refused)"),
            ({"neo4j_uri": "neo4j://nowhere.invalid:9"}, "cannot be reached ("),
            ({"neo4j_uri": "https://127.0.0.1:7473"}, "KG_NEO4J_URI is not an address of a Neo4j: it begins with"),
            ({"neo4j_uri": "127.0.0.1:7687"}, "KG_NEO4J_URI is not an address of a Neo4j: it begins with"),
        ],
    )
    def test_a_wrong_one_is_one_sentence_at_once(self, server, command, changed, said):
        settings = at(server, "neo4j") if "neo4j_uri" not in changed else replace(server, neo4j_ca=None)
        begin = time.monotonic()
        code, _, errors = command(replace(settings, **changed), "status")
        assert code == 5 and said in sentence(errors)
        assert time.monotonic() - begin < session.RETRY_SECONDS / 2


class TestCertificates:
    """What is wrong with a certificate is told before anything is sent."""

    @contextmanager
    def showing(self, certificate: tuple[Path, Path] | None) -> Iterator[str]:
        """Listen with a certificate, or without TLS, and never get as far as to speak."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if certificate:
            context.load_cert_chain(*certificate)

        def answer(client: socket.socket) -> None:
            with client, suppress(OSError):
                if certificate:
                    context.wrap_socket(client, server_side=True).recv(1)
                else:
                    client.recv(1)
                    client.sendall(b"this is no TLS")

        with listening(answer) as address:
            yield address

    def said(self, settings: Settings, **changed: object) -> str:
        for scheme in ("bolt+s", "neo4j+s"):
            wanted = replace(at(settings, scheme), **changed)  # type: ignore[arg-type]
            with pytest.raises(DatabaseError) as told:
                session.connect(wanted)
        return str(told.value)

    def test_of_an_issuer_unknown(self, server, tmp_path):
        other = Authority(tmp_path, "another")
        for ca in (other.path, None):
            said = self.said(server, neo4j_ca=ca)
            assert "not accepted (" in said and said.endswith(
                "name a file with its issuer's certificate by KG_NEO4J_CA."
            )

    @pytest.mark.parametrize(
        ("host", "age", "reason", "remedy"),
        [
            ("elsewhere.example", timedelta(), "IP address mismatch", "use in KG_NEO4J_URI a host name that"),
            (HOST, timedelta(days=1, hours=1), "certificate has expired", "have it renewed there, or set this"),
        ],
    )
    def test_of_another_host_or_expired(self, server, authority, command, host, age, reason, remedy):
        with self.showing(authority.sign("bad", host, age)) as address:
            code, _, errors = command(at(server, "neo4j+s", address), "find", "ISIS")
        assert code == 5
        assert reason in errors and remedy in sentence(errors)

    def test_none_at_all(self, server):
        with self.showing(None) as address, pytest.raises(DatabaseError, match="does not answer in TLS"):
            session.connect(at(server, "bolt+s", address))

    def test_a_file_of_certificates_that_is_none(self, server, tmp_path):
        (tmp_path / "empty.pem").write_text("nothing")
        for name in ("empty.pem", "missing.pem"):
            assert f"{name}, which is no readable file" in self.said(server, neo4j_ca=tmp_path / name)

    def test_a_file_of_certificates_for_a_scheme_that_checks_none(self, server):
        for scheme in ("neo4j", "bolt", "neo4j+ssc", "bolt+ssc"):
            wanted = replace(at(server, scheme), neo4j_ca=server.neo4j_ca)
            with pytest.raises(DatabaseError, match="checks no certificate"):
                session.connect(wanted)


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Give each connection to a free port of this machine to `answer`, in a thread of its own."""
    with socket.create_server((HOST, 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"{HOST}:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


class Proxy:
    """A way to a server that breaks when it is told to: `cuts` says, for what a client sends, where to break."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.address = ""
        self.seen = b""
        self.broken = 0
        self.cuts: list[bytes] = []

    def answer(self, client: socket.socket) -> None:
        """Carry a connection until its end, or until the first of `cuts` goes by."""
        with client, socket.create_connection(self.target) as server:
            back = threading.Thread(target=self._carry, args=(server, client), daemon=True)
            back.start()
            self._carry(client, server, watched=True)

    def _carry(self, source: socket.socket, target: socket.socket, *, watched: bool = False) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self.seen += data
                if watched and self.cuts and self.cuts[0] in data:
                    self.cuts.pop(0)
                    self.broken += 1
                    break
                target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting(settings: Settings) -> Iterator[Proxy]:
    """Give a proxy to the server of these settings."""
    parts = urlsplit(settings.neo4j_uri or "")
    proxy = Proxy((parts.hostname or "", parts.port or 0))
    with listening(proxy.answer) as proxy.address:
        yield proxy


#: The message of Bolt that commits: a structure of no fields and this signature, after its length.
COMMIT = b"\x00\x02\xb0\x12"


class TestRetries:
    """What breaks in the middle of a transaction is done again, and is done once."""

    @pytest.fixture
    def broken(self, server, request) -> Iterator[tuple[Proxy, session.Database]]:
        """Return a proxy, and a database that is connected through it, routed unless a test asks otherwise."""
        scheme = getattr(request, "param", "neo4j")
        with cutting(server) as proxy, session.connect(at(server, scheme, proxy.address)) as database:
            yield proxy, database
            database.write(lambda tx: tx.run("MATCH (n:Test) DELETE n").consume())

    @pytest.mark.parametrize("broken", ["bolt", "neo4j"], indirect=True)
    def test_a_read(self, broken):
        proxy, database = broken
        proxy.cuts = [b"UNWIND"]
        assert database.read("UNWIND range(1, 3) AS x RETURN sum(x) AS x") == [{"x": 6}]
        assert proxy.broken == 1

    def test_a_query(self, broken):
        proxy, database = broken
        proxy.cuts = [b"EXPLAIN", b"RETURN 1"]
        assert database.query("RETURN 1 AS x", {}, timeout=5, limit=3) == (["x"], [[1]], False)
        assert proxy.broken == 2

    def test_a_write_is_made_once(self, broken):
        proxy, database = broken
        proxy.cuts = [b"n:Second"]

        def work(transaction):
            transaction.run("CREATE (:Test {x: 1})").consume()
            transaction.run("MATCH (n:Test) OPTIONAL MATCH (n:Second) RETURN n").consume()

        database.write(work)
        assert proxy.broken == 1
        assert database.read("MATCH (n:Test) RETURN count(n) AS x") == [{"x": 1}]

    def test_a_lost_confirmation_is_told_and_not_repeated(self, broken):
        proxy, database = broken
        proxy.cuts = [COMMIT]
        with pytest.raises(DatabaseError, match="this may have been written or not: run the command again") as told:
            database.write(lambda tx: tx.run("CREATE (:Test)").consume())
        assert isinstance(told.value.__cause__, IncompleteCommit)
        assert database.read("MATCH (n:Test) RETURN count(n) AS x") == [{"x": 0}]

    def test_a_load(self, broken, tmp_path, base, write):
        proxy, database = broken
        before = read.digest(database)
        own = json.dumps(base).replace('"item:', '"item:test-').replace('"group:', '"group:test-')
        path = write(json.loads(own), "retried.json")
        proxy.cuts = [b"CREATE (l:Load)"]
        report = loading.load(database, [path])
        assert not report.problems and proxy.broken == 1
        assert sum(row["written"] for row in report.rows()) > 0
        again = loading.load(database, [path])
        assert sum(row["written"] + row["changed"] for row in again.rows()) == 0
        loading.unload(database, path.name)
        assert read.digest(database) == before

    def test_a_deadlock(self, server):
        with session.connect(server) as database:
            database.write(lambda tx: tx.run("CREATE (:Test {id: 1, n: 0}), (:Test {id: 2, n: 0})").consume())
            both, attempts = threading.Barrier(2, timeout=10), []

            def add(first: int, second: int) -> None:
                def work(transaction):
                    attempts.append(first)
                    statement = "MATCH (n:Test {id: $id}) SET n.n = n.n + 1"
                    transaction.run(statement, id=first).consume()
                    if attempts.count(first) == 1:
                        both.wait()
                    transaction.run(statement, id=second).consume()

                database.write(work)

            threads = [threading.Thread(target=add, args=ends) for ends in ((1, 2), (2, 1))]
            for one in threads:
                one.start()
            for one in threads:
                one.join(timeout=60)
            rows = database.read("MATCH (n:Test) RETURN n.n AS n")
            database.write(lambda tx: tx.run("MATCH (n:Test) DELETE n").consume())
        assert rows == [{"n": 2}, {"n": 2}] and len(attempts) == 3

    @pytest.mark.parametrize(
        "code", ["Neo.ClientError.Cluster.NotALeader", "Neo.TransientError.General.DatabaseUnavailable"]
    )
    def test_a_change_of_leader(self, server, code):
        """One server cannot change its leader: the transaction is told what it would be told."""
        attempts: list[int] = []

        def work(transaction):
            attempts.append(1)
            if len(attempts) == 1:
                raise Neo4jError._hydrate_neo4j(code=code, message="no leader")
            return transaction.run("RETURN 1 AS x").data()

        with session.connect(server) as database:
            assert database.write(work) == [{"x": 1}]
        assert len(attempts) == 2

    def test_a_fault_that_stays_is_told(self, server, monkeypatch):
        monkeypatch.setattr(session, "RETRY_SECONDS", 0.5)
        with (
            cutting(server) as proxy,
            session.connect(at(server, "bolt", proxy.address)) as database,
            pytest.raises(DatabaseError, match="cannot be reached"),
        ):
            proxy.cuts = [b"RETURN"] * 20
            database.read("RETURN 1")


#: Commands that read the graph, one or more examples each; FILE is a file in the test's folder.
READING = {
    "status": [[], ["--loads"]],
    "find": [["opposition"]],
    "show": [["ISIS"], ["wtkr-2017-12-14"]],
    "evidence": [["supplied:us-to-syrian-opposition"]],
    "path": [["United States", "ISIS", "--html", "FILE.html"]],
    "chokepoints": [["ISIS", "--territory"], ["ISIS", "--robust"], ["ISIS", "--method", "cut"]],
    "origins": [["ISIS"]],
    "reach": [["United States"]],
    "compare": [["ISIS", "--periods", "2011/2014", "--periods", "2015/2017"]],
    "sources": [[]],
    "query": [["suppliers-of", "-p", "party=group:isis"], ["MATCH (n) RETURN count(n)"]],
    "queries": [[], ["--check", "file.cypher"]],
    "export": [[f"FILE{suffix}"] for suffix in (".html", ".graphml", ".gexf", ".csv", ".json", ".jsonl", "/")],
    "verify": [[]],
    "doctor": [[]],
    "names": [["propose", "--min-score", "60"]],
}
#: Commands that write to the graph, or work a change out by making it and taking it back.
WRITING = {
    "load": [[str(bundled()[0])], [str(bundled()[0]), "--dry-run"]],
    "unload": [[bundled()[0].name]],
    "withdraw": [["wtkr-2017-12-14"], ["wtkr-2017-12-14", "--keep"]],
}
#: Commands that know no graph, or only the local one, or two given files.
APART = {"demo", "up", "down", "backup", "restore", "loaders", "locate", "schema", "diff"}


@pytest.fixture(scope="class")
def read_only(server, home, artifact_cache, authority) -> Iterator[Settings]:
    """Return settings of the same server, started again as one whose database takes no writes."""
    local.stop(Settings(home=home, cache=artifact_cache))
    more = {"server.databases.default_to_read_only": "true"}
    with serving(home, artifact_cache, authority, **more) as settings:
        yield settings


class TestReadOnly:
    """A database that refuses writes itself, as for a user who may only read."""

    @pytest.fixture(autouse=True)
    def query_of_my_own(self, tmp_path) -> None:
        (tmp_path / "file.cypher").write_bytes((ROOT / "cypher/read/relays.cypher").read_bytes())

    def test_every_command_is_here(self):
        names = {one.name or one.callback.__name__ for one in commands.complete().registered_commands}
        names |= {one.name for one in commands.complete().registered_groups}
        assert names - APART == set(READING) | set(WRITING)

    @pytest.mark.parametrize("name", READING)
    def test_a_reading_command_works(self, read_only, command, name):
        for arguments in READING[name]:
            code, output, errors = command(read_only, name, *arguments)
            assert code == 0 and (output or "Wrote FILE" in errors), errors

    @pytest.mark.parametrize("name", WRITING)
    def test_a_writing_command_is_refused_with_the_remedy(self, read_only, command, name):
        for arguments in WRITING[name]:
            code, output, errors = command(read_only, name, *arguments)
            assert (code, output) == (5, "")
            assert "takes no writes, for its database is read-only: use a command that only reads" in sentence(errors)

    @pytest.mark.parametrize(
        ("code", "said"),
        [
            (
                "Neo.ClientError.Security.Forbidden",
                "does not allow this user to do that: use a command that only reads",
            ),
            ("Neo.ClientError.Security.CredentialsExpired", "wants this user's first password changed"),
            ("Neo.ClientError.Security.AuthenticationRateLimit", "too often and refuses more for now: wait a minute"),
            ("Neo.TransientError.Transaction.LockClientStopped", "failed: "),
            ("Neo.TransientError.General.MemoryPoolOutOfMemoryError", "nothing was written: load a register in parts"),
            ("Neo.TransientError.General.TransactionOutOfMemoryError", "nothing was written: load a register in parts"),
        ],
    )
    def test_what_other_editions_refuse_is_told(self, code, said):
        """The Community Edition knows no rights of users: their refusals are made from the server's codes."""
        with pytest.raises(DatabaseError, match=said), session.translated("Neo4j"):
            raise Neo4jError._hydrate_neo4j(code=code, message="why")


def test_what_is_transient_is_known_to_the_driver():
    """The codes that the tests above rely on are ones that a managed transaction tries again."""
    for code in ("Neo.ClientError.Cluster.NotALeader", "Neo.TransientError.Transaction.DeadlockDetected"):
        problem = Neo4jError._hydrate_neo4j(code=code, message="")
        assert isinstance(problem, TransientError) and problem.is_retryable()
