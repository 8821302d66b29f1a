"""The models a loader yields, and the native findings file they make up.

One model per section of the file: Organisation, Origin, Source, Party, Item, Finding. The JSON Schema of the file is
generated from them (`kg schema findings`). Unknown fields are errors; nothing is guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import to_json

from kg import dates, schema

Id = Annotated[
    str, Field(pattern=r"^(country|factory|distributor|group|item):[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=200)
]
ItemId = Annotated[str, Field(pattern=r"^item:[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=200)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9:._-]*$", max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=10_000)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Basis = Literal["stated", "implied", "inferred"]
Mechanism = Literal[
    "purchase", "sale", "gift", "barter", "loan", "lease", "aid", "capture", "looting", "theft", "leak",
    "abandonment", "defection", "retransfer", "smuggling", "illicit-trade", "second-hand", "licence", "unknown",
]  # fmt: skip
Handling = Literal["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"]
HANDLING: tuple[Handling, ...] = get_args(Handling)  # least strict first
TRANSFER_TYPES = tuple(kind.type for kind in schema.TRANSFERS)
PREFIXES = {"country": "Country", "factory": "Factory", "distributor": "Distributor", "group": "Group"}


def _one_or_more(value: Any) -> Any:  # noqa: ANN401 - a validator sees whatever the file holds
    return value if isinstance(value, list | tuple) or value is None else [value]


def _short_id(value: Any) -> Any:  # noqa: ANN401
    return {"id": value} if isinstance(value, str) else value


def _short_date(value: Any) -> Any:  # noqa: ANN401
    if not isinstance(value, str):
        return value
    stated = dates.parse(value)
    return {"earliest": stated.earliest, "latest": stated.latest, "text": value}


def _first_day(value: Any) -> Any:  # noqa: ANN401
    return dates.bounds(value).earliest if isinstance(value, str) else value


def _last_day(value: Any) -> Any:  # noqa: ANN401
    return dates.bounds(value).latest if isinstance(value, str) else value


def _stated_date(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        dates.bounds(value)
    return value


StatedDate = Annotated[str, BeforeValidator(_stated_date)]


class _Model(BaseModel):
    """Strict, frozen, and complains of every field it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=False, allow_inf_nan=False)

    def __eq__(self, other: object) -> bool:
        # Most often compared with the default of a field, None, which pydantic's own takes long to tell from a model.
        return other is not None and super().__eq__(other)

    def canonical(self) -> str:
        """Return the declaration as JSON in its one form: fields in the order of the model, absent ones left out."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True)


class Ref(_Model):
    """A party or item, with the source's own wording and the basis on which it is given."""

    id: Id
    text: Name | None = None
    basis: Basis = "stated"


class Reason(_Model):
    """Another finding, and why it cannot hold beside this one."""

    id: Key
    reason: Name


class Relay(_Model):
    """What a source passes on (an origin or another source), and how that is known."""

    id: Key
    known: Literal["stated", "text-shared", "inferred"] = "stated"
    note: Name | None = None


ShortRef = Annotated[Ref, BeforeValidator(_short_id)]
Refs = Annotated[tuple[ShortRef, ...], BeforeValidator(_one_or_more), Field(strict=False)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_one_or_more), Field(strict=False)]
Keys = Annotated[tuple[Key, ...], BeforeValidator(_one_or_more), Field(strict=False)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_one_or_more), Field(strict=False)]
ShortRelay = Annotated[Relay, BeforeValidator(_short_id)]


class Amount(_Model):
    """A number as stated: bounds where numbers are given, and the wording. A share is a fraction from 0 to 1."""

    min: float | None = Field(default=None, ge=0)
    max: float | None = Field(default=None, ge=0)
    text: Name | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Amount:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min not above max")
        if self.min is None and self.max is None and self.text is None:
            raise ValueError("min, max or text")
        return self


class Share(Amount):
    """A share as stated, a fraction from 0 to 1, and what it is a share of."""

    min: float | None = Field(default=None, ge=0, le=1)
    max: float | None = Field(default=None, ge=0, le=1)
    of: Name | None = None


class DateStated(_Model):
    """Bounds within which it took place, inclusive; `derived` where the latest is only the date of publication."""

    earliest: Annotated[str | None, BeforeValidator(_first_day)] = None
    latest: Annotated[str | None, BeforeValidator(_last_day)] = None
    text: Name | None = None
    derived: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> DateStated:
        dates.Interval(self.earliest, self.latest)
        return self


class Figures(_Model):
    """What a register says of one order in numbers; `estimated` names those that it marks as estimates.

    `ordered` and `delivered` are pieces. The others are SIPRI trend-indicator values (TIV), in millions: of one piece,
    of all ordered, of all delivered, and the register's estimate for a piece where it gives one beside.
    """

    order_year: int | None = Field(default=None, ge=1900, le=2099)
    ordered: float | None = Field(default=None, ge=0)
    delivered: float | None = Field(default=None, ge=0)
    tiv_unit: float | None = Field(default=None, ge=0)
    tiv_order: float | None = Field(default=None, ge=0)
    tiv_delivered: float | None = Field(default=None, ge=0)
    tiv_estimate: float | None = Field(default=None, ge=0)
    estimated: Annotated[
        tuple[Literal["order_year", "ordered", "delivered", "delivery_years", "status"], ...],
        BeforeValidator(_one_or_more),
        Field(strict=False),
    ] = ()


