"""Hostile texts at every sink that shows them: nothing of them acts, and without its guard it would."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import unicodedata
from html.parser import HTMLParser

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import output
from kg.errors import KgError
from kg.export import gexf, graphml, page_data, tables
from kg.export import html as page
from kg.output import Answer, emit
from kg.visible import visible, visible_on_page
from tests.browser import samples
from tests.hostile.corpus import BIDI, CONFUSABLE, CYPHER, FORMULA, HONEST, HTML, TERMINAL, TEXTS
from tests.unit.test_exports import whole

#: What a terminal acts on, or what changes the order in which signs are read.
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
ALL = pytest.mark.parametrize("text", TEXTS, ids=ascii)


def shown(text: str, format_: str) -> str:
    stream = io.StringIO()
    emit(Answer([{"name": text, "list": [text]}], notes=[text]), format_, stream)
    return stream.getvalue()


@pytest.mark.parametrize("format_", output.FORMATS)
@ALL
def test_no_answer_acts_on_a_terminal(text, format_):
    assert not ACTS.search(shown(text, format_))


def test_without_the_guard_an_answer_would(monkeypatch):
    monkeypatch.setattr(output, "visible", str)
    for text in (*TERMINAL[:5], *BIDI[:4]):
        assert ACTS.search(shown(text, "csv")), ascii(text)
    for text in (TERMINAL[0], BIDI[0]):
        assert ACTS.search(shown(text, "table")), ascii(text)


@ALL
def test_json_answers_are_ascii_and_whole(text):
    document = shown(text, "json")
    assert document.isascii()
    assert json.loads(document)["rows"] == [{"name": text, "list": [text]}]


ERROR = """
import sys
from kg import commands
from kg.errors import UsageError
if sys.argv[2] == "bare":
    from kg import visible
    visible.visible = str
def fail(**_): raise UsageError(sys.argv[1])
commands.app.command("fail")(lambda: fail())
commands._register = lambda: commands.app.command("other")(lambda: None)
commands.main(["fail"])
"""


@pytest.mark.parametrize("way", ["guarded", "bare"])
def test_no_error_acts_on_a_terminal_but_for_its_guard(way):
    given_ = "no \x1b[31mparty\u202e called so\r."
    done = subprocess.run(
        [sys.executable, "-c", ERROR, given_, way],
        capture_output=True,
        check=False,
        timeout=60,
        env={"LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 2
    assert bool(ACTS.search(done.stderr.decode())) == (way == "bare")


def cells(text: str) -> list[str]:
    rows = list(csv.reader(io.StringIO(shown(text, "csv"), newline="")))
    return [cell for row in rows for cell in row]


@pytest.mark.parametrize("text", FORMULA, ids=ascii)
def test_no_cell_of_csv_is_a_formula(text):
    assert not [cell for cell in cells(text) if cell.lstrip("\t\r ").startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("text", FORMULA[:4], ids=ascii)
def test_without_the_guard_a_cell_would_be(text, monkeypatch):
    monkeypatch.setattr(output, "_defused", str)
    assert [cell for cell in cells(text) if cell.startswith(("=", "+", "-", "@"))]


@ALL
def test_files_of_graphs_are_read_back_and_act_in_no_reader(tmp_path, text):
    selected = whole(text)
    graphml.write(tmp_path / "a.graphml", selected)
    gexf.write(tmp_path / "a.gexf", selected)
    assert nx.read_graphml(tmp_path / "a.graphml").nodes["country:AAA"]["label"] == visible(text)
    assert nx.read_gexf(tmp_path / "a.gexf").nodes["country:AAA"]["label"] == visible(text)
    tables.write_csv(tmp_path / "a.csv", selected)
    for path in tmp_path.glob("*.csv"):
        content = path.read_text(encoding="utf-8")
        assert not ACTS.search(content.replace("\r\n", "\n"))
        for row in csv.reader(io.StringIO(content, newline="")):
            assert not [cell for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))]


class Tags(HTMLParser):
    """The elements and the handlers of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found += [tag, *(name for name, _ in attrs if name.startswith("on"))]


def page_with(text: str, folder) -> str:
    picture = samples.answer(title=text, notes=(text,), date=text, handling=None)
    return page.write(folder / "page.html", picture).path.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [*HTML, *TERMINAL, *BIDI], ids=ascii)
def test_a_page_has_the_same_elements_whatever_it_is_called(tmp_path, text):
    content = page_with(text, tmp_path)
    assert Tags(content).found == Tags(page_with("A title", tmp_path)).found
    assert not ACTS.search(re.search("<title>(.*?)</title>", content, re.DOTALL)[1].replace("\r", ""))


def test_without_the_guards_a_page_would_have_more(tmp_path, monkeypatch):
    monkeypatch.setattr(page_data, "json_text", lambda value: json.dumps(value, sort_keys=True))
    plain = Tags(page_with("A title", tmp_path)).found
    assert Tags(page_with(HTML[1], tmp_path)).found != plain


@pytest.mark.parametrize("show", [visible, visible_on_page])
class TestVisible:
    @pytest.mark.parametrize("text", [*TERMINAL, *BIDI], ids=ascii)
    def test_what_is_not_seen_is_shown(self, show, text):
        if show is visible_on_page and "\r" in text:
            return  # white space on a page
        assert show(text) != text and not ACTS.search(show(text))

    @pytest.mark.parametrize("text", CONFUSABLE)
    def test_a_letter_that_passes_for_another_is_shown(self, show, text):
        assert show(text) != text
        assert {unicodedata.name(sign).split()[0] for sign in show(text) if sign.isalpha()} == {"LATIN"}

    def test_without_the_guard_it_would_pass(self, show, monkeypatch):
        monkeypatch.setattr("kg.visible._LOOKALIKE", ())
        assert [show(text) for text in CONFUSABLE] == list(CONFUSABLE)

    @pytest.mark.parametrize("text", HONEST)
    def test_honest_names_stay(self, show, text):
        assert show(text) == text

    def test_twice_is_once(self, show):
        @given(st.text(st.characters(codec=None, categories=None)))
        def law(text):
            assert show(show(text)) == show(text) and not ACTS.search(show(text).replace("\r", ""))

        law()


def test_errors_are_one_line_whatever_they_quote():
    """What a sentence quotes is shortened and stands on its line."""
    for text in (*CYPHER, *TERMINAL):
        assert "\n" not in visible(str(KgError(f"{text!r} is unknown.")))
