"""The driver, its sessions and errors, and the guard that keeps a query read-only."""

from __future__ import annotations

import logging
import re
import ssl
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from kg.errors import BrokenServerError, ChangedError, DatabaseError, InputError, UsageError

if TYPE_CHECKING:
    import neo4j

    from kg.settings import Settings
    from kg.store.local import Progress, Running

T = TypeVar("T")

#: Procedures a query may call: they read the graph's own schema and indexes, and nothing else.
PROCEDURES = frozenset(
    {
        "db.labels", "db.relationshiptypes", "db.propertykeys", "db.schema.visualization",
        "db.schema.nodetypeproperties", "db.schema.reltypeproperties", "db.index.fulltext.querynodes",
        "db.index.fulltext.queryrelationships", "db.awaitindexes", "dbms.components", "db.info", "db.ping",
    }
)  # fmt: skip
#: Plan operators that read files, reach the network or act on the server, though the query type is "read".
OPERATORS = frozenset({"LoadCSV", "TerminateTransactions", "RunQueryAt", "ShowTransactions", "ShowSettings"})

#: What the server remarks on of a query: what no node and no relationship of the graph has, by its GQL status.
_UNKNOWN = {"01N50": "label", "01N51": "relationship type", "01N52": "property"}
_COMMENTS = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|//[^\n]*|/\*.*?\*/", re.DOTALL)
_MODE = re.compile(r"\s*(?:CYPHER(?:\s+[\w.]+(?:\s*=\s*\w+)?)*\s+)?(EXPLAIN|PROFILE)\b", re.IGNORECASE)
_PLACE = re.compile(r"\(line (\d+), column (\d+) \(offset: (\d+)\)\)")

_ENDS = "UNWIND $ids AS element MATCH (n) WHERE elementId(n) = element AND n.id IS NOT NULL RETURN element, n.id AS id"


#: The schemes of an address of Neo4j: to one server or routed, in the clear or by TLS, its certificate checked or not.
SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
#: Seconds for which a transaction is tried again. A cluster waits up to 23 s before it elects a new leader.
#: The local server comes back with the next command, not by itself.
RETRY_SECONDS, LOCAL_RETRY_SECONDS = 30.0, 2.0
LOCAL = "the local Neo4j"


