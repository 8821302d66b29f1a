"""Hostile files: each is refused, or read as what it is, and without its guard the attack would work."""

from __future__ import annotations

import io
import json
import os
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import yaml
from kg.loaders import findings, workbooks
from kg.loaders.tables import Layout
from kg.loaders.workbooks import SheetTable

from kg import documents, files, reading, text
from kg.errors import InputError
from kg.findings import Declared, Problem
from kg.reading import add_quotes, find_files
from tests.hostile.corpus import DEEP, IDS, PATHS, YAML_ALIASES, YAML_TAGS

LAYOUT = Layout("a test table", ("Name", "Year", "Note"), ("name", "year", "note"))
SHEET = "xl/worksheets/sheet1.xml"


def read(folder: Path, name: str, content: str) -> list[Declared | Problem]:
    (folder / name).write_text(content, encoding="utf-8")
    return list(findings.read(folder / name))


class TestYaml:
    @pytest.mark.parametrize("content", [*YAML_TAGS, *YAML_ALIASES])
    def test_a_tag_or_alias_is_refused(self, tmp_path, content):
        found = read(tmp_path, "a.yaml", content)
        assert len(found) == 1 and isinstance(found[0], Problem)
        assert "tag" in found[0].found or "alias" in found[0].found

    def test_another_reader_would_run_them(self, tmp_path):
        mark = tmp_path / "pwned"
        yaml.unsafe_load(YAML_TAGS[0].replace("echo pwned", f"touch {mark}"))
        assert mark.exists()

    def test_another_reader_would_unfold_them(self):
        value = yaml.safe_load(YAML_ALIASES[1])
        assert json.dumps(value).count("x") > 8


class TestDepth:
    @pytest.mark.parametrize(("name", "content"), DEEP, ids=range(len(DEEP)))
    def test_a_problem_and_no_more(self, tmp_path, name, content):
        found = read(tmp_path, name, content)
        assert len(found) == 1 and isinstance(found[0], Problem) and len(str(found[0])) < 1_000

    @pytest.mark.parametrize("depth", [15, 100, 900, 990])
    def test_what_python_still_reads_is_a_problem_too(self, tmp_path, depth):
        nested = '{"items": [{"id": "item:x", "name": ' + "[" * depth + "]" * depth + "}]}"
        assert [type(one) for one in read(tmp_path, "a.json", nested)] == [Problem]

    def test_without_the_bound_it_would_be_built(self, monkeypatch):
        monkeypatch.setattr(text, "MAX_DEPTH", 10**9)
        assert text.parse_yaml("a: " + "[" * 1_000 + "]" * 1_000).value["a"]


@pytest.mark.parametrize("name", IDS, ids=range(len(IDS)))
def test_an_id_is_a_plain_word(tmp_path, name):
    item = {"id": name, "name": "x"}
    finding = {"id": "f", "relation": "MANUFACTURED", "from": "country:SYR", "to": name, "certainty": "stated"}
    finding |= {"source": "s", "origin": "o", "statement": "x"}
    found = read(tmp_path, "a.json", json.dumps({"items": [item], "findings": [finding]}))
    assert [type(one) for one in found] == [Problem, Problem]


@pytest.fixture
def book(tmp_path) -> Callable[..., Path]:
    """Return what writes a sound workbook, with members added or replaced."""

    def write(**members: bytes) -> Path:
        workbook = openpyxl.Workbook()
        for row in (["Name", "Year", "Note"], ["a", 1, "x"]):
            workbook.active.append(row)
        plain, path = io.BytesIO(), tmp_path / "table.xlsx"
        workbook.save(plain)
        given = {name.replace("|", "."): content for name, content in members.items()}
        with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for member in old.infolist():
                if member.filename not in given:
                    new.writestr(member, old.read(member))
            for name, content in given.items():
                new.writestr(name, content)
        return path

    return write


