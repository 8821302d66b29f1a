"""Why an edge has its grade, what would change it, and which of its findings are in conflict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from kg import dates
from kg.evidence import CERTAINTIES, Background, Weight, closest, credibility, relation, telling, weigh
from kg.findings import Finding


@dataclass(frozen=True, slots=True)
class Grading:
    """Why an edge has its grade, what would raise it and what would lower it, in sentences."""

    grade: str
    why: tuple[str, ...]
    raises: tuple[str, ...]
    lowers: tuple[str, ...]


def grading(findings: Sequence[Finding], background: Background) -> Grading | None:
    """Return why the edge behind these findings has its grade; None where they support none."""
    edge = relation(findings, background)
    if edge is None:
        return None
    weight = weigh(findings, background)
    return Grading(
        grade=edge.grade,
        why=(*_why_letter(telling(findings, background), edge.grade[0], background), _why_number(weight)),
        raises=tuple(_raises(weight, edge.grade[0])),
        lowers=tuple(_lowers(weight, findings, background)),
    )


def _why_letter(behind: Sequence[Finding], letter: str, background: Background) -> Iterator[str]:
    best = sorted(
        {(one.source, one.origin) for one in behind if background.sources[one.source].reliability.grade == letter}
    )
    for source, origin in best:
        steps = background.distance(source, origin)
        reason = background.sources[source].reliability.reason.rstrip(".")
        relays = "relays it itself" if steps == 1 else f"is {steps} relays from it"
        yield f"Letter {letter}: of the sources closest to {origin}, {source} ({relays}) is the best: {reason}."


def _why_number(weight: Weight) -> str:
    def named(names: frozenset[str]) -> str:
        return f" ({', '.join(sorted(names))})" if names else ""

    return (
        f"Number {weight.number}: {len(weight.firm)} organisation(s) state or report it{named(weight.firm)}, "
        f"{len(weight.hedged)} only allege it{named(weight.hedged)}, {len(weight.against)} deny or contradict it"
        f"{named(weight.against)}; origins: {', '.join(sorted(weight.origins))}."
    )


def _raises(weight: Weight, letter: str) -> Iterator[str]:
    firm, hedged, origins, against = (
        len(weight.firm), len(weight.hedged), len(weight.origins), len(weight.against),
    )  # fmt: skip
    more = credibility(firm + 1, hedged, origins + 1, against)
    if more < weight.number:
        yield f"A report by another organisation would make the number {more}."
    again = credibility(max(firm, 1), max(0, hedged - (firm == 0)), origins + 1, against)
    if again < weight.number:
        who = ", ".join(sorted(weight.firm | weight.hedged))
        yield f"Another investigation by {who} would make the number {again}."
    if letter > "A":
        yield f"A source better than {letter}, as close to the origin, would raise the letter; a copy raises nothing."


def _lowers(weight: Weight, findings: Sequence[Finding], background: Background) -> Iterator[str]:
    less = credibility(len(weight.firm), len(weight.hedged), len(weight.origins), len(weight.against) + 1)
    if less > weight.number:
        yield f"A denial or contradiction by another organisation would make the number {less}."
    now = relation(findings, background)
    for source in sorted({finding.source for finding in findings if finding.supports}):
        left = relation([finding for finding in findings if finding.source != source], background)
        if left is None:
            yield f"Without {source} nothing supports it."
        elif now and CERTAINTIES.index(left.certainty) < CERTAINTIES.index(now.certainty):
            yield (
                f"Without {source} it would look firmer ({left.certainty} instead of {now.certainty}), only because "
                "the relay closest to the origin is gone."
            )


@dataclass(frozen=True, slots=True)
class Sides:
    """The ids of the findings that support an edge, and of those against it: they deny it or contradict one of them.

    What is on neither side, such as a headline, is left out; so is a denial by a copy of what its origin supports.
    `conflicts` are those among the findings of the edge.
    """

    supporting: tuple[str, ...]
    opposing: tuple[str, ...]
    conflicts: tuple[Conflict, ...]


def sides(findings: Sequence[Finding], background: Background, against: Mapping[str, Iterable[Finding]]) -> Sides:
    """Return which findings support the edge behind these and which are against it; `against` are their opponents."""
    origins = weigh(findings, background).origins
    supporting = {one.id for one in findings if one.supports and one.origin in origins}
    nearest = {one.id for members in closest(findings, background).values() for one in members}
    denying = {
        one.id
        for one in findings
        if one.certainty == "denied" and not one.headline and (one.origin not in origins or one.id in nearest)
    }
    opposing = denying.union(other.id for name in supporting for other in against.get(name, ())) - supporting
    return Sides(tuple(sorted(supporting)), tuple(sorted(opposing)), tuple(conflicts(findings)))


@dataclass(frozen=True, slots=True)
class Conflict:
    """Findings about one edge that cannot all hold.

    Of the kind "stated" (with its reason), "date", "quantity", "authorised" or "denial".
    """

    kind: str
    findings: tuple[str, ...]
    sentence: str


def conflicts(findings: Sequence[Finding]) -> list[Conflict]:
    """Return the conflicts among findings: those recorded, and those that dates, quantities and denials show.

    Also where one says that it was authorised and another that it was not.
    """
    found = [
        Conflict("stated", (one.id, other.id), f"{one.id} contradicts {other.id}: {other.reason}")
        for one in findings
        for other in one.contradicts
    ]
    supporting = [finding for finding in findings if finding.supports]
    for first, second in combinations(supporting, 2):
        dated = [(finding.id, _stated(finding)) for finding in (first, second)]
        periods = [(name, period) for name, period in dated if period]
        if len(periods) == 2 and dates.meet(period for _, period in periods) is None:
            text = " and ".join(f"{name} has {period.earliest} to {period.latest}" for name, period in periods)
            found.append(Conflict("date", (first.id, second.id), f"Their dates exclude each other: {text}."))
        if _apart(first, second):
            found.append(Conflict("quantity", (first.id, second.id), f"{first.id} and {second.id} give other numbers."))
        if {first.authorised, second.authorised} == {True, False}:
            lawful, other = (first, second) if first.authorised else (second, first)
            sentence = f"{lawful.id} has it authorised and {other.id} not."
            found.append(Conflict("authorised", (first.id, second.id), sentence))
    for denial in findings:
        if denial.certainty == "denied":
            denied = tuple(finding.id for finding in supporting if finding.id != denial.id)
            if denied:
                found.append(Conflict("denial", (denial.id, *denied), f"{denial.id} denies {', '.join(denied)}."))
    return found


def _stated(finding: Finding) -> dates.Interval | None:
    if finding.date is None or finding.date.derived:
        return None
    return dates.Interval(finding.date.earliest, finding.date.latest)


def _apart(first: Finding, second: Finding) -> bool:
    """Say whether two quantities, of one transfer and no parts of it, exclude each other."""
    one, other = first.quantity, second.quantity
    if one is None or other is None or first.joint != second.joint:
        return False
    lows = [amount.min for amount in (one, other) if amount.min is not None]
    highs = [amount.max for amount in (one, other) if amount.max is not None]
    return bool(lows and highs) and max(lows) > min(highs)
