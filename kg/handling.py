"""What of the graph may be passed on under a handling code: the declarations that remain, and the edges they support.

Codes are those of the Traffic Light Protocol, version 2.0 (FIRST, 2022). A source or finding without one is not
restricted. A finding stands at the code of its source, or at a stricter one of its own, and so does what a source
states of a party.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kg import evidence, names, schema
from kg import records as graph_records
from kg.errors import UsageError
from kg.findings import HANDLING, Declaration, Finding, Item, Origin, Party, Ref, Source
from kg.plan import references
from kg.records import Records, Relation
from kg.store.read import BESIDES
from kg.store.write import Key
from kg.withdraw import Files, merged, owned, silenced, without


def parse(text: str) -> str:
    """Return a handling code as it is written. Raise `UsageError` where there is none like it."""
    code = text.strip().upper()
    if code not in HANDLING:
        raise UsageError(f"there is no handling code {text!r}: give one of {', '.join(HANDLING)}.")
    return code


def highest(declared: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the strictest code of declarations in the shape of the findings file; None where none has one."""
    return max((one["handling"] for one in declared if one.get("handling")), key=HANDLING.index, default=None)


#: What is said where a code keeps findings out. Which edges it would change is not: that would tell what they say.
FIRMER = (
    "Certainty, grades and verdicts are those of the findings left, and may be firmer than with those left out: a "
    "denial, or the more careful wording closer to an origin, may be among them."
)


@dataclass(frozen=True, slots=True)
class Shared:
    """What may be passed on: declarations by key, the files that give them, and the edges they support.

    `edge_of` gives the id of the edge that a finding is about; `left_out` is how many findings are left out, and
    `whole` says whether nothing at all is.
    """

    ceiling: str
    declared: Mapping[Key, Declaration]
    files: Files
    edges: tuple[Relation, ...]
    edge_of: Mapping[str, str]
    left_out: int
    whole: bool

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said with every answer: how many findings the code keeps out, also where it is none."""
        if self.left_out:
            are = "s are" if self.left_out > 1 else " is"
            number = f"{self.left_out} finding{are} left out, whose handling code is stricter than {self.ceiling}."
            return number, FIRMER
        if self.whole:
            return (f"No finding is left out: none has a stricter handling code than {self.ceiling}.",)
        return (
            f"No finding is left out, but what else comes only from sources with a stricter handling code than "
            f"{self.ceiling} is.",
        )

    def records(self) -> Records:
        """Return the parties, items and edges that may be passed on."""
        ordered = [self.declared[key] for key in sorted(self.declared)]
        return Records(
            {one.id: self._party(one) for one in ordered if isinstance(one, Party)},
            {one.id: _item(one) for one in ordered if isinstance(one, Item)},
            self.edges,
        )

    def _party(self, one: Party) -> graph_records.Party:
        """Return a party as the graph of these declarations would give it."""
        places = _by_id(one.located_in)
        return graph_records.Party(
            id=one.id,
            kind=one.kind,
            name=one.name,
            aliases=one.aliases,
            placeholder=one.placeholder,
            collective=one.collective,
            territories=(one.id,) if _is_territory(one) else tuple(filter(self._is_place, places)),
            territory_text="; ".join(text for text in places.values() if text) or None,
            part_of=tuple(_by_id(one.part_of)),
        )

    def _is_place(self, name: str) -> bool:
        return _is_territory(self.declared.get((schema.PARTY_LABEL, name)))

    def revised(self, label: str, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return declarations of a label, as `kg.store.read.declarations` gives them, as they may be passed on."""
        kind = schema.kind_of_label(label)
        revised: dict[str, dict[str, Any]] = {}
        for name, row in rows.items():
            if (kind.key_label, name) in self.declared:
                besides = {key: row[key] for key in BESIDES if key in row}
                if "edge" in besides:
                    besides["edge"] = self.edge_of.get(name)
                revised[name] = json.loads(self.declared[kind.key_label, name].canonical()) | besides
        return revised


def _is_territory(one: Declaration | None) -> bool:
    return isinstance(one, Party) and graph_records.is_territory(
        one.kind, placeholder=one.placeholder, collective=one.collective
    )


def _item(one: Item) -> graph_records.Item:
    kinds, systems = (tuple(sorted(set(ids))) for ids in (one.kind_of, one.component_of))
    return graph_records.Item(one.id, one.name, one.aliases, kinds, systems)


