"""Tables as published → records: CSV in whatever encoding and with whatever damage, and Excel workbooks.

A table is known by its header, which may stand below a preamble. Columns must be exactly those of a layout. What is
damaged beyond the repairs written down here is a problem with its line; nothing is guessed.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, product
from pathlib import Path
from typing import TypeVar

from kg import dates
from kg.findings import ExcerptError, Piece, Problem, shorten

MAX_LINE = 1_000_000  # characters
MAX_CELL = 8_000  # characters; a finding's texts are limited to 10,000
MAX_TEXT = 1_000  # characters of a text in a list that stands in a cell
MAX_JOINED = 40  # lines that one record may be split into
_SEARCHED = 60  # lines searched for the header
_DELIMITERS = (",", ";", "\t", "|")
_KNOWN_SHARE = 0.6  # of a layout's columns that make a line its header
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,15})?")
_WHOLE = re.compile(r"[0-9]{1,12}(?:\.0+)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # and halves of characters, which JSON can hold
T = TypeVar("T")
_BOMS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a format, in order, and the key under which a record holds each.

    Columns that share a name are told apart by their order. `optional` names columns that need not be there. `repair`
    gets the cells of a record that has too many, and returns them put right, or None. `latin` says that the format is
    also published in ISO-8859-1. `kinds` has by key what a column holds, for the formats that say it in their layout.
    """

    name: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    repair: Callable[[list[str]], list[str] | None] | None = None
    latin: bool = False
    kinds: Mapping[str, Kind] = field(default_factory=dict)

    def check(self, record: Record) -> None:
        """Raise `CellError` for the first cell that is not what its column holds, whatever becomes of the record."""
        for key, kind in self.kinds.items():
            kind(record, key)

    def share(self, cells: Sequence[str]) -> float:
        """Return the share of this layout's columns that these cells name, from 0 to 1."""
        wanted = {column.strip() for column in self.columns if column not in self.optional} - {""}
        return len(wanted & {cell.strip() for cell in cells}) / max(1, len(wanted))

    def fits(self, cells: Sequence[str]) -> bool:
        """Say whether these cells are likely this layout's header: most of its columns are among them."""
        return self.share(cells) >= _KNOWN_SHARE

    def trimmed(self, cells: Sequence[str]) -> list[str]:
        """Return cells without empty ones beyond the number of columns."""
        size = len(cells)
        while size > len(self.columns) and not cells[size - 1].strip():
            size -= 1
        return list(cells[:size])

    def places(self, cells: Sequence[str]) -> tuple[str, ...] | None:
        """Return the key of each cell of a header; None where it is not this layout's."""
        header, columns = [cell.strip() for cell in cells], [column.strip() for column in self.columns]
        if header == columns:
            return self.keys
        known = dict(zip(columns, self.keys, strict=True))
        if len(known) < len(columns) or len(set(header)) < len(header) or not set(header) <= set(columns):
            return None
        return None if set(columns) - set(header) - self.optional else tuple(known[cell] for cell in header)


