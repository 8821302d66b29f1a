"""Tracing: whom what a supplier gave got to, party by party, each with the best path of fewest hops there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from kg.analysis.custody import Chooser
from kg.analysis.paths import MOST_HOPS, Path, fewest_hops
from kg.analysis.reach import Hops, check_whole, distances, known_ids, party_of, projection_of, records_of
from kg.answers import Shown
from kg.errors import UsageError
from kg.network import territories_of
from kg.records import Party

if TYPE_CHECKING:
    from kg.network import Walkable

MOST_REACHED = 200
CAVEATS = (
    "That a path leads to a party does not say that the same items took it: see its verdicts. Where one transfer leads "
    "there, there is nothing to join, and its custody is stated by that.",
    "Parties before the point of diversion are shown as lawful as far as known: nothing here accuses them.",
)


@dataclass(frozen=True, slots=True)
class Reached:
    """A party that a supplier's transfers lead to, with the best path of fewest hops there."""

    party: Party
    path: Path

    def row(self) -> dict[str, Any]:
        """Return the party as one row; `lawful_as_far_as_known` where no point of diversion lies before it."""
        last = self.path.hops[-1].transfer
        return {
            "hop": len(self.path.hops),
            "party": self.party.id,
            "name": self.party.name,
            "kind": self.party.kind,
            "placeholder": self.party.placeholder,
            "collective": self.party.collective,
            "territories": list(territories_of(self.party)),
            "territory_text": self.party.territory_text,
            "items": list(last.items),
            "path": list(self.path.parties),
            "path_names": list(self.path.names),
            "transfers": list(self.path.transfers),
            "time": self.path.time,
            "custody": self.path.custody,
            "verdict": self.path.verdict,
            "path_notes": list(self.path.notes),
            "alternative": self.path.alternative,
            "point_of_diversion": self.path.diversion,
            "lawful_as_far_as_known": self.path.diversion is None,
            "grade": self.path.support.grade,
            "origins": self.path.support.origins,
            "organisations": self.path.support.organisations,
            "origin_ids": list(self.path.support.origin_ids),
        }


@dataclass(frozen=True, slots=True)
class ReachAnswer(Shown):
    """The parties reached, nearest first; `cut` says in sentences which limits cut the answer."""

    HEADINGS: ClassVar[tuple[str, ...]] = (
        "hop", "party", "name", "kind", "placeholder", "collective", "territories", "territory_text", "items",
        "path", "path_names", "transfers", "time", "custody", "verdict", "path_notes", "alternative",
        "point_of_diversion", "lawful_as_far_as_known", "grade", "origins", "organisations", "origin_ids",
    )  # fmt: skip

    start: str
    projection: Mapping[str, Any]
    max_hops: int
    strict_time: bool
    strict_custody: bool
    reached: tuple[Reached, ...]
    cut: tuple[str, ...]
    caveats: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each party."""
        return [one.row() for one in self.reached]


def reach(
    graph: Walkable,
    start: str,
    *,
    max_hops: int = 8,
    strict_time: bool = False,
    strict_custody: bool = False,
    limit: int = MOST_REACHED,
) -> ReachAnswer:
    """Return the parties that transfers from a supplier lead to, each with the best path of fewest hops.

    Strictness leaves out the parties to which only paths lead whose time, or custody, is impossible. Raise `UsageError`
    where the supplier is avoided or a number is out of range, `UnknownNameError` where it is no party.
    """
    projection = projection_of(graph)
    (start,) = known_ids(start, "supplier", projection, graph)
    check_whole(max_hops=max_hops, limit=limit)
    if not 1 <= max_hops <= MOST_HOPS or limit < 1:
        raise UsageError(
            f"{limit} parties over {max_hops} hops cannot be looked for: give 1 party on, and 1 to {MOST_HOPS} hops."
        )
    chooser = Chooser(records_of(graph), projection, strict_time=strict_time, strict_custody=strict_custody)
    hops = Hops.of(graph)
    far = distances(hops.onward.__getitem__, [start])
    ways = _ways(hops, far, max_hops, nearest_only=not (strict_time or strict_custody))
    reached: list[Reached] = []
    ended = False
    for party in sorted((one for one in far if 1 <= far[one] <= max_hops), key=lambda one: (far[one], one)):
        path, exhausted = fewest_hops(graph, ways, (start,), (party,), chooser, max_hops)
        ended = ended or (exhausted and path is None)
        if path is not None:
            reached.append(Reached(party_of(graph, party), path))
        if len(reached) > limit:
            break
    return ReachAnswer(
        start=start,
        projection=projection.describe(),
        max_hops=max_hops,
        strict_time=strict_time,
        strict_custody=strict_custody,
        reached=tuple(sorted(reached[:limit], key=lambda one: (len(one.path.hops), one.party.id))),
        cut=tuple(_cut(len(reached) > limit, limit, max(far.values()) > max_hops, max_hops, ended)),
        caveats=CAVEATS,
    )


def _ways(hops: Hops, far: Mapping[str, int], max_hops: int, *, nearest_only: bool) -> Hops:
    """Return the hops that a path of so many may take, of nearest ones only those that lead one hop further away."""
    near = {party: [] if far[party] == max_hops else hops.onward[party] for party in far if far[party] <= max_hops}
    if nearest_only:
        near = {party: [end for end in ends if far[end] > far[party]] for party, ends in near.items()}
    return Hops(near, hops.adjacency)


def _cut(more: bool, limit: int, further: bool, max_hops: int, ended: bool) -> Iterator[str]:
    if more:
        yield f"There are more parties: {limit} are given."
    elif further:
        yield f"Parties more than {max_hops} hop{'s' * (max_hops != 1)} away were not looked for."
    if ended:
        yield "For some parties the search was ended before a path was found: they are left out."
