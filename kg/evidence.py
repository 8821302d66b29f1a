"""Findings → the edges they support: which agree, how sure, how independent, what grade.

Support is counted by origin, then by organisation; a source that relays adds nothing. Reliability letters follow the
NATO Admiralty system (AJP-2.1); the number is computed by `credibility`, never typed in.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kg import dates
from kg.records import Relation

if TYPE_CHECKING:  # findings are checked by pydantic, which takes longer to load than most answers take
    from kg.findings import DateStated, Finding, Origin, Ref, Source

CERTAINTIES = ("stated", "reported", "alleged", "denied")  # firmest first
FIRM = frozenset({"stated", "reported"})
Support = tuple[tuple[tuple[str, str], ...], frozenset[str]]  # origins with their certainty, organisations against


def credibility(firm: int, hedged: int, origins: int, against: int) -> int:
    """Return the Admiralty credibility from 1 to 5.

    `firm` counts organisations that state or report it, `hedged` those that only allege it, `origins` the independent
    origins, `against` the organisations that deny or contradict it. Two firm organisations make 1; one with another
    allegation or a second origin 2; one alone 3; allegations only 4. Each organisation against it takes one step
    towards 5. 6, "cannot be judged", belongs to what no origin supports, which is no edge.
    """
    if firm >= 2:
        number = 1
    elif firm == 1:
        number = 2 if hedged or origins > 1 else 3
    else:
        number = 4
    return min(5, number + against)


@dataclass(frozen=True, slots=True)
class Weight:
    """What credibility is computed from: organisations that are firm, that only allege, and that are against.

    `origins` are the independent origins that support.
    """

    firm: frozenset[str]
    hedged: frozenset[str]
    against: frozenset[str]
    origins: frozenset[str]

    @property
    def number(self) -> int:
        """The Admiralty credibility."""
        return credibility(len(self.firm), len(self.hedged), len(self.origins), len(self.against))


@dataclass(frozen=True, slots=True)
class Background:
    """What findings are weighed against: sources and origins by id, and findings that others contradict.

    `contradicted` maps the id of a finding to the organisations whose findings contradict it.
    """

    sources: Mapping[str, Source]
    origins: Mapping[str, Origin]
    contradicted: Mapping[str, frozenset[str]]
    _distances: dict[tuple[str, str], int | None] = field(default_factory=dict, init=False, repr=False, compare=False)
    _weights: dict[Support, Weight] = field(default_factory=dict, init=False, repr=False, compare=False)

    def distance(self, source: str, origin: str) -> int | None:
        """Return how many relays lie between an origin and a source (1: it relays it itself); None if it does not."""
        pair = source, origin
        if pair not in self._distances:
            self._distances[pair] = self._measured(source, origin)
        return self._distances[pair]

    def _measured(self, source: str, origin: str) -> int | None:
        seen, edge, steps = {source}, [source], 0
        while edge:
            steps += 1
            following: list[str] = []
            for name in edge:
                for relay in self.sources[name].relays if name in self.sources else ():
                    if relay.id == origin:
                        return steps
                    if relay.id not in seen:
                        seen.add(relay.id)
                        following.append(relay.id)
            edge = following
        return None

    def organisation(self, origin: str) -> str:
        """Return the organisation behind an origin."""
        return self.origins[origin].organisation

    def weight(self, certainties: Mapping[str, str], against: frozenset[str]) -> Weight:
        """Return the weight of what origins say with these certainties, with organisations that contradict it."""
        support = tuple(certainties.items()), against  # few, and most edges of a register have the same
        if support not in self._weights:
            self._weights[support] = self._weighed(*support)
        return self._weights[support]

    def _weighed(self, certainties: Iterable[tuple[str, str]], against: frozenset[str]) -> Weight:
        organisations: dict[str, str] = {}
        for origin, certainty in certainties:
            name = self.organisation(origin)
            organisations[name] = min(organisations.get(name, certainty), certainty, key=CERTAINTIES.index)
        return Weight(
            firm=frozenset(name for name, certainty in organisations.items() if certainty in FIRM),
            hedged=frozenset(name for name, certainty in organisations.items() if certainty == "alleged"),
            against=against,
            origins=frozenset(origin for origin, certainty in certainties if certainty != "denied"),
        )


def opponents(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Return by finding those of these that it contradicts or that contradict it.

    A contradiction counts against both sides; a headline opposes nothing, and neither does another relay of the same
    origin: that is drift, not dispute.
    """
    by_id = {finding.id: finding for finding in findings}
    found: dict[str, list[Finding]] = defaultdict(list)
    for one in by_id.values():
        for reason in one.contradicts:
            other = by_id.get(reason.id)
            if other is None or other.origin == one.origin:
                continue
            for opposed, opposing in ((one, other), (other, one)):
                if not opposing.headline:
                    found[opposed.id].append(opposing)
    return found


