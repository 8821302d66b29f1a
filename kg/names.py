"""Names → ids: by id, name or alias, ignoring case and accents; with suggestions where nothing fits.

States come from the bundled table `states.csv`. Ambiguous names are reported, never settled in silence. Groups and
collectives never pass through the table of states.
"""

from __future__ import annotations

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal, Protocol

from kg import dates
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
    """A state of the bundled table, dependent and contested territories included.

    `valid_from` and `valid_to` are years or ISO days, both inclusive; None where the state was there before 1945 or is
    there now. `successors` are ids. `iso3166_1` is its code of two letters, `iso3166_3` the code of four letters
    under which ISO keeps its former name or itself, `former_iso` other codes that it had; `cow` and `gw` are its
    numbers in the lists of the Correlates of War and of Gleditsch and Ward, the latest where there were several. Codes
    are empty where there is none. `spans` holds the time of names, as they are compared, and of numbers ("cow 260")
    that it had for a part of its own time only.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    valid_from: str | None
    valid_to: str | None
    successors: tuple[str, ...]
    iso3166_1: str = ""
    iso3166_3: str = ""
    cow: str = ""
    gw: str = ""
    former_iso: tuple[str, ...] = ()
    spans: tuple[tuple[str, dates.Interval], ...] = ()

    def stands_in(self, period: dates.Interval) -> bool:
        """Say whether it was there on some day of a period."""
        first = dates.bounds(self.valid_from).earliest if self.valid_from else None
        last = dates.bounds(self.valid_to).latest if self.valid_to else None
        return dates.meet([dates.Interval(first, last), period]) is not None

    def had(self, what: str, period: dates.Interval) -> bool:
        """Say whether it stood and had a name or number of its own on some day of a period."""
        spans = [span for one, span in self.spans if one == what]
        return self.stands_in(period) and (not spans or any(dates.meet([span, period]) for span in spans))


@dataclass(frozen=True, slots=True)
class Match:
    """A name that fits a text: how well (100 is equal), and the name or alias that fits."""

    id: str
    name: str
    matched: str
    score: float


def clean(name: str) -> str:
    """Return a name as it is compared: without case, accents, marks and superfluous space."""
    if name.isascii():
        return " ".join(name.lower().split())
    decomposed = unicodedata.normalize("NFKD", name)
    letters = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(letters.casefold().split())


@cache
def states() -> Mapping[str, State]:
    """Return the bundled table of states, by id."""
    table: dict[str, State] = {}
    for row in _table():
        aliases, numbers = _dated(row["aliases"]), _dated(row["cow"])
        spans = [(clean(alias), span) for alias, span in aliases] + [
            (f"cow {number}", span) for number, span in numbers
        ]
        table[row["id"]] = State(
            id=row["id"],
            name=row["name"],
            aliases=tuple(alias for alias, _ in aliases),
            valid_from=row["valid_from"] or None,
            valid_to=row["valid_to"] or None,
            successors=tuple(name for name in row["successors"].split("|") if name),
            iso3166_1=row["iso3166_1"],
            iso3166_3=row["iso3166_3"],
            cow=numbers[-1][0] if numbers else "",
            gw=row["gw"],
            former_iso=tuple(code for code in row["former_iso"].split("|") if code),
            spans=tuple((what, span) for what, span in spans if span),
        )
    return table


def _dated(cell: str) -> list[tuple[str, dates.Interval | None]]:
    """Return the values of a cell between bars, each with when it held, where that is a part of the time."""
    parts = [part.partition("@") for part in cell.split("|") if part]
    return [(value, dates.parse(span) if span else None) for value, _, span in parts]


def _rows(table: str) -> Iterator[dict[str, str]]:
    text = files("kg.data").joinpath(table).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


@cache
def _table() -> tuple[dict[str, str], ...]:
    return tuple(_rows("states.csv"))


@cache
def _by_name() -> Mapping[str, frozenset[str]]:
    """Return the ids of the states that have or had a name, by the name as it is compared."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in _table():
        for name in (row["name"], *(part.partition("@")[0] for part in filter(None, row["aliases"].split("|")))):
            found[clean(name)].add(row["id"])
    return {name: frozenset(ids) for name, ids in found.items()}


@cache
def _regions() -> Mapping[str, tuple[str, ...]]:
    """Return the ids of the states that a region lies in, by the name of the region, which is that of no state."""
    return {clean(row["name"]): tuple(row["states"].split("|")) for row in _rows("regions.csv")}


def _is_state(identifier: str) -> bool:
    """Say whether an id is that of a state of the table, which is not read for what cannot be one."""
    return identifier.startswith("country:") and any(row["id"] == identifier for row in _table())


def _states_called(text: str) -> frozenset[str]:
    """Return the ids of all states of the table that have or had this name."""
    return _by_name().get(clean(text), frozenset())


def states_called(name: str) -> tuple[State, ...]:
    """Return all states of the table that have or had this name, whatever the date, in the order of their ids."""
    return tuple(states()[found] for found in sorted(_states_called(name)))


