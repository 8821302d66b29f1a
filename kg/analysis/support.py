"""Support: how many independent origins and organisations carry an answer, and on which single ones it hangs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from kg.analysis.reach import Blocked, Hops
from kg.network import grade_rank
from kg.records import Relation


@dataclass(frozen=True, slots=True)
class Support:
    """Independent support of a whole answer: what its weakest hop has, and the union over all hops."""

    grade: str
    origins: int
    organisations: int
    origin_ids: tuple[str, ...]
    organisation_ids: tuple[str, ...]

    @staticmethod
    def of(transfers: Iterable[Relation]) -> Support:
        """Return the support of transfers that are all needed; at least one is expected."""
        needed = tuple(transfers)
        return Support(
            grade=max((one.grade for one in needed), key=grade_rank),
            origins=min(len(one.origin_ids) for one in needed),
            organisations=min(len(one.organisation_ids) for one in needed),
            origin_ids=tuple(sorted({id_ for one in needed for id_ in one.origin_ids})),
            organisation_ids=tuple(sorted({id_ for one in needed for id_ in one.organisation_ids})),
        )


def keeps_support(support: Collection[str], left_out: Collection[str], floor: int) -> bool:
    """Say whether support by some ids is left, and enough for the floor, when some are left out."""
    remaining = sum(id_ not in left_out for id_ in support)
    return remaining == len(support) or remaining >= max(floor, 1)


def hangs_on(
    hops: Hops,
    starts: Iterable[str],
    ends: Collection[str],
    witness: Iterable[Relation],
    floor: int,
    needed: Iterable[Relation] = (),
) -> tuple[str, ...]:
    """Return the origins each of which, left out alone, leaves no path from starts to ends.

    Only an origin that a known path, the witness, does not survive can be one, and one that takes a transfer known to
    be on every path, a needed one, is.
    """
    first = tuple(starts)
    suspects, known = _taking(witness, floor), _taking(needed, floor)

    def blocked(origin: str) -> Blocked:
        def closed(start: str, end: str) -> bool:
            for one in hops.transfers(start, end):
                if origin not in one.origin_ids or keeps_support(one.origin_ids, (origin,), floor):
                    return False
            return True

        return closed

    return tuple(
        origin
        for origin in sorted(suspects)
        if origin in known or not hops.joining(first, ends, blocked=blocked(origin))
    )


def _taking(transfers: Iterable[Relation], floor: int) -> set[str]:
    """Return the origins each of which, left out alone, takes one of some transfers."""
    return {
        origin for one in transfers for origin in one.origin_ids if not keeps_support(one.origin_ids, (origin,), floor)
    }
