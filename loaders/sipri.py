"""The SIPRI trade register: the order-level export, the delivery-level export and the dialect of 2013.

The exports stand below a preamble; that of deliveries has one row an order and year, orders together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import chain, groupby
from pathlib import Path

from kg.findings import Counts, Declared, Organisation, Origin, Piece, Problem, Relay, Reliability, Source

from .orders import Order, findings
from .registers import Ledger, Register, digest, recurring, slug
from .tables import CellError, Layout, Record, Table, TextTable, known

TITLE = "SIPRI trade register (CSV: order-level, delivery-level, dialect of 2013)"
EXAMPLE = "kg load trade-register.csv"
SUFFIXES = (".csv", ".txt")
SOURCE = "sipri-trade-register"
ORIGIN = "sipri-arms-transfers"

_STATUSES = {
    "New": "new", "Second hand": "second hand", "SecondHand": "second hand",
    "Second hand but modernized": "second hand but modernized", "Refurbished": "second hand but modernized",
}  # fmt: skip
_YES = {"Yes": True, "No": False, "": False}
_MARK = {"?": True, "": False}
_CATEGORIES = {
    name: name
    for name in (
        "Aircraft", "Air-defence systems", "Air defence systems", "Anti-submarine warfare weapons", "Armoured vehicles",
        "Artillery", "Engines", "Missiles", "Naval weapons", "Other", "Satellites", "Sensors", "Ships",
    )
}  # fmt: skip
_GENERATED = re.compile(r"Data generated: (\d{1,2}) ([A-Z][a-z]{2}) (\d{4})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SEMICOLON, _DASH = re.compile(r"\s*;\s*"), re.compile(r"\s*-\s*")
_MOST = 1 << 24  # numbers of orders are marked one bit each
_OF_TWIN = ("description", "ordered", "delivered", "years", "status", "comment")
_OF_ORDER = ("supplier", "recipient", "designation", "description", "category", "year", "year_mark", "status", "local")


def _repair(cells: list[str]) -> list[str] | None:
    """Put right an order whose years and comment a change of separator has split at their semicolons.

    Columns before the years and after the comment hold no semicolon; years are numbers, the comment is the rest.
    """
    start, status = 10, 11
    while status < len(cells) and re.fullmatch(r"\s*\d{4}\s*", cells[status]):
        status += 1
    if status + 4 >= len(cells) or cells[status].strip() not in _STATUSES:
        return None
    years = "; ".join(cell.strip() for cell in cells[start:status])
    comment = "; ".join(cell.strip() for cell in cells[status + 1 : -3])
    return [*cells[:start], years, cells[status], comment, *cells[-3:]]


ORDERS = Layout(
    "the SIPRI order-level export",
    (
        "Recipient", "Supplier", "Year of order", " ", "Number ordered", " ", "Weapon designation",
        "Weapon description", "Number delivered", " ", "Year(s) of delivery", "status", "Comments",
        "SIPRI TIV per unit", "SIPRI TIV for total order", "SIPRI TIV of delivered weapons",
    ),
    (
        "recipient", "supplier", "year", "year_mark", "ordered", "ordered_mark", "designation", "description",
        "delivered", "delivered_mark", "years", "status", "comment", "tiv_unit", "tiv_order", "tiv_delivered",
    ),
    repair=_repair,
    latin=True,
)  # fmt: skip
DELIVERIES = Layout(
    "the SIPRI delivery-level export",
    (
        "SIPRI AT Database ID", "Supplier", "Recipient", "Designation", "Description", "Armament category",
        "Order date", "Order date is estimate", "Numbers delivered", "Numbers delivered is estimate", "Delivery year",
        "Delivery year is estimate", "Status", "SIPRI estimate", "TIV deal unit", "TIV delivery values",
        "Local production",
    ),
    (
        "id", "supplier", "recipient", "designation", "description", "category", "year", "year_mark", "delivered",
        "delivered_mark", "years", "years_mark", "status", "tiv_estimate", "tiv_unit", "tiv_delivered", "local",
    ),
    latin=True,
)  # fmt: skip
DIALECT_2013 = Layout(
    "the SIPRI dialect of 2013",
    (
        "Id", "Supplier", "Recipient", "No. ordered", "No. ordered data uncertain", "Designation", "Description",
        "Status", "Status data uncertain", "Year of order", "Year of order data uncertain", "Year(s) of deliveries",
        "No. delivered", "Year(s) of delivery or no. delivered data uncertain", "Recipient Involvement", "Comment",
    ),
    (
        "id", "supplier", "recipient", "ordered", "ordered_mark", "designation", "description", "status",
        "status_mark", "year", "year_mark", "years", "delivered", "delivered_mark", "local", "comment",
    ),
    latin=True,
)  # fmt: skip
LAYOUTS = (ORDERS, DELIVERIES, DIALECT_2013)


def recognise(path: Path, head: bytes) -> str | None:
    """Return why a file is taken for a SIPRI trade register, from its header; None if it is not one."""
    return known(head, LAYOUTS)


def read(path: Path) -> Generator[Declared | Problem, None, Counts]:
    """Yield the register's declarations and findings, and every problem with its line; end with the counts."""
    table, ledger = TextTable(path, LAYOUTS), Ledger(path.name, "sipri", SOURCE, ORIGIN)
    yield from ledger.counted(chain(table.problems, _read(table, ledger) if table.layout else ()))
    return ledger.counts


