"""Declarations and edges → Neo4j: batched, idempotent, in one transaction, counted back.

Everything here takes part in the caller's transaction: a failure leaves the graph as it was.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from kg import evidence, schema
from kg.documents import Quote
from kg.errors import DatabaseError
from kg.findings import Declaration, Finding, Item, Organisation, Origin, Party, Source
from kg.records import Relation
from kg.store.read import DECLARED, Reader
from kg.store.session import as_rows

if TYPE_CHECKING:
    import neo4j

BATCH = 1_000
K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
Key = tuple[str, str]  # the label over which the id is unique, and the id


@dataclass(frozen=True, slots=True)
class Stored:
    """A declaration as it stands in the graph: its record, the files that declare it, its quote if it has one.

    Of one that is kept aside, `kept` is the id of the party that it is decided to be, where that is another.
    """

    label: str
    record: str
    files: tuple[str, ...]
    quote: Quote | None = None
    kept: str | None = None

    def says(self, what: Declaration) -> bool:
        """Say whether it is this declaration, also where it was written with its fields in another order."""
        text = what.canonical()
        return self.record == text or json.loads(self.record) == json.loads(text)


def node_kind(what: Declaration) -> schema.NodeKind:
    """Return the node kind of a declaration."""
    if isinstance(what, Party):
        return schema.kind_of_label(what.kind)
    return schema.kind_of_label(type(what).__name__)


def key_of(what: Declaration) -> Key:
    """Return the key under which a declaration is unique."""
    return node_kind(what).key_label, what.id


def chunks(rows: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Yield rows in lists of at most `size`."""
    remaining = iter(rows)
    while chunk := list(islice(remaining, size)):
        yield chunk


def batches(rows: Iterable[tuple[K, T]], size: int = BATCH) -> Iterator[tuple[K, list[T]]]:
    """Yield rows of one kind in lists of at most `size`, as soon as one is full; kinds in the order they come."""
    waiting: dict[K, list[T]] = defaultdict(list)
    for kind, row in rows:
        waiting[kind].append(row)
        if len(waiting[kind]) == size:
            yield kind, waiting.pop(kind)
    yield from waiting.items()


def node_properties(
    what: Declaration, files: Sequence[str], quote: Quote | None, edge: str | None = None
) -> dict[str, Any]:
    """Return the properties of a declaration's node; absent ones are left out. `edge` is what a finding is about."""
    properties: dict[str, Any] = {"id": what.id, schema.RECORD: what.canonical(), schema.FILES: sorted(files)}
    if isinstance(what, Finding):  # most by far
        properties |= {name: getattr(what, name) for name in _OF_FINDING}
        properties |= {"key": evidence.key(what), "agreement": evidence.agreement_digest(what), "transfer": edge}
        if quote:
            properties |= {"quote": quote.text, "quote_before": quote.before, "quote_after": quote.after}
        if what.locator:
            properties |= what.locator.model_dump()
    elif isinstance(what, Party | Item):
        properties |= {"name": what.name, "aliases": list(what.aliases)}
        if isinstance(what, Party):
            properties |= {"placeholder": what.placeholder, "collective": what.collective}
    elif isinstance(what, Organisation):
        properties |= {"name": what.name}
    elif isinstance(what, Origin):
        properties |= {"kind": what.kind, "published": what.published}
    elif isinstance(what, Source):
        properties |= {
            name: getattr(what, name) for name in ("title", "publisher", "published", "document", "sha256", "handling")
        }
        properties |= {"reliability": what.reliability.grade, "reliability_reason": what.reliability.reason}
    return {name: value for name, value in properties.items() if value is not None}


_OF_FINDING = ("relation", "certainty", "headline", "attribution", "statement", "source", "origin", "handling")


@dataclass(frozen=True, slots=True)
class Arrow:
    """One structural relationship to write: type, key of start and of end, properties."""

    type: str
    start: Key
    end: Key
    properties: Mapping[str, Any]


def arrows(what: Declaration, background: Mapping[str, str]) -> Iterator[Arrow]:
    """Yield the structural relationships a declaration makes. `background`: id of what is relayed → its label.

    A declaration that names something twice says it once.
    """
    yield from _each_once(_arrows(what, background))


def arrows_beside(what: Declaration, background: Mapping[str, str]) -> Iterator[Arrow]:
    """Yield the structural relationships that are not written with their node: of a finding those to other findings."""
    yield from _each_once(_between(what, key_of(what)) if isinstance(what, Finding) else _arrows(what, background))


