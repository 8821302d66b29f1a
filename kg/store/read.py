"""The graph and its evidence → plain objects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from kg import schema
from kg.records import Item, Party, Records, Relation, collector_paused

if TYPE_CHECKING:
    from kg.store.session import Database

_TYPES = "|".join(kind.type for kind in schema.SUPPORTED)
_TRANSFERS = "|".join(kind.type for kind in schema.TRANSFERS)
_LISTS = [place for place, one in enumerate(fields(Relation)) if str(one.type).startswith("tuple")]
_COLUMNS = [
    {"type": "type(r)", "start": "p.id", "end": "b.id", "date_derived": "coalesce(r.date_derived, false)"}.get(
        one.name, f"coalesce(r.{one.name}, [])" if place in _LISTS else f"r.{one.name}"
    )
    for place, one in enumerate(fields(Relation))
]

#: What `declarations` adds to a finding that is no part of the findings file.
BESIDES = ("quote", "quote_before", "quote_after", "edge")


def strangers(database: Database) -> list[str]:
    """Return labels of nodes in the database that are none of this graph's; a few, enough to name."""
    ours = [schema.META_LABEL, schema.PARTY_LABEL, *(kind.label for kind in schema.NODE_KINDS)]
    query = "MATCH (n) WHERE none(label IN labels(n) WHERE label IN $ours) RETURN DISTINCT labels(n) AS labels LIMIT 5"
    return sorted({label for row in database.read(query, ours=ours) for label in row["labels"] or ["(no label)"]})


def server(database: Database) -> tuple[str, str | None]:
    """Return the version of Neo4j and the format of its store, None where the server does not tell."""
    rows = database.read(
        "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0] AS v"
    )
    store = database.read("SHOW DATABASES YIELD name, store, home WHERE home RETURN store")
    return rows[0]["v"], store[0]["store"] if store else None


def schema_version(database: Database) -> int | None:
    """Return the version of the rules by which the graph was written, None where nothing was loaded yet."""
    rows = database.read(f"MATCH (m:{schema.META_LABEL} {{id: 'kg'}}) RETURN m.schema AS version")
    return rows[0]["version"] if rows else None


