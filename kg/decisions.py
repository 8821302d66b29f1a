"""Which ids stand for one party: decisions of people, in a file under version control, and what follows from them.

The file is a YAML list; each entry has `pair` (two ids), `judgement` (same, not-same, unsure), `why`, `who` and `when`.
A later decision on the same pair supersedes the earlier one, which stays in the file. `same` carries over: what is the
same as one party is the same as all that are. The order of decisions on different pairs does not matter.

Of the ids that stand for one party one is kept: a state of the bundled table before any other, then the shortest, then
the first by the alphabet. `kg.merging` applies that to what files declare.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from kg import dates, names, text
from kg.errors import InputError, UsageError
from kg.files import write_text
from kg.findings import Problem, shorten

FILE = "decisions.yaml"
HEADER = "# Which ids stand for one party. Written by `kg names decide`; a later decision on a pair supersedes.\n"
Judgement = Literal["same", "not-same", "unsure"]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Decision:
    """What someone decided on two ids, which come in order. `when` is an ISO day; `line` is where it stands, 0 if not.

    Decisions are equal that say the same, wherever they stand.
    """

    pair: Pair
    judgement: Judgement
    why: str
    who: str
    when: str
    line: int = field(default=0, compare=False)

    def __str__(self) -> str:
        sign = {"same": "=", "not-same": "≠", "unsure": "?"}[self.judgement]
        where = f"line {self.line}, " if self.line else ""
        return f"{self.pair[0]} {sign} {self.pair[1]} ({where}{self.who}, {self.when})"

    def rows(self) -> dict[str, Any]:
        """Return it as a flat row."""
        values = {name: getattr(self, name) for name in ("judgement", "why", "who", "when")}
        return {"first": self.pair[0], "second": self.pair[1], **values, "line": self.line or None}


def _one_line(value: str) -> str:
    if not value.isprintable() or value != value.strip():
        raise ValueError("one line of text without control characters, and no space around it")
    return value


def _day(value: str) -> str:
    if dates.bounds(value).earliest != value:
        raise ValueError("a day such as 2017-12-14")
    return value


def _two_ids(pair: tuple[str, str]) -> Pair:
    if pair[0] == pair[1]:
        raise ValueError("two different ids")
    return min(pair), max(pair)


_PartyId = Annotated[
    str, Field(pattern=r"^(country|factory|distributor|group):[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=200)
]
_Line = Annotated[str, Field(min_length=1, max_length=10_000), AfterValidator(_one_line)]


class _Entry(BaseModel):
    """One entry of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    pair: Annotated[tuple[_PartyId, _PartyId], Field(strict=False), AfterValidator(_two_ids)]
    judgement: Judgement
    why: _Line
    who: _Line
    when: Annotated[str, AfterValidator(_day)]


def decision(first: str, second: str, judgement: str, *, why: str, who: str, when: str) -> Decision:
    """Return a decision on two ids. Raise `UsageError` where a part is not as it should be, or its day is to come."""
    given = {"pair": [first, second], "judgement": judgement, "why": why, "who": who, "when": when}
    made, problems = _made(given, "the decision", text.Parsed(None), ())
    if made is None:
        problem = problems[0]
        raise UsageError(f"{problem.field}: found {problem.found}, expected {problem.expected}; nothing was recorded.")
    if when > datetime.now(UTC).date().isoformat():
        raise UsageError(f"when: found {when}, expected a day that has come; nothing was recorded.")
    return made


def _made(given: object, file: str, parsed: text.Parsed, path: text.Path) -> tuple[Decision | None, list[Problem]]:
    """Return the decision that an entry holds, or its problems."""
    try:
        entry = _Entry.model_validate(given)
    except ValidationError as invalid:
        problems = []
        for error in invalid.errors(include_url=False):
            where = tuple(error["loc"])
            found, expected = shorten(error["input"]), str(error["msg"]).removeprefix("Value error, ")
            if error["type"] == "missing":
                found, expected = "nothing", "a value"
            elif error["type"] == "extra_forbidden":
                found, expected = "a field that is not known", f"one of {', '.join(_Entry.model_fields)}"
            name = ".".join(map(str, where))
            problems.append(Problem(file, parsed.line((*path, *where)), name, found, expected))
        return None, problems
    kinds = {name.partition(":")[0] for name in entry.pair}
    if entry.judgement == "same" and len(kinds) > 1:
        expected = "two ids of one kind, since parties of different kinds are never the same"
        return None, [Problem(file, parsed.line((*path, "pair")), "pair", shorten(entry.pair), expected)]
    values = {name: getattr(entry, name) for name in _Entry.model_fields}
    return Decision(**values, line=parsed.line(path) if path else 0), []


def where(named: Path | None, home: Path, *, new: bool = False) -> Path:
    """Return where decisions stand: in the file named, else in the working folder's, else in the home's if there.

    Raise `InputError` where a file is named that does not exist, unless it may be `new`.
    """
    if named is not None:
        if not named.exists() and not new:
            raise InputError(f"{named} does not exist: name a decisions file, or make one with `kg names decide`.")
        return named
    here = Path(FILE)
    return home / FILE if not here.exists() and (home / FILE).exists() else here