def excerpt(path: Path, problems: Sequence[Problem]) -> Iterator[bytes]:
    """Yield what makes a file of the same format of the records that have problems."""
    yield from TextTable(path, LAYOUTS).excerpt({one.line for one in problems})


def mended(path: Path, problems: Sequence[Problem], by: Path) -> Iterator[Piece]:
    """Yield the file with the records that had problems replaced by those of a mended excerpt."""
    yield from TextTable(path, LAYOUTS).mended({one.line for one in problems}, TextTable(by, LAYOUTS))


def _read(table: Table, ledger: Ledger) -> Iterator[Declared | Problem]:
    latest = 0
    for one in _orders(table, ledger):
        if isinstance(one, Problem):
            yield one
        else:
            latest = max(latest, one.year or 0, *one.years)
            for made in findings(one, ledger):
                if isinstance(made, Problem):
                    yield from (replace(made, line=line) for line in one.lines)
                else:
                    yield made
    if ledger.counts.findings:  # else nothing would cite them
        yield from _register(table, latest).declared(table.path.name)


def _register(table: Table, latest: int) -> Register:
    """Return whom the findings cite. The ids stay those of the register, so that a release replaces the one before."""
    published = _published(table)
    note = "The file does not say when it was made; the year is that of its last order or delivery."
    return Register(
        Organisation(id="sipri", name="Stockholm International Peace Research Institute (SIPRI)"),
        Origin(
            id=ORIGIN, organisation="sipri", kind="register of arms transfers", title="SIPRI Arms Transfers Database"
        ),
        Source(
            id=SOURCE,
            title=f"SIPRI Arms Transfers Database: {table.layout.name if table.layout else ''}",
            publisher="SIPRI",
            published=published or str(latest),
            address="https://www.sipri.org/databases/armstransfers",
            reliability=Reliability(
                grade="B", reason="A research institute with a published method; open sources, estimates marked."
            ),
            relays=(Relay(id=ORIGIN),),
            note=None if published else note,
        ),
    )


def _published(table: Table) -> str | None:
    """Return the day on which an export was made, as its preamble says; None where there is no such line."""
    for text in table.preamble:
        match = _GENERATED.search(text)
        if match and match[2] in _MONTHS:
            return f"{match[3]}-{_MONTHS.index(match[2]) + 1:02}-{int(match[1]):02}"
    return None


def _orders(table: Table, ledger: Ledger) -> Iterator[Order | Problem]:
    """Yield the orders of a table, by the way its dialect writes them."""
    if table.layout is DELIVERIES:
        yield from _by_delivery(table, ledger)
        return
    make: Callable[[Record], Order] = _of_2013
    until = _until(table)
    if table.layout is ORDERS:
        twins = recurring(map(_derived_key, _records(table.path)))
        make = partial(_of_export, twins=twins, seen=Counter())
    for record in table:
        if isinstance(record, Problem):
            yield record
            continue
        ledger.counts.read += 1
        try:
            yield _possible(make(record), until)
        except CellError as wrong:
            yield table.problem(record.line, wrong.key, wrong.found, wrong.expected)


