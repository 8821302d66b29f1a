"""Chokepoints: what lies on every path from the suppliers to the end users, each with a certificate.

Parties and transfers are found on one path by looking how far the parties before them lead without them, in one pass
over the transfers. `territories` and `minimum_cut` answer for territories and for sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from kg.analysis.certificate import BLOCKS, NONE_PARTY, NONE_TRANSFER, Certificate, Trail
from kg.analysis.cuts import CutAnswer, disjoint_trails, either_or, minimum_cut
from kg.analysis.reach import Hops, chosen_ends, party_of, projection_of
from kg.analysis.support import Footing, Point, Support, hangs_on
from kg.analysis.territory import TerritoryAnswer, territories
from kg.analysis.views import SecondaryAnswer, secondary
from kg.answers import Shown
from kg.network import territories_of
from kg.records import Party, Relation

if TYPE_CHECKING:
    from kg.network import Walkable

__all__ = [
    "Chokepoint",
    "ChokepointAnswer",
    "CutAnswer",
    "SecondaryAnswer",
    "TerritoryAnswer",
    "minimum_cut",
    "must_pass",
    "secondary",
    "territories",
]

CAVEATS = (
    "A chokepoint of what the findings show: a transfer that no finding states may go round it.",
    "It says that paths pass here, not that anybody acted wrongly.",
)
LENIENT = "Paths count here also where time or custody is impossible: --strict-time, --strict-custody leave them out."


@dataclass(frozen=True, slots=True)
class Chokepoint:
    """A party or transfer on every path.

    `hop` counts along the witness path, from 1, and is that by which the party is reached. `support` is that of the
    best supported path of fewest hops; `hangs_on` are the origins without each of which it is not on every path, or no
    path is left.
    """

    id: str
    kind: str
    name: str
    hop: int
    pairs_lost: float
    support: Support
    hangs_on: tuple[str, ...]
    certificate: Certificate
    party: Party | None = None
    transfer: Relation | None = None

    def row(self) -> dict[str, Any]:
        """Return the chokepoint as one row."""
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "hop": self.hop,
            "pairs_lost": self.pairs_lost,
            "territories": list(territories_of(self.party)) if self.party else None,
            "territory_text": self.party.territory_text if self.party else None,
            "alternative_of": self.transfer.alternative_of if self.transfer else None,
            "grade": self.support.grade,
            "origins": self.support.origins,
            "organisations": self.support.organisations,
            "origin_ids": list(self.support.origin_ids),
            "hangs_on": list(self.hangs_on),
            "witness": list(self.certificate.trails[0].transfers),
            "witness_parties": list(self.certificate.trails[0].parties),
            "reached_without": len(self.certificate.reached),
            "reached": list(self.certificate.reached),
        }


@dataclass(frozen=True, slots=True)
class ChokepointAnswer(Shown):
    """All parties and transfers on every path, in the order in which they are passed.

    `connected` is False where no path leads from starts to ends: then nothing can be on every path. Where there is no
    chokepoint of parties (transfers), `no_party` (`no_transfer`) is the certificate of that, `none` the same in words.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = (
        "id", "kind", "name", "hop", "pairs_lost", "territories", "territory_text", "alternative_of", "grade",
        "origins", "organisations", "origin_ids", "hangs_on", "witness", "witness_parties", "reached_without",
        "reached",
    )  # fmt: skip

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    starts_given: bool
    projection: Mapping[str, Any]
    connected: bool
    parties: tuple[Chokepoint, ...]
    transfers: tuple[Chokepoint, ...]
    no_party: Certificate | None
    no_transfer: Certificate | None
    none: tuple[str, ...]
    caveats: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what belongs to the answer: of what there is none and why, caveats."""
        return (*self.none, *self.caveats)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each chokepoint, parties before transfers."""
        return [one.row() for one in (*self.parties, *self.transfers)]


