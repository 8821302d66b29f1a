"""Teardowns of weapons in the style of War & Sanctions: components, the systems they were found in, and their makers.

A maker made a component, the component is a part of a system, an operator held the system. That a maker's part is in a
wreck says nothing on who supplied whom: no file of this format makes a transfer.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from kg import names
from kg.errors import UnknownNameError
from kg.findings import (
    Counts,
    Declared,
    Item,
    Organisation,
    Origin,
    Party,
    Piece,
    Problem,
    Ref,
    Relay,
    Reliability,
    Source,
)

from . import taxonomy
from .registers import Ledger, Repeats, digest, named_in, slug
from .tables import (
    CellError,
    Record,
    Table,
    TextTable,
    address,
    free,
    known,
    like,
    one_of,
    past_date,
    past_day,
    price,
    texts,
    typed,
    whole,
)  # fmt: skip

TITLE = "Component teardowns (War & Sanctions style, CSV)"
EXAMPLE = "kg load components.csv drones.csv"
SUFFIXES = (".csv",)
ORIGIN = "gur-war-and-sanctions"
UNKNOWN = "UNK"
_UNNAMED = ("not identified", "unknown", "unk", "")
_ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,999}"


def _category(record: Record, key: str) -> str:
    """Return the item of a category of components."""
    kind = taxonomy.worded("component", record[key])
    if kind is None:
        raise CellError(key, record[key], "a category of components that the taxonomy has")
    return kind


#: Labels of the pages that their export ran together with the names between them, and legal forms of firms.
_LABEL = r"(?:Foreign suppliers|Suppliers|Importers|Involved companies)"
_LABELLED = re.compile(rf"(?:^|\s){_LABEL}\s(?!{_LABEL}\s)(?P<firms>.+?)(?=\s{_LABEL}\s|$)")
_LEGAL = frozenset(
    (
        "AG", "AS", "BV", "CO", "COMPANY", "CORP", "CORPORATION", "FZE", "GMBH", "INC", "JSC", "LIMITED", "LLC", "LLP",
        "LTD", "OJSC", "OOO", "PJSC", "PLC", "SA", "SRL", "АО", "ООО", "ПАО",
    )
)  # fmt: skip


def _maker_in(name: str) -> tuple[str, str]:
    """Return the maker in a name, and what stands from the first label on: firms that are not said to have made it.

    A word is a label where firms follow it as the pages write them: in capitals, with more to a name than a legal form.
    So "Acme Importers Ltd" stays a name.
    """
    for match in _LABELLED.finditer(name):
        firms = match["firms"]
        words = set(re.findall(r"\w+", firms.replace(".", "")))
        if words - _LEGAL and not any(map(str.islower, firms)):
            return name[: match.start()].strip(" ,;"), name[match.start() :].strip()
    return name, ""


_coded = lru_cache(maxsize=1_000)(names.state_coded)


def _state(record: Record, key: str) -> str:
    """Return the ISO code of a state, of two letters, or UNK. Raise `CellError`."""
    if not re.fullmatch(r"[A-Z]{2}|UNK", record[key]):
        raise CellError(key, record[key], "an ISO code of two letters, or UNK")
    return _codes(key, record[key])[0]


def _states(record: Record, key: str) -> tuple[str, ...]:
    """Return the ISO codes of states, or UNK, of a list. Raise `CellError`."""
    return _codes(key, *texts(record, key))


def _codes(key: str, *codes: str) -> tuple[str, ...]:
    with named_in(key, "an ISO code, or UNK"):
        for code in codes:
            _country(code)
    return codes


def _found_in(record: Record, key: str) -> list[str]:
    """Return the ids of systems, as the list of systems has them, of a list. Raise `CellError`."""
    systems = texts(record, key)
    for system in systems:
        if not re.fullmatch(_ID, system):
            raise CellError(key, system, "ids of letters, digits and hyphens")
    return systems


# The closed lists are those of the collection's own schemas.
_RELATIONS = {
    "found_inside": True, "ships_via": False, "sells_to": False, "controlled_by": False, "rebadges": False,
    "exports_to": False,
}  # fmt: skip
#: Words of a note by which the party named is the one whose design others copied: it made nothing of what was found.
#: A maker whose part is "a copy of" another's made it.
_COPIED = re.compile(r"\b(?:copied|cloned|reverse[- ]engineered) (?:as|by)\b", re.IGNORECASE)
_CONFIDENCES = {"high": "stated", "medium": "alleged", "low": "alleged"}
_ROLES = (
    "loitering_munition", "strike", "bomber", "fpv_strike", "isr", "recon", "decoy", "ew", "communications_relay",
    "usv", "ugv", "logistics", "training", "interceptor", "missile", "subsystem", "unknown",
)  # fmt: skip
_WHO = one_of("manufacturer", "distributor", "reseller", "shell_company", "state_actor", "end_user", "drone")
_LISTED = one_of("unsanctioned", "eu", "us", "uk", "ofac", "multi", "unknown")
_KEYED = like(_ID, "an id of letters, digits and hyphens")
_PROPULSION = one_of("piston", "turbojet", "turboprop", "electric", "hybrid", "rocket", "unknown")

COMPONENTS = typed(
    "a list of components found in weapons",
    {
        "component_id": _KEYED, "name_marking": free, "category": _category, "function": free, "manufacturer": free,
        "manufacturer_country": _state, "oem_part_number": free, "production_date": past_date,
        "found_in_drones": _found_in, "sanctions_status": _LISTED, "is_dual_use": one_of("", "True", "False"),
        "replaceable_with": texts, "price_retail_usd": price, "source_url": address, "evidence_image": address,
        "last_verified": past_day, "notes": free,
    },
)  # fmt: skip
SYSTEMS = typed(
    "a list of weapons taken apart",
    {
        "id": _KEYED, "display_name": free, "aka": texts, "operators": _states, "manufacturer_country": _state,
        "role": one_of(*_ROLES), "propulsion": _PROPULSION, "total_components_documented": whole,
        "primary_source_url": address, "secondary_sources": texts, "image_url": address, "last_verified": past_day,
        "notes": free,
    },
)  # fmt: skip
MAKERS = typed(
    "a list of makers of components",
    {
        "manufacturer_id": _KEYED, "name": free, "country": _state, "headquarters_city": free, "parent_company": free,
        "opensanctions_id": like(r"[A-Za-z0-9][A-Za-z0-9._-]*", "an id of OpenSanctions"),
        "sanctions_status": _LISTED, "components_supplied": whole, "drones_supplied": whole, "source_url": address,
        "notes": free,
    },
)  # fmt: skip
RELATIONS = typed(
    "a list of relations between makers and weapons",
    {
        "edge_id": _KEYED, "source_entity": free, "source_type": _WHO, "target_entity": free, "target_type": _WHO,
        "relation": one_of(*_RELATIONS), "evidence_url": address, "confidence": one_of(*_CONFIDENCES), "notes": free,
    },
)  # fmt: skip
LAYOUTS = (COMPONENTS, SYSTEMS, MAKERS, RELATIONS)


def recognise(path: Path, head: bytes) -> str | None:
    """Return why a file is taken for one of a teardown, from its header; None if it is not one."""
    return known(head, LAYOUTS)


def read(path: Path) -> Generator[Declared | Problem, None, Counts]:
    """Yield what one of the four files declares, and every problem with its line; end with the counts."""
    table = TextTable(path, LAYOUTS)
    ledger = Ledger(path.name, "gur", f"teardowns-{_KINDS[table.layout.name][0]}" if table.layout else "", ORIGIN)
    yield from ledger.counted(chain(table.problems, _read(table, ledger) if table.layout else ()))
    return ledger.counts


def excerpt(path: Path, problems: Sequence[Problem]) -> Iterator[bytes]:
    """Yield what makes a file of the same format of the records that have problems."""
    yield from TextTable(path, LAYOUTS).excerpt({one.line for one in problems})


def mended(path: Path, problems: Sequence[Problem], by: Path) -> Iterator[Piece]:
    """Yield the file with the records that had problems replaced by those of a mended excerpt."""
    yield from TextTable(path, LAYOUTS).mended({one.line for one in problems}, TextTable(by, LAYOUTS))


def _read(table: Table, ledger: Ledger) -> Iterator[Declared | Problem]:
    layout = table.layout or COMPONENTS
    kind, key, take = _KINDS[layout.name]
    seen = _Seen()
    repeats = Repeats(seen.ids(TextTable(table.path, LAYOUTS), key))
    latest = ""
    for record in table:
        if isinstance(record, Problem):
            yield record
            continue
        ledger.counts.read += 1
        try:
            layout.check(record)
            if _said(record, key, repeats, ledger):
                continue
            yield from take(record, ledger, seen)
            latest = max(latest, record.get("last_verified"))
        except CellError as wrong:
            yield table.problem(record.line, wrong.key, wrong.found, wrong.expected)
        except ValidationError as invalid:
            yield ledger.invalid(record.line, invalid)
    if ledger.counts.findings or ledger.counts.parties:  # else nothing would cite them
        yield from _cited(table, kind, latest, seen.origins)


def _said(record: Record, key: str, repeats: Repeats, ledger: Ledger) -> bool:
    """Say whether a record says again what another said. Raise `CellError` where it says otherwise under one id."""
    content = digest(json.dumps(dict(record.cells), sort_keys=True))
    first, times = repeats.first(record[key], content)
    if times == 1:
        return False
    if first != content:
        raise CellError(key, record[key], "an id that no other record has with other content")
    ledger.counts.repeats += 1
    return True


def _country(code: str) -> tuple[Ref, ...]:
    """Return the state of an ISO code as a location; nothing where the code says that it is not known."""
    return () if code == UNKNOWN else (Ref(id=_coded(code)),)


def _is_state(code: str) -> bool:
    try:
        return bool(_country(code))
    except UnknownNameError:
        return False


@dataclass(slots=True)
class _Seen:
    """What a first pass over a file saw of its makers, and the hosts of the origins that its findings go back to.

    `_spellings` has the names that make one part of an id, `_codes` the countries that are given for a name.
    """

    origins: dict[str, str] = field(default_factory=dict)
    _spellings: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _codes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def ids(self, table: Table, key: str) -> Iterator[str]:
        """Yield the ids of all records, keeping the makers they name."""
        for record in table:
            if isinstance(record, Record):
                (name, _), code = _named(record)
                self._spellings[slug(name)].add(_spelling(name))
                if _is_state(code):  # what is none is a problem of its own record alone
                    self._codes[_spelling(name)].add(code)
                yield record[key]

    def maker(self, name: str, code: str, subject: str) -> Party:
        """Return a maker by name and country; where it has no name, a placeholder for the maker of one subject.

        A country that the file gives for that name elsewhere, and none but that, holds here too. Where another name
        would make the same id, a digest tells them apart.
        """
        if name.lower() in _UNNAMED:
            return Party(
                id=f"factory:gur-maker-of-{subject}",
                kind="Factory",
                name=f"unnamed maker of {subject}",
                placeholder=True,
                located_in=_country(code),
            )
        codes = self._codes[_spelling(name)]
        code = next(iter(codes)) if code == UNKNOWN and len(codes) == 1 else code
        parts = [slug(name), *([digest(_spelling(name))] if len(self._spellings[slug(name)]) > 1 else [])]
        parts += [] if code == UNKNOWN else [code.lower()]
        return Party(id=f"factory:gur-{'-'.join(parts)}", kind="Factory", name=name, located_in=_country(code))


def _spelling(name: str) -> str:
    """Return a name without what two spellings of one maker differ in: case, marks, space, points, commas, hyphens."""
    return re.sub(r"[\s.,'’‐-]+", "", names.clean(name))


def _named(record: Record) -> tuple[tuple[str, str], str]:
    """Return the maker that a record of any of the four files names, what stands behind it, and its country's code."""
    name = record.get("manufacturer") or record.get("name") or record.get("source_entity")
    return _maker_in(name), record.get("country") or record.get("manufacturer_country") or UNKNOWN


