"""Absence: what the graph does know of two parties between which no transfers lead, whatever conditions are dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kg.analysis.paths import Path
from kg.analysis.reach import Hops, distances
from kg.network import Projection, broader_items, territories_of, walkable
from kg.records import Party, Records, Relation

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a stable code, one plain sentence, the ids behind it, and the path that would be there if any."""

    code: str
    sentence: str
    data: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None

    def row(self) -> dict[str, Any]:
        """Return the reason as one row; None where a key does not apply."""
        return {
            "code": self.code,
            "sentence": self.sentence,
            "value": _flat(self.data.get("value")),
            "relaxed_to": self.data.get("relaxed_to"),
            "parties": list(self.path.parties) if self.path else self.data.get("parties"),
            "relations": list(self.path.transfers) if self.path else self.data.get("relations"),
            "hops": len(self.path.hops) if self.path else None,
        }


def _flat(value: object) -> object:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [f"{one['condition']}={_words(one['value'])}" for one in value]
    return value


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@dataclass(frozen=True, slots=True)
class _Known:
    records: Records
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    hops: Hops
    led: Collection[str]
    leading: Collection[str]

    def names(self, ids: Iterable[str]) -> str:
        listed = sorted(ids)
        names = [self.records.parties[id_].name for id_ in listed[:_NAMED]]
        rest = len(listed) - len(names)
        if rest:
            return f"{', '.join(names)} and {rest} more"
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

    def items(self, made: Iterable[Relation]) -> str:
        ids = sorted({one.end for one in made})
        names = [self.records.items[id_].name if id_ in self.records.items else id_ for id_ in ids]
        return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def reasons_of_absence(records: Records, starts: Iterable[str], ends: Iterable[str]) -> Iterator[Reason]:
    """Yield the reasons why no transfers lead from starts to ends: what ties them otherwise first, one at least."""
    first, last = tuple(starts), tuple(ends)
    hops = Hops.of(walkable(records, Projection()))
    leading = distances(hops.back.__getitem__, last)
    known = _Known(records, first, last, hops, hops.reached(first), leading)
    if any(end in known.led for end in last):
        sentence = f"Transfers lead from {known.names(first)} to {known.names(last)}, but over more hops than searched."
        yield Reason("beyond_limits", sentence, {"parties": [*first, *last]})
        return
    yield from _made(known)
    yield from _sat_in(known)
    yield from _members(known)
    yield from _opposite(known)
    yield from _disconnected(known)


def _made(known: _Known) -> Iterator[Reason]:
    """Origin of manufacture may tie the start to what the end user held, which is no transfer."""
    made = [one for one in known.records.relations if one.type == "MANUFACTURED" and one.start in known.starts]
    found = [one for one in made if not set(one.held_by).isdisjoint(known.ends)]
    if found:
        yield Reason(
            "made_only",
            f"{known.names({one.start for one in found})} made {known.items(found)} found with "
            f"{known.names(known.ends)}, but no transfers from one to the other are stated.",
            _tied(found),
        )
    held = [one for one in known.records.relations if one.type == "HELD" and one.start in known.ends]
    broader = broader_items(known.records.items)
    pairs = [
        (one, other)
        for one in made
        for other in held
        if one not in found and (one.end == other.end or one.end in broader.get(other.end, ()))
    ]
    if pairs:
        makers = [one for one, _ in pairs]
        yield Reason(
            "same_item_held",
            f"{known.names({one.start for one in makers})} made {known.items(makers)} and {known.names(known.ends)} "
            "held such items, but that these are the same is not stated.",
            _tied([*makers, *(other for _, other in pairs)]),
        )


def _tied(relations: Collection[Relation]) -> dict[str, Any]:
    return {
        "parties": sorted({one.start for one in relations}),
        "relations": sorted({one.id for one in relations}),
    }


def _sat_in(known: _Known) -> Iterator[Reason]:
    for start in known.starts:
        if known.hops.onward[start]:
            continue
        seated = [
            id_
            for id_, party in known.records.parties.items()
            if id_ != start and id_ in known.leading and id_ not in known.ends and start in territories_of(party)
        ]
        if seated:
            yield Reason(
                "territory_only",
                f"No transfer by {known.names([start])} is stated; these parties located in it lead to "
                f"{known.names(known.ends)}: {known.names(seated)}.",
                {"parties": sorted(seated)},
            )


def _members(known: _Known) -> Iterator[Reason]:
    """Parts and wholes: PART_OF is never walked, so a path of the one is none of the other."""
    parties = known.records.parties
    for start in known.starts:
        parts = _parts(parties, start, known.leading, known.ends)
        if parts:
            sentence = f"Not {known.names([start])} itself but parts of it lead to the end: {known.names(parts)}."
            yield Reason("part_leads", sentence, {"parties": parts})
        for whole in parties[start].part_of:
            if whole in parties and whole in known.leading and whole not in known.ends:
                yield _whole_leads(known, start, parties[whole])
    for end in known.ends:
        parts = _parts(parties, end, known.led, known.starts)
        if parts:
            sentence = f"Not {known.names([end])} itself but parts of it are reached: {known.names(parts)}."
            yield Reason("part_reached", sentence, {"parties": parts})
        for whole in parties[end].part_of:
            if whole in parties and whole in known.led and whole not in known.starts:
                sentence = f"{known.names([whole])} is reached, of which {known.names([end])} is a part."
                yield Reason("whole_reached", sentence, {"parties": [whole]})


def _parts(parties: Mapping[str, Party], whole: str, among: Collection[str], but: Collection[str]) -> list[str]:
    return sorted(id_ for id_ in among if id_ not in but and whole in parties[id_].part_of)


def _whole_leads(known: _Known, start: str, whole: Party) -> Reason:
    if whole.collective:
        sentence = (
            f"{whole.name} leads to the end as a collective, which does not say that {known.names([start])} does."
        )
        return Reason("collective_leads", sentence, {"parties": [whole.id]})
    sentence = f"{whole.name}, of which {known.names([start])} is a part, leads to the end, but not by it."
    return Reason("whole_leads", sentence, {"parties": [whole.id]})


def _opposite(known: _Known) -> Iterator[Reason]:
    path = known.hops.shortest(known.ends, known.starts)
    if path:
        relations = [one.id for one in known.hops.best_supported(path)]
        sentence = f"Transfers lead only the other way, from {known.names(path[:1])} to {known.names(path[-1:])}."
        yield Reason("opposite", sentence, {"parties": list(path), "relations": relations})


def _disconnected(known: _Known) -> Iterator[Reason]:
    silent = not any(known.hops.onward[start] for start in known.starts)
    if silent:
        yield Reason(
            "gives_nothing", f"No transfer by {known.names(known.starts)} is stated.", {"parties": list(known.starts)}
        )
    if len(known.leading) == len(known.ends):
        sentence = f"No transfer to {known.names(known.ends)} is stated."
        yield Reason("receives_nothing", sentence, {"parties": list(known.ends)})
    sources = known.hops.back
    together = distances(lambda party: (*known.hops.onward[party], *sources[party]), known.starts)
    if together.keys().isdisjoint(known.ends):
        sentence = (
            f"No chain of transfers in any direction ties {known.names(known.starts)} to {known.names(known.ends)}."
        )
        yield Reason("apart", sentence, {"parties": [*known.starts, *known.ends]})
    elif not silent and len(known.leading) > len(known.ends):
        led = sorted(set(known.led) - set(known.starts))
        sentence = f"{known.names(known.starts)} leads to {known.names(led)}, none of which leads to the end."
        yield Reason("not_led", sentence, {"parties": led})
