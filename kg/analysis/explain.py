"""Explain: when there is no path, which single condition relaxed would give one, else why the graph has none.

Conditions are relaxed one at a time and by the smallest step that gives a path. Where no single one does, the fewest
that must go together are named, of equally few those that come first: dates, floors of evidence, transfer types, items,
avoided parties, strictness, hops. Where even without conditions there is no path, the reasons lie in what is known.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import chain, combinations, islice
from typing import Any, ClassVar

from kg.analysis import paths
from kg.analysis.absence import Reason, reasons_of_absence
from kg.analysis.custody import Chooser
from kg.analysis.paths import MOST_HOPS, Path
from kg.analysis.reach import Between, Hops, Neighbours, Step, checked, joined
from kg.answers import Shown
from kg.network import CERTAINTY_FLOORS, LETTERS, NUMBERS, Projection, check_known, fitting, walkable
from kg.records import TRANSFER_TYPES, Records

MOST_SETS = 100_000
MOST_TRIED = 50
NOT_FEWEST = f"Fewer conditions may do: {MOST_TRIED} sets of them were searched, of {MOST_SETS} looked at, at most."
ENDED = "search_ended"
_NEVER = "9999-12-31"


@dataclass(frozen=True, slots=True)
class NoPath(Shown):
    """Why there is no path: at least one reason, those that a relaxed condition removes first."""

    HEADINGS: ClassVar[tuple[str, ...]] = (
        "code", "sentence", "value", "relaxed_to", "parties", "relations", "hops",
    )  # fmt: skip

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


class _Ways:
    """The ways from starts to ends under any conditions.

    The graph is projected once, with none; whether a transfer fits is looked at where a search comes by. `known` are
    the paths of questions asked before, `left_open` those questions of which a bound of the search left it open.
    """

    def __init__(self, records: Records, starts: tuple[str, ...], ends: tuple[str, ...]) -> None:
        self.starts, self.ends = starts, ends
        self.known: dict[_Question, Path | None] = {}
        self.left_open: set[_Question] = set()
        self._records, self._graph = records, walkable(records, Projection())
        self._making = replace(records, relations=tuple(one for one in records.relations if not one.is_transfer))
        self._shortest: dict[Projection, list[str]] = {}

    def shortest(self, projection: Projection) -> list[str]:
        """Return the parties of a way of fewest hops, none where there is no way; time and custody are not minded."""
        if projection not in self._shortest:
            self._shortest[projection] = joined(self.starts, self.ends, *self._steps(projection))
        return self._shortest[projection]

    def best(self, question: _Question) -> tuple[Path | None, bool]:
        """Return the best path, as `paths.find` does; the second value says whether the search was ended before.

        Ways longer than the shortest are looked at only where strictness may leave out that one, and no further than
        needed.
        """
        fewest = len(self.shortest(question.projection)) - 1
        if not 0 < fewest <= question.max_hops:
            return None, False
        between = Between(self.starts, self.ends, *map(_for_each, self._steps(question.projection)))
        for bound in _growing(fewest, question.max_hops if question.strict else fewest):
            path, ended = self._among(between.within(bound), question, bound)
            if path is not None or ended:
                return path, path is None
        return None, False

    def some(self, question: _Question) -> Path | None:
        """Return the best path along the parties of one of fewest hops, where time and custody are not minded."""
        way = self.shortest(question.projection)
        return self._among(way, question, len(way) - 1)[0]

    def _among(self, parties: Collection[str], question: _Question, max_hops: int) -> tuple[Path | None, bool]:
        hops, fits = Hops.among(self._graph, parties), fitting(self._records, question.projection)
        hops = hops.without(transfers=[one.id for one in hops.all_transfers() if not fits(one)])
        strict = {"strict_time": question.strict_time, "strict_custody": question.strict_custody}
        chooser = Chooser(self._making, question.projection, **strict)
        return paths.fewest_hops(self._graph, hops, self.starts, self.ends, chooser, max_hops)

    def _steps(self, projection: Projection) -> tuple[Neighbours[str], Neighbours[str]]:
        """Return what gives the parties that one leads to by transfers that fit, and those that lead to it."""
        fits, onward, back = fitting(self._records, projection), self._graph.succ, self._graph.pred

        def near(others: Mapping[str, Mapping[str, Any]]) -> list[str]:
            return [other for other, hop in others.items() if any(fits(data["transfer"]) for data in hop.values())]

        return lambda party: near(onward[party]), lambda party: near(back[party])


def _growing(first: int, last: int) -> Iterator[int]:
    while first < last:
        yield first
        first *= 2
    yield last


def _for_each(near: Neighbours[str]) -> Step:
    return lambda parties: {party: near(party) for party in parties}


@dataclass(frozen=True, slots=True)
class _Question:
    records: Records = field(compare=False)
    ways: _Ways = field(compare=False)
    projection: Projection
    max_hops: int
    strict_time: bool
    strict_custody: bool

    @property
    def strict(self) -> bool:
        return self.strict_time or self.strict_custody

    def path(self) -> Path | None:
        """Return the best path, or some where the search for the best was ended; what is left open is noted."""
        if self not in self.ways.known:
            path, ended = self.ways.best(self)
            if ended and self.strict:
                self.ways.left_open.add(self)
            elif ended:
                path = self.ways.some(self)
            self.ways.known[self] = path
        return self.ways.known[self]

    def found(self) -> Path:
        """Return the path where it is known that there is one."""
        path = self.path()
        assert path is not None
        return path


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
    paths.check_hops(max_hops)
    ways = _Ways(records, first, last)
    question = _Question(records, ways, projection, max_hops, strict_time, strict_custody)
    path, ended = ways.best(question)
    if path is not None:
        raise ValueError("there is a path, so its absence cannot be explained")
    conditions = list(_conditions(question))
    reasons = [reason for condition in conditions for reason in _relaxed(question, condition)]
    fewest = True
    if ended:
        said = f"The search was ended after {paths.SEARCH_LIMIT} steps before a path was found: there may be one."
        reasons.insert(0, Reason(ENDED, said))
    elif not reasons:
        dropped, fewest = _fewest(question, conditions)
        reasons = [_together(question, dropped)] if dropped else list(reasons_of_absence(records, first, last))
    cut = (*(() if fewest else (NOT_FEWEST,)), *_left_open(len(ways.left_open)))
    return NoPath(first, last, projection.describe(), max_hops, strict_time, strict_custody, tuple(reasons), cut)


def _left_open(number: int) -> Iterator[str]:
    """Say where searches with relaxed conditions were ended before it was clear whether they give a path."""
    if number:
        yield (
            f"{number} search{'es' * (number > 1)} with relaxed conditions {'were' if number > 1 else 'was'} ended "
            f"after {paths.SEARCH_LIMIT} steps: other or fewer conditions, or smaller steps, may give a path, too."
        )


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
    stands = "is known to stand" if question.ways.left_open else "stands"
    return Reason(
        "several",
        f"No single condition {stands} in the way: {_named(question.records, conditions, steps)} there is a path of "
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
    lower = () if certainty is None else CERTAINTY_FLOORS[CERTAINTY_FLOORS.index(certainty) + 1 :]
    if lower:
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
