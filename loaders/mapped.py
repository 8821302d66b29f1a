"""Any other table → declarations, by a small YAML mapping that stands beside it.

`fairs.csv` is read by `fairs.mapping.yaml`: what its columns are, whom it cites, and what each row declares. Texts of
the mapping take cells in braces, `{name}`, through a filter where one is named, `{country|state}`. The mapping is
checked before the first row.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kg import names, text
from kg.errors import UnknownNameError
from kg.findings import SECTIONS, Counts, Declared, Item, Organisation, Origin, Party, Piece, Problem, Source, shorten

from . import taxonomy
from .registers import Ledger, Register, Repeats, digest, slug
from .tables import CellError, Layout, Record, Table
from .workbooks import known_in, table

TITLE = "Any table with a mapping beside it (NAME.mapping.yaml; CSV, Excel)"
EXAMPLE = "kg load fairs.csv"
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")
ENDING = ".mapping.yaml"
MAX_MAPPING = 1_000_000  # bytes
_CELL = re.compile(r"\{(?P<column>[^{}|]+)(?:\|(?P<filter>[a-z]+)(?::(?P<date>[^{}|]+))?)?\}")
_FILTERS = {"slug": "sample", "state": "country:USA", "code": "country:USA", "item": "item:weapon", "number": 1.0}
_KEYS = {"columns": list, "organisation": dict, "origin": dict, "source": dict, "each": list}
_DECLARED = {"party": "parties", "item": "items", "finding": "findings"}
_ENCODINGS = {"utf-8": False, "iso-8859-1": True}


@dataclass(frozen=True, slots=True)
class Plan:
    """A mapping found sound: the table's layout, whom it cites, and what each row declares, as section and content."""

    layout: Layout
    register: Register
    each: tuple[tuple[str, dict[str, Any]], ...]


class _Unsound(ValueError):
    """A mapping that cannot be used; its argument is the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def recognise(path: Path, head: bytes) -> str | None:
    """Return which mapping reads a file: one that stands beside it and has its columns; None if there is none."""
    beside = _beside(path)
    if not beside.is_file():
        return None
    try:
        layout = _layout(beside, _parsed(beside))
    except _Unsound:
        return f"{beside.name} stands beside it" if path.suffix.lower() in SUFFIXES else None
    found = known_in(path, head, (layout,))
    return f"{beside.name} stands beside it, and {found}" if found else None


def read(path: Path) -> Generator[Declared | Problem, None, Counts]:
    """Yield what the rows declare by the mapping beside the file, and every problem; end with the counts."""
    try:
        mapping = _checked(_beside(path))
    except _Unsound as unsound:
        yield unsound.problem
        return Counts(rejected=1)
    rows = table(path, (mapping.layout,))
    ledger = Ledger(path.name, "mapped", mapping.register.source.id, mapping.register.origin.id)
    yield from ledger.counted(chain(rows.problems, _read(rows, mapping, ledger) if rows.layout else ()))
    return ledger.counts


def excerpt(path: Path, problems: Sequence[Problem]) -> Iterator[bytes]:
    """Yield what makes a table of the same columns of the rows that have problems."""
    yield from _table(path, path).excerpt({one.line for one in problems})


def mended(path: Path, problems: Sequence[Problem], by: Path) -> Iterator[Piece]:
    """Yield the table with the rows that had problems replaced by those of a mended excerpt."""
    yield from _table(path, path).mended({one.line for one in problems}, _table(path, by))


def _table(path: Path, rows: Path) -> Table:
    """Return the rows of a file by the mapping that stands beside another."""
    return table(rows, (_layout(_beside(path), _parsed(_beside(path))),))


def _beside(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(path.suffix) + ENDING)


def _parsed(beside: Path) -> text.Parsed:
    try:
        with beside.open("rb") as file:
            content = file.read(MAX_MAPPING + 1)
        if len(content) > MAX_MAPPING:
            raise _Unsound(Problem(beside.name, 1, "", f"over {MAX_MAPPING:,} bytes", "a small mapping"))
        parsed = text.parse_yaml(content.decode("utf-8-sig"))
    except text.TextError as wrong:
        raise _Unsound(Problem(beside.name, wrong.line, "", wrong.found, wrong.expected)) from wrong
    except (OSError, UnicodeDecodeError) as wrong:
        raise _Unsound(Problem(beside.name, 1, "", "no text that can be read", f"a mapping {beside.name}")) from wrong
    if not isinstance(parsed.value, dict):
        raise _Unsound(Problem(beside.name, 1, "", shorten(parsed.value), f"the keys {', '.join(_KEYS)}"))
    return parsed


def _layout(beside: Path, parsed: text.Parsed) -> Layout:
    """Return the layout of the mapping's table. Raise `_Unsound`."""
    columns, encoding = parsed.value.get("columns"), parsed.value.get("encoding", "utf-8")
    if not isinstance(columns, list) or not columns or not all(isinstance(one, str) and one for one in columns):
        raise _unsound(beside, parsed, ("columns",), shorten(columns), "a list of all columns of the table")
    if len(set(columns)) < len(columns):
        raise _unsound(beside, parsed, ("columns",), "a column twice", "each column once")
    if encoding not in _ENCODINGS:
        raise _unsound(beside, parsed, ("encoding",), shorten(encoding), " or ".join(_ENCODINGS))
    return Layout(f"the table of {beside.name}", tuple(columns), tuple(columns), latin=_ENCODINGS[encoding])


