"""Answers as rows, as a table of pandas, and as a picture where there is one."""

import sys
import warnings

import pytest

from kg.answers import CypherAnswer
from kg.errors import NothingFoundError, UsageError

ANSWER = CypherAnswer(("a", "b"), [[1, "x"], [2, None]], limit=2)
WHOLE = CypherAnswer(("a", "b"), [[1, "x"], [2, None]])


def test_rows_and_pandas_say_the_same():
    frame = WHOLE.to_pandas()
    assert list(frame.columns) == ["a", "b"] and list(frame["a"]) == [row["a"] for row in WHOLE.rows()]
    assert list(CypherAnswer(("a",), []).to_pandas().columns) == ["a"]


def test_what_was_cut_is_said():
    assert ANSWER.cut == ("Only the first 2 rows are shown: raise limit= for more.",)
    assert ANSWER.cut_by() == ("Only the first 2 rows are shown.",)
    assert WHOLE.cut == WHOLE.cut_by() == () and CypherAnswer(("a",), [[1]]).cut == ()


def test_a_table_says_what_a_limit_cut():
    with pytest.warns(UserWarning, match="Only the first 2 rows") as warned:
        frame = ANSWER.to_pandas()
    assert [one.filename for one in warned] == [__file__]
    assert frame.attrs == {"projection": None, "cut": list(ANSWER.cut), "notes": []}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert WHOLE.to_pandas().attrs["cut"] == []


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
