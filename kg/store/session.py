"""The driver, its sessions and errors, and the guard that keeps a query read-only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

from kg.errors import DatabaseError, UsageError

if TYPE_CHECKING:
    import neo4j

    from kg.settings import Settings
    from kg.store.local import Progress

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

_ENDS = "UNWIND $ids AS element MATCH (n) WHERE elementId(n) = element AND n.id IS NOT NULL RETURN element, n.id AS id"


class Database:
    """A connected Neo4j. Use as a context manager; every failure of the server becomes a `kg.errors` error."""

    def __init__(self, driver: neo4j.Driver, database: str | None, where: str) -> None:
        self.driver, self.database, self.where = driver, database, where

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self.driver.close()

    def read(self, query: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any Cypher value
        """Run one of the project's own reads in a managed transaction, routed to a reader; return its rows."""
        text = query
        with translated(self.where), self.driver.session(database=self.database, default_access_mode="READ") as session:
            return session.execute_read(lambda tx: [record.data() for record in tx.run(text, parameters)])

    def write(self, work: Callable[[neo4j.ManagedTransaction], T]) -> T:
        """Run work in one managed write transaction: all of it is written or nothing is."""
        with translated(self.where), self.driver.session(database=self.database) as session:
            return session.execute_write(work)

    def run(self, statement: str) -> None:
        """Run one schema statement in a transaction of its own."""
        with translated(self.where), self.driver.session(database=self.database) as session:
            session.run(statement).consume()

    def query(
        self, text: str, parameters: Mapping[str, Any], *, timeout: float, limit: int
    ) -> tuple[list[str], list[list[Any]], bool]:
        """Run somebody's query, read-only; return its columns, rows of plain values, and whether the limit cut it.

        `timeout` is in seconds. Raise `UsageError` where the guard or the server refuses the query.
        """
        import neo4j

        from kg.store.values import bare_ends, plain

        self.guard(text, parameters)
        with (
            translated(self.where, asked=True),
            self.driver.session(database=self.database, default_access_mode=neo4j.READ_ACCESS) as session,
            session.begin_transaction(timeout=timeout) as transaction,
        ):
            result = transaction.run(text, dict(parameters))
            rows = [list(record.values()) for record in result.fetch(limit + 1)]
            columns, bare = list(result.keys()), sorted(bare_ends(rows[:limit]))
            ends: dict[str, str] = {}
            if bare:
                found = transaction.run(_ENDS, ids=bare)
                ends = {one["element"]: one["id"] for one in found}
            return columns, [plain(row, ends) for row in rows[:limit]], len(rows) > limit

    def guard(self, text: str, parameters: Mapping[str, Any]) -> None:
        """Refuse a query that does more than read this graph: by the server's plan, without running it."""
        import neo4j

        if not text.strip():
            raise UsageError("the query is empty: give a Cypher query, or a name of `kg queries`.")
        with (
            translated(self.where, asked=True),
            self.driver.session(database=self.database, default_access_mode=neo4j.READ_ACCESS) as session,
        ):
            # On a line of its own, so that the columns the server names are those of the query.
            summary = session.run(f"EXPLAIN\n{text}", dict(parameters)).consume()
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


def _operators(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    waiting = [plan]
    while waiting:
        one = waiting.pop()
        arguments = one.get("args") or {}
        yield str(one.get("operatorType", "")).partition("@")[0], str(arguments.get("Details", ""))
        waiting.extend(one.get("children") or ())


@contextmanager
def translated(where: str, *, asked: bool = False) -> Iterator[None]:
    """Turn the driver's errors into ours. `asked`: the query is the user's own, so its faults are too."""
    from neo4j import exceptions

    try:
        yield
    except exceptions.AuthError as problem:
        raise DatabaseError(
            f"{where} does not accept the user or password: set KG_NEO4J_USER and KG_NEO4J_PASSWORD."
        ) from problem
    except (
        exceptions.ServiceUnavailable,
        exceptions.SessionExpired,
        exceptions.ConfigurationError,
        OSError,
    ) as problem:
        raise DatabaseError(
            f"{where} cannot be reached ({_first_line(problem)}): check that it runs, or unset KG_NEO4J_URI to use the "
            "local one."
        ) from problem
    except exceptions.Neo4jError as problem:
        if asked:
            code = problem.code or ""
            if "Timeout" in code or "TransactionTimedOut" in code:
                raise UsageError(
                    "the query took longer than its time limit: narrow it, or raise --timeout."
                ) from problem
            raise UsageError(f"the server refused the query: {_placed(problem.message or code)}") from problem
        raise DatabaseError(f"{where} failed: {_first_line(problem)}") from problem
    except exceptions.DriverError as problem:
        raise DatabaseError(f"{where} failed: {_first_line(problem)}") from problem


def _placed(message: str) -> str:
    """Return the server's message with the line and offset of the query as it was given, without our EXPLAIN line."""
    if "EXPLAIN" in message:
        return message.strip()
    return re.sub(
        r"\(line (\d+), column (\d+) \(offset: (\d+)\)\)",
        lambda at: f"(line {int(at[1]) - 1}, column {at[2]} (offset: {int(at[3]) - len('EXPLAIN ')}))",
        message.strip(),
    )


def _first_line(problem: BaseException) -> str:
    text = str(problem).strip().splitlines()
    return text[0].rstrip(".") if text else type(problem).__name__


def connect(settings: Settings, progress: Progress | None = None) -> Database:
    """Return the database in force: the one KG_NEO4J_URI names, else the local one, started if needed.

    Raise `DatabaseError` where it cannot be reached or started.
    """
    from neo4j import GraphDatabase, NotificationMinimumSeverity

    if settings.neo4j_uri:
        uri, user, password, where = (
            settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password, f"Neo4j at {settings.neo4j_uri}",
        )  # fmt: skip
    else:
        from kg.store import local

        running = local.ensure(settings, progress=progress)
        uri, user, password, where = running.bolt_uri, running.user, running.password, "the local Neo4j"
    with translated(where):
        try:
            driver = GraphDatabase.driver(
                uri,
                auth=(user, password) if password is not None else None,
                connection_timeout=15,
                connection_acquisition_timeout=20,
                max_transaction_retry_time=15,
                notifications_min_severity=NotificationMinimumSeverity.OFF,
                telemetry_disabled=True,
            )
        except ValueError as problem:
            raise DatabaseError(f"KG_NEO4J_URI is not an address of a Neo4j ({problem}).") from problem
    return Database(driver, settings.neo4j_database, where)