def _unsound(beside: Path, parsed: text.Parsed, where: text.Path, found: str, expected: str) -> _Unsound:
    field = ".".join(map(str, where))
    return _Unsound(Problem(beside.name, parsed.line(where), field, found, expected))


def _checked(beside: Path) -> Plan:
    """Return the mapping of a file. Raise `_Unsound` for the first thing that is wrong with it."""
    parsed = _parsed(beside)
    for key, value in parsed.value.items():
        if key != "encoding" and not isinstance(value, _KEYS.get(key, type(None))):
            expected = f"the keys {', '.join((*_KEYS, 'encoding'))}" if key not in _KEYS else _KEYS[key].__name__
            raise _unsound(beside, parsed, (key,), shorten(value), expected)
    for key in _KEYS:
        if key not in parsed.value:
            raise _unsound(beside, parsed, (), f"no {key}", f"the keys {', '.join(_KEYS)}")
    layout, origin = _layout(beside, parsed), parsed.value["origin"].get("id")
    cited: dict[str, tuple[type[Organisation | Origin | Source], dict[str, Any]]] = {
        "organisation": (Organisation, parsed.value["organisation"]),
        "origin": (Origin, {"organisation": parsed.value["organisation"].get("id")} | parsed.value["origin"]),
        "source": (Source, {"relays": [origin]} | parsed.value["source"]),
    }
    made: dict[str, Any] = {}
    for key, (model, content) in cited.items():
        try:
            made[key] = model.model_validate(content)
        except ValidationError as invalid:
            error = invalid.errors(include_url=False)[0]
            raise _unsound(beside, parsed, (key, *error["loc"]), shorten(error["input"]), error["msg"]) from invalid
    register = Register(made["organisation"], made["origin"], made["source"])
    each = [_entry(beside, parsed, layout, register, place) for place in range(len(parsed.value["each"]))]
    if not each:
        raise _unsound(beside, parsed, ("each",), "nothing", "what each row declares")
    return Plan(layout, register, tuple(each))


def _entry(
    beside: Path, parsed: text.Parsed, layout: Layout, register: Register, place: int
) -> tuple[str, dict[str, Any]]:
    """Return the section and content of one entry of `each`, tried on a sample. Raise `_Unsound`."""
    entry = parsed.value["each"][place]
    if not isinstance(entry, dict) or len(entry) != 1 or not set(entry) <= set(_DECLARED):
        raise _unsound(beside, parsed, ("each", place), shorten(entry), f"one of {', '.join(_DECLARED)}")
    ((kind, content),) = entry.items()
    if not isinstance(content, dict):
        raise _unsound(beside, parsed, ("each", place, kind), shorten(content), "its fields")
    if kind == "finding":
        content = {"source": register.source.id, "origin": register.origin.id} | content
    for where, value in _texts(content):
        for match in _CELL.finditer(value):
            used = {match["column"], match["date"] or match["column"]}
            if not used <= set(layout.columns) or (match["filter"] or "slug") not in _FILTERS:
                expected = f"a column of the table, and a filter of {', '.join(_FILTERS)}"
                raise _unsound(beside, parsed, ("each", place, kind, *where), match[0], expected)
        if re.search(r"[{}]", _CELL.sub("", value)):
            raise _unsound(beside, parsed, ("each", place, kind, *where), shorten(value), "braces around columns only")
    try:
        SECTIONS[_DECLARED[kind]].model_validate(_filled(content, None))
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False):
            if error["loc"] and not _CELL.search(str(_at(content, error["loc"]))):
                where = ("each", place, kind, *error["loc"])
                raise _unsound(beside, parsed, where, shorten(error["input"]), error["msg"]) from invalid
    return _DECLARED[kind], content


