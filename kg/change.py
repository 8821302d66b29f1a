"""A change of what is declared, written: nodes, their relationships, and the edges that follow from findings.

Whoever works a change out (a load, a withdrawal) says which declarations are new or changed, which leave and which
are released by one of several files; edges are made anew for every finding that this touches.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kg import evidence, names, schema
from kg.documents import Quote
from kg.findings import Declaration, Finding, Origin, Party, Source
from kg.store.write import Arrow, Key, Stored, Writer, arrows_beside, declaration, key_of, node_kind, node_properties


@dataclass(slots=True)
class Change:
    """What changes. `stored` is what stands: everything but findings, and at least the findings concerned.

    `nodes` maps keys to declaration, files and quote; `released` to the files that go on declaring a node. With
    `rebuild` all edges are made anew.
    """

    stored: dict[Key, Stored] = field(default_factory=dict)
    nodes: dict[Key, tuple[Declaration, tuple[str, ...], Quote | None]] = field(default_factory=dict)
    leaving: dict[Key, Stored] = field(default_factory=dict)
    released: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    rebuild: bool = False

    def standing(self, key: Key) -> Declaration:
        """Return a declaration as it stands before the change."""
        return declaration(self.stored[key].label, self.stored[key].record)

    def changed(self) -> dict[Key, Stored]:
        """Return, as they stand, the declarations that will say something else after the change."""
        return {
            key: self.stored[key]
            for key, (what, _, _) in self.nodes.items()
            if key in self.stored and not self.stored[key].says(what)
        }

    def replaced(self) -> dict[Key, Stored]:
        """Return the declarations that stand now and will not after the change: other content, or gone."""
        return self.changed() | self.leaving

    def added(self, file: str) -> list[str]:
        """Return label and id of what a file declares that is new to the graph."""
        new = (key for key, (_, files, _) in self.nodes.items() if key not in self.stored and file in files)
        return sorted(f"{label}:{name}" for label, name in new)

    def namesakes(self, stands: Mapping[str, str]) -> list[tuple[str, ...]]:
        """Return the ids of parties that bear one name, where one of them is new; `stands` are the decisions on names.

        They are of one kind and named, and not all of them are known to sit in countries of their own.
        """
        new = {key[1] for key, (what, _, _) in self.nodes.items() if isinstance(what, Party) and key not in self.stored}
        if not new - names.states().keys():
            return []
        bearers: dict[tuple[str, str], dict[str, dict[str, Any]]] = defaultdict(dict)
        for key, record in self._records(schema.PARTY_LABEL):
            party = json.loads(record)
            if not (party.get("placeholder") or party.get("collective") or key[1] in names.states()):
                for name in (party["name"], *party.get("aliases", ())):
                    bearers[party["kind"], names.clean(name)][stands.get(key[1], key[1])] = party
        found = set()
        for ids in bearers.values():
            places = {json.dumps(one["located_in"]) for one in ids.values() if "located_in" in one}
            if new & ids.keys() and len(places) < len(ids) > 1:
                found.add(tuple(sorted(ids)))
        return sorted(found)

    def _records(self, label: str) -> Iterator[tuple[Key, str]]:
        """Yield the declarations of a label as they stand after the change."""
        for key, (what, _, _) in self.nodes.items():
            if key[0] == label:
                yield key, what.canonical()
        for key, one in self.stored.items():
            if key[0] == label and key not in self.nodes and key not in self.leaving:
                yield key, one.record

    def background(self, declared: Iterable[Declaration] = ()) -> evidence.Background:
        """Return the sources and origins as they are after the change, with those declared besides."""
        sources: dict[str, Source] = {}
        origins: dict[str, Origin] = {}
        kept = (self.standing(key) for key in self.stored if key[0] in ("Source", "Origin") and key not in self.leaving)
        for what in (*kept, *declared, *(what for what, _, _ in self.nodes.values())):
            if isinstance(what, Source):
                sources[what.id] = what
            elif isinstance(what, Origin):
                origins[what.id] = what
        return evidence.Background(sources, origins, {})


def apply(writer: Writer, change: Change) -> int:
    """Write a change in the writer's transaction; return the number of edges written."""
    old = [change.standing(key) for key in (*change.nodes, *change.leaving, *change.released) if key in change.stored]
    touched = [what for what in old if isinstance(what, Finding)]
    changed = [what for what, _, _ in change.nodes.values()]
    fresh = [what for what in changed if isinstance(what, Finding)]
    rivals = {other for _, other, _ in writer.opponents([finding.id for finding in touched])}
    rivals |= {other.id for finding in fresh for other in finding.contradicts}
    affected = [*touched, *fresh, *_affected_by_background(writer, change, changed)]
    # What stands is read before anything is written, so that what is new need not be read back.
    standing, edges = writer.same_edge([*affected, *writer.findings_where("id", sorted(rivals))])
    gone = change.nodes.keys() | change.leaving.keys()
    groups = evidence.group([*fresh, *(one for one in standing if key_of(one) not in gone)])
    background = change.background()
    edge_of = {one.id: edge for group in groups for edge in (evidence.edge_of(group, background),) for one in group}
    # Edges first: in a transaction that has removed many nodes each takes far longer to remove.
    writer.remove_relations(sorted(edges))
    _write_nodes(writer, change, edge_of)
    background = _opposed(writer, background, list(edge_of))
    made = (evidence.relation(group, background) for group in groups)
    return writer.put_relations(edge for edge in made if edge)


