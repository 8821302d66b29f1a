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
#: Kinds of the table that are too broad to tell two items apart, as all kinds of the registry are.
_BROAD = frozenset(
    f"item:{name}"
    for name in (
        "aircraft", "air-defence-weapon", "armoured-vehicle", "guided-missile", "large-calibre-artillery",
        "missile-or-launcher", "ship",
    )
)  # fmt: skip


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


@cache
def _patterns(scheme: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = [row for row in _rows("item-rules.csv") if row["scheme"] == scheme]
    return tuple((re.compile(row["match"], re.IGNORECASE), row["item"]) for row in rows)


@cache
def worded(scheme: str, wording: str) -> str | None:
    """Return the item of a category or description of a register; None where no rule has it.

    Schemes are those of the table: `sipri-description`, `sipri-category`, `un-register`, `component`.
    """
    return _wordings().get((scheme, clean(wording)))


@lru_cache(maxsize=10_000)
def designated(designation: str) -> str | None:
    """Return the item of a maker's or army's designation ("Mi-17", "AK-630 30mm"), by the first rule that fits."""
    return next((item for pattern, item in _patterns("designation") if pattern.match(designation)), None)


@lru_cache(maxsize=10_000)
def system(name: str) -> str | None:
    """Return the item of a system by its designation, else by the first wording of a rule found in its name."""
    named = designated(name)
    if named:
        return named
    return next((item for pattern, item in _patterns("system") if pattern.search(name)), None)


def narrowest(designation: str, described: str | None) -> str | None:
    """Return the item of a designation where it fits the item described, else the item described.

    They fit where both are of one kind that is not too broad: a transport helicopter may be armed, but the vehicle
    engine of a T-72 is not the tank.
    """
    named = designated(designation)
    if named is None or described is None:
        return described or named
    return named if (_kinds(named) & _kinds(described)) - _too_broad() else described


@cache
def _too_broad() -> frozenset[str]:
    return (frozenset(items()) - {row["id"] for row in _rows("items.csv")}) | _BROAD


@cache
def _named() -> Mapping[str, str]:
    return {clean(name): item.id for item in items().values() for name in (item.id, item.name, *item.aliases)}


def named(name: str) -> str | None:
    """Return the item of this id, name or alias; None where the taxonomy has none."""
    return _named().get(clean(name))