def _texts(value: Any, where: text.Path = ()) -> Iterator[tuple[text.Path, str]]:  # noqa: ANN401 - a plain value
    """Yield all texts in a plain value, with their paths."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(part, (*where, key))


def _at(value: Any, where: Sequence[Any]) -> Any:  # noqa: ANN401 - a plain value
    """Return the part of a plain value at a path, or the nearest that holds it."""
    for key in where:
        inside = range(len(value)) if isinstance(value, list) else value if isinstance(value, dict) else ()
        if key in inside:
            value = value[key]
    return value


class _Row:
    """One row whose cells a mapping's texts take, through filters; remembers the items that it used."""

    def __init__(self, record: Record, ledger: Ledger) -> None:
        self.record, self.ledger, self.items = record, ledger, list[str]()

    def cell(self, match: re.Match[str]) -> str | float | None:
        """Return a cell through its filter; None where it is empty. Raise `CellError` or `UnknownNameError`."""
        value, column = self.record[match["column"]], match["column"]
        if not value:
            return None
        if match["filter"] == "number":
            return self.record.number(column)
        if match["filter"] == "slug":
            return slug(value)
        if match["filter"] == "state":
            return self.ledger.state(value, self._date(match["date"]) if match["date"] else None)
        if match["filter"] == "code":
            return names.state_coded(value)
        if match["filter"] == "item":
            self.items.append(taxonomy.stated(value) or taxonomy.ROOT)
            self.ledger.counts.unmapped += self.items[-1] == taxonomy.ROOT
            return self.items[-1]
        return value

    def _date(self, column: str) -> str | None:
        """Return a date as it is stated; None for an empty cell. Raise `CellError`."""
        return self.record[column] if self.record.date(column) else None


def _filled(value: Any, row: _Row | None) -> Any:  # noqa: ANN401 - a plain value
    """Return a mapping's value with the cells of a row, or of a sample, in its texts; what is empty is left out."""
    if isinstance(value, dict):
        parts = {key: _filled(part, row) for key, part in value.items()}
        return {key: part for key, part in parts.items() if part is not None and part != {}}
    if isinstance(value, list):
        return [part for part in (_filled(one, row) for one in value) if part is not None]
    if not isinstance(value, str):
        return value
    cells = [row.cell(match) if row else _FILTERS.get(match["filter"], "sample") for match in _CELL.finditer(value)]
    if any(cell is None for cell in cells):
        return None
    if len(cells) == 1 and _CELL.fullmatch(value):
        return cells[0]
    waiting = iter(cells)
    return _CELL.sub(lambda match: str(next(waiting)), value)


def _read(rows: Table, mapping: Plan, ledger: Ledger) -> Iterator[Declared | Problem]:
    repeats = Repeats(_ids(table(rows.path, (mapping.layout,)), mapping))
    for record in rows:
        if isinstance(record, Problem):
            yield record
            continue
        ledger.counts.read += 1
        try:
            yield from _declared(record, mapping, ledger, repeats)
        except CellError as wrong:
            yield rows.problem(record.line, wrong.key, wrong.found, wrong.expected)
        except UnknownNameError as unknown:
            yield rows.problem(record.line, "", str(unknown), "a name or code that the mapping's filters know")
    if ledger.counts.findings or ledger.counts.parties:  # else nothing would cite them
        yield from mapping.register.declared(rows.path.name)


def _ids(rows: Table, mapping: Plan) -> Iterator[str]:
    """Yield the ids of the parties and items that rows declare, as far as their cells give any."""
    ledger = Ledger(rows.path.name, "mapped", "", "")  # what is counted here is counted again
    named = [content.get("id") for section, content in mapping.each if section != "findings"]
    for record in rows if named else ():
        if isinstance(record, Record):
            for identifier in named:
                with suppress(CellError, UnknownNameError):
                    yield str(_filled(identifier, _Row(record, ledger)))


def _declared(record: Record, mapping: Plan, ledger: Ledger, repeats: Repeats) -> Iterator[Declared | Problem]:
    row = _Row(record, ledger)
    for section, content in mapping.each:
        one = ledger.make(record.line, section, _filled(content, row))
        for item in row.items:
            yield from ledger.item(record.line, item)
        if not isinstance(one, Declared) or not isinstance(one.what, Party | Item):
            yield one
            continue
        same = digest(one.what.canonical())
        first, times = repeats.first(one.what.id, same)
        if first != same:
            yield ledger.problem(record.line, "id", one.what.id, "the same content as where it came first")
        elif one.what.id in taxonomy.items():
            yield from ledger.once(record.line, one.what)
        elif times == 1:
            yield one
