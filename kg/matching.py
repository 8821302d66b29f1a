"""Parties → pairs that may be one, each with a score and the reasons for it. Nothing merges by itself.

A score is a rule's (see `kg.likeness`), not a probability: it orders the pairs for whoever decides.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import Any

from kg import likeness, names
from kg.likeness import Form
from kg.records import Party, Records

MIN_SCORE = 80.0
UNNAMED = 60.0  # the most that placeholders or collectives of like wording can have
OTHER_TERRITORY = 15.0  # taken off
MANY = 2_000  # pairs of names of the same words; of more, the first name stands for all
NEAREST = 10  # names looked at of those spelt like one: a register of like names must not become a square of pairs

_COMPANIES = frozenset({"Factory", "Distributor"})
_ID = re.compile(r"(?:country|factory|distributor|group):\S+\Z")
_Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two parties of like names, ids in order: score from 0 to 100, and the reasons for it."""

    first: str
    second: str
    score: float
    reasons: tuple[str, ...]

    def row(self, parties: Mapping[str, Party]) -> dict[str, Any]:
        """Return it as a row, with kind and names."""
        return {
            "first": self.first, "first_name": parties[self.first].name,
            "second": self.second, "second_name": parties[self.second].name,
            "kind": parties[self.first].kind, "score": self.score, "reasons": list(self.reasons),
        }  # fmt: skip


def objections(records: Records) -> Callable[[str, str], str | None]:
    """Return what says why two parties cannot be one, as a clause; None where nothing speaks against it.

    Kinds must agree; unnamed parties stay apart from named ones, a part from its whole, two states of the table from
    each other, and the two ends of a transfer.
    """
    parties, states = records.parties, names.states()
    between = {frozenset((edge.start, edge.end)): edge.id for edge in records.relations if edge.is_transfer}
    wholes = {name: _wholes(name, parties) for name, party in parties.items() if party.part_of}

    def objection(first: str, second: str) -> str | None:
        one, other = parties[first], parties[second]
        if one.kind != other.kind:
            return f"{first} is a {one.kind} and {second} a {other.kind}"
        for sort in ("placeholder", "collective"):
            if getattr(one, sort) != getattr(other, sort):
                return f"{first if getattr(one, sort) else second} is a {sort} and the other is not"
        if first in states and second in states:
            return "both stand in the table of states"
        for part, whole in ((first, second), (second, first)):
            if whole in wholes.get(part, ()):
                return f"{part} is recorded as a part of {whole}"
        edge = between.get(frozenset((first, second)))
        return f"the transfer {edge} goes from one to the other" if edge else None

    return objection


