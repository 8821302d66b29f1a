"""The UCDP External Support Dataset in actor-years: who gave weapons or materiel to whom, in which year.

The supporters of a row stand in one cell. Where fewer of them gave weapons than are named, which of them is not known:
they are alternatives of one statement with its least number, and none is a certain giver.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pydantic import ValidationError

from kg.findings import Counts, Declared, Organisation, Origin, Party, Piece, Problem, Relay, Reliability, Source

from .registers import Ledger, Register, named_in
from .tables import CellError, Record, Table, flag, free, like, past_year, typed, whole
from .workbooks import known_in, table

TITLE = "UCDP External Support Dataset, actor-years (CSV, Excel)"
EXAMPLE = "kg load ucdp-esd-ay.csv"
SUFFIXES = (".csv", ".xlsx")
SOURCE = "ucdp-external-support-release"
ORIGIN = "ucdp-external-support"
_STATE = "Government of "
_ONE_STATE = "the name of one state in that year"
_FLAG = {"0": False, "1": True, "0.0": False, "1.0": True}

#: Words for sets of unnamed members, at the end of a name or before where they are ("militias (Basra)", "in Basra").
_SETS = re.compile(
    r"\b(?:insurgents|rebels|militias|militants|fighters|irregulars|tribes|clans|groups|elements)"
    r"(?: \([^()]*\)| (?:in|from) .+)?\Z",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]{1,6}")
_SIDE = like(r"[0-9]{1,6}", "the dataset's number of a side")
_STATE_NUMBERS = like(r"[0-9]{1,3}(?:\.0)?(?:,\s*[0-9]{1,3}(?:\.0)?)*", "Gleditsch and Ward's numbers of states")
LAYOUT = typed(
    "the UCDP External Support Dataset in actor-years",
    {
        "id": whole, "active": flag, "year": past_year, "actor_id": _SIDE, "actor_name": free, "actor_nonstate": flag,
        "oppo_id": _SIDE, "oppo_name": free, "dyad_id": whole, "dyad_name": free, "civil": flag, "conflict_id": whole,
        "location": free, "gwno_a": _STATE_NUMBERS, "country_a": free, "gwno_b": _STATE_NUMBERS, "country_b": free,
        "ext_id": like(r"[0-9]{1,6}(?:\s*,\s*[0-9]{1,6})*", "numbers of sides between commas"), "ext_name": free,
        "ext_nonstate": flag, "ext_coalition": flag, "ext_coalition_name": free, "ext_elements": flag,
        "ext_bothsides": flag,
        "ext_sup": flag, "ext_sup_s": flag, "ext_sup_ns": flag,
        "ext_count": whole, "ext_count_s": whole, "ext_count_ns": whole,
        **{
            f"ext_{form}{part}": kind
            for form in "xpywmtfilou"
            for part, kind in (
                ("", flag), ("_s", flag), ("_ns", flag), ("_count", whole), ("_count_s", whole), ("_count_ns", whole)
            )
        },
        "ext_sum": whole,
    },
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of support that is a passing of materiel: the letter of its columns, its item, how a text calls it."""

    letter: str
    item: str
    text: str


_PASSED = (_Form("w", "item:weapon", "weapons"), _Form("m", "item:materiel", "materiel or logistics"))


@dataclass(frozen=True, slots=True)
class _Pool:
    """Supporters of whom a number gave: which of them is known only where it is all of them."""

    suffix: str
    members: tuple[tuple[str, str], ...]  # number and name
    count: int


def recognise(path: Path, head: bytes) -> str | None:
    """Return why a file is taken for the dataset, from its header; None if it is not it."""
    return known_in(path, head, (LAYOUT,))


def read(path: Path) -> Generator[Declared | Problem, None, Counts]:
    """Yield the dataset's declarations and findings, and every problem with its line; end with the counts."""
    rows, ledger = table(path, (LAYOUT,)), Ledger(path.name, "ucdp", SOURCE, ORIGIN)
    yield from ledger.counted(chain(rows.problems, _read(rows, ledger) if rows.layout else ()))
    return ledger.counts


def excerpt(path: Path, problems: Sequence[Problem]) -> Iterator[bytes]:
    """Yield what makes a file of the same format of the records that have problems."""
    yield from table(path, (LAYOUT,)).excerpt({one.line for one in problems})


def mended(path: Path, problems: Sequence[Problem], by: Path) -> Iterator[Piece]:
    """Yield the file with the records that had problems replaced by those of a mended excerpt."""
    yield from table(path, (LAYOUT,)).mended({one.line for one in problems}, table(by, (LAYOUT,)))


def _read(rows: Table, ledger: Ledger) -> Iterator[Declared | Problem]:
    for record in rows:
        if isinstance(record, Problem):
            yield record
            continue
        ledger.counts.read += 1
        try:
            yield from _findings(record, ledger)
        except CellError as wrong:
            yield rows.problem(record.line, wrong.key, wrong.found, wrong.expected)
        except ValidationError as invalid:
            yield ledger.invalid(record.line, invalid)
    if ledger.counts.findings:
        yield from _register().declared(rows.path.name)


