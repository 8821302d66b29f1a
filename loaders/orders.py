"""Orders of a trade register → findings: the delivery itself, and what its comment states beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from kg import names
from kg.errors import UnknownNameError
from kg.findings import Amount, Basis, DateStated, Declared, Party, Problem, Ref, shorten

from . import comments, taxonomy
from .registers import Ledger, adjectives, slug, unresolved

_MARKED = re.compile(r"(?P<name>.*?)(?: \((?P<where>[^()]*)\))?(?P<mark>\*{0,2})")
_UNKNOWN = re.compile(r"unknown\b", re.IGNORECASE)
_ALIKE = 1_000
_SETS = re.compile(r"\b(?:rebels|militias|groups)\b", re.IGNORECASE)


@dataclass(slots=True)
class Order:
    """One order of a trade register, in whichever dialect it stood.

    `key` is the register's number of it, or one derived from the order; `lines` are those of its rows. `years` are
    those with deliveries, ascending; numbers are None where the register has none. `uncertain` names the values that
    the register estimates: `year`, `ordered`, `delivered`, `years`, `status`. `tiv` holds trend-indicator values in
    millions, by what they are of. `local` is what the register says of the recipient's part in making the items, in its
    words, which need not be a licence.
    """

    key: str
    lines: tuple[int, ...]
    supplier: str
    recipient: str
    designation: str
    description: str
    category: str
    year: int | None
    ordered: int | None
    delivered: int | None
    years: tuple[int, ...]
    years_text: str
    status: str
    comment: str
    local: str | None = None
    uncertain: frozenset[str] = frozenset()
    tiv: dict[str, float] = field(default_factory=dict)

    @property
    def line(self) -> int:
        """The line it begins on."""
        return self.lines[0]

    @property
    def period(self) -> str | None:
        """The years of delivery, else that of the order, as a stated date."""
        if self.years:
            return f"{self.years[0]}/{self.years[-1]}"
        return str(self.year) if self.year else None

    def estimate(self, name: str) -> str:
        """Return how a text marks a value that the register estimates."""
        return " (estimate)" if name in self.uncertain else ""


_MARKS = {"year": "order_year", "years": "delivery_years"}


def _figures(order: Order) -> dict[str, Any]:
    """Return the register's figures of an order, as `kg.findings.Figures` has them."""
    return {
        "order_year": order.year,
        "ordered": order.ordered,
        "delivered": order.delivered,
        **{f"tiv_{name}": value for name, value in order.tiv.items()},
        "estimated": sorted(_MARKS.get(name, name) for name in order.uncertain),
    }


def findings(order: Order, ledger: Ledger) -> Iterator[Declared | Problem]:
    """Yield what an order declares: its parties and items, its transfer, and the findings of its comment.

    An order of which nothing has been delivered is a plan: it makes no finding and is counted.
    """
    if not order.delivered and not order.years:
        ledger.counts.without += 1
        return
    ends: list[Party | str] = []
    for role, name in (("supplier", order.supplier), ("recipient", order.recipient)):
        try:
            ends.append(_party(order, role, name, ledger))
        except UnknownNameError as unknown:
            yield ledger.problem(order.line, role, unresolved(unknown), "the name of one state at that time")
            return
        except ValidationError as invalid:
            yield replace(ledger.invalid(order.line, invalid), field=role, found=shorten(name))
            return
    supplier, recipient = ends
    to = _id(recipient)
    said = comments.read(order.comment, lambda name: _state(order, name, ledger), to)
    item = _item(order, said, ledger)
    yield from ledger.item(order.line, item)
    supplier = _giver(supplier, to, said)
    draft = _Draft(order, ledger, _id(supplier), to, item, said)
    parties = (supplier, recipient, *draft.losers())
    yield from ledger.once(order.line, *(one for one in parties if isinstance(one, Party)))
    for content in draft.all():
        yield ledger.make(order.line, "findings", content)
    ledger.counts.left += len(said.left) + len(draft.unfit)


def _id(party: Party | str) -> str:
    return party if isinstance(party, str) else party.id


def _unnamed(order: Order, role: str) -> Party:
    """Return an unnamed party as a placeholder of this order alone: two orders' unnamed need not be the same."""
    return Party(
        id=f"group:{order.key}-unknown-{role}",
        kind="Group",
        name=f"unknown {role} of the order {order.key}",
        placeholder=True,
    )


def _giver(supplier: Party | str, recipient: str, said: comments.Reading) -> Party | str:
    """Return who gave: where the register names nobody, the one whom a capture names as loser to, or captor for, it."""
    if not (isinstance(supplier, Party) and supplier.placeholder and len(said.captures) == 1):
        return supplier
    (capture,) = said.captures
    if capture.captor == recipient and not capture.passed_to and not capture.to_other:
        return capture.loser or supplier
    if capture.passed_to == recipient and capture.captor not in (None, recipient) and not capture.alleged:
        return capture.captor or supplier
    return supplier