def background(findings: Iterable[Finding], sources: Mapping[str, Source], origins: Mapping[str, Origin]) -> Background:
    """Return what findings are weighed against, with the contradictions among these findings."""
    against = {
        name: frozenset(origins[other.origin].organisation for other in others)
        for name, others in opponents(findings).items()
    }
    return Background(sources, origins, against)


@dataclass(frozen=True, slots=True)
class Stated:
    """Findings by id, with those that contradict them or are contradicted by them, and all sources and origins."""

    findings: Mapping[str, Finding]
    sources: Mapping[str, Source]
    origins: Mapping[str, Origin]


Behind = Callable[[Sequence[str]], Stated]  # ids of findings → what is stated there


def agreement_digest(finding: Finding) -> str:
    """Return a digest of what findings without a transfer key must share to support one edge."""
    return hashlib.sha256(finding.agreement.encode()).hexdigest()


def key(finding: Finding) -> str | None:
    """Return type and transfer key of a finding that names its transfer, as one text."""
    return f"{finding.relation}:{finding.transfer}" if finding.transfer else None


def edge_id(findings: Sequence[Finding]) -> str:
    """Return the id of the edge that agreeing findings are about: their key if they name one, else a derived one."""
    keys = {finding.transfer for finding in findings if finding.transfer}
    if keys:
        return f"{findings[0].relation.lower()}:{min(keys)}"
    first = min(findings, key=lambda finding: finding.id)
    ends = "-to-".join(re.sub(r"[^a-z0-9]+", "-", ref.id.partition(":")[2].lower()) for ref in (first.start, first.end))
    return f"{first.relation.lower()}:{ends}:{min(agreement_digest(finding) for finding in findings)[:8]}"


