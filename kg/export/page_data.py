"""What a page's data holds: plain values of a picture, its evidence and nothing more, as JSON safe inside HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kg.records import Item, Party, Records, Relation

if TYPE_CHECKING:
    from kg.export.html import Evidence, Picture

_FLAGS = ("placeholder", "collective", "date_derived", "derived")
_FIELDS = {kind: tuple(one.name for one in fields(kind)) for kind in (Party, Item, Relation)}
_UNSAFE = re.compile("[<>&\u2028\u2029\x7f-\x9f\ud800-\udfff]")


def record_values(record: Party | Item | Relation) -> dict[str, Any]:
    """Return the fields of a record that are not absent, empty or a flag that is not set."""
    values = ((name, getattr(record, name)) for name in _FIELDS[type(record)])
    return {
        key: value
        for key, value in values
        if value or (value is not None and value != () and (value == "" or _held(key, value)))
    }


def plain(value: object) -> Any:  # noqa: ANN401
    """Return the value as JSON holds it, mappings without what is absent, days as ISO text."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items() if _held(str(key), one)}
    if isinstance(value, (set, frozenset)):
        return [plain(one) for one in sorted(value)]
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _held(key: str, value: object) -> bool:
    if value:
        return True
    return (value is False and key not in _FLAGS) or (isinstance(value, (int, float)) and value is not False)


