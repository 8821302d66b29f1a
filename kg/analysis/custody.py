"""Custody and time of a path: the best joint choice of one transfer, and one item of it, for every hop.

Parallel transfers may differ in date, items and evidence, so a path is judged by the choice that fits best as a whole.
Choices are grown hop by hop; of those that the next hop finds alike, one that is worse in no respect replaces the
others: so what is chosen for a path depends on its own transfers alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kg.dates import CERTAIN, IMPOSSIBLE, POSSIBLE
from kg.network import Projection, broader_items, grade_rank, matching_items
from kg.records import Records, Relation

STATED, COMPATIBLE = "stated", "compatible"
_CUSTODY = (STATED, COMPATIBLE, IMPOSSIBLE)
_TIME = (CERTAIN, POSSIBLE, IMPOSSIBLE)
_WORST = 2
_NEVER = "9999-12-31"
_Merits = tuple[int, tuple[int, str], str, int, int, int]
_NO_ITEMS: tuple[str | None, ...] = (None,)


@dataclass(frozen=True, slots=True)
class Join:
    """How what arrived at a party goes on: the item picked on the next transfer and the narrowest item carried since.

    `basis` is "continues" (a source links the two transfers), "same item", "kind of", "manufactured" (then
    `manufactured` is the id of the MANUFACTURED of the party between on which it rests), "item not stated" or "none".
    """

    custody: str
    basis: str
    item: str | None
    carried: str | None
    manufactured: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One transfer and item for each hop of a path, with the verdicts that follow.

    `joins` has one entry less than `transfers`. `rank` is that of the weakest grade, `origins` the fewest of a hop; a
    MANUFACTURED on which a join rests counts as a transfer does.
    """

    transfers: tuple[Relation, ...]
    items: tuple[str | None, ...]
    carried: tuple[str | None, ...]
    joins: tuple[Join, ...]
    custody: str
    time: str
    alternative: bool
    rank: int
    origins: int


@dataclass(frozen=True, slots=True)
class Label:
    """A choice for the first hops.

    Of two that carry the same item and that the same transfers may continue, one whose merits are smaller or equal in
    every place is at least as good, whatever follows; `ids` only settle which of two equal ones is taken.
    """

    transfer: Relation
    item: str | None
    carried: str | None
    join: Join | None
    previous: Label | None
    custody: int
    late: bool
    uncertain: bool
    reached: str
    alternatives: int
    rank: int
    origins: int
    ids: tuple[str, ...]
    merits: _Merits = field(init=False)

    def __post_init__(self) -> None:
        order = (_WORST, "") if self.late else (1, "") if self.uncertain else (0, self.transfer.latest or _NEVER)
        merits = (self.custody, order, "" if self.late else self.reached, self.alternatives, self.rank, -self.origins)
        object.__setattr__(self, "merits", merits)

    @property
    def time(self) -> int:
        """Place of the time verdict; an alternative is at best possible."""
        return _WORST if self.late else int(self.uncertain or self.alternatives > 0)

    def preference(self) -> tuple[object, ...]:
        """Key of the finished choice: what fits, then what needs no alternative, then custody, time and evidence."""
        misfit = self.late or self.custody == _WORST
        needless = 0 if misfit else self.alternatives
        verdicts = (misfit, needless, self.custody, self.time, self.alternatives)
        return (*verdicts, self.rank, -self.origins, self.ids)