def _system(identifier: str) -> Item:
    """Return the item of a system. It hangs on the id alone, so that all files of a teardown declare it alike."""
    kind, whole = taxonomy.system(identifier) or taxonomy.ROOT, taxonomy.whole(identifier)
    return Item(
        id=f"item:gur-{slug(identifier)}",
        name=identifier.replace("-", " "),
        kind_of=(kind,),
        component_of=(whole,) if whole else (),
    )


def _is_unknown(identifier: str) -> bool:
    """Say whether what stands where a system's id should says that it is not known which: then it is no system."""
    return re.sub(r"[-_]", " ", identifier.lower()) in _UNNAMED


def _systems(record: Record, ledger: Ledger, *identifiers: str) -> Iterator[Declared]:
    """Yield the systems of these ids with all that they are a kind or component of; one that is unknown is counted."""
    for identifier in identifiers:
        if _is_unknown(identifier):
            ledger.counts.unmapped += 1
            continue
        system = _system(identifier)
        ledger.counts.unmapped += system.kind_of == (taxonomy.ROOT,)
        for item in (*system.kind_of, *system.component_of):
            yield from ledger.item(record.line, item)
        yield from ledger.once(record.line, system)


def _key(record: Record, key: str, most: int = 150) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", record[key]) or len(record[key]) > most:
        raise CellError(key, record[key], f"an id of at most {most} letters, digits and hyphens")
    return record[key]