class Database:
    """A connected Neo4j. Use as a context manager; every failure of the server becomes a `kg.errors` error.

    All work is done in managed transactions: what a deadlock, a change of leader or a lost connection undid is done
    again. Reads go to any server of a cluster that has what this object wrote.

    Where it is `steady`, all reads are of one state of the graph, until this object writes: a read raises
    `ChangedError` where anything was committed since the first one began. `abandon` ends a server that says it is
    beyond recovery while it runs, so that the next command starts it anew.
    """

    def __init__(
        self,
        driver: neo4j.Driver,
        database: str | None,
        where: str,
        *,
        steady: bool = False,
        abandon: Callable[[], None] | None = None,
    ) -> None:
        from neo4j import GraphDatabase

        self.driver, self.database, self.where = driver, database, where
        self._bookmarks = GraphDatabase.bookmark_manager()
        self._steady, self._abandon = steady, abandon
        self._state: frozenset[str] = frozenset()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self.driver.close()

    @contextmanager
    def _translated(self, *, asked: bool = False, prefixed: bool = False) -> Iterator[None]:
        try:
            with translated(self.where, asked=asked, prefixed=prefixed):
                yield
        except BrokenServerError:
            if self._abandon:
                self._abandon()
            raise

    def _session(self, access: str = "READ", **more: Any) -> neo4j.Session:  # noqa: ANN401 - of a session
        return self.driver.session(
            database=self.database, default_access_mode=access, bookmark_manager=self._bookmarks, **more
        )

    def read(self, query: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any Cypher value
        """Run one of the project's own reads, routed to a reader; return its rows."""
        with self._translated(), self._reading():
            return self._rows(query, parameters)

    def _rows(self, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        # Sent with the beginning of its transaction, which a session would wait for first.
        return self.driver.execute_query(
            query,
            parameters,
            routing_="r",
            database_=self.database,
            bookmark_manager_=self._bookmarks,
            result_transformer_=as_rows,
        )

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Hold for one read; where reads are to be steady, see that nothing was committed meanwhile.

        Neo4j shows readers a commit bit by bit while it is applied, and even one query may see half of it. A bookmark
        names the last commit that began to be applied; who reads with it waits until that one is applied whole. The
        same bookmark before and after: no commit was applied between them.
        """
        if self._steady and not self._state:
            self._rows("RETURN 1 AS one", {})
            self._state = frozenset(self._bookmarks.get_bookmarks())
        yield
        if self._steady and self._state != frozenset(self._bookmarks.get_bookmarks()):
            raise ChangedError("a load changed the graph while it was read: run the command again.")

    def write(self, work: Callable[[neo4j.ManagedTransaction], T]) -> T:
        """Run work in one transaction: all of it is written or nothing is. Work must bear being begun anew."""
        self._steady = False
        with self._translated(), self._session("WRITE") as session:
            return session.execute_write(work)

    def run(self, *statements: str) -> None:
        """Run schema statements in a transaction of their own: all of them or none."""
        self.write(lambda transaction: [transaction.run(one).consume() for one in statements])

    def query(
        self,
        text: str,
        parameters: Mapping[str, Any],
        *,
        timeout: float,
        limit: int,
        guarded: Planned | None = None,
    ) -> tuple[list[str], list[list[Any]], bool]:
        """Run somebody's query, read-only; return its columns, rows of plain values, and whether the limit cut it.

        `timeout` is in seconds; `guarded` is what `guard` has said of this query just before, which is then not asked
        again. Raise `UsageError` where the guard or the server refuses the query.
        """
        from neo4j import unit_of_work

        from kg.store.values import bare_ends, plain

        @unit_of_work(timeout=timeout)
        def work(transaction: neo4j.ManagedTransaction) -> tuple[list[str], list[list[Any]], bool]:
            result = transaction.run(text, dict(parameters))
            rows = [list(record.values()) for record in result.fetch(limit + 1)]
            columns, bare = list(result.keys()), sorted(bare_ends(rows[:limit]))
            ends: dict[str, str] = {}
            if bare:
                found = transaction.run(_ENDS, ids=bare)
                ends = {one["element"]: one["id"] for one in found}
            return columns, [plain(row, ends) for row in rows[:limit]], len(rows) > limit

        if guarded is None:
            self.guard(text, parameters)
        with self._translated(asked=True), self._reading(), self._session() as session:
            return session.execute_read(work)

    def guard(self, text: str, parameters: Mapping[str, Any]) -> Planned:
        """Return what the server says of a query it has not run; refuse one that does more than read this graph."""
        bare = _COMMENTS.sub(lambda one: " " if one[0].startswith("/") else one[0], text)
        if not bare.strip():
            raise UsageError("the query is empty: give a Cypher query, or a name of `kg queries`.")
        if mode := _MODE.match(bare):
            raise UsageError(
                f"the query was refused: leave {mode[1].upper()} out, for `kg query` gives the rows of a query; Neo4j "
                "Browser (`kg up --browser`) shows plans."
            )
        with (
            self._translated(asked=True, prefixed=True),
            self._session(notifications_min_severity="WARNING") as session,
        ):
            # On a line of its own, so that the columns the server names are those of the query.
            result = session.execute_read(lambda tx: _consumed(tx.run(f"EXPLAIN\n{text}", dict(parameters))))
        columns, summary = result
        if summary.query_type != "r":
            raise UsageError("the query was refused: `kg query` only reads, and this one writes or changes the server.")
        plan = summary.plan
        if plan is None:
            raise UsageError("the query was refused: the server gave no plan by which to see that it only reads.")
        for operator, details in _operators(cast(Mapping[str, Any], plan)):
            if operator in OPERATORS:
                raise UsageError(f"the query was refused: {operator} reads files or the network or acts on the server.")
            name = details.partition("(")[0].strip().lower()
            if operator.startswith("ProcedureCall") and name not in PROCEDURES:
                raise UsageError(
                    f"the query was refused: the procedure {name or 'it calls'} is not one that may be called."
                )
        return Planned(columns, _remarks(summary))


@dataclass(frozen=True, slots=True)
class Planned:
    """What the server says of a query before it runs: its columns, and what of it the graph does not know, in words."""

    columns: tuple[str, ...]
    remarks: tuple[str, ...]


def _consumed(result: neo4j.Result) -> tuple[tuple[str, ...], neo4j.ResultSummary]:
    return tuple(result.keys()), result.consume()


def _remarks(summary: neo4j.ResultSummary) -> tuple[str, ...]:
    """Return what of a query the graph does not know, in words."""
    found = {
        f"Nothing in the graph has the {_UNKNOWN[one.gql_status]} {name[1]}: see `kg schema`."
        for one in summary.gql_status_objects
        if one.gql_status in _UNKNOWN and (name := re.search(r"`([^`]+)`", one.status_description))
    }
    return tuple(sorted(found))


def as_rows(result: neo4j.Result) -> list[dict[str, Any]]:
    """Return the records of a result by column. Unlike `Record.data` it does not look through the plain values."""
    return [dict(zip(record.keys(), record.values(), strict=True)) for record in result]


def _operators(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    waiting = [plan]
    while waiting:
        one = waiting.pop()
        arguments = one.get("args") or {}
        yield str(one.get("operatorType", "")).partition("@")[0], str(arguments.get("Details", ""))
        waiting.extend(one.get("children") or ())


@contextmanager
def translated(where: str, *, asked: bool = False, prefixed: bool = False) -> Iterator[None]:
    """Turn the driver's errors into ours.

    `asked`: the query is the user's own, so its faults are too. `prefixed`: a line EXPLAIN was put before it.
    """
    from neo4j import exceptions

    try:
        yield
    except OverflowError as problem:
        raise UsageError("what was given cannot be held by a graph (a number beyond 64 bits): correct it.") from problem
    except UnicodeEncodeError as problem:
        raise UsageError(f"what was given cannot be held by a graph ({_first_line(problem)}): correct it.") from problem
    except (exceptions.DriverError, OSError) as problem:
        raise DatabaseError(_unreachable(where, problem)) from problem
    except exceptions.Neo4jError as problem:
        code = problem.code or ""
        if any(part in code for part in _BROKEN):
            raise BrokenServerError(
                f"{where} met an error after which it must be started anew, as when its disk is full: see that there "
                "is space, and run the command again; what was committed is kept."
            ) from problem
        if "Schema.Constraint" in code:
            raise InputError(_doubled(where, problem.message or "")) from problem
        for part, sentence in _REFUSALS.items():
            if part in code:
                raise DatabaseError(f"{where} {sentence}") from problem
        if not asked:
            raise DatabaseError(f"{where} failed: {_first_line(problem)}") from problem
        if "Timeout" in code or "TransactionTimedOut" in code:
            raise UsageError("the query took longer than its time limit: narrow it, or raise --timeout.") from problem
        raise UsageError(f"the server refused the query: {_said(problem.message or code, prefixed)}") from problem


#: What a server answers to everything once it could not write: it takes nothing more until it is started anew.
_BROKEN = ("Transaction.TransactionStartFailed", "Transaction.TransactionCommitFailed", "General.DatabaseUnavailable")
#: What the server refuses whatever is asked, by a part of its error code.
_REFUSALS = {
    "Security.Unauthorized": "does not accept the user or password: set KG_NEO4J_USER and KG_NEO4J_PASSWORD.",
    "Security.AuthenticationRateLimit": (
        "was given a wrong password too often and refuses more for now: wait a minute, and check KG_NEO4J_PASSWORD."
    ),
    "Security.CredentialsExpired": (
        "wants this user's first password changed: change it there, and set KG_NEO4J_PASSWORD to the new one."
    ),
    "Security.Forbidden": (
        "does not allow this user to do that: use a command that only reads, or a user who may, with KG_NEO4J_USER."
    ),
    "ReadOnly": (
        "takes no writes, for its database is read-only: use a command that only reads, or name another server or "
        "database with KG_NEO4J_URI or KG_NEO4J_DATABASE."
    ),
    "OutOfMemory": (
        "has not the memory to hold all of this until its end, and nothing was written: load a register in parts, by "
        "years or countries, each a file of its own; narrow a query; or use a server with more memory."
    ),
    "Database.DatabaseNotFound": "has no database of that name: set KG_NEO4J_DATABASE to one it has, or unset it.",
}


def _doubled(where: str, message: str) -> str:
    """Return the sentence for a write that some id of another program's stands against."""
    stated = re.search(r"with (?:label|type) `([^`]+)` and property `id` = '(.*)'", message, re.DOTALL)
    what = f"the {stated[1]} {stated[2]} already" if stated else "two of one id"
    return (
        f"nothing was written, since {where} holds {what}, which another program wrote: run the command again, and "
        "where that does not help, remove there what no file declares; `kg verify` names it."
    )


def _unreachable(where: str, problem: BaseException) -> str:
    """Return the sentence for a server that could not be used, from the deepest cause that the driver gives."""
    from neo4j import exceptions

    cause = _deepest(problem)
    reason = _first_line(cause)
    if isinstance(problem, exceptions.IncompleteCommit):
        return (
            f"the connection to {where} was lost while it confirmed, so this may have been written or not: run the "
            "command again; what is there already is not written twice."
        )
    if isinstance(problem, exceptions.WriteServiceUnavailable):
        return f"{where} has no server that takes writes at the moment: wait until it has a leader and try again."
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = cause.verify_message.rstrip(".")
        return f"{where} shows a certificate that is not accepted ({reason}): {_certificate_remedy(cause.verify_code)}"
    if isinstance(cause, ssl.SSLError):
        return f"{where} does not answer in TLS ({reason}): switch TLS on there, or leave +s out of KG_NEO4J_URI."
    remedy = "check that it runs, or unset KG_NEO4J_URI to use the local one"
    if where == LOCAL:
        remedy = "run the command again, which starts it anew, or ask kg doctor"
    return f"{where} cannot be reached ({reason}): {remedy}."


def _certificate_remedy(code: int) -> str:
    """Return what to do about a certificate, by OpenSSL's code of what is wrong with it."""
    if code in (9, 10):
        return "have it renewed there, or set this machine's clock right."
    if code in (62, 64):
        return "use in KG_NEO4J_URI a host name that the certificate names."
    return "name a file with its issuer's certificate by KG_NEO4J_CA."


def _deepest(problem: BaseException) -> BaseException:
    """Return the cause that no other one stands behind; of several servers' causes, the last one's."""
    while True:
        if isinstance(problem, BaseExceptionGroup):
            problem = problem.exceptions[-1]
        elif problem.__cause__ or problem.__context__:
            problem = cast(BaseException, problem.__cause__ or problem.__context__)
        else:
            return problem


def _said(message: str, prefixed: bool) -> str:
    """Return the server's message on a query; where a line was put before it, with places in the query as given."""
    return _PLACE.sub(_placed, message.strip()) if prefixed else message.strip()


def _placed(at: re.Match[str]) -> str:
    """Return a place of a query, without the line EXPLAIN before it; what is said of the whole is at its beginning."""
    line, column, offset = int(at[1]) - 1, int(at[2]), int(at[3]) - len("EXPLAIN\n")
    return f"(line {line}, column {column} (offset: {offset}))" if line else "(line 1, column 1 (offset: 0))"


def _first_line(problem: BaseException) -> str:
    text = str(problem).strip().splitlines()
    # The driver repeats the address in its own notation, twice.
    return re.split(r" \(?(?:Resolved)?IPv[46]Address\(", text[0])[0].rstrip(".:") if text else type(problem).__name__


def import_driver() -> None:
    """Import the driver without numpy, pandas and pyarrow, which it loads where they are installed.

    It wants them for results in their shapes, which no command asks for, and they take longer than most commands do.
    Whoever imports them later gets them.
    """
    kept_out = [name for name in ("numpy", "pandas", "pyarrow") if name not in sys.modules]
    # None in the place of a module keeps it from being imported.
    sys.modules.update(dict.fromkeys(kept_out))  # type: ignore[arg-type]
    try:
        import neo4j  # noqa: F401 - kept by the interpreter for all who import it
    finally:
        for name in kept_out:
            sys.modules.pop(name, None)


def connect(settings: Settings, progress: Progress | None = None, *, steady: bool = False) -> Database:
    """Return the database in force: the one KG_NEO4J_URI names, else the local one, started if needed.

    `steady`: every answer is to be of one state of the graph, see `Database`. Raise `DatabaseError` where it cannot be
    reached or started.
    """
    if settings.neo4j_uri:
        where = f"Neo4j at {settings.neo4j_uri}"
        with translated(where):
            driver = _driver(
                settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password, settings.neo4j_ca, RETRY_SECONDS
            )
            try:  # here and not in a transaction, which would be tried again for long
                driver.verify_connectivity()
            except BaseException:
                driver.close()
                raise
        return Database(driver, settings.neo4j_database, where, steady=steady)
    from kg.store import local

    running = local.ensure(settings, progress=progress)
    return connect_to(running, settings.neo4j_database, steady=steady, abandon=partial(local.abandon, settings))


def connect_to(
    running: Running,
    database: str | None = None,
    *,
    steady: bool = False,
    abandon: Callable[[], None] | None = None,
) -> Database:
    """Return the database of a local server that runs, as `connect`; nothing is started."""
    driver = _driver(running.bolt_uri, running.user, running.password, None, LOCAL_RETRY_SECONDS)
    return Database(driver, database, LOCAL, steady=steady, abandon=abandon)


def _driver(uri: str, user: str, password: str | None, ca: Path | None, retry: float) -> neo4j.Driver:
    """Return a driver that has not connected yet. Raise `DatabaseError` where address or certificates make none."""
    from neo4j import GraphDatabase, NotificationMinimumSeverity

    # What goes wrong is raised, and told in one sentence; without this the driver prints it too.
    logging.getLogger("neo4j").addHandler(logging.NullHandler())
    scheme, _, rest = uri.partition("://")
    if scheme not in SCHEMES or not rest:
        raise DatabaseError(f"KG_NEO4J_URI is not an address of a Neo4j: it begins with {', '.join(SCHEMES)} and ://.")
    options: dict[str, Any] = {}
    if ca:
        uri, options = f"{scheme.removesuffix('+s')}://{rest}", _trusting(ca, scheme)
    try:
        return GraphDatabase.driver(
            uri,
            auth=(user, password) if password is not None else None,
            connection_timeout=15,
            connection_acquisition_timeout=20,
            max_transaction_retry_time=retry,
            notifications_min_severity=NotificationMinimumSeverity.OFF,
            telemetry_disabled=True,
            **options,
        )
    except ValueError as problem:
        raise DatabaseError(f"KG_NEO4J_URI is not an address of a Neo4j ({problem}): correct it.") from problem


def _trusting(ca: Path, scheme: str) -> dict[str, Any]:
    """Return the driver's options for TLS with certificates that this file vouches for."""
    from neo4j import TrustCustomCAs

    if not scheme.endswith("+s"):
        raise DatabaseError(
            f"KG_NEO4J_CA has no use with {scheme}://, which checks no certificate: begin KG_NEO4J_URI with neo4j+s:// "
            "or bolt+s://."
        )
    try:
        ssl.create_default_context(cafile=ca)
    except OSError as problem:
        raise DatabaseError(
            f"KG_NEO4J_CA names {ca}, which is no readable file of certificates (PEM): name the one of the server's "
            "issuer."
        ) from problem
    return {"encrypted": True, "trusted_certificates": TrustCustomCAs(str(ca))}
