"""One way from rows to every format."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.output import FORMATS, Answer, emit
from kg.visible import visible

ROWS = [{"name": "=1+1", "number": 3, "list": ["a", "b"], "none": None, "deep": {"x": 1}, "flag": True}]


def out(answer, format_):
    stream = io.StringIO()
    emit(answer, format_, stream)
    return stream.getvalue()


def test_json_has_rows_notes_and_extra():
    document = json.loads(out(Answer(ROWS, notes=["cut"], extra={"projection": {"since": None}}), "json"))
    assert document == {"rows": ROWS, "notes": ["cut"], "projection": {"since": None}}


def test_json_lines_end_with_the_notes():
    lines = [json.loads(line) for line in out(Answer(ROWS, notes=["cut"]), "jsonl").splitlines()]
    assert lines == [*ROWS, {"notes": ["cut"]}]


def test_a_heading_is_above_the_table_and_the_first_note_elsewhere():
    answer = Answer(ROWS, notes=["cut"], heading="Projection: types SUPPLIED")
    assert out(answer, "table").startswith("Projection: types SUPPLIED\n")
    assert json.loads(out(answer, "jsonl").splitlines()[-1]) == {"notes": ["Projection: types SUPPLIED", "cut"]}
    assert "Projection: types SUPPLIED; cut" in out(answer, "csv")
    assert out(Answer(ROWS, heading="above", draw=lambda console: console.print("drawn")), "table") == "drawn\n"


def test_csv_defuses_formulas_and_says_notes():
    rows = list(csv.DictReader(io.StringIO(out(Answer(ROWS, notes=["cut"]), "csv"))))
    assert rows == [
        {"name": "'=1+1", "number": "3", "list": "a; b", "none": "", "deep": '{"x": 1}', "flag": "true", "notes": "cut"}
    ]


def test_csv_keeps_negative_numbers():
    assert out(Answer([{"a": -1.5}]), "csv") == "a\n-1.5\n"


@pytest.mark.parametrize("format_", FORMATS)
def test_a_note_is_in_every_format_and_an_empty_answer_is_none_of_them_a_failure(format_):
    assert "only the first" in out(Answer(ROWS, notes=["only the first"]), format_)
    out(Answer([]), format_)


@pytest.mark.parametrize("format_", FORMATS)
def test_a_note_is_in_every_format_also_where_there_is_no_row(format_):
    assert "only the first" in out(Answer([], {"name": "name"}, ["only the first"]), format_)


def test_table_shows_control_and_direction_marks():
    text = out(Answer([{"name": "a\x1b[31mred\u202ereversed"}]), "table")
    assert "\x1b" not in text and "\u202e" not in text
    assert "\\u001b" in text and "\\u202e" in text


WORDS = st.lists(st.text("abcdefgh:-", min_size=1, max_size=30), min_size=1, max_size=4).map(" ".join)


@given(
    st.lists(st.fixed_dictionaries({"id": WORDS, "statement": WORDS, "other": WORDS}), min_size=1, max_size=4),
    st.integers(20, 120),
)
def test_no_word_of_a_table_is_broken_and_no_line_is_longer_than_the_terminal(rows, width):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        text = out(Answer(rows), "table")
    words = text.split()
    if text.splitlines()[0].split() == list(rows[0]):  # else a block for each row, whose lines may be longer
        assert all(len(line) <= width for line in text.splitlines())
    for row in rows:
        for value in row.values():
            assert set(value.split()) <= set(words)


@given(st.text())
def test_nothing_visible_can_act(text):
    assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in visible(text))
    assert visible("plain – ü 中 \U0001f600\n") == "plain – ü 中 \U0001f600\n"


def test_csv_shows_control_and_direction_marks():
    text = out(Answer([{"name": "a\x1b[31mred\u202ereversed", "list": ["\x00"]}], notes=["\x07"]), "csv")
    assert text == "name,list,notes\na\\u001b[31mred\\u202ereversed,\\u0000,\\u0007\n"