class Locator(_Model):
    """Where the source says it: start and end in Unicode code points of the document, SHA-256 of that span."""

    start: int = Field(ge=0)
    end: int = Field(ge=1)
    sha256: Sha256

    @model_validator(mode="after")
    def _ordered(self) -> Locator:
        if self.start >= self.end:
            raise ValueError("start before end")
        return self


class Organisation(_Model):
    """Who makes investigations: a research body, agency or register."""

    id: Key
    name: Name
    note: Name | None = None


class Origin(_Model):
    """The investigation or first-hand observation that findings go back to."""

    id: Key
    organisation: Key
    kind: Name
    title: Name | None = None
    published: StatedDate | None = None
    note: Name | None = None


class Reliability(_Model):
    """NATO Admiralty reliability of a source, and the reason for it."""

    grade: Literal["A", "B", "C", "D", "E", "F"]
    reason: Name


class Source(_Model):
    """One published document or register release."""

    id: Key
    title: Name
    publisher: Name
    published: StatedDate
    address: Name | None = None
    document: Name | None = None
    sha256: Sha256 | None = None
    reliability: Reliability
    relays: Annotated[tuple[ShortRelay, ...], BeforeValidator(_one_or_more), Field(strict=False)] = ()
    handling: Handling | None = None
    note: Name | None = None


class Party(_Model):
    """A Country, Factory, Distributor or Group. Its id begins with its kind in lower case."""

    id: Id
    kind: Literal["Country", "Factory", "Distributor", "Group"]
    name: Name
    aliases: Names = ()
    placeholder: bool = False
    collective: bool = False
    located_in: Refs = ()
    part_of: Refs = ()
    stated_by: Keys = ()
    valid: Annotated[DateStated | None, BeforeValidator(_short_date)] = None
    succeeded_by: Ids = ()
    note: Name | None = None

    @model_validator(mode="after")
    def _kind_in_id(self) -> Party:
        if PREFIXES.get(self.id.partition(":")[0]) != self.kind:
            raise ValueError(f"an id beginning with {self.kind.lower()}:")
        return self


class Item(_Model):
    """A kind of weapon, ammunition, component or precursor. Its id begins with `item:`."""

    id: ItemId
    name: Name
    aliases: Names = ()
    kind_of: Ids = ()
    component_of: Ids = ()
    note: Name | None = None


class Finding(_Model):
    """One statement of one source about one relation, with locator."""

    id: Key
    relation: Literal["SUPPLIED", "DIVERTED", "CAPTURED", "MANUFACTURED", "HELD"]
    start: ShortRef = Field(alias="from")
    end: ShortRef = Field(alias="to")
    items: Refs = ()
    inputs: Refs = ()
    held_by: Refs = ()
    made: Annotated[DateStated | None, BeforeValidator(_short_date)] = None
    quantity: Amount | None = None
    share: Share | None = None
    figures: Figures | None = None
    joint: Key | None = None
    date: Annotated[DateStated | None, BeforeValidator(_short_date)] = None
    place: Name | None = None
    via: Ids = ()
    mechanism: Mechanism | None = None
    financed_by: Refs = ()
    authorised: bool | None = None
    alternative_of: Key | None = None
    alternatives_min: int | None = Field(default=None, ge=1)
    continues: Keys = ()
    repeats: Keys = ()
    contradicts: Annotated[tuple[Reason, ...], Field(strict=False)] = ()
    transfer: Key | None = None
    attribution: Name | None = None
    certainty: Literal["stated", "reported", "alleged", "denied"]
    headline: bool = False
    source: Key
    origin: Key
    statement: Name
    handling: Handling | None = None
    note: Name | None = None
    locator: Locator | None = None

    @property
    def is_transfer(self) -> bool:
        """True where it speaks of a passing from party to party."""
        return self.relation in TRANSFER_TYPES

    @property
    def supports(self) -> bool:
        """True where it can make an edge: neither a denial nor a headline."""
        return self.certainty != "denied" and not self.headline

    @property
    def agreement(self) -> str:
        """What findings without a transfer key must share to support the same edge, as text."""
        date = self.date
        period = (date.earliest, None if date.derived else date.latest) if date else (None, None)
        made = (self.made.earliest, self.made.latest) if self.made else (None, None)
        parts = (
            self.relation, self.start.id, self.end.id, sorted(ref.id for ref in self.items),
            sorted(ref.id for ref in self.inputs), sorted(ref.id for ref in self.held_by), period, made,
            self.alternative_of,
        )  # fmt: skip
        return to_json(parts).decode()  # nothing but ids and days, which are ASCII

    def refs(self) -> Iterator[tuple[str, str]]:
        """Yield role and id of every party and item it names."""
        yield "from", self.start.id
        yield "to", self.end.id
        roles = (("item", self.items), ("input", self.inputs), ("held by", self.held_by), ("paid by", self.financed_by))
        for role, refs in roles:
            for ref in refs:
                yield role, ref.id
        for country in self.via:
            yield "via", country

    @model_validator(mode="after")
    def _shape(self) -> Finding:
        problem = _wrong_shape(self)
        if problem:
            raise ValueError(problem)
        return self


