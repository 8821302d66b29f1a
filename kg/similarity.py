"""Shared text of documents: passages that two of them have in common, as a sign of a relay that nobody recorded.

Words are compared without case and punctuation. Passages are found by shingles (runs of words): Broder, On the
resemblance and containment of documents, 1997.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

SHINGLE = 8  # words in a run: shorter ones are shared by chance and by quotation
LEAST = 25  # shared words that make a pair: a quoted sentence alone is no relay of the text around it
COMMON = 5  # documents that may share a shingle before it counts as boilerplate

_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True, slots=True)
class Passage:
    """The same words in two documents: spans in code points of the one and of the other, and their number."""

    first: tuple[int, int]
    second: tuple[int, int]
    words: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents that share text: their names, the passages, and the share of the shorter one that is shared."""

    first: str
    second: str
    passages: tuple[Passage, ...]
    words: int
    share: float


def pairs(texts: Mapping[str, str]) -> list[Pair]:
    """Return the pairs of documents that share at least `LEAST` words in runs of `SHINGLE`, most shared first."""
    words = {
        name: [(m[0].casefold(), m.start(), m.end()) for m in _WORD.finditer(text)] for name, text in texts.items()
    }
    places: dict[tuple[str, ...], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for name, found in words.items():
        for start in range(len(found) - SHINGLE + 1):
            places[tuple(word for word, _, _ in found[start : start + SHINGLE])][name].append(start)
    shared: dict[tuple[str, str], set[tuple[int, int]]] = defaultdict(set)
    for by_name in places.values():
        if 1 < len(by_name) <= COMMON:
            for first, second in combinations(sorted(by_name), 2):
                shared[first, second].update((a, b) for a in by_name[first] for b in by_name[second])
    found_pairs = [_pair(first, second, starts, words) for (first, second), starts in shared.items()]
    enough = [pair for pair in found_pairs if pair.words >= LEAST]
    return sorted(enough, key=lambda pair: (-pair.words, pair.first, pair.second))


def _pair(
    first: str, second: str, starts: set[tuple[int, int]], words: Mapping[str, list[tuple[str, int, int]]]
) -> Pair:
    """Join shingles that follow each other into passages."""
    passages: list[Passage] = []
    covered: set[int] = set()
    for a, b in sorted(starts):
        if (a - 1, b - 1) in starts:
            continue
        length = SHINGLE
        while (a + length - SHINGLE + 1, b + length - SHINGLE + 1) in starts:
            length += 1
        covered.update(range(a, a + length))
        spans = [(words[name][at][1], words[name][at + length - 1][2]) for name, at in ((first, a), (second, b))]
        passages.append(Passage(spans[0], spans[1], length))
    shorter = min(len(words[first]), len(words[second]))
    return Pair(first, second, tuple(passages), len(covered), len(covered) / shorter)
