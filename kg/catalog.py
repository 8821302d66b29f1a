"""The named queries of `cypher/`: one per file, with its question, typed parameters and returned columns.

A file begins with a header of comments:

    // question: From whom did materiel come to this party, by type and item?
    // parameter: party PARTY the party
    // returns: holder_before, type, items
    // example: party=group:isis
    // none: why there may be no row at all, where that needs saying

Parameters are checked both ways: each one declared is used, each one used is declared. An example gives every
parameter a value, or is left out. Besides the types of Cypher there are PARTY, COUNTRY, ITEM, PARTY|ITEM, EDGE, ORIGIN
and SOURCE, which are given by id, name or alias and reach the query as ids; DATE, a day, month or year, which reaches
it as its first day, that of `until` as its last; and YEAR, of four digits.

`check/` holds the queries that `kg verify` runs: each returns a row for everything that is wrong. Folders named by
KG_QUERIES add queries of one's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import dates
from kg.errors import InputError, NothingFoundError, UnknownNameError, UsageError
from kg.names import Names

if TYPE_CHECKING:
    from kg.answers import CypherAnswer
    from kg.graph import Graph
    from kg.store.session import Database

#: Types of parameters that stand for something of the graph, given by id or, but for edges, by name.
NAMES = ("PARTY", "COUNTRY", "ITEM", "PARTY|ITEM", "EDGE", "ORIGIN", "SOURCE")
TYPES = ("STRING", "INTEGER", "FLOAT", "BOOLEAN", "LIST<STRING>", "DATE", "YEAR", *NAMES)
_TEXT = ("STRING", "DATE", *NAMES)
_HEADER = re.compile(r"//\s*(question|parameter|returns|example|none):\s*(.+?)\s*\Z")
_EXPECTED = {
    "INTEGER": "a 64-bit value of type INTEGER",
    "YEAR": "a year of four digits from 1000 on",
    **{type_: f"the id or name of a value of type {type_}" for type_ in NAMES},
}
_KEY = re.compile(r"//\s*(\w+)\s*:(?!//)")
_USED = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|//[^\n]*|/\*.*?\*/", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9-]*\Z")


@dataclass(frozen=True, slots=True)
class Query:
    """A query: a named one, or Cypher as given, which has neither name nor header.

    `parameters` maps each name to its type and meaning, `example` each name to a value as typed. `none` says why there
    may be no row at all.
    """

    name: str
    question: str
    parameters: Mapping[str, tuple[str, str]]
    returns: tuple[str, ...]
    text: str
    example: Mapping[str, str] = field(default_factory=dict)
    none: str = ""

    @property
    def types(self) -> dict[str, str]:
        """The type of each parameter."""
        return {name: type_ for name, (type_, _) in self.parameters.items()}

    def rows(self) -> dict[str, Any]:
        """Return it as a flat row."""
        return {
            "name": self.name,
            "question": self.question,
            "parameters": [f"{name} {type_}: {meaning}" for name, (type_, meaning) in self.parameters.items()],
            "returns": list(self.returns),
            "example": [f"{name}={value}" for name, value in self.example.items()],
        }


def parse(name: str, content: str) -> Query:
    """Return the query of one file. Raise `InputError` naming it where header and text do not agree."""
    found: dict[str, list[str]] = {"question": [], "parameter": [], "returns": [], "example": [], "none": []}
    for line in _header(content):
        match, key = _HEADER.match(line), _KEY.match(line)
        if match:
            found[match[1]].append(match[2])
        elif key:
            raise InputError(f"query {name}: its header has {key[1]!r}: give {', '.join(found)}.")
    parameters = dict(_declared(name, text) for text in found["parameter"])
    used = _used(content)
    if used != set(parameters):
        odd = ", ".join(sorted(used ^ set(parameters)))
        raise InputError(f"query {name}: {odd} is declared or used, but not both: correct its header.")
    if len(found["question"]) != 1 or len(found["returns"]) != 1 or len(parameters) != len(found["parameter"]):
        raise InputError(
            f"query {name}: its header must give the question and what it returns once each, and each parameter once."
        )
    returns = tuple(part.strip() for part in found["returns"][0].split(","))
    query = Query(name, found["question"][0], parameters, returns, content, none=" ".join(found["none"]))
    return replace(query, example=_example(query, found["example"])) if found["example"] else query


def _used(content: str) -> set[str]:
    """Return the names of the parameters that a text of Cypher uses."""
    return set(_USED.findall(_QUOTED.sub(" ", content)))


def _example(query: Query, given: Sequence[str]) -> dict[str, str]:
    """Return the example of a header. Raise `InputError` where it does not fit the parameters."""
    try:
        example = dict(map(_pair, given))
        if odd := sorted(set(example) ^ set(query.parameters)):
            raise InputError(
                f"query {query.name}: its example and its parameters differ in {', '.join(odd)}: give each a value, "
                "or none."
            )
        check_parameters(query, parameters(given, query.types))
    except UsageError as problem:
        raise InputError(f"query {query.name}: its example cannot be used: {problem}") from problem
    return example


def _header(content: str) -> Iterator[str]:
    """Yield the lines of comment a file begins with."""
    for line in content.splitlines():
        if line.strip() and not line.startswith("//"):
            return
        yield line


def _declared(query: str, text: str) -> tuple[str, tuple[str, str]]:
    name, _, rest = text.partition(" ")
    type_, _, meaning = rest.partition(" ")
    if type_ not in TYPES:
        raise InputError(f"query {query}: parameter {name} has the type {type_!r}: give {', '.join(TYPES)}.")
    return name, (type_, meaning)


def read(path: Path) -> Query:
    """Return the query of a file, named by it. Raise `InputError` where it cannot be read or is not sound."""
    if not _NAME.match(path.stem):
        raise InputError(f"{path}: a query's file is named in small letters, digits and hyphens: rename it.")
    try:
        return parse(path.stem, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"{path} cannot be read ({problem}): name a file of Cypher in UTF-8.") from problem


def check(query: Query, database: Database) -> None:
    """Have the server plan a query, without running it, and hold it to its header.

    Raise `UsageError` where it does more than read or is no Cypher, `InputError` where its columns are not those that
    the header names.
    """
    columns = database.guard(query.text, {}).columns
    if columns != query.returns:
        raise InputError(
            f"query {query.name}: it returns {', '.join(columns)}, but its header says {', '.join(query.returns)}: "
            "correct the header."
        )


def bundled(folder: str) -> Iterator[Query]:
    """Yield the queries that come with the package, of the folder `read` or `check`."""
    for file in sorted(files("kg.cypher").joinpath(folder).iterdir(), key=lambda one: one.name):
        if file.name.endswith(".cypher"):
            yield parse(file.name.removesuffix(".cypher"), file.read_text(encoding="utf-8"))


@cache
def catalogue() -> Mapping[str, Query]:
    """Return the named queries, by name: the bundled ones and the sound ones in the folders of KG_QUERIES.

    Raise `UsageError` for a folder that is not there.
    """
    found = {query.name: query for query in bundled("read")}
    return found | {one.name: one for one in _own().values() if isinstance(one, Query)}


def unsound() -> Mapping[str, InputError]:
    """Return what is wrong with the queries of KG_QUERIES that cannot be used, by name."""
    return {path.stem: one for path, one in _own().items() if isinstance(one, InputError)}


def _own() -> dict[Path, Query | InputError]:
    """Return the queries in the folders of KG_QUERIES by file, of those that are not sound what is wrong."""
    from kg import settings

    found: dict[Path, Query | InputError] = {}
    for folder in settings.load().queries:
        if not folder.is_dir():
            raise UsageError(f"KG_QUERIES names {folder}, which is no folder: correct or unset it.")
        for path in sorted(folder.glob("*.cypher")):
            try:
                found[path] = own(path, [other for other, one in found.items() if isinstance(one, Query)])
            except InputError as problem:
                found[path] = problem
    return found


def own(path: Path, others: Iterable[Path] = ()) -> Query:
    """Return the query of one's own file. Raise `InputError` as `read`, and where its name is taken."""
    if path.stem in {query.name for query in bundled("read")} | {other.stem for other in others}:
        raise InputError(f"{path}: there is a query {path.stem} already: rename the file.")
    return read(path)