def _each_once(found: Iterable[Arrow]) -> Iterable[Arrow]:
    return {(one.type, one.end, one.properties.get("role")): one for one in found}.values()


def _arrows(what: Declaration, background: Mapping[str, str]) -> Iterator[Arrow]:
    own = key_of(what)
    if isinstance(what, Item):
        for name in what.kind_of:
            yield Arrow("KIND_OF", own, ("Item", name), {})
        for name in what.component_of:
            yield Arrow("COMPONENT_OF", own, ("Item", name), {})
    elif isinstance(what, Party):
        for type_, refs in (("LOCATED_IN", what.located_in), ("PART_OF", what.part_of)):
            for ref in refs:
                yield Arrow(type_, own, (schema.PARTY_LABEL, ref.id), {"text": ref.text} if ref.text else {})
        for name in what.succeeded_by:
            yield Arrow("SUCCEEDED_BY", own, (schema.PARTY_LABEL, name), {})
    elif isinstance(what, Origin):
        yield Arrow("BY", own, ("Organisation", what.organisation), {})
    elif isinstance(what, Source):
        for relay in what.relays:
            yield Arrow("RELAYS", own, (background[relay.id], relay.id), {"known": relay.known})
    elif isinstance(what, Finding):
        yield from _finding_arrows(what, own)


def _finding_arrows(what: Finding, own: Key) -> Iterator[Arrow]:
    yield Arrow("CITES", own, ("Source", what.source), {})
    yield Arrow("ORIGINATES_FROM", own, ("Origin", what.origin), {})
    for label, about in _about(what).items():
        for name, role in about:
            yield Arrow("ABOUT", own, (label, name), {"role": role})
    yield from _between(what, own)


def _between(what: Finding, own: Key) -> Iterator[Arrow]:
    for name in what.repeats:
        yield Arrow("REPEATS", own, ("Finding", name), {})
    for other in what.contradicts:
        yield Arrow("CONTRADICTS", own, ("Finding", other.id), {"reason": other.reason})


def _about(what: Finding) -> dict[str, list[list[str]]]:
    """Return by label the id and role of every party and item that a finding is about, each once.

    In lists, since the driver looks up how to send a tuple each time that it meets one.
    """
    found: dict[str, list[list[str]]] = {schema.PARTY_LABEL: [], "Item": []}
    for role, name in dict.fromkeys(what.refs()):
        found["Item" if name.startswith("item:") else schema.PARTY_LABEL].append([name, role])
    return found


_STRUCTURE_FROM = {
    "Item": ("KIND_OF", "COMPONENT_OF"),
    schema.PARTY_LABEL: ("LOCATED_IN", "PART_OF", "SUCCEEDED_BY"),
    "Origin": ("BY",),
    "Source": ("RELAYS",),
    "Finding": ("CITES", "ORIGINATES_FROM", "ABOUT", "REPEATS", "CONTRADICTS"),
}


_RELATION = tuple(one.name for one in fields(Relation) if one.name not in ("type", "start", "end"))


def relation_properties(edge: Relation) -> dict[str, Any]:
    """Return the properties of an edge; absent ones and, but for the counts, empty lists are left out."""
    properties = {
        name: list(value) if isinstance(value, tuple) else value
        for name in _RELATION
        if (value := getattr(edge, name)) is not None and value != ()
    }
    return properties | {"origins": len(edge.origin_ids), "organisations": len(edge.organisation_ids)}


def stored(reader: Reader) -> dict[Key, Stored]:
    """Return all declarations that stand in the graph, but findings."""
    found: dict[Key, Stored] = {}
    for kind in schema.NODE_KINDS:
        if kind.label in (schema.FINDING.label, *schema.HISTORY):
            continue
        query = f"MATCH (n:{kind.label}) WHERE {DECLARED} RETURN n.id AS id, n.record AS record, n.files AS files"
        for row in reader.read(query):
            found[kind.key_label, row["id"]] = Stored(kind.label, row["record"], tuple(row["files"]))
    return found


def all_findings(reader: Reader) -> dict[Key, Stored]:
    """Return all findings that stand in the graph."""
    query = f"MATCH (f:Finding) WHERE f.record IS NOT NULL AND f.files IS NOT NULL {_FINDING}"
    return dict(map(_stored_finding, reader.read(query)))