def _records(path: Path) -> Iterator[Record]:
    return (one for one in TextTable(path, LAYOUTS) if isinstance(one, Record))


def _until(table: Table) -> int:
    """Return the last year of which a register can know: that of the export, else this one."""
    return int((_published(table) or datetime.now(UTC).isoformat())[:4])


def _possible(order: Order, until: int) -> Order:
    """Return an order that can have been. Raise `CellError` where its years cannot hold together.

    What the register marks as an estimate contradicts nothing.
    """
    if order.year and order.year > until:
        raise CellError("year", str(order.year), f"no year after {until}: the register was made by then")
    if not order.years:
        return order
    if order.years[-1] > until:
        raise CellError("years", order.years_text, f"no delivery after {until}: the register was made by then")
    if order.year and order.years[0] < order.year and not order.uncertain & {"year", "years"}:
        raise CellError("years", order.years_text, f"no delivery before {order.year}, the year of the order")
    if order.delivered == 0 and "delivered" not in order.uncertain:
        raise CellError("years", order.years_text, "no year of delivery, since the number delivered is 0")
    return order


def _years(text: str, between: re.Pattern[str]) -> list[int]:
    """Return the years of delivery as they are written."""
    texts = between.split(text) if text else []
    if not all(map(_YEAR.fullmatch, texts)):
        raise CellError("years", text, "years of four digits")
    return [int(year) for year in texts]


@lru_cache(maxsize=1_000)
def _listed(text: str) -> tuple[int, ...]:
    """Return the years of delivery of a list, in order. Raise `CellError`."""
    years = _years(text, _SEMICOLON)
    if len(set(years)) < len(years):
        raise CellError("years", text, "each year once")
    return tuple(sorted(years))


@lru_cache(maxsize=1_000)
def _ranged(text: str) -> tuple[int, ...]:
    """Return the first and the last year of delivery of a range; one where they are the same. Raise `CellError`."""
    years = _years(text, _DASH)
    if len(years) > 2 or years != sorted(years):
        raise CellError("years", text, "a year, or a range up to a later one")
    return tuple(dict.fromkeys(years))


def _uncertain(record: Record, marks: Mapping[str, bool], **columns: str) -> frozenset[str]:
    return frozenset(name for name, key in columns.items() if record.choice(key, marks))


def _tiv(record: Record, **columns: str) -> dict[str, float]:
    return {name: value for name, key in columns.items() if (value := record.number(key)) is not None}


def _derived_key(record: Record) -> str:
    """Return a key for an order without number: of parties, designation and year, which outlast a revision."""
    supplier, recipient, designation = map(_part, (record["supplier"], record["recipient"], record["designation"]))
    return f"sipri-{supplier}-{recipient}-{designation}-{record['year'] or 'undated'}"


@lru_cache(maxsize=1_000)
def _part(text: str) -> str:
    """Return a text as a part of a derived key."""
    return slug(text)[:45].strip("-")


def _key(record: Record, twins: Callable[[str], bool], seen: Counter[str]) -> str:
    """Return the key of an order without number; of several of one key (`twins`), each by what it says of itself.

    Another order beside it then never takes its key. Only of orders that say all the same are the later ones counted.
    """
    key = _derived_key(record)
    if not twins(key):
        return key
    key = f"{key}-{digest('|'.join(record[name] for name in _OF_TWIN))}"
    seen[key] += 1
    return f"{key}-{seen[key]}" if seen[key] > 1 else key


def _of_export(record: Record, twins: Callable[[str], bool], seen: Counter[str]) -> Order:
    return Order(
        key=_key(record, twins, seen),
        lines=(record.line,),
        supplier=record.required("supplier"),
        recipient=record.required("recipient"),
        designation=record.required("designation"),
        description=record["description"],
        category="",
        year=record.year("year"),
        ordered=record.whole("ordered"),
        delivered=record.whole("delivered"),
        years=_listed(record["years"]),
        years_text=record["years"],
        status=record.choice("status", _STATUSES),
        comment=record["comment"],
        uncertain=_uncertain(record, _MARK, year="year_mark", ordered="ordered_mark", delivered="delivered_mark"),
        tiv=_tiv(record, unit="tiv_unit", order="tiv_order", delivered="tiv_delivered"),
    )


