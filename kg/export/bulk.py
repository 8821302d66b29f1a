"""A folder for `neo4j-admin database import full`: how a graph moves to a server, or goes there large.

One CSV file a kind of node and one a kind of relationship between two kinds, every property as it stands in the graph;
`import.args` holds the arguments, `after-import.cypher` the constraints and what the importer leaves out, `README.txt`
what to type. Format: Neo4j Operations Manual, "Import".
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import schema
from kg.errors import UsageError
from kg.export.selection import Declared, Selection, keys
from kg.store.write import Key, arrows, node_properties, relation_properties

if TYPE_CHECKING:
    from kg.graph import Graph

_TYPES = {
    "STRING": "string",
    "INTEGER": "long",
    "FLOAT": "double",  # Neo4j's own "float" has half the digits
    "BOOLEAN": "boolean",
    "LIST<STRING>": "string[]",
}
_QUOTED = ("quote", "quote_before", "quote_after")
_ARGUMENTS, _AFTER = "import.args", "after-import.cypher"
_META = schema.NodeKind(
    schema.META_LABEL,
    "What tells a graph of this tool",
    (schema.Property("id", "STRING", "kg"), schema.Property("schema", "INTEGER", "version of the schema")),
)
_OPTIONS = ("--multiline-fields=true", "--bad-tolerance=0", "--strict=true")
_README = """\
{title}

Into a new database called neo4j, of a server that is stopped, from inside this folder:

    neo4j-admin database import full neo4j @import.args

An existing database is replaced only with --overwrite-destination=true. Then start the server and run

    cypher-shell --file after-import.cypher

which makes the constraints and gives back the empty lists that the importer drops. Let KG_NEO4J_URI name the server
and check the graph with `kg verify`.

{notes}
"""


@dataclass(frozen=True, slots=True)
class _File:
    """One CSV file: its name, the option that names it to the importer, its heading and its rows of property values."""

    name: str
    option: str
    heading: tuple[str, ...]
    rows: list[list[Any]]
    kind: schema.NodeKind | None = None


def write(folder: Path, graph: Graph, selection: Selection, declared: Declared) -> list[str]:
    """Write the folder and return the names of its files; the history of the graph goes with the whole of it only.

    A folder written before is replaced in one step. Raise `UsageError` where it holds something else or cannot be
    written; an old one then stays as it was.
    """
    kept = None if selection.whole and graph.ceiling is None else keys(selection, declared)
    found = [*_nodes(graph, kept), *_relationships(graph, kept)]
    delimiter = _delimiter(value for file in found for row in file.rows for value in row)
    contents = {file.name: _csv(file, delimiter) for file in found}
    arguments = [f"{file.option}={file.name}" for file in found]
    contents[_ARGUMENTS] = "\n".join([*_OPTIONS, f"--array-delimiter={delimiter}", *arguments]) + "\n"
    contents[_AFTER] = "".join(f"{statement};\n" for statement in _after(found))
    contents["README.txt"] = _README.format(title=selection.title, notes="\n".join(selection.notes))
    _replace(folder, contents)
    return sorted(contents)


def arguments(folder: Path) -> list[str]:
    """Return the arguments of `neo4j-admin` that import a folder into a database called neo4j, from anywhere.

    Raise `UsageError` where it is no folder that `write` made.
    """
    try:
        lines = (folder / _ARGUMENTS).read_text(encoding="utf-8").splitlines()
    except OSError as problem:
        raise UsageError(
            f"{folder} is no folder of an export ({problem.strerror}): write one with kg export."
        ) from problem
    if "," in str(folder.absolute()):
        raise UsageError(
            f"{folder}: the importer takes a comma in a path for the end of it: move the folder elsewhere."
        )
    named = ("--nodes=", "--relationships=")
    resolved = [
        f"{line.rpartition('=')[0]}={folder.absolute() / line.rpartition('=')[2]}" if line.startswith(named) else line
        for line in lines
    ]
    return ["database", "import", "full", "neo4j", *resolved]


def _kinds() -> Iterator[schema.NodeKind]:
    yield from schema.NODE_KINDS
    yield _META


def _nodes(graph: Graph, kept: set[Key] | None) -> Iterator[_File]:
    """Yield a file for every kind of node there is one of."""
    for kind in _kinds():
        if kept is not None and kind.label in schema.HISTORY:
            continue
        query = f"MATCH (n:{kind.label}) RETURN properties(n) AS p ORDER BY n.id"
        rows = [_shared(graph, kind, row["p"]) for row in graph.database.read(query) if _wanted(kind, row, kept)]
        if not rows:
            continue
        group = kind.key_label
        heading = [f"id:ID({group})" if one.name == "id" else _column(one) for one in kind.properties]
        values = [[row.get(one.name) for one in kind.properties] for row in rows]
        name = f"{kind.label}.csv"
        yield _File(name, f"--nodes={':'.join(kind.labels)}", tuple(heading), values, kind)


def _after(found: Sequence[_File]) -> Iterator[str]:
    """Yield the statements to run after an import: constraints, and the empty lists, which a file cannot hold."""
    yield from schema.constraints()
    for file in found:
        if file.kind is None:
            continue
        for place, one in enumerate(file.kind.properties):
            if any(row[place] == [] for row in file.rows):
                yield f"MATCH (n:{file.kind.label}) WHERE n.{one.name} IS NULL SET n.{one.name} = []"


def _wanted(kind: schema.NodeKind, row: Mapping[str, Any], kept: set[Key] | None) -> bool:
    if kind is _META:
        return bool(row["p"]["id"] == "kg")
    return kept is None or (kind.key_label, row["p"]["id"]) in kept


def _shared(graph: Graph, kind: schema.NodeKind, properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a node's properties as they may be passed on: a declaration names nothing that is kept back."""
    key = kind.key_label, properties["id"]
    what = graph.shared.declared.get(key) if graph.shared else None
    if what is None or graph.shared is None:
        return properties
    quoted = {name: properties[name] for name in _QUOTED if name in properties}
    return node_properties(what, graph.shared.files[key], None, graph.shared.edge_of.get(what.id)) | quoted