def _state(order: Order, name: str, ledger: Ledger) -> str | None:
    """Return the state that a comment names, by its name at the time or by its adjective; None where it names none."""
    try:
        return ledger.state(name, order.period)
    except UnknownNameError:
        return adjectives().get(names.clean(name))


def _party(order: Order, role: str, name: str, ledger: Ledger) -> Party | str:
    """Return the id of the state that a name names, or the party to declare: one star a group, two an organisation.

    Raise `UnknownNameError` where a name without star is that of no state, or the place of a group is none.
    """
    if _UNKNOWN.match(name):
        return _unnamed(order, role)
    match = _MARKED.fullmatch(name) if name.endswith("*") else None
    if match is None:
        return ledger.state(name, order.period)
    places = _places(match, ledger, order.period)
    shown = name.rstrip("*")
    suffix = "".join(f"-{place.partition(':')[2].lower()}" for place in places)
    return Party(
        id=f"group:{ledger.register}-{slug(match['name'])}{suffix}",
        kind="Group",
        name=shown,
        aliases=(match["name"],) if match["name"] != shown else (),
        collective=bool(_SETS.search(match["name"])),
        located_in=tuple(Ref(id=place) for place in places),
    )


def _places(match: re.Match[str], ledger: Ledger, date: str | None) -> list[str]:
    """Return the ids of the states in which a group is: those in brackets, else the one its name begins with."""
    if match["mark"] == "**":
        return []
    if match["where"]:
        return [ledger.state(part.strip(), date) for part in match["where"].split("/")]
    words = match["name"].split()
    for size in range(len(words) - 1, 0, -1):
        beginning = " ".join(words[:size])
        if names.states_called(beginning):
            return [ledger.state(beginning, date)]
    return []


def _item(order: Order, said: comments.Reading, ledger: Ledger) -> str:
    """Return the item of an order: that of its description alone where the comment calls the designation uncertain."""
    designation = "" if said.designation_uncertain else order.designation
    item = taxonomy.recorded("sipri-description", designation, order.description)
    if item is None:
        ledger.counts.unmapped += 1
        item = taxonomy.worded("sipri-category", order.category)
    return item or taxonomy.ROOT


# Orders that stand near one another say much alike: it is made once and held once, though not for the whole file.


@lru_cache(maxsize=_ALIKE)
def _ref(identifier: str, text: str | None = None, basis: Basis = "stated") -> Ref:
    return Ref(id=identifier, text=text, basis=basis)


@lru_cache(maxsize=_ALIKE)
def _dated(first: int | None, last: int | None, text: str | None = None) -> DateStated:
    return DateStated(earliest=str(first) if first else None, latest=str(last) if last else None, text=text)


@lru_cache(maxsize=_ALIKE)
def _amount(least: float, most: float | None, text: str) -> Amount:
    return Amount(min=least, max=most, text=text)