class CellError(ValueError):
    """A cell that is not what its column holds: key of the column, what was found, what was expected."""

    def __init__(self, key: str, found: str, expected: str) -> None:
        super().__init__(f"{key}: found {shorten(found)}, expected {expected}")
        self.key, self.found, self.expected = key, shorten(found), expected


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the line it begins on, counted from 1, and its cells by key, without space around them."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.cells[key]

    def get(self, key: str) -> str:
        """Return a cell of an optional column; empty where the column is absent."""
        return self.cells.get(key, "")

    def required(self, key: str) -> str:
        """Return a cell that must not be empty. Raise `CellError`."""
        if not self.cells[key]:
            raise CellError(key, "", "a value")
        return self.cells[key]

    def choice(self, key: str, choices: Mapping[str, T]) -> T:
        """Return what a cell of a closed list stands for. Raise `CellError` for any other value."""
        if self.cells[key] not in choices:
            known = ", ".join(repr(choice) if choice else "nothing" for choice in choices)
            raise CellError(key, self.cells[key], f"one of {known}")
        return choices[self.cells[key]]

    def number(self, key: str) -> float | None:
        """Return a number, written with a point or a decimal comma; None for an empty cell. Raise `CellError`."""
        text = self.cells[key]
        if text and not _NUMBER.fullmatch(text):
            raise CellError(key, text, "a number")
        return float(text.replace(",", ".")) if text else None

    def whole(self, key: str) -> int | None:
        """Return a whole number of at least 0, also written as 3.0; None for an empty cell. Raise `CellError`."""
        text = self.cells[key]
        if text and not _WHOLE.fullmatch(text):
            raise CellError(key, text, "a whole number")
        return int(text.partition(".")[0]) if text else None

    def date(self, key: str) -> dates.Interval | None:
        """Return the days of a date or interval as it is stated; None for an empty cell. Raise `CellError`."""
        text = self.cells[key]
        try:
            return dates.parse(text) if text else None
        except ValueError as wrong:
            raise CellError(key, text, str(wrong)) from wrong

    def year(self, key: str) -> int | None:
        """Return a year from 1900 to 2099; None for an empty cell. Raise `CellError`."""
        number = self.whole(key)
        if number is not None and not 1900 <= number <= 2099:
            raise CellError(key, self.cells[key], "a year from 1900 to 2099")
        return number

    def day(self, key: str) -> str | None:
        """Return a day (2022-03-19); None for an empty cell. Raise `CellError`."""
        text = self.cells[key]
        try:
            valid = not text or dates.bounds(text).earliest == text
        except ValueError:
            valid = False
        if not valid:
            raise CellError(key, text, "a day, as in 2022-03-19")
        return text or None


#: What a column holds: raises `CellError` for a cell that is nothing of the kind. All but closed lists may be empty.
Kind = Callable[[Record, str], object]
whole = Record.whole
_FLAGS = {"": None, "0": False, "1": True, "0.0": False, "1.0": True}
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


def free(record: Record, key: str) -> None:
    """Let any text be: what people wrote."""


def price(record: Record, key: str) -> None:
    """Take a number of at least 0."""
    if (record.number(key) or 0) < 0:
        raise CellError(key, record[key], "a number of at least 0")


def flag(record: Record, key: str) -> None:
    """Take 0 or 1."""
    record.choice(key, _FLAGS)


def today() -> str:
    """Return the day that it is, in universal time."""
    return datetime.now(UTC).date().isoformat()


def past_day(record: Record, key: str) -> None:
    """Take a day that has come."""
    found, until = record.day(key), today()
    if found and found > until:
        raise CellError(key, found, f"no day after {until}: the list was made by then")


def past_year(record: Record, key: str) -> None:
    """Take a year that has begun."""
    found, until = record.year(key), int(today()[:4])
    if found and found > until:
        raise CellError(key, str(found), f"no year after {until}: the list was made by then")


def past_date(record: Record, key: str) -> None:
    """Take a date as it is stated (a day, month, year, or interval of two), the first day of which has come."""
    stated, until = record.date(key), today()
    if stated and (stated.earliest or "") > until:
        raise CellError(key, record[key], f"no date after {until}: the list was made by then")


def address(record: Record, key: str) -> None:
    """Take the address of a page or picture."""
    if record[key] and not _ADDRESS.fullmatch(record[key]):
        raise CellError(key, record[key], "an address, as in https://example.org/1")


def texts(record: Record, key: str) -> list[str]:
    """Return the texts of a JSON list. Raise `CellError` where it is none, or for a text that a cell could not be."""
    try:
        values = json.loads(record[key] or "[]")
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise CellError(key, record[key], "a JSON list of texts")
    for value in values:
        expected = _unfit(value)
        if expected:
            raise CellError(key, value.encode(errors="replace").decode(), expected)
    return values