def group(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Return the findings parted into those about the same edge.

    Findings that name a transfer go by that name, so that parallel transfers stay apart. One that names none goes
    with those it agrees with; it joins a named transfer only where it agrees with exactly one.
    """
    ordered = [(finding, key(finding)) for finding in sorted(findings, key=lambda finding: finding.id)]
    # What findings agree on takes long to work out, and matters only where one that names no transfer may join.
    open_ = {_between(finding) for finding, name in ordered if not name}
    named: dict[str, set[str]] = defaultdict(set)
    for finding, name in ordered:
        if name and _between(finding) in open_:
            named[finding.agreement].add(name)
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding, name in ordered:
        groups[name or _joined(finding.agreement, named)].append(finding)
    return sorted(groups.values(), key=lambda members: members[0].id)


def _between(finding: Finding) -> tuple[str, str, str]:
    return finding.relation, finding.start.id, finding.end.id


def _joined(agreement: str, named: Mapping[str, Collection[str]]) -> str:
    """Return the key of the one named transfer that a finding agrees with, else what it agrees on."""
    names = named.get(agreement, ())
    return next(iter(names)) if len(names) == 1 else agreement


def disagreement(findings: Sequence[Finding]) -> str | None:
    """Say where findings of one transfer key speak of different edges; None if they do not."""
    shapes = {(finding.relation, finding.start.id, finding.end.id) for finding in findings}
    if len(shapes) > 1:
        return " and ".join(f"{kind} {start} → {end}" for kind, start, end in sorted(shapes))
    return None


def closest(findings: Sequence[Finding], background: Background) -> dict[str, list[Finding]]:
    """Return by origin the findings of the relay or relays closest to it."""
    if len(findings) == 1:  # as nearly all of a register are
        return {} if findings[0].headline else {findings[0].origin: list(findings)}
    by_origin: dict[str, list[tuple[int, Finding]]] = defaultdict(list)
    for finding in findings:
        if not finding.headline:
            distance = background.distance(finding.source, finding.origin)
            by_origin[finding.origin].append((distance if distance is not None else 1_000, finding))
    return {
        origin: [finding for distance, finding in entries if distance == min(step for step, _ in entries)]
        for origin, entries in by_origin.items()
    }


def _certainties(nearest: Mapping[str, Sequence[Finding]]) -> dict[str, str]:
    """Return by origin the certainty of the relay closest to it; of several as close, the least firm that supports.

    An origin that leaves open which of several took place only alleges this one, where another says it outright.
    """
    found: dict[str, str] = {
        origin: members[0].certainty
        if len(members) == 1
        else max((one.certainty for one in _not_denying(members) or members), key=CERTAINTIES.index)
        for origin, members in nearest.items()
    }
    if len(found) > 1:
        firm = {origin for origin, certainty in found.items() if certainty in FIRM}
        outright = {origin for origin in firm if not all(one.alternative_of for one in _not_denying(nearest[origin]))}
        if outright:
            found |= dict.fromkeys(firm - outright, "alleged")
    return found


def _not_denying(findings: Sequence[Finding]) -> list[Finding]:
    return [one for one in findings if one.certainty != "denied"]


def _amount(value: float | None) -> float | None:
    return None if value is None else float(value)


def _period(findings: Sequence[Finding], background: Background) -> tuple[dates.Interval, bool, str | None]:
    """Return the bounds that findings together leave, whether a bound is derived, and the wording."""
    stated = [f.date for f in findings if f.date is not None and (f.date.earliest or not f.date.derived)]
    intervals = [dates.Interval(d.earliest, None if d.derived else d.latest) for d in stated]
    common = dates.meet(intervals)
    if common is None:  # they conflict: nothing narrower than their hull may be claimed
        starts, ends = [one.earliest for one in intervals], [one.latest for one in intervals]
        common = dates.Interval(
            None if None in starts else min(d for d in starts if d), None if None in ends else max(d for d in ends if d)
        )
    text = "; ".join(dict.fromkeys(d.text for d in stated if d.text)) or None
    if common.latest is not None:
        return common, False, text
    latest = min(_published(finding, background) for finding in findings)
    if common.earliest is not None and common.earliest > latest:
        return common, False, text
    return dates.Interval(common.earliest, latest), True, text


def _published(finding: Finding, background: Background) -> str:
    derived = finding.date.latest if finding.date and finding.date.derived else None
    latest = derived or dates.bounds(background.sources[finding.source].published).latest
    return str(latest)


def _ids(groups: Iterable[Iterable[Ref]]) -> tuple[str, ...]:
    return tuple(sorted({ref.id for refs in groups for ref in refs}))


def _made(stated: DateStated | None) -> str | None:
    if stated is None:
        return None
    return stated.text or f"{stated.earliest or '..'}/{stated.latest or '..'}"


def _first(ranked: Sequence[Finding], name: str) -> Any:  # noqa: ANN401 - whatever the field holds
    """Return what the first finding that says anything in a field says there; None where none does."""
    for one in ranked:
        value = getattr(one, name)
        if value is not None:
            return value
    return None


def _numbers(ranked: Sequence[Finding]) -> dict[str, Any]:
    """Return quantity, share and joint statement of an edge.

    A number belongs to its own statement: the three are never put together from different findings.
    """
    counted = next((f for f in ranked if f.quantity or f.share), None)
    quantity, share = (counted.quantity, counted.share) if counted else (None, None)
    return {
        "quantity_min": _amount(quantity.min) if quantity else None,
        "quantity_max": _amount(quantity.max) if quantity else None,
        "quantity_text": quantity.text if quantity else None,
        "share_min": _amount(share.min) if share else None,
        "share_max": _amount(share.max) if share else None,
        "share_of": share.of if share else None,
        "joint": counted.joint if counted else _first(ranked, "joint"),
    }


def _figures(ranked: Sequence[Finding]) -> dict[str, Any]:
    """Return a register's figures, which are those of one finding."""
    stated = _first(ranked, "figures")
    return vars(stated) if stated else {}


def _alternatives(ranked: Sequence[Finding]) -> dict[str, Any]:
    """Return the disjunction that an edge is one of, and how many of it at least took place, of one finding."""
    stated = next((f for f in ranked if f.alternative_of), None)
    return {"alternative_of": stated.alternative_of, "alternatives_min": stated.alternatives_min} if stated else {}


def _supporting(findings: Sequence[Finding], certainties: Mapping[str, str]) -> list[Finding]:
    """Return the findings that support an edge, by the certainties of their origins: the firm ones, where any is.

    What is only alleged beside them, or left open, would else stand on the edge with a certainty that is not its own.
    """
    found = [one for one in findings if one.supports and certainties.get(one.origin, "denied") != "denied"]
    if len(found) > 1:
        found = [one for one in found if certainties[one.origin] in FIRM] or found
        found = [one for one in found if not one.alternative_of] or found
    return found


def telling(findings: Sequence[Finding], background: Background) -> list[Finding]:
    """Return the findings that the edge behind these takes what it says from; none where they support no edge."""
    supporting = _supporting(findings, _certainties(closest(findings, background)))
    return _closest(supporting, background) if supporting else []


def _closest(findings: Sequence[Finding], background: Background) -> list[Finding]:
    return [one for members in closest(findings, background).values() for one in members]


def edge_of(findings: Sequence[Finding], background: Background) -> str | None:
    """Return the id of the edge that agreeing findings support, as `relation` makes it; None where it makes none."""
    return edge_id(findings) if _supporting(findings, _certainties(closest(findings, background))) else None


def relation(findings: Sequence[Finding], background: Background) -> Relation | None:
    """Return the edge that agreeing findings support; None where none of them supports one.

    It says what the findings closest to their origins say, and of a farther relay only which items it names. What a
    single value can hold is taken from the finding closest to its origin, then of the most reliable source, then the
    firmest; what it leaves open, from the next. Findings that only allege it, or leave open which of several took
    place, are in the evidence of an edge that others state outright, and add nothing else to it.
    """
    nearest = closest(findings, background)
    certainties = _certainties(nearest)
    supporting = _supporting(findings, certainties)
    if not supporting:
        return None
    behind = _closest(supporting, background)
    weight = _weight(findings, nearest, certainties, background)
    ranked = behind if len(behind) == 1 else _ranked(behind, background)
    period, derived, date_text = _period(behind, background)
    first, items = ranked[0], _ids(f.items for f in supporting)
    return Relation(
        id=edge_id(findings),
        type=first.relation,
        start=first.start.id,
        end=first.end.id,
        items=items,
        earliest=period.earliest,
        latest=period.latest,
        date_derived=derived,
        date_text=date_text,
        **_numbers(ranked),
        **_figures(ranked),
        place=_first(ranked, "place"),
        via=tuple(sorted({country for f in behind for country in f.via})),
        mechanism=_first(ranked, "mechanism"),
        financed_by=_ids(f.financed_by for f in behind),
        authorised=_authorised(ranked),
        **_alternatives(ranked),
        inputs=_ids(f.inputs for f in behind),
        held_by=_ids(f.held_by for f in behind),
        made=_made(_first(ranked, "made")),
        certainty=min((certainties[origin] for origin in weight.origins), key=CERTAINTIES.index),
        grade=_letter(behind, background) + str(weight.number),
        origin_ids=tuple(sorted(weight.origins)),
        organisation_ids=tuple(sorted(weight.firm | weight.hedged)),
        findings=tuple(sorted(finding.id for finding in findings)),
        continues=tuple(sorted({name for f in behind if _names_all(f, items) for name in f.continues})),
    )


def _ranked(findings: Sequence[Finding], background: Background) -> list[Finding]:
    """Return findings with that closest to its origin first, then of the most reliable source, then the firmest."""

    def place(one: Finding) -> tuple[int, str, int, str]:
        grade = background.sources[one.source].reliability.grade
        return background.distance(one.source, one.origin) or 1_000, grade, CERTAINTIES.index(one.certainty), one.id

    return sorted(findings, key=place)


def _letter(telling: Sequence[Finding], background: Background) -> str:
    return min(background.sources[one.source].reliability.grade for one in telling)


def _authorised(findings: Sequence[Finding]) -> bool | None:
    """Return what findings say of whether it was authorised; None where none says anything or two say otherwise."""
    said = {one.authorised for one in findings if one.authorised is not None}
    return said.pop() if len(said) == 1 else None


def _names_all(finding: Finding, items: Collection[str]) -> bool:
    """Say whether a finding names all items of its edge, or none: what it links is then what the edge carries."""
    return not finding.items or {ref.id for ref in finding.items}.issuperset(items)


def weigh(findings: Sequence[Finding], background: Background) -> Weight:
    """Return what the credibility of the edge behind these findings is computed from."""
    nearest = closest(findings, background)
    return _weight(findings, nearest, _certainties(nearest), background)


def _weight(
    findings: Sequence[Finding],
    nearest: Mapping[str, Sequence[Finding]],
    certainties: Mapping[str, str],
    background: Background,
) -> Weight:
    """Return the weight of an edge; an organisation that also denies it, by whatever origin, stands against it too."""
    against = [background.contradicted.get(one.id, frozenset()) for one in findings if one.supports]
    denied = {origin for origin, members in nearest.items() if any(one.certainty == "denied" for one in members)}
    return background.weight(certainties, frozenset(map(background.organisation, denied)).union(*against))