def _column(one: schema.Property) -> str:
    return f"{one.name}:{_TYPES[one.type]}"


def _relationships(graph: Graph, kept: set[Key] | None) -> Iterator[_File]:
    """Yield a file for every kind of relationship and pair of kinds it joins."""
    for kind in schema.RELATIONSHIP_KINDS:
        for start in _groups(kind.starts):
            for end in _groups(kind.ends):
                query = (
                    f"MATCH (a:{start})-[r:{kind.type}]->(b:{end}) "
                    "RETURN a.id AS start, b.id AS end, properties(r) AS p ORDER BY start, end, p.id, p.role"
                )
                found = _passed_on(graph, kind, start, end) if graph.shared else graph.database.read(query)
                rows = [
                    [row["start"], row["end"], *(row["p"].get(one.name) for one in kind.properties)]
                    for row in found
                    if kept is None or _stands(kind, (start, row["start"]), (end, row["end"]), row["p"], kept)
                ]
                if rows:
                    heading = (f":START_ID({start})", f":END_ID({end})", *map(_column, kind.properties))
                    name = f"{start}-{kind.type}-{end}.csv"
                    yield _File(name, f"--relationships={kind.type}", heading, rows)


def _passed_on(graph: Graph, kind: schema.RelationshipKind, start: str, end: str) -> list[dict[str, Any]]:
    """Return the relationships of a kind between nodes of two labels, as they may be passed on."""
    if kind.supported:
        return [
            {"start": edge.start, "end": edge.end, "p": relation_properties(edge)}
            for edge in graph.records.relations
            if edge.type == kind.type and edge.is_transfer == (end == schema.PARTY_LABEL)
        ]
    declared = graph.shared.declared if graph.shared else {}
    labels = {name: label for label, name in declared if label in ("Source", "Origin")}
    found = [
        {"start": arrow.start[1], "end": arrow.end[1], "p": arrow.properties}
        for key, what in declared.items()
        if key[0] == start
        for arrow in arrows(what, labels)
        if arrow.type == kind.type and arrow.end[0] == end
    ]
    return sorted(found, key=lambda row: (row["start"], row["end"], row["p"].get("role") or ""))


def _stands(kind: schema.RelationshipKind, start: Key, end: Key, properties: Mapping[str, Any], kept: set[Key]) -> bool:
    """Say whether a relationship stands in a selection: one that rests on findings where they do, others by ends."""
    if kind.supported:
        return any((schema.FINDING.label, name) in kept for name in properties["findings"])
    return start in kept and end in kept


def _groups(labels: Sequence[str]) -> list[str]:
    """Return the labels over which ids are unique, of some labels, each once."""
    known = {kind.label: kind.key_label for kind in schema.NODE_KINDS}
    return list(dict.fromkeys(known.get(label, label) for label in labels))


def _delimiter(values: Iterable[Any]) -> str:
    """Return what parts the values of a list: the first of some signs that no list has in it.

    The importer knows no way to quote it. Signs of the private use area stand in no name that is meant to be read.
    """
    used = {sign for value in values if isinstance(value, list) for text in value for sign in text}
    return next(sign for sign in (";", "|", *map(chr, range(0xE000, 0xF8FF))) if sign not in used)


def _csv(file: _File, delimiter: str) -> str:
    """Return a file's text: every value quoted, since the importer takes an empty field without quotes for absent."""
    text = io.StringIO()
    text.write(",".join(file.heading) + "\n")
    for row in file.rows:
        text.write(",".join(_field(value, delimiter) for value in row) + "\n")
    return text.getvalue()


def _field(value: Any, delimiter: str) -> str:  # noqa: ANN401 - any value of a property
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = delimiter.join(value) if isinstance(value, list) else str(value)
    return '"' + text.replace('"', '""') + '"'


def _replace(folder: Path, contents: Mapping[str, str]) -> None:
    """Write a folder beside its place and put it there, in place of one that was written before."""
    if folder.exists() and not (folder.is_dir() and ((folder / _ARGUMENTS).exists() or not any(folder.iterdir()))):
        raise UsageError(f"{folder} is there and holds something else than an export: choose another name.")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{folder.name[:100]}.", dir=folder.parent) as beside:
            fresh, former = Path(beside) / "new", Path(beside) / "old"
            fresh.mkdir()
            for name, content in contents.items():
                (fresh / name).write_bytes(content.encode("utf-8"))
            if folder.exists():
                folder.rename(former)
            try:
                fresh.rename(folder)
            except OSError:
                if former.exists():
                    former.rename(folder)
                raise
    except OSError as problem:
        raise UsageError(f"{folder} cannot be written ({problem.strerror}): choose another place.") from problem
