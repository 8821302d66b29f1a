"""The graph's kinds and relationships, declared once and frozen.

Constraints and every write derive from here; labels, relationship types and property names reach Cypher from nowhere
else. All transfers point the way the materiel moves.
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = 4  # raised when the rules by which edges follow from findings change: the next load makes all anew

PARTY_LABEL = "Party"
META_LABEL = "KgMeta"
RECORD = "record"  # the declaration as canonical JSON: what a file said, whole
FILES = "files"  # names of the files that declare this node


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a node or relationship: its name, Neo4j type and meaning."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True, slots=True)
class NodeKind:
    """A kind of node. `label` is its own label; a party also carries `:Party`. Unique by `id` over `key_label`."""

    label: str
    meaning: str
    properties: tuple[Property, ...]
    is_party: bool = False

    @property
    def key_label(self) -> str:
        """The label over which `id` is unique."""
        return PARTY_LABEL if self.is_party else self.label

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels of a node of this kind."""
        return (self.label, PARTY_LABEL) if self.is_party else (self.label,)


@dataclass(frozen=True, slots=True)
class RelationshipKind:
    """A kind of relationship from `starts` to `ends` (labels). `supported` edges carry an id and rest on findings."""

    type: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    meaning: str
    properties: tuple[Property, ...] = ()
    supported: bool = False

    @property
    def shape(self) -> str:
        """The arrow in words, as `kg schema` prints it."""
        return f"({'|'.join(self.starts)})-[:{self.type}]->({'|'.join(self.ends)})"


def _p(name: str, type_: str, meaning: str) -> Property:
    return Property(name, type_, meaning)


_DECLARED = (
    _p("id", "STRING", "unique id"),
    _p(RECORD, "STRING", "the declaration as a file gives it, canonical JSON"),
    _p(FILES, "LIST<STRING>", "names of the files that declare it"),
)
_NAMED = (
    *_DECLARED,
    _p("name", "STRING", "name shown"),
    _p("aliases", "LIST<STRING>", "other names"),
)
_PARTY = (
    *_NAMED,
    _p("placeholder", "BOOLEAN", "an unnamed party that a source states exists"),
    _p("collective", "BOOLEAN", "a set of unnamed members"),
)