def _unfit(text: str) -> str | None:
    """Return what is expected of a text in a list that this one is not; None where nothing is wrong with it."""
    if text.lstrip()[:1] == "=":
        return "its value, not a formula"
    if _CONTROL.search(text):
        return "texts without control characters"
    if len(text) > MAX_TEXT:
        return f"texts of at most {MAX_TEXT:,} characters"
    return None if any(map(str.isalnum, text)) else "texts with a letter or a digit"


def one_of(*values: str) -> Kind:
    """Take one of a closed list."""
    choices = dict.fromkeys(values)
    return lambda record, key: record.choice(key, choices)


def like(pattern: str, expected: str) -> Kind:
    """Take what has a form: numbers and codes of the format."""
    form = re.compile(pattern)

    def check(record: Record, key: str) -> None:
        if record[key] and not form.fullmatch(record[key]):
            raise CellError(key, record[key], expected)

    return check


def typed(name: str, kinds: Mapping[str, Kind]) -> Layout:
    """Return the layout of a format whose columns are these, in order, each of its kind."""
    return Layout(name, tuple(kinds), tuple(kinds), kinds=kinds)


@dataclass(frozen=True, slots=True)
class Writing:
    """How records are written: what separates cells, whether Excel has wrapped each line into one quoted cell, and
    whether each line ends in a semicolon."""

    delimiter: str
    wrapped: bool = False
    ended: bool = False

    def split(self, text: str) -> list[str] | None:
        """Return the cells of a record; None where a quote is still open. Raise `csv.Error` where one is misplaced."""
        cells = _split(text.removesuffix(";") if self.ended else text, self.delimiter)
        if self.wrapped and cells and not any(cells[1:]):
            return _split(cells[0], self.delimiter)
        return cells

    def join(self, cells: Sequence[str]) -> str:
        """Return cells as a record, without a line end."""
        text = _joined(cells, self.delimiter)
        return (f"{_joined([text], self.delimiter)}" if self.wrapped else text) + ";" * self.ended


COMMAS = Writing(",")


def _joined(cells: Sequence[str], delimiter: str) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="").writerow(cells)
    return written.getvalue()


def _split(text: str, delimiter: str) -> list[str] | None:
    if text and '"' not in text:  # as csv does, at a fraction of its cost
        return text.split(delimiter)
    try:
        return next(csv.reader((text,), delimiter=delimiter, strict=True), [])
    except csv.Error as problem:
        if "unexpected end of data" in str(problem):
            return None
        raise


@dataclass(frozen=True, slots=True)
class Header:
    """The line that is a table's header: its layout, its cells and how the table is written."""

    layout: Layout
    cells: list[str]
    line: int
    writing: Writing


def header_in(text: str, line: int, layouts: Sequence[Layout]) -> Header | None:
    """Return the header that a line is, by the layout and the writing that fit it best; None if it is none."""
    bare, best, most = text.rstrip("\r\n"), None, 0.0
    for delimiter, wrapped in product(_DELIMITERS, (False, True)):
        writing = Writing(delimiter, wrapped, delimiter != ";" and bare.endswith(";"))
        try:
            cells = writing.split(bare) or []
        except csv.Error:
            continue
        for layout in layouts:
            share = layout.share(cells)
            if layout.fits(cells) and share > most:
                best, most = Header(layout, layout.trimmed(cells), line, writing), share
    return best


def encoding_of(path: Path, *, latin: bool) -> tuple[str, Problem | None]:
    """Return the encoding of a text file, and a problem where it is none that can be read.

    UTF-8 with or without a mark; else, where `latin` allows it, ISO-8859-1 as Windows writes it.
    """
    line = 1
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        start = file.read(4)
        named = next((name for mark, name in _BOMS.items() if start.startswith(mark)), None)
        if named:
            return "utf-8", Problem(path.name, 1, "", f"{named} text", "UTF-8: save it as CSV UTF-8")
        file.seek(0)
        for chunk in chain(iter(lambda: file.read(1 << 20), b""), (b"",)):
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as problem:
                line += problem.object[: problem.start].count(b"\n")
                if latin:
                    return "cp1252", _undefined(path)
                found = f"the byte 0x{problem.object[problem.start]:02x}"
                return "utf-8", Problem(path.name, line, "", found, "UTF-8 text: save it as CSV UTF-8")
            line += chunk.count(b"\n")
    return "utf-8-sig", None


