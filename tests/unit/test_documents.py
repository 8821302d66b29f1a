"""Locators count code points of the document exactly as it is, and notice every change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import documents
from kg.errors import InputError

TEXT = "Weapons\u00a0from A.\r\nWeapons from B, \U0001f600 then from C.\n"


def test_locate_gives_all_places_in_code_points():
    places = documents.locate(TEXT, "from")
    assert [(one.start, TEXT[one.start : one.end]) for one in places] == [(8, "from"), (25, "from"), (40, "from")]


def test_locate_does_not_normalise():
    assert documents.locate(TEXT, "Weapons from A") == []
    assert len(documents.locate(TEXT, "Weapons\u00a0from A")) == 1


def test_overlapping_places_are_all_found():
    assert [one.start for one in documents.locate("aaaa", "aa")] == [0, 1, 2]


@given(st.text(min_size=1, max_size=60), st.data())
def test_a_locator_holds_until_its_span_changes(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    place = documents.Place(
        start, end, documents.span_sha256(text[start:end].encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    )
    if text[start:end].encode("utf-8", "replace").decode() != text[start:end]:
        return
    assert documents.check(text, place) == (documents.HOLDS, start)


def test_check_tells_change_move_and_loss_apart():
    place = documents.locate(TEXT, "from B")[0]
    assert documents.check(TEXT.replace("from B", "from D"), place)[0] == documents.CHANGED
    assert documents.check("New line.\n" + TEXT, place) == (documents.MOVED, place.start + 10)
    assert documents.check(TEXT[:20], place)[0] == documents.BEYOND


def test_reading_refuses_what_is_not_utf8_and_what_is_not_there(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"caf\xe9")
    with pytest.raises(InputError, match="not UTF-8 at byte 3"):
        documents.read(tmp_path / "a.txt")
    with pytest.raises(InputError, match="cannot be read"):
        documents.read(tmp_path / "b.txt")


def test_newlines_and_byte_order_mark_are_kept(tmp_path):
    (tmp_path / "a.txt").write_bytes("\ufeffa\r\nb".encode())
    assert documents.read(tmp_path / "a.txt")[0] == "\ufeffa\r\nb"


@pytest.mark.parametrize("name", ["../x.txt", "/etc/passwd", "a/../../x"])
def test_a_document_lies_below_its_folder(tmp_path, name):
    with pytest.raises(InputError, match="outside"):
        documents.below(tmp_path, name)


def test_a_link_does_not_lead_out_of_the_folder(tmp_path):
    inside = tmp_path / "documents"
    inside.mkdir()
    (inside / "a.txt").symlink_to("/etc/passwd")
    with pytest.raises(InputError, match="outside"):
        documents.below(inside, "a.txt")


LONG = "First line about arms.\nSecond line: caf\u00e9 supplies weapons to B.\nThird line ends here.\n"
SPANS = [documents.locate(LONG, words)[0] for words in ("about arms", "caf\u00e9 supplies", "ends here")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"Quite another text.", "it is another document"),
        (LONG.encode("utf-16"), "re-encoded (utf-16)"),
        (LONG.encode("cp1252"), "re-encoded (cp1252)"),
        (LONG.replace("\n", "\r\n").encode(), "re-encoded (other line ends)"),
        (LONG.replace("\u00e9", "e\u0301").encode(), "re-encoded (composed letters)"),
        (LONG[:60].encode(), "it was shortened: 1 of 3"),
        (("Inserted. " + LONG).encode(), "shifted: 3 of 3 spans moved by +10 code points"),
        (LONG.replace("supplies", "suppliez").encode(), "it was changed: 1 of 3 spans differ"),
        ((LONG + "More.").encode(), "changed outside the recorded spans"),
        (b"\xff\xfe\xfa\x00\x81", "no text in UTF-8"),
    ],
)
def test_how_a_document_differs_is_told_apart_in_words(data, words):
    assert words in documents.difference(data, SPANS)


def test_a_quote_has_its_line_and_the_lines_around():
    place = documents.locate(LONG, "supplies weapons")[0]
    quote = documents.quote(LONG, place.start, place.end)
    assert quote.text == "supplies weapons"
    assert quote.before == "First line about arms.\nSecond line: caf\u00e9 "
    assert quote.after == " to B.\nThird line ends here."
