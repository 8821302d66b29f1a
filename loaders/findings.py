"""The native findings file: YAML, JSON or JSON Lines of the same shape, or findings as CSV → declarations and problems.

JSON Lines holds one object a line, each of the shape of the whole file; the lists of a section add up. Notes are for
people, and are passed over. CSV holds findings only, one a row; its columns are the fields with dots (`from.id`,
`quantity.min`), lists are parted by semicolons.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from kg import text
from kg.findings import NOTES, SECTIONS, Declared, ExcerptError, Finding, Piece, Problem, shorten

from .tables import CellError, Layout, Record, TextTable, known

TITLE = "Native findings file (YAML, JSON, JSON Lines; findings also as CSV)"
EXAMPLE = "kg load data/ --documents documents/"
SUFFIXES = (".yaml", ".yml", ".json", ".jsonl", ".ndjson", ".csv")
_LINES = (".jsonl", ".ndjson")
_HEAD = 65_536  # bytes by which the format of a file is known whose suffix is none of these
_SECTION = "|".join((*SECTIONS, NOTES))
_NEEDED = ("id", "relation", "certainty", "source", "origin", "statement")
_FLAGS = {"true": True, "false": False}


def recognise(path: Path, head: bytes) -> str | None:
    """Return why a file is taken for a findings file, from its first bytes; None if it is not one."""
    if path.suffix.lower() not in SUFFIXES:
        return _recognised(head)
    if path.suffix.lower() == ".csv":
        return known(head, (_layout(),))
    start = head.decode("utf-8", errors="replace")
    for section in SECTIONS:
        if start.startswith((f"{section}:", f'"{section}"')) or f"\n{section}:" in start or f'"{section}"' in start:
            return f"it has the section {section}"
    return None


def _recognised(head: bytes) -> str | None:
    """Return why the content of a file whose suffix says nothing is a findings file: it begins with a section."""
    table = known(head, (_layout(),))
    begins = re.match(
        rf'(?:\s++|#.*+|---)*+(?:\{{\s*"({_SECTION})"\s*:|({_SECTION}):)', head.decode("utf-8-sig", "replace")
    )
    return table or (f"it begins with the section {begins[1] or begins[2]}" if begins else None)


def _suffix(path: Path) -> str:
    """Return the suffix of a file's format: its own, else that of what its content is."""
    if path.suffix.lower() in SUFFIXES:
        return path.suffix.lower()
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if known(head, (_layout(),)):
        return ".csv"
    first, _, rest = head.decode("utf-8-sig", "replace").lstrip().partition("\n")
    if not first.startswith("{"):
        return ".yaml"
    return ".jsonl" if first.rstrip().endswith("}") and rest.lstrip().startswith("{") else ".json"


def read(path: Path) -> Iterator[Declared | Problem]:
    """Yield every declaration of a findings file, and every problem with its line. Raise `OSError` if unreadable."""
    if _suffix(path) == ".csv":
        yield from _read_table(path)
        return
    for parsed in _file(path):
        if isinstance(parsed, Problem):
            yield parsed
        else:
            yield from _sections(path.name, parsed)


def excerpt(path: Path, problems: Sequence[Problem]) -> Iterator[bytes]:
    """Yield what makes a file of the same format of the entries that have problems."""
    if _suffix(path) == ".csv":
        yield from TextTable(path, (_layout(),)).excerpt({one.line for one in problems})
    else:
        rejected = _rejected(problems)
        chosen = (
            entry for entry in _entries(path) if entry[:2] in rejected or (entry[0], entry[2].get("id")) in rejected
        )
        yield b"".join(piece.content for piece in _written(_suffix(path), chosen))


def mended(path: Path, problems: Sequence[Problem], by: Path) -> Iterator[Piece]:
    """Yield the file, in pieces, without the entries that had problems, and after the others those of a mended excerpt.

    Raise `ExcerptError` for an excerpt that is no findings file.
    """
    if _suffix(path) == ".csv":
        lines = {one.line for one in problems}
        yield from TextTable(path, (_layout(),)).mended(lines, TextTable(by, (_layout(),)))
        return
    for one in read(by):
        if isinstance(one, Problem):
            raise ExcerptError(one)
    rejected = _rejected(problems)
    kept = (one for one in _entries(path) if not ({one[:2], (one[0], one[2].get("id"))} & rejected))
    yield from _written(_suffix(path), chain(kept, _entries(by)))


_Entry = tuple[str, int, dict[str, Any], str, int]


def _file(path: Path) -> Iterator[text.Parsed | Problem]:
    """Yield the objects that make up a file, and a problem where it is no text or not of its format."""
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        yield Problem(path.name, line, "", f"the byte 0x{problem.object[problem.start]:02x}", "UTF-8 text")
        return
    yield from _parts(path, content)


