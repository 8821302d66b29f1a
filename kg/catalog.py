"""The named queries of `cypher/`: one per file, with its question, typed parameters and returned columns.

A file begins with a header of comments:

    // question: Who supplied this party, by type and item?
    // parameter: party STRING id of the party
    // returns: supplier, type, items
    // example: party=group:isis

Parameters are checked both ways: each one declared is used, each one used is declared. An example gives every
parameter a value, or is left out. `check/` holds the queries that `kg verify` runs: each returns a row for everything
that is wrong. Folders named by KG_QUERIES add queries of one's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import InputError, UsageError

if TYPE_CHECKING:
    from kg.store.session import Database

TYPES = ("STRING", "INTEGER", "FLOAT", "BOOLEAN", "LIST<STRING>")
CHECK_SECONDS = 30.0
_HEADER = re.compile(r"//\s*(question|parameter|returns|example):\s*(.+?)\s*\Z")
_USED = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|//[^\n]*|/\*.*?\*/", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9-]*\Z")


@dataclass(frozen=True, slots=True)
class Query:
    """A named query. `parameters` maps each name to its type and meaning, `example` each name to a value as typed."""

    name: str
    question: str
    parameters: Mapping[str, tuple[str, str]]
    returns: tuple[str, ...]
    text: str
    example: Mapping[str, str] = field(default_factory=dict)

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
    found: dict[str, list[str]] = {"question": [], "parameter": [], "returns": [], "example": []}
    for line in _header(content):
        match = _HEADER.match(line)
        if match:
            found[match[1]].append(match[2])
    parameters = dict(_declared(name, text) for text in found["parameter"])
    used = set(_USED.findall(_QUOTED.sub(" ", content)))
    if used != set(parameters):
        odd = ", ".join(sorted(used ^ set(parameters)))
        raise InputError(f"query {name}: {odd} is declared or used, but not both: correct its header.")
    if len(found["question"]) != 1 or len(found["returns"]) != 1 or len(parameters) != len(found["parameter"]):
        raise InputError(
            f"query {name}: its header must give the question and what it returns once each, and each parameter once."
        )
    returns = tuple(part.strip() for part in found["returns"][0].split(","))
    example = dict(_pair(text) for text in found["example"])
    if example and set(example) != set(parameters):
        odd = ", ".join(sorted(set(example) ^ set(parameters)))
        raise InputError(f"query {name}: its example and its parameters differ in {odd}: give each a value, or none.")
    return Query(name, found["question"][0], parameters, returns, content, example)


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
    database.guard(query.text, {})
    columns, _, _ = database.query(f"EXPLAIN\n{query.text}", {}, timeout=CHECK_SECONDS, limit=1)
    if tuple(columns) != query.returns:
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
    """Return the named queries, by name: the bundled ones and those in the folders of KG_QUERIES.

    Raise `UsageError` for a folder that is not there, `InputError` for a query that is not sound or whose name is
    taken.
    """
    from kg import settings

    found = {query.name: query for query in bundled("read")}
    for folder in settings.load().queries:
        if not folder.is_dir():
            raise UsageError(f"KG_QUERIES names {folder}, which is no folder: correct or unset it.")
        for path in sorted(folder.glob("*.cypher")):
            if path.stem in found:
                raise InputError(f"{path}: there is a query {path.stem} already: rename the file.")
            found[path.stem] = read(path)
    return found


@cache
def checks() -> Mapping[str, Query]:
    """Return the queries that find what is wrong in a graph, by name."""
    return {query.name: query for query in bundled("check")}


def parameters(given: Sequence[str], types: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return parameters given as `key=value`: JSON where it is, else text; `@FILE.json` reads a file.

    What `types` has as STRING stays text as it stands. Raise `UsageError` where one is not of this form.
    """
    values: dict[str, Any] = {}
    for one in given:
        key, text = _pair(one)
        if text.startswith("@"):
            try:
                values[key] = json.loads(Path(text[1:]).read_text(encoding="utf-8"))
            except (OSError, ValueError) as problem:
                raise UsageError(f"the parameter {key} cannot be read from {text[1:]} ({problem}).") from problem
        elif types and types.get(key) == "STRING":
            values[key] = text
        else:
            try:
                values[key] = json.loads(text)
            except ValueError:
                values[key] = text
    return values


def _pair(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise UsageError(f"the parameter {text!r} is not of the form key=value.")
    return key, value


def choose(text: str | None, file: Path | None, given: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Return the Cypher to run, of a file, of the catalogue or as given, and its parameters, given as `key=value`.

    A file that begins with a header is held to it as the catalogue's are. Raise `UsageError` for a name that is not
    in the catalogue, or parameters that the query does not have.
    """
    wanted = (text or "").strip()
    if file is not None:
        try:
            wanted = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise UsageError(f"{file} cannot be read ({problem}): name a file of Cypher in UTF-8.") from problem
        if not any(_HEADER.match(line) for line in _header(wanted)):
            return wanted, parameters(given)
        query = parse(file.stem, wanted)
    elif _NAME.match(wanted):
        query = named(wanted)
    else:
        return wanted, parameters(given)
    return query.text, check_parameters(query, parameters(given, query.types))


def named(name: str) -> Query:
    """Return a query of the catalogue. Raise `UsageError` for a name it does not have."""
    query = catalogue().get(name)
    if query is None:
        from rapidfuzz import process

        near = process.extractOne(name, list(catalogue()), score_cutoff=60)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"there is no query {name!r} in the catalogue: see `kg queries`.{hint}")
    return query


def check_parameters(query: Query, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters fit for a named query. Raise `UsageError` where one lacks, is unknown or of another type."""
    unknown, lacking = sorted(set(given) - set(query.parameters)), sorted(set(query.parameters) - set(given))
    if unknown or lacking:
        what = f"has no parameter {unknown[0]}" if unknown else f"needs the parameter {lacking[0]}"
        known = ", ".join(f"-p {name}=… ({type_})" for name, (type_, _) in query.parameters.items()) or "none"
        raise UsageError(f"the query {query.name} {what}; it takes: {known}.")
    return {name: _typed(query.name, name, type_, given[name]) for name, type_ in query.types.items()}


def _typed(query: str, name: str, type_: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    fits = {
        "STRING": isinstance(value, str),
        "INTEGER": isinstance(value, int) and not isinstance(value, bool),
        "FLOAT": isinstance(value, int | float) and not isinstance(value, bool),
        "BOOLEAN": isinstance(value, bool),
        "LIST<STRING>": isinstance(value, list) and all(isinstance(one, str) for one in value),
    }
    if fits[type_]:
        return value
    raise UsageError(f"the parameter {name} of {query} is {value!r}: a value of type {type_} was expected.")
