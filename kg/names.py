"""Names → ids: by id, name or alias, ignoring case and accents; with suggestions where nothing fits.

States come from the bundled table `states.csv`. Ambiguous names are reported, never settled in silence. Groups and
collectives never pass through the table of states.
"""

from __future__ import annotations

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Protocol

from kg.errors import UnknownNameError


class Named(Protocol):
    """Anything with an id, a name and aliases."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def aliases(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class State:
    """A state of the bundled table. `valid_from` and `valid_to` are years or None; `successors` are ids."""

    id: str
    name: str
    aliases: tuple[str, ...]
    valid_from: str | None
    valid_to: str | None
    successors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A name that fits a text: how well (100 is equal), and the name or alias that fits."""

    id: str
    name: str
    matched: str
    score: float


def clean(name: str) -> str:
    """Return a name as it is compared: without case, accents, marks and superfluous space."""
    decomposed = unicodedata.normalize("NFKD", name)
    letters = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(letters.casefold().split())


@cache
def states() -> Mapping[str, State]:
    """Return the bundled table of states, by id."""
    table: dict[str, State] = {}
    text = files("kg.data").joinpath("states.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        table[row["id"]] = State(
            id=row["id"],
            name=row["name"],
            aliases=tuple(alias for alias in row["aliases"].split("|") if alias),
            valid_from=row["valid_from"] or None,
            valid_to=row["valid_to"] or None,
            successors=tuple(name for name in row["successors"].split("|") if name),
        )
    return table


def _states_called(text: str) -> set[str]:
    """Return the ids of all states of the table that have or had this name."""
    wanted = clean(text)
    return {state.id for state in states().values() if wanted in map(clean, (state.name, *state.aliases))}


class Names:
    """The names of a set of parties or items, to look up and to search."""

    def __init__(self, named: Iterable[Named]) -> None:
        self.by_id: dict[str, Named] = {}
        self._by_name: dict[str, set[str]] = defaultdict(set)
        for one in named:
            self.by_id[one.id] = one
            for name in (one.id, one.name, *one.aliases):
                self._by_name[clean(name)].add(one.id)

    def resolve(self, text: str, what: str = "party") -> str:
        """Return the id of the one thing of this id, name or alias.

        Raise `UnknownNameError` where none or several have it; the message names the candidates.
        """
        if text in self.by_id:
            return text
        here = self._by_name.get(clean(text), set())
        table = states()
        # A name that several states have had stays ambiguous, though this graph speaks of one of them only.
        found = sorted(here | _states_called(text) if here & set(table) else here)
        if len(found) == 1:
            return found[0]
        if found:
            known = {**table, **self.by_id}
            candidates = ", ".join(f"{known[name].name} ({name})" for name in found)
            raise UnknownNameError(f"{text!r} is ambiguous: it names {candidates}; give the id.")
        self._complain(text, what)
        raise AssertionError  # pragma: no cover - _complain always raises

    def _complain(self, text: str, what: str) -> None:
        known_states = sorted(_states_called(text))
        if what == "party" and known_states:
            named = " or ".join(f"{states()[name].name} ({name})" for name in known_states)
            raise UnknownNameError(f"{text!r} is {named}, which nothing in this graph speaks of.")
        near = self.search(text, limit=3, floor=70)
        hint = f" Did you mean {', '.join(match.matched for match in near)}?" if near else ""
        raise UnknownNameError(f"no {what} is called {text!r}.{hint or ' Search with `kg find`.'}")

    def search(self, text: str, *, limit: int = 20, floor: float = 75) -> list[Match]:
        """Return what is named like a text, best first, also misspelt. `floor` is the least score, 0 to 100."""
        from rapidfuzz import fuzz

        wanted = clean(text)
        if not wanted:
            return []
        best: dict[str, Match] = {}
        for one in self.by_id.values():
            for name in (one.name, *one.aliases, one.id):
                score = _score(wanted, clean(name), fuzz.ratio)
                if score >= floor and (one.id not in best or score > best[one.id].score):
                    best[one.id] = Match(one.id, one.name, name, round(score, 1))
        return sorted(best.values(), key=lambda match: (-match.score, match.name, match.id))[:limit]


class _Ratio(Protocol):
    def __call__(self, s1: str, s2: str, /) -> float: ...


def _score(wanted: str, name: str, ratio: _Ratio) -> float:
    """Score a name: equal 100, whole words of it 95, a part of it 90, else likeness."""
    if wanted == name:
        return 100.0
    if f" {wanted} " in f" {name} ":
        return 95.0
    if len(wanted) >= 3 and wanted in name:
        return 90.0
    # A misspelt word of a longer name is compared with each of its words; short words would fit anything.
    words = [word for word in name.split() if len(word) >= 4] if len(wanted) >= 4 and " " not in wanted else []
    return max([ratio(wanted, name), *(ratio(wanted, word) - 5 for word in words)])
