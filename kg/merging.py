"""Decisions on names applied to what files declare: ids that stand for one party become the id that is kept.

Nothing is lost: ids, names and aliases of the others become aliases of the one kept, and what they are located in, a
part of or stated by adds up. Nothing is done that cannot be undone: declarations are copied, never changed, so that
without a decision everything is as it was before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from kg import names
from kg.errors import InputError
from kg.findings import DateStated, Declared, Finding, Party, Ref

T = TypeVar("T")
Stands = Mapping[str, str]  # id → the id that stands for it; one that is not in it stands for itself
_BASES = ("stated", "implied", "inferred")  # firmest first


def applied(declared: Iterable[Declared], stands: Stands) -> list[Declared]:
    """Return declarations in which every id is the one that stands for it (see `kg.decisions.canonical`).

    A file that declares several parties that are one declares the merged one where it declares the first of them; all
    files declare it with the same content. Items, sources, origins and organisations stay as they are.

    Raise `InputError` with file and line where a transfer would go from a party to itself, a party be its own part,
    place or successor, or an unnamed party be one with a named one.
    """
    entries = list(declared)
    merged = _merged_parties(entries, stands)
    found: list[Declared] = []
    placed: set[tuple[str, str]] = set()
    for one in entries:
        what = one.what
        if isinstance(what, Finding):
            what = _finding(one, what, stands)
        elif isinstance(what, Party):
            kept = stands.get(what.id, what.id)
            if kept in merged and (one.file, kept) in placed:
                continue
            placed.add((one.file, kept))
            what = merged[kept] if kept in merged else _party(one, what, stands)
        found.append(one if what is one.what else replace(one, what=what))
    return found


def _merged_parties(entries: Sequence[Declared], stands: Stands) -> dict[str, Party]:
    """Return by the id that is kept the parties of which an id that is not kept is declared."""
    members: dict[str, list[Declared]] = defaultdict(list)
    for one in entries:
        if isinstance(one.what, Party):
            members[stands.get(one.what.id, one.what.id)].append(one)
    gone = {stands[one.what.id] for one in entries if isinstance(one.what, Party) and one.what.id in stands}
    merged: dict[str, Party] = {}
    for kept in sorted(gone):
        places = members[kept]
        parties = [_party(one, one.what, stands) for one in places if isinstance(one.what, Party)]
        _check_sorts(places, parties)
        merged[kept] = merge(kept, parties)
    return merged


def _check_sorts(places: Sequence[Declared], parties: Sequence[Party]) -> None:
    """Raise `InputError` where named parties and placeholders, or parties and collectives, are to be one."""
    for one, party in zip(places, parties, strict=True):
        for sort in ("placeholder", "collective"):
            if getattr(party, sort) != getattr(parties[0], sort):
                raise InputError(
                    f"{one.file}:{one.line}: {party.id} and {parties[0].id} are decided to be the same, but only one "
                    f"of them is a {sort}: withdraw that with `kg names decide ID ID unsure --why …`."
                )


def merge(kept: str, parties: Iterable[Party]) -> Party:
    """Return parties as one of the id that is kept, whatever their order; references must be rewritten already.

    Name and note are those of the party of this id, else of the first by id; a state of the bundled table that nobody
    declares comes from there.
    """
    distinct = {party.canonical(): party for party in parties}.values()
    ordered = sorted(distinct, key=lambda party: (party.id != kept, party.id, party.canonical()))
    state = names.states().get(kept)
    if state and not any(party.id == kept for party in ordered):
        ordered.insert(0, Party(id=state.id, kind="Country", name=state.name, aliases=state.aliases))
    first = ordered[0]
    called = [name for party in ordered for name in (party.id, party.name, *party.aliases)]
    return first.model_copy(
        update={
            "id": kept,
            "aliases": tuple(name for name in dict.fromkeys(called) if name not in (kept, first.name)),
            "located_in": _united(ref for party in ordered for ref in party.located_in),
            "part_of": _united(ref for party in ordered for ref in party.part_of),
            "stated_by": _once(name for party in ordered for name in party.stated_by),
            "valid": _hull([party.valid for party in ordered if party.valid]),
            "succeeded_by": _once(name for party in ordered for name in party.succeeded_by),
            "note": "; ".join(_once(party.note for party in ordered if party.note)) or None,
        }
    )


def _hull(periods: Sequence[DateStated]) -> DateStated | None:
    """Return the bounds within which all periods lie; None for none."""
    if len(set(periods)) <= 1:
        return periods[0] if periods else None
    starts, ends = [one.earliest for one in periods], [one.latest for one in periods]
    return DateStated(
        earliest=None if None in starts else min(day for day in starts if day),
        latest=None if None in ends else max(day for day in ends if day),
        text="; ".join(_once(one.text for one in periods if one.text)) or None,
        derived=any(one.derived for one in periods),
    )


def _once(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


def _united(refs: Iterable[Ref]) -> tuple[Ref, ...]:
    """Return references with each id once: all wordings, and the firmest basis."""
    by_id: dict[str, list[Ref]] = defaultdict(list)
    for ref in refs:
        by_id[ref.id].append(ref)
    return tuple(
        Ref(
            id=name,
            text="; ".join(_once(ref.text for ref in same if ref.text)) or None,
            basis=min((ref.basis for ref in same), key=_BASES.index),
        )
        for name, same in by_id.items()
    )


def _refs(refs: tuple[Ref, ...], stands: Stands) -> tuple[Ref, ...]:
    if not any(ref.id in stands for ref in refs):
        return refs
    return _united(ref.model_copy(update={"id": stands.get(ref.id, ref.id)}) for ref in refs)


def _ids(ids: tuple[str, ...], stands: Stands) -> tuple[str, ...]:
    return _once(stands.get(name, name) for name in ids) if any(name in stands for name in ids) else ids


def _changed(what: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a declaration, and one of the same model
    """Return a declaration with new values, itself where they are the old ones."""
    new = {name: value for name, value in values.items() if value != getattr(what, name)}
    return what.model_copy(update=new) if new else what


def _finding(one: Declared, finding: Finding, stands: Stands) -> Finding:
    start, end = _refs((finding.start,), stands)[0], _refs((finding.end,), stands)[0]
    if finding.is_transfer and start.id == end.id:
        raise InputError(
            f"{one.file}:{one.line}: {finding.id} passes something from {finding.start.id} to {finding.end.id}, which "
            "are decided to be the same: withdraw that with `kg names decide ID ID unsure --why …`."
        )
    refs = {name: _refs(getattr(finding, name), stands) for name in ("held_by", "financed_by")}
    changed: Finding = _changed(finding, {"start": start, "end": end, "via": _ids(finding.via, stands), **refs})
    return changed


def _party(one: Declared, party: Party, stands: Stands) -> Party:
    """Return a party with its references rewritten; its own id stays."""
    values = {name: _refs(getattr(party, name), stands) for name in ("located_in", "part_of")}
    successors = _ids(party.succeeded_by, stands)
    own = stands.get(party.id, party.id)
    named = [ref.id for refs in values.values() for ref in refs]
    itself = [ref.id for ref in (*party.located_in, *party.part_of)]
    if own in (*named, *successors) and party.id not in (*itself, *party.succeeded_by):
        raise InputError(
            f"{one.file}:{one.line}: {party.id} is declared as located in, a part of or succeeded by what is decided "
            "to be the same party: withdraw that with `kg names decide ID ID unsure --why …`."
        )
    changed: Party = _changed(party, {**values, "succeeded_by": successors})
    return changed