def _undefined(path: Path) -> Problem | None:
    """Return a problem for the first byte that text in ISO-8859-1 or Windows-1252 never has."""
    with path.open("rb") as file:
        for line, content in enumerate(iter(lambda: file.readline(MAX_LINE), b""), 1):
            match = re.search(rb"[\x81\x8d\x8f\x90\x9d]", content)
            if match:
                found = f"the byte 0x{match[0].hex()}"
                return Problem(path.name, line, "", found, "UTF-8 or ISO-8859-1 text: save it as CSV UTF-8")
    return None


class Table(ABC):
    """A file of one of some layouts: what stands above its header, and its records, streamed.

    `layout` is None where the file is of none of them; `problems` says why, and there are no records. Iterating
    yields every record, and a problem for each that is damaged or for a table without any.
    """

    def __init__(self, path: Path, layouts: Sequence[Layout]) -> None:
        self.path = path
        self.layouts = layouts
        self.layout: Layout | None = None
        self.preamble: list[str] = []
        self.problems: list[Problem] = []
        self.keys: tuple[str, ...] = ()
        self.line = 0
        self.first = 1
        self.encoding = "utf-8"

    def problem(self, line: int, where: str, found: str, expected: str) -> Problem:
        """Return a problem of this file."""
        return Problem(self.path.name, line, where, found, expected)

    def __iter__(self) -> Iterator[Record | Problem]:
        """Yield records and problems, in the order of the file."""
        count = 0
        for one in self.records() if self.layout else ():
            count += 1
            yield one
        if self.layout and not count:
            yield self.problem(self.line + 1, "", "no record below the header", "at least one")

    @abstractmethod
    def records(self) -> Iterator[Record | Problem]:
        """Yield what stands below the header."""

    @abstractmethod
    def pieces(self) -> Iterator[tuple[int, str]]:
        """Yield the text of the file by lines from `first` on, each with the line on which its record begins.

        That is 0 above the first.
        """

    @abstractmethod
    def written(self, cells: Sequence[str]) -> str:
        """Return a record as a line of this file."""

    def excerpt(self, lines: Collection[int]) -> Iterator[bytes]:
        """Yield what makes a file of the same format that holds only the records beginning on some lines."""
        encoding = self.encoding.removesuffix("-sig")  # the mark is for the beginning of a file
        for line, text in self.pieces():
            if not line or line in lines:
                yield text.encode(encoding)

    def mended(self, lines: Collection[int], by: Table) -> Iterator[Piece]:
        """Yield the whole file in UTF-8 with the records beginning on some lines replaced by those of an excerpt.

        Each stands where the one that it replaces stood; where there are more or fewer, all stand where the first did.
        Raise `ExcerptError` for an excerpt that is no table of this layout.
        """
        new = list(self._replacements(by))
        old = list(dict.fromkeys(line for line, _ in self.pieces() if line in lines))
        placed = {line: [one] for line, one in zip(old, new, strict=False)} if len(old) == len(new) else {}
        placed = placed or {line: new for line in old[:1]}
        for number, (line, text) in enumerate(self.pieces(), self.first):
            if line in lines:
                yield from placed.pop(line, ())
            else:
                yield Piece(self.path.name, number, text.encode())

    def _replacements(self, by: Table) -> Iterator[Piece]:
        for problem in by.problems:
            raise ExcerptError(problem)
        for one in by:
            if isinstance(one, Problem):
                raise ExcerptError(one)
            yield Piece(by.path.name, one.line, self.written([one.get(key) for key in self.keys]).encode())

    def take_header(self, layout: Layout, cells: Sequence[str], line: int) -> None:
        """Take the header where its columns are exactly those of its layout; else note which are not."""
        self.line = line
        places = layout.places(cells)
        if places is not None:
            self.layout, self.keys = layout, places
            return
        header, columns = [cell.strip() for cell in cells], [one.strip() for one in layout.columns]
        for column in dict.fromkeys(header):
            if header.count(column) > columns.count(column):
                found = f"the column {shorten(column)}" + (" twice" if column in columns else "")
                self.problems.append(self.problem(line, "header", found, f"no such column in {layout.name}"))
        for column in dict.fromkeys(columns):
            if header.count(column) < columns.count(column) and column not in layout.optional:
                found = f"no column {shorten(column)}"
                self.problems.append(self.problem(line, "header", found, f"all columns of {layout.name}"))
        if not self.problems:
            self.problems.append(self.problem(line, "header", "columns in another order", ", ".join(layout.columns)))

    def no_header(self) -> None:
        """Note that no line is the header of a layout."""
        found = shorten(next((text for text in self.preamble if text.strip()), "nothing"))
        expected = "; or ".join(f"the header of {one.name} ({', '.join(one.columns[:3])}…)" for one in self.layouts)
        self.problems.append(self.problem(1, "header", found, expected))

    def checked(self, line: int, cells: Sequence[str]) -> Record | Problem:
        """Return the record that cells make up, or what is wrong with one of them."""
        stripped = [cell.strip() for cell in cells]
        text = "".join(stripped)
        if len(text) > MAX_CELL or "=" in text:  # a look at all of it spares most records one at every cell
            for key, cell in zip(self.keys, stripped, strict=True):
                if len(cell) > MAX_CELL:
                    return self.problem(line, key, f"a cell of {len(cell):,} characters", f"at most {MAX_CELL:,}")
                if cell[:1] == "=":
                    return self.problem(line, key, f"the formula {shorten(cell)}", "its value")
        return Record(line, dict(zip(self.keys, stripped, strict=True)))