PARTY_KINDS = (
    NodeKind("Country", "A state, or a collective of states", _PARTY, is_party=True),
    NodeKind("Factory", "A maker of items", _PARTY, is_party=True),
    NodeKind("Distributor", "A trader, seller or broker of items", _PARTY, is_party=True),
    NodeKind("Group", "Armed forces, an armed group or an alliance", _PARTY, is_party=True),
)
ITEM = NodeKind("Item", "A kind of weapon, ammunition, component or precursor", _NAMED)
FINDING = NodeKind(
    "Finding",
    "One statement of one source about one relation",
    (
        *_DECLARED,
        _p("relation", "STRING", "type of the edge it is about"),
        _p("transfer", "STRING", "id of the edge it is about; null where no edge follows"),
        _p("key", "STRING", "type and transfer key, where the finding names its transfer"),
        _p("agreement", "STRING", "digest of type, parties, items and period"),
        _p("certainty", "STRING", "stated, reported, alleged or denied"),
        _p("headline", "BOOLEAN", "a headline: supports no edge by itself"),
        _p("attribution", "STRING", "who says it"),
        _p("statement", "STRING", "what the source says, in our own words"),
        _p("source", "STRING", "id of the source"),
        _p("origin", "STRING", "id of the origin"),
        _p("handling", "STRING", "handling code, where it has one of its own; else that of its source holds"),
        _p("start", "INTEGER", "locator: first Unicode code point"),
        _p("end", "INTEGER", "locator: one past the last Unicode code point"),
        _p("sha256", "STRING", "locator: SHA-256 of the span in UTF-8"),
        _p("quote", "STRING", "the span itself, where the document was at hand and the hash held"),
        _p("quote_before", "STRING", "what stands before it in the document, from the line before on"),
        _p("quote_after", "STRING", "what stands after it in the document, to the line after"),
    ),
)
SOURCE = NodeKind(
    "Source",
    "One published document or register release",
    (
        *_DECLARED,
        _p("title", "STRING", "title"),
        _p("publisher", "STRING", "publisher"),
        _p("published", "STRING", "date of publication, as stated"),
        _p("document", "STRING", "file name below the documents folder"),
        _p("sha256", "STRING", "SHA-256 of the document's bytes"),
        _p("reliability", "STRING", "NATO Admiralty letter, A to F"),
        _p("reliability_reason", "STRING", "why that letter"),
        _p("handling", "STRING", "handling code; null is no restriction"),
    ),
)
ORIGIN = NodeKind(
    "Origin",
    "An investigation or first-hand observation that findings go back to",
    (*_DECLARED, _p("kind", "STRING", "field investigation, register, ..."), _p("published", "STRING", "date")),
)
ORGANISATION = NodeKind("Organisation", "Who made an investigation", (*_DECLARED, _p("name", "STRING", "name")))
LOAD = NodeKind(
    "Load",
    "One load of one file",
    (
        _p("id", "STRING", "unique id"),
        _p("file", "STRING", "file name"),
        _p("path", "STRING", "folder it was read from"),
        _p("sha256", "STRING", "SHA-256 of the file's bytes"),
        _p("loader", "STRING", "loader that read it"),
        _p("at", "STRING", "time of the load, UTC"),
        _p("tool", "STRING", "version of this tool"),
        _p("current", "BOOLEAN", "the last load of this file"),
        _p("written", "INTEGER", "declarations written"),
        _p("unchanged", "INTEGER", "declarations already there"),
        _p("changed", "INTEGER", "declarations that replaced an earlier version"),
        _p("removed", "INTEGER", "declarations the file no longer has"),
        _p("added", "LIST<STRING>", "label and id of each declaration new to the graph"),
    ),
)
VERSION_KIND = NodeKind(
    "Version",
    "An earlier version of a declaration, or one that is gone",
    (
        _p("id", "STRING", "label and id of the declaration, and the time up to which it stood"),
        _p("label", "STRING", "label of its node"),
        _p("name", "STRING", "its id"),
        _p(RECORD, "STRING", "the declaration as canonical JSON"),
        _p(FILES, "LIST<STRING>", "names of the files that declared it"),
        _p("until", "STRING", "time of the load that changed or removed it, UTC"),
    ),
)
WITHDRAWAL = NodeKind(
    "Withdrawal",
    "A source, origin or organisation that is kept out of the graph",
    (
        _p("id", "STRING", "kind and name"),
        _p("kind", "STRING", "Source, Origin or Organisation"),
        _p("name", "STRING", "its id"),
        _p("at", "STRING", "time of the withdrawal, UTC"),
    ),
)
WITHHELD = NodeKind(
    "Withheld",
    "A declaration as files give it, that a withdrawal or a decision on names keeps out or changes",
    (
        _p("id", "STRING", "label and id of the declaration"),
        _p("label", "STRING", "label of its node"),
        _p("name", "STRING", "its id"),
        _p(RECORD, "STRING", "the declaration as a file gives it, canonical JSON"),
        _p(FILES, "LIST<STRING>", "names of the files that declare it"),
        _p("kept", "STRING", "of a party decided to be another: the id that is kept"),
        _p("quote", "STRING", "the quote of a finding"),
        _p("quote_before", "STRING", "what stands before it"),
        _p("quote_after", "STRING", "what stands after it"),
    ),
)
#: Kinds that say how the graph came to be, and are no part of what it says.
HISTORY = ("Load", "Version", "Withdrawal", "Withheld")
#: Kinds that hold declarations which do not stand.
VERSIONS = ("Version", "Withheld")
NODE_KINDS = (*PARTY_KINDS, ITEM, FINDING, SOURCE, ORIGIN, ORGANISATION, LOAD, VERSION_KIND, WITHDRAWAL, WITHHELD)

