"""YAML and JSON texts → plain values with the line of every part.

YAML is read by its events, so that nothing of it can act: no tags, no anchors or aliases, a bounded depth, no
duplicate keys, and only the scalars of the YAML 1.2 core schema (`NO` stays a text, a date stays a text).
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_DEPTH = 20
Path = tuple[str | int, ...]

_CORE = (
    (re.compile(r"(?:null|Null|NULL|~|)\Z"), lambda text: None),
    (re.compile(r"(?:true|True|TRUE)\Z"), lambda text: True),
    (re.compile(r"(?:false|False|FALSE)\Z"), lambda text: False),
    (re.compile(r"[-+]?[0-9]{1,18}\Z", re.ASCII), int),
    (re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?\Z", re.ASCII), float),
)


class TextError(ValueError):
    """A text that is not what it should be: line from 1, what was found, what was expected."""

    def __init__(self, line: int, found: str, expected: str) -> None:
        super().__init__(f"line {line}: found {found}, expected {expected}")
        self.line, self.found, self.expected = line, found, expected


@dataclass(slots=True)
class Parsed:
    """A value and the line (from 1) of each of its parts, by path."""

    value: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Return the line of a part, or of the nearest part that holds it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


@dataclass(slots=True)
class _Open:
    """A mapping or sequence being read."""

    value: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None


def _scalar(event: yaml.ScalarEvent) -> Any:  # noqa: ANN401 - any plain value
    if event.implicit[0]:  # plain: neither quoted nor a block
        for pattern, make in _CORE:
            if pattern.match(event.value):
                value = make(event.value)
                return value if not isinstance(value, float) or math.isfinite(value) else event.value
    return event.value


class _Builder:
    """Builds one value from YAML events."""

    def __init__(self) -> None:
        self.parsed = Parsed(None)
        self.stack: list[_Open] = []

    def place(self, line: int) -> Path:
        """Return the path of the next value, and note its line."""
        if not self.stack:
            path: Path = ()
        else:
            top = self.stack[-1]
            path = (*top.path, len(top.value) if isinstance(top.value, list) else str(top.key))
        self.parsed.lines[path] = min(line, self.parsed.lines.get(path, line))
        return path

    def add(self, value: Any) -> None:  # noqa: ANN401 - any plain value
        """Put a finished value where it belongs."""
        if not self.stack:
            self.parsed.value = value
            return
        top = self.stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        else:
            top.value[str(top.key)], top.key = value, None

    def take(self, event: Any) -> None:  # noqa: ANN401 - PyYAML's events have no common type in its stubs
        """Take the next event. Raise `TextError` for what the format does not have."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise TextError(line, "an anchor or alias", "every part written out")
        if getattr(event, "tag", None) not in (None, "!"):
            raise TextError(line, f"the tag {event.tag}", "no tags")
        waits_for_key = bool(self.stack) and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None
        if isinstance(event, yaml.ScalarEvent):
            if waits_for_key:
                self.take_key(event, line)
            else:
                self.place(line)
                self.add(_scalar(event))
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if waits_for_key:
                raise TextError(line, "a mapping or list as a key", "a text as key")
            if len(self.stack) >= MAX_DEPTH:
                raise TextError(line, f"more than {MAX_DEPTH} levels", "a findings file's few levels")
            value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
            path = self.place(line)
            self.add(value)
            self.stack.append(_Open(value, path))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.stack.pop()

    def take_key(self, event: yaml.ScalarEvent, line: int) -> None:
        """Take a mapping's key. Raise `TextError` if it stands there already."""
        top = self.stack[-1]
        if event.value in top.value:
            raise TextError(line, f"the key {event.value} twice", "each key once")
        top.key = event.value
        self.parsed.lines[(*top.path, event.value)] = line


def parse_yaml(text: str) -> Parsed:
    """Return the value of a YAML text of one document, with lines. Raise `TextError` where it is not that."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder, documents = _Builder(), 0
    try:
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    line = event.start_mark.line + 1 if event.start_mark else 1
                    raise TextError(line, "a second document", "one document a file")
            elif not isinstance(event, yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentEndEvent):
                builder.take(event)
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        raise TextError(line, str(problem.problem), "valid YAML") from problem
    except (yaml.YAMLError, UnicodeError) as problem:
        raise TextError(1, " ".join(str(problem).split()), "valid YAML") from problem
    return builder.parsed


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise TextError(1, f"the key {twice} twice", "each key once")
    return value


def _no_constant(text: str) -> Any:  # noqa: ANN401 - never returns
    raise TextError(1, text, "a number that JSON has")


def parse_json(text: str, line: int = 1) -> Parsed:
    """Return the value of a JSON text that begins on `line`, with lines. Raise `TextError` where it is not JSON."""
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as problem:
        raise TextError(line + problem.lineno - 1, problem.msg, "valid JSON") from problem
    except RecursionError as problem:
        raise TextError(line, "too many levels", "a findings file's few levels") from problem
    except TextError as problem:
        raise TextError(line, problem.found, problem.expected) from problem
    except ValueError as problem:  # the only other one: Python reads no integer of thousands of digits
        raise TextError(line, "a number of thousands of digits", "a number that fits a graph") from problem
    lines: dict[Path, int] = {(): line}
    if "\n" in text:
        try:  # JSON is, but for rare escapes, YAML too; where it is not, a part's line is that of the whole
            lines = {path: line + number - 1 for path, number in parse_yaml(text).lines.items()}
        except TextError:
            lines = {(): line}
    return Parsed(value, lines)
