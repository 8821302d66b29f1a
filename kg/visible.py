"""Characters that act on a screen or pass for others, made visible: in a terminal, a table, a file and on the page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import groupby

# Controls, joiners, bidi marks and isolates, separators, variation selectors, tags, private use, lone surrogates and
# what XML cannot hold.
_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_NON_JOINER, _JOINER = "\u200c", "\u200d"
# Scripts whose letters change their shape by joiners; in others a joiner only makes two names of one look.
_JOINING = (
    "ARABIC", "SYRIAC", "NKO", "MANDAIC", "MONGOLIAN", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA",
    "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "KHMER", "MYANMAR", "TIBETAN",
)  # fmt: skip
_MOST_MARKS = 4
_LOOKALIKE = ("CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE")


def visible(text: str) -> str:
    r"""Return a text in which no sign can act on a terminal or pass for another, such as \u202e.

    Joiners stay where they shape what stands around them: within words of scripts that join, and of emoji.
    """
    return _marked(text, _unseen("\r"), lambda sign: f"\\u{ord(sign):04x}", _shapes)


def visible_on_page(text: object) -> str:
    """Return the same as the page writes it, such as ‹U+202E›; absent becomes empty."""
    return "" if text is None else _levelled(_marked(str(text), _unseen(), lambda sign: f"‹U+{ord(sign):04X}›"))


def _levelled(text: str) -> str:
    """Return a text with at most four combining marks on a letter: more would paint over other lines of a page."""
    if text.isascii():
        return text
    kept: list[str] = []
    for is_mark, run in groupby(text, lambda sign: unicodedata.category(sign)[0] == "M"):
        signs = "".join(run)
        more = len(signs) - _MOST_MARKS if is_mark else 0
        kept.append(f"{signs[:_MOST_MARKS]}‹{more} more marks›" if more > 0 else signs)
    return "".join(kept)


@cache
def _unseen(more: str = "") -> re.Pattern[str]:
    """Return what finds such signs, and more of them; made where it is needed, since that takes a while."""
    return re.compile(f"[{more}{_UNSEEN}]")


def _marked(
    text: str,
    unseen: re.Pattern[str],
    mark: Callable[[str], str],
    kept: Callable[[re.Match[str]], bool] = lambda _: False,
) -> str:
    if not text.isascii():
        text = _WORD.sub(lambda word: _parted(word[0], mark), text)
    return unseen.sub(lambda sign: sign[0] if kept(sign) else mark(sign[0]), text)


def _shapes(sign: re.Match[str]) -> bool:
    """Say whether a sign is a joiner between two letters of one script that joins, or joins two emoji."""
    if sign[0] not in (_NON_JOINER, _JOINER) or sign.start() == 0 or sign.end() == len(sign.string):
        return False
    around = sign.string[sign.start() - 1], sign.string[sign.end()]
    categories = [unicodedata.category(one) for one in around]
    if all(one in ("So", "Sk") for one in categories):
        return sign[0] == _JOINER and not any(map(str.isascii, around))
    scripts = {unicodedata.name(one, "").partition(" ")[0] for one in around}
    return len(scripts) == 1 and scripts <= {*_JOINING} and all(one[0] in "LM" for one in categories)


def _parted(word: str, mark: Callable[[str], str]) -> str:
    """Return a word with its foreign letters marked where it mixes scripts that look alike: no honest word does."""
    if word.isascii():
        return word
    scripts = [unicodedata.name(sign, "").partition(" ")[0] for sign in word]
    if "LATIN" not in scripts or not any(script in _LOOKALIKE for script in scripts):
        return word
    return "".join(mark(sign) if script in _LOOKALIKE else sign for sign, script in zip(word, scripts, strict=True))
