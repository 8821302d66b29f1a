"""Two names → how like they are, and why: a rule's score from 0 to 100 and one sentence, for whoever decides.

Names are cleaned with `normality` and `fingerprints` (ASCII letters by transliteration, no case, marks or punctuation;
the legal form of companies apart) and compared with `rapidfuzz`. What tells branches of one movement apart, a word, a
number or a place, counts for more than the letters they share.

`rigour`, the heir of `fingerprints`, is not used: it needs PyICU, which has no wheels and so no place in a plain
install. Where PyICU is there, `normality` transliterates with it, and scores of names in other scripts may differ.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from kg import names

SAME, SAME_WORDS, GENERIC_WORDS, INITIALS = 100.0, 97.0, 88.0, 85.0  # whatever the letters
OTHER_SCRIPT, ONE_LEGAL_FORM, SHORT_NAME, OTHER_LEGAL_FORM = 90.0, 92.0, 85.0, 80.0  # the most such a pair can have
MORE_WORDS, OTHER_WORDS, BRANCH, OTHER_NUMBER = 75.0, 65.0, 60.0, 50.0
MISSPELT = 75.0  # least likeness of two words taken for spellings of one


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PARTICLES = _listed("the of and for in al el ul ad ar as an de la le du des der die das und et wa va ve")
_GENERIC = _listed(
    "force forces group groups movement organisation organization company corporation factory fighters militants "
    "network state"
)
_BRANCH = _listed(
    "branch wing faction brigade brigades battalion regiment section chapter province wilayat cell council region "
    "regional district sector unit youth military political armed local affiliate splinter remnants breakaway real "
    "continuity provisional new old former subsidiary division north northern south southern east eastern west western "
    "central northeast northwest southeast southwest northeastern northwestern southeastern southwestern upper lower"
)
_PLACE_ENDINGS = _listed("i is n ns an ans ian ians ese ish") | {""}
_NUMBER = re.compile(r"(?:\d+(?:st|nd|rd|th)?|[a-z]|i{2,3}|iv|vi{1,3}|ix|first|second|third|fourth|fifth)\Z")


@dataclass(frozen=True, slots=True)
class Form:
    """A name cleaned: `text` as given, its words in order, and sorted without particles.

    `legal` is the legal form that was taken off, None where none was.
    """

    text: str
    cleaned: str
    words: tuple[str, ...]
    legal: str | None = None

    @property
    def joined(self) -> str:
        """Its letters and digits without spaces."""
        return self.cleaned.replace(" ", "")

    @property
    def key(self) -> str:
        """Its sorted words as one text."""
        return " ".join(self.words)

    @property
    def core(self) -> str:
        """Its sorted words as one text, but for those that many bear ("group"); all of them where it has no others."""
        return " ".join(word for word in self.words if word not in _GENERIC) or self.key

    @property
    def initials(self) -> frozenset[str]:
        """Its initials with and without particles; none for fewer than three words."""
        words = self.cleaned.split()
        found = {"".join(word[0] for word in words), "".join(word[0] for word in words if word not in _PARTICLES)}
        return frozenset(text for text in found if len(text) >= 3)

    @property
    def other_script(self) -> bool:
        """True where it was transliterated from another script than the Latin."""
        letters = (unicodedata.name(sign, "").partition(" ")[0] for sign in self.text if sign.isalpha())
        return any(script not in ("LATIN", "MODIFIER") for script in letters)


def clean(name: str) -> str:
    """Return a name as it is compared: ASCII words in lower case; empty where no two letters or digits are left."""
    from fingerprints import clean_name_ascii
    from normality.transliteration import ICUWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ICUWarning)
        return clean_name_ascii(name) or ""


def forms(texts: Iterable[str], *, company: bool) -> list[Form]:
    """Return names cleaned, each once; of a company also without its legal form."""
    from fingerprints import remove_types

    found: dict[str, Form] = {}
    for text in texts:
        cleaned = clean(text)
        if cleaned:
            found.setdefault(cleaned, Form(text, cleaned, _significant(cleaned)))
        short = (remove_types(cleaned, clean=str) or "") if company and cleaned else ""
        at_one_end = cleaned.startswith(f"{short} ") or cleaned.endswith(f" {short}")
        if len(short) >= 4 and at_one_end:
            legal = " ".join((Counter(cleaned.split()) - Counter(short.split())).elements())
            found.setdefault(short, Form(text, short, _significant(short), legal))
    return list(found.values())


def _significant(cleaned: str) -> tuple[str, ...]:
    *words, last = cleaned.split() or [""]  # a particle stands before something: "as" at the end is a legal form
    return tuple(sorted([*(word for word in words if word not in _PARTICLES), last]))


@cache
def _places() -> frozenset[str]:
    """Return the names of states that are one word, those of six letters or more also without the last ("ukrain")."""
    called = {clean(name) for state in names.states().values() for name in (state.name, *state.aliases)}
    words = {name for name in called if " " not in name and len(name) >= 4}
    return frozenset(words | {name[:-1] for name in words if len(name) >= 6})


@cache
def _is_place(word: str) -> bool:
    """Say whether a word names a state or what is of it: "iraq", "iraqi", "ukrainian"."""
    return any(word.endswith(end) and word[: len(word) - len(end)] in _places() for end in _PLACE_ENDINGS)


def _tells_branches_apart(word: str) -> bool:
    return word in _BRANCH or _is_place(word)


def compared(first: Form, second: Form) -> tuple[float, tuple[str, ...]]:
    """Return the score of two names and the reasons for it."""
    score, reason = _by_words(first, second)
    reasons = [reason]
    limits = []
    if first.legal and second.legal and first.legal != second.legal:
        limits.append((OTHER_LEGAL_FORM, f"but for the legal forms, which differ ({first.legal}, {second.legal})"))
    elif first.legal != second.legal:
        limits.append((ONE_LEGAL_FORM, f"but for the legal form ({first.legal or second.legal})"))
    if first.other_script != second.other_script:
        limits.append((OTHER_SCRIPT, "one of them is transliterated from another script"))
    if min(len(first.joined), len(second.joined)) <= 3:
        limits.append((SHORT_NAME, "so short a name may be shared by many"))
    for most, why in limits:
        score = min(score, most)
        reasons.append(why)
    return score, tuple(reasons)


def _by_words(first: Form, second: Form) -> tuple[float, str]:
    both = f"“{first.text}” and “{second.text}”"
    if first.cleaned == second.cleaned:
        same = first.text == second.text
        return SAME, f"both are called “{first.text}”" if same else f"{both} are the same once cleaned"
    if first.joined == second.joined:
        return SAME_WORDS, f"{both} are the same but for spaces"
    if first.words == second.words:
        return SAME_WORDS, f"{both} have the same words"
    for short, long in ((first, second), (second, first)):
        if short.joined in long.initials:
            return INITIALS, f"“{short.text}” has the initials of “{long.text}”"
    return _by_difference(first, second, both)


def _by_difference(first: Form, second: Form, both: str) -> tuple[float, str]:
    from rapidfuzz import fuzz

    likeness = fuzz.ratio(first.key, second.key)
    mine, theirs, misspelt = _difference(first.words, second.words)
    words = [*mine, *theirs]
    pairs = ", ".join(f"{one}/{other}" for one, other, _ in misspelt)
    if not words:
        least = min(score for _, _, score in misspelt)
        return min(likeness, (likeness + least) / 2), f"{both} are spelt alike ({pairs})"
    text = " / ".join(" ".join(side) for side in (mine, theirs) if side)
    if any(map(_NUMBER.match, words)):
        return min(likeness, OTHER_NUMBER), f"{both} differ in a number or letter ({text}), which tells parts apart"
    if any(map(_tells_branches_apart, words)):
        return min(likeness, BRANCH), f"{both} differ in what marks a branch or place ({text}): branches stay apart"
    if mine and theirs:
        return min(likeness, OTHER_WORDS), f"{both} have words of their own ({text})"
    if set(words) <= _GENERIC:
        only = f"“{text}” and in how words are spelt ({pairs})" if pairs else f"“{text}”"
        return min(GENERIC_WORDS, (100 + likeness) / 2), f"{both} differ only by {only}: may be a part or branch"
    return min(likeness, MORE_WORDS), f"of {both} one has more words ({text}): may be a part or branch"


def _difference(
    first: Sequence[str], second: Sequence[str]
) -> tuple[list[str], list[str], list[tuple[str, str, float]]]:
    """Return the words only the one and only the other has, and pairs of words taken for one, with their likeness."""
    from rapidfuzz import fuzz, process

    mine, theirs = _without(first, second), _without(second, first)
    misspelt = []
    for word in list(mine) if theirs else ():
        others = [other for other in theirs if _may_be_one(word, other)]
        near = process.extractOne(word, others, scorer=fuzz.ratio, score_cutoff=MISSPELT)
        if near:
            mine.remove(word)
            theirs.remove(near[0])
            misspelt.append((word, near[0], near[1]))
    return mine, theirs, misspelt


def _without(words: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return words but for those that stand among the others, each as often as it is there more often."""
    left, remaining = [], list(others)
    for word in words:
        if word in remaining:
            remaining.remove(word)
        else:
            left.append(word)
    return left


@cache
def _has_one_spelling(word: str) -> bool:
    """Say whether a word is too short, or too telling, to be taken for a misspelling of another."""
    return len(word) < 4 or word in _BRANCH or any(sign.isdecimal() for sign in word)


def _may_be_one(word: str, other: str) -> bool:
    """Say whether two words may be spellings of one; "northern" and "southern", "iraq" and "iran" are not."""
    return not (_has_one_spelling(word) or _has_one_spelling(other) or (_is_place(word) and _is_place(other)))


@lru_cache(maxsize=100_000)
def _main_words(name: str) -> tuple[str, ...]:
    return _significant(clean(name))


def branches(first: str, second: str) -> str | None:
    """Say where two names share words and differ in what marks branches of one movement; None where they do not."""
    one, other = _main_words(first), _main_words(second)
    mine, theirs, _ = _difference(one, other)
    marks = [word for word in (*mine, *theirs) if _NUMBER.match(word) or _tells_branches_apart(word)]
    if not marks or not (set(one) & set(other)) - _GENERIC:
        return None
    return f"“{first}” and “{second}” differ in what marks a branch or place ({' '.join(marks)}): branches stay apart"
