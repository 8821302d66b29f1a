"""The graph and its evidence → plain objects."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from kg import schema
from kg.errors import StrangeWarning
from kg.network import CERTAINTIES, LETTERS, NUMBERS
from kg.records import TRANSFER_TYPES, Item, Party, Records, Relation, collector_paused, is_territory

if TYPE_CHECKING:
    from kg.store.session import Database

_TYPES = "|".join(kind.type for kind in schema.SUPPORTED)
_TRANSFERS = "|".join(kind.type for kind in schema.TRANSFERS)
_PARTY_KINDS = [kind.label for kind in schema.PARTY_KINDS]
_LISTS = [place for place, one in enumerate(fields(Relation)) if str(one.type).startswith("tuple")]
_PLACES = {one.name: place for place, one in enumerate(fields(Relation))}
_ID, _TYPE, _START, _END = (_PLACES[name] for name in ("id", "type", "start", "end"))
_CERTAINTY, _GRADE, _FINDINGS = (_PLACES[name] for name in ("certainty", "grade", "findings"))
_COLUMNS = [
    {"type": "type(r)", "start": "p.id", "end": "b.id", "date_derived": "coalesce(r.date_derived, false)"}.get(
        one.name, f"coalesce(r.{one.name}, [])" if place in _LISTS else f"r.{one.name}"
    )
    for place, one in enumerate(fields(Relation))
]

#: The types that the fields of an edge may have as the database gives them; `list` is one of texts.
_OF_FIELD: dict[str, set[type]] = {"str": {str}, "bool": {bool}, "int": {int}, "float": {float, int}}
_ALLOWED: list[set[type]] = [
    {list} if place in _LISTS else {type(None)}.union(*(_OF_FIELD.get(part, ()) for part in str(one.type).split(" | ")))
    for place, one in enumerate(fields(Relation))
]
_GRADES = frozenset(letter + number for letter in LETTERS for number in NUMBERS)
#: How many nodes `nodes` reads at once: with all their properties, those of a large graph would not fit in memory.
PAGE = 5_000
#: What every declared node `n` has; one that somebody made by hand has not.
DECLARED = "n.id IS NOT NULL AND n.record IS NOT NULL AND n.files IS NOT NULL"
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


@dataclass(frozen=True, slots=True)
class Strange:
    """A node or edge as no load writes it: its `id`, None where it has none, and in words what becomes of it."""

    id: str | None
    what: str
    is_edge: bool = False


def _warn(strange: Sequence[Strange]) -> None:
    more = f", and {len(strange) - 1} more" if len(strange) > 1 else ""
    warnings.warn(
        f"the graph holds what no load writes ({strange[0].what}{more}): see `kg verify`, and load findings instead.",
        StrangeWarning,
        stacklevel=3,
    )


def records(database: Reader, only: Collection[str] | None = None) -> Records:
    """Return all parties, items and edges; with `only`, of these parties, and the edges between them or to items.

    Warn with `StrangeWarning` of what no load writes: edges and nodes that cannot be read are left out.
    """
    found, strange = records_and_strange(database, only)
    if strange:
        _warn(strange)
    return found


@collector_paused()
def records_and_strange(database: Reader, only: Collection[str] | None = None) -> tuple[Records, list[Strange]]:
    """Return the same, and what no load writes."""
    chosen: dict[str, Any] = {"only": [] if only is None else sorted(only), "kinds": _PARTY_KINDS}
    where, among = ("", "") if only is None else ("WHERE p.id IN $only ", " WHERE b.id IN $only OR b:Item")
    # The edges of a party are one value: a row for each, as a named record, would take twice as long to read.
    rows = database.read(
        f"MATCH (p:Party) {where}RETURN p.id AS id, [l IN labels(p) WHERE l IN $kinds][0] AS kind, p.name AS name, "
        "p.aliases AS aliases, p.placeholder AS placeholder, p.collective AS collective, "
        "COLLECT { MATCH (p)-[r:LOCATED_IN]->(c) RETURN [c.id, r.text, c.placeholder, c.collective] ORDER BY c.id } "
        "AS located, "
        "COLLECT { MATCH (p)-[:PART_OF]->(w) RETURN w.id ORDER BY w.id } AS wholes, "
        f"COLLECT {{ MATCH (p)-[r:{_TYPES}]->(b){among} RETURN [{', '.join(_COLUMNS)}] }} AS edges",
        **chosen,
    )
    items = database.read(
        "MATCH (i:Item) RETURN i.id AS id, i.name AS name, i.aliases AS aliases, 'Item' AS kind, "
        "COLLECT { MATCH (i)-[:KIND_OF]->(k) RETURN k.id ORDER BY k.id } AS kinds, "
        "COLLECT { MATCH (i)-[:COMPONENT_OF]->(k) RETURN k.id ORDER BY k.id } AS systems"
    )
    parties, things = ({row["id"]: row for row in some if _is_whole(row)} for some in (rows, items))
    strange = [*map(_strange_node, (row for row in (*rows, *items) if not _is_whole(row) or not _is_text(row["name"])))]
    relations = []
    for values in (values for row in rows for values in row["edges"]):
        ends = parties if values[_TYPE] in TRANSFER_TYPES else things
        if _fits(values) and values[_START] in parties and values[_END] in ends:
            relations.append(_relation(values))
        else:
            strange.append(_strange_edge(values))
    found = Records(
        parties={name: _party(parties[name]) for name in sorted(parties)},
        items={name: _item(things[name]) for name in sorted(things)},
        relations=tuple(sorted(relations, key=attrgetter("id"))),
    )
    return found, strange


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_whole(node: Mapping[str, Any]) -> bool:
    return _is_text(node["id"]) and node["kind"] is not None


def _strange_node(node: Mapping[str, Any]) -> Strange:
    if _is_whole(node):
        return Strange(node["id"], f"{node['id']} has no name, so its id stands for it")
    lack = "id" if node["kind"] else "kind"
    return Strange(node["id"], f"{node['id'] or node['name'] or 'a node'} has no {lack} and is left out")


def _strange_edge(values: Sequence[Any]) -> Strange:
    id_, type_, start, end = (values[place] for place in (_ID, _TYPE, _START, _END))
    what = f"{type_} from {start or 'a node without id'} to {end or 'a node without id'}"
    lack = "is not as a load writes it" if _is_text(id_) else "has no id"
    return Strange(id_ if _is_text(id_) else None, f"{what} {lack} and is left out", is_edge=True)


def _fits(values: Sequence[Any]) -> bool:
    """Say whether the values of an edge are such as its fields may have."""
    types = tuple(
        [object if type(value) is list and value and type(value[0]) is not str else type(value) for value in values]
    )
    whole = bool(values[_ID] and values[_FINDINGS]) and _are_allowed(types)
    return whole and values[_CERTAINTY] in CERTAINTIES and values[_GRADE] in _GRADES


@cache
def _are_allowed(types: tuple[type, ...]) -> bool:
    return all(one in allowed for one, allowed in zip(types, _ALLOWED, strict=True))


class Called(NamedTuple):
    """What a party or item is called."""

    id: str
    name: str
    aliases: tuple[str, ...]


@collector_paused()
def called(database: Reader, label: str, ids: Sequence[str] | None = None) -> list[Called]:
    """Return the names of all nodes of a label or those of some ids, in order of their ids.

    Much less than `records` reads. What has no name is called by its id.
    """
    where = "" if ids is None else "WHERE n.id IN $ids "
    query = f"MATCH (n:{label}) {where}RETURN collect([n.id, n.name, n.aliases]) AS found"
    rows = database.read(query, ids=list(ids or ()))[0]["found"]
    found = [Called(id_, _name(id_, name), _texts(aliases)) for id_, name, aliases in rows if _is_text(id_)]
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


def _name(identifier: str, name: object) -> str:
    return name if isinstance(name, str) and name else identifier


def _texts(values: object) -> tuple[str, ...]:
    return tuple(filter(_is_text, values)) if isinstance(values, list) else ()


def _party(row: Mapping[str, Any]) -> Party:
    flags = {name: bool(row[name]) for name in ("placeholder", "collective")}
    own = (row["id"],) if is_territory(row["kind"], **flags) else ()
    # A country that nobody names is no territory, neither its own nor that of those who sit there.
    seats = [country for country, _, placeholder, collective in row["located"] if not (placeholder or collective)]
    return Party(
        id=row["id"],
        kind=row["kind"],
        name=_name(row["id"], row["name"]),
        aliases=_texts(row["aliases"]),
        **flags,
        territories=own or _texts(seats),
        territory_text="; ".join(filter(None, _texts([text for _, text, *_ in row["located"]]))) or None,
        part_of=_texts(row["wholes"]),
    )


def _item(row: Mapping[str, Any]) -> Item:
    kinds, systems = _texts(row["kinds"]), _texts(row["systems"])
    return Item(row["id"], _name(row["id"], row["name"]), _texts(row["aliases"]), kinds, systems)


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
    strange = []
    for row in database.read(query, ids=list(ids) if ids is not None else []):
        content = _content(row["record"])
        if content is None or not _is_text(row["id"]):
            strange.append(
                Strange(row["id"], f"{kind.label} {row['id'] or 'without id'} has no record and is left out")
            )
            continue
        found[row["id"]] = content
        if kind is schema.FINDING:
            found[row["id"]] |= {"quote": row["quote"], "edge": row["edge"]}
            found[row["id"]] |= {"quote_before": row["before"], "quote_after": row["after"]}
    if strange:
        _warn(strange)
    return found


def _content(record: object) -> dict[str, Any] | None:
    """Return what a node's record holds, None where it is none."""
    try:
        found = json.loads(record) if isinstance(record, str) else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def nodes(database: Reader, label: str) -> Iterator[dict[str, Any]]:
    """Yield all nodes of a label that have an id, in its order: `labels`, `properties`, and `arrows`.

    Arrows are the structural relationships that lead from it: type, labels and id of the end, properties.
    """
    structure = "|".join(kind.type for kind in schema.STRUCTURE)
    query = (
        f"MATCH (n:{label}) WHERE n.id > $after WITH n ORDER BY n.id LIMIT {PAGE} "
        "RETURN labels(n) AS labels, properties(n) AS properties, "
        f"COLLECT {{ MATCH (n)-[r:{structure}]->(end) RETURN [type(r), labels(end), end.id, properties(r)] }} AS arrows"
    )
    after: str | None = ""
    while after is not None:
        page = database.read(query, after=after)
        yield from page
        after = page[-1]["properties"]["id"] if len(page) == PAGE else None


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
    """Return what the graph declares: key → label and record. What somebody made by hand has none."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for kind in schema.NODE_KINDS:
        if kind.label not in schema.HISTORY:
            query = f"MATCH (n:{kind.label}) WHERE {DECLARED} RETURN n.id AS id, n.record AS record"
            for row in database.read(query):
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