_SUPPORTED = (
    _p("id", "STRING", "unique id"),
    _p("items", "LIST<STRING>", "ids of the items passed"),
    _p("earliest", "STRING", "ISO day not before which it took place"),
    _p("latest", "STRING", "ISO day not after which it took place"),
    _p("date_derived", "BOOLEAN", "a bound is only the date of publication"),
    _p("date_text", "STRING", "the date as the source words it"),
    _p("quantity_min", "FLOAT", "least number stated; the joint statement's where joint is set"),
    _p("quantity_max", "FLOAT", "largest number stated; the joint statement's where joint is set"),
    _p("quantity_text", "STRING", "quantity as the source words it"),
    _p("share_min", "FLOAT", "least share stated, 0 to 1; the joint statement's where joint is set"),
    _p("share_max", "FLOAT", "largest share stated, 0 to 1; the joint statement's where joint is set"),
    _p("share_of", "STRING", "what it is a share of"),
    _p("order_year", "INTEGER", "year of the order, as a register gives it"),
    _p("ordered", "FLOAT", "pieces ordered, as a register gives them"),
    _p("delivered", "FLOAT", "pieces delivered, as a register gives them"),
    _p("tiv_unit", "FLOAT", "SIPRI trend-indicator value of one piece, in millions"),
    _p("tiv_order", "FLOAT", "SIPRI trend-indicator value of all ordered, in millions"),
    _p("tiv_delivered", "FLOAT", "SIPRI trend-indicator value of all delivered, in millions"),
    _p("tiv_estimate", "FLOAT", "SIPRI's estimate beside the value of one piece, in millions"),
    _p("estimated", "LIST<STRING>", "which of a register's figures, years and status it marks as estimates"),
    _p("joint", "STRING", "id of the joint statement that numbers belong to"),
    _p("place", "STRING", "place as stated"),
    _p("via", "LIST<STRING>", "ids of territories passed"),
    _p("mechanism", "STRING", "how it passed, of a closed list"),
    _p("financed_by", "LIST<STRING>", "ids of parties that paid"),
    _p("authorised", "BOOLEAN", "whether a text says it was authorised; null unless one does"),
    _p("alternative_of", "STRING", "id of a disjunction: this edge or another of the same id"),
    _p("alternatives_min", "INTEGER", "how many edges of that id at least took place, where a source says so"),
    _p("inputs", "LIST<STRING>", "MANUFACTURED: ids of items it was made from"),
    _p("held_by", "LIST<STRING>", "MANUFACTURED: ids of parties in whose hands it was found"),
    _p("made", "STRING", "HELD: when the items were made, as stated"),
    _p("certainty", "STRING", "stated, reported or alleged: of the relay closest to the origin"),
    _p("grade", "STRING", "Admiralty grade: best letter closest to the origin, computed number"),
    _p("origins", "INTEGER", "number of independent origins"),
    _p("organisations", "INTEGER", "number of independent organisations"),
    _p("origin_ids", "LIST<STRING>", "ids of those origins"),
    _p("organisation_ids", "LIST<STRING>", "ids of those organisations"),
    _p("findings", "LIST<STRING>", "ids of all findings about it"),
    _p("continues", "LIST<STRING>", "ids of findings whose very items it passes on"),
)
_PARTIES = (PARTY_LABEL,)
TRANSFERS = (
    RelationshipKind(
        "SUPPLIED", _PARTIES, _PARTIES, "from supplier to receiver: sold, given, delivered", _SUPPORTED, supported=True
    ),
    RelationshipKind(
        "DIVERTED",
        _PARTIES,
        _PARTIES,
        "from authorised holder to unauthorised one: leaked, retransferred, lost by defection",
        _SUPPORTED,
        supported=True,
    ),
    RelationshipKind(
        "CAPTURED", _PARTIES, _PARTIES, "from loser to captor: taken by force", _SUPPORTED, supported=True
    ),
)
MANUFACTURED = RelationshipKind(
    "MANUFACTURED",
    ("Country", "Factory", "Group"),
    ("Item",),
    "from maker to item: origin, never custody",
    _SUPPORTED,
    supported=True,
)
HELD = RelationshipKind(
    "HELD",
    _PARTIES,
    ("Item",),
    "from holder to item: possession, never custody between parties",
    _SUPPORTED,
    supported=True,
)
SUPPORTED = (*TRANSFERS, MANUFACTURED, HELD)
_TEXT = (_p("text", "STRING", "the source's wording, where it limits the statement"),)
STRUCTURE = (
    RelationshipKind("KIND_OF", ("Item",), ("Item",), "from kind to broader kind"),
    RelationshipKind("COMPONENT_OF", ("Item",), ("Item",), "from part to system"),
    RelationshipKind("LOCATED_IN", _PARTIES, ("Country",), "where a party sits; never walked by a path", _TEXT),
    RelationshipKind("PART_OF", _PARTIES, _PARTIES, "from part to whole; never walked by a path", _TEXT),
    RelationshipKind("SUCCEEDED_BY", ("Country",), ("Country",), "from state to successor"),
    RelationshipKind("CITES", ("Finding",), ("Source",), "the source a finding is read from"),
    RelationshipKind("ORIGINATES_FROM", ("Finding",), ("Origin",), "the investigation a finding goes back to"),
    RelationshipKind("BY", ("Origin",), ("Organisation",), "who made the investigation"),
    RelationshipKind(
        "RELAYS",
        ("Source",),
        ("Source", "Origin"),
        "what a source passes on",
        (_p("known", "STRING", "how it is known: stated, text-shared, inferred"),),
    ),
    RelationshipKind(
        "ABOUT",
        ("Finding",),
        (PARTY_LABEL, "Item"),
        "what a finding speaks of",
        (_p("role", "STRING", "from, to, ..."),),
    ),
    RelationshipKind("REPEATS", ("Finding",), ("Finding",), "another relay of the same utterance"),
    RelationshipKind(
        "CONTRADICTS", ("Finding",), ("Finding",), "statements that cannot both hold", (_p("reason", "STRING", "why"),)
    ),
)
RELATIONSHIP_KINDS = (*SUPPORTED, *STRUCTURE)
_KIND_OF_LABEL = {kind.label: kind for kind in NODE_KINDS}
_KIND_OF_TYPE = {kind.type: kind for kind in RELATIONSHIP_KINDS}