def _write_nodes(writer: Writer, change: Change, edge_of: Mapping[str, str | None]) -> None:
    """Write nodes and their structural relationships, and on findings the ids of the edges they are about."""
    writer.remove_nodes(change.leaving)
    to_write = [*_to_write(change)]
    nodes = ((what, files, quote) for what, files, quote in to_write if not isinstance(what, Finding))
    findings = ((what, files, quote) for what, files, quote in to_write if isinstance(what, Finding))
    writer.put_nodes(((node_kind(one[0]), node_properties(*one)) for one in nodes), change.stored)
    writer.put_findings(((one[0], node_properties(*one, edge_of.get(one[0].id))) for one in findings), change.stored)
    writer.put_arrows(_arrows_beside(change, (what for what, *_ in to_write)))
    written = {name for label, name in (*change.nodes, *change.released) if label == "Finding"}
    writer.name_edges({name: edge for name, edge in edge_of.items() if name not in written})


def _to_write(change: Change) -> Iterator[tuple[Declaration, tuple[str, ...], Quote | None]]:
    """Yield the nodes to write: new and changed ones, and those that another file goes on declaring."""
    yield from change.nodes.values()
    for key, files in change.released.items():
        yield change.standing(key), files, change.stored[key].quote


def _arrows_beside(change: Change, written: Iterable[Declaration]) -> Iterator[Arrow]:
    """Yield the structural relationships of nodes written that are not written with them."""
    labels = {name: label for label, name in (*change.stored, *change.nodes) if label in ("Source", "Origin")}
    for what in written:
        yield from arrows_beside(what, labels)


def _affected_by_background(writer: Writer, change: Change, changed: Sequence[Declaration]) -> list[Finding]:
    """Return the findings whose edges hang on what changed of a source or origin: all of them, where its weight did.

    All, too, where the graph was written by other rules. Where only dates of publication changed, as with the next
    release of a register, those of edges that such a date bounds.
    """
    stood = [(what, change.standing(key_of(what))) for what in changed if key_of(what) in change.stored]
    weighed = any(_weight(new) != _weight(old) for new, old in stood)
    dated = any(
        new.published != old.published for new, old in stood if isinstance(new, Source) and isinstance(old, Source)
    )
    if change.rebuild or weighed or any(key[0] in ("Source", "Origin") for key in change.leaving):
        sources = [key[1] for key in (*change.stored, *change.nodes) if key[0] == "Source"]
        return writer.findings_where("source", dict.fromkeys(sources))
    return writer.findings_where("id", writer.bounded_by_publication()) if dated else []


def _weight(what: Declaration) -> object:
    """Return what the grades of edges take from a source or origin."""
    if isinstance(what, Source):
        return what.relays, what.reliability.grade
    return what.organisation if isinstance(what, Origin) else None


def _opposed(writer: Writer, background: evidence.Background, findings: Sequence[str]) -> evidence.Background:
    """Return a background with the contradictions of some findings, as they stand."""
    against: dict[str, set[str]] = defaultdict(set)
    for name, _, origin in writer.opponents(findings):
        against[name].add(background.organisation(origin))
    return replace(background, contradicted={name: frozenset(who) for name, who in against.items()})