def state_at(name: str, date: str | None = None) -> str:
    """Return the id of the state that had this name at a date (as `kg.dates.parse` takes it), or at any without one.

    Raise `UnknownNameError` where no state had it, where several had it then, or where it names a region of several;
    the message names the candidates. Raise `ValueError` where the date is none.
    """
    found = states_called(name)
    if not found:
        raise UnknownNameError(_unknown_state(name))
    standing = found if date is None else [state for state in found if state.had(clean(name), dates.parse(date))]
    if len(standing) == 1:
        return standing[0].id
    if standing:
        then = f" in {date}" if date else ""
        raise UnknownNameError(f"{name!r} is ambiguous{then}: it names {_listed(standing)}; give the id.")
    spans = "; ".join(f"{state.name} ({state.id}) {_span(state)}" for state in found)
    others = {other.id: other for state in found for other in stood_instead(state, date or "") if other not in found}
    hint = f"then there was {_listed(others.values())}; " if others else ""
    raise UnknownNameError(f"no state was called {name!r} in {date}: {spans}; {hint}give the id.")


def stood_instead(state: State, date: str) -> list[State]:
    """Return the states that stood at a date on the territory of one that did not: before it, or after it."""
    table, period = states(), dates.parse(date)
    before, after = (
        _reached(state.id, _predecessors()),
        _reached(state.id, {one.id: one.successors for one in table.values()}),
    )
    return [table[name] for name in sorted(before | after) if table[name].stands_in(period)]


@cache
def _predecessors() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for state in states().values():
        for successor in state.successors:
            found[successor].append(state.id)
    return {name: tuple(ids) for name, ids in found.items()}


def _reached(name: str, following: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    wanted = [name]
    while wanted:
        more = set(following.get(wanted.pop(), ())) - found
        found |= more
        wanted += more
    return found


def state_coded(code: str, scheme: Literal["iso", "cow", "gw"] = "iso", date: str | None = None) -> str:
    """Return the id of the state with a code: ISO 3166 (two, three or four letters), COW or Gleditsch and Ward.

    A number that two states have had in turn needs the date. A code that ISO has withdrawn is understood where no state
    has it now, or had it then. Raise `UnknownNameError` where none or several have it.
    """
    wanted, number = code.strip().upper(), f"{scheme} {code.strip()}"
    table = states().values() if wanted else ()
    if scheme == "iso":
        ranks = [
            [state for state in table if wanted in (state.iso3166_1, state.iso3166_3, state.id.partition(":")[2])],
            [state for state in table if wanted == state.iso3166_3[:2]],
            [state for state in table if wanted in state.former_iso],
        ]
    else:
        ranks = [[s for s in table if wanted == getattr(s, scheme) or any(what == number for what, _ in s.spans)]]
    if date is not None:
        ranks = [[state for state in found if state.had(number, dates.parse(date))] for found in ranks]
    standing = next(filter(None, ranks), [])
    if not standing:
        raise UnknownNameError(f"{code!r} is the {scheme.upper()} code of no state{f' in {date}' if date else ''}.")
    if len(standing) > 1:
        raise UnknownNameError(f"{code!r} is the {scheme.upper()} code of {_listed(standing)}: give the id or a date.")
    return standing[0].id


def _listed(found: Iterable[State]) -> str:
    return ", ".join(f"{state.name} ({state.id})" for state in found)


def _span(state: State) -> str:
    return f"from {state.valid_from or 'before 1945'} to {state.valid_to or 'now'}"


def _unknown_state(name: str) -> str:
    """Say that a name is that of no state; where it is that of a region, of which states."""
    region = _regions().get(clean(name))
    if region:
        parts = _listed(states()[found] for found in region)
        return f"{name!r} is ambiguous: a region of {parts} and no state; give the id of what is meant."
    near = Names(states().values()).search(name, limit=3, floor=70)
    hint = f" Did you mean {', '.join(f'{match.matched} ({match.id})' for match in near)}?" if near else ""
    return f"no state of the table is or was called {name!r}.{hint or ' Give the id.'}"


class Names:
    """The names of a set of parties or items, to look up and to search."""

    def __init__(self, named: Iterable[Named]) -> None:
        self.by_id: dict[str, Named] = {one.id: one for one in named}

    @cached_property
    def _by_name(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for one in self.by_id.values():
            for name in (one.id, one.name, *one.aliases):
                found[clean(name)].add(one.id)
        return found

    def resolve(self, text: str, what: str = "party") -> str:
        """Return the id of the one thing of this id, name or alias.

        Raise `UnknownNameError` where none or several have it; the message names the candidates.
        """
        if text in self.by_id:
            return text
        here = self._by_name.get(clean(text), set())
        # A name that several states have had stays ambiguous, though this graph speaks of one of them only.
        found = sorted(here | _states_called(text) if any(map(_is_state, here)) else here)
        if len(found) == 1:
            return found[0]
        if found:
            known = {**states(), **self.by_id}
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
        names = [match.matched for match in near]
        shown = (f"{one.matched} ({one.id})" if names.count(one.matched) > 1 else one.matched for one in near)
        hint = f" Did you mean {', '.join(shown)}?" if near else ""
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
