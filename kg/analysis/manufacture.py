"""Manufacture: where what an end user held was made, as sources state it.

It says where items were made, not by what way they came. A number that several makers share belongs to their joint
statement alone: it is neither split nor added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from kg.analysis.reach import known_ids
from kg.answers import Shown
from kg.network import CERTAINTIES, Projection, broader_items, matching_items, weakest_grade
from kg.records import Party, Records, Relation

Finding = Mapping[str, Any]  # in the shape of the findings file
BASES = ("stated", "implied", "inferred")
NUMBERS = ("share_min", "share_max", "share_text", "share_of", "quantity_min", "quantity_max", "quantity_text")
CAVEATS = (
    "That items were made by one party and found with another says nothing of the way between: it is no transfer.",
    "A number of a joint statement belongs to all its makers together; no number is split or added up.",
)


@dataclass(frozen=True, slots=True)
class Made:
    """One statement of where items of an end user were made: by one maker or, where `joint` is set, by several.

    `left_out` are makers of the joint statement that do not fit the projection: its number is theirs, too. `numbers`
    has the keys of `NUMBERS`. `basis` is the weakest on which a maker or the end user is named, `grade` has the worst
    letter and number of its edges, whose ids are `relations`.
    """

    joint: str | None
    makers: tuple[Party, ...]
    left_out: tuple[Party, ...]
    items: tuple[str, ...]
    inputs: tuple[str, ...]
    places: tuple[str, ...]
    numbers: Mapping[str, Any]
    alternative_of: tuple[str, ...]
    basis: str | None
    certainty: str
    grade: str
    origins: tuple[str, ...]
    sources: tuple[str, ...]
    relations: tuple[str, ...]
    findings: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        """Return the statement as one row."""
        return {
            "joint": self.joint,
            "makers": [maker.id for maker in self.makers],
            "maker_names": [maker.name for maker in self.makers],
            "left_out": [maker.id for maker in self.left_out],
            "collectives": [maker.id for maker in self.makers if maker.collective],
            "placeholders": [maker.id for maker in self.makers if maker.placeholder],
            "items": list(self.items),
            "inputs": list(self.inputs),
            "places": list(self.places),
            **self.numbers,
            "alternative_of": list(self.alternative_of),
            "basis": self.basis,
            "certainty": self.certainty,
            "grade": self.grade,
            "origins": list(self.origins),
            "sources": list(self.sources),
            "relations": list(self.relations),
            "findings": list(self.findings),
        }


@dataclass(frozen=True, slots=True)
class MadeAnswer(Shown):
    """Statements on the manufacture of what an end user held: those of one maker first, then the joint ones.

    `own` are the items that the end user itself or a part of it made; `unmade` those it held of which, and of no kind
    of which, a maker is stated; `parts` the parts of it with which items of stated makers were found.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = (
        "joint", "makers", "maker_names", "left_out", "collectives", "placeholders", "items", "inputs", "places",
        "share_min", "share_max", "share_text", "share_of", "quantity_min", "quantity_max", "quantity_text",
        "alternative_of", "basis", "certainty", "grade", "origins", "sources", "relations", "findings",
    )  # fmt: skip

    holder: str
    projection: Mapping[str, Any]
    statements: tuple[Made, ...]
    own: tuple[str, ...]
    unmade: tuple[str, ...]
    parts: tuple[str, ...]
    caveats: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each statement."""
        return [one.row() for one in self.statements]


def made(
    records: Records, holder: str, projection: Projection | None = None, findings: Mapping[str, Finding] | None = None
) -> MadeAnswer:
    """Return where what a party held was made, as stated.

    Of the projection, types and avoided parties do not matter. `findings` are those behind the edges, by id: with them
    each statement has its own number and makers; an edge of which none is given counts as one statement. Raise
    `UnknownNameError` where the holder is no party.
    """
    asked = projection or Projection()
    known_ids(holder, "end user", Projection(), records.parties)
    making = [one for one in records.relations if one.type == "MANUFACTURED"]
    found = [one for one in making if holder in one.held_by]
    fitting = _fitting(records, asked)
    parts = {id_ for id_, party in records.parties.items() if holder in party.part_of}
    own = _distinct(one.end for one in making if one.start in {holder, *parts} and one.id in fitting)
    held = [one.end for one in records.relations if (one.type, one.start) == ("HELD", holder) and one.id in fitting]
    return MadeAnswer(
        holder=holder,
        projection={key: value for key, value in asked.describe().items() if key not in ("types", "avoid")},
        statements=tuple(_grouped(records, found, holder, findings or {}, fitting)),
        own=own,
        unmade=_unmade(records, held, [*own, *(one.end for one in found if one.id in fitting)]),
        parts=_distinct(id_ for one in making if one.id in fitting for id_ in parts.intersection(one.held_by)),
        caveats=CAVEATS,
    )


def _distinct(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(ids)))


def _fitting(records: Records, asked: Projection) -> frozenset[str]:
    """Return the ids of what is made or held and fits item, window and floors."""
    matching, window = matching_items(records.items, asked.items), asked.window
    return frozenset(
        one.id
        for one in records.relations
        if not one.is_transfer
        and (matching is None or one.end in matching)
        and window.may_overlap(one)
        and asked.has_evidence(one)
    )


def _unmade(records: Records, held: Iterable[str], made_items: Iterable[str]) -> tuple[str, ...]:
    broader = broader_items(records.items)
    with_maker = {above for item in made_items for above in broader.get(item, (item,))}
    return _distinct(item for item in held if item not in with_maker)


@dataclass(frozen=True, slots=True)
class _Statement:
    """What one finding says of an edge, or the edge itself where no finding is given."""

    edge: Relation
    finding: str | None
    source: str | None
    origins: tuple[str, ...]
    joint: str | None
    numbers: Mapping[str, Any]
    alternative_of: str | None
    basis: str | None
    certainty: str

    @property
    def key(self) -> tuple[Any, ...]:
        """What statements that belong together share: the joint statement, else the edge, and the numbers."""
        return (self.joint, None if self.joint else self.edge.id, *self.numbers.values())


def _statements(edge: Relation, holder: str, findings: Mapping[str, Finding]) -> Iterator[_Statement]:
    known = [findings[id_] for id_ in edge.findings if id_ in findings]
    if not known:
        numbers = {name: getattr(edge, name, None) for name in NUMBERS}
        yield _Statement(
            edge, None, None, edge.origin_ids, edge.joint, numbers, edge.alternative_of, None, edge.certainty
        )
    for one in known:
        holders = {_id(ref): ref for ref in one.get("held_by", ())}
        if holder in holders and one["certainty"] != "denied" and not one.get("headline"):
            yield _Statement(
                edge=edge,
                finding=one["id"],
                source=one["source"],
                origins=(one["origin"],),
                joint=one.get("joint"),
                numbers=_numbers(one.get("share") or {}, one.get("quantity") or {}),
                alternative_of=one.get("alternative_of"),
                basis=max((_basis(one["from"]), _basis(holders[holder])), key=BASES.index),
                certainty=one["certainty"],
            )


def _id(ref: str | Mapping[str, Any]) -> str:
    return ref if isinstance(ref, str) else str(ref["id"])


def _basis(ref: str | Mapping[str, Any]) -> str:
    return "stated" if isinstance(ref, str) else str(ref.get("basis", "stated"))


def _numbers(share: Mapping[str, Any], quantity: Mapping[str, Any]) -> dict[str, Any]:
    of_share = (share.get(name) for name in ("min", "max", "text", "of"))
    of_quantity = (quantity.get(name) for name in ("min", "max", "text"))
    return dict(zip(NUMBERS, (*of_share, *of_quantity), strict=True))


def _grouped(
    records: Records,
    edges: Iterable[Relation],
    holder: str,
    findings: Mapping[str, Finding],
    fitting: frozenset[str],
) -> list[Made]:
    groups: dict[tuple[Any, ...], list[_Statement]] = {}
    for edge in edges:
        for statement in _statements(edge, holder, findings):
            groups.setdefault(statement.key, []).append(statement)
    kept = [group for group in groups.values() if any(one.edge.id in fitting for one in group)]
    found = [_made(records, group, fitting) for group in kept]
    return sorted(found, key=lambda one: (one.joint or "", [maker.name for maker in one.makers], one.relations))


def _made(records: Records, group: list[_Statement], fitting: frozenset[str]) -> Made:
    chosen = [one for one in group if one.edge.id in fitting]
    makers = _distinct(one.edge.start for one in chosen)
    others = _distinct(one.edge.start for one in group if one.edge.start not in makers)
    bases = [one.basis for one in chosen if one.basis]
    return Made(
        joint=chosen[0].joint,
        makers=tuple(records.parties[id_] for id_ in makers),
        left_out=tuple(records.parties[id_] for id_ in others),
        items=_distinct(one.edge.end for one in chosen),
        inputs=_distinct(item for one in chosen for item in one.edge.inputs),
        places=_distinct(one.edge.place for one in chosen if one.edge.place),
        numbers=chosen[0].numbers,
        alternative_of=_distinct(one.alternative_of for one in chosen if one.alternative_of),
        basis=max(bases, key=BASES.index) if bases else None,
        certainty=max((one.certainty for one in chosen), key=CERTAINTIES.index),
        grade=weakest_grade(one.edge.grade for one in chosen),
        origins=_distinct(origin for one in chosen for origin in one.origins),
        sources=_distinct(one.source for one in chosen if one.source),
        relations=_distinct(one.edge.id for one in chosen),
        findings=_distinct(one.finding for one in chosen if one.finding),
    )
