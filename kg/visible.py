"""Characters that act on a screen or pass for others, made visible: in a terminal, a table, a file and on the page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

# Controls, joiners, bidi marks and isolates, separators, variation selectors, tags, private use, lone surrogates and
# what XML cannot hold.
_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
_ON_A_PAGE = re.compile(f"[{_UNSEEN}]")
_IN_A_TERMINAL = re.compile(f"[\r{_UNSEEN}]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LOOKALIKE = ("CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE")


def visible(text: str) -> str:
    r"""Return a text in which no sign can act on a terminal or pass for another, such as \u202e."""
    return _marked(text, _IN_A_TERMINAL, lambda sign: f"\\u{ord(sign):04x}")


def visible_on_page(text: object) -> str:
    """Return the same as the page writes it, such as ‹U+202E›; absent becomes empty."""
    return "" if text is None else _marked(str(text), _ON_A_PAGE, lambda sign: f"‹U+{ord(sign):04X}›")


def _marked(text: str, unseen: re.Pattern[str], mark: Callable[[str], str]) -> str:
    if not text.isascii():
        text = _WORD.sub(lambda word: _parted(word[0], mark), text)
    return unseen.sub(lambda sign: mark(sign[0]), text)


def _parted(word: str, mark: Callable[[str], str]) -> str:
    """Return a word with its foreign letters marked where it mixes scripts that look alike: no honest word does."""
    if word.isascii():
        return word
    scripts = [unicodedata.name(sign, "").partition(" ")[0] for sign in word]
    if "LATIN" not in scripts or not any(script in _LOOKALIKE for script in scripts):
        return word
    return "".join(mark(sign) if script in _LOOKALIKE else sign for sign, script in zip(word, scripts, strict=True))
