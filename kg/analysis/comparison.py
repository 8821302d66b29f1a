"""Comparison: which holders and chokepoints two end users, or two periods of one, share, and which they do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from kg.analysis import chokepoints
from kg.analysis.reach import Hops, distances, known_ids, party_of, projection_of
from kg.analysis.territory import EVERY
from kg.answers import Shown
from kg.errors import UsageError

if TYPE_CHECKING:
    from kg.network import Walkable as Graph

FIRST_HOLDER, HOLDER_BEFORE, PARTY, TRANSFER, TERRITORY = (
    "first holder", "holder before", "chokepoint party", "chokepoint transfer", "chokepoint territory",
)  # fmt: skip
KINDS = (FIRST_HOLDER, HOLDER_BEFORE, PARTY, TRANSFER, TERRITORY)
BOTH, FIRST, SECOND = "both", "first", "second"
CAVEATS = (
    "First holders are the parties to which no transfer leads; they, and the holders before the end user, may have "
    "given what they had or lost it. Chokepoints lie on every path from the first holders.",
    "What one side lacks may only not be stated there.",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a party, transfer or territory, by name, stands to the end user of one side.

    `hops` are the fewest to the end user, the transfer's own included; None for a territory. `hangs_on` are the origins
    a chokepoint hangs on, `scope` says on which paths it is; both None for holders.
    """

    name: str
    hops: int | None
    hangs_on: tuple[str, ...] | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """Something that one side has, or both: `first` and `second` are None where that side has not."""

    kind: str
    id: str
    name: str
    first: Standing | None
    second: Standing | None

    @property
    def shared(self) -> str:
        """Which side has it: "both", "first" or "second"."""
        if self.first and self.second:
            return BOTH
        return FIRST if self.first else SECOND

    def row(self) -> dict[str, Any]:
        """Return it as one row."""
        row: dict[str, Any] = {"kind": self.kind, "id": self.id, "name": self.name, "shared": self.shared}
        for side, one in ((FIRST, self.first), (SECOND, self.second)):
            row |= {
                f"{side}_hops": one.hops if one else None,
                f"{side}_hangs_on": list(one.hangs_on) if one and one.hangs_on is not None else None,
                f"{side}_scope": one.scope if one else None,
            }
        return row


@dataclass(frozen=True, slots=True)
class Side:
    """One side: an end user under a projection; not `connected` where no path leads there."""

    end: str
    projection: Mapping[str, Any]
    connected: bool


@dataclass(frozen=True, slots=True)
class ComparisonAnswer(Shown):
    """What the sides have, by kind and then what both share first.

    `in_both` counts the transfers leading to the end user on both sides, where that is the same; else None.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = (
        "kind", "id", "name", "shared", "first_hops", "first_hangs_on", "first_scope", "second_hops",
        "second_hangs_on", "second_scope",
    )  # fmt: skip

    first: Side
    second: Side
    compared: tuple[Compared, ...]
    in_both: int | None
    caveats: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each of what the sides have."""
        return [one.row() for one in self.compared]

    @property
    def projection(self) -> dict[str, Mapping[str, Any]]:
        """The projection of each side."""
        return {FIRST: self.first.projection, SECOND: self.second.projection}


def compare(graphs: tuple[Graph, Graph], ends: tuple[str, str]) -> ComparisonAnswer:
    """Return what an end user of one graph shares with one of another, which may be the same graph or end user.

    Raise `UsageError` where neither differs or an end user is avoided, `UnknownNameError` where one is no party.
    """
    conditions = [projection_of(graph) for graph in graphs]
    if ends[0] == ends[1] and conditions[0] == conditions[1]:
        raise UsageError(f"{ends[0]} is compared with itself: name another end user, or two periods.")
    sides, found = [], []
    for graph, end, projection in zip(graphs, ends, conditions, strict=True):
        known_ids(end, "end user", projection, graph)
        standings = dict(_standings(graph, end))
        sides.append(Side(end, projection.describe(), any(kind == HOLDER_BEFORE for kind, _ in standings)))
        found.append(standings)
    compared = [
        Compared(kind, id_, standing.name, found[0].get((kind, id_)), found[1].get((kind, id_)))
        for (kind, id_), standing in {**found[0], **found[1]}.items()
    ]
    order = (BOTH, FIRST, SECOND)
    return ComparisonAnswer(
        first=sides[0],
        second=sides[1],
        compared=tuple(
            sorted(compared, key=lambda one: (KINDS.index(one.kind), order.index(one.shared), one.name, one.id))
        ),
        in_both=_in_both(graphs, ends[0]) if ends[0] == ends[1] else None,
        caveats=CAVEATS,
    )


def _standings(graph: Graph, end: str) -> Iterator[tuple[tuple[str, str], Standing]]:
    hops = Hops.of(graph)
    far = distances(hops.back.__getitem__, [end])
    passed = chokepoints.must_pass(graph, None, [end])
    for id_ in passed.starts:
        yield (FIRST_HOLDER, id_), Standing(party_of(graph, id_).name, far[id_])
    for id_ in hops.back[end]:
        yield (HOLDER_BEFORE, id_), Standing(party_of(graph, id_).name, 1)
    for one in (*passed.parties, *passed.transfers):
        kind, hop = (TRANSFER, far[one.transfer.end] + 1) if one.transfer else (PARTY, far[one.id])
        yield (kind, one.id), Standing(one.name, hop, one.hangs_on, EVERY)
    for territory in chokepoints.territories(graph, None, [end]).territories:
        standing = Standing(territory.names[0], None, territory.hangs_on, territory.scope)
        yield (TERRITORY, territory.territories[0]), standing


def _in_both(graphs: tuple[Graph, Graph], end: str) -> int:
    """Count the transfers that lead to an end user in both graphs."""
    ids = []
    for graph in graphs:
        hops = Hops.of(graph)
        leading = distances(hops.back.__getitem__, [end])
        ids.append({one.id for one in hops.all_transfers() if one.end in leading})
    return len(ids[0] & ids[1])
