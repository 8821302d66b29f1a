"""Two findings files or folders → what changed: in what they declare, and in the edges and grades that follow.

Edges are worked out as a load would (see `kg.evidence`), each side by itself. A declaration or edge that only one side
has is one row; one that both have is a row for each field that differs.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import evidence, names
from kg.errors import InputError, UnknownNameError
from kg.findings import Declaration, Finding, Organisation, Origin, Party, Source
from kg.findings import Item as DeclaredItem
from kg.reading import find_files, read
from kg.records import Item, Records, Relation, is_territory
from kg.records import Party as RecordedParty

if TYPE_CHECKING:
    from kg.change import Change as LoadedChange
    from kg.store.session import Database

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
_KINDS: tuple[tuple[type[Declaration], str], ...] = (
    (Organisation, "organisation"), (Origin, "origin"), (Source, "source"), (Party, "party"), (DeclaredItem, "item"),
    (Finding, "finding"),
)  # fmt: skip
# transfers, and MANUFACTURED and HELD; then what the graph answers
KINDS = (*(kind for _, kind in _KINDS), "transfer", "edge", "path", "chokepoint")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: of an id as a whole (`field` None), or of one field of it, with what it was and what it is."""

    kind: str
    id: str
    change: str
    field: str | None
    before: Any
    after: Any

    def row(self) -> dict[str, Any]:
        """Return it as a row."""
        return {name: getattr(self, name) for name in Change.__slots__}


@dataclass(frozen=True, slots=True)
class Side:
    """What one side declares and the edges that follow, as plain values by kind and id, and what is left out."""

    things: Mapping[tuple[str, str], Mapping[str, Any]]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed, in the order of `KINDS` and then of ids, and what was left out."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()


Question = Callable[[Records], Mapping[str, str]]


def answers(records: Records, starts: Sequence[str], ends: Sequence[str]) -> dict[str, str]:
    """Return what a graph answers, in words: paths between parties and chokepoints on the way to end users.

    Parties are given by id, name or alias; one that the graph does not have leads nowhere. Without starts only
    chokepoints are looked for, from all parties that only give.
    """
    from kg.analysis import chokepoints, paths
    from kg.network import Projection, walkable

    known = names.Names(records.parties.values())
    first, last = _present(known, starts), _present(known, ends)
    if not last or (starts and not first):
        return {}
    network = walkable(records, Projection())
    found: dict[str, str] = {}
    if first:
        for way in paths.find(network, first, last, k=20).paths:
            found[f"path {' → '.join(way.parties)}"] = f"{way.support.grade}, {way.verdict}"
    points = chokepoints.must_pass(network, first or None, last)
    for point in (*points.parties, *points.transfers):
        found[f"chokepoint {point.id}"] = f"hangs on {', '.join(point.hangs_on) or 'no single origin'}"
    return found


def _present(known: names.Names, given: Sequence[str]) -> list[str]:
    found = []
    for text in given:
        with suppress(UnknownNameError):
            found.append(known.resolve(text))
    return found


def compare(before: Path, after: Path, question: Question | None = None) -> Difference:
    """Return what changed from one findings file or folder to another, and in the answers to a question.

    Raise `InputError` where one cannot be read.
    """
    sides = [read_side(path, question) for path in (before, after)]
    notes = [f"{path}: {note}" for path, side in zip((before, after), sides, strict=True) for note in side.notes]
    return Difference(tuple(differences(*sides)), tuple(notes))


def read_side(path: Path, question: Question | None = None) -> Side:
    """Return what a findings file or folder declares, and the edges that follow."""
    files, skipped = find_files([path])
    reading = read(files)
    if reading.problems:
        more = f" (and {len(reading.problems) - 1} more)" if len(reading.problems) > 1 else ""
        raise InputError(f"{reading.problems[0]}{more}: mend {path} before it is compared.")
    left_out = [f"left out: {', '.join(skipped)}."] if skipped else []
    return _side([places[0].what for places in reading.declared.values()], left_out, question)


def compare_loads(database: Database, before: str, after: str, question: Question | None = None) -> Difference:
    """Return what changed in the graph between two loads given by id (see `kg status --loads`).

    Raise `InputError` where there is no such load.
    """
    return Difference(tuple(differences(*(load_side(database, one, question) for one in (before, after)))))


def load_side(database: Database, load: str, question: Question | None = None) -> Side:
    """Return what the graph declared after a load, and the edges that followed."""
    from kg.store import read as store_read
    from kg.store.write import declaration

    at = {one["id"]: one["at"] for one in store_read.loads(database, current=False)}.get(load)
    if at is None:
        raise InputError(f"{load} is neither a file or folder nor the id of a load: see `kg status --loads`.")
    declared = store_read.declared_after(database, at).values()
    return _side([declaration(label, record) for label, record in declared], [], question)