def _base(record: Record, ledger: Ledger, identifier: str, relation: str, start: str, end: str) -> dict[str, Any]:
    verified = record.get("last_verified")
    return {
        "id": identifier,
        "relation": relation,
        "from": start,
        "to": end,
        "date": {"latest": verified, "derived": True} if verified else None,
        "certainty": "stated",
        "source": ledger.source,
        "origin": ledger.origin,
    }


def _beside(others: str) -> str:
    """Return as a note what stood behind a maker's name."""
    return f"listed with the maker, and not as such: {others}" if others else ""


def _component(record: Record, ledger: Ledger, seen: _Seen) -> Iterator[Declared | Problem]:
    identifier, listed = _key(record, "component_id"), _found_in(record, "found_in_drones")
    found_in = [system for system in listed if not _is_unknown(system)]
    kind = _category(record, "category")
    name, others = _maker_in(record["manufacturer"])
    maker = seen.maker(name, _state(record, "manufacturer_country"), identifier)
    marking = "" if record["name_marking"].lower() in ("(unspecified)", *_UNNAMED) else record["name_marking"]
    called = marking or f"{record['oem_part_number']} component".strip()
    yield from ledger.item(record.line, kind)
    yield from _systems(record, ledger, *listed)
    item = Item(
        id=f"item:{identifier}",
        name=f"{called} ({identifier})",
        kind_of=(kind,),
        component_of=tuple(dict.fromkeys(_system(system).id for system in found_in)),
    )
    yield from ledger.once(record.line, maker)
    yield Declared(item, ledger.file, record.line)
    notes = (
        record["source_url"],
        record["evidence_image"],
        record["oem_part_number"],
        record["notes"],
        _beside(others),
    )
    content = _base(record, ledger, f"{identifier}-made", "MANUFACTURED", maker.id, item.id)
    content["from"] = {"id": maker.id, "text": name or UNKNOWN}
    content |= {
        "made": record["production_date"] or None,
        "statement": f"{maker.name} made the component {identifier}; found in: {', '.join(found_in) or 'not given'}.",
        "note": "; ".join(note for note in notes if note) or None,
    }
    yield ledger.make(record.line, "findings", content)


