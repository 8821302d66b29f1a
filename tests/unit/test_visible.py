"""Characters made visible: what acts or passes for others is marked, what shapes honest words stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.visible import visible, visible_on_page

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
PERSIAN = "\u0646\u06cc\u0631\u0648\u0647\u0627\u06cc \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
HINDI = "\u0915\u094d\u200d\u0937"


@pytest.mark.parametrize("text", [FAMILY, PERSIAN, HINDI, "\U0001f469\U0001f3fd\u200d\U0001f52c"])
def test_joiners_that_shape_letters_or_emoji_stay(text):
    assert visible(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "{}", "{}\u0645\u06cc", "\u0645\u06cc{}", "IS{}IS", "\u041c{}\u0438", "\u0645{} \u062e", "\u0645{}{}\u062e",
        "a{}\u062e", "\u0645{}\u0915", "1{}2", "\u4e2d{}\u56fd", "\U0001f468{}a", "^{}`",
    ],
)  # fmt: skip
@pytest.mark.parametrize("joiner", ["\u200c", "\u200d"])
def test_joiners_that_shape_nothing_are_seen(text, joiner):
    found = visible(text.replace("{}", joiner))
    assert joiner not in found and found == text.replace("{}", f"\\u{ord(joiner):04x}")


def test_marks_heaped_on_a_letter_are_counted_on_a_page():
    assert visible_on_page("a" + "\u0301" * 200 + "b") == "a" + "\u0301" * 4 + "‹196 more marks›b"
    assert visible_on_page("Việt" + "e\u0323\u0302") == "Việt" + "e\u0323\u0302"


def test_a_non_joiner_between_emoji_is_seen():
    assert visible(FAMILY.replace("\u200d", "\u200c")).count("\\u200c") == 2


@given(st.text(st.sampled_from("\u200c\u200d\u0645\u062ea\U0001f468\u202e \u0915\u094d")))
def test_what_is_visible_stays_as_it_is(text):
    assert visible(visible(text)) == visible(text)
    assert "\u200d" not in visible_on_page(text)
