"""Answers as rows, as a table of pandas, and as a picture where there is one."""

import sys

import pytest

from kg.answers import CypherAnswer
from kg.errors import NothingFoundError, UsageError

ANSWER = CypherAnswer(("a", "b"), [[1, "x"], [2, None]], limit=2)


def test_rows_and_pandas_say_the_same():
    frame = ANSWER.to_pandas()
    assert list(frame.columns) == ["a", "b"] and list(frame["a"]) == [row["a"] for row in ANSWER.rows()]
    assert list(CypherAnswer(("a",), []).to_pandas().columns) == ["a"]


def test_what_was_cut_is_said():
    assert "first 2 rows" in ANSWER.cut[0] and CypherAnswer(("a",), [[1]]).cut == ()


def test_without_pandas_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match="pip install pandas"):
        ANSWER.to_pandas()


def test_a_picture_is_made_only_where_there_is_something_to_draw():
    def nothing():
        raise NothingFoundError("there is nothing to draw.")

    assert ANSWER._repr_html_() is None
    assert CypherAnswer(("a",), [[1]], page=nothing)._repr_html_() is None
    assert CypherAnswer(("a",), [[1]], page=lambda: "<iframe>")._repr_html_() == "<iframe>"
