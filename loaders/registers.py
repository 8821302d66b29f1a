"""What the loaders of registers share: whom they cite, names → parties, and what a file has declared so far."""

from __future__ import annotations

import csv
import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from pydantic import ValidationError

from kg import names
from kg.errors import UnknownNameError
from kg.findings import (
    SECTIONS,
    Counts,
    Declaration,
    Declared,
    Finding,
    Item,
    Organisation,
    Origin,
    Party,
    Problem,
    Source,
    shorten,
)

from . import taxonomy
from .tables import CellError

_SLOTS = 1 << 24  # bits: 2 MB
_LOTS = 256


@dataclass(frozen=True, slots=True)
class Register:
    """A register's organisation, the origin that its findings go back to, and the release that a file is."""

    organisation: Organisation
    origin: Origin
    source: Source

    def declared(self, file: str) -> Iterator[Declared]:
        """Yield the three declarations, as standing on the first line of a file."""
        for what in (self.organisation, self.origin, self.source):
            yield Declared(what, file, 1)


@lru_cache(maxsize=10_000)
def slug(text: str) -> str:
    """Return a text as part of an id: lower case, ASCII and hyphens; a digest stands in for what is lost by that."""
    cleaned = names.clean(text)
    plain = re.sub(r"[^a-z0-9]+", "-", cleaned).strip("-")
    if len(plain) > 80 or re.search(r"[^\W\d_a-z]", cleaned):
        return "-".join(part for part in (plain[:80].strip("-"), digest(cleaned)) if part)
    return plain or digest(cleaned)


