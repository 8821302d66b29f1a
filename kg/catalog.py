"""The named queries of `cypher/`: one per file, with its question, typed parameters and returned columns.

A file begins with a header of comments:

    // question: Who supplied this party, by type and item?
    // parameter: party STRING id of the party
    // returns: supplier, type, items

Parameters are checked both ways: each one declared is used, each one used is declared. `check/` holds the queries
that `kg verify` runs: each returns a row for everything that is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from kg.errors import InputError, UsageError

TYPES = ("STRING", "INTEGER", "FLOAT", "BOOLEAN", "LIST<STRING>")
_HEADER = re.compile(r"//\s*(question|parameter|returns):\s*(.+?)\s*\Z")
_USED = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|//[^\n]*|/\*.*?\*/", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9-]*\Z")


@dataclass(frozen=True, slots=True)
class Query:
    """A named query. `parameters` maps each name to its type and meaning."""

    name: str
    question: str
    parameters: Mapping[str, tuple[str, str]]
    returns: tuple[str, ...]
    text: str

    def rows(self) -> dict[str, Any]:
        """Return it as a flat row."""
        return {
            "name": self.name,
            "question": self.question,
            "parameters": [f"{name} {type_}: {meaning}" for name, (type_, meaning) in self.parameters.items()],
            "returns": list(self.returns),
        }


def parse(name: str, content: str) -> Query:
    """Return the query of one file. Raise `InputError` naming it where header and text do not agree."""
    question = ""
    parameters: dict[str, tuple[str, str]] = {}
    returns: tuple[str, ...] = ()
    for line in content.splitlines():
        match = _HEADER.match(line)
        if not match:
            continue
        key, value = match.groups()
        if key == "question":
            question = value
        elif key == "returns":
            returns = tuple(part.strip() for part in value.split(","))
        else:
            parameter, _, rest = value.partition(" ")
            type_, _, meaning = rest.partition(" ")
            if type_ not in TYPES:
                raise InputError(
                    f"query {name}: parameter {parameter} has the type {type_!r}: give {', '.join(TYPES)}."
                )
            parameters[parameter] = (type_, meaning)
    used = set(_USED.findall(_QUOTED.sub(" ", content)))
    if used != set(parameters):
        odd = ", ".join(sorted(used ^ set(parameters)))
        raise InputError(f"query {name}: {odd} is declared or used, but not both: correct its header.")
    if not question or not returns:
        raise InputError(f"query {name}: its header lacks the question or what it returns: add both.")
    return Query(name, question, parameters, returns, content)


def _bundled(folder: str) -> Iterator[Query]:
    for file in sorted(files("kg.cypher").joinpath(folder).iterdir(), key=lambda one: one.name):
        if file.name.endswith(".cypher"):
            yield parse(file.name.removesuffix(".cypher"), file.read_text(encoding="utf-8"))


@cache
def catalogue() -> Mapping[str, Query]:
    """Return the named queries, by name: the bundled ones and those in the folders of KG_QUERIES."""
    from kg import settings

    found = {query.name: query for query in _bundled("read")}
    for folder in settings.load().queries:
        for path in sorted(folder.glob("*.cypher")):
            found[path.stem] = parse(path.stem, path.read_text(encoding="utf-8"))
    return found


@cache
def checks() -> Mapping[str, Query]:
    """Return the queries that find what is wrong in a graph, by name."""
    return {query.name: query for query in _bundled("check")}


def parameters(given: Sequence[str]) -> dict[str, Any]:
    """Return parameters given as `key=value`: JSON where it is, else text; `@FILE.json` reads a file.

    Raise `UsageError` where one is not of this form.
    """
    values: dict[str, Any] = {}
    for one in given:
        key, separator, text = one.partition("=")
        if not separator or not key:
            raise UsageError(f"the parameter {one!r} is not of the form key=value.")
        if text.startswith("@"):
            try:
                values[key] = json.loads(Path(text[1:]).read_text(encoding="utf-8"))
            except (OSError, ValueError) as problem:
                raise UsageError(f"the parameter {key} cannot be read from {text[1:]} ({problem}).") from problem
        else:
            try:
                values[key] = json.loads(text)
            except ValueError:
                values[key] = text
    return values


def choose(text: str | None, file: Path | None, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the Cypher to run and its parameters: of a file, of the catalogue, or as given.

    Raise `UsageError` for a name that is not in the catalogue, or parameters that it does not have.
    """
    if file is not None:
        try:
            return file.read_text(encoding="utf-8"), dict(given)
        except (OSError, UnicodeDecodeError) as problem:
            raise UsageError(f"{file} cannot be read ({problem}): name a file of Cypher in UTF-8.") from problem
    wanted = (text or "").strip()
    query = catalogue().get(wanted)
    if query is None:
        if _NAME.match(wanted):
            from rapidfuzz import process

            near = process.extractOne(wanted, list(catalogue()), score_cutoff=60)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UsageError(f"there is no query {wanted!r} in the catalogue: see `kg queries`.{hint}")
        return wanted, dict(given)
    return query.text, check_parameters(query, given)


def check_parameters(query: Query, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters fit for a named query. Raise `UsageError` where one lacks, is unknown or of another type."""
    unknown, lacking = sorted(set(given) - set(query.parameters)), sorted(set(query.parameters) - set(given))
    if unknown or lacking:
        what = f"has no parameter {unknown[0]}" if unknown else f"needs the parameter {lacking[0]}"
        known = ", ".join(f"-p {name}=… ({type_})" for name, (type_, _) in query.parameters.items()) or "none"
        raise UsageError(f"the query {query.name} {what}; it takes: {known}.")
    return {name: _typed(query.name, name, type_, given[name]) for name, (type_, _) in query.parameters.items()}


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
    if type_ == "STRING" and isinstance(value, int | float):
        return str(value)
    raise UsageError(f"the parameter {name} of {query} is {value!r}: a value of type {type_} was expected.")
