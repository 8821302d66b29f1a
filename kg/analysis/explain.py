"""Explain: when there is no path, which single condition relaxed would give one, else why the graph has none.

Conditions are relaxed one at a time and by the smallest step that gives a path. Where no single one does, the fewest
that must go together are named, of equally few those that come first: dates, floors of evidence, transfer types, items,
avoided parties, strictness, hops. Where even without conditions there is no path, the reasons lie in what is known.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain, combinations, islice
from typing import Any

from kg.analysis import paths
from kg.analysis.absence import Reason, reasons_of_absence
from kg.analysis.paths import MOST_HOPS, Path, PathAnswer
from kg.analysis.reach import checked
from kg.network import CERTAINTIES, LETTERS, NUMBERS, Projection, check_known, project
from kg.records import TRANSFER_TYPES, Records

MOST_SETS = 100_000
MOST_TRIED = 50
NOT_FEWEST = f"Fewer conditions may do: {MOST_TRIED} sets of them were searched, of {MOST_SETS} looked at, at most."
_NEVER = "9999-12-31"


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
        graph = project(self.near.records(self.max_hops), self.projection, part=True)
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

    def found(self) -> Path:
        """Return the path where it is known that there is one."""
        return self.ask().paths[0]


_Relax = Callable[[_Question], _Question]


def _on(change: Callable[[Projection], Projection]) -> _Relax:
    return lambda question: replace(question, projection=change(question.projection))


@dataclass(frozen=True, slots=True)
class _Condition:
    """A condition in force: how to drop it, and the steps by which it can be relaxed, smallest first.

    `nested`: each step allows all that those before it do.
    """

    code: str
    value: Any
    sentence: str
    drop: _Relax
    steps: tuple[tuple[Any, _Relax], ...] = ()
    nested: bool = True

    def smallest(self, question: _Question) -> tuple[Any, _Relax]:
        """Return the first step that gives a path, as its value and how to take it; to drop it where none does."""

        def gives(number: int) -> bool:
            return self.steps[number][1](question).path() is not None

        numbers = range(len(self.steps))
        first = bisect_left(numbers, True, key=gives) if self.nested else next(filter(gives, numbers), len(numbers))
        return self.steps[first] if first < len(numbers) else (None, self.drop)


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
    check_known(records, projection)
    first, last = checked(starts, ends, projection, records.parties)
    question = _Question(
        records, _Near(records, first, last), first, last, projection, max_hops, strict_time, strict_custody
    )
    answer = question.ask()
    if answer.paths:
        raise ValueError("there is a path, so its absence cannot be explained")
    conditions = list(_conditions(question))
    reasons = [reason for condition in conditions for reason in _relaxed(question, condition)]
    cut = _cut(answer)
    if not reasons:
        dropped, fewest = _fewest(question, conditions)
        reasons = [_together(question, dropped)] if dropped else list(reasons_of_absence(records, first, last))
        cut = cut if fewest else (*cut, NOT_FEWEST)
    return NoPath(first, last, projection.describe(), max_hops, strict_time, strict_custody, tuple(reasons), cut)


def _cut(answer: PathAnswer) -> tuple[str, ...]:
    return tuple(sentence for sentence in answer.cut if "search was ended" in sentence)


def _relaxed(question: _Question, condition: _Condition) -> Iterator[Reason]:
    if condition.drop(question).path() is None:
        return
    value, relax = condition.smallest(question)
    path = relax(question).found()
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


def _without(question: _Question, conditions: Iterable[_Condition]) -> _Question:
    return reduce(lambda loosened, condition: condition.drop(loosened), conditions, question)


def _fewest(question: _Question, conditions: Sequence[_Condition]) -> tuple[list[_Condition], bool]:
    """Return the fewest of several conditions without which there is a path, none where even without all there is not.

    The second value is False where the bounds ended the search: then none of those returned can stay, but others may be
    fewer. Sets are tried by growing size. One that gives no path is widened while it gives none: of the conditions
    left then, one has to go, so what holds none of them need not be tried.
    """

    def leaves(numbers: Iterable[int]) -> bool:
        return _without(question, (conditions[number] for number in numbers)).path() is not None

    everything = range(len(conditions))
    if not leaves(everything):
        return [], True
    one_of: list[frozenset[int]] = []
    sets = chain.from_iterable(combinations(everything, size) for size in range(2, len(everything) + 1))
    for tried in islice(sets, MOST_SETS):
        if any(others.isdisjoint(tried) for others in one_of):
            continue
        if len(one_of) == MOST_TRIED:
            break
        if leaves(tried):
            return [conditions[number] for number in tried], True
        wider = set(tried)
        for number in everything:
            if number not in wider and not leaves({*wider, number}):
                wider.add(number)
        one_of.append(frozenset(everything) - wider)
    dropped = list(everything)
    for number in everything:
        fewer = [other for other in dropped if other != number]
        dropped = fewer if leaves(fewer) else dropped
    return [conditions[number] for number in dropped], False


def _together(question: _Question, conditions: Sequence[_Condition]) -> Reason:
    """Return the one reason that several conditions stand in the way, each relaxed by the smallest step in its turn."""
    steps: list[Any] = []
    loosened = question
    for number, condition in enumerate(conditions, 1):
        step, relax = condition.smallest(_without(loosened, conditions[number:]))
        loosened = relax(loosened)
        steps.append(step)
    path = loosened.found()
    steps = [len(path.hops) if one.code == "max_hops" else step for one, step in zip(conditions, steps, strict=True)]
    named = [{"condition": one.code, "value": one.value} for one in conditions]
    return Reason(
        "several",
        f"No single condition stands in the way: {_named(question.records, conditions, steps)} there is a path of "
        f"{_hops(path)}.",
        {"value": named, "relaxed_to": steps},
        path,
    )


def _named(records: Records, conditions: Sequence[_Condition], steps: Sequence[Any]) -> str:
    """Return conditions in words: what they become where there is a step, then those that are dropped."""
    kept, gone = [], []
    for condition, step in zip(conditions, steps, strict=True):
        if step is None:
            gone.append(_dropped(records, condition))
        else:
            kept.append(f"{_option(condition)} {step} instead of {condition.value}")
    listed = [f"{word} {' and '.join(ones)}" for word, ones in (("with", kept), ("without", gone)) if ones]
    return " and ".join(listed)


def _option(condition: _Condition) -> str:
    return f"--{condition.code.replace('_', '-')}"


def _dropped(records: Records, condition: _Condition) -> str:
    """Return a condition as the option that sets it, with names in place of ids."""
    option, value = _option(condition), condition.value
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
    yield from _window(question)
    yield from _floors(question)
    yield from _selection(question)
    yield from _search_limits(question)


def _window(question: _Question) -> Iterator[_Condition]:
    """Only days on which a transfer ends (or begins) let in one more, the nearest first."""
    projection, window = question.projection, question.projection.window
    transfers = [one for one in question.records.relations if one.is_transfer]
    if projection.since is not None:
        days = {one.latest for one in transfers if one.latest and one.latest < (window.earliest or "")}
        yield _Condition(
            "since",
            projection.since,
            f"With transfers since {{to}} instead of {projection.since} there is a path of {{hops}}.",
            _on(lambda one: replace(one, since=None)),
            tuple((day, _since(day)) for day in sorted(days, reverse=True)),
        )
    if projection.until is not None:
        days = {one.earliest for one in transfers if one.earliest and one.earliest > (window.latest or _NEVER)}
        yield _Condition(
            "until",
            projection.until,
            f"With transfers until {{to}} instead of {projection.until} there is a path of {{hops}}.",
            _on(lambda one: replace(one, until=None)),
            tuple((day, _until(day)) for day in sorted(days)),
        )


def _since(day: str) -> _Relax:
    return _on(lambda one: replace(one, since=day))


def _until(day: str) -> _Relax:
    return _on(lambda one: replace(one, until=day))


def _floors(question: _Question) -> Iterator[_Condition]:
    projection = question.projection
    grade, certainty, origins = projection.min_grade, projection.min_certainty, projection.min_origins
    with_floor = "there is a path of {hops}."
    if grade is not None:
        yield _Condition(
            "min_grade",
            grade,
            f"With {{to}} instead of {grade} as floor of grades {with_floor}",
            _on(lambda one: replace(one, min_grade=None)),
            tuple((floor, _min_grade(floor)) for floor in _lower_floors(grade)),
            nested=False,
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
        counts = {len(one.origin_ids) for one in question.records.relations}
        yield _Condition(
            "min_origins",
            origins,
            f"With {{to}} instead of {origins} origins asked for {with_floor}",
            _on(lambda one: replace(one, min_origins=0)),
            tuple((fewer, _min_origins(fewer)) for fewer in sorted(counts, reverse=True) if fewer < origins),
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
