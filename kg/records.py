"""What the graph holds, as plain frozen objects: read by the store, walked by the analyses, shown by the exports.

Dates are ISO days (`YYYY-MM-DD`), so that they compare as text; None is "not bounded". Ids are those of the graph.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

TRANSFER_TYPES = ("SUPPLIED", "DIVERTED", "CAPTURED")
#: The numbers that a register has of an order, by the names under which a transfer carries them.
FIGURES = ("order_year", "ordered", "delivered", "tiv_unit", "tiv_order", "tiv_delivered", "tiv_estimate")


@dataclass(frozen=True, slots=True)
class Party:
    """A Country, Factory, Distributor or Group. `territories` are ids of the countries it is located in.

    A Country is its own territory. A collective or a placeholder is none, neither its own nor that of others: where
    nobody names the state, the territory is not known. `territory_text` is the source's wording of the location where
    it limits it ("mainly"), else None.
    """

    id: str
    kind: str
    name: str
    aliases: tuple[str, ...] = ()
    placeholder: bool = False
    collective: bool = False
    territories: tuple[str, ...] = ()
    territory_text: str | None = None
    part_of: tuple[str, ...] = ()

    @property
    def is_territory(self) -> bool:
        """True for a Country that is a named state by itself: the territory of all that sit there, also its own."""
        return is_territory(self.kind, placeholder=self.placeholder, collective=self.collective)


def is_territory(kind: str, *, placeholder: bool, collective: bool) -> bool:
    """Say whether a party of this kind is a territory: a Country that is neither a collective nor a placeholder."""
    return kind == "Country" and not (placeholder or collective)


@dataclass(frozen=True, slots=True)
class Item:
    """A kind of weapon, ammunition, component or precursor. `kind_of` and `component_of` are ids of items."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    kind_of: tuple[str, ...] = ()
    component_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """One edge that findings support: a transfer (party to party) or a MANUFACTURED or HELD (party to item).

    `items` and `inputs` are item ids, `held_by` and `financed_by` party ids, `via` country ids. `share_*` and
    `quantity_*` belong to the joint statement alone where `joint` is set. From `order_year` to `estimated` are a
    register's figures (see `kg.findings.Figures`). `alternative_of` is the id of a disjunction: this or another edge
    of the same id happened, `alternatives_min` of them at least. `continues` holds ids of findings whose very items
    this transfer passes on. `grade` is an Admiralty grade such as "C3". `origin_ids` and `organisation_ids` are
    the independent support; `findings` are the ids of the findings behind it.
    """

    id: str
    type: str
    start: str
    end: str
    items: tuple[str, ...] = ()
    earliest: str | None = None
    latest: str | None = None
    date_derived: bool = False
    date_text: str | None = None
    quantity_min: float | None = None
    quantity_max: float | None = None
    quantity_text: str | None = None
    share_min: float | None = None
    share_max: float | None = None
    share_of: str | None = None
    order_year: int | None = None
    ordered: float | None = None
    delivered: float | None = None
    tiv_unit: float | None = None
    tiv_order: float | None = None
    tiv_delivered: float | None = None
    tiv_estimate: float | None = None
    estimated: tuple[str, ...] = ()
    joint: str | None = None
    place: str | None = None
    via: tuple[str, ...] = ()
    mechanism: str | None = None
    financed_by: tuple[str, ...] = ()
    authorised: bool | None = None
    alternative_of: str | None = None
    alternatives_min: int | None = None
    inputs: tuple[str, ...] = ()
    held_by: tuple[str, ...] = ()
    made: str | None = None
    certainty: str = "reported"
    grade: str = "F6"
    origin_ids: tuple[str, ...] = ()
    organisation_ids: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    continues: tuple[str, ...] = ()

    @property
    def is_transfer(self) -> bool:
        """True for SUPPLIED, DIVERTED and CAPTURED: the only edges that a path walks."""
        return self.type in TRANSFER_TYPES


@dataclass(frozen=True, slots=True)
class Records:
    """Parties and items by id, and all edges, as read from the database in one go."""

    parties: Mapping[str, Party] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()

    def name(self, identifier: str) -> str:
        """Return the name of a party or item, its id where it has none."""
        one = self.parties.get(identifier) or self.items.get(identifier)
        return one.name if one else identifier


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector from running while very many objects are made of which none is garbage.

    It would look through all of them again and again, which takes about as long as making them.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
