"""Any input at all: every reader declares, reports a problem or refuses in one sentence, and never fails otherwise.

Tables of registers are fuzzed beside their loaders, in tests/unit/loaders/test_hostile.py.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kg.loaders import findings, mapped
from kg.loaders.tables import Layout
from kg.loaders.workbooks import SheetTable

from kg import catalog, dates, decisions, documents, names
from kg import settings as settings_of
from kg.errors import InputError, KgError, UsageError
from kg.findings import SECTIONS, Declared, Problem
from tests.hostile.corpus import DEEP, TEXTS
from tests.integration.conftest import BASE

ANY = st.text(st.characters(codec=None, categories=None), max_size=60) | st.sampled_from(TEXTS)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | ANY
    | st.sampled_from(["country:SYR", "item:x", "2017"])
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3))
FIELDS = sorted({field.alias or name for model in SECTIONS.values() for name, field in model.model_fields.items()})
LAYOUT = Layout("a test table", ("Name", "Year", "Note"), ("name", "year", "note"))


def read(loader: Any, name: str, content: bytes) -> list[Declared | Problem]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        found = list(loader.read(path))
    assert all(isinstance(one, Declared | Problem) for one in found)
    for one in found:
        if isinstance(one, Problem):
            assert one.line >= 1 and one.found and one.expected
    return found


@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a.jsonl"])
def test_a_findings_file_of_any_bytes(name):
    @settings(max_examples=60)
    @given(st.binary(max_size=200) | ANY.map(lambda text: text.encode("utf-8", "surrogatepass")))
    @example(DEEP[0][1].encode())
    @example(DEEP[4][1].encode())
    @example(b"items: [{id: item:x, name: \x00}]")
    def law(content):
        read(findings, name, content)

    law()


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from([*SECTIONS, "other"]), st.lists(st.dictionaries(st.sampled_from(FIELDS), VALUES)))
)
def test_a_findings_file_of_any_values(content):
    read(findings, "a.json", json.dumps(content).encode())


@settings(max_examples=150)
@given(st.data())
def test_a_sound_findings_file_with_one_value_replaced(data):
    content = json.loads(json.dumps(BASE))
    section = data.draw(st.sampled_from(sorted(content)))
    entry = data.draw(st.sampled_from(content[section]))
    entry[data.draw(st.sampled_from(FIELDS))] = data.draw(VALUES)
    found = read(findings, "a.json", json.dumps(content).encode())
    assert len(found) >= sum(map(len, content.values()))


@settings(max_examples=60)
@given(st.binary(max_size=300), st.binary(max_size=200))
def test_a_mapped_table_of_any_bytes(table, mapping):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(table)
        for suffix in (".mapping.yaml", ".yaml"):
            path.with_name(path.name + suffix).write_bytes(mapping)
            path.with_suffix(suffix).write_bytes(mapping)
        mapped.recognise(path, table)
        try:
            assert all(isinstance(one, Declared | Problem) for one in mapped.read(path))
        except InputError as refusal:
            assert str(refusal).endswith(".")


def workbook() -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in (["Name", "Year", "Note"], ["a", 1, "x"], ["b", 2, "y"]):
        book.active.append(row)
    book.save(content)
    return content.getvalue()


WORKBOOK = workbook()
MEMBERS = zipfile.ZipFile(io.BytesIO(WORKBOOK)).namelist()


def rows_of(content: bytes) -> list[object]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(content)
        table = SheetTable(path, (LAYOUT,))
        return [*table.problems, *(table if table.layout else ())]


@settings(max_examples=60)
@given(st.integers(0, len(WORKBOOK) - 1), st.binary(min_size=1, max_size=8))
def test_a_workbook_with_bytes_replaced(place, junk):
    assert rows_of(WORKBOOK[:place] + junk + WORKBOOK[place + len(junk) :]) is not None


@settings(max_examples=60)
@given(st.sampled_from(MEMBERS), st.data())
def test_a_workbook_with_a_member_replaced(name, data):
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old, zipfile.ZipFile(packed, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            if member == name:
                start = data.draw(st.integers(0, len(content)))
                end = data.draw(st.integers(start, min(len(content), start + 40)))
                junk = data.draw(
                    st.binary(max_size=8) | st.sampled_from([b"<c", b"</row>", b'r="A0"', b'"', b"1e999", b"-1"])
                )
                content = content[:start] + junk + content[end:]
            new.writestr(member, content)
    assert rows_of(packed.getvalue()) is not None


@given(ANY)
def test_a_name_is_cleaned_once_and_for_all(name):
    cleaned = names.clean(name)
    assert names.clean(cleaned) == cleaned and cleaned == cleaned.strip()


@given(ANY, ANY)
def test_names_of_any_text_are_compared_either_way(first, second):
    catalogue = names.Names([_Named("group:a", first or "a", (second,))])
    for text in (first, second):
        for match in catalogue.search(text):
            assert match.id == "group:a" and 0 <= match.score <= 100
        try:
            assert catalogue.resolve(text, "party") == "group:a"
        except KgError as refusal:
            assert refusal.exit_code == 4


class _Named:
    def __init__(self, id_: str, name: str, aliases: tuple[str, ...]) -> None:
        self.id, self.name, self.aliases = id_, name, aliases


DOCUMENT = st.text(st.characters(categories=None, exclude_categories=["Cs"]), max_size=60)


@given(DOCUMENT, st.integers(0, 70), st.integers(0, 70))
def test_a_locator_holds_where_it_was_made_and_nowhere_else_unseen(text, first, last):
    start, end = sorted((min(first, len(text)), min(last, len(text))))
    span = text[start:end]
    place = documents.Place(start, end, documents.span_sha256(span))
    assert documents.check(text, place) == (documents.HOLDS, start)
    if span:
        assert place in documents.locate(text, span)
        verdict, now = documents.check("x" + text, place)
        assert verdict in (documents.MOVED, documents.HOLDS) and now is not None
        assert ("x" + text)[now : now + len(span)] == span
    documents.quote(text, start, end)
    assert documents.difference(text.encode(), [place])


@given(st.binary(max_size=80), st.integers(0, 100), st.integers(0, 100))
def test_any_document_differs_in_words(data, first, last):
    start, end = sorted((first, last))
    assert documents.difference(data, [documents.Place(start, end, "0" * 64)])


@given(ANY, ANY)
def test_any_two_dates_are_parsed_or_refused(first, second):
    for text in (first, f"{first}/{second}"):
        try:
            assert dates.parse(text) != dates.Interval()
        except ValueError as refusal:
            assert str(refusal)


@given(ANY)
def test_a_query_of_any_text_is_read_or_refused(text):
    for content in (text, f"// question: {text}\n// returns: x\n// parameter: {text}\nRETURN 1 AS x"):
        try:
            catalog.parse("mine", content)
        except InputError as refusal:
            assert "mine" in str(refusal)


@given(ANY)
def test_a_parameter_of_any_text_is_a_value_or_refused(text):
    if not text.startswith("@"):
        try:
            assert set(catalog.parameters([f"p={text}"])) == {"p"}
        except UsageError as refusal:
            assert str(refusal).endswith(".")


@settings(max_examples=60)
@given(st.binary(max_size=120) | VALUES.map(lambda value: yaml.safe_dump({"decisions": value}).encode()))
def test_decisions_and_settings_of_any_bytes_are_read_or_refused(content):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "decisions.yaml"
        path.write_bytes(content)
        (Path(folder) / "kg.toml").write_bytes(content)
        for use in (lambda: decisions.read(path), lambda: settings_of.load({"KG_HOME": folder}, Path(folder))):
            try:
                use()
            except KgError as refusal:
                assert str(refusal).endswith(".")
