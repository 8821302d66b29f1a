"""The page as a file: sealed, reproducible, within its limits, and holding just the evidence of what it shows."""

from __future__ import annotations

import base64
import copy
import hashlib
import html.parser
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg import files
from kg.errors import InputError, NothingFoundError, UsageError, VerificationError
from kg.export import html as page
from kg.export import page_data
from kg.records import Item, Party, Records, Relation
from kg.visible import visible_on_page as visible
from tests.browser import samples

TEXT = st.text(st.characters(codec=None, categories=None), max_size=40) | st.sampled_from(
    ["</script>", "<!--", "]]>", "&lt;", "\u2028", "\ud800", "\x00", "{{ x }}", "</noscript><script>", "\r\n"]
)


@pytest.fixture
def written(tmp_path):
    return page.write(tmp_path / "page.html", samples.answer())


def content(result):
    return result.path.read_text(encoding="utf-8")


class Elements(html.parser.HTMLParser):
    """Collects the start tags of a file with their attributes, and the text of scripts and styles."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.texts = [], {"script": [], "style": []}
        self.inside = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.inside = tag if tag in self.texts else None
        if self.inside:
            self.texts[tag].append("")

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside:
            self.texts[self.inside][-1] += data

    def attributes(self, name):
        return [attributes[name] for _, attributes in self.tags if name in attributes]


class TestFile:
    def test_it_tells_what_it_holds(self, written):
        assert (written.parties, written.transfers, written.drawn, written.notes) == (9, 13, 9, ())
        assert written.bytes == written.path.stat().st_size
        assert written.sha256 in content(written)

    def test_the_policy_names_the_hash_of_every_script_and_style_and_nothing_unsafe(self, written):
        elements = Elements(content(written))
        policy = next(value for value in elements.attributes("content") if value.startswith("default-src"))
        assert policy.startswith("default-src 'none';") and "unsafe" not in policy
        assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
        scripts = [
            text
            for text, (_, attributes) in zip(
                elements.texts["script"], (one for one in elements.tags if one[0] == "script"), strict=True
            )
            if "type" not in attributes
        ]
        assert len(scripts) == 2 and len(elements.texts["style"]) == 2

        def hashed(texts):
            digests = (hashlib.sha256(text.encode("utf-8")).digest() for text in texts)
            return {f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests}

        directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert set(directives["script-src"].split()) == hashed(scripts)
        assert set(directives["style-src"].split()) == hashed(elements.texts["style"])

    def test_it_names_nothing_outside_and_has_no_inline_handler_or_style(self, written):
        elements = Elements(content(written))
        assert elements.attributes("src") == []
        assert [one for one in elements.attributes("href") if not one.startswith(("#", "data:,"))] == []
        names = {name for _, attributes in elements.tags for name in attributes}
        assert not any(name.startswith("on") or name == "style" for name in names)
        assert "sourceMappingURL" not in content(written)

    def test_our_scripts_never_make_markup_of_text(self):
        script = page._script()
        for call in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "srcdoc"):
            assert call not in script
        assert "</script" not in script and "</script" not in page._library()

    def test_the_same_picture_gives_the_same_bytes(self, tmp_path, written):
        reordered = samples.answer(
            records=samples.records(samples.PARTIES[::-1], samples.RELATIONS[::-1], samples.ITEMS[::-1]),
            findings=dict(reversed(samples.FINDINGS.items())),
            sources=dict(reversed(samples.SOURCES.items())),
        )
        again = page.write(tmp_path / "again.html", reordered)
        assert again.path.read_bytes() == written.path.read_bytes()

    def test_a_locale_without_unicode_changes_nothing(self, tmp_path, written):
        folder = tmp_path / "elsewhere"
        folder.mkdir()
        code = (
            "import sys; from pathlib import Path; from kg.export.html import write\n"
            "from tests.browser import samples\n"
            "for name in sys.argv[1:]: write(Path(name), samples.answer())"
        )
        root = os.fspath(page.Path(__file__).parents[2])
        environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONPATH": root, "PYTHONCOERCECLOCALE": "0"}
        pages = [tmp_path / "one.html", tmp_path / "two.html"]
        subprocess.run([sys.executable, "-c", code, *map(str, pages)], cwd=folder, env=environment, check=True)
        assert [one.read_bytes() for one in pages] == [written.path.read_bytes()] * 2
        assert "Türkiye" in content(written)
        assert list(folder.iterdir()) == []

    def test_the_picture_is_left_as_it_was(self, tmp_path):
        picture = samples.answer()
        before = copy.deepcopy(picture)
        page.write(tmp_path / "page.html", picture)
        assert picture == before

    def test_parallel_transfers_stay_apart_and_edges_in_are_edges_in_the_file(self, written):
        data = page.read_back(written.path)
        transfers = {one.id: (one.start, one.end) for one in samples.RELATIONS if one.is_transfer}
        assert {one["id"]: (one["from"], one["to"]) for one in data["edges"]} == transfers
        assert [one["id"] for one in data["possessions"]] == ["h-isis", "m-cugir"]

    def test_it_says_title_date_handling_projection_notes_and_caveat(self, written):
        text = content(written)
        for part in (
            "<title>How weapons reached ISIS</title>",
            "2018-01-31",
            "TLP:AMBER",
            "The answer was cut at five paths; more exist.",
            "SUPPLIED, DIVERTED, CAPTURED",
            "No inference of malpractice is drawn on any party that stands before the point of diversion.",
            "A Newspaper",
        ):
            assert part in text

    def test_a_large_page_is_packed(self, tmp_path, monkeypatch):
        monkeypatch.setattr(page, "_PLAIN_BYTES", 1000)
        result = page.write(tmp_path / "page.html", samples.answer())
        assert 'type="application/gzip"' in content(result)
        assert len(page.read_back(result.path)["edges"]) == 13

    def test_importing_the_page_says_nothing_and_starts_nothing(self):
        code = "import kg.export.html, sys; assert 'IPython.terminal' not in sys.modules"
        result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        assert result.stdout == result.stderr == b""


class TestLimits:
    def test_nothing_to_draw_is_said(self, tmp_path):
        with pytest.raises(NothingFoundError):
            page.write(tmp_path / "page.html", samples.answer(records=Records()))

    @pytest.mark.parametrize("limit", ["MOST_PARTIES", "MOST_TRANSFERS"])
    def test_too_much_is_refused_with_the_ways_to_narrow(self, tmp_path, monkeypatch, limit):
        monkeypatch.setattr(page, limit, 11)
        with pytest.raises(UsageError, match="--around"):
            page.write(tmp_path / "page.html", samples.answer(), force=True)
        assert list(tmp_path.iterdir()) == []

    def test_too_many_bytes_are_refused_unless_forced(self, tmp_path, monkeypatch):
        monkeypatch.setattr(page, "MOST_BYTES", 100_000)
        with pytest.raises(UsageError, match="--force"):
            page.write(tmp_path / "page.html", samples.answer())
        assert list(tmp_path.iterdir()) == []
        assert page.write(tmp_path / "page.html", samples.answer(), force=True).bytes > 100_000

    def test_a_heavy_page_is_warned_of(self, tmp_path, monkeypatch):
        monkeypatch.setattr(page, "WARN_BYTES", 100_000)
        assert "mail filters" in page.write(tmp_path / "page.html", samples.answer()).notes[0]

    @pytest.mark.parametrize("place", ["missing/page.html", "."])
    def test_a_path_that_cannot_be_written_is_one_sentence(self, tmp_path, place):
        with pytest.raises(UsageError, match="cannot be written"):
            page.write(tmp_path / place, samples.answer())
        assert list(tmp_path.iterdir()) == []

    def test_a_failure_leaves_the_old_file(self, tmp_path, monkeypatch):
        path = tmp_path / "page.html"
        path.write_text("old", encoding="utf-8")

        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(files.os, "fdopen", full)
        with pytest.raises(UsageError, match="No space left"):
            page.write(path, samples.answer())
        assert path.read_text(encoding="utf-8") == "old"
        assert list(tmp_path.iterdir()) == [path]

    def test_a_relation_without_its_ends_or_twice_is_a_mistake_of_the_caller(self, tmp_path):
        one = samples.relation("t", "SUPPLIED", "country:USA", samples.ISIS)
        for relations in ([one, one], [replace(one, end="nobody")], [replace(one, type="HELD", end="nothing")]):
            with pytest.raises(ValueError, match="the relation t"):
                page.write(tmp_path / "page.html", samples.answer(records=samples.records(samples.PARTIES, relations)))


class TestReadBack:
    def test_a_changed_page_is_found_out(self, written):
        text = content(written).replace('"grade":"E4"', '"grade":"A1"')
        written.path.write_text(text, encoding="utf-8")
        with pytest.raises(VerificationError, match="was changed"):
            page.read_back(written.path)

    def test_a_damaged_page_is_found_out(self, written):
        text = content(written).replace('"edges":[', '"edges":[[')
        written.path.write_text(text, encoding="utf-8")
        with pytest.raises(VerificationError, match="damaged"):
            page.read_back(written.path)

    @pytest.mark.parametrize(
        ("said", "instead"),
        [
            ("<h1>How weapons reached ISIS</h1>", "<h1>How nobody armed anybody</h1>"),
            ("<title>How weapons", "<title>How no weapons"),
            ("<p>The answer was cut at five paths; more exist.</p>", ""),
            ('<p class="handling">TLP:AMBER</p>', '<p class="handling">TLP:CLEAR</p>'),
            ("<span>2018-01-31</span>", "<span>2024-01-31</span>"),
            ("<dd>2017-12-31</dd>", "<dd>2007-12-31</dd>"),
            ("No inference of malpractice is drawn", "Malpractice is proven"),
            ("</footer>", "<p>All of this is proven.</p></footer>"),
            ("<p>Statement of f-div in our own words.", "<p>It was a gift."),
            ("</strong>, A Newspaper", "</strong>, A Ministry"),
        ],
    )
    def test_changed_text_around_the_data_is_found_out(self, written, said, instead):
        before, data, after = content(written).partition('<script type="application/json" id="data">')
        assert said in before
        written.path.write_text(before.replace(said, instead) + data + after, encoding="utf-8")
        with pytest.raises(VerificationError, match="the text around it was changed"):
            page.read_back(written.path)

    def test_another_file_is_refused(self, tmp_path):
        path = tmp_path / "other.html"
        path.write_text("<p>no page", encoding="utf-8")
        for other in (path, tmp_path / "absent.html"):
            with pytest.raises(InputError):
                page.read_back(other)


class TestText:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(texts=st.lists(TEXT, min_size=6, max_size=6))
    def test_any_text_anywhere_comes_back_and_adds_no_element(self, tmp_path, texts):
        title, name, item, statement, note, key = texts
        people = [Party("a", "Group", name, aliases=(name,)), Party("b", "Country", title)]
        relation = Relation("t", "SUPPLIED", "a", "b", items=("i",), place=note, findings=(key or "f",))
        picture = page.Picture(
            title=title,
            records=Records({one.id: one for one in people}, {"i": Item("i", item)}, (relation,)),
            findings={key or "f": {"id": key or "f", "statement": statement, "source": "s"}},
            sources={"s": {"id": "s", "title": note, "address": title}},
            notes=(note,),
            handling=title or None,
            projection={key: statement},
        )
        result = page.write(tmp_path / "page.html", picture)
        data = page.read_back(result.path)
        assert data["nodes"][0]["name"] in (name, title)
        assert data["title"] == title and data["items"]["i"]["name"] == item
        kinds = [tag for tag, _ in Elements(content(result)).tags if tag in ("script", "style", "img", "svg", "a")]
        assert sorted(kinds) == ["a", "script", "script", "script", "style", "style"]

    @given(st.text(st.characters(codec=None, categories=None)))
    def test_json_in_a_script_element_is_inert_and_the_same(self, text):
        packed = page_data.json_text({"text": text})
        assert not re.search("[<>&\u2028\u2029\ud800-\udfff]", packed)
        assert json.loads(packed) == {"text": text}
        packed.encode("utf-8")

    def test_unseen_characters_become_visible(self):
        assert visible("a\u202eb\x00c\ud800") == "a‹U+202E›b‹U+0000›c‹U+D800›"
        assert visible("Türkiye, حلب, 漢字\n") == "Türkiye, حلب, 漢字\n"
        assert visible(None) == ""


class TestEvidence:
    def test_only_what_the_relations_lead_to_is_in_the_file(self, written):
        data = page.read_back(written.path)
        assert set(data["findings"]) == set(samples.FINDINGS) - {"f-elsewhere"}
        assert set(data["sources"]) == {"s1", "s2"}
        assert "f-elsewhere" not in content(written)

    def test_a_finding_that_contradicts_a_shown_one_comes_along(self, tmp_path):
        denial = samples.finding("denial", source="s2", contradicts=[{"id": "f-sau", "reason": "says no"}])
        picture = samples.answer(findings={**samples.FINDINGS, "denial": denial})
        data = page.read_back(page.write(tmp_path / "page.html", picture).path)
        assert data["findings"]["denial"]["contradicts"] == [{"id": "f-sau", "reason": "says no"}]

    def test_a_country_in_which_others_sit_is_named_and_not_drawn(self, written):
        data = page.read_back(written.path)
        assert data["names"] == {"country:IRQ": "Iraq", "country:SYR": "Syria", "country:TUR": "Türkiye"}
        assert not {one["id"] for one in data["nodes"]} & set(data["names"])

    def test_a_lone_party_is_drawn(self, tmp_path):
        picture = page.Picture(title="One", records=samples.records([samples.PARTIES[0]], []))
        assert page.write(tmp_path / "page.html", picture).drawn == 1

    def test_days_become_text_and_what_is_absent_stays_out(self):
        value = {"published": date(2017, 12, 14), "empty": None, "list": [], "authorised": False, "derived": False}
        assert page_data.plain(value) == {"published": "2017-12-14", "authorised": False}

    def test_paths_may_be_given_as_parties_or_as_relations(self):
        picture = samples.answer(paths=(("country:USA", samples.OPPOSITION), ("t-rou-usa",)))
        assert page_data.paths(picture) == [["t-usa-opp-1", "t-usa-opp-2", "t-usa-opp-3"], ["t-rou-usa"]]


class TestNotes:
    @pytest.mark.parametrize(
        ("note", "said"),
        [
            ("Time is impossible: --strict-time, --strict-custody leave them out.", "Time is impossible."),
            ("Custody is impossible: `kg path` says of which.", "Custody is impossible."),
            ("Cut at 5 (`--k 9` for more). More exist.", "Cut at 5. More exist."),
            ("Use `kg show` to see. A chokepoint of what is known.", "A chokepoint of what is known."),
            ("Of 3: a, b; c. An aside (as stated) stays -- with its dashes.", None),
            ("Without --force 20 parties are left out.", None),  # what was cut is never left unsaid
        ],
    )
    def test_they_tell_a_reader_of_no_commands(self, note, said):
        assert page_data.notes([note]) == [note if said is None else said]

    def test_one_of_nothing_else_is_left_out(self):
        assert page_data.notes(["Give --force."]) == []


class TestWords:
    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"earliest": "2014-01-01", "latest": "2014-12-31"}, "2014-01-01 to 2014-12-31"),
            ({"earliest": "2014-06-10", "latest": "2014-06-10"}, "2014-06-10"),
            ({"latest": "2017-12-14"}, "by 2017-12-14"),
            ({"earliest": "2015-01-01"}, "from 2015-01-01"),
            ({"date_text": "the summer of 2014", "latest": "2014-09-30"}, "the summer of 2014"),
            ({}, "not stated"),
        ],
    )
    def test_dates(self, values, words):
        assert page_data.when(Relation("t", "SUPPLIED", "a", "b", **values)) == words

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"quantity_text": "tons"}, "tons"),
            ({"quantity_min": 9017.0, "quantity_max": 9017.0}, "9,017"),
            ({"quantity_min": 100.0, "quantity_max": 200.0}, "100 to 200"),
            ({"share_min": 0.5, "share_of": "weapons"}, "at least 50 % of weapons"),
            ({"share_max": 0.1}, "at most 10 %"),
            ({"share_min": 0.9, "share_max": 0.9, "joint": "j"}, "90 % (of a joint statement)"),
            ({}, ""),
        ],
    )
    def test_quantities(self, values, words):
        assert page_data.quantity(Relation("t", "SUPPLIED", "a", "b", **values)) == words

    @pytest.mark.parametrize(
        ("value", "words"),
        [(None, "any"), ([], "any"), (True, "yes"), (["a", "b"], "a, b"), ({"from": "2014"}, "from: 2014"), (5, "5")],
    )
    def test_the_projection(self, value, words):
        assert page_data.words(value) == words