@cache
def checks() -> Mapping[str, Query]:
    """Return the queries that find what is wrong in a graph, by name."""
    return {query.name: query for query in bundled("check")}


def parameters(given: Sequence[str], types: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return parameters given as `key=value`: JSON where it is, else text; `@FILE.json` reads a file.

    What `types` has as text stays so, without the quotes around it. Raise `UsageError` where one is not of this form
    or given twice, `InputError` where its file cannot be read.
    """
    values: dict[str, Any] = {}
    for one in given:
        key, text = _pair(one)
        if key in values:
            raise UsageError(f"the parameter {key} is given twice: give it one value.")
        values[key] = _read_value(key, text, is_text=bool(types) and (types or {}).get(key) in _TEXT)
    return values


def _read_value(key: str, text: str, *, is_text: bool) -> Any:  # noqa: ANN401 - any JSON value
    if text.startswith("@"):
        try:
            return json.loads(Path(text[1:]).read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise InputError(f"the parameter {key} cannot be read from {text[1:]} ({problem}).") from problem
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return text if is_text and not isinstance(value, str) else value


def _pair(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise UsageError(f"the parameter {text!r} is not of the form key=value.")
    return key, value


def choose(text: str | None, file: Path | None, given: Sequence[str]) -> tuple[Query, dict[str, Any]]:
    """Return the query to run, of a file, of the catalogue or as given, and its parameters, given as `key=value`.

    A file that begins with a header is held to it as the catalogue's are. Raise `UsageError` for a name that is not
    in the catalogue, or parameters that the query does not have, `InputError` for a file that cannot be read.
    """
    wanted = (text or "").strip()
    if file is not None:
        try:
            wanted = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise InputError(f"{file} cannot be read ({problem}): name a file of Cypher in UTF-8.") from problem
        has_header = any(_HEADER.match(line) for line in _header(wanted))
        query = parse(file.stem, wanted) if has_header else bare(wanted)
    else:
        query = named(wanted) if _NAME.match(wanted) else bare(wanted)
    return query, check_parameters(query, parameters(given, query.types))


def bare(text: str) -> Query:
    """Return Cypher as given as a query without name and header."""
    return Query("", "", {}, (), text)


def ask(
    graph: Graph, query: Query, given: Mapping[str, Any], *, timeout: float = 30.0, limit: int = 1000
) -> CypherAnswer:
    """Run a query with parameters that may name parties, items and such by name; note what was taken for what.

    `timeout` is in seconds, `limit` in rows. Raise `UsageError` where the parameters do not fit or the query is
    refused, `UnknownNameError` where a name is unknown or ambiguous, `NothingFoundError` where there is no row.
    """
    values = check_parameters(query, given)
    meant = {name: _resolved(graph, type_, values[name]) for name, type_ in query.types.items() if type_ in NAMES}
    words = {name: f"{called} ({id_})" if called != id_ else id_ for name, (id_, called) in meant.items()}
    answer = graph.cypher(
        query.text, values | {name: id_ for name, (id_, _) in meant.items()}, timeout=timeout, limit=limit
    )
    # What the catalogue asks for and this graph has none of is no slip of the pen.
    remarks = () if query.name else answer.notes
    if not answer.values:
        about = f" {query.name}" if query.name else ""
        named_here = f" for {', '.join(words.values())}: it is known here, but nothing of this kind is stated"
        why = f": {query.none}" if query.none else named_here if words else ""
        raise NothingFoundError(" ".join([f"the query{about} found no row{why.rstrip('.')}.", *remarks]))
    taken = tuple(f"{name} is {words[name]}." for name, (id_, _) in meant.items() if values[name] != id_)
    return replace(answer, notes=(*taken, *remarks))


def _resolved(graph: Graph, type_: str, text: str) -> tuple[str, str]:
    """Return id and name of what a parameter names. Raise `UnknownNameError` where it is unknown or ambiguous."""
    if graph.ceiling is not None:  # queries see the database as it is
        graph = type(graph)(graph.database)
    if type_ in ("EDGE", "ORIGIN", "SOURCE"):
        return _known(graph, type_, text), text
    if type_ == "PARTY|ITEM":
        type_ = "ITEM" if text.startswith("item:") else "PARTY" if ":" in text else type_
    if type_ == "PARTY|ITEM":
        id_ = _party_or_item(graph, text)
    else:
        id_ = graph.item(text) if type_ == "ITEM" else graph.party(text)
    if type_ == "COUNTRY" and not id_.startswith("country:"):
        raise UnknownNameError(f"{graph.name(id_)} ({id_}) is no country: give one, such as that where it sits.")
    return id_, graph.name(id_)


def _party_or_item(graph: Graph, text: str) -> str:
    named = [*graph.party_names.by_id.values(), *graph.item_names.by_id.values()]
    return Names(named).resolve(text, "party or item")


def _known(graph: Graph, type_: str, text: str) -> str:
    """Return the id of an edge, origin or source that is there. Raise `UnknownNameError` where none has it."""
    if type_ == "EDGE":
        query = "MATCH ()-[e:SUPPLIED|DIVERTED|CAPTURED|MANUFACTURED|HELD {id: $id}]->() RETURN e.id AS id"
        if graph.database.read(query, id=text):
            return text
        ids = [edge.id for edge in graph.records.relations]
    else:
        ids = list(graph.origins if type_ == "ORIGIN" else graph.sources)
        if text in ids:
            return text
    raise UnknownNameError(f"no {type_.lower()} has the id {text!r}.{_hint(text, ids) or ' See `kg show`.'}")


def _hint(text: str, names: Iterable[str]) -> str:
    from rapidfuzz import process

    near = process.extractOne(text, list(names), score_cutoff=60)
    return f" Did you mean {near[0]}?" if near else ""


def named(name: str) -> Query:
    """Return a query of the catalogue. Raise `UsageError` for a name it has not, `InputError` where it is unsound."""
    query = catalogue().get(name)
    if query is None:
        if name in (wrong := unsound()):
            raise wrong[name]
        raise UsageError(f"there is no query {name!r} in the catalogue: see `kg queries`.{_hint(name, catalogue())}")
    return query


def check_parameters(query: Query, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters fit for a query: of its types, dates as days; names are left to `ask`.

    Raise `UsageError` where one lacks, is unknown or unused, or is of another type.
    """
    if not query.name:
        unused = [name for name in given if name not in _used(query.text) and f"$`{name}`" not in query.text]
        if unused:
            raise UsageError(f"the query has no parameter {unused[0]}: write ${unused[0]} in it where it is meant.")
        return dict(given)
    unknown, lacking = sorted(set(given) - set(query.parameters)), sorted(set(query.parameters) - set(given))
    if unknown or lacking:
        what = f"has no parameter {unknown[0]}" if unknown else f"needs the parameter {lacking[0]}"
        known = ", ".join(f"-p {name}=… ({type_})" for name, (type_, _) in query.parameters.items()) or "none"
        raise UsageError(f"the query {query.name} {what}; it takes: {known}.")
    values = {name: _typed(query.name, name, type_, given[name]) for name, type_ in query.types.items()}
    if query.types.get("since") == query.types.get("until") == "DATE" and values["since"] > values["until"]:
        raise UsageError(f"since {given['since']} is after until {given['until']}: give the earlier first.")
    return values


def _typed(query: str, name: str, type_: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    fits = {
        "INTEGER": is_whole and -(2**63) <= value < 2**63,
        "YEAR": is_whole and 1000 <= value <= 9999,
        "FLOAT": isinstance(value, int | float) and not isinstance(value, bool),
        "BOOLEAN": isinstance(value, bool),
        "LIST<STRING>": isinstance(value, list) and all(isinstance(one, str) for one in value),
    }
    if not fits.get(type_, isinstance(value, str)):
        expected = _EXPECTED.get(type_, f"a value of type {type_}")
        raise UsageError(f"the parameter {name} of {query} is {value!r}: {expected} was expected.")
    if type_ != "DATE":
        return value
    try:
        bounds = dates.bounds(value)
    except ValueError as problem:
        raise UsageError(f"the parameter {name} of {query} is {value!r}: {problem} was expected.") from problem
    return bounds.latest if name == "until" else bounds.earliest