def _side(declared: Sequence[Declaration], left_out: Sequence[str], question: Question | None) -> Side:
    edges, notes = _edges(declared)
    things = {(_kind(what), what.id): json.loads(what.canonical()) for what in declared}
    things |= {("transfer" if edge.is_transfer else "edge", edge.id): _plain(edge) for edge in edges}
    for name, words in (question(_records(declared, edges)) if question else {}).items():
        things[name.partition(" ")[0], name.partition(" ")[2]] = {"answer": words}
    return Side(things, (*left_out, *notes))


def _records(declared: Sequence[Declaration], edges: Sequence[Relation]) -> Records:
    """Return what a side declares as the analyses walk it; states come from the table, as at a load."""
    table = names.states()
    stated = {what.id: what for what in declared if isinstance(what, Party)}
    parties = {id_: _party(what, stated) for id_, what in stated.items()}
    for name in sorted({end for edge in edges for end in (edge.start, edge.end)} & set(table)):
        state = table[name]
        parties.setdefault(name, RecordedParty(name, "Country", state.name, state.aliases, territories=(name,)))
    items = {
        what.id: Item(what.id, what.name, what.aliases, what.kind_of)
        for what in declared
        if isinstance(what, DeclaredItem)
    }
    return Records(parties, items, tuple(edges))


def _party(what: Party, parties: Mapping[str, Party]) -> RecordedParty:
    own = (what.id,) if _is_territory(what) else ()
    seats = (ref.id for ref in what.located_in)
    territories = own or tuple(seat for seat in seats if seat not in parties or _is_territory(parties[seat]))
    return RecordedParty(
        what.id, what.kind, what.name, what.aliases, what.placeholder, what.collective, territories=territories
    )


def _is_territory(what: Party) -> bool:
    return is_territory(what.kind, placeholder=what.placeholder, collective=what.collective)


def _kind(what: Declaration) -> str:
    return next(kind for model, kind in _KINDS if isinstance(what, model))


def _plain(edge: Relation) -> dict[str, Any]:
    """Return an edge as plain values; what it leaves open is left out."""
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(edge).items()}
    return {name: value for name, value in values.items() if name != "id" and value is not None and value != []}


def _edges(declared: Sequence[Declaration]) -> tuple[list[Relation], list[str]]:
    """Return the edges that findings support, and a note on those that cannot be weighed here."""
    by_model: dict[type, dict[str, Any]] = defaultdict(dict)
    for what in declared:
        by_model[type(what)][what.id] = what
    sources, origins = by_model[Source], by_model[Origin]
    findings: list[Finding] = list(by_model[Finding].values())
    apart = sorted(one.id for one in findings if one.source not in sources or one.origin not in origins)
    left_out = set(apart)
    groups = evidence.group(one for one in findings if one.id not in left_out)
    mixed = sorted(one.id for group in groups if evidence.disagreement(group) for one in group)
    background = evidence.background((one for group in groups for one in group), sources, origins)
    edges = [evidence.relation(group, background) for group in groups if not evidence.disagreement(group)]
    notes = [_note("their source or origin is declared elsewhere", apart)] if apart else []
    notes += [_note("they name one transfer and speak of different ones", mixed)] if mixed else []
    return [edge for edge in edges if edge], notes


def replaced(change: LoadedChange) -> Iterator[Change]:
    """Yield what a load changes in declarations that stood before it, field by field."""
    before, after = {}, {}
    for key, old in change.changed().items():
        what = change.nodes[key][0]
        name = _kind(what), what.id
        before[name], after[name] = json.loads(old.record), json.loads(what.canonical())
    yield from differences(Side(before), Side(after))


def _note(why: str, ids: Sequence[str]) -> str:
    more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
    return f"{', '.join(ids[:3])}{more}: no edge was worked out from these findings, since {why}."


def differences(before: Side, after: Side) -> Iterator[Change]:
    """Yield what changed from one side to the other, by kind and id."""
    for key in sorted(before.things.keys() | after.things.keys(), key=lambda key: (KINDS.index(key[0]), key[1])):
        old, new = before.things.get(key), after.things.get(key)
        if old is None or new is None:
            yield Change(*key, ADDED if old is None else REMOVED, None, old, new)
            continue
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                yield Change(*key, CHANGED, name, old.get(name), new.get(name))