def _weapon(record: Record, ledger: Ledger, seen: _Seen) -> Iterator[Declared | Problem]:
    identifier, operators = _key(record, "id", 1_000), _states(record, "operators")
    country = _state(record, "manufacturer_country")
    system = _system(identifier).id
    yield from _systems(record, ledger, identifier)
    if _is_unknown(identifier):
        ledger.counts.without += 1
        return
    known = [code for code in operators if code != UNKNOWN]
    ledger.counts.without += not known
    for code in known:
        operator = _coded(code)
        content = _base(record, ledger, f"gur-held-{slug(identifier)}-{code.lower()}", "HELD", operator, system)
        content["to"] = {"id": system, "text": record["display_name"]}
        statement = f"{code} is given as an operator of {record['display_name']}."
        yield ledger.make(record.line, "findings", content | {"statement": statement, "note": _page(record)})
    if country != UNKNOWN:
        maker = _coded(country)
        content = _base(record, ledger, f"gur-made-{slug(identifier)}", "MANUFACTURED", maker, system)
        content["to"] = {"id": system, "text": record["display_name"]}
        statement = f"{country} is given as the country that makes {record['display_name']}."
        yield ledger.make(record.line, "findings", content | {"statement": statement, "note": _page(record)})


def _page(record: Record) -> str | None:
    return record["primary_source_url"] or None