def withheld(reader: Reader) -> dict[Key, Stored]:
    """Return the declarations that withdrawals and decisions keep out or change, as files give them."""
    query = (
        "MATCH (w:Withheld) RETURN w.label AS label, w.name AS id, w.record AS record, w.files AS files, "
        "w.kept AS kept, w.quote AS quote, w.quote_before AS before, w.quote_after AS after"
    )
    return {
        (schema.kind_of_label(row["label"]).key_label, row["id"]): replace(
            _stored_finding(row)[1], label=row["label"], kept=row["kept"]
        )
        for row in reader.read(query)
    }


class _Unshown(list[Any]):
    """Rows not to be written out: the driver makes a text of all parameters for its log, also where it keeps none."""

    def __repr__(self) -> str:
        return f"[{len(self)} rows]"


class Writer:
    """One load's transaction: reads what stands, writes what changes, and counts it back."""

    def __init__(self, transaction: neo4j.ManagedTransaction) -> None:
        self.transaction = transaction

    def read(self, query: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any Cypher value
        """Run a read in the transaction, which sees what it wrote; as `Database.read`."""
        return self._rows(query, **parameters)

    def _rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any Cypher value
        return as_rows(self.transaction.run(query, parameters))

    def lock(self) -> bool:
        """Keep other loads waiting until this one ends; say whether the graph was written by other rules than these."""
        rows = self._rows(
            f"MERGE (m:{schema.META_LABEL} {{id: 'kg'}}) SET m.lock = randomUUID() REMOVE m.lock "
            "WITH m, m.schema AS before SET m.schema = $version RETURN before",
            version=schema.VERSION,
        )
        return rows[0]["before"] not in (None, schema.VERSION)

    def stored(self) -> dict[Key, Stored]:
        """Return all declarations that stand in the graph, but findings."""
        return stored(self)

    def stored_findings(self, files: Sequence[str], ids: Iterable[str]) -> dict[Key, Stored]:
        """Return the findings that stand in the graph and are declared by these files or have these ids."""
        if not self._finding_stands():
            return {}
        rows = self._rows(f"MATCH (f:Finding) WHERE any(x IN f.files WHERE x IN $files) {_FINDING}", files=list(files))
        for chunk in chunks(ids, 10_000):
            rows += self._rows(f"MATCH (f:Finding) WHERE f.id IN $ids {_FINDING}", ids=chunk)
        return dict(map(_stored_finding, rows))

    def _finding_stands(self) -> bool:
        """Say whether the graph has any finding, which costs nothing: most questions on them are then answered."""
        return bool(self._rows("MATCH (f:Finding) RETURN count(f) AS number")[0]["number"])

    def all_findings(self) -> dict[Key, Stored]:
        """Return all findings that stand in the graph."""
        return all_findings(self)

    def withheld(self) -> dict[Key, Stored]:
        """Return the declarations that withdrawals and decisions keep out or change, as files give them."""
        return withheld(self)

    def put_versions(self, declared: Mapping[Key, Stored], until: str) -> None:
        """Keep the versions of declarations that stood until now."""
        rows = [
            {
                "id": f"{label}:{name}@{until}",
                "label": one.label,
                "name": name,
                schema.RECORD: one.record,
                schema.FILES: list(one.files),
                "until": until,
            }
            for (label, name), one in declared.items()
        ]
        for chunk in chunks(rows):
            self._rows("UNWIND $rows AS row MERGE (v:Version {id: row.id}) SET v = row", rows=chunk)

    def put_withheld(self, declared: Mapping[Key, Stored]) -> None:
        """Keep aside exactly these declarations."""
        self._rows("MATCH (w:Withheld) DELETE w")
        rows = [
            {
                "id": f"{label}:{name}",
                "label": one.label,
                "name": name,
                schema.RECORD: one.record,
                schema.FILES: list(one.files),
                "kept": one.kept,
                "quote": one.quote.text if one.quote else None,
                "quote_before": one.quote.before if one.quote else None,
                "quote_after": one.quote.after if one.quote else None,
            }
            for (label, name), one in declared.items()
        ]
        for chunk in chunks(rows):
            self._rows("UNWIND $rows AS row CREATE (w:Withheld) SET w = row", rows=chunk)

    def put_withdrawals(self, withdrawn: Sequence[Mapping[str, str]]) -> None:
        """Note that exactly these are kept out; those noted before keep their time."""
        ids = [f"{one['kind']}:{one['name']}" for one in withdrawn]
        self._rows("MATCH (w:Withdrawal) WHERE NOT w.id IN $ids DELETE w", ids=ids)
        for name, one in zip(ids, withdrawn, strict=True):
            self._rows("MERGE (w:Withdrawal {id: $id}) ON CREATE SET w += $properties", id=name, properties=dict(one))

    def withdrawals(self) -> list[Key]:
        """Return the keys of what is kept out."""
        rows = self._rows("MATCH (w:Withdrawal) RETURN w.kind AS kind, w.name AS name ORDER BY kind, name")
        return [(row["kind"], row["name"]) for row in rows]

    def referred(self, keys: Iterable[Key], leaving: Iterable[Key]) -> dict[Key, str]:
        """Return which of the nodes something refers to that is not leaving itself, and the id of one such."""
        gone, found = _by_label(leaving), dict[Key, str]()
        # Lists of ids by label, since Neo4j looks an id up in a list that it was given, whatever its length.
        stays = "".join(f" AND NOT (other:{label} AND other.id IN $gone_{label})" for label in gone)
        lists = {f"gone_{label}": names for label, names in gone.items()}
        supported = [kind.type for kind in schema.SUPPORTED]
        for label, names in _by_label(keys).items():
            query = (
                f"MATCH (n:{label})<-[r]-(other) WHERE n.id IN $names AND NOT type(r) IN $supported{stays} "
                "RETURN n.id AS id, min(other.id) AS other"
            )
            for row in self._rows(query, names=names, supported=supported, **lists):
                found[label, row["id"]] = row["other"]
        return found

    def _written(
        self, made: Iterable[tuple[K, list[T]]], statement: Callable[[K], str]
    ) -> Iterator[tuple[K, list[T], dict[str, Any]]]:
        """Write batches of `$rows`, each by the statement of its kind; yield kind, batch and the row returned for it.

        The next batch is made and sent while the server is at work on the one before.
        """
        at_work: tuple[K, list[T], neo4j.Result] | None = None
        for kind, rows in made:
            result = self.transaction.run(statement(kind), {"rows": _Unshown(rows)})
            if at_work:
                yield *at_work[:2], as_rows(at_work[2])[0]
            at_work = kind, rows, result
        if at_work:
            yield *at_work[:2], as_rows(at_work[2])[0]

    def put_nodes(self, nodes: Iterable[tuple[schema.NodeKind, dict[str, Any]]], standing: Container[Key]) -> None:
        """Write nodes whole, without the former structural relationships of those that are standing."""
        rows = ((kind, {"id": properties["id"], "properties": properties}) for kind, properties in nodes)
        for kind, chunk, counted in self._written(self._loosened(batches(rows), standing), schema.merge_nodes):
            if counted["number"] != len(chunk):
                _shortfall(kind.label, {row["id"] for row in chunk})

    def put_findings(self, findings: Iterable[tuple[Finding, dict[str, Any]]], standing: Container[Key]) -> None:
        """Write findings whole, given with their properties, and what they cite and are about, which must be there."""
        made = ((schema.FINDING, chunk) for chunk in chunks(_finding_row(*one) for one in findings))
        for _, chunk, counted in self._written(self._loosened(made, standing), lambda _: schema.merge_findings()):
            about = sum(len(row["parties"]) + len(row["items"]) for row in chunk)
            if counted != {"number": len(chunk), "about": about}:
                self._missing_ends(schema.FINDING.label, [end for row in chunk for end in _ends(row)])

    def _missing_ends(self, what: str, ends: Iterable[Key]) -> NoReturn:
        """Raise `DatabaseError` naming those of some ends of what was to be written that are not there."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for label, name in ends:
            wanted[label].add(name)
        missing = (self._rows(schema.absent(label), ids=sorted(names)) for label, names in wanted.items())
        _shortfall(what, {row["id"] for rows in missing for row in rows})

    def _loosened(
        self, made: Iterable[tuple[schema.NodeKind, list[dict[str, Any]]]], standing: Container[Key]
    ) -> Iterator[tuple[schema.NodeKind, list[dict[str, Any]]]]:
        """Yield batches of nodes, once the structural relationships that begin at those standing are deleted."""
        for kind, rows in made:
            types = "|".join(_STRUCTURE_FROM.get(kind.key_label, ()))
            old = [row["id"] for row in rows if (kind.key_label, row["id"]) in standing]
            if types and old:
                self._rows(f"UNWIND $ids AS id MATCH (:{kind.key_label} {{id: id}})-[r:{types}]->() DELETE r", ids=old)
            yield kind, rows

    def put_arrows(self, to_write: Iterable[Arrow]) -> None:
        """Write the structural relationships of nodes just written, which have none."""
        self._put(
            (
                (arrow.type, arrow.start[0], arrow.end[0]),
                {"start": arrow.start[1], "end": arrow.end[1], "properties": arrow.properties},
            )
            for arrow in to_write
        )

    def put_relations(self, edges: Iterable[Relation]) -> int:
        """Write edges that findings support and that do not stand; return how many."""
        return self._put(
            (
                (edge.type, schema.PARTY_LABEL, schema.PARTY_LABEL if edge.is_transfer else "Item"),
                {"start": edge.start, "end": edge.end, "properties": relation_properties(edge)},
            )
            for edge in edges
        )

    def _put(self, rows: Iterable[tuple[tuple[str, str, str], dict[str, Any]]]) -> int:
        """Write relationships, given with their type and the labels of their ends; return how many."""
        written = 0
        for (type_, start, end), chunk, counted in self._written(
            batches(rows), lambda one: schema.create_relationships(schema.relationship(one[0]), *one[1:])
        ):
            if counted["number"] != len(chunk):
                ends = ((start, "start"), (end, "end"))
                self._missing_ends(type_, [(label, row[place]) for row in chunk for label, place in ends])
            written += len(chunk)
        return written

    def remove_nodes(self, keys: Iterable[Key]) -> None:
        """Remove nodes and all their relationships."""
        for label, names in _by_label(keys).items():
            for chunk in chunks(names):
                self._rows(f"UNWIND $ids AS id MATCH (n:{label} {{id: id}}) DETACH DELETE n", ids=chunk)

    def remove_relations(self, ids: Iterable[str]) -> None:
        """Remove edges by id, which begins with the type."""
        by_type: dict[str, list[str]] = defaultdict(list)
        for name in ids:
            by_type[schema.relationship(name.partition(":")[0].upper()).type].append(name)
        for type_, names in by_type.items():
            # Without the hint the planner may look at all edges of a type for each id.
            query = f"UNWIND $ids AS id MATCH ()-[r:{type_}]->() USING INDEX r:{type_}(id) WHERE r.id = id DELETE r"
            for chunk in chunks(names):
                self._rows(query, ids=chunk)

    def same_edge(self, findings: Iterable[Finding]) -> tuple[list[Finding], set[str]]:
        """Return all findings of the graph about the same edges as these, and the ids of the edges they now rest on."""
        if not self._finding_stands():
            return [], set()
        found: dict[str, Finding] = {}
        edges: set[str] = set()
        marks: dict[str, set[str]] = {"key": set(), "agreement": set()}
        fresh = [finding for finding in findings]
        while fresh:
            new = {
                "key": {evidence.key(f) or "" for f in fresh} - {""},
                "agreement": set(map(evidence.agreement_digest, fresh)),
            }
            fresh = []
            for mark, values in new.items():
                for chunk in chunks(sorted(values - marks[mark]), 10_000):
                    query = f"MATCH (f:Finding) WHERE f.{mark} IN $values AND f.record IS NOT NULL "
                    query += "RETURN f.record AS record, f.transfer AS edge"
                    for row in self._rows(query, values=chunk):
                        finding = Finding.model_validate_json(row["record"])
                        if finding.id not in found:
                            found[finding.id] = finding
                            fresh.append(finding)
                            edges |= {row["edge"]} - {None}
                marks[mark] |= values
        return list(found.values()), edges

    def findings_where(self, condition: str, names: Iterable[str]) -> list[Finding]:
        """Return findings by `id`, `key`, `source` or `origin`."""
        if not self._finding_stands():
            return []
        query = {
            "id": "MATCH (f:Finding) WHERE f.id IN $names",
            "key": "MATCH (f:Finding) WHERE f.key IN $names",
            "source": "MATCH (f:Finding) WHERE f.source IN $names",
            "origin": "MATCH (f:Finding) WHERE f.origin IN $names",
        }[condition]
        rows = (
            row
            for chunk in chunks(names, 10_000)
            for row in self._rows(f"{query} AND f.record IS NOT NULL RETURN f.record AS r", names=chunk)
        )
        return [Finding.model_validate_json(row["r"]) for row in rows]

    def bounded_by_publication(self) -> list[str]:
        """Return the ids of findings behind edges whose latest date is, or may become, one of a publication."""
        types = "|".join(kind.type for kind in schema.SUPPORTED)
        query = f"MATCH (:Party)-[r:{types}]->() WHERE r.date_derived OR r.latest IS NULL UNWIND r.findings AS id "
        return [row["id"] for row in self._rows(query + "RETURN DISTINCT id ORDER BY id")]

    def opponents(self, ids: Sequence[str]) -> list[tuple[str, str, str]]:
        """Return finding, opponent and opponent's origin wherever one contradicts the other.

        A headline opposes nothing, and neither does another relay of the same origin: that is drift, not dispute.
        """
        query = (  # all there are, since people write them: few beside the findings of a register
            "MATCH (f:Finding)-[:CONTRADICTS]-(other:Finding) WHERE NOT other.headline AND f.origin <> other.origin "
            "RETURN f.id AS id, other.id AS other, other.origin AS origin"
        )
        wanted = set(ids)
        return [(row["id"], row["other"], row["origin"]) for row in self._rows(query) if row["id"] in wanted]

    def name_edges(self, edge_of: Mapping[str, str | None]) -> None:
        """Note on findings the id of the edge they are about."""
        rows = [{"id": name, "edge": edge} for name, edge in edge_of.items()]
        for chunk in chunks(rows):
            query = (
                "UNWIND $rows AS row MATCH (f:Finding {id: row.id}) SET f.transfer = row.edge RETURN count(f) AS number"
            )
            if self._rows(query, rows=chunk)[0]["number"] != len(chunk):
                _shortfall("Finding", {str(row["id"]) for row in chunk})

    def loads(self, files: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the current load record of each file that is loaded."""
        query = "MATCH (l:Load) WHERE l.current AND l.file IN $files RETURN properties(l) AS load"
        return {row["load"]["file"]: row["load"] for row in self._rows(query, files=list(files))}

    def end_load(self, file: str) -> None:
        """Note that a file's load record is no longer the current one."""
        self._rows("MATCH (l:Load {file: $file}) WHERE l.current SET l.current = false", file=file)

    def put_load(self, properties: Mapping[str, Any]) -> None:
        """Add a load record, and make it the current one of its file."""
        self.end_load(properties["file"])
        self._rows("CREATE (l:Load) SET l = $properties", properties=dict(properties))


def _by_label(keys: Iterable[Key]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for label, name in keys:
        found[label].append(name)
    return found


def _finding_row(what: Finding, properties: Mapping[str, Any]) -> dict[str, Any]:
    about = _about(what)
    return {
        "id": what.id,
        "properties": properties,
        "parties": about[schema.PARTY_LABEL],
        "items": about["Item"],
    }


def _ends(row: Mapping[str, Any]) -> Iterator[Key]:
    """Yield the keys of what a finding cites and is about, from its row."""
    yield "Source", row["properties"]["source"]
    yield "Origin", row["properties"]["origin"]
    for label, rows in ((schema.PARTY_LABEL, row["parties"]), ("Item", row["items"])):
        yield from ((label, name) for name, _ in rows)


_FINDING = (
    "RETURN f.id AS id, f.record AS record, f.files AS files, f.quote AS quote, f.quote_before AS before, "
    "f.quote_after AS after"
)


def _stored_finding(row: Mapping[str, Any]) -> tuple[Key, Stored]:
    quote = Quote(row["quote"], row["before"], row["after"]) if row["quote"] is not None else None
    return ("Finding", row["id"]), Stored("Finding", row["record"], tuple(row["files"]), quote)


def _shortfall(what: str, ids: set[str]) -> NoReturn:
    """Raise `DatabaseError` naming what was sent and not matched; the transaction is then rolled back."""
    named = ", ".join(sorted(ids)[:10])
    raise DatabaseError(
        f"the database took fewer {what} than were sent (missing: {named}): nothing was written; load again."
    )


def declaration(label: str, record: str) -> Declaration:
    """Return the declaration of a node's label and record."""
    models: dict[str, type[Declaration]] = {
        "Item": Item, "Finding": Finding, "Source": Source, "Origin": Origin, "Organisation": Organisation,
    }  # fmt: skip
    return models.get(label, Party).model_validate(json.loads(record))
