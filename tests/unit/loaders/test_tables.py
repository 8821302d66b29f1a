"""Tables in text files: damage that is mended, damage that is named, and nothing in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kg.loaders import tables
from kg.loaders.tables import CellError, Layout, Record, TextTable

from kg.findings import Problem

LAYOUT = Layout("a test table", ("Name", "Year", "Note"), ("name", "year", "note"))
LATIN = Layout("a test table", ("Name", "Year", "Note"), ("name", "year", "note"), latin=True)


@pytest.fixture
def write(tmp_path):
    def table(content, layout=LAYOUT):
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return TextTable(path, (layout,))

    return table


def cells(table):
    return [tuple(one.cells.values()) if isinstance(one, Record) else one.line for one in table]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"A preamble\r\n;\r\n"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("separator", [b",", b";", b"\t", b"|"])
def test_records_below_a_preamble(write, start, end, separator):
    lines = [separator.join(line) for line in ((b"Name", b"Year", b"Note"), (b"a", b"1", b" x "), (b"b", b"", b""))]
    table = write(start.replace(b"\r\n", end) + end.join(lines) + end)
    assert table.problems == []
    assert cells(table) == [("a", "1", "x"), ("b", "", "")]


def test_lines_are_counted_from_one_over_quoted_breaks(write):
    table = write('Name,Year,Note\n"a\nb",1,x\n\nc,2,y\n')
    assert [(one.line, one["name"]) for one in table] == [(2, "a b"), (5, "c")]


def test_records_split_by_breaks_are_joined_but_never_across_a_whole_record(write):
    assert cells(write("Name,Year,Note\na,\n1,x\nb,2,y\n")) == [("a", "1", "x"), ("b", "2", "y")]
    assert cells(write("Name,Year,Note\na,1\nb,2,y\n")) == [2, ("b", "2", "y")]
    assert cells(write("Name,Year,Note\nb,2,y\na,1\n")) == [("b", "2", "y"), 3]


def test_an_open_quote_costs_its_own_record_only(write):
    table = write('Name,Year,Note\n"a,1,x\nb,2,y\nc,3,z\n')
    assert cells(table) == [2, ("b", "2", "y"), ("c", "3", "z")]
    assert "quote" in next(one for one in table if isinstance(one, Problem)).found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("Name,Year,Note\na,1,x", "a last line without an end"),
        ("Name,Year,Note\na,1,x\nb,2", "2 cells"),
        ("Name,Year,Note\na,1,x,y\n", "4 cells"),
        ("Name,Year,Note\na,1,=HYPERLINK(x)\n", 'the formula "=HYPERLINK(x)"'),
        ("Name,Year,Note\na,1,x\0\n", "a NUL byte"),
        ("Name,Year,Note\n", "no record below the header"),
        ('Name,Year,Note\na,1,"x"y\n', "',' expected after"),
        (f"Name,Year,Note\na,1,{'x' * 9_000}\n", "a cell of 9,000 characters"),
        (f"Name,Year,Note\na,1,{'x' * 10_000_000}\n", "a line of over 1,000,000 characters"),
    ],
)
def test_damage_is_named(write, content, found):
    problems = [one for one in write(content) if isinstance(one, Problem)]
    assert len(problems) == 1 and found in problems[0].found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("Name,Year,Note\na,1,x\n".encode("utf-16"), "UTF-16 text"),
        ("Name,Year,Note\na,1,x\n".encode("utf-32"), "UTF-32 text"),
        ("Name,Year,Note\na,1,x\n".encode("utf-16-le"), "a NUL byte"),
        ("Name,Year,Note\nä,1,x\n".encode("latin-1"), "the byte 0xe4"),
        ("Name,Year\na,1\n", 'no column "Note"'),
        ("Name,Year,Note,Name\na,1,x,y\n", 'the column "Name" twice'),
        ("Name,Year,Note,Extra\na,1,x,y\n", 'the column "Extra"'),
        ("country,origin,system\na,1,x\n", '"country,origin,system"'),
        ("", '"nothing"'),
        (b"\x00\x01\x02", "a NUL byte"),
    ],
)
def test_what_is_no_such_table_is_refused_whole(write, content, found):
    table = write(content)
    assert table.layout is None and list(table) == []
    assert found in table.problems[0].found


def test_latin_text_is_read_where_the_format_has_it_and_undefined_bytes_never(write):
    content = "Name,Year,Note\nä–,1,x\n".encode("cp1252")
    assert cells(write(content, LATIN)) == [("ä–", "1", "x")]
    table = write(b"Name,Year,Note\na,1,\x81\n", LATIN)
    assert table.layout is None and (table.problems[0].line, table.problems[0].found) == (2, "the byte 0x81")


def test_columns_may_stand_in_another_order_but_not_those_of_one_name(write):
    assert [one["year"] for one in write("Note,Name,Year\nx,a,1\n")] == ["1"]
    twins = Layout("a table", ("Name", " ", "Year", " "), ("name", "first", "year", "second"))
    assert [one["second"] for one in write("Name, ,Year, \na,1,2,3\n", twins)] == ["3"]
    assert write("Name, , ,Year\na,1,2,3\n", twins).layout is None


def test_cells_are_what_their_columns_hold():
    record = Record(1, {"a": "1,5", "b": "3.0", "c": "x", "d": "", "e": "1985", "f": "2022-02-30"})
    assert record.number("a") == 1.5 and record.whole("b") == 3 and record.year("e") == 1985
    assert record.number("d") is record.whole("d") is record.year("d") is record.day("d") is None
    for call in (record.number, record.whole, record.year):
        with pytest.raises(CellError):
            call("c")
    for call, key in ((record.whole, "a"), (record.year, "b"), (record.day, "f"), (record.required, "d")):
        with pytest.raises(CellError):
            call(key)
    with pytest.raises(CellError, match="one of"):
        record.choice("c", {"y": True, "": False})


@pytest.mark.parametrize("text", ["١", "1e400", "nan", "inf", "1_000", "0x1", "--1", "1.2.3"])
def test_only_plain_numbers_are_numbers(text):
    with pytest.raises(CellError):
        Record(1, {"a": text}).number("a")


def test_an_excerpt_holds_the_header_and_the_records_asked_for(write, tmp_path):
    content = 'Preamble\r\nName,Year,Note\r\na,1,x\r\n"b\r\nb",2,y\r\nc,\r\n3,z\r\n'
    table = write(content)
    assert [one.line for one in table] == [3, 4, 6]
    assert b"".join(table.excerpt({4})).decode() == 'Preamble\r\nName,Year,Note\r\n"b\r\nb",2,y\r\n'
    assert b"".join(table.excerpt({3, 4, 6})).decode() == content
    assert b"".join(table.excerpt(())).decode() == "Preamble\r\nName,Year,Note\r\n"


@given(st.binary(max_size=400))
def test_any_bytes_are_records_or_problems(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"Name,Year,Note\n" + content)
    for layout in (LAYOUT, LATIN):
        table = TextTable(path, (layout,))
        assert all(isinstance(one, Record | Problem) for one in (*table.problems, *table))
    tables.known(content, (LAYOUT,))


@given(st.lists(st.tuples(*[st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]))] * 3)))
def test_what_a_csv_writer_wrote_is_read_back(tmp_path_factory, rows):
    import csv

    rows = [tuple(cell.strip() for cell in row) for row in rows]
    rows = [row for row in rows if any(cell.strip(" ,;\t|") for cell in row) and not any(c[:1] == "=" for c in row)]
    path = tmp_path_factory.getbasetemp() / "written.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("Name", "Year", "Note"), *rows])
    assert [tuple(one.cells.values()) for one in TextTable(path, (LAYOUT,)) if isinstance(one, Record)] == rows
