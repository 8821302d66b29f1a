"""Excel workbooks: values as stored, formulas and bombs refused, nothing evaluated."""

import zipfile
from datetime import date, datetime

import pytest
from kg.loaders import workbooks
from kg.loaders.tables import Layout, Record
from kg.loaders.workbooks import SheetTable

from kg.errors import InputError
from kg.findings import Problem

openpyxl = pytest.importorskip("openpyxl")
LAYOUT = Layout("a test table", ("Name", "Year", "Note"), ("name", "year", "note"))


@pytest.fixture
def book(tmp_path):
    def write(*rows):
        workbook = openpyxl.Workbook()
        for row in rows:
            workbook.active.append(row)
        path = tmp_path / "table.xlsx"
        workbook.save(path)
        return path

    return write


def repacked(path, name, content):
    """Write a workbook anew with one member replaced."""
    other = path.with_name("other.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return other


def test_values_are_texts_as_a_text_table_would_have_them(book):
    path = book(
        ["A title"], ["Name", "Year", "Note"], ["a", 1985, 1.5], ["b", 3.0, True], [None], ["c", None, date(2020, 1, 2)]
    )
    table = SheetTable(path, (LAYOUT,))
    assert table.problems == []
    records = list(table)
    assert [tuple(one.cells.values()) for one in records] == [
        ("a", "1985", "1.5"), ("b", "3", "Yes"), ("c", "", "2020-01-02"),
    ]  # fmt: skip
    assert [one.line for one in records] == [3, 4, 6]
    assert (
        workbooks.known_in(path, path.read_bytes()[:100], (LAYOUT,)) == "sheet 'Sheet' has the header of a test table"
    )


def test_formulas_errors_and_cells_beyond_the_header_are_refused(book):
    path = book(["Name", "Year", "Note"], ["a", "=1+1", "x"], ["b", 1, "#REF!"], ["c", 1, "x", "y"], ["d", 1, "x"])
    found = [one.found if isinstance(one, Problem) else one["name"] for one in SheetTable(path, (LAYOUT,))]
    assert found == ["a formula", "the error #REF!", "4 cells", "d"]


def test_a_row_without_end_is_refused(book):
    path = book(["Name", "Year", "Note"], ["a", 1, "x"])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").replace(b'r="C2"', b'r="XFD2"')
    found = list(SheetTable(repacked(path, "xl/worksheets/sheet1.xml", sheet), (LAYOUT,)))
    assert [one.found for one in found] == ["a row of 16,384 columns"]


def test_a_time_of_day_is_kept(book):
    path = book(["Name", "Year", "Note"], ["a", 1, datetime(2020, 1, 2, 3, 4)])
    assert next(iter(SheetTable(path, (LAYOUT,))))["note"] == "2020-01-02 03:04:00"


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.99])
def test_a_truncated_workbook_is_named(book, cut):
    path = book(["Name", "Year", "Note"], *[["a", 1, "x"]] * 50)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * cut)])
    table = SheetTable(path, (LAYOUT,))
    assert table.layout is None and "damaged" in table.problems[0].found


def test_bombs_are_refused_before_they_unpack(book, monkeypatch):
    path = book(["Name", "Year", "Note"], ["a", 1, "x"])
    bomb = repacked(path, "xl/sharedStrings.xml", b"<sst>" + b" " * 5_000_000)
    assert "unpacks to" in SheetTable(bomb, (LAYOUT,)).problems[0].found
    assert SheetTable(bomb, (LAYOUT,)).problems[0].expected == "members that unpack to at most 150 times their size"
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 1_000)
    assert "an archive that unpacks to" in SheetTable(path, (LAYOUT,)).problems[0].found
    assert SheetTable(path, (LAYOUT,)).problems[0].expected == "a workbook that unpacks to at most 1,000 bytes"
    monkeypatch.setattr(workbooks, "MAX_MEMBERS", 2)
    assert "members" in SheetTable(path, (LAYOUT,)).problems[0].found
    assert SheetTable(path, (LAYOUT,)).problems[0].expected == "a workbook of at most 2 members"


def test_entities_are_refused(book):
    path = book(["Name", "Year", "Note"], ["a", 1, "x"])
    text = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>'
    (problem,) = SheetTable(repacked(path, "xl/worksheets/sheet1.xml", text), (LAYOUT,)).problems
    assert "a document type" in problem.found and problem.expected == "a workbook whose XML declares none"


def test_a_sheet_that_lies_about_its_size_is_read_as_it_is(book):
    path = book(["Name", "Year", "Note"], ["a", 1, "x"])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").replace(b'ref="A1:C2"', b'ref="A1:XFD1048576"')
    assert b"XFD1048576" in sheet
    assert len(list(SheetTable(repacked(path, "xl/worksheets/sheet1.xml", sheet), (LAYOUT,)))) == 1


def test_another_dataset_and_other_archives_are_refused(book, tmp_path):
    path = book(["country", "origin", "system"], ["a", 1, "x"])
    table = SheetTable(path, (LAYOUT,))
    assert table.layout is None and "header" in table.problems[0].field
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert "damaged" in SheetTable(other, (LAYOUT,)).problems[0].found


def test_without_the_library_the_remedy_is_named(book, monkeypatch):
    import builtins

    real = builtins.__import__

    def without(name, *rest, **options):
        if name == "openpyxl":
            raise ImportError(name)
        return real(name, *rest, **options)

    path = book(["Name", "Year", "Note"], ["a", 1, "x"])
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match="excel"):
        SheetTable(path, (LAYOUT,))


def test_an_excerpt_is_text_that_reads_as_the_same_records(book, tmp_path):
    path = book(["Name", "Year", "Note"], ["a", 1, "x, y"], ["b", "=1", "z"])
    out = tmp_path / "excerpt.csv"
    out.write_bytes(b"".join(SheetTable(path, (LAYOUT,)).excerpt({2})))
    assert [one.cells for one in workbooks.table(out, (LAYOUT,))] == [{"name": "a", "year": "1", "note": "x, y"}]
    assert all(isinstance(one, Record) for one in workbooks.table(out, (LAYOUT,)))
