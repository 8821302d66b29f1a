"""Lists of captured equipment in the style of Oryx: one photographed piece a row, its loser named, its captor not.

The list counts the losses of the two sides of one war, so that what one side lost to capture the other side holds: the
captor is inferred by that rule and never stated.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pydantic import ValidationError

from kg import names
from kg.findings import Counts, Declared, Organisation, Origin, Piece, Problem, Relay, Reliability, Source, shorten

from . import taxonomy
from .registers import Ledger, Register, Repeats, named_in, slug
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
    past_day,
    typed,
    whole,
)  # fmt: skip

TITLE = "List of captured equipment (Oryx style, CSV)"
EXAMPLE = "kg load event_captured.csv"
SUFFIXES = (".csv",)
SOURCE = "oryx-list-russia-ukraine"
ORIGIN = "oryx-russia-ukraine"

_MOST_NAMED = 500  # characters of the names of the equipment of one origin
_OTHERS = "and others"

#: Who captured what a country lost: the other side of the war that the list is about.
CAPTORS = {"Russia": "country:UKR", "Ukraine": "country:RUS"}
_STATUSES = {
    "captured": True, "damaged and captured": True, "abandoned": False, "damaged": False, "destroyed": False,
}  # fmt: skip
#: The day on which the invasion began whose losses the list counts: none was recorded before.
BEGAN = "2022-02-24"


def _recorded(record: Record, key: str) -> None:
    """Take a day of the war that has come."""
    past_day(record, key)
    if record[key] and record[key] < BEGAN:
        raise CellError(key, record[key], f"no day before {BEGAN}, when the war that the list is of began")


LAYOUT = typed(
    "a list of losses in the style of Oryx",
    {
        "country": one_of(*CAPTORS), "origin": free, "system": free, "status": one_of(*_STATUSES), "url": address,
        "date_recorded": _recorded, "sysID": whole, "imageID": whole, "statusID": whole,
        "matID": like(r"[0-9]+(?:-[0-9]+)*", "the number of an entry"),
    },
)  # fmt: skip


def recognise(path: Path, head: bytes) -> str | None:
    """Return why a file is taken for such a list, from its header; None if it is not one."""
    return known(head, (LAYOUT,))


def read(path: Path) -> Generator[Declared | Problem, None, Counts]:
    """Yield the list's declarations and findings, and every problem with its line; end with the counts."""
    table, ledger = TextTable(path, (LAYOUT,)), Ledger(path.name, "oryx", SOURCE, ORIGIN)
    yield from ledger.counted(chain(table.problems, _read(table, ledger) if table.layout else ()))
    return ledger.counts


def excerpt(path: Path, problems: Sequence[Problem]) -> Iterator[bytes]:
    """Yield what makes a file of the same format of the records that have problems."""
    yield from TextTable(path, (LAYOUT,)).excerpt({one.line for one in problems})


def mended(path: Path, problems: Sequence[Problem], by: Path) -> Iterator[Piece]:
    """Yield the file with the records that had problems replaced by those of a mended excerpt."""
    yield from TextTable(path, (LAYOUT,)).mended({one.line for one in problems}, TextTable(by, (LAYOUT,)))


def _read(table: Table, ledger: Ledger) -> Iterator[Declared | Problem]:
    listed = _Listed()
    repeats = Repeats(listed.addresses(TextTable(table.path, (LAYOUT,)), ledger))
    latest = ""
    for record in table:
        if isinstance(record, Problem):
            yield record
            continue
        ledger.counts.read += 1
        try:
            yield from _findings(record, ledger, repeats, listed)
            latest = max(latest, record["date_recorded"])
        except CellError as wrong:
            yield table.problem(record.line, wrong.key, wrong.found, wrong.expected)
        except ValidationError as invalid:
            yield ledger.invalid(record.line, invalid)
    if ledger.counts.findings:  # else nothing would cite them
        yield from _register(latest).declared(table.path.name)