def entities(encoding: str, before: str = "") -> bytes:
    """Return a sheet that unfolds one entity into another, behind something harmless."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 6))
    document = (
        f'<?xml version="1.0" encoding="{encoding}"?>{before}<!DOCTYPE x [<!ENTITY e0 "unfolded">{levels}]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c><c r="B1" t="inlineStr"><is><t>Year</t></is></c>'
        '<c r="C1" t="inlineStr"><is><t>Note</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>&e2;</t></is></c></row></sheetData></worksheet>'
    )
    return document.encode(encoding)


class TestArchives:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    @pytest.mark.parametrize("before", ["", f"<!--{' ' * 10_000}-->"], ids=["at once", "behind a comment"])
    def test_entities_are_refused_unread(self, book, encoding, before):
        table = SheetTable(book(**{SHEET: entities(encoding, before)}), (LAYOUT,))
        assert table.layout is None and "with a document type" in table.problems[0].found

    def test_entities_in_a_part_of_any_name_are_refused(self, book):
        table = SheetTable(book(**{"xl/worksheets/sheet1.dat": entities("utf-8")}), (LAYOUT,))
        assert "with a document type" in table.problems[0].found

    def test_without_the_guard_they_would_unfold(self, book, monkeypatch):
        path = book(**{SHEET: entities("utf-8")})
        monkeypatch.setattr(workbooks, "_has_document_type", lambda file: False)
        assert next(iter(SheetTable(path, (LAYOUT,))))["name"].count("unfolded") == 100

    def test_an_external_entity_is_refused(self, book, tmp_path):
        (tmp_path / "secret").write_text("secret")
        sheet = entities("utf-8").replace(b'"unfolded"', b'SYSTEM "%s"' % (tmp_path / "secret").as_uri().encode())
        assert "with a document type" in SheetTable(book(**{SHEET: sheet}), (LAYOUT,)).problems[0].found

    @pytest.mark.parametrize(
        ("limit", "members", "said"),
        [
            ("MAX_RATIO", {"xl/sharedStrings.xml": b"<sst>" + b" " * 5_000_000}, "which unpacks to"),
            ("MAX_UNPACKED", {"xl/media/a.bin": os.urandom(1_000) * 30_000}, "an archive that unpacks to"),
            ("MAX_MEMBERS", {f"xl/media/{number}": b"" for number in range(1_100)}, "members"),
        ],
    )
    def test_bombs_are_refused_packed_and_only_so(self, book, monkeypatch, limit, members, said):
        path = book(**members)
        if limit == "MAX_UNPACKED":
            monkeypatch.setattr(workbooks, "MAX_RATIO", 10**9)
            monkeypatch.setattr(workbooks, limit, 20_000_000)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert said in SheetTable(path, (LAYOUT,)).problems[0].found
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kilobytes
        monkeypatch.setattr(workbooks, limit, 10**12)
        assert SheetTable(path, (LAYOUT,)).layout is LAYOUT

    def test_a_member_that_lies_about_its_size_is_damaged(self, book):
        path = book(**{"xl/sharedStrings.xml": b"<sst>" + b"x" * 3_000_000})
        content = path.read_bytes()
        lying = content.replace((3_000_005).to_bytes(4, "little"), (50).to_bytes(4, "little"))
        assert lying != content
        path.write_bytes(lying)
        table = SheetTable(path, (LAYOUT,))
        assert len([one for one in table if isinstance(one, Problem)] + table.problems) < 3


class TestPaths:
    @pytest.fixture
    def folder(self, tmp_path) -> Path:
        """Return a folder of documents with links that lead out of it."""
        folder = tmp_path / "documents"
        folder.mkdir()
        (tmp_path / "outside.txt").write_text("secret")
        (folder / "linked.txt").symlink_to(tmp_path / "outside.txt")
        (folder / "linked").symlink_to(tmp_path)
        return folder

    @staticmethod
    def quoted(folder: Path, document: str) -> reading.Reading:
        """Read a file whose one finding quotes the first six signs of a document."""
        source = {"id": "s", "title": "t", "publisher": "p", "published": "2017", "document": document}
        source |= {"sha256": documents.sha256(b"secret"), "reliability": {"grade": "B", "reason": "r"}}
        finding = {"id": "f", "relation": "HELD", "from": "country:SYR", "to": "item:x", "certainty": "stated"}
        finding |= {"source": "s", "origin": "o", "statement": "x"}
        finding |= {"locator": {"start": 0, "end": 6, "sha256": documents.span_sha256("secret")}}
        path = folder.parent / "a.json"
        path.write_text(json.dumps({"sources": [source], "findings": [finding]}))
        found = reading.read(find_files([path])[0])
        assert not found.problems, found.problems
        add_quotes(found, folder)
        return found

    @pytest.mark.parametrize("name", PATHS)
    def test_no_document_outside_its_folder_is_quoted(self, folder, name):
        try:
            assert not self.quoted(folder, name).quotes
        except InputError as refusal:
            assert "outside" in str(refusal)

    @pytest.mark.parametrize("name", ["../outside.txt", "linked.txt", "linked/outside.txt"])
    def test_without_the_guard_it_would_be(self, folder, name, monkeypatch):
        monkeypatch.setattr(documents, "below", lambda where, document: where / document)
        assert self.quoted(folder, name).quotes["f"].text == "secret"

    def test_a_link_in_a_folder_to_load_is_not_followed_out_of_it(self, tmp_path, monkeypatch):
        (tmp_path / "private.yaml").write_text("items: []\n")
        folder = tmp_path / "sent"
        folder.mkdir()
        (folder / "own.yaml").write_text("items: []\n")
        (folder / "link.yaml").symlink_to(tmp_path / "private.yaml")
        found, skipped = find_files([folder])
        assert [file.name for file in found] == ["own.yaml"]
        assert skipped == ["link.yaml (a link out of sent)"]
        monkeypatch.setattr(Path, "is_relative_to", lambda *_: True)
        assert [file.name for file in find_files([folder])[0]] == ["link.yaml", "own.yaml"]

    def test_an_export_replaces_a_link_and_not_what_it_leads_to(self, tmp_path):
        (tmp_path / "precious").write_text("kept")
        (tmp_path / "out.csv").symlink_to(tmp_path / "precious")
        files.write_text(tmp_path / "out.csv", "exported")
        assert (tmp_path / "precious").read_text() == "kept"
        assert not (tmp_path / "out.csv").is_symlink() and (tmp_path / "out.csv").read_text() == "exported"

    def test_writing_in_place_would_write_through_it(self, tmp_path):
        (tmp_path / "precious").write_text("kept")
        (tmp_path / "out.csv").symlink_to(tmp_path / "precious")
        (tmp_path / "out.csv").write_text("exported")
        assert (tmp_path / "precious").read_text() == "exported"
