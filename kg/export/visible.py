"""Characters that change what a reader sees without being seen, made visible."""

from __future__ import annotations

import re

# Controls, joiners, bidi marks and isolates, separators, variation selectors, tags, private use and lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)


def visible(text: object) -> str:
    """Return the text with every unseen character as its code point, such as ‹U+202E›; absent becomes empty."""
    return "" if text is None else _UNSEEN.sub(lambda match: f"‹U+{ord(match[0]):04X}›", str(text))