def system_of(record: Record) -> tuple[str, str]:
    """Return the count that stands before the name of a system, or nothing, and the name, with its escapes resolved."""
    text = re.sub(r"<U\+([0-9A-F]{4})>", lambda match: chr(int(match[1], 16)), record["system"])
    match = re.fullmatch(r"(\d{1,4}) (\S.*)", text)
    return (match[1], match[2]) if match else ("", text)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What an entry is of: the count before its name, name and item, its loser, its captor, and its maker if given."""

    count: str
    system: str
    item: str
    loser: str
    captor: str
    maker: str | None

    @property
    def group(self) -> tuple[str, str, str]:
        """What entries share of which one finding says where such items were made."""
        return self.maker or "", self.item, self.loser


def _entry(record: Record, ledger: Ledger) -> _Entry | None:
    """Return what an entry is of; None where it is no capture. Raise `CellError` where it is none of the list."""
    LAYOUT.check(record)
    for key in ("system", "date_recorded", "matID"):
        record.required(key)
    captor = record.choice("country", CAPTORS)
    loser, (count, system) = ledger.state(record["country"], None), system_of(record)
    with named_in("origin", "the name of a state"):
        maker = ledger.state(record["origin"], None) if record["origin"] else None
    if not record.choice("status", _STATUSES):
        return None
    return _Entry(count, system, taxonomy.system(system) or taxonomy.ROOT, loser, captor, maker)


class _Listed:
    """By origin, item and loser the names under which a list has such items, each once, as far as there is room."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str, str], list[str]] = defaultdict(list)

    def addresses(self, table: Table, ledger: Ledger) -> Iterator[str]:
        """Yield the pictures of all records, keeping the names of what was captured."""
        for record in table:
            if not isinstance(record, Record):
                continue
            try:
                entry = _entry(record, ledger)
            except CellError:  # which the second pass yields as a problem
                entry = None
            if entry and entry.maker:
                self._add(self._names[entry.group], entry.system)
            if record["url"]:
                yield record["url"]

    @staticmethod
    def _add(called: list[str], name: str) -> None:
        if name in called or _OTHERS in called:
            return
        room = not called or sum(map(len, called)) + len(name) <= _MOST_NAMED
        called.append(name if room else _OTHERS)

    def text(self, entry: _Entry) -> str:
        """Return the names under which the list has what an entry is of, and the like."""
        return "; ".join(self._names[entry.group])


def _findings(record: Record, ledger: Ledger, repeats: Repeats, listed: _Listed) -> Iterator[Declared | Problem]:
    entry = _entry(record, ledger)
    if entry is None:
        ledger.counts.without += 1
        return
    count, system, item, loser = entry.count, entry.system, entry.item, entry.loser
    ledger.counts.unmapped += item == taxonomy.ROOT
    yield from ledger.item(record.line, item)
    if entry.maker:
        yield from _made(record, ledger, entry, entry.maker, listed.text(entry))
    identifier = f"oryx-{record['matID']}"
    shown = f"{record['country']} {system}"
    first, times = repeats.first(record["url"], f"{identifier} {shown}") if record["url"] else (identifier, 1)
    earlier, _, seen = first.partition(" ")
    ledger.counts.repeats += times > 1
    notes = [f"picture {record['url'] or 'not given'}", f"also that of {earlier}" if times > 1 else ""]
    notes.append(f"count of the list {count}" if count else "")
    content = {
        "id": identifier,
        "relation": "CAPTURED",
        "from": {"id": loser, "text": record["country"]},
        "to": {"id": entry.captor, "basis": "inferred"},
        "items": [{"id": item, "text": system}],
        "quantity": {"min": 1, "max": 1, "text": "one entry of the list"},
        "date": {"latest": record["date_recorded"], "derived": True},
        "mechanism": "capture",
        "repeats": [earlier] if times > 1 and seen == shown else [],
        "transfer": identifier,
        "certainty": "stated",
        "source": SOURCE,
        "origin": ORIGIN,
        "statement": f"The list shows a captured {system} that {record['country']} lost; the war has one other side.",
        "note": "; ".join(note for note in notes if note),
    }
    yield ledger.make(record.line, "findings", content)


def _made(record: Record, ledger: Ledger, entry: _Entry, maker: str, called: str) -> Iterator[Declared | Problem]:
    """Yield the finding on where such items were made, once for all entries that say the same.

    It has the names under which the list has them: the item may be a broad one, that says little of what was meant.
    """
    codes = (slug(name.partition(":")[2]) for name in entry.group)
    origin = record["origin"]
    if maker not in {state.id for state in names.states_called(origin)}:
        origin = f"{names.states()[maker].name} ({shorten(origin)} in the list)"
    content = {
        "id": f"oryx-made-{'-'.join(codes)}",
        "relation": "MANUFACTURED",
        "from": {"id": maker, "text": record["origin"]},
        "to": {"id": entry.item, "text": called},
        "held_by": [entry.loser],
        "certainty": "stated",
        "source": SOURCE,
        "origin": ORIGIN,
        "statement": f"The list gives {origin} as the origin of equipment of {record['country']} called: {called}.",
    }
    made = ledger.make(record.line, "findings", content)
    yield from ledger.once(record.line, made.what) if isinstance(made, Declared) else (made,)


def _register(latest: str) -> Register:
    """Return whom the findings cite: the list as collected on the day of its last entry."""
    return Register(
        Organisation(id="oryx", name="Oryx"),
        Origin(
            id=ORIGIN, organisation="oryx", kind="list kept from pictures", title="Losses in the Russia-Ukraine war"
        ),
        Source(
            id=SOURCE,
            title="Equipment captured in the Russia-Ukraine war, as listed by Oryx",
            publisher="scarnecchia/oryx_data",
            published=latest,
            reliability=Reliability(
                grade="B", reason="Every entry has a picture; volunteers read them, and nobody states the captor."
            ),
            relays=(Relay(id=ORIGIN),),
        ),
    )
