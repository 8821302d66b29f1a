"""Projection: the transfers that fit stated conditions, as a network of parties, in the form of networkx too.

A projection is explicit and is printed with every answer. Only transfers (SUPPLIED, DIVERTED, CAPTURED) become edges;
MANUFACTURED, HELD, PART_OF and LOCATED_IN are never walked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from kg import dates
from kg.errors import UnknownNameError, UsageError
from kg.records import TRANSFER_TYPES, Item, Party, Records, Relation, collector_paused

if TYPE_CHECKING:
    import networkx as nx

    from kg.evidence import Behind

    #: What analyses walk: they read of a networkx graph no more than `Network` has.
    Walkable: TypeAlias = "Network | nx.MultiDiGraph[str]"

CERTAINTIES = ("stated", "reported", "alleged", "denied")
CERTAINTY_FLOORS = CERTAINTIES[:-1]  # no edge is denied
LETTERS, NUMBERS = "ABCDEF", "123456"
_FLOOR = re.compile(r"[A-E][1-5]\Z", re.ASCII)


def grade_rank(grade: str) -> int:
    """Return the place of an Admiralty grade among all 36, letter before number: 0 is "A1", 35 is "F6".

    Raise `ValueError` where the text is no grade.
    """
    if len(grade) != 2:
        raise ValueError(f"{grade!r} is no grade such as C3")
    return LETTERS.index(grade[0]) * len(NUMBERS) + NUMBERS.index(grade[1])


def weakest_grade(grades: Iterable[str]) -> str:
    """Return the worst letter of some grades with their worst number: the best floor that lets all of them pass."""
    known = tuple(grades)
    return max(grade[0] for grade in known) + max(grade[1] for grade in known)


def passes_grade(grade: str, floor: str) -> bool:
    """Say whether both letter and number of a grade are those of the floor or better; F and 6 pass no floor."""
    return grade[0] != "F" and grade[1] != "6" and grade[0] <= floor[0] and grade[1] <= floor[1]


def passes_certainty(certainty: str, floor: str) -> bool:
    """Say whether a certainty is the floor or better, in the order stated, reported, alleged, denied."""
    return CERTAINTIES.index(certainty) <= CERTAINTIES.index(floor)


@dataclass(frozen=True, slots=True)
class Projection:
    """Conditions that a transfer must meet to be walked.

    `since` and `until` are a day, month or year (the first and last day of it count); a transfer fits when its
    interval may overlap the window. `items` and `avoid` are ids, or what `kg.graph.Graph` finds by name; no items means
    all. Raise `UsageError` where a value is none of those allowed.
    """

    types: tuple[str, ...] = TRANSFER_TYPES
    since: str | None = None
    until: str | None = None
    items: tuple[str, ...] = ()
    min_certainty: str | None = None
    min_grade: str | None = None
    min_origins: int = 0
    avoid: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("types", "items", "avoid"):
            object.__setattr__(self, name, _distinct(name, getattr(self, name)))
        for name in ("since", "until", "min_certainty", "min_grade"):
            _check_text(name, getattr(self, name))
        if not isinstance(self.min_origins, int) or self.min_origins < 0:
            raise UsageError(f"{self.min_origins!r} origins cannot be asked for: give a whole number, 0 or more.")
        unknown = sorted(set(self.types) - set(TRANSFER_TYPES))
        if unknown or not self.types:
            raise UsageError(
                f"Transfer types {', '.join(unknown) or 'none'} cannot be walked: "
                f"give some of {', '.join(TRANSFER_TYPES)}."
            )
        if self.min_certainty is not None and self.min_certainty not in CERTAINTY_FLOORS:
            raise UsageError(
                f"Certainty {self.min_certainty!r} is no floor: give one of {', '.join(CERTAINTY_FLOORS)}."
            )
        if self.min_grade is not None and not _FLOOR.match(self.min_grade):
            raise UsageError(
                f"Grade {self.min_grade!r} is no floor: give a letter A to E and a number 1 to 5, such as C3."
            )
        if self.window.earliest and self.window.latest and self.window.earliest > self.window.latest:
            raise UsageError(f"Since {self.since} is after until {self.until}: exchange the two.")

    @property
    def window(self) -> _Window:
        """First and last day that count, None where the window is open."""
        return _Window(_day(self.since, "since", last=False), _day(self.until, "until", last=True))

    def describe(self) -> dict[str, Any]:
        """Return the conditions as printed with every answer: stable keys, None where nothing is asked."""
        return {
            "types": list(self.types),
            "since": self.since,
            "until": self.until,
            "items": list(self.items) or None,
            "min_certainty": self.min_certainty,
            "min_grade": self.min_grade,
            "min_origins": self.min_origins or None,
            "avoid": list(self.avoid) or None,
        }

    def has_evidence(self, relation: Relation) -> bool:
        """Say whether a relation, transfer or not, passes the floors of certainty, grade and origins."""
        return (
            len(relation.origin_ids) >= self.min_origins
            and (self.min_certainty is None or passes_certainty(relation.certainty, self.min_certainty))
            and (self.min_grade is None or passes_grade(relation.grade, self.min_grade))
        )


@dataclass(frozen=True, slots=True)
class _Window:
    earliest: str | None
    latest: str | None

    def may_overlap(self, relation: Relation) -> bool:
        after = self.earliest is None or relation.latest is None or relation.latest >= self.earliest
        before = self.latest is None or relation.earliest is None or relation.earliest <= self.latest
        return after and before


def _distinct(name: str, given: object) -> tuple[str, ...]:
    """Return texts in their order, each once; one text alone would be taken for its letters, so it is refused."""
    texts = tuple(given) if isinstance(given, tuple | list | set | frozenset) else None
    if texts is None or not all(isinstance(one, str) for one in texts):
        example = given if isinstance(given, str) else "…"
        raise UsageError(f"The value {given!r} of {name} is no tuple of texts: give one, such as {(example,)!r}.")
    return tuple(dict.fromkeys(sorted(texts) if isinstance(given, set | frozenset) else texts))


def _check_text(name: str, given: object) -> None:
    if given is not None and not isinstance(given, str):
        raise UsageError(f"The value {given!r} of {name} is no text: give it in quotes, such as {str(given)!r}.")


def _day(text: str | None, name: str, *, last: bool) -> str | None:
    if text is None:
        return None
    try:
        interval = dates.bounds(text)
    except ValueError as problem:
        raise UsageError(f"The date given for {name} is {text!r}: {problem} was expected.") from problem
    return interval.latest if last else interval.earliest


def broader_items(items: Mapping[str, Item]) -> dict[str, frozenset[str]]:
    """Return for each item its own id and the ids of all it is a kind of, however far up; cycles are tolerated."""
    broader: dict[str, frozenset[str]] = {}
    for start in items:
        seen, waiting = {start}, [start]
        while waiting:
            item = items.get(waiting.pop())
            fresh = [above for above in item.kind_of if above not in seen] if item else []
            seen.update(fresh)
            waiting.extend(fresh)
        broader[start] = frozenset(seen)
    return broader


def matching_items(items: Mapping[str, Item], wanted: Iterable[str]) -> frozenset[str] | None:
    """Return the wanted items and all kinds of them, or None where none is wanted, which means that all match."""
    asked = frozenset(wanted)
    if not asked:
        return None
    return asked | {item for item, above in broader_items(items).items() if not asked.isdisjoint(above)}


def territories_of(party: Party) -> tuple[str, ...]:
    """Return the ids of the countries a party sits in, in order; a Country that is a territory is its own."""
    own = (party.id,) if party.is_territory else ()
    return own + tuple(territory for territory in party.territories if territory not in own)


def check_known(records: Records, projection: Projection) -> None:
    """Raise `UnknownNameError` where a projection names an item or party that is not in the records."""
    asked = [("item", id_, records.items) for id_ in projection.items]
    for word, id_, known in (*asked, *(("party", id_, records.parties) for id_ in projection.avoid)):
        if id_ not in known:
            raise UnknownNameError(f"{id_!r} is the id of no {word} of this graph: look it up with `kg find`.")


def fitting(records: Records, projection: Projection) -> Callable[[Relation], bool]:
    """Return what says of a relation whether it is a transfer that fits a projection."""
    avoided, types, window = frozenset(projection.avoid), frozenset(projection.types), projection.window
    matching = matching_items(records.items, projection.items)

    def fits(relation: Relation) -> bool:
        return (
            relation.type in types
            and avoided.isdisjoint((relation.start, relation.end))
            and (matching is None or not matching.isdisjoint(relation.items))
            and window.may_overlap(relation)
            and projection.has_evidence(relation)
        )

    return fits


class Network:
    """The part of `networkx.MultiDiGraph` that analyses read, in its words.

    For an answer on the command line: to import networkx takes longer than most answers.
    """

    def __init__(self, nodes: Mapping[str, Party], **graph: Any) -> None:  # noqa: ANN401 - as networkx has it
        self.graph: dict[str, Any] = graph
        self.nodes: dict[str, dict[str, Any]] = {id_: {"party": party} for id_, party in nodes.items()}
        self.succ: dict[str, dict[str, dict[str, dict[str, Relation]]]] = {id_: {} for id_ in nodes}
        self.pred: dict[str, dict[str, dict[str, dict[str, Relation]]]] = {id_: {} for id_ in nodes}

    def __contains__(self, id_: object) -> bool:
        return id_ in self.nodes

    def __iter__(self) -> Iterator[str]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def adjacency(self) -> ItemsView[str, dict[str, dict[str, dict[str, Relation]]]]:
        """Return each party with the hops that lead from it: end → id of a transfer → attributes."""
        return self.succ.items()

    def successors(self, id_: str) -> Iterator[str]:
        """Return the parties that one leads to."""
        return iter(self.succ[id_])

    def predecessors(self, id_: str) -> Iterator[str]:
        """Return the parties that lead to one."""
        return iter(self.pred[id_])

    def add(self, transfer: Relation) -> None:
        """Add a transfer between two of its parties."""
        hop = self.succ[transfer.start].setdefault(transfer.end, {})
        self.pred[transfer.end][transfer.start] = hop
        hop[transfer.id] = {"transfer": transfer}


@collector_paused()
def walkable(records: Records, projection: Projection, behind: Behind | None = None, *, part: bool = False) -> Network:
    """Return all parties but the avoided ones, and the transfers that fit: what `project` returns, for analyses alone.

    Raise `UnknownNameError` where an item or an avoided party is not in the records, unless these are only `part` of a
    graph.
    """
    parties, transfers = _chosen(records, projection, part=part)
    found = Network(parties, projection=projection, records=records, behind=behind)
    for one in transfers:
        found.add(one)
    return found


def _chosen(records: Records, projection: Projection, *, part: bool) -> tuple[dict[str, Party], Iterator[Relation]]:
    """Return the parties and transfers of a projection."""
    if not part:
        check_known(records, projection)
    avoided, fits = frozenset(projection.avoid), fitting(records, projection)
    parties = {id_: party for id_, party in records.parties.items() if id_ not in avoided}
    return parties, filter(fits, records.relations)


@collector_paused()
def project(
    records: Records, projection: Projection, behind: Behind | None = None, *, part: bool = False
) -> nx.MultiDiGraph[str]:
    """Return the graph of all parties but the avoided ones, with each transfer that fits as an edge.

    A node is a party's id and carries the `Party` as `party`; an edge is keyed by the transfer's id and carries the
    `Relation` as `transfer`. `graph.graph` holds `projection`, `records` and `behind`, which gives the findings behind
    transfers to analyses that weigh them without an origin; where it is None they keep their certainty and grade. Raise
    `UnknownNameError` where an item or an avoided party is not in the records, unless these are only `part` of a graph.
    """
    import networkx as nx

    parties, transfers = _chosen(records, projection, part=part)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(projection=projection, records=records, behind=behind)
    graph.add_nodes_from((id_, {"party": party}) for id_, party in parties.items())
    for one in transfers:
        graph.add_edge(one.start, one.end, key=one.id, transfer=one)
    return graph