def _entries(path: Path) -> Iterator[_Entry]:
    """Yield section, place in it, content, file and line of every entry that is one."""
    for parsed in _file(path):
        if not isinstance(parsed, Problem) and isinstance(parsed.value, dict):
            for section, entries in parsed.value.items():
                for place, entry in enumerate(entries if isinstance(entries, list) else ()):
                    if isinstance(entry, dict):
                        yield section, place, entry, path.name, parsed.line((section, place))


def _rejected(problems: Sequence[Problem]) -> set[tuple[str, int | str]]:
    """Return section and id of the entries that have problems, and section and place of those without an id."""
    found: set[tuple[str, int | str]] = set()
    for one in problems:
        match = re.match(r"([a-z]+)\[(\d+)\]", one.field)
        if one.id is not None:
            found |= {(match[1], one.id)} if match else {(section, one.id) for section in SECTIONS}
        elif match:
            found.add((match[1], int(match[2])))
    return found


def _written(suffix: str, entries: Iterable[_Entry]) -> Iterator[Piece]:
    """Yield entries as a file of a format."""
    if suffix in _LINES:
        for section, _, entry, file, line in entries:
            yield Piece(file, line, (json.dumps({section: [entry]}, ensure_ascii=False) + "\n").encode())
        return
    sections: dict[str, list[_Entry]] = {}
    for one in entries:
        sections.setdefault(one[0], []).append(one)
    if not sections:
        yield Piece("", 1, b"{}\n")
    else:
        yield from (_json if suffix == ".json" else _yaml)(sections)


def _json(sections: Mapping[str, Sequence[_Entry]]) -> Iterator[Piece]:
    for number, (section, entries) in enumerate(sections.items()):
        opening = f"{',' if number else '{'}\n {json.dumps(section, ensure_ascii=False)}: [\n"
        for place, (_, _, entry, file, line) in enumerate(entries):
            before = ",\n" if place else opening
            content = json.dumps(entry, ensure_ascii=False, indent=1).replace("\n", "\n  ")
            yield Piece(file, line - before.count("\n"), f"{before}  {content}".encode())
        yield Piece("", 1, b"\n ]")
    yield Piece("", 1, b"\n}\n")


def _yaml(sections: Mapping[str, Sequence[_Entry]]) -> Iterator[Piece]:
    for section, entries in sections.items():
        for place, (_, _, entry, file, line) in enumerate(entries):
            content = [entry] if place else {section: [entry]}
            dumped = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
            yield Piece(file, line - (not place), dumped.encode())


def _parts(path: Path, content: str) -> Iterator[text.Parsed | Problem]:
    """Yield the objects that make up the file: one, or in JSON Lines one a line."""
    suffix = _suffix(path)
    if suffix in _LINES:
        texts = [(line, number) for number, line in enumerate(content.split("\n"), 1) if line.strip()]
    else:
        texts = [(content, 1)]
    for part, line in texts:
        try:
            is_json = suffix in (".json", ".jsonl", ".ndjson")
            yield text.parse_json(part, line) if is_json else text.parse_yaml(part)
        except text.TextError as problem:
            yield Problem(path.name, problem.line, "", problem.found, problem.expected)


def _sections(file: str, parsed: text.Parsed) -> Iterator[Declared | Problem]:
    """Yield what one object of the file's shape declares."""
    if not isinstance(parsed.value, dict):
        yield Problem(file, parsed.line(()), "", shorten(parsed.value), f"sections: {', '.join(SECTIONS)}")
        return
    for section, entries in parsed.value.items():
        if section == NOTES:
            yield from _notes(file, parsed, entries)
        elif section not in SECTIONS:
            expected = ", ".join((*SECTIONS, NOTES))
            yield Problem(file, parsed.line((section,)), section, "a section of this name", expected)
        elif entries is None:
            continue
        elif not isinstance(entries, list):
            yield Problem(file, parsed.line((section,)), section, shorten(entries), "a list")
        else:
            for index, entry in enumerate(entries):
                yield from _entry(file, parsed, (section, index), entry)


def _notes(file: str, parsed: text.Parsed, entries: Any) -> Iterator[Problem]:  # noqa: ANN401
    """Yield what is wrong with the notes of a file, which are read by people only."""
    if entries is not None and not (isinstance(entries, list) and all(isinstance(one, str) and one for one in entries)):
        yield Problem(file, parsed.line((NOTES,)), NOTES, shorten(entries), "a list of texts")


