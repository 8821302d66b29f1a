"""The native findings file: YAML, JSON or JSON Lines of the same shape → declarations and problems.

JSON Lines holds one object a line, each of the shape of the whole file; the lists of a section add up.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kg import text
from kg.findings import SECTIONS, Declared, Problem, shorten

TITLE = "Native findings file (YAML, JSON, JSON Lines)"
EXAMPLE = "kg load data/ --documents documents/"
SUFFIXES = (".yaml", ".yml", ".json", ".jsonl", ".ndjson")


def recognise(path: Path, head: bytes) -> str | None:
    """Return why a file is taken for a findings file, from its first bytes; None if it is not one."""
    start = head.decode("utf-8", errors="replace")
    for section in SECTIONS:
        if start.startswith((f"{section}:", f'"{section}"')) or f"\n{section}:" in start or f'"{section}"' in start:
            return f"it has the section {section}"
    return None


def read(path: Path) -> Iterator[Declared | Problem]:
    """Yield every declaration of a findings file, and every problem with its line. Raise `OSError` if unreadable."""
    file = path.name
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        yield Problem(file, line, "", f"the byte 0x{problem.object[problem.start]:02x}", "UTF-8 text")
        return
    for parsed in _parts(path, content):
        if isinstance(parsed, Problem):
            yield parsed
        else:
            yield from _sections(file, parsed)


def _parts(path: Path, content: str) -> Iterator[text.Parsed | Problem]:
    """Yield the objects that make up the file: one, or in JSON Lines one a line."""
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
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
        if section not in SECTIONS:
            yield Problem(file, parsed.line((section,)), section, "a section of this name", ", ".join(SECTIONS))
        elif entries is None:
            continue
        elif not isinstance(entries, list):
            yield Problem(file, parsed.line((section,)), section, shorten(entries), "a list")
        else:
            for index, entry in enumerate(entries):
                yield from _entry(file, parsed, (section, index), entry)


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