def _wrong_shape(finding: Finding) -> str | None:
    """Say what is wrong with the ends and items of a finding, as what was expected; None if nothing is."""
    if finding.alternatives_min and not finding.alternative_of:
        return "alternatives_min only with alternative_of"
    if finding.start.id.startswith("item:"):
        return "from: a party (country:, factory:, distributor: or group:)"
    if finding.is_transfer:
        if finding.end.id.startswith("item:"):
            return "to: a party, since the relation is a transfer"
        if finding.start.id == finding.end.id:
            return "from and to: two different parties"
        if finding.inputs or finding.held_by or finding.made:
            return "inputs, held_by and made only on MANUFACTURED or HELD"
    else:
        if not finding.end.id.startswith("item:"):
            return f"to: an item, since the relation is {finding.relation}"
        if finding.items:
            return f"no items: on {finding.relation} the item stands in to"
        if finding.figures:
            return "figures only on a transfer"
    if finding.relation == "HELD" and (finding.inputs or finding.held_by):
        return "inputs and held_by only on MANUFACTURED"
    misplaced = [ref.id for ref in (*finding.items, *finding.inputs) if not ref.id.startswith("item:")]
    misplaced += [ref.id for ref in (*finding.held_by, *finding.financed_by) if ref.id.startswith("item:")]
    misplaced += [country for country in finding.via if not country.startswith("country:")]
    if misplaced:
        return f"items in items and inputs, parties in held_by and financed_by, countries in via (not {misplaced[0]})"
    return None


Declaration = Organisation | Origin | Source | Party | Item | Finding

#: Sections of the native file, in the order in which they are best written.
SECTIONS: dict[str, type[Declaration]] = {
    "organisations": Organisation,
    "origins": Origin,
    "sources": Source,
    "parties": Party,
    "items": Item,
    "findings": Finding,
}


#: Lines for people: what has to be said with a file that is passed on. They declare nothing.
NOTES = "notes"


class FindingsFile(_Model):
    """The native findings file: sections, each a list; all optional. `notes` are for people and declare nothing."""

    notes: list[Name] = []

    organisations: list[Organisation] = []
    origins: list[Origin] = []
    sources: list[Source] = []
    parties: list[Party] = []
    items: list[Item] = []
    findings: list[Finding] = []


@dataclass(frozen=True, slots=True)
class Declared:
    """One declaration and where it stands: file name and line, counted from 1."""

    what: Declaration
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something in a file was rejected: file, line, field, what was found and what was expected.

    `final` is true where nothing of the file can be loaded for it: what its findings cite is another file's.
    """

    file: str
    line: int
    field: str
    found: str
    expected: str
    id: str | None = None
    final: bool = False

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        what = f"{self.field}: " if self.field else ""
        return f"{where}: {what}found {self.found.removesuffix('.')}, expected {self.expected}"

    def rows(self) -> dict[str, Any]:
        """Return it as a flat row."""
        return {
            "file": self.file, "line": self.line, "id": self.id, "field": self.field, "found": self.found,
            "expected": self.expected,
        }  # fmt: skip


class ExcerptError(ValueError):
    """A mended excerpt that cannot take the place of what it was taken from; its argument is the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a file that a mended excerpt was put back into: file and line where it begins now, and its content."""

    file: str
    line: int
    content: bytes


@dataclass(slots=True)
class Counts:
    """What a loader of a register counted in one file; the value with which its `read` ends.

    `read` counts records; `findings`, `transfers` (findings of passings), `parties` and `items` what they declared;
    `unmapped` uses of designations that no rule of the taxonomy covers, one as often as it comes; `left` parts of
    comments kept as text only; `repeats` records that say again what another says; `without` records that make no
    finding (an order with no delivery); `undated` names of states that the register uses outside the years in which
    the state stood; `rejected` problems.
    """

    read: int = 0
    findings: int = 0
    transfers: int = 0
    parties: int = 0
    items: int = 0
    unmapped: int = 0
    left: int = 0
    repeats: int = 0
    without: int = 0
    undated: int = 0
    rejected: int = 0

    def rows(self) -> dict[str, int]:
        """Return it as a flat row."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


_SHORT = 80


def shorten(value: Any) -> str:  # noqa: ANN401 - shows whatever a file holds
    """Return a value as a message shows it: one line, control characters visible, at most 80 characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", lambda m: f"\\u{ord(m[0]):04x}", text)
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"
