"""Wordings of registers → items of the taxonomy, by the written rules of `data/item-rules.csv`.

Items are those of `data/items.csv` and of the registry; no loader makes up another for a designation, so that two
registers that speak of the same item declare it alike. What no rule covers is for the loader to count.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from kg import text
from kg.findings import Item
from kg.names import clean

ROOT = "item:materiel"


def _rows(table: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(files("kg.data").joinpath(table).read_text(encoding="utf-8").splitlines())


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


@cache
def items() -> Mapping[str, Item]:
    """Return the items of the taxonomy, by id: those of the registry and those of the table."""
    registry = text.parse_yaml(files("kg.data").joinpath("registry.yaml").read_text(encoding="utf-8")).value
    found = [Item.model_validate(item) for item in registry["items"]]
    for row in _rows("items.csv"):
        found.append(
            Item(
                id=row["id"],
                name=row["name"],
                aliases=_parts(row["aliases"]),
                kind_of=_parts(row["kind_of"]),
                component_of=_parts(row["component_of"]),
                note=row["note"] or None,
            )
        )
    return {item.id: item for item in found}


@cache
def lineage(identifier: str) -> tuple[Item, ...]:
    """Return an item and all that it is a kind or component of, directly or not, broadest first."""
    found: dict[str, Item] = {}

    def visit(name: str) -> None:
        item = items()[name]
        for parent in (*item.kind_of, *item.component_of):
            if parent not in found:
                visit(parent)
        found[name] = item

    visit(identifier)
    return tuple(found.values())


@cache
def _kinds(identifier: str) -> frozenset[str]:
    item = items()[identifier]
    return frozenset({identifier}).union(*map(_kinds, item.kind_of))


@cache
def _wordings() -> Mapping[tuple[str, str], str]:
    return {(row["scheme"], clean(row["match"])): row["item"] for row in _rows("item-rules.csv")}


#: Kinds of which something can be built into a weapon.
_PARTS = frozenset({"item:component", "item:military-electronics", "item:spare-part"})
#: What comes before one of these is the thing named; what comes after says to what it belongs or what is on it.
_BELONGS = re.compile(
    r"^(?P<thing>.+?)-\(?(?:(?P<part>of|from)|for|with(?!-ZU-23)|based-on)-(?P<other>.+)$", re.IGNORECASE
)


def _plain(name: str) -> str:
    """Return a name with one hyphen for all that parts its words: ids are written so, and rules are."""
    return re.sub(r"[\s_-]+", "-", name.strip())


def _pattern(match: str) -> re.Pattern[str]:
    """Return the pattern of a rule, which fits whole words and whole numbers: T-72 is in T-72B3 and not in T-720."""
    return re.compile(rf"(?<![^\W_])(?:{match})s?(?:(?<=\d)(?!\d)|(?<=[^\W\d_])(?![^\W\d_])|(?<=[\W_]))", re.IGNORECASE)


@cache
def _patterns(scheme: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(row["match"]), row["item"]) for row in _rows("item-rules.csv") if row["scheme"] == scheme)


def _first(scheme: str, name: str) -> str | None:
    """Return the item of the first rule of a scheme that a plain name has."""
    return next((item for pattern, item in _patterns(scheme) if pattern.search(name)), None)


def _thing(name: str) -> str:
    """Return the plain name of the thing itself: "spare parts" of "spare parts for the T-72"."""
    plain = re.sub(r"^.*-based-(?!on-)", "", _plain(name))
    match = _BELONGS.match(plain)
    return match["thing"] if match else plain


@cache
def worded(scheme: str, wording: str) -> str | None:
    """Return the item of a category or description of a register; None where no rule has it.

    Schemes are those of the table: `sipri-description`, `sipri-category`, `un-register`, `component`.
    """
    return _wordings().get((scheme, clean(wording)))


@lru_cache(maxsize=10_000)
def designated(name: str) -> str | None:
    """Return the item of the designation in a name ("Mi-17", "AK-630 30mm"); None where it has none.

    Where its other words say that the thing is a part of that item, or none of its kind, they tell the item.
    """
    thing = _thing(name)
    part, found = _first("part", thing), _first("designation", thing)
    return part or (found and fitting(found, _first("system", thing)))


@lru_cache(maxsize=10_000)
def system(name: str) -> str | None:
    """Return the item of a system by its designation, else by the first wording of a rule found in its name."""
    return designated(name) or _first("system", _thing(name))


@lru_cache(maxsize=10_000)
def whole(name: str) -> str | None:
    """Return the item that a thing is said to be a part of ("antenna of the Shahed-136"); None where none is said.

    The thing itself must be known for a component or equipment: a simulator or a crew of a tank is no part of one.
    """
    match, item = _BELONGS.match(_plain(name)), system(name)
    if match is None or not match["part"] or item is None or not _PARTS & _kinds(item):
        return None
    return _first("designation", match["other"])


@lru_cache(maxsize=10_000)
def recorded(scheme: str, designation: str, description: str) -> str | None:
    """Return the item of a record's designation and description; None where it is described as what no rule knows.

    A description that the scheme does not have is read by its words: a part is that part, another system no item of the
    designation. One of which nothing is known may say either, so that the designation is not taken at its word.
    """
    described = worded(scheme, description)
    if described or not description.strip():
        return narrowest(designation, described)
    thing = _thing(description)
    if part := _first("part", thing):
        return part
    described = _first("system", thing)
    return described and narrowest(designation, described)


def narrowest(designation: str, described: str | None) -> str | None:
    """Return the item of a designation where it fits the item described, else the item described."""
    named = _first("designation", _plain(designation))
    return fitting(named, described) if named else described


def fitting(named: str, described: str | None) -> str:
    """Return the item named where it fits the item described, else the item described.

    They fit where the item described is of the kinds of the item named or narrows the very kind it is of: a UAV may be
    armed, but what is described as a tank destroyer is no reconnaissance vehicle, though both are armoured vehicles.
    """
    if described is None or described in _kinds(named) or _kinds(described).intersection(items()[named].kind_of):
        return named
    return described


@cache
def _named() -> Mapping[str, str]:
    return {clean(name): item.id for item in items().values() for name in (item.id, item.name, *item.aliases)}


def named(name: str) -> str | None:
    """Return the item of this id, name or alias; None where the taxonomy has none."""
    return _named().get(clean(name))


def stated(name: str) -> str | None:
    """Return the item of a category of the UN Register, of an item's id, name or alias, or of a designation."""
    return worded("un-register", name) or named(name) or designated(name)
