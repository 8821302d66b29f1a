"""The shared samples of registers, and what every loader's test asks of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kg import names
from kg.findings import Declaration, Declared, Finding, Item, Origin, Party, Problem, Source


def references(what: Declaration) -> Iterator[str]:
    """Yield the ids of all that a declaration refers to."""
    if isinstance(what, Finding):
        yield from (what.source, what.origin, *what.continues, *what.repeats, *(name for _, name in what.refs()))
    elif isinstance(what, Party):
        yield from (*what.stated_by, *(ref.id for ref in (*what.located_in, *what.part_of)))
    elif isinstance(what, Item):
        yield from (*what.kind_of, *what.component_of)
    elif isinstance(what, Source):
        yield from (relay.id for relay in what.relays)
    elif isinstance(what, Origin):
        yield what.organisation


@dataclass
class Outcome:
    """What a loader yielded of one file."""

    declared: list[Declared]
    problems: list[Problem]
    counts: dict[str, int]

    def all(self, kind: type) -> dict[str, Any]:
        """Return the declarations of a kind, by id."""
        return {one.what.id: one.what for one in self.declared if isinstance(one.what, kind)}

    @property
    def findings(self) -> dict[str, Finding]:
        return self.all(Finding)

    @property
    def parties(self) -> dict[str, Party]:
        return self.all(Party)

    @property
    def items(self) -> dict[str, Item]:
        return self.all(Item)

    def facts(self) -> list[str]:
        """Return what was declared, as sorted text without lines."""
        return sorted(one.what.canonical() for one in self.declared)


@pytest.fixture(scope="session")
def run() -> Callable[[ModuleType, Path], Outcome]:
    """Return a function that reads a file with a loader to its end."""

    def read(loader: ModuleType, path: Path) -> Outcome:
        declared, problems, stream = [], [], loader.read(path)
        while True:
            try:
                one = next(stream)
            except StopIteration as end:
                return Outcome(declared, problems, end.value.rows())
            (declared if isinstance(one, Declared) else problems).append(one)

    return read


@pytest.fixture(scope="session")
def sound() -> Callable[[Outcome], None]:
    """Return a function that asserts what holds for whatever a loader declares of one file."""

    def check(outcome: Outcome) -> None:
        ids = [(type(one.what).__name__, one.what.id) for one in outcome.declared]
        assert len(ids) == len(set(ids))
        known = {one.what.id for one in outcome.declared} | set(names.states())
        for one in outcome.declared:
            assert set(references(one.what)) <= known, one.what.id
        origins, sources = outcome.all(Origin), outcome.all(Source)
        assert not set(origins) & set(sources)
        for finding in outcome.findings.values():
            assert finding.origin in {relay.id for relay in sources[finding.source].relays}
        assert not set(outcome.parties) & set(names.states())
        assert outcome.counts["findings"] == len(outcome.findings)
        assert outcome.counts["rejected"] == len(outcome.problems)

    return check