def must_pass(graph: Walkable, starts: Iterable[str] | None, ends: Iterable[str]) -> ChokepointAnswer:
    """Return what is on every path from any start to any end, starts and ends themselves left out.

    Without starts they are the parties that only give and from which an end is reached. Raise `UsageError` where the
    given sets are empty or overlap.
    """
    hops = Hops.of(graph)
    first, last = chosen_ends(graph, hops, starts, ends)
    path = hops.shortest(first, last)
    footing = Footing(graph, hops, None if starts is None else first, last)
    parties, transfers = _found(graph, hops, footing, first, path) if path else ((), ())
    no_party = _none(hops, first, last, NONE_PARTY) if path and not parties else None
    no_transfer = _none(hops, first, last, NONE_TRANSFER) if path and not transfers else None
    none = [one for one in (no_party, no_transfer) if one]
    return ChokepointAnswer(
        starts=first,
        ends=last,
        starts_given=starts is not None,
        projection=projection_of(graph).describe(),
        connected=path is not None,
        parties=parties,
        transfers=transfers,
        no_party=no_party,
        no_transfer=no_transfer,
        none=tuple(_none_in_words(graph, one) for one in none),
        caveats=(
            *dict.fromkeys(said for one in none for said in either_or(graph, one.trails)),
            LENIENT,
            *CAVEATS,
            *footing.notes,
        ),
    )


def _found(
    graph: Walkable, hops: Hops, footing: Footing, starts: tuple[str, ...], path: tuple[str, ...]
) -> tuple[tuple[Chokepoint, ...], tuple[Chokepoint, ...]]:
    walked = hops.best_supported(path)
    support = Support.of(walked)
    trail = Trail(path, tuple(one.id for one in walked))
    found = list(_blocking(hops, starts, footing.ends, trail))
    points = [Point(certificate.parties, certificate.transfers) for _, certificate in found]
    parties, transfers = [], []
    for (hop, certificate), origins in zip(found, hangs_on(footing, walked, points), strict=True):
        if certificate.parties:
            party = party_of(graph, path[hop])
            parties.append(
                Chokepoint(party.id, party.kind, party.name, hop, 1.0, support, origins, certificate, party=party)
            )
        else:
            one = walked[hop - 1]
            name = f"{party_of(graph, one.start).name} → {party_of(graph, one.end).name}"
            transfers.append(Chokepoint(one.id, one.type, name, hop, 1.0, support, origins, certificate, transfer=one))
    return tuple(parties), tuple(transfers)


def _blocking(
    hops: Hops, starts: tuple[str, ...], ends: tuple[str, ...], trail: Trail
) -> Iterator[tuple[int, Certificate]]:
    """Yield hop number and certificate of each transfer and party that all paths share, along one path.

    What the parties of the path up to one lead to without it is found in the order of the path: where nothing of it
    reaches beyond the next party, that party is on every path; where nothing reaches even that but one transfer, the
    transfer is.
    """
    path, end = trail.parties, len(trail.parties) - 1
    position = dict.fromkeys(ends, end) | {party: number for number, party in enumerate(path)}
    reached = dict.fromkeys(starts)
    waiting = [start for start in starts if start != path[0]]
    proof, furthest = Certificate(BLOCKS, starts, ends, trails=(trail,)), 0
    for number, party in enumerate(path[:-1]):
        reached[party] = None
        beyond, hop = path[number + 1], hops.transfers(party, path[number + 1])
        waiting.append(party)
        while waiting:
            one = waiting.pop()
            for other in hops.onward[one]:
                if one == party and other == beyond:
                    continue
                if other in position:
                    furthest = max(furthest, position[other])
                elif other not in reached:
                    reached[other] = None
                    waiting.append(other)
        if furthest == number and len(hop) == 1:
            yield number + 1, replace(proof, transfers=(hop[0].id,), reached=tuple(reached))
        furthest = max(furthest, number + 1)
        if furthest == number + 1 < end:
            yield number + 1, replace(proof, parties=(beyond,), reached=tuple(reached))


def _none(hops: Hops, starts: tuple[str, ...], ends: tuple[str, ...], claim: str) -> Certificate:
    trails = disjoint_trails(hops, starts, ends, of_transfers=claim == NONE_TRANSFER, most=2)
    return Certificate(claim, starts, ends, trails=trails)


def _none_in_words(graph: Walkable, none: Certificate) -> str:
    ways = [
        f"{' → '.join(party_of(graph, party).name for party in trail.parties)} ({', '.join(trail.transfers)})"
        for trail in none.trails
    ]
    kind = "party" if none.claim == NONE_PARTY else "transfer"
    if len(ways) == 1:
        return f"No single {kind} is on every path: one leads straight there, {ways[0]}."
    return f"No single {kind} is on every path: two share none, {ways[0]} and {ways[1]}."