def _by_id(refs: Iterable[Ref]) -> dict[str, str | None]:
    """Return the wording of references by their ids, in order of these; one named twice has the last."""
    return dict(sorted({ref.id: ref.text for ref in refs}.items()))


def shared(
    declared: Mapping[Key, Declaration],
    ceiling: str,
    files: Files | None = None,
    stands: Mapping[str, str] | None = None,
) -> Shared:
    """Return what may be passed on under a code: no finding above it, and nothing that only such findings speak of.

    `declared` is what files declare, before any decision on names: the ids that `stands` maps to others become those
    only in what is left, so that nothing of a party that is left out comes along with one that it was decided to be.
    """
    given = dict.fromkeys(declared, ()) if files is None else files
    left = _kept(declared, ceiling)
    number = sum(key[0] == "Finding" and key not in left for key in declared)
    whole = left == declared
    if stands:
        left, given = merged(left, given, stands)
    standing = owned(left, given)
    kept = {key: what for key, (what, _) in standing.items()}
    findings = [what for what in kept.values() if isinstance(what, Finding)]
    sources = {key[1]: what for key, what in kept.items() if isinstance(what, Source)}
    origins = {key[1]: what for key, what in kept.items() if isinstance(what, Origin)}
    background = evidence.background(findings, sources, origins)
    found = [edge for group in evidence.group(findings) if (edge := evidence.relation(group, background))]
    edges = tuple(sorted(found, key=lambda edge: edge.id))
    edge_of = {name: edge.id for edge in edges for name in edge.findings}
    owners = {key: names_ for key, (_, names_) in standing.items()}
    return Shared(ceiling, kept, owners, edges, edge_of, number, whole)


def least(
    declared: Mapping[Key, Declaration], wanted: Iterable[Key], stands: Mapping[str, str] | None = None
) -> str | None:
    """Return the least strict code under which all of these may be passed on as they are; None where none restricts it.

    `wanted` are keys of the graph that stands, in which the ids that `stands` maps to others are those.
    """
    asked, kept_as = set(wanted), stands or {}
    held = {key: what for key, what in declared.items() if (key[0], kept_as.get(key[1], key[1])) in asked}

    def allows(code: str | None) -> bool:
        kept = _kept(declared, code)
        return all(kept.get(key) == what for key, what in held.items())

    return next(code for code in (None, *HANDLING) if allows(code))


def _kept(declared: Mapping[Key, Declaration], ceiling: str | None) -> dict[Key, Declaration]:
    """Return the declarations that may be passed on under a code; None lets through what has none.

    Taken out, too, is what only the lost speaks of: even a name may not be passed on. A party that a source taken out
    states keeps what other declarations call it by, its id, kind and name, and none of what is stated of it.
    """
    limit = HANDLING.index(ceiling) if ceiling else -1
    above = {
        key
        for key, what in declared.items()
        if isinstance(what, Finding | Source) and what.handling and HANDLING.index(what.handling) > limit
    }
    left = without(declared, above)
    lost, silent = declared.keys() - left.keys(), silenced(declared, left)
    stated = {
        key
        for key, what in declared.items()
        if isinstance(what, Party) and silent & set(what.stated_by) and what.id not in names.states()
    }
    left |= {key: _bare(left[key], silent) for key in stated}
    doubtful = {key for key in _reached((*lost, *stated), declared) if key[0] != "Finding"}
    needed = _reached((key for key in left if key not in doubtful), left)
    return {key: what for key, what in left.items() if key in needed}


def _bare(what: Declaration, silent: set[str]) -> Declaration:
    """Return a party without what is stated of it, and without the sources that may not be passed on."""
    assert isinstance(what, Party)
    nothing = {"located_in": (), "part_of": (), "succeeded_by": (), "valid": None, "aliases": (), "note": None}
    return what.model_copy(update=nothing | {"stated_by": tuple(one for one in what.stated_by if one not in silent)})


def _reached(starts: Iterable[Key], declared: Mapping[Key, Declaration]) -> set[Key]:
    """Return the keys of declarations and of all that they refer to, directly or not."""
    waiting, reached = list(starts), set[Key]()
    while waiting:
        key = waiting.pop()
        if key in reached or key not in declared:
            continue
        reached.add(key)
        what = declared[key]
        waiting.extend(references(what))
        if isinstance(what, Source):
            waiting.extend((label, relay.id) for relay in what.relays for label in ("Source", "Origin"))
    return reached
