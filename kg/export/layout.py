"""Where the parties of a picture stand, in whole pixels: what the layouts share, without a clock or a screen."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

LABEL_COLUMNS = 20
OUTER_LABEL_COLUMNS = 26
LABEL_LINES = 3
LINE_HEIGHT = 21
GLYPH = 13

Transfers = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a party stands, in pixels, its label's lines and their side: "left", "right" or "below"."""

    x: int
    y: int
    side: str = "below"
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """A rectangle in pixels behind the parties of one column that sit in these territories (ids)."""

    territories: tuple[str, ...]
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Spots by party id, bends (pixels that a stroke is pulled aside, by transfer id, to which the page
    adds the fan of those between the same two parties) and territory bands.
    """

    spots: Mapping[str, Spot] = field(default_factory=dict)
    bends: Mapping[str, int] = field(default_factory=dict)
    bands: tuple[Band, ...] = ()


def text_columns(text: str) -> int:
    """Return how many columns of an even type the text takes; wide (East Asian) characters take two."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )


def label_lines(name: str, columns: int = LABEL_COLUMNS, most: int = LABEL_LINES) -> tuple[str, ...]:
    """Break a name into lines of so many columns, at most three; what is cut ends in an ellipsis."""
    wide = text_columns(name[:200]) > 1.5 * len(name[:200])
    width = columns // 2 if wide else columns
    if len(name) <= width:
        return (name,)
    start = name[: 4 * LABEL_LINES * width]
    lines = textwrap.wrap(start, width) or [""]
    if len(lines) > most:
        # The last line is filled up, so that no more is lost than must be.
        rest = " ".join(lines[most - 1 :])[: width - 1]
        whole = rest.rpartition(" ")[0]
        return (*lines[: most - 1], (whole if 2 * len(whole) > width else rest.rstrip()) + "…")
    # As narrow as the same number of lines allows, so that no line holds a single word.
    for narrower in range(width - 1, width // 2, -1):
        tried = textwrap.wrap(start, narrower, break_long_words=False)
        if len(tried) > len(lines) or max(map(len, tried), default=0) > narrower:
            break
        lines = tried or lines
    return tuple(lines)
