"""Cuts: the smallest sets of parties, or of transfers, without which no path is left, and the disjoint paths that
show that no smaller set would do.

Starts and ends are never part of a cut of parties, so there is none where a transfer leads straight from a start to an
end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from kg.analysis.certificate import MINIMUM, NONE_PARTY, Certificate, Trail
from kg.analysis.flow import Flow, PartyFlow, TransferFlow
from kg.analysis.reach import Hops, chosen_ends, party_of, projection_of
from kg.answers import Shown
from kg.errors import UsageError
from kg.records import Relation

if TYPE_CHECKING:
    from kg.network import Walkable

PARTIES, TRANSFERS = "parties", "transfers"


@dataclass(frozen=True, slots=True)
class Cut:
    """One smallest set, by id, with its certificate.

    `alternatives` are those transfers of its disjoint paths, on which all members lie, that are one of several.
    """

    members: tuple[str, ...]
    names: tuple[str, ...]
    alternatives: tuple[str, ...]
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class CutAnswer(Shown):
    """The smallest sets of parties or of transfers (`of`).

    `size` is None where no set of parties can cut, because of the transfers `direct`; `uncut` is the certificate of
    that. `cut` says in a sentence when there are more sets than given, `caveats` when disjoint paths may be one.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = (
        "set", "of", "size", "members", "names", "disjoint_paths", "paths", "alternatives", "reached_without",
        "reached",
    )  # fmt: skip

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    projection: Mapping[str, Any]
    of: str
    connected: bool
    size: int | None
    cuts: tuple[Cut, ...]
    direct: tuple[str, ...]
    uncut: Certificate | None
    caveats: tuple[str, ...]
    cut: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each set, with as many paths that share no member as it is large."""
        return [
            {
                "set": number,
                "of": self.of,
                "size": len(one.members),
                "members": list(one.members),
                "names": list(one.names),
                "disjoint_paths": len(one.certificate.trails),
                "paths": [trail.row() for trail in one.certificate.trails],
                "alternatives": list(one.alternatives),
                "reached_without": len(one.certificate.reached),
                "reached": list(one.certificate.reached),
            }
            for number, one in enumerate(self.cuts, 1)
        ]


def minimum_cut(
    graph: Walkable,
    starts: Iterable[str] | None,
    ends: Iterable[str],
    *,
    of: str = PARTIES,
    limit: int = 10,
) -> CutAnswer:
    """Return the smallest sets of "parties" or "transfers" without which no path is left, up to a number of sets.

    Without starts they are the parties that only give. Raise `UsageError` where the given sets are empty or overlap,
    `of` is neither word or the limit is below 1.
    """
    if of not in (PARTIES, TRANSFERS) or limit < 1:
        raise UsageError(
            f"A cut of {of!r} up to {limit} sets cannot be looked for: give parties or transfers, and 1 on."
        )
    hops = Hops.of(graph)
    first, last = chosen_ends(graph, hops, starts, ends)
    direct = _direct(hops, first, last) if of == PARTIES else ()
    flow = (TransferFlow if of == TRANSFERS else PartyFlow)(hops, first, last)
    trails = () if direct else flow.fill()
    found = list(islice(flow.smallest_sets(), limit + 1))
    return CutAnswer(
        starts=first,
        ends=last,
        projection=projection_of(graph).describe(),
        of=of,
        connected=bool(direct or trails),
        size=None if direct else len(trails),
        cuts=tuple(_cut(graph, flow, of, members, trails) for members in found[:limit]),
        direct=tuple(one.id for one in direct),
        uncut=_uncut(first, last, direct[0]) if direct else None,
        caveats=either_or(graph, trails),
        cut=(f"There are more sets of this size: {limit} are given.",) if len(found) > limit else (),
    )


def disjoint_trails(
    hops: Hops, starts: Sequence[str], ends: Sequence[str], *, of_transfers: bool, most: int
) -> tuple[Trail, ...]:
    """Return up to so many paths that share no transfer, or no party but starts and ends.

    One path alone is returned where it is direct, which no party can cut.
    """
    direct = () if of_transfers else _direct(hops, starts, ends)
    if direct:
        return _uncut(tuple(starts), tuple(ends), direct[0]).trails
    return (TransferFlow if of_transfers else PartyFlow)(hops, starts, ends).fill(most)


def either_or(graph: Walkable, trails: Iterable[Trail]) -> tuple[str, ...]:
    """Say of which transfers on different paths a source leaves open which took place: such paths may be fewer."""
    among: dict[str | None, dict[str, int]] = {}
    for number, trail in enumerate(trails):
        for one in _alternatives(graph, [trail]):
            among.setdefault(one.alternative_of, {})[one.id] = number
    return tuple(
        f"Of the alternatives {', '.join(sorted(numbers))} a source leaves open which took place: the paths through "
        "them count as several here and may be one."
        for numbers in among.values()
        if len(set(numbers.values())) > 1
    )


def _alternatives(graph: Walkable, trails: Iterable[Trail]) -> Iterator[Relation]:
    for trail in trails:
        for (start, end), id_ in zip(pairwise(trail.parties), trail.transfers, strict=True):
            transfer: Relation = graph.succ[start][end][id_]["transfer"]
            if transfer.alternative_of is not None:
                yield transfer


def _direct(hops: Hops, starts: Iterable[str], ends: Iterable[str]) -> tuple[Relation, ...]:
    last = frozenset(ends)
    return tuple(
        one for start in starts for end in hops.onward[start] if end in last for one in hops.transfers(start, end)
    )


def _uncut(starts: tuple[str, ...], ends: tuple[str, ...], direct: Relation) -> Certificate:
    return Certificate(NONE_PARTY, starts, ends, trails=(Trail((direct.start, direct.end), (direct.id,)),))


def _cut(graph: Walkable, flow: Flow, of: str, members: tuple[str, ...], trails: tuple[Trail, ...]) -> Cut:
    parties, transfers = ((), members) if of == TRANSFERS else (members, ())
    if transfers:
        hops = {id_: hop for one in trails for hop, id_ in zip(pairwise(one.parties), one.transfers, strict=True)}
        names = tuple(" → ".join(party_of(graph, party).name for party in hops[id_]) for id_ in members)
    else:
        names = tuple(party_of(graph, id_).name for id_ in members)
    certificate = Certificate(
        MINIMUM,
        flow.starts,
        flow.ends,
        parties=parties,
        transfers=transfers,
        reached=tuple(flow.hops.reached(flow.starts, gone=frozenset(parties), blocked=flow.hops.losing(transfers))),
        trails=trails,
    )
    return Cut(members, names, tuple(sorted({one.id for one in _alternatives(graph, trails)})), certificate)