class TextTable(Table):
    """A table in a text file: CSV, or separated by semicolons, tabs or bars."""

    def __init__(self, path: Path, layouts: Sequence[Layout]) -> None:
        super().__init__(path, layouts)
        self.encoding, problem = encoding_of(path, latin=any(one.latin for one in layouts))
        self._header: Header | None = None
        if problem:
            self.problems.append(problem)
            return
        for line, text, wrong in self._lines():
            if line > _SEARCHED or wrong:
                self.problems += [wrong] if wrong else []
                break
            self._header = header_in(text, line, layouts)
            if self._header:
                break
            self.preamble.append(text.rstrip("\r\n;"))
        if self._header:
            self.take_header(self._header.layout, self._header.cells, self._header.line)
        elif not self.problems:
            self.no_header()

    def _lines(self) -> Iterator[tuple[int, str, Problem | None]]:
        """Yield the lines of the file with their ends, and a problem with one that is too long or holds NUL.

        Of one that is too long only the beginning.
        """
        with self.path.open(encoding=self.encoding, newline="") as file:
            for number, text in enumerate(iter(lambda: file.readline(MAX_LINE), ""), 1):
                if len(text) >= MAX_LINE and text[-1] not in "\r\n":
                    while (rest := file.readline(MAX_LINE)) and rest[-1] not in "\r\n":
                        continue
                    found = f"a line of over {MAX_LINE:,} characters"
                    yield number, f"{text}\n", self.problem(number, "", found, "a record of a table")
                elif "\0" in text:
                    yield number, text, self.problem(number, "", "a NUL byte", "text")
                else:
                    yield number, text, None

    def records(self) -> Iterator[Record | Problem]:
        """Yield what stands below the header, with records put together again that line breaks have split."""
        header = self._header
        if header is None:
            return
        waiting: list[tuple[int, str]] = []  # the lines of a record that is not complete yet
        for line, text, wrong in self._lines():
            if line <= header.line:
                continue
            if wrong:
                yield from self._give_up(header, waiting)
                waiting.clear()
                yield wrong
                continue
            cut, bare = text[-1] not in "\r\n", text.rstrip("\r\n")
            if not waiting and not bare.strip(" ,;\t|"):
                continue
            waiting.append((line, bare))
            made = self._record(header, waiting)
            if len(waiting) > 1 and not isinstance(made, Record) and self._ends(header, waiting):
                yield from self._give_up(header, waiting[:-1])
                waiting = waiting[-1:]
                made = self._record(header, waiting)
            if made is not None:
                yield self._cut_off(made) if cut else made
                waiting.clear()
        yield from self._give_up(header, waiting)

    def _cut_off(self, made: Record | Problem) -> Problem:
        """Return the problem of a last record without a line end, of which something may be lost."""
        if isinstance(made, Problem):
            return made
        return self.problem(made.line, "", "a last line without an end", "a line end, unless the file is cut off")

    def pieces(self) -> Iterator[tuple[int, str]]:
        """Yield the lines, each with the line on which its record begins; 0 for those up to the header."""
        starts, record = (one.line for one in self.records()), 0
        following = next(starts, None)
        for line, text, _ in self._lines():
            while following is not None and following <= line:
                record, following = following, next(starts, None)
            yield record, text

    def written(self, cells: Sequence[str]) -> str:
        """Return a record as a line of this file."""
        if self._header is None:
            raise ValueError("a file without a header has no records")
        return f"{self._header.writing.join(cells)}\n"

    def _ends(self, header: Header, waiting: Sequence[tuple[int, str]]) -> bool:
        """Say whether the lines before the last are no part of its record: it is whole alone, or they are too many."""
        try:
            cells = header.writing.split(waiting[-1][1])
        except csv.Error:
            cells = None
        return len(waiting) > MAX_JOINED or (cells is not None and len(cells) == len(self.keys))

    def _record(self, header: Header, waiting: Sequence[tuple[int, str]]) -> Record | Problem | None:
        """Return the record that lines make up, or what is wrong with them; None where they are not all of it."""
        line, width = waiting[0][0], len(self.keys)
        text = waiting[0][1] if len(waiting) == 1 else " ".join(part.strip() for _, part in waiting)
        try:
            cells = header.writing.split(text)
        except csv.Error as problem:
            return self.problem(line, "", f"{shorten(text)} ({problem})", "quotes around whole cells")
        if cells is None or len(cells) < width:
            return None
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if len(cells) > width:
            repaired = header.layout.repair(cells) if header.layout.repair else None
            if repaired is None or len(repaired) != width:
                return self.problem(line, "", f"{len(cells)} cells", f"the {width} of the header")
            cells = repaired
        return self.checked(line, cells)

    def _give_up(self, header: Header, waiting: Sequence[tuple[int, str]]) -> Iterator[Problem]:
        """Yield the problem of a record that was never complete."""
        if not waiting:
            return
        line, text = waiting[0][0], " ".join(text for _, text in waiting)
        try:
            cells = header.writing.split(text)
        except csv.Error:
            cells = None
        found = "a quote that is never closed" if cells is None else f"{len(cells)} cells"
        yield self.problem(line, "", found, f"the {len(self.keys)} cells of the header")


def known(head: bytes, layouts: Sequence[Layout]) -> str | None:
    """Return of which layout the first bytes of a text file are, as a reason; None if of none."""
    if head.startswith(tuple(_BOMS)):
        return None
    for number, text in enumerate(head.decode("utf-8-sig", errors="replace").splitlines()[:_SEARCHED], 1):
        header = header_in(text, number, layouts)
        if header:
            return f"line {number} is the header of {header.layout.name}"
    return None
