"""Explain: when there is no path, which single condition relaxed would give one, else why the graph has none.

Conditions are relaxed one at a time and by the smallest step that gives a path. Where no single one does, the fewest
that must go together are named; where even without conditions there is no path, the reasons lie in what is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kg.analysis import paths
from kg.analysis.absence import Reason, reasons_of_absence
from kg.analysis.paths import MOST_HOPS, Path, PathAnswer
from kg.analysis.reach import checked
from kg.network import CERTAINTIES, LETTERS, NUMBERS, Projection, project
from kg.records import TRANSFER_TYPES, Records


@dataclass(frozen=True, slots=True)
class NoPath:
    """Why there is no path: at least one reason, those that a relaxed condition removes first."""

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    projection: Mapping[str, Any]
    max_hops: int
    strict_time: bool
    strict_custody: bool
    reasons: tuple[Reason, ...]
    cut: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each reason."""
        return [reason.row() for reason in self.reasons]


class _Near:
    """What lies on ways of so many hops from starts to ends, whatever conditions hold: little is projected anew."""

    def __init__(self, records: Records, starts: tuple[str, ...], ends: tuple[str, ...]) -> None:
        self._records, self._starts, self._ends = records, starts, ends
        self._graph = project(records, Projection())
        self._known: dict[int, Records] = {}

    def records(self, max_hops: int) -> Records:
        """Return the records of what lies on ways of so many hops at most; starts and ends are always among them."""
        if max_hops not in self._known:
            among = paths.parties_within(self._graph, self._starts, self._ends, max_hops).union(
                self._starts, self._ends
            )
            self._known[max_hops] = Records(
                {id_: party for id_, party in self._records.parties.items() if id_ in among},
                self._records.items,
                tuple(
                    one
                    for one in self._records.relations
                    if one.start in among and (one.end in among or not one.is_transfer)
                ),
            )
        return self._known[max_hops]


@dataclass(frozen=True, slots=True)
class _Question:
    records: Records
    near: _Near
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    projection: Projection
    max_hops: int
    strict_time: bool
    strict_custody: bool

    def ask(self) -> PathAnswer:
        graph = project(self.near.records(self.max_hops), self.projection)
        return paths.find(
            graph,
            self.starts,
            self.ends,
            k=1,
            max_hops=self.max_hops,
            strict_time=self.strict_time,
            strict_custody=self.strict_custody,
        )

    def path(self) -> Path | None:
        return next(iter(self.ask().paths), None)


_Relax = Callable[[_Question], _Question]


def _on(change: Callable[[Projection], Projection]) -> _Relax:
    return lambda question: replace(question, projection=change(question.projection))


@dataclass(frozen=True, slots=True)
class _Condition:
    """A condition in force: how to drop it, and the steps by which it can be relaxed, smallest first."""

    code: str
    value: Any
    sentence: str
    drop: _Relax
    steps: tuple[tuple[Any, _Relax], ...] = ()


def no_path(
    records: Records,
    projection: Projection,
    starts: Iterable[str],
    ends: Iterable[str],
    *,
    max_hops: int = 8,
    strict_time: bool = False,
    strict_custody: bool = False,
) -> NoPath:
    """Return why no path fits. Raise `ValueError` where one does, `UsageError` as `paths.find` does."""
    first, last = checked(starts, ends, projection, records.parties)
    question = _Question(
        records, _Near(records, first, last), first, last, projection, max_hops, strict_time, strict_custody
    )
    answer = question.ask()
    if answer.paths:
        raise ValueError("there is a path, so its absence cannot be explained")
    conditions = list(_conditions(question))
    reasons = [reason for condition in conditions for reason in _relaxed(question, condition)]
    reasons = reasons or _together(question, conditions) or list(reasons_of_absence(records, first, last))
    return NoPath(
        first, last, projection.describe(), max_hops, strict_time, strict_custody, tuple(reasons), _cut(answer)
    )


def _cut(answer: PathAnswer) -> tuple[str, ...]:
    return tuple(sentence for sentence in answer.cut if "search was ended" in sentence)


def _relaxed(question: _Question, condition: _Condition) -> Iterator[Reason]:
    path = condition.drop(question).path()
    if path is None:
        return
    value: Any = None
    for step, relax in condition.steps:
        stepped = relax(question).path()
        if stepped is not None:
            value, path = step, stepped
            break
    if condition.code == "max_hops":
        value = len(path.hops)
    yield Reason(
        code=condition.code,
        sentence=condition.sentence.format(to=value if value is not None else "nothing", hops=_hops(path)),
        data={"value": condition.value, "relaxed_to": value},
        path=path,
    )


def _hops(path: Path) -> str:
    return "1 hop" if len(path.hops) == 1 else f"{len(path.hops)} hops"


def _together(question: _Question, conditions: list[_Condition]) -> list[Reason]:
    """Return the one reason that several conditions stand in the way, none of which can stay."""

    def without(dropped: list[_Condition]) -> Path | None:
        loosened = question
        for condition in dropped:
            loosened = condition.drop(loosened)
        return loosened.path()

    dropped = list(conditions)
    path = without(dropped)
    if path is None:
        return []
    for condition in conditions:
        fewer = [other for other in dropped if other is not condition]
        found = without(fewer)
        if found is not None:
            dropped, path = fewer, found
    named = [{"condition": condition.code, "value": condition.value} for condition in dropped]
    listed = " and ".join(_dropped(question.records, condition) for condition in dropped)
    sentence = f"No single condition stands in the way: without {listed} there is a path of {_hops(path)}."
    return [Reason("several", sentence, {"value": named, "relaxed_to": None}, path)]


