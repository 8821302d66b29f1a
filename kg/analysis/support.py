"""Support: how many independent origins and organisations carry an answer, and on which single ones it hangs.

What is left without some origins is what a graph made without them would have: where the projection asks for what
findings say (certainty, grade, items, dates), or the question for the territories that transfers go through, transfers
are made anew from the findings left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from kg import evidence
from kg.analysis.reach import Blocked, Hops, distances, projection_of, records_of
from kg.network import Projection, fitting, weakest_grade
from kg.records import Records, Relation

if TYPE_CHECKING:
    from kg.evidence import Behind, Stated
    from kg.findings import Finding
    from kg.network import Walkable

NOT_WEIGHED = (
    "What a transfer is without an origin was not worked out anew: its certainty, grade, items and dates count as with "
    "all origins, so that it may hang on more."
)
THROUGH = "Without an origin, transfers count as going through the territories that all their findings name together."

Ids = tuple[str, ...]
Change = Mapping[str, bool]  # id of a transfer → whether it is there


@dataclass(frozen=True, slots=True)
class Support:
    """Independent support of a whole answer: what its weakest hop has, and the union over all hops.

    `grade` is the worst letter of a hop with the worst number of one.
    """

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
            grade=weakest_grade(one.grade for one in needed),
            origins=min(len(one.origin_ids) for one in needed),
            organisations=min(len(one.organisation_ids) for one in needed),
            origin_ids=tuple(sorted({id_ for one in needed for id_ in one.origin_ids})),
            organisation_ids=tuple(sorted({id_ for one in needed for id_ in one.organisation_ids})),
        )


def keeps_support(support: Collection[str], left_out: Collection[str], floor: int) -> bool:
    """Say whether support by some ids is left, and enough for the floor, when some are left out."""
    remaining = sum(id_ not in left_out for id_ in support)
    return remaining == len(support) or remaining >= max(floor, 1)


class Footing:
    """What a network rests on: which transfers are there, and who supplies, when some origins are left out.

    `hops` also have the transfers `coming` in only without an origin that opposes them or narrows their dates; with
    all support these are `absent`, by id. Without `starts` the suppliers are found anew. `notes` say what is not exact.

    Where it matters which territories transfers go `through`, one that goes through others without some origins is gone
    then, and a variant of it, with an id of its own, comes in.
    """

    def __init__(
        self,
        graph: Walkable,
        hops: Hops,
        starts: Collection[str] | None,
        ends: Collection[str],
        *,
        through: bool = False,
    ) -> None:
        projection, self._behind = projection_of(graph), graph.graph.get("behind")
        self._floor, self._fits = projection.min_origins, fitting(records_of(graph), projection)
        self._through, asked = through, _asks_findings(projection)
        present = tuple(hops.all_transfers()) if through or (asked and self._behind) else ()
        shared = [one for one in present if len(one.origin_ids) > 1]
        several = through and any(one.via for one in shared)
        notes = () if self._behind else ((NOT_WEIGHED, asked), (THROUGH, several))
        self.notes: tuple[str, ...] = tuple(note for note, holds in notes if holds)
        coming = tuple(_coming(graph, {one.id for one in present})) if asked and self._behind else ()
        self._weighed = _Weighed((*shared, *coming) if self._behind else (), self._behind)
        self._same: dict[str, str] = {}
        variants = tuple(self._variants()) if through else ()
        self._weighed.add(variants)
        self.coming = (*coming, *variants)
        self.absent = frozenset(one.id for one in self.coming)
        self.hops, self.ends = hops.adding(self.coming) if self.coming else hops, tuple(ends)
        self.starts = None if starts is None else frozenset(starts)

    def _variants(self) -> Iterator[Relation]:
        """Yield transfers with the other territories that they go through without some origins or organisations."""
        for one in self._weighed.through_several():
            origins = frozenset(one.origin_ids)
            groups = [{origin} for origin in one.origin_ids]
            for organisation in one.organisation_ids:
                groups.append({origin for origin in origins if self.organisations.get(origin) == organisation})
            seen = {one.via}
            for left_out in (*groups, *(first | second for first, second in combinations(groups, 2))):
                via = self._weighed.through(one, left_out)
                if origins - left_out and via not in seen:
                    seen.add(via)
                    id_ = f"{one.id} {len(seen)}"  # no id of a transfer has a space
                    self._same[id_] = one.id
                    yield replace(one, id=id_, via=via)

    def apart(self, some: Collection[str], others: Collection[str]) -> Ids:
        """Return the ids of the transfers of some that others do not have, where a variant is the same transfer."""
        first, second = ({self._same.get(id_, id_) for id_ in ids} for ids in (some, others))
        return tuple(sorted(first - second))

    @cached_property
    def _transfers(self) -> tuple[Relation, ...]:
        return tuple(self.hops.all_transfers())

    @cached_property
    def organisations(self) -> Mapping[str, str]:
        """By origin its organisation; without findings, as far as transfers of one organisation tell."""
        if self._behind:
            return {id_: one.organisation for id_, one in self._weighed.stated.origins.items()}
        alone = (one for one in self._transfers if len(set(one.organisation_ids)) == 1)
        return {origin: one.organisation_ids[0] for one in alone for origin in one.origin_ids}

    def there(self, one: Relation, left_out: Collection[str]) -> bool:
        """Say whether a transfer is in the network without some origins."""
        if one.id not in self._weighed:
            return keeps_support(one.origin_ids, left_out, self._floor)
        left = self._weighed.without(one, left_out)
        return left is not None and self._fits(left) and (not self._through or left.via == one.via)

    def turning(self, one: Relation) -> Collection[str]:
        """Return the origins without each of which a transfer is there or not, other than with all support."""
        if len(one.origin_ids) == 1 and one.id not in self._weighed:  # most are so: it goes with its origin
            return one.origin_ids
        origins = self._weighed.origins(one) if one.id in self._weighed else set(one.origin_ids)
        return {origin for origin in origins if self.there(one, (origin,)) == (one.id in self.absent)}

    def changes(self, group_of: Mapping[str, str] | None = None, *, pairs: bool = False) -> dict[Ids, dict[str, bool]]:
        """Return by what is left out the transfers that are there or not, where that is not as with all support.

        Left out are single origins or, by origin, their groups; with `pairs` also two, where a transfer is not as the
        two alone would make it.
        """
        found: dict[Ids, dict[str, bool]] = defaultdict(dict)
        for one in self._transfers:
            if len(one.origin_ids) == 1 and one.id not in self._weighed:  # as in `turning`
                (origin,) = one.origin_ids
                if group := origin if group_of is None else group_of.get(origin):
                    found[(group,)][one.id] = False
                continue
            groups: dict[str, set[str]] = defaultdict(set)
            for origin in self._weighed.origins(one) if one.id in self._weighed else one.origin_ids:
                if group := origin if group_of is None else group_of.get(origin):
                    groups[group].add(origin)
            here = one.id not in self.absent
            alone = {group: self.there(one, origins) for group, origins in groups.items()}
            for group, is_there in alone.items():
                if is_there != here:
                    found[(group,)][one.id] = is_there
            for two in combinations(sorted(groups), 2) if pairs else ():
                together = self.there(one, groups[two[0]] | groups[two[1]])
                if together != (here if alone[two[0]] == alone[two[1]] == here else not here):
                    found[two][one.id] = together
        return dict(found)

    def missing(self, changes: Mapping[Ids, Change], ids: Ids) -> frozenset[str]:
        """Return the transfers of `hops` that are not there when one or two are left out."""
        there: dict[str, bool] = {}
        for left_out in (*((id_,) for id_ in ids), ids):
            there.update(changes.get(left_out, {}))
        return self.absent.difference(there).union(id_ for id_, is_there in there.items() if not is_there)

    def suppliers(self, missing: Collection[str]) -> frozenset[str]:
        """Return the starts: those given, or all that lead to an end and, when some transfers miss, never receive."""
        if self.starts is not None:
            return self.starts
        missed = Counter(self._receivers[id_] for id_ in missing)
        return self._givers.union(
            one for one in missed if missed[one] == self._times_received[one] and one in self._leading
        ).difference(self.ends)

    def decisive(self, walked: Iterable[Relation]) -> set[str]:
        """Return the origins without which one of some transfers goes, another comes in, or other parties supply."""
        origins = {origin for one in walked for origin in self.turning(one)}.union(self._bringing)
        return origins if self.starts is not None else origins.union(self._last)

    def comes(self, origin: str) -> bool:
        """Say whether a transfer comes in without an origin."""
        return origin in self._bringing

    def suppliers_without(self, origin: str | None) -> frozenset[str]:
        """Return the starts without an origin, or with all, as `suppliers` does, from few of the transfers."""
        if self.starts is not None:
            return self.starts
        if origin is None:
            return self._idle
        receiving = (one.end for one in self._bringing.get(origin, ()))
        return self._idle.difference(receiving).union(self._last.get(origin, ()))

    def losing(self, origin: str, transfers: Collection[str] = frozenset()) -> Blocked:
        """Return what says of a hop whether it is gone without an origin and some transfers, given by id."""
        adjacency = self.hops.adjacency

        def closed(start: str, end: str) -> bool:
            hop = adjacency[start][end].items()
            return not any(id_ not in transfers and self.there(data["transfer"], (origin,)) for id_, data in hop)

        return closed

    @cached_property
    def _bringing(self) -> Mapping[str, list[Relation]]:
        """By origin the transfers that come in without it."""
        found: dict[str, list[Relation]] = defaultdict(list)
        for one in self.coming:
            for origin in self.turning(one):
                found[origin].append(one)
        return found

    def _received(self, party: str) -> Iterator[Relation]:
        """Yield the transfers to a party that are there with all support."""
        for start in self.hops.back[party]:
            for id_, data in self.hops.adjacency[start][party].items():
                if id_ not in self.absent:
                    yield data["transfer"]

    @cached_property
    def _idle(self) -> frozenset[str]:
        """The parties that lead to an end and, with all support, never receive."""
        return frozenset(one for one in self._leading if next(self._received(one), None) is None).difference(self.ends)

    @cached_property
    def _last(self) -> Mapping[str, set[str]]:
        """By origin the parties that lead to an end and receive with all support, but nothing without it."""
        found: dict[str, set[str]] = defaultdict(set)
        for party in self._leading.keys() - self._idle.union(self.ends):
            received = self._received(party)
            common = set(self.turning(next(received)))
            for one in received:
                common.intersection_update(self.turning(one))
                if not common:
                    break
            for origin in common:
                if all(one.end != party for one in self._bringing.get(origin, ())):
                    found[origin].add(party)
        return found

    @cached_property
    def _receivers(self) -> Mapping[str, str]:
        return {one.id: one.end for one in self._transfers}

    @cached_property
    def _times_received(self) -> Counter[str]:
        return Counter(self._receivers.values())

    @cached_property
    def _givers(self) -> frozenset[str]:
        return frozenset(one for one in self._leading if one not in self._times_received)

    @cached_property
    def _leading(self) -> Mapping[str, int]:
        return distances(self.hops.back.__getitem__, self.ends)


class _Weighed:
    """Transfers with the findings behind them and those that oppose these, read when first asked for."""

    def __init__(self, transfers: Iterable[Relation], behind: Behind | None) -> None:
        self._transfers, self._behind = {one.id: one for one in transfers}, behind
        self._left: dict[tuple[Ids, frozenset[str]], Relation | None] = {}

    def __contains__(self, id_: str) -> bool:
        return id_ in self._transfers

    def add(self, variants: Iterable[Relation]) -> None:
        """Add transfers that rest on the same findings as some that are there."""
        self._transfers.update((one.id, one) for one in variants)

    def through_several(self) -> list[Relation]:
        """Return the transfers of several origins whose findings do not all name the same territories on the way."""
        shared = [one for one in self._transfers.values() if len(one.origin_ids) > 1]
        return [one for one in shared if len({each.via for each in self._findings(one)[0]}) > 1]

    @cached_property
    def stated(self) -> Stated:
        """What is stated of the transfers."""
        assert self._behind is not None
        return self._behind(sorted({name for one in self._transfers.values() for name in one.findings}))

    @cached_property
    def _opponents(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for finding in self.stated.findings.values():
            for other in finding.contradicts:
                found[finding.id].add(other.id)
                found[other.id].add(finding.id)
        return found

    def _findings(self, one: Relation) -> tuple[list[Finding], list[Finding]]:
        """Return the findings behind a transfer, and those that oppose them."""
        names = [name for name in one.findings if name in self.stated.findings]
        others = {other for name in names for other in self._opponents.get(name, ())}.difference(names)
        return (
            [self.stated.findings[name] for name in names],
            [self.stated.findings[name] for name in sorted(others) if name in self.stated.findings],
        )

    def origins(self, one: Relation) -> set[str]:
        """Return the origins without which a transfer may be another."""
        behind, opposed = self._findings(one)
        return {finding.origin for finding in (*behind, *opposed)}

    def through(self, one: Relation, left_out: Collection[str]) -> Ids:
        """Return the territories that a transfer goes through as the findings of other origins make it."""
        left = self.without(one, left_out)
        return left.via if left else ()

    def without(self, one: Relation, left_out: Collection[str]) -> Relation | None:
        """Return a transfer as the findings of other origins make it, None where none supports it."""
        key = one.findings, frozenset(left_out)
        if key not in self._left:
            behind, opposed = ([each for each in side if each.origin not in left_out] for side in self._findings(one))
            background = evidence.background((*behind, *opposed), self.stated.sources, self.stated.origins)
            self._left[key] = evidence.relation(behind, background)
        return self._left[key]


class Anew:
    """The records behind a graph as they would be without an origin.

    Where the graph has no findings behind it, transfers only go: what is left of them stays as it is.
    """

    def __init__(self, graph: Walkable) -> None:
        self._records, self._floor = records_of(graph), projection_of(graph).min_origins
        behind = graph.graph.get("behind")
        shared = (one for one in self._records.relations if len(one.origin_ids) > 1 or _opposed(one))
        self._weighed = _Weighed(shared if behind else (), behind)

    def origins(self, one: Relation) -> Collection[str]:
        """Return the origins without which a relation may be another."""
        return self._weighed.origins(one) if one.id in self._weighed else one.origin_ids

    def without(self, origin: str) -> Records:
        """Return the records without an origin; what does not change is the same object as before."""
        made = (self._left(one, origin) if origin in self.origins(one) else one for one in self._records.relations)
        return replace(self._records, relations=tuple(one for one in made if one))

    def _left(self, one: Relation, origin: str) -> Relation | None:
        if one.id not in self._weighed:
            return one if keeps_support(one.origin_ids, (origin,), self._floor) else None
        left = self._weighed.without(one, (origin,))
        return replace(left, id=one.id) if left else None


def _asks_findings(projection: Projection) -> bool:
    """Say whether a projection asks for what findings say of a transfer, beyond its parties and its support."""
    asked = (projection.min_certainty, projection.min_grade, projection.since, projection.until)
    return bool(projection.items) or any(one is not None for one in asked)


def _coming(graph: Walkable, present: Collection[str]) -> Iterator[Relation]:
    """Yield the transfers that may fit without an origin.

    One that opposes them lowers the grade, its dates exclude, or it says it outright and so sets aside what they say.
    """
    ends = replace(projection_of(graph), min_certainty=None, min_grade=None, since=None, until=None, items=())
    fits = fitting(records_of(graph), ends)
    for one in records_of(graph).relations:
        if one.id not in present and one.start != one.end and fits(one) and (len(one.origin_ids) > 1 or _opposed(one)):
            yield one


def _opposed(one: Relation) -> bool:
    """Say whether the number of a grade is worse than the support alone can make it."""
    firm = len(one.organisation_ids) if one.certainty in evidence.FIRM else 0
    return int(one.grade[1]) > evidence.credibility(firm, 0, len(one.origin_ids), 0)


class Point(NamedTuple):
    """What is removed to see whether it is on every path; the parties are no starts where they stand `between`."""

    parties: Collection[str]
    transfers: Collection[str] = ()
    between: bool = True


def hangs_on(
    footing: Footing, witness: Iterable[Relation], points: Sequence[Point], gone: Collection[str] = frozenset()
) -> list[Ids]:
    """Return for each point the origins without each of which it is not on every path, or no path is left.

    All points are on every path that passes none of `gone`; the witness is one such path, as its transfers. What an
    origin takes is looked up where a search comes by: most searches see little of a large network.
    """
    walked, hanging = tuple(witness), [list[str]() for _ in points]
    first, breaking = footing.suppliers_without(None), {origin for one in walked for origin in footing.turning(one)}
    for origin in sorted(footing.decisive(walked)):
        starts = footing.suppliers_without(origin)
        # what was on every path is so on every path left, where no start and no transfer comes in
        fewer = starts <= first and not footing.comes(origin)
        if fewer and origin not in breaking:
            continue
        left = _path_left(footing, starts, footing.losing(origin), gone)
        for point, origins in zip(points, hanging, strict=True):
            if not left or not (fewer or _holds(footing, starts, origin, gone, point)):
                origins.append(origin)
    return [tuple(origins) for origins in hanging]


def _holds(footing: Footing, starts: Collection[str], origin: str, gone: Collection[str], point: Point) -> bool:
    if point.between and not set(starts).isdisjoint(point.parties):
        return False
    return not _path_left(footing, starts, footing.losing(origin, point.transfers), {*gone, *point.parties})


def _path_left(footing: Footing, starts: Collection[str], blocked: Blocked, gone: Collection[str]) -> Ids:
    return footing.hops.joining(starts, footing.ends, gone=gone, blocked=blocked)
