"""`kg query` reads this graph and does nothing else, on the local Neo4j and on one with default settings."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from kg.errors import UsageError
from kg.settings import Settings
from kg.store import configuration, local, read, session
from tests.conftest import wipe
from tests.integration.conftest import run_kg

pytestmark = pytest.mark.neo4j

DEFAULTS = {
    "server.default_listen_address": configuration.HOST,
    "server.http.enabled": "false",
    "server.https.enabled": "false",
    "dbms.usage_report.enabled": "false",
}


@pytest.fixture(scope="module")
def foreign(tmp_path_factory, artifact_cache) -> Iterator[Settings]:
    """Return settings of a Neo4j that runs with its default settings: LOAD CSV may read files there."""
    home = tmp_path_factory.mktemp("foreign")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(configuration, "_SETTINGS", DEFAULTS)
        here = Settings(home=home, cache=artifact_cache)
        running = local.ensure(here)
        yield Settings(
            home=home,
            cache=artifact_cache,
            neo4j_uri=running.bolt_uri,
            neo4j_user=running.user,
            neo4j_password=running.password,
        )
        local.stop(here)


@pytest.fixture(params=["local", "foreign"])
def target(request) -> Settings:
    settings = request.getfixturevalue("neo4j_settings" if request.param == "local" else "foreign")
    wipe(settings)
    return settings


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """Return the address of a server on this machine, and the list of requests that it gets."""
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"a,b\n")

        def log_message(self, *_):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/data.csv", requests
    server.shutdown()
    thread.join()


REFUSED = [
    "CREATE (n)",
    "MATCH (n) SET n.x = 1",
    "MATCH (n) DETACH DELETE n",
    "MERGE (n:Party {id: 'x'}) RETURN n",
    "call { load csv from 'file:///etc/passwd' as l return l } return l",
    "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "LOAD CSV FROM $address AS line RETURN line",
    "WITH $address AS a CALL (a) { LOAD CSV FROM a AS line RETURN line } RETURN line",
    "PROFILE CREATE (n)",
    "EXPLAIN CREATE (n)",
    "CYPHER runtime=slotted CREATE (n)",
    "CREATE INDEX FOR (n:Party) ON (n.name)",
    "DROP CONSTRAINT party_id IF EXISTS",
    "CALL dbms.listConfig()",
    "CALL dbms.killConnection('bolt-1')",
    "CALL db.clearQueryCaches()",
    "CALL db.createLabel('X')",
    "CREATE USER intruder SET PASSWORD 'long-enough'",
    "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'",
    "SHOW USERS",
    "SHOW SETTINGS",
    "SHOW TRANSACTIONS",
    "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
    "MATCH (n) CALL (n) { SET n.x = 1 } IN TRANSACTIONS",
    "RETURN 1 AS x; CREATE (n)",
    "RETURN 1 AS x UNION CREATE (n) RETURN 1 AS x",
    "FOREACH (x IN [1] | CREATE (:Party))",
    "",
    "MATCH (n",
    # Subqueries, prefixes, comments and escapes that might hide what a query does.
    "CALL { CREATE (n:X) }",
    "CALL () { CREATE (n:X) RETURN n } RETURN n",
    "INSERT (n:X)",
    "MATCH (n) REMOVE n.id RETURN n",
    "MATCH (n) NODETACH DELETE n",
    "RETURN COLLECT { CREATE (n) RETURN n } AS x",
    "RETURN COLLECT { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l } AS x",
    "RETURN EXISTS { LOAD CSV FROM $address AS l RETURN l } AS x",
    "MATCH (n) WHERE COUNT { LOAD CSV FROM $address AS l RETURN l } > 0 RETURN n",
    "RETURN COUNT { CALL dbms.listConfig() YIELD name RETURN name } AS x",
    "UNWIND [1] AS x CALL (x) { LOAD CSV FROM $address AS l RETURN l } IN TRANSACTIONS RETURN l",
    "USING PERIODIC COMMIT LOAD CSV FROM $address AS l RETURN l",
    "CYPHER planner=dp runtime=pipelined LOAD CSV FROM $address AS l RETURN l",
    "CYPHER 5 CREATE (n)",
    "EXPLAIN EXPLAIN CREATE (n)",
    "PROFILE LOAD CSV FROM $address AS l RETURN l",
    "EXPLAIN CALL dbms.listConfig()",
    "/* a */ CREATE /* b */ (n)",
    "// a comment\nCREATE (n)",
    "EXPLAIN RETURN 1 */ CREATE (n)",
    "\\u0043REATE (n)",
    "\\u004cOAD CSV FROM $address AS l RETURN l",
    "RETURN 1 AS x // \\u000aCREATE (n)",
    "RETURN 1 AS x \\u000a CREATE (n)",
    "RETURN 1 AS x; RETURN 2 AS x",
    # Procedures that write, that act on the server, or that are not there.
    "CALL db.createProperty('X')",
    "CALL db.createRelationshipType('X')",
    "CALL db.create.setNodeVectorProperty(null, 'a', [1.0])",
    "CALL db.prepareForReplanning()",
    "CALL db.resampleIndex('x')",
    "CALL db.stats.retrieve('GRAPH COUNTS')",
    "CALL tx.setMetaData({a: 1})",
    "CALL dbms.components() YIELD name CALL dbms.listConfig() YIELD value RETURN value",
    "CALL dbms.listConnections() YIELD connectionId RETURN connectionId",
    "CALL dbms.queryJmx('*:*') YIELD name RETURN name",
    "CALL dbms.setConfigValue('dbms.security.auth_enabled', 'false')",
    "CALL dbms.security.listUsers()",
    "CALL apoc.load.json($address) YIELD value RETURN value",
    # Administration, also of other editions.
    "SHOW DATABASES",
    "SHOW CURRENT USER",
    "SHOW SERVERS",
    "USE system SHOW USERS",
    "USE graph.byName('system') MATCH (n) RETURN n",
    "CREATE DATABASE x",
    "STOP DATABASE neo4j",
    "ALTER DATABASE neo4j SET ACCESS READ ONLY",
    "CREATE ALIAS x FOR DATABASE neo4j",
    "GRANT ROLE reader TO neo4j",
    "CREATE CONSTRAINT FOR (n:X) REQUIRE n.id IS UNIQUE",
    "CREATE FULLTEXT INDEX x FOR (n:X) ON EACH [n.a]",
]


def test_what_does_more_than_read_is_refused(target, listener):
    address, requests = listener
    with session.connect(target) as database:
        before = read.digest(database)
        for query in REFUSED:
            with pytest.raises(UsageError):
                database.query(query, {"address": address}, timeout=5, limit=10)
        assert read.digest(database) == before
    assert requests == []


class TestWithoutTheGuard:
    """What the guard keeps out works without it, or is refused by a second wall."""

    @pytest.fixture(autouse=True)
    def unguarded(self, monkeypatch) -> None:
        monkeypatch.setattr(session.Database, "guard", lambda *_: None)

    @staticmethod
    def rows(target: Settings, query: str, **parameters: str) -> list[list[object]]:
        with session.connect(target) as database:
            return database.query(query, parameters, timeout=5, limit=1000)[1]

    def test_a_server_with_default_settings_reads_files(self, foreign, tmp_path):
        (tmp_path / "secret.csv").write_text("secret\n")
        address = (tmp_path / "secret.csv").as_uri()
        assert self.rows(foreign, "LOAD CSV FROM $address AS line RETURN line", address=address) == [[["secret"]]]

    def test_a_server_with_default_settings_asks_the_network(self, foreign, listener):
        address, requests = listener
        assert self.rows(foreign, "LOAD CSV FROM $address AS line RETURN line", address=address)
        assert requests == ["/data.csv"]

    def test_the_local_one_reads_no_file_still(self, neo4j_settings, tmp_path):
        (tmp_path / "secret.csv").write_text("secret\n")
        with pytest.raises(UsageError, match="allow_csv_import_from_file_urls"):
            self.rows(neo4j_settings, "LOAD CSV FROM $a AS line RETURN line", a=(tmp_path / "secret.csv").as_uri())

    @pytest.mark.parametrize("query", ["CALL dbms.listConfig()", "SHOW SETTINGS", "SHOW TRANSACTIONS"])
    def test_procedures_and_commands_of_the_server_answer(self, target, query):
        assert self.rows(target, query)

    def test_writes_are_refused_by_the_server_as_well(self, target):
        with pytest.raises(UsageError, match=r"(?i)read access mode"):
            self.rows(target, "CREATE (n) RETURN n")


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("RETURN 1 AS x", [[1]]),
        ("CYPHER runtime=slotted UNWIND [1, 2] AS x RETURN x", [[1], [2]]),
        ("CALL db.labels() YIELD label WHERE label = 'KgTestDatabase' RETURN label", [["KgTestDatabase"]]),
        ("MATCH (n:KgTestDatabase) CALL (n) { RETURN n.id AS id } RETURN id", [["tests"]]),
        ("// a comment\nRETURN 'LOAD CSV' AS x", [["LOAD CSV"]]),
    ],
)
def test_what_only_reads_is_answered(target, query, rows):
    with session.connect(target) as database:
        assert database.query(query, {}, timeout=5, limit=10)[1:] == (rows, False)


def test_limit_and_timeout_say_when_they_cut(target):
    with session.connect(target) as database:
        columns, rows, cut = database.query("UNWIND range(1, 5) AS x RETURN x", {}, timeout=5, limit=3)
        assert (columns, rows, cut) == (["x"], [[1], [2], [3]], True)
        with pytest.raises(UsageError, match="longer than its time limit"):
            slow = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a, b WHERE a < 0 RETURN count(*)"
            database.query(slow, {}, timeout=0.5, limit=3)


def test_syntax_errors_point_at_the_place(target):
    with session.connect(target) as database, pytest.raises(UsageError, match=r"line 2, column 1 \(offset: 10\)"):
        database.query("MATCH (n)\nRETUR n", {}, timeout=5, limit=3)


@pytest.mark.parametrize("query", ["CREATE (n)", "call { load csv from 'file:///etc/passwd' as l return l } return l"])
def test_as_a_process_refusal_is_exit_2_and_one_sentence(target, query):
    done = run_kg(target, "query", query)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1 and "refused" in done.stderr