def kind_of_label(label: str) -> NodeKind:
    """Return the node kind of a label. Raise `KeyError` for a label that is not declared."""
    return _KIND_OF_LABEL[label]


def relationship(type_: str) -> RelationshipKind:
    """Return the relationship kind of a type. Raise `KeyError` for a type that is not declared."""
    return _KIND_OF_TYPE[type_]


def constraints() -> list[str]:
    """Return the statements that make ids unique, one each; all may be run again."""
    statements = []
    for label in dict.fromkeys(kind.key_label for kind in NODE_KINDS):
        statements.append(f"CREATE CONSTRAINT {label.lower()}_id IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE")
    for kind in SUPPORTED:
        statements.append(
            f"CREATE CONSTRAINT {kind.type.lower()}_id IF NOT EXISTS FOR ()-[r:{kind.type}]-() REQUIRE r.id IS UNIQUE"
        )
    for name in ("transfer", "key", "agreement", "source", "origin"):
        statements.append(f"CREATE INDEX finding_{name} IF NOT EXISTS FOR (n:{FINDING.label}) ON (n.{name})")
    statements.append(
        f"CREATE CONSTRAINT {META_LABEL.lower()}_id IF NOT EXISTS FOR (n:{META_LABEL}) REQUIRE n.id IS UNIQUE"
    )
    return statements


def merge_nodes(kind: NodeKind) -> str:
    """Return the write of a batch of nodes: `$rows` of `{id, properties}`; returns how many were written."""
    others = "".join(f":{other.label}" for other in PARTY_KINDS if other is not kind) if kind.is_party else ""
    relabel = f" REMOVE n{others} SET n:{kind.label}" if others else ""
    return (
        f"UNWIND $rows AS row MERGE (n:{kind.key_label} {{id: row.id}}){relabel} "
        "SET n = row.properties RETURN count(n) AS number"
    )


def merge_findings() -> str:
    """Return the write of a batch of findings with what they cite and are about.

    `$rows` of `{id, properties, parties, items}`, the last two lists of id and role. Returns how many findings were
    written, and how many parties and items were matched. Those relationships that stood must be gone.
    """
    about = "".join(
        f" CALL (n, row) {{ UNWIND row.{rows} AS one MATCH (end:{label} {{id: one[0]}}) "
        f"CREATE (n)-[:ABOUT {{role: one[1]}}]->(end) RETURN count(*) AS {rows} }}"
        for rows, label in (("parties", PARTY_LABEL), ("items", ITEM.label))
    )
    return (
        f"UNWIND $rows AS row MERGE (n:{FINDING.label} {{id: row.id}}) SET n = row.properties WITH n, row "
        "MATCH (source:Source {id: n.source}) MATCH (origin:Origin {id: n.origin}) "
        f"CREATE (n)-[:CITES]->(source) CREATE (n)-[:ORIGINATES_FROM]->(origin) WITH n, row{about} "
        "RETURN count(n) AS number, sum(parties + items) AS about"
    )


def create_relationships(kind: RelationshipKind, start: str, end: str) -> str:
    """Return the write of a batch of relationships between two labels: `$rows` of `{start, end, properties}`.

    Those that stood must be gone: to look for them among the many of a source would take longer than to write all.
    Returns how many rows were matched.
    """
    return (
        f"UNWIND $rows AS row MATCH (a:{start} {{id: row.start}}) MATCH (b:{end} {{id: row.end}}) "
        f"CREATE (a)-[r:{kind.type}]->(b) SET r = row.properties RETURN count(r) AS number"
    )


def absent(label: str) -> str:
    """Return the query for those of `$ids` that no node with this label has."""
    return f"UNWIND $ids AS id WITH id WHERE NOT EXISTS {{ (:{label} {{id: id}}) }} RETURN id"