def read(path: Path) -> list[Decision]:
    """Return the decisions of a file, oldest first; none where there is no such file.

    Raise `InputError` where it is not as it should be, naming file and line, or where decisions conflict.
    """
    if not path.exists():
        return []
    try:
        parsed = text.parse_yaml(path.read_bytes().decode("utf-8-sig"))
    except OSError as problem:
        raise InputError(f"{path} cannot be read ({problem.strerror}): check its permissions.") from problem
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise InputError(f"{path}:{line}: found a byte that is not UTF-8: save it as UTF-8 text.") from problem
    except text.TextError as problem:
        raise InputError(f"{path}:{problem.line}: found {problem.found}, expected {problem.expected}.") from problem
    entries = [] if parsed.value is None else parsed.value
    if not isinstance(entries, list):
        raise InputError(f"{path}:1: found {shorten(entries)}, expected a list of decisions.")
    found: list[Decision] = []
    problems: list[Problem] = []
    for index, entry in enumerate(entries):
        made, wrong = _made(entry, str(path), parsed, (index,))
        found += [made] if made else []
        problems += wrong
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputError(f"{problems[0]}{more}: mend the decisions file, nothing was read.")
    canonical(found)
    return found


def append(path: Path, new: Decision) -> list[Decision]:
    """Add a decision to a file, which is made where there is none, and return all.

    Raise `InputError` where it conflicts with an earlier one, naming the chain; the file stays as it was.
    """
    earlier = read(path)
    canonical([*earlier, replace(new, line=0)])
    before = path.read_bytes().decode("utf-8-sig") if path.exists() else HEADER
    values = {name: json.dumps(getattr(new, name), ensure_ascii=False) for name in ("why", "who")}
    entry = (
        f"- pair: [{', '.join(new.pair)}]\n  judgement: {new.judgement}\n  why: {values['why']}\n"
        f"  who: {values['who']}\n  when: {new.when}\n"
    )
    content = f"{before}{'' if before.endswith(chr(10)) else chr(10)}{entry}"
    if not _holds(content, len(earlier) + 1):
        raise InputError(f"{path} cannot be added to: write it as a list of entries that begin with “- pair:”.")
    write_text(path, content)
    return read(path)


def _holds(content: str, number: int) -> bool:
    """Say whether a text is a list of so many entries."""
    try:
        value = text.parse_yaml(content).value
    except text.TextError:
        return False
    return isinstance(value, list) and len(value) == number


def in_force(decisions: Iterable[Decision]) -> list[Decision]:
    """Return the last decision on each pair, by pair. Raise `InputError` where those on a pair go back in time."""
    last: dict[Pair, Decision] = {}
    for one in decisions:
        earlier = last.get(one.pair)
        if earlier and earlier.when > one.when:
            raise InputError(f"{one} comes after {earlier}, which is of a later day: give the day it was decided on.")
        last[one.pair] = one
    return [last[pair] for pair in sorted(last)]


def _neighbours(decisions: Iterable[Decision]) -> dict[str, dict[str, Decision]]:
    """Return by id the ids that are decided to be the same, with the decision in force."""
    found: dict[str, dict[str, Decision]] = {}
    for one in in_force(decisions):
        if one.judgement == "same":
            first, second = one.pair
            found.setdefault(first, {})[second] = one
            found.setdefault(second, {})[first] = one
    return found


def chain(decisions: Iterable[Decision], first: str, second: str) -> list[Decision] | None:
    """Return the fewest decisions in force by which two ids stand for one party; None if they do not."""
    neighbours = _neighbours(decisions)
    ways: dict[str, list[Decision]] = {first: []}
    waiting = deque([first])
    while waiting and second not in ways:
        name = waiting.popleft()
        for other, one in sorted(neighbours.get(name, {}).items()):
            if other not in ways:
                ways[other] = [*ways[name], one]
                waiting.append(other)
    return ways.get(second)


def classes(decisions: Iterable[Decision]) -> list[frozenset[str]]:
    """Return the sets of ids that stand for one party, each of two or more."""
    neighbours = _neighbours(decisions)
    found: list[frozenset[str]] = []
    seen: set[str] = set()
    for start in sorted(neighbours):
        members, waiting = {start}, [start] if start not in seen else []
        while waiting:
            fresh = set(neighbours[waiting.pop()]) - members
            members |= fresh
            waiting.extend(fresh)
        if start not in seen:
            found.append(frozenset(members))
            seen |= members
    return found


def canonical(decisions: Sequence[Decision]) -> dict[str, str]:
    """Return the id that stands for each other id; an id that is not in it stands for itself.

    Raise `InputError`, naming the chain, where ids decided not to be the same are so by other decisions, or where two
    states of the bundled table are.
    """
    stands: dict[str, str] = {}
    states = names.states()
    for members in classes(decisions):
        kept, *others = sorted(members, key=lambda name: (name not in states, len(name), name))
        rivals = [name for name in others if name in states]
        if kept in states and rivals:
            why = f"{kept} and {rivals[0]} are two states of the table"
            raise InputError(_conflict(why, chain(decisions, kept, rivals[0])))
        stands |= dict.fromkeys(others, kept)
    for one in in_force(decisions):
        first, second = one.pair
        if one.judgement == "not-same" and stands.get(first, first) == stands.get(second, second):
            raise InputError(_conflict(str(one), chain(decisions, first, second)))
    return stands


def _conflict(what: str, links: Sequence[Decision] | None) -> str:
    return (
        f"{what}, but other decisions make them one: {', '.join(map(str, links or ()))}; decide one of these anew "
        "with `kg names decide ID ID unsure --why …`."
    )


def settled(decisions: Sequence[Decision]) -> Callable[[str, str], Judgement | None]:
    """Return what says of two ids what is decided on them, also by way of ids that are the same; None for nothing."""
    stands = canonical(decisions)
    judged: dict[frozenset[str], Judgement] = {}
    for one in in_force(decisions):
        ends = frozenset(stands.get(name, name) for name in one.pair)
        if judged.get(ends) != "not-same":  # which of parties that are the same goes for all, whoever is unsure
            judged[ends] = one.judgement

    def judgement(first: str, second: str) -> Judgement | None:
        ends = frozenset(stands.get(name, name) for name in (first, second))
        return "same" if len(ends) == 1 else judged.get(ends)

    return judgement