class Reader(Protocol):
    """A connected database, or a transaction in it."""

    def read(self, query: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any Cypher value
        """Run a read and return its rows."""
        ...


@collector_paused()
def records(database: Reader, only: Collection[str] | None = None) -> Records:
    """Return all parties, items and edges; with `only`, of these parties, and the edges between them or to items."""
    chosen = {"only": [] if only is None else sorted(only)}
    where, among = ("", "") if only is None else ("WHERE p.id IN $only ", " WHERE b.id IN $only OR b:Item")
    # The edges of a party are one value: a row for each, as a named record, would take twice as long to read.
    rows = database.read(
        f"MATCH (p:Party) {where}RETURN p.id AS id, [l IN labels(p) WHERE l <> 'Party'][0] AS kind, p.name AS name, "
        "p.aliases AS aliases, p.placeholder AS placeholder, p.collective AS collective, "
        "COLLECT { MATCH (p)-[r:LOCATED_IN]->(c) RETURN [c.id, r.text] ORDER BY c.id } AS located, "
        "COLLECT { MATCH (p)-[:PART_OF]->(w) RETURN w.id ORDER BY w.id } AS wholes, "
        f"COLLECT {{ MATCH (p)-[r:{_TYPES}]->(b){among} RETURN [{', '.join(_COLUMNS)}] }} AS edges",
        **chosen,
    )
    items = database.read(
        "MATCH (i:Item) RETURN i.id AS id, i.name AS name, i.aliases AS aliases, "
        "COLLECT { MATCH (i)-[:KIND_OF]->(k) RETURN k.id ORDER BY k.id } AS kinds, "
        "COLLECT { MATCH (i)-[:COMPONENT_OF]->(k) RETURN k.id ORDER BY k.id } AS systems"
    )
    relations = [_relation(values) for row in rows for values in row["edges"]]
    return Records(
        parties={row["id"]: _party(row) for row in sorted(rows, key=lambda row: str(row["id"]))},
        items={row["id"]: _item(row) for row in sorted(items, key=lambda row: str(row["id"]))},
        relations=tuple(sorted(relations, key=attrgetter("id"))),
    )


class Called(NamedTuple):
    """What a party or item is called."""

    id: str
    name: str
    aliases: tuple[str, ...]


@collector_paused()
def called(database: Reader, label: str, ids: Sequence[str] | None = None) -> list[Called]:
    """Return the names of all nodes of a label or those of some ids, in order of their ids.

    Much less than `records` reads.
    """
    where = "" if ids is None else "WHERE n.id IN $ids "
    query = f"MATCH (n:{label}) {where}RETURN collect([n.id, n.name, coalesce(n.aliases, [])]) AS found"
    rows = database.read(query, ids=list(ids or ()))[0]["found"]
    found = [Called(id_, name, tuple(aliases)) for id_, name, aliases in rows]
    return sorted(found, key=attrgetter("id"))


def receivers(database: Reader, parties: Sequence[str]) -> dict[str, list[str]]:
    """Return for parties, given by id, those that their transfers go to; parties that give nothing are left out."""
    return _next_to(database, f"-[:{_TRANSFERS}]->", parties)


def givers(database: Reader, parties: Sequence[str]) -> dict[str, list[str]]:
    """Return for parties, given by id, those that transfers come from; parties that get nothing are left out."""
    return _next_to(database, f"<-[:{_TRANSFERS}]-", parties)


def _next_to(database: Reader, arrow: str, parties: Sequence[str]) -> dict[str, list[str]]:
    query = (
        f"UNWIND $ids AS id MATCH (:{schema.PARTY_LABEL} {{id: id}}){arrow}(other:{schema.PARTY_LABEL}) "
        "RETURN id, collect(DISTINCT other.id) AS others"
    )
    return {row["id"]: row["others"] for row in database.read(query, ids=list(parties))}


def _party(row: Mapping[str, Any]) -> Party:
    texts = [text for _, text in row["located"] if text]
    own = (row["id"],) if row["kind"] == "Country" and not row["collective"] else ()
    return Party(
        id=row["id"],
        kind=row["kind"],
        name=row["name"],
        aliases=tuple(row["aliases"] or ()),
        placeholder=bool(row["placeholder"]),
        collective=bool(row["collective"]),
        territories=own or tuple(country for country, _ in row["located"]),
        territory_text="; ".join(texts) or None,
        part_of=tuple(row["wholes"]),
    )


def _item(row: Mapping[str, Any]) -> Item:
    return Item(row["id"], row["name"], tuple(row["aliases"] or ()), tuple(row["kinds"]), tuple(row["systems"]))


def _relation(values: list[Any]) -> Relation:
    """Return an edge from its columns, which are in the order of its fields."""
    for place in _LISTS:
        values[place] = tuple(values[place])
    return Relation(*values)


def declarations(database: Database, label: str, ids: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
    """Return what files declare of a label, by id, in the shape of the findings file; findings also with `quote`.

    `ids` limits it to these; None is all.
    """
    kind = schema.kind_of_label(label)
    quote = (
        ", n.quote AS quote, n.quote_before AS before, n.quote_after AS after, n.transfer AS edge"
        if kind is schema.FINDING
        else ""
    )
    where = "WHERE n.id IN $ids " if ids is not None else ""
    query = f"MATCH (n:{kind.label}) {where}RETURN n.id AS id, n.record AS record{quote} ORDER BY id"
    found: dict[str, dict[str, Any]] = {}
    for row in database.read(query, ids=list(ids) if ids is not None else []):
        found[row["id"]] = json.loads(row["record"])
        if kind is schema.FINDING:
            found[row["id"]] |= {"quote": row["quote"], "edge": row["edge"]}
            found[row["id"]] |= {"quote_before": row["before"], "quote_after": row["after"]}
    return found


def names_of(database: Database, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of parties and items by id; ids of nothing else are left out."""
    query = (
        "UNWIND $ids AS id OPTIONAL MATCH (p:Party {id: id}) OPTIONAL MATCH (i:Item {id: id}) "
        "WITH id, coalesce(p.name, i.name) AS name WHERE name IS NOT NULL RETURN id, name"
    )
    return {row["id"]: row["name"] for row in database.read(query, ids=sorted(ids))}


def sources_of(database: Database, ids: Sequence[str]) -> dict[str, str]:
    """Return by finding the source it cites, of those findings that support: neither headlines nor denials."""
    query = (
        "MATCH (f:Finding) WHERE f.id IN $ids AND NOT f.headline AND f.certainty <> 'denied' "
        "RETURN f.id AS id, f.source AS source"
    )
    return {row["id"]: row["source"] for row in database.read(query, ids=list(ids))}


def opponents(database: Database, ids: Sequence[str]) -> list[str]:
    """Return the ids of findings that contradict one of these or are contradicted by one, themselves left out."""
    query = (
        "MATCH (f:Finding)-[:CONTRADICTS]-(other:Finding) WHERE f.id IN $ids AND NOT other.id IN $ids "
        "RETURN DISTINCT other.id AS id ORDER BY id"
    )
    return [row["id"] for row in database.read(query, ids=list(ids))]


def loads(database: Database, *, current: bool = True) -> list[dict[str, Any]]:
    """Return the load records, of each file the last one or, with `current` false, all, oldest first."""
    where = "WHERE l.current " if current else ""
    query = f"MATCH (l:Load) {where}RETURN l {{.*, added: size(l.added)}} AS load ORDER BY load.at, load.file"
    return [row["load"] for row in database.read(query)]


def declared(database: Reader) -> dict[tuple[str, str], tuple[str, str]]:
    """Return what the graph declares: key → label and record."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for kind in schema.NODE_KINDS:
        if kind.label not in schema.HISTORY:
            for row in database.read(f"MATCH (n:{kind.label}) RETURN n.id AS id, n.record AS record"):
                found[kind.key_label, row["id"]] = (kind.label, row["record"])
    return found


def coded(database: Reader) -> list[dict[str, Any]]:
    """Return the declarations that have a handling code of their own, also earlier versions and those kept aside."""
    labels = "|".join((schema.FINDING.label, schema.SOURCE.label, *schema.VERSIONS))
    query = f"MATCH (n:{labels}) WHERE n.record CONTAINS '\"handling\":' RETURN n.record AS record"
    found = [json.loads(row["record"]) for row in database.read(query)]
    return [one for one in found if one.get("handling")]


def declared_after(database: Reader, at: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Return what the graph declared right after the load of a time: key → label and record.

    Worked back from what it declares now, by the versions that later loads replaced and the declarations they added.
    """
    found = declared(database)
    later = database.read("MATCH (l:Load) WHERE l.at > $at RETURN l.at AS at, l.added AS added", at=at)
    versions = database.read(
        "MATCH (v:Version) WHERE v.until > $at "
        "RETURN v.until AS at, v.label AS label, v.name AS name, v.record AS record",
        at=at,
    )
    for moment in sorted({row["at"] for row in (*later, *versions)}, reverse=True):
        for row in later:
            if row["at"] == moment:
                for name in row["added"] or ():
                    label, _, rest = name.partition(":")
                    found.pop((label, rest), None)
        for row in versions:
            if row["at"] == moment:
                found[schema.kind_of_label(row["label"]).key_label, row["name"]] = (row["label"], row["record"])
    return found


def counts(database: Database) -> dict[str, int]:
    """Return the number of nodes by label and of relationships by type."""
    found = {
        row["name"]: row["number"]
        for row in database.read("MATCH (n) UNWIND labels(n) AS name RETURN name, count(*) AS number ORDER BY name")
        if row["name"] != schema.META_LABEL
    }
    query = "MATCH ()-[r]->() RETURN type(r) AS name, count(*) AS number ORDER BY name"
    return found | {row["name"]: row["number"] for row in database.read(query)}


def digest(database: Database) -> str:
    """Return a SHA-256 of all nodes and relationships with all their properties, load records apart."""
    apart = [*schema.HISTORY, schema.META_LABEL]
    nodes = database.read(
        "MATCH (n) WHERE none(label IN labels(n) WHERE label IN $apart) RETURN labels(n) AS l, properties(n) AS p",
        apart=apart,
    )
    edges = database.read(
        "MATCH (a)-[r]->(b) RETURN labels(a) AS a, a.id AS start, type(r) AS type, labels(b) AS b, b.id AS end, "
        "properties(r) AS p"
    )
    lines = [json.dumps([sorted(row["l"]), row["p"]], sort_keys=True) for row in nodes]
    lines += [
        json.dumps([sorted(r["a"]), r["start"], r["type"], sorted(r["b"]), r["end"], r["p"]], sort_keys=True)
        for r in edges
    ]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