class Chooser:
    """Chooses transfers under a projection; under a strict verdict, choices that make it impossible are left out."""

    def __init__(
        self, records: Records, projection: Projection, *, strict_time: bool = False, strict_custody: bool = False
    ) -> None:
        self.strict_time, self.strict_custody = strict_time, strict_custody
        self._matching = matching_items(records.items, projection.items)
        self._broader = broader_items(records.items)
        self.manufactured: dict[str, Relation] = {}
        self._made: dict[str, list[Relation]] = {}
        self._known: dict[tuple[str, str | None, str], tuple[Join, ...]] = {}
        making = (one for one in records.relations if one.type == "MANUFACTURED" and one.inputs)
        for relation in sorted(filter(projection.has_evidence, making), key=lambda one: one.id):
            self.manufactured[relation.id] = relation
            self._made.setdefault(relation.start, []).append(relation)

    def choose(self, hops: Sequence[tuple[Relation, ...]]) -> Choice | None:
        """Return the best choice for the parallel transfers of each hop, or None where strictness leaves none."""
        labels = self.begin(hops[0])
        for hop in hops[1:]:
            labels = self.extend(labels, hop)
        return self.best(labels)

    def begin(self, hop: Iterable[Relation]) -> list[Label]:
        """Return the choices for a first hop, in the order of their merits."""
        return _ordered(
            self._label(None, transfer, item, item, None) for transfer in hop for item in self.items(transfer)
        )

    def extend(self, labels: Iterable[Label], hop: Iterable[Relation]) -> list[Label]:
        """Return the choices for one hop more, in the order of their merits, as the labels given are."""
        transfers = tuple(hop)
        continued = frozenset(finding for one in transfers for finding in one.continues)
        grown = (
            self._label(label, transfer, join.item, join.carried, join)
            for label in _undominated(labels, continued)
            for transfer in transfers
            for join in self.joins(label.transfer, label.carried, transfer)
        )
        return _ordered(
            label
            for label in grown
            if not (self.strict_time and label.late) and not (self.strict_custody and label.custody == _WORST)
        )

    def best(self, labels: Sequence[Label]) -> Choice | None:
        """Return the best of finished choices, or None where there is none."""
        if not labels:
            return None
        last = min(labels, key=Label.preference)
        chain: list[Label] = []
        label: Label | None = last
        while label is not None:
            chain.append(label)
            label = label.previous
        chain.reverse()
        return Choice(
            transfers=tuple(one.transfer for one in chain),
            items=tuple(one.item for one in chain),
            carried=tuple(one.carried for one in chain),
            joins=tuple(one.join for one in chain if one.join is not None),
            custody=_CUSTODY[last.custody],
            time=_TIME[last.time],
            alternative=last.alternatives > 0,
            rank=last.rank,
            origins=last.origins,
        )

    def items(self, transfer: Relation) -> tuple[str | None, ...]:
        """Return the items of a transfer that the projection asks for, (None,) where the source states none."""
        fitting = (item for item in transfer.items if self._matching is None or item in self._matching)
        return tuple(sorted(set(fitting))) or _NO_ITEMS

    def joins(self, arriving: Relation, carried: str | None, leaving: Relation) -> tuple[Join, ...]:
        """Return the ways in which what is carried may go on with the next transfer; one, "none", where it cannot."""
        key = arriving.id, carried, leaving.id
        if key not in self._known:
            self._known[key] = tuple(self._joins(arriving, carried, leaving))
        return self._known[key]

    def _joins(self, arriving: Relation, carried: str | None, leaving: Relation) -> Iterator[Join]:
        linked = not frozenset(leaving.continues).isdisjoint(arriving.findings)
        fitting = list(self._fitting(carried, leaving))
        # A link says that the very items went on: those that both transfers name, where they name any that fit.
        if linked and not fitting and not self._share_items(arriving, leaving):
            fitting = [Join(STATED, "continues", item, item) for item in self.items(leaving)]
        for join in fitting:
            yield Join(STATED, "continues", join.item, join.carried) if linked else join
        if not fitting:
            item = self.items(leaving)[0]
            yield Join(IMPOSSIBLE, "none", item, item)

    def _fitting(self, carried: str | None, leaving: Relation) -> Iterator[Join]:
        for item in self.items(leaving):
            if carried is None or item is None:
                yield Join(COMPATIBLE, "item not stated", item, item or carried)
            elif self._related(carried, item):
                basis = "same item" if item == carried else "kind of"
                yield Join(COMPATIBLE, basis, item, self._narrower(item, carried))
            for made in self._made.get(leaving.start, ()):
                arrives = carried is not None and any(self._related(carried, input_) for input_ in made.inputs)
                if arrives and (item is None or self._related(made.end, item)):
                    product = made.end if item is None else self._narrower(made.end, item)
                    yield Join(COMPATIBLE, "manufactured", item, product, made.id)

    def _share_items(self, one: Relation, other: Relation) -> bool:
        return any(self._related(first, second) for first in one.items for second in other.items)

    def _related(self, first: str, second: str) -> bool:
        above_first, above_second = self._broader.get(first, ()), self._broader.get(second, ())
        return first == second or first in above_second or second in above_first

    def _narrower(self, first: str, second: str) -> str:
        return first if second in self._broader.get(first, ()) else second

    def _label(
        self, previous: Label | None, transfer: Relation, item: str | None, carried: str | None, join: Join | None
    ) -> Label:
        custody = _CUSTODY.index(join.custody) if join else 0
        uncertain, late, alternatives, reached = False, False, 0, ""
        rank, origins = grade_rank(transfer.grade), len(transfer.origin_ids)
        ids: tuple[str, ...] = (transfer.id,)
        if previous is not None:
            custody, uncertain, late = max(custody, previous.custody), previous.uncertain, previous.late
            alternatives, reached = previous.alternatives, previous.reached
            rank, origins, ids = max(rank, previous.rank), min(origins, previous.origins), (*previous.ids, *ids)
        made = None if join is None or join.manufactured is None else self.manufactured[join.manufactured]
        before = None if previous is None else previous.transfer
        for step in (transfer,) if made is None else (made, transfer):
            if before is not None and not uncertain:
                uncertain = before.latest is None or step.earliest is None or before.latest > step.earliest
            reached = max(step.earliest or "", reached)
            late = late or (step.latest is not None and reached > step.latest)
            alternatives += step.alternative_of is not None
            before = step
        if made is not None:
            rank, origins = max(rank, grade_rank(made.grade)), min(origins, len(made.origin_ids))
        return Label(
            transfer, item, carried, join, previous, custody, late, uncertain, reached, alternatives, rank, origins, ids
        )


def _ordered(labels: Iterable[Label]) -> list[Label]:
    return sorted(labels, key=lambda one: (one.merits, one.ids))


def _undominated(labels: Iterable[Label], continued: frozenset[str]) -> list[Label]:
    """Return of ordered labels those that none before is as good as, where the next hop continues some findings."""
    kept: dict[tuple[frozenset[str], str | None], list[Label]] = {}
    for label in labels:
        group = kept.setdefault((continued.intersection(label.transfer.findings), label.carried), [])
        if not any(_no_worse(other.merits, label.merits) for other in group):
            group.append(label)
    return [label for group in kept.values() for label in group]


def _no_worse(one: _Merits, other: _Merits) -> bool:
    """Compare all merits but the first: labels come in the order of that one."""
    return (
        one[1] <= other[1] and one[2] <= other[2] and one[3] <= other[3] and one[4] <= other[4] and one[5] <= other[5]
    )
