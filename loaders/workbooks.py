"""Excel workbooks → the same records as text tables, from the first sheet that has the header of a layout.

Values are read as stored; formulas are never evaluated, and refused. The library for it is in the extra `excel`.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from kg.errors import InputError
from kg.findings import Problem

from .tables import COMMAS, Layout, Record, Table, TextTable, known

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MAX_UNPACKED = 200_000_000  # bytes, all members together
MAX_MEMBERS = 1_000
MAX_RATIO = 150  # unpacked to packed, of a member above a megabyte
_SEARCHED = 60
MAX_COLUMNS = 500
# What zipfile, its decompressors, the XML reader and openpyxl raise for no sound workbook: openpyxl whatever its
# classes do when they are given what the schema has not; RuntimeError is an encrypted one.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, ParseError, OSError, EOFError, RuntimeError,
    ValueError, TypeError, AttributeError, LookupError, ArithmeticError,
)  # fmt: skip


def table(path: Path, layouts: Sequence[Layout]) -> Table:
    """Return the table in a file: of a workbook if it is one by its first bytes, else of text."""
    with path.open("rb") as file:
        return SheetTable(path, layouts) if file.read(4) == b"PK\x03\x04" else TextTable(path, layouts)


def known_in(path: Path, head: bytes, layouts: Sequence[Layout]) -> str | None:
    """Return of which layout a file is, text or workbook, as a reason; None if of none."""
    if not head.startswith(b"PK\x03\x04"):
        return known(head, layouts)
    if path.suffix.lower() != ".xlsx" and not _is_workbook(path):
        return None
    found = SheetTable(path, layouts)
    if found.layout is None and found.problems and found.problems[0].field != "header":
        return "it is a workbook, though one that cannot be read"
    return f"sheet {found.sheet!r} has the header of {found.layout.name}" if found.layout else None


def _is_workbook(path: Path) -> bool:
    """Say whether an archive of another name is a workbook by its members."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except _BROKEN:
        return False


def unsafe(path: Path) -> tuple[str, str] | None:
    """Say why an archive is not unpacked, as what was found and what was expected; None if it is.

    It has too many members, is too large or too dense, or has a document type in its XML.
    """
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            return f"an archive of {len(members):,} members", f"a workbook of at most {MAX_MEMBERS:,} members"
        unpacked = sum(member.file_size for member in members)
        if unpacked > MAX_UNPACKED:
            found = f"an archive that unpacks to {unpacked:,} bytes"
            return found, f"a workbook that unpacks to at most {MAX_UNPACKED:,} bytes"
        for member in members:
            if member.file_size > 1_000_000 and member.file_size > MAX_RATIO * max(1, member.compress_size):
                times = member.file_size // max(1, member.compress_size)
                found = f"{member.filename}, which unpacks to {times:,} times its size"
                return found, f"members that unpack to at most {MAX_RATIO} times their size"
            with archive.open(member) as file:
                if _has_document_type(file):
                    return f"{member.filename} with a document type", "a workbook whose XML declares none"
    return None


def _has_document_type(file: IO[bytes]) -> bool:
    """Tell whether XML declares a document type, in whatever encoding and behind whatever comments."""
    found: list[bool] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: found.append(True)
    parser.StartElementHandler = lambda *_: found.append(False)  # no document type comes after that
    try:
        while not found and (chunk := file.read(4_096)):
            parser.Parse(chunk)
    except expat.ExpatError:  # what is no XML is told when it is read as such
        pass
    return bool(found and found[0])


class SheetTable(Table):
    """A table in a sheet of a workbook; `sheet` is its name. Lines are rows."""

    def __init__(self, path: Path, layouts: Sequence[Layout]) -> None:
        super().__init__(path, layouts)
        self.sheet = ""
        try:
            refused = unsafe(path)
            if refused:
                self.problems.append(self.problem(1, "", *refused))
                return
            self._find_header()
        except _BROKEN as broken:
            self.problems.append(self._broken(broken))

    def _broken(self, broken: Exception) -> Problem:
        return self.problem(1, "", f"a damaged workbook ({type(broken).__name__})", "a whole .xlsx file")

    def _find_header(self) -> None:
        with _opened(self.path) as workbook:
            for sheet in workbook.worksheets:
                for line, row in enumerate(islice(_rows(sheet), _SEARCHED), 1):
                    if len(row) > MAX_COLUMNS:
                        break
                    cells = [_text(cell) for cell in row]
                    for layout in self.layouts if cells else ():
                        if layout.fits(cells):
                            self.sheet = sheet.title
                            self.take_header(layout, layout.trimmed(cells), line)
                            self.first = line
                            return
                    self.preamble.append(" ".join(cells))
        self.no_header()

    def records(self) -> Iterator[Record | Problem]:
        """Yield what stands below the header."""
        line = self.line
        try:
            with _opened(self.path) as workbook:
                for line, row in enumerate(_rows(workbook[self.sheet]), 1):
                    if len(row) > MAX_COLUMNS:
                        yield self.problem(line, "", f"a row of {len(row):,} columns", f"at most {MAX_COLUMNS}")
                        return
                    if line > self.line and any(cell.value is not None for cell in row):
                        yield self._record(line, row)
        except _BROKEN as broken:
            yield self.problem(line + 1, "", f"a damaged workbook ({type(broken).__name__})", "a whole .xlsx file")

    def pieces(self) -> Iterator[tuple[int, str]]:
        """Yield the header and the rows below it as CSV: what is mended is easier to mend as text."""
        with _opened(self.path) as workbook:
            for line, row in enumerate(_rows(workbook[self.sheet]), 1):
                if line >= self.line:
                    yield line if line > self.line else 0, self.written([_text(cell) for cell in row])

    def written(self, cells: Sequence[str]) -> str:
        """Return a row as a line of CSV."""
        return f"{COMMAS.join(cells)}\n"

    def _record(self, line: int, row: Sequence[Any]) -> Record | Problem:
        width = len(self.keys)
        for key, cell in zip(self.keys, row, strict=False):
            if cell.data_type == "f":
                return self.problem(line, key, "a formula", "its value: paste values and save again")
            if cell.data_type == "e":
                return self.problem(line, key, f"the error {cell.value}", "a value")
        cells = [_text(cell) for cell in row]
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if len(cells) > width:
            return self.problem(line, "", f"{len(cells)} cells", f"the {width} of the header")
        return self.checked(line, (cells + [""] * width)[:width])


@contextmanager
def _opened(path: Path) -> Iterator[Workbook]:
    """Give the workbook in a file, whatever its name ends in."""
    try:
        from openpyxl import load_workbook
    except ImportError as absent:
        raise InputError(
            f"{path} is an Excel workbook, which needs a further library: install it with "
            "`pip install 'weapons-supply-kg[excel]'`, or save the sheet as CSV UTF-8."
        ) from absent
    with (
        path.open("rb") as file,
        closing(load_workbook(file, read_only=True, data_only=False, keep_links=False)) as workbook,
    ):
        yield workbook


def _rows(sheet: Any) -> Iterator[Sequence[Any]]:  # noqa: ANN401 - openpyxl's read-only sheet
    sheet.reset_dimensions()  # a sheet's own statement of its size may be wrong, or huge
    yield from sheet.iter_rows()


def _text(cell: Any) -> str:  # noqa: ANN401 - openpyxl's cell
    """Return a stored value as a text table would have it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