def _entry(file: str, parsed: text.Parsed, path: text.Path, entry: Any) -> Iterator[Declared | Problem]:  # noqa: ANN401
    model = SECTIONS[str(path[0])]
    try:
        yield Declared(model.model_validate(entry), file, parsed.line(path))
    except ValidationError as invalid:
        identifier = entry.get("id") if isinstance(entry, dict) else None
        for error in invalid.errors(include_url=False):
            yield _problem(file, parsed, path, error, identifier if isinstance(identifier, str) else None)


def _problem(file: str, parsed: text.Parsed, path: text.Path, error: Any, identifier: str | None) -> Problem:  # noqa: ANN401
    """Word one error of a model as what was found and what was expected."""
    location = tuple(error["loc"])
    known = ", ".join(field.alias or name for name, field in SECTIONS[str(path[0])].model_fields.items())
    found, expected = shorten(error["input"]), str(error["msg"])
    if error["type"] == "missing":
        found, expected = "nothing", "a value"
    elif error["type"] == "extra_forbidden":
        found = "a field that is not known"
        expected = f"one of {known}" if len(location) == 1 else "no such field"
    for beginning in ("Input should be ", "Value error, ", "String should "):
        expected = expected.removeprefix(beginning)
    section = str(path[0])
    field = ".".join(str(part) for part in (f"{section}[{path[1]}]", *location))
    return Problem(file, parsed.line((*path, *location)), field, found, expected, identifier)


@cache
def _columns() -> Mapping[str, str]:
    """Return the columns that a table of findings may have, and of what type each is, from the model of a finding."""
    schema = Finding.model_json_schema(by_alias=True)

    def plain(field: Mapping[str, Any]) -> Mapping[str, Any]:
        chosen = next((one for one in field.get("anyOf", ()) if one.get("type") != "null"), field)
        found: Mapping[str, Any] = schema["$defs"][chosen["$ref"].rpartition("/")[2]] if "$ref" in chosen else chosen
        return found

    columns: dict[str, str] = {}
    for name, field in schema["properties"].items():
        kind = plain(field)
        listed = kind.get("type") == "array"
        inside = plain(kind["items"]) if listed else kind
        columns[name] = "list" if listed else str(kind.get("type", "string"))
        for part, content in inside.get("properties", {}).items():
            columns[f"{name}.{part}"] = "list" if listed else str(plain(content).get("type", "string"))
    return columns


@cache
def _layout() -> Layout:
    columns = tuple(_columns())
    return Layout("a table of findings", columns, columns, optional=frozenset(columns) - set(_NEEDED))


def _read_table(path: Path) -> Iterator[Declared | Problem]:
    table = TextTable(path, (_layout(),))
    yield from table.problems
    for record in table:
        if isinstance(record, Problem):
            yield record
            continue
        try:
            yield Declared(Finding.model_validate(_content(record)), path.name, record.line)
        except CellError as wrong:
            yield table.problem(record.line, wrong.key, wrong.found, wrong.expected)
        except ValidationError as invalid:
            for error in invalid.errors(include_url=False):
                expected = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
                where = ".".join(str(part) for part in error["loc"])
                found = "nothing" if error["type"] == "missing" else shorten(error["input"])
                yield Problem(path.name, record.line, where, found, expected, record["id"])


def _content(record: Record) -> dict[str, Any]:
    """Return the content of a finding, nested, from its row; empty cells are absent. Raise `CellError`."""
    content: dict[str, Any] = {}
    for column, cell in record.cells.items():
        name, _, part = column.partition(".")
        value = _value(record, column) if cell else None
        if value is None:
            continue
        if part and isinstance(content.get(name, {}), str | list) and not isinstance(value, list):
            raise CellError(column, cell, f"either {name} or its parts")
        if not part:
            if name in content:
                raise CellError(column, cell, f"either {name} or its parts")
            content[name] = value
        elif isinstance(value, list) and _columns()[name] == "list":
            rows = content.setdefault(name, [{} for _ in value])
            if len(rows) != len(value) or not all(isinstance(row, dict) for row in rows):
                raise CellError(column, cell, f"as many parts as the other columns of {name} have")
            for row, one in zip(rows, value, strict=True):
                row |= {part: one} if one else {}
        else:
            content.setdefault(name, {})[part] = value
    return content


def _value(record: Record, column: str) -> Any:  # noqa: ANN401 - a plain value
    kind = _columns()[column]
    if kind == "boolean":
        return record.choice(column, _FLAGS)
    if kind == "integer":
        return record.whole(column)
    if kind == "number":
        return record.number(column)
    if kind in ("list", "array"):
        return [part.strip() for part in record[column].split(";")]
    return record[column]