@dataclass(slots=True)
class _Draft:
    """The findings of one order being written: content of the models, by field.

    `unnamed` says that the register names no supplier; `others` may be the supplier instead: whoever only delivered is
    none where the register names one. `own` are the captures that are the order itself, `before` those that came before
    it, by the suffix of their findings; `unfit` are the parts on captures that do not fit the order's parties: they
    stay text.
    """

    order: Order
    ledger: Ledger
    supplier: str
    recipient: str
    item: str
    said: comments.Reading
    unnamed: bool = field(init=False)
    others: list[comments.Supplier] = field(init=False)
    own: list[comments.Capture] = field(init=False, default_factory=list)
    before: dict[str, comments.Capture] = field(init=False, default_factory=dict)
    unfit: list[str] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.unnamed = self.order.supplier.lower().startswith("unknown")
        self.others = [
            one
            for one in self.said.suppliers
            if one.party not in (self.supplier, self.recipient) and (self.unnamed or not one.delivering)
        ]
        for one in self.said.captures:
            own, before = self._is_the_order(one), self._comes_before(one)
            if own:
                self.own.append(one)
            if before:
                number = len(self.before) + 1
                self.before[f"-captured-{number}" if number > 1 else "-captured"] = one
            if not own and not before:
                self.unfit.append(one.wording)

    def all(self) -> Iterator[dict[str, Any]]:
        """Yield the contents of all findings of the order, what came before the delivery first."""
        for name, capture in self.before.items():
            yield from self._capture(capture, name)
        yield from self._holders()
        yield self._delivery()
        yield from self._suppliers()
        yield from self._passings()

    def _base(self, suffix: str, relation: str, start: str, end: str) -> dict[str, Any]:
        """Return what all findings of the order have: `suffix` tells them apart."""
        identifier = self.order.key + suffix
        content: dict[str, Any] = {
            "id": identifier,
            "relation": relation,
            "from": self._named(start),
            "to": self._named(end) if relation != "HELD" else _ref(end, self.order.designation),
            "certainty": "stated",
            "source": self.ledger.source,
            "origin": self.ledger.origin,
            "transfer": identifier,
        }
        if relation != "HELD":
            content["items"] = (_ref(self.item, self.order.designation),)
        return content

    def _named(self, party: str) -> Ref:
        texts = {self.recipient: self.order.recipient}
        if not self.unnamed or party.endswith("-unknown-supplier"):
            texts[self.supplier] = self.order.supplier
        return _ref(party, texts.get(party))

    def _is_the_order(self, capture: comments.Capture) -> bool:
        """Say whether a capture is the order itself: of the supplier's by the recipient, who passed nothing on."""
        if capture.passed_to or capture.to_other:
            return False
        captor, loser = capture.captor, capture.loser
        return loser == self.supplier if captor is None else captor == self.recipient and loser in (None, self.supplier)

    def _comes_before(self, capture: comments.Capture) -> bool:
        """Say whether a capture, and what the captor is said to have done then, can have come before the order.

        The captor is the supplier, also where none is named; or another, who passed the items to the supplier or to
        nobody that is named. Nobody is said to have captured his own.
        """
        captor, loser, onward = capture.captor, capture.loser, capture.passed_to
        if captor == self.supplier or (captor is None and not self.unnamed and loser != self.recipient):
            other = capture.to_other and not self.recipient.startswith("country:")
            fits = onward == self.recipient or other or not (onward or capture.to_other)
            return fits and loser != self.supplier
        if captor in (None, self.recipient) or loser == captor or capture.to_other:
            return False
        return onward == self.supplier or (onward is None and loser not in (self.supplier, self.recipient))

    def losers(self) -> list[Party]:
        """Return a placeholder where a capture before the order names no loser."""
        return [_unnamed(self.order, "loser")] if any(one.loser is None for one in self.before.values()) else []

    def _delivery(self) -> dict[str, Any]:
        order, said = self.order, self.said
        captured = bool(self.own)
        content = self._base("", "CAPTURED" if captured else "SUPPLIED", self.supplier, self.recipient)
        if self.doubtful:
            content["certainty"] = "alleged"
        if self.others:
            content |= {"joint": f"{order.key}-supplier", "alternative_of": f"{order.key}-supplier"}
        content |= {
            "quantity": self._quantity(),
            "figures": _figures(order),
            "date": self._date(),
            "via": list(dict.fromkeys(said.via)),
            "financed_by": [_ref(payer) for payer in dict.fromkeys(said.financed_by)],
            "mechanism": "capture" if captured else self._mechanism(),
            "authorised": said.authorised,
            "continues": [] if captured else self._continues(),
            "statement": self._statement(),
            "note": self._note(),
        }
        return {name: value for name, value in content.items() if value or value is False}

    @property
    def doubtful(self) -> bool:
        """Whether the comment doubts the delivery or capture, the supplier named, or that there was any but a loser.

        An unnamed supplier is none to doubt. What was the recipient's own before, the supplier need not have passed.
        """
        said = self.said
        if said.transfer_uncertain or said.own_rebuilt or said.capture_open or self.unfit:
            return True
        if any(one.alleged for one in self.own):
            return True
        return not self.unnamed and (said.supplier_uncertain or bool(self.others))

    def _mechanism(self) -> str | None:
        return self.said.mechanism or ("second-hand" if "second" in self.order.status.lower() else None)

    def _continues(self) -> list[str]:
        """Return the ids of the findings whose very items the order passes on: the supplier took or was given them."""
        before = self.before.items()
        own = [name for name, one in before if self._by(one) == self.supplier]
        given = [f"{name}-given" for name, one in before if one.passed_to == self.supplier]
        return [self.order.key + name for name in (*own, *given)]

    def _quantity(self) -> Amount | None:
        order, said = self.order, self.said
        numbers = [float(order.delivered), *said.numbers] if order.delivered else said.numbers
        if not numbers:
            return None
        text = f"{order.delivered or 'unknown number'} delivered{order.estimate('delivered')}"
        if order.ordered is not None:
            text += f" of {order.ordered} ordered{order.estimate('ordered')}"
        return _amount(min(numbers), None if said.number_open else max(numbers), text)

    def _date(self) -> DateStated | None:
        order = self.order
        if not order.years:
            return _dated(order.year, None, "delivered in unknown years") if order.year else None
        return _dated(order.years[0], order.years[-1], order.years_text + order.estimate("years"))

    def _until(self) -> DateStated | None:
        return _dated(None, self.order.years[-1]) if self.order.years else None

    def _note(self) -> str:
        """Return the register's status and mark of local production, then, after a bar, what of the comment is text."""
        others = [one.wording for one in self.before.values() if one.to_other]  # to whom, the order says
        kept = "; ".join((*self.said.wording, *others, *self.unfit, *self.said.left))
        status = f"status {self.order.status.lower()}{self.order.estimate('status')}"
        status += f"; {self.order.local}" if self.order.local else ""
        return f"{status} | {kept}" if kept else status

    def _statement(self) -> str:
        order = self.order
        number = str(order.delivered) if order.delivered else "an unknown number of"
        number = f"an estimated {number}" if order.delivered and "delivered" in order.uncertain else number
        described = order.description or "not described"
        described += "; designation uncertain" if self.said.designation_uncertain else ""
        what = f"{number} {order.designation} ({described})"
        years = f" in {_span(order.years)}" if order.years else ""
        state = names.states().get(self.supplier) if self.unnamed else None
        supplier = state.name if state else order.supplier
        if self.said.own_rebuilt and not self.own:
            own = "but they had been the recipient's own and were rebuilt"
            return f"The register counts {what} as delivered by {supplier} to {order.recipient}{years}, {own}."
        verb = "is only thought to have " if self.doubtful else ""
        if self.own:
            return f"{order.recipient} {verb}captured {what} from {supplier}{years}."
        return f"{supplier} {verb}delivered {what} to {order.recipient}{years}."

    def _by(self, capture: comments.Capture) -> str:
        return capture.captor or self.supplier

    def _capture(self, capture: comments.Capture, suffix: str) -> Iterator[dict[str, Any]]:
        """Yield a capture before the order, and the passing from the captor to the supplier that a comment states."""
        order, captor = self.order, self._by(capture)
        loser = capture.loser or _unnamed(order, "loser").id
        said = {"certainty": "alleged" if capture.alleged else "stated", "date": self._until()}
        content = self._base(suffix, "CAPTURED", loser, captor)
        if capture.captor is None:
            content["to"] = _ref(captor, content["to"].text, "implied")
        what = f"The {order.designation} of order {order.key} had been captured before their delivery"
        yield content | said | {"mechanism": "capture", "statement": f"{what}."}
        if capture.passed_to == self.supplier != captor:
            yield (
                self._base(f"{suffix}-given", "SUPPLIED", captor, self.supplier)
                | said
                | {
                    "continues": [order.key + suffix],
                    "statement": f"{what}, and the captor had passed them to the supplier.",
                }
            )

    def _holders(self) -> Iterator[dict[str, Any]]:
        for holder in dict.fromkeys(self.said.holders):
            if holder != self.supplier:
                content = self._base(f"-held-{slug(holder.partition(':')[2])}", "HELD", holder, self.item)
                del content["transfer"]
                statement = f"The {self.order.designation} of order {self.order.key} had been held before by another."
                yield content | {"date": self._until(), "statement": statement}

    def _suppliers(self) -> Iterator[dict[str, Any]]:
        """Yield the deliveries by others instead, of which all holds that is said of the order, whoever supplied it."""
        said = self.said
        for other in self.others:
            content = self._base(f"-or-{slug(other.party.partition(':')[2])}", "SUPPLIED", other.party, self.recipient)
            yield content | {
                "certainty": "alleged",
                "joint": f"{self.order.key}-supplier",
                "alternative_of": f"{self.order.key}-supplier",
                "quantity": self._quantity(),
                "date": self._date(),
                "via": [place for place in dict.fromkeys((*said.via, *other.via)) if place != other.party],
                "financed_by": [_ref(payer) for payer in dict.fromkeys((*said.financed_by, *other.financed_by))],
                "mechanism": self._mechanism(),
                "authorised": said.authorised,
                "statement": f"The register names this as another that may have supplied order {self.order.key}.",
            }

    def _passings(self) -> Iterator[dict[str, Any]]:
        for number, passing in enumerate(self.said.passings, 1):
            if passing.party == self.recipient:
                continue
            relation = "DIVERTED" if passing.diverted else "SUPPLIED"
            suffix = f"-passed-on{f'-{number}' if number > 1 else ''}"
            yield self._base(suffix, relation, self.recipient, passing.party) | {
                "certainty": "alleged" if passing.alleged else "stated",
                "mechanism": None if passing.diverted else "retransfer",
                "date": _dated(self.order.years[0], None) if self.order.years else None,
                "continues": [self.order.key],
                "statement": f"The {self.order.designation} of order {self.order.key} were passed on by the recipient.",
            }


def _span(years: Sequence[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