def _dropped(records: Records, condition: _Condition) -> str:
    """Return a condition as the option that sets it, with names in place of ids."""
    option, value = f"--{condition.code.replace('_', '-')}", condition.value
    if condition.code == "types":
        return f"leaving out {value}"
    if value is True:
        return option
    if condition.code == "items":
        return " ".join(f"--item {records.items[id_].name if id_ in records.items else id_}" for id_ in value)
    if condition.code == "avoid" and value in records.parties:
        value = records.parties[value].name
    return f"{option} {value}"


def _conditions(question: _Question) -> Iterator[_Condition]:
    yield from _window(question.projection)
    yield from _floors(question.projection)
    yield from _selection(question)
    yield from _search_limits(question)


def _window(projection: Projection) -> Iterator[_Condition]:
    if projection.since is not None:
        sentence = f"Without the condition since {projection.since} there is a path of {{hops}}."
        yield _Condition("since", projection.since, sentence, _on(lambda one: replace(one, since=None)))
    if projection.until is not None:
        sentence = f"Without the condition until {projection.until} there is a path of {{hops}}."
        yield _Condition("until", projection.until, sentence, _on(lambda one: replace(one, until=None)))


def _floors(projection: Projection) -> Iterator[_Condition]:
    grade, certainty, origins = projection.min_grade, projection.min_certainty, projection.min_origins
    with_floor = "there is a path of {hops}."
    if grade is not None:
        yield _Condition(
            "min_grade",
            grade,
            f"With {{to}} instead of {grade} as floor of grades {with_floor}",
            _on(lambda one: replace(one, min_grade=None)),
            tuple((floor, _min_grade(floor)) for floor in _lower_floors(grade)),
        )
    if certainty is not None:
        lower = CERTAINTIES[CERTAINTIES.index(certainty) + 1 :]
        yield _Condition(
            "min_certainty",
            certainty,
            f"With certainty from {{to}} on instead of {certainty} {with_floor}",
            _on(lambda one: replace(one, min_certainty=None)),
            tuple((floor, _min_certainty(floor)) for floor in lower),
        )
    if origins:
        yield _Condition(
            "min_origins",
            origins,
            f"With {{to}} instead of {origins} origins asked for {with_floor}",
            _on(lambda one: replace(one, min_origins=0)),
            tuple((fewer, _min_origins(fewer)) for fewer in range(origins - 1, -1, -1)),
        )


def _min_grade(floor: str) -> _Relax:
    return _on(lambda one: replace(one, min_grade=floor))


def _min_certainty(floor: str) -> _Relax:
    return _on(lambda one: replace(one, min_certainty=floor))


def _min_origins(floor: int) -> _Relax:
    return _on(lambda one: replace(one, min_origins=floor))


def _lower_floors(grade: str) -> list[str]:
    """Return the floors below a grade, those of fewest steps in letter and number first."""
    letter, number = LETTERS.index(grade[0]), NUMBERS.index(grade[1])
    lower = [
        (row + column - letter - number, LETTERS[row] + NUMBERS[column])
        for row in range(letter, len(LETTERS) - 1)
        for column in range(number, len(NUMBERS) - 1)
    ]
    return [floor for steps, floor in sorted(lower) if steps]


def _selection(question: _Question) -> Iterator[_Condition]:
    projection, parties = question.projection, question.records.parties
    for type_ in TRANSFER_TYPES:
        if type_ not in projection.types:
            sentence = f"With transfers of type {type_} as well there is a path of {{hops}}."
            yield _Condition("types", type_, sentence, _with_type(type_))
    if projection.items:
        names = ", ".join(question.records.items[id_].name for id_ in projection.items if id_ in question.records.items)
        sentence = f"Without the condition that {_literal(names) or 'the items'} be passed there is a path of {{hops}}."
        yield _Condition("items", list(projection.items), sentence, _on(lambda one: replace(one, items=())))
    for id_ in projection.avoid:
        name = parties[id_].name if id_ in parties else id_
        sentence = f"Without avoiding {_literal(name)} there is a path of {{hops}}."
        yield _Condition("avoid", id_, sentence, _without_avoiding(id_))


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _with_type(type_: str) -> _Relax:
    return _on(lambda one: replace(one, types=(*one.types, type_)))


def _without_avoiding(id_: str) -> _Relax:
    return _on(lambda one: replace(one, avoid=tuple(other for other in one.avoid if other != id_)))


def _search_limits(question: _Question) -> Iterator[_Condition]:
    for name in ("time", "custody"):
        if getattr(question, f"strict_{name}"):
            sentence = f"With paths whose {name} is impossible allowed there is one of {{hops}}."
            yield _Condition(f"strict_{name}", True, sentence, _lenient(name))
    if question.max_hops < MOST_HOPS:
        sentence = f"With up to {{to}} instead of {question.max_hops} hops there is a path."
        yield _Condition(
            "max_hops", question.max_hops, sentence, lambda question: replace(question, max_hops=MOST_HOPS)
        )


def _lenient(name: str) -> _Relax:
    if name == "time":
        return lambda question: replace(question, strict_time=False)
    return lambda question: replace(question, strict_custody=False)