def digest(text: str) -> str:
    """Return ten hexadecimal digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class _Fix:
    party: str
    until: str | None


@cache
def _fixes() -> dict[tuple[str, str], _Fix]:
    text = files("kg.data").joinpath("register-names.csv").read_text(encoding="utf-8")
    return {
        (row["register"], names.clean(row["name"])): _Fix(row["party"], row["until"] or None)
        for row in csv.DictReader(text.splitlines())
    }


@cache
def adjectives() -> dict[str, str]:
    """Return the ids of states by adjectives of their names ("Polish", "ex-US"), as they are compared."""
    text = files("kg.data").joinpath("adjectives.csv").read_text(encoding="utf-8")
    return {names.clean(row["adjective"]): row["state"] for row in csv.DictReader(text.splitlines())}


def unresolved(unknown: UnknownNameError) -> str:
    """Return why a name is that of no one state, without the advice to give an id, which no register has room for."""
    return re.sub(r"[;.] give the id( of what is meant)?\.$", "", str(unknown), flags=re.IGNORECASE)


@contextmanager
def named_in(key: str, expected: str) -> Iterator[None]:
    """Raise what says that a name or code is that of no one state as the `CellError` of the column it stands in."""
    try:
        yield
    except UnknownNameError as unknown:
        wrong = CellError(key, "", expected)
        wrong.found = unresolved(unknown)
        raise wrong from unknown


@dataclass(slots=True)
class Ledger:
    """What one file has declared so far, so that each party and item is declared once; and its counts.

    `register` is the short name that begins the ids of its parties; `source` and `origin` are what its findings cite.
    """

    file: str
    register: str
    source: str
    origin: str
    counts: Counts = field(default_factory=Counts)
    _declared: set[str] = field(default_factory=set)
    _states: dict[tuple[str, str | None], tuple[str, bool] | UnknownNameError] = field(default_factory=dict)

    def problem(self, line: int, where: str, found: object, expected: str) -> Problem:
        """Return a problem of the file."""
        return Problem(self.file, line, where, found if isinstance(found, str) else shorten(found), expected)

    def make(self, line: int, section: str, content: dict[str, Any]) -> Declared | Problem:
        """Return a declaration of a section of the findings file, or the problem that it is none."""
        try:
            return Declared(SECTIONS[section].model_validate(content), self.file, line)
        except ValidationError as invalid:
            return self.invalid(line, invalid)

    def invalid(self, line: int, invalid: ValidationError) -> Problem:
        """Return the problem that the content of a record makes no declaration."""
        error = invalid.errors(include_url=False)[0]
        where = ".".join(map(str, error["loc"]))
        return self.problem(line, where, shorten(error["input"]), str(error["msg"]).removeprefix("Value error, "))

    def once(self, line: int, *what: Declaration) -> Iterator[Declared]:
        """Yield those of some declarations that the file has not made yet.

        A placeholder is of one record alone: it comes once, and need not be remembered.
        """
        for one in what:
            if isinstance(one, Party) and one.placeholder:
                yield Declared(one, self.file, line)
            elif one.id not in self._declared:
                self._declared.add(one.id)
                yield Declared(one, self.file, line)

    def item(self, line: int, identifier: str) -> Iterator[Declared]:
        """Yield an item of the taxonomy and all that it is a kind or component of, as far as not declared yet."""
        if identifier not in self._declared:
            yield from self.once(line, *taxonomy.lineage(identifier))

    def state(self, name: str, date: str | None) -> str:
        """Return the id of the state that the register calls so at a date.

        Where only one state ever had the name, it is meant, though the date lies outside its years, unless another
        then stood on its territory: the register's word stands, and is counted. Raise `UnknownNameError` where it names
        none or several, or may mean another.
        """
        key = name, date
        if key not in self._states:
            try:
                self._states[key] = self._resolved(name, date)
            except UnknownNameError as unknown:
                self._states[key] = unknown
        found = self._states[key]
        if isinstance(found, UnknownNameError):
            raise found
        self.counts.undated += found[1]
        return found[0]

    def _resolved(self, name: str, date: str | None) -> tuple[str, bool]:
        fix = _fixes().get((self.register, names.clean(name)))
        if fix and (fix.until is None or (date or "9999")[:4] <= fix.until):
            return fix.party, False
        try:
            return names.state_at(name, date), False
        except UnknownNameError:
            called = names.states_called(name)
            if len(called) != 1 or date is None or names.stood_instead(called[0], date):
                raise
            return called[0].id, True

    def counted(self, stream: Iterable[Declared | Problem]) -> Iterator[Declared | Problem]:
        """Yield a stream as it is, counting what passes."""
        counts = self.counts
        for one in stream:
            if isinstance(one, Problem):
                counts.rejected += 1
            elif isinstance(one.what, Finding):
                counts.findings += 1
                counts.transfers += one.what.is_transfer
            else:
                counts.parties += isinstance(one.what, Party)
                counts.items += isinstance(one.what, Item)
            yield one


class Repeats:
    """Which keys of a file come again, told exactly and in little memory.

    A first pass over all keys marks one bit a key; only keys whose bit was marked already are kept, so that memory does
    not grow with a file whose keys differ.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        bits, self._again = bytearray(_SLOTS // 8), set[int]()
        for key in keys:
            slot = self._slot(key)
            if bits[slot >> 3] & 1 << (slot & 7):
                self._again.add(slot)
            bits[slot >> 3] |= 1 << (slot & 7)
        self._first: dict[str, tuple[str, int]] = {}

    @staticmethod
    def _slot(key: str) -> int:
        return hash(key) % _SLOTS  # the same for both passes, which one process makes

    def may_recur(self, key: str) -> bool:
        """Say whether a key may come again; it does not where this is false."""
        return self._slot(key) in self._again

    def first(self, key: str, identifier: str) -> tuple[str, int]:
        """Return the identifier with which a key came first in the second pass, and how many times it has come."""
        if not self.may_recur(key):
            return identifier, 1
        earlier, times = self._first.get(key, (identifier, 0))
        self._first[key] = earlier, times + 1
        return earlier, times + 1


def recurring(keys: Iterable[str]) -> Callable[[str], bool]:
    """Return what tells of a key whether it comes more than once among these; 8 bytes of each are kept for it."""
    lots = [array("Q") for _ in range(_LOTS)]  # parted, so that no more than a lot is counted at a time
    for key in keys:
        mark = _mark(key)
        lots[mark % _LOTS].append(mark)
    again = {mark for lot in lots for mark, number in Counter(lot).items() if number > 1}
    return lambda key: _mark(key) in again


def _mark(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())