def json_text(data: Mapping[str, Any]) -> str:
    """Return JSON that ends no script element and holds no line separator or lone surrogate; same data, same text."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def only_named(records: Records) -> dict[str, str]:
    """Return names by id of the parties at which no relation starts or ends and that others name: as the territory they
    sit in, what they are part of, what transfers pass through, who paid, with whom items were found.

    They are not drawn: a country in which a market sits would be taken for a party to the trade.
    """
    ends: set[str] = set()
    named: set[str] = set()
    for relation in records.relations:
        ends.update((relation.start, relation.end))
        named.update(relation.via, relation.financed_by, relation.held_by)
    for party in records.parties.values():
        named.update({*party.territories, *party.part_of} - {party.id})
    return {id_: party.name for id_, party in records.parties.items() if id_ in named - ends}


def evidence(picture: Picture) -> dict[str, dict[str, Any]]:
    """Return the findings behind the picture's relations and those that these or that name these, with their sources,
    origins and organisations."""
    shown = {id_ for relation in picture.records.relations for id_ in relation.findings}
    related = {id_ for one in shown if one in picture.findings for id_ in _named(picture.findings[one])}
    naming = {id_ for id_, finding in picture.findings.items() if not shown.isdisjoint(_named(finding))}
    findings = _picked(picture.findings, shown | related | naming)
    sources = _picked(picture.sources, {one.get("source") for one in findings.values()})
    relayed = {_id(relay) for source in sources.values() for relay in source.get("relays", ())}
    origins = _picked(
        picture.origins,
        {one.get("origin") for one in findings.values()}
        | relayed
        | {id_ for relation in picture.records.relations for id_ in relation.origin_ids},
    )
    organisations = _picked(
        picture.organisations,
        {one.get("organisation") for one in origins.values()}
        | {id_ for relation in picture.records.relations for id_ in relation.organisation_ids},
    )
    return {"findings": findings, "sources": sources, "origins": origins, "organisations": organisations}


def _named(finding: Mapping[str, Any]) -> set[str]:
    """Return the ids of the findings that a finding contradicts, repeats or continues."""
    return {
        *map(_id, finding.get("contradicts") or ()),
        *(finding.get("repeats") or ()),
        *(finding.get("continues") or ()),
    }


def _id(reference: Mapping[str, Any] | str) -> str:
    return str(reference.get("id", "")) if isinstance(reference, Mapping) else reference


def _picked(evidence_: Evidence, ids: Iterable[str | None]) -> dict[str, Any]:
    return {id_: plain(evidence_[id_]) for id_ in ids if id_ is not None and id_ in evidence_}


def paths(picture: Picture) -> list[list[str]]:
    """Return the picture's paths as lists of relation ids; between two parties stand all transfers from one to the
    other."""
    between: dict[tuple[str, str], list[str]] = {}
    for one in sorted(picture.records.relations, key=lambda relation: relation.id):
        between.setdefault((one.start, one.end), []).append(one.id)
    parties = picture.records.parties
    result = []
    for path in picture.paths:
        ids = [id_ for id_ in path if id_ not in parties]
        if not ids:
            ids = [id_ for pair in pairwise(path) for id_ in between.get(pair, ())]
        result.append(ids)
    return result


def summary(relation: Relation, picture: Picture) -> dict[str, Any]:
    """Return one row of the table of transfers, as texts."""
    records = picture.records
    items = relation.items if relation.is_transfer else (relation.end,)
    ends = records.parties.get(relation.start), records.parties.get(relation.end)
    return {
        "start": ends[0].name if ends[0] else relation.start,
        "type": relation.type,
        "end": ends[1].name if ends[1] else "",
        "items": ", ".join(records.items[id_].name if id_ in records.items else id_ for id_ in items),
        "date": when(relation),
        "quantity": quantity(relation),
        "certainty": relation.certainty,
        "grade": relation.grade,
        "origins": len(relation.origin_ids),
        "findings": [_cited(picture, id_) for id_ in relation.findings if id_ in picture.findings],
    }


def _cited(picture: Picture, id_: str) -> tuple[str, str]:
    finding = picture.findings[id_]
    source = picture.sources.get(str(finding.get("source")), {})
    cited = (source.get("publisher"), source.get("title"), source.get("published"))
    return str(finding.get("statement") or ""), ", ".join(str(part) for part in cited if part)


def when(relation: Relation) -> str:
    """Return the date as stated, else the bounds within which the relation took place."""
    if relation.date_text:
        return relation.date_text
    if relation.earliest and relation.latest:
        same = relation.earliest == relation.latest
        return relation.earliest if same else f"{relation.earliest} to {relation.latest}"
    if relation.latest:
        return f"by {relation.latest}"
    return f"from {relation.earliest}" if relation.earliest else "not stated"


def quantity(relation: Relation) -> str:
    """Return the quantity and share as stated, else their bounds; of a joint statement it says so."""
    text = relation.quantity_text or _bounds(relation.quantity_min, relation.quantity_max)
    share = _bounds(relation.share_min, relation.share_max, percent=True)
    if share:
        text = ", ".join(
            part for part in (text, f"{share} of {relation.share_of}" if relation.share_of else share) if part
        )
    return f"{text} (of a joint statement)" if text and relation.joint else text


def _bounds(least: float | None, most: float | None, *, percent: bool = False) -> str:
    least_text, most_text = (
        "" if one is None else f"{100 * one:g} %" if percent else f"{one:,g}" for one in (least, most)
    )
    if least_text == most_text:
        return least_text
    if least_text and most_text:
        return f"{least_text} to {most_text}"
    return f"at least {least_text}" if least_text else f"at most {most_text}"


def notes(given: Iterable[str]) -> list[str]:
    """Return notes as a reader of a page needs them: without the clauses that tell of commands and their options."""
    kept = (" ".join(filter(None, map(_uncommanded, re.split(r"(?<=[.!?]) ", note)))) for note in given)
    return [note for note in kept if note]


def _uncommanded(sentence: str) -> str:
    """Return a sentence up to the clause that tells of a command or an option; empty where it only says to use one."""
    said = re.sub(r" \([^()]*\)", lambda aside: "" if _COMMAND.search(aside[0]) else aside[0], sentence)
    while found := _COMMAND.search(said):
        clause = max(said.rfind(mark, 0, found.start()) for mark in (": ", "; "))
        if clause < 0:
            return "" if said.startswith(("Use ", "Give ")) else sentence  # it says more, such as what was cut
        said = f"{said[:clause]}."
    return said


_COMMAND = re.compile(r"`kg [^`]*`|`--[^`]*`|(?<![\w-])--[a-z][a-z-]*")


def words(value: object) -> str:
    """Return a value of the projection as a reader's words."""
    if value is None or value == [] or value == ():
        return "any"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (set, frozenset)):
        value = sorted(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(words(one) for one in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {words(one)}" for name, one in value.items())
    return str(value)