def _wholes(name: str, parties: Mapping[str, Party]) -> frozenset[str]:
    """Return everything a party is a part of, directly or not."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        party = parties.get(waiting.pop())
        fresh = set(party.part_of) - found if party else set()
        found |= fresh
        waiting.extend(fresh)
    return frozenset(found - {name})


def propose(
    records: Records,
    *,
    min_score: float = MIN_SCORE,
    limit: int | None = None,
    settled: Callable[[str, str], bool] = lambda first, second: False,
) -> list[Proposal]:
    """Return pairs of parties that may be one, best first.

    `settled` says of a pair of ids whether it was decided already; those, and pairs to which there is an objection,
    are left out.
    """
    objection = objections(records)
    best: dict[_Pair, tuple[float, int, tuple[str, ...]]] = {}  # of equal scores that of main names
    for block in _blocks(records.parties.values()):
        for first, second in _candidates(block, min_score):
            pair = first.party.id, second.party.id
            score, reasons = likeness.compared(first.form, second.form)
            if score >= min_score:
                score, reasons = _weighed(first, second, score, reasons)
            found = score, first.main + second.main, reasons
            if score >= min_score and found > best.get(pair, (-1.0, 0, ())):
                best[pair] = found
    ranked = sorted(best.items(), key=lambda entry: (-entry[1][0], entry[0]))
    chosen = (
        Proposal(*pair, score, reasons)
        for pair, (score, _, reasons) in ranked
        if not settled(*pair) and objection(*pair) is None
    )
    return list(islice(chosen, limit))


@dataclass(frozen=True, slots=True, eq=False)
class _Named:
    """One name of a party; `main` where it is no alias."""

    party: Party
    form: Form
    main: bool


def _named(party: Party) -> list[_Named]:
    texts = [text for text in (party.name, *party.aliases) if not _ID.match(text)]  # ids of merged parties are aliases
    company = party.kind in _COMPANIES and not (party.placeholder or party.collective)
    found = likeness.forms(texts, company=company)
    return [_Named(party, form, form.text == party.name) for form in found]


def _blocks(parties: Iterable[Party]) -> Iterator[list[_Named]]:
    """Yield the names of parties of one kind that are all named, all placeholders or all collectives."""
    blocks: dict[tuple[str, bool, bool], list[_Named]] = defaultdict(list)
    for party in sorted(parties, key=lambda one: one.id):
        blocks[party.kind, party.placeholder, party.collective].extend(_named(party))
    yield from blocks.values()


def _candidates(block: Sequence[_Named], min_score: float) -> Iterator[tuple[_Named, _Named]]:
    """Yield each pair of names once that may reach the score, of two parties, by id in order."""
    seen: set[tuple[int, int]] = set()
    for one, other in _pairs(block, min_score):
        if one.party.id == other.party.id:
            continue
        first, second = (one, other) if one.party.id < other.party.id else (other, one)
        mark = id(first), id(second)
        if mark not in seen:
            seen.add(mark)
            yield first, second


def _pairs(block: Sequence[_Named], min_score: float) -> Iterator[tuple[_Named, _Named]]:
    """Yield pairs of names of the same letters or words, of some words more, of initials, and spelt alike.

    Names are spelt alike as a whole, or but for words that many bear, where a name has any.
    """
    by_key: dict[str, list[_Named]] = defaultdict(list)
    by_joined: dict[str, list[_Named]] = defaultdict(list)
    by_core: dict[str, list[_Named]] = defaultdict(list)
    for one in block:
        by_key[one.form.key].append(one)
        by_joined[one.form.joined].append(one)
        by_core[one.form.core].append(one)
    for equals in (*by_key.values(), *by_joined.values(), *by_core.values()):
        yield from combinations(equals, 2) if len(equals) ** 2 <= 2 * MANY else product(equals[:1], equals[1:])
    for one in block:
        for less in _with_less(one.form.words):
            yield from product([one], by_key.get(less, ())[:NEAREST])
        for initials in sorted(one.form.initials):
            yield from product([one], by_joined.get(initials, ())[:NEAREST])
    for key, other in _alike(by_key, by_key, min_score):
        yield from islice(product(by_key[key], by_key[other]), NEAREST)
    longer = {core for core, bearers in by_core.items() if any(one.form.key != core for one in bearers)}
    for core, other in _alike(by_core, longer, min(min_score, likeness.MISSPELT)):
        yield from islice(product(by_core[core], by_core[other]), NEAREST)


def _with_less(words: Sequence[str]) -> Iterator[str]:
    """Yield the keys of a name without one or two of its words."""
    for number in (1, 2):
        if number < len(words) <= 8:
            yield from dict.fromkeys(" ".join(rest) for rest in combinations(words, len(words) - number))


def _alike(texts: Iterable[str], of: Collection[str], floor: float) -> Iterator[tuple[str, str]]:
    """Yield pairs of texts whose likeness reaches the floor: all are compared of which one is among `of`."""
    from rapidfuzz import fuzz, process

    def order(text: str) -> tuple[int, str]:
        return len(text), text

    keys = sorted(texts, key=order)
    chosen = [key for key in keys if key in of]
    for key in keys:
        others = keys if key in of else chosen
        # The likeness of texts of lengths m ≤ n is at most 200 m / (m + n), so that longer ones need no look.
        last = bisect_right(others, len(key) * (200 / floor - 1), key=len) if floor > 0 else len(others)
        later = others[bisect_right(others, order(key), key=order) : last]
        for other, _, _ in process.extract(key, later, scorer=fuzz.ratio, score_cutoff=floor, limit=NEAREST):
            yield key, other


def _weighed(first: _Named, second: _Named, score: float, because: Sequence[str]) -> tuple[float, tuple[str, ...]]:
    """Return the score of two parties by that of one name of each, which nothing here raises, and the reasons."""
    reasons = list(because)
    one, other = first.party, second.party
    branches = likeness.branches(one.name, other.name)
    if branches and not (first.main and second.main):  # else the names themselves have said so
        score = score if first.main or second.main else min(score, likeness.BRANCH)
        reasons.append(branches)
    if one.placeholder or one.collective:
        score = min(score, UNNAMED)
        reasons.append("both are unnamed: like wording makes them no one party")
    if shared := set(one.part_of) & set(other.part_of):
        reasons.append(f"both are parts of {', '.join(sorted(shared))}")
    mine, theirs = set(one.territories), set(other.territories)
    if one.kind != "Country" and mine and theirs:
        if mine & theirs:
            reasons.append(f"both are in {', '.join(sorted(mine & theirs))}")
        else:
            score -= OTHER_TERRITORY
            reasons.append(f"they are in other countries ({', '.join(sorted(mine))}; {', '.join(sorted(theirs))})")
    return round(max(score, 0.0), 1), tuple(reasons)