def _listed_maker(record: Record, ledger: Ledger, seen: _Seen) -> Iterator[Declared | Problem]:
    name, _ = _maker_in(record["name"])
    if name.lower() in _UNNAMED:
        ledger.counts.without += 1
        return
    yield from ledger.once(record.line, seen.maker(name, _state(record, "country"), ""))


def _relation(record: Record, ledger: Ledger, seen: _Seen) -> Iterator[Declared | Problem]:
    """Yield what a relation says of a component that it does not name; who sold to whom is not of this format.

    Of whom the file calls a reseller or anything but a manufacturer it does not say that he made what was found, nor of
    one whose design others copied.
    """
    identifier = _key(record, "edge_id")
    certainty = record.choice("confidence", _CONFIDENCES)
    found = record.choice("relation", _RELATIONS)
    made = found and record["source_type"] == "manufacturer" and record["target_type"] == "drone"
    if not made or _COPIED.search(record["notes"]):
        ledger.counts.without += 1
        return
    name, others = _maker_in(record.required("source_entity"))
    maker = seen.maker(name, UNKNOWN, identifier)
    system = record.required("target_entity")
    unknown = _is_unknown(slug(system))
    shown = "a weapon that is not named" if unknown else system
    yield from ledger.item(record.line, "item:component")
    yield from _systems(record, ledger, slug(system))
    item = Item(
        id=f"item:gur-{identifier}",
        name=f"component of {maker.name} in {shown} ({identifier})",
        kind_of=("item:component",),
        component_of=() if unknown else (_system(slug(system)).id,),
    )
    yield from ledger.once(record.line, maker)
    yield Declared(item, ledger.file, record.line)
    host = _host(record["evidence_url"])
    origin = ORIGIN if host == "war-sanctions.gur.gov.ua" or not host else f"evidence-{slug(host)}"
    seen.origins[origin] = host
    content = _base(record, ledger, f"gur-{identifier}", "MANUFACTURED", maker.id, item.id)
    content |= {
        "certainty": certainty,
        "origin": origin,
        "statement": f"A part made by {maker.name} is given as found in {shown}.",
        "note": "; ".join(note for note in (record["evidence_url"], record["notes"], _beside(others)) if note) or None,
    }
    yield ledger.make(record.line, "findings", content)


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _cited(table: Table, kind: str, latest: str, origins: dict[str, str]) -> Iterator[Declared]:
    """Yield whom the findings cite: the collection, and behind it the Ukrainian intelligence's pages or others'."""
    file = table.path.name
    yield Declared(Organisation(id="gur", name="Defence Intelligence of Ukraine (GUR)"), file, 1)
    yield Declared(
        Origin(id=ORIGIN, organisation="gur", kind="teardown of weapons found", title="War & Sanctions"), file, 1
    )
    for origin, host in sorted(origins.items()):
        if origin != ORIGIN:
            yield Declared(Organisation(id=f"host-{slug(host)}", name=host), file, 1)
            yield Declared(Origin(id=origin, organisation=f"host-{slug(host)}", kind="page"), file, 1)
    yield Declared(
        Source(
            id=f"teardowns-{kind}",
            title=f"Components of drones and missiles: {kind}",
            publisher="cognis-digital/awesome-drone-warfare-osint",
            published=latest or "2026",
            reliability=Reliability(
                grade="C", reason="A collection from pages of one side of the war, which shows pictures of the parts."
            ),
            relays=tuple(Relay(id=origin) for origin in sorted({ORIGIN, *origins})),
        ),
        file,
        1,
    )


_Take = Callable[[Record, Ledger, _Seen], Iterator[Declared | Problem]]
_KINDS: dict[str, tuple[str, str, _Take]] = {
    COMPONENTS.name: ("components", "component_id", _component),
    SYSTEMS.name: ("systems", "id", _weapon),
    MAKERS.name: ("makers", "name", _listed_maker),
    RELATIONS.name: ("relations", "edge_id", _relation),
}