def _findings(record: Record, ledger: Ledger) -> Iterator[Declared | Problem]:
    """Yield the findings of one row: one a supporter and form of support."""
    LAYOUT.check(record)
    given = [form for form in _PASSED if record.choice(f"ext_{form.letter}", _FLAG)]
    if not given:
        ledger.counts.without += 1
        return
    supporters = _supporters(record)
    pools = [(form, pool) for form in given for pool in _pools(record, form, supporters)]
    year = record.year("year")
    identifier = record.whole("id")
    if year is None or identifier is None:
        raise CellError("year" if year is None else "id", "", "a value")
    if not _NUMBER.fullmatch(record["actor_id"]):
        raise CellError("actor_id", record["actor_id"], "the dataset's number of a side")
    with named_in("actor_name", _ONE_STATE):
        recipient = _party(record["actor_id"], record["actor_name"], str(year), ledger)
    yield from ledger.once(record.line, *([recipient] if isinstance(recipient, Party) else []))
    for form, pool in pools:
        yield from ledger.item(record.line, form.item)
        for number, name in pool.members:
            with named_in("ext_name", _ONE_STATE):
                giver = _party(number, name, str(year), ledger)
            yield from ledger.once(record.line, *([giver] if isinstance(giver, Party) else []))
            yield _finding(record, ledger, form, pool, (number, name, _id(giver)), _id(recipient))


def _id(party: Party | str) -> str:
    return party if isinstance(party, str) else party.id


def _supporters(record: Record) -> list[tuple[str, str]]:
    """Return number and name of the supporters that a row names. Raise `CellError` where the two lists differ."""
    numbers = [part.strip() for part in record["ext_id"].split(",")]
    named = [part.strip() for part in record["ext_name"].split(",")]
    if len(numbers) != len(named) or not all(_NUMBER.fullmatch(number) for number in numbers):
        raise CellError("ext_id", record["ext_id"], f"a number for each of the {len(named)} names of ext_name")
    if not all(named):
        raise CellError("ext_name", record["ext_name"], "names between commas")
    if record.whole("ext_count") != len(named):
        raise CellError("ext_count", record["ext_count"], f"the number of names of ext_name, {len(named)}")
    return list(zip(numbers, named, strict=True))


def _pools(record: Record, form: _Form, supporters: Sequence[tuple[str, str]]) -> list[_Pool]:
    """Return the supporters parted into states and others where the row's counts allow it, with how many gave.

    Raise `CellError` where none or more gave than are named.
    """
    states = tuple(one for one in supporters if one[1].startswith(_STATE))
    others = tuple(one for one in supporters if not one[1].startswith(_STATE))
    key = f"ext_{form.letter}_count"
    total, of_states, of_others = (record.whole(f"{key}{part}") or 0 for part in ("", "_s", "_ns"))
    parted = (record.whole("ext_count_s"), record.whole("ext_count_ns")) == (len(states), len(others))
    if parted and total == of_states + of_others and of_states <= len(states) and of_others <= len(others):
        pools = [_Pool("-states", states, of_states), _Pool("-others", others, of_others)]
    else:
        pools = [_Pool("", tuple(supporters), total)]
    if not 0 < total <= len(supporters):
        raise CellError(key, record[key], f"from 1 to the {len(supporters)} that are named")
    return [pool for pool in pools if pool.count]


def _party(number: str, name: str, year: str, ledger: Ledger) -> Party | str:
    """Return the state that a government is of, at that time; else the party to declare.

    Several governments in one name are a collective; whoever is no government is a group of the dataset's number, and a
    collective where it is called a set of whom none is named ("Syrian insurgents").
    """
    if not name.startswith(_STATE):
        return Party(id=f"group:ucdp-{number}", kind="Group", name=name, collective=bool(_SETS.search(name)))
    governments = name.split(", ")
    if len(governments) == 1:
        return ledger.state(name.removeprefix(_STATE), year)
    together = ", ".join(one.removeprefix(_STATE) for one in governments)
    return Party(id=f"country:ucdp-{number}", kind="Country", name=together, collective=True)


def _finding(
    record: Record, ledger: Ledger, form: _Form, pool: _Pool, giver: tuple[str, str, str], recipient: str
) -> Declared | Problem:
    number, name, party = giver
    identifier = f"ucdp-{record.whole('id')}-{form.letter}-{number}"
    joint = f"ucdp-{record.whole('id')}-{form.letter}{pool.suffix}"
    sure = pool.count == len(pool.members)
    said = f"{name} gave {form.text} to {record['actor_name']} in {record.whole('year')}"
    least = f"at least {pool.count} of the {len(pool.members)} named gave {form.text}; which is not stated"
    coalition = record["ext_coalition_name"]
    notes = ["" if sure else least, f"coalition {coalition}" if coalition not in ("", "0") else ""]
    content = {
        "id": identifier,
        "relation": "SUPPLIED",
        "from": {"id": party, "text": name},
        "to": {"id": recipient, "text": record["actor_name"]},
        "items": [{"id": form.item, "text": form.text}],
        "date": str(record.whole("year")),
        "mechanism": "aid",
        "joint": None if sure else joint,
        "alternative_of": None if sure else joint,
        "alternatives_min": None if sure else pool.count,
        "transfer": identifier,
        "certainty": "stated" if sure else "alleged",
        "source": SOURCE,
        "origin": ORIGIN,
        "statement": f"{said}, in its conflict with {record['oppo_name']}."
        if sure
        else f"It may be that {said}: {least}.",
        "note": "; ".join(note for note in notes if note) or None,
    }
    return ledger.make(record.line, "findings", content)


def _register() -> Register:
    return Register(
        Organisation(id="ucdp", name="Uppsala Conflict Data Program (UCDP)"),
        Origin(id=ORIGIN, organisation="ucdp", kind="dataset coded from reports", title="External Support Dataset"),
        Source(
            id=SOURCE,
            title="UCDP External Support Dataset 18.1, actor-years",
            publisher="UCDP",
            published="2022",
            address="https://ucdp.uu.se/downloads",
            reliability=Reliability(
                grade="B", reason="A university's dataset with a published codebook, coded from reports of others."
            ),
            relays=(Relay(id=ORIGIN),),
        ),
    )
