"""What of the graph may be passed on under a handling code: the declarations that remain, and the edges they support.

Codes are those of the Traffic Light Protocol, version 2.0 (FIRST, 2022). A source or finding without one is not
restricted. A finding stands at the code of its source, or at a stricter one of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kg import evidence, schema
from kg.errors import UsageError
from kg.findings import HANDLING, Declaration, Finding, Origin, Party, Source
from kg.plan import references
from kg.records import Records, Relation
from kg.store.read import BESIDES
from kg.store.write import Key
from kg.withdraw import without


def parse(text: str) -> str:
    """Return a handling code as it is written. Raise `UsageError` where there is none like it."""
    code = text.strip().upper()
    if code not in HANDLING:
        raise UsageError(f"there is no handling code {text!r}: give one of {', '.join(HANDLING)}.")
    return code


def highest(declared: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the strictest code of declarations in the shape of the findings file; None where none has one."""
    return max((one["handling"] for one in declared if one.get("handling")), key=HANDLING.index, default=None)


@dataclass(frozen=True, slots=True)
class Shared:
    """What may be passed on: declarations by key, the edges they support, and how many findings are left out.

    `edge_of` gives the id of the edge that a finding is about.
    """

    declared: Mapping[Key, Declaration]
    edges: tuple[Relation, ...]
    edge_of: Mapping[str, str]
    left_out: int

    def records(self, whole: Records) -> Records:
        """Return the records of a graph without the parties, items and edges that may not be passed on."""
        names = {name for _, name in self.declared}
        parties = {
            name: replace(party, territories=_among(party.territories, names), part_of=_among(party.part_of, names))
            for name, party in whole.parties.items()
            if name in names
        }
        return Records(parties, {name: one for name, one in whole.items.items() if name in names}, self.edges)

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


def _among(given: Iterable[str], names: set[str]) -> tuple[str, ...]:
    return tuple(name for name in given if name in names)


def shared(declared: Mapping[Key, Declaration], ceiling: str) -> Shared:
    """Return what may be passed on under a code: no finding above it, and nothing that only such findings speak of."""
    kept = _kept(declared, ceiling)
    findings = [what for what in kept.values() if isinstance(what, Finding)]
    sources = {key[1]: what for key, what in kept.items() if isinstance(what, Source)}
    origins = {key[1]: what for key, what in kept.items() if isinstance(what, Origin)}
    background = evidence.background(findings, sources, origins)
    found = [edge for group in evidence.group(findings) if (edge := evidence.relation(group, background))]
    edges = tuple(sorted(found, key=lambda edge: edge.id))
    edge_of = {name: edge.id for edge in edges for name in edge.findings}
    number = sum(key[0] == "Finding" and key not in kept for key in declared)
    return Shared(kept, edges, edge_of, number)


def least(declared: Mapping[Key, Declaration], wanted: Iterable[Key]) -> str | None:
    """Return the least strict code under which all of these may be passed on; None where none restricts them."""
    asked = set(wanted) & declared.keys()
    return next(code for code in (None, *HANDLING) if asked <= _kept(declared, code).keys())


def _kept(declared: Mapping[Key, Declaration], ceiling: str | None) -> dict[Key, Declaration]:
    """Return the declarations that may be passed on under a code; None lets through what has none.

    Taken out, too, is what only the lost speaks of: even a name may not be passed on.
    """
    limit = HANDLING.index(ceiling) if ceiling else -1
    above = {
        key
        for key, what in declared.items()
        if isinstance(what, Finding | Source) and what.handling and HANDLING.index(what.handling) > limit
    }
    left = without(declared, above)
    lost = declared.keys() - left.keys()
    lost_sources = {name for label, name in lost if label == "Source"}
    stated = {key for key, what in declared.items() if isinstance(what, Party) and lost_sources & set(what.stated_by)}
    doubtful = {key for key in _reached((*lost, *stated), declared) if key[0] != "Finding"}
    needed = _reached((key for key in left if key not in doubtful), left)
    return {key: what for key, what in left.items() if key in needed}


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