def _of_2013(record: Record) -> Order:
    return Order(
        key=f"sipri-{_id(record)}",
        lines=(record.line,),
        supplier=record.required("supplier"),
        recipient=record.required("recipient"),
        designation=record.required("designation"),
        description=record["description"],
        category="",
        year=record.year("year"),
        ordered=record.whole("ordered"),
        delivered=record.whole("delivered"),
        years=_ranged(record["years"]),
        years_text=record["years"],
        status=record.choice("status", _STATUSES),
        comment=record["comment"],
        local="recipient involvement" if record.choice("local", _YES) else None,
        uncertain=_uncertain(
            record,
            _YES,
            year="year_mark",
            ordered="ordered_mark",
            delivered="delivered_mark",  # its column is one for the number and the years
            years="delivered_mark",
            status="status_mark",
        ),
    )


def _id(record: Record) -> str:
    if not re.fullmatch(r"[0-9]{1,12}", record["id"]):
        raise CellError("id", record["id"], "the register's number of the order")
    return record["id"]


def _by_delivery(table: Table, ledger: Ledger) -> Iterator[Order | Problem]:
    """Yield orders put together from their rows, which must stand together and say the same of the order."""
    done, until = bytearray(), _until(table)
    for identifier, rows in groupby(table, lambda one: None if isinstance(one, Problem) else one["id"]):
        records: list[Record] = []
        for one in rows:
            if isinstance(one, Problem):
                yield one
            else:
                records.append(one)
        if identifier is None:
            continue
        ledger.counts.read += len(records)
        try:
            number = int(_id(records[0]))
            if number >= _MOST:
                raise CellError("id", identifier, f"a number below {_MOST:,}")
            done.extend(bytes(max(0, number // 8 + 1 - len(done))))
            if done[number // 8] & 1 << number % 8:
                raise CellError("id", identifier, "the rows of one order together: sort the file by this column")
            done[number // 8] |= 1 << number % 8
            yield _possible(_of_deliveries(records), until)
        except CellError as wrong:
            for record in records:  # all rows of the order, so that all can be mended
                yield table.problem(record.line, wrong.key, wrong.found, wrong.expected)


def _of_deliveries(records: Sequence[Record]) -> Order:
    """Return the order that rows of one number make up: deliveries and their values added, marks of any row kept."""
    first = records[0]
    for record in records:
        for key in _OF_ORDER:
            if record[key] != first[key]:
                raise CellError(key, record[key], f"{first[key]!r} as in the order's first row (line {first.line})")
    numbers = [record.whole("delivered") for record in records]
    years = sorted({year for record in records if (year := record.year("years"))})
    marks = [
        _uncertain(record, _YES, year="year_mark", delivered="delivered_mark", years="years_mark") for record in records
    ]
    delivered = [record.number("tiv_delivered") for record in records]
    tiv = _tiv(first, estimate="tiv_estimate", unit="tiv_unit")
    if any(value is not None for value in delivered):
        tiv["delivered"] = round(sum(value or 0 for value in delivered), 6)
    return Order(
        key=f"sipri-{_id(first)}",
        lines=tuple(record.line for record in records),
        supplier=first.required("supplier"),
        recipient=first.required("recipient"),
        designation=first.required("designation"),
        description=first["description"],
        category=first.choice("category", _CATEGORIES),
        year=first.year("year"),
        ordered=None,
        delivered=sum(number or 0 for number in numbers) if any(number is not None for number in numbers) else None,
        years=tuple(years),
        years_text="; ".join(map(str, years)),
        status=first.choice("status", _STATUSES),
        comment="",
        local="local production" if first.choice("local", _YES) else None,
        uncertain=frozenset().union(*marks),
        tiv=tiv,
    )
