"""What an export holds: the whole graph, what is near a party, what lies between two, or an answer; with its evidence.

A selection is closed: it has every party and item that its edges name, and what it declares loads into an empty graph
by itself and makes the same edges there, of the same grade.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kg import schema
from kg.analysis.paths import CAVEAT
from kg.analysis.reach import checked
from kg.errors import NothingFoundError
from kg.findings import SECTIONS, Declaration, Finding, Party, Source
from kg.network import Projection
from kg.plan import references
from kg.records import Records, Relation
from kg.store.write import Key

if TYPE_CHECKING:
    from kg.answers import CypherAnswer
    from kg.graph import Graph

DIRECTION = "SUPPLIED, DIVERTED and CAPTURED point the way the materiel moves; CAPTURED from loser to captor."
JOINT = (
    "Where joint is set, quantity and share are those of all edges of that joint statement together: never sum them."
)

Declared = Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Selection:
    """Parties, items and edges to export, what they are in words, and notes on how they were chosen.

    `remarks` are the notes that files give: by id of a party or item its own, of an edge those of its findings.
    """

    title: str
    records: Records
    chosen: tuple[str, ...] = ()
    whole: bool = False
    remarks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """All that has to be said with it, in every format."""
        return (*self.chosen, DIRECTION, CAVEAT, JOINT)


def everything(graph: Graph) -> Selection:
    """Return the whole graph."""
    return Selection("Weapons supply chains: what is known", graph.records, whole=True)


def around(graph: Graph, centre: str, hops: int) -> Selection:
    """Return the transfers at most so many away from a party, either way, and what their parties made and held."""
    title = f"Around {graph.name(centre)}, up to {hops} transfer{'s' * (hops > 1)} away"
    return _of(graph, title, near(graph.records.relations, centre, hops), [centre])


def between(graph: Graph, starts: Sequence[str], ends: Sequence[str], asked: Projection | None = None) -> Selection:
    """Return the transfers that lie on a way from a supplier to an end user.

    Raise `NothingFoundError` if none does, `UsageError` where a party is both.
    """
    checked(starts, ends, asked or Projection(), graph.records.parties)
    words = f"{', '.join(map(graph.name, starts))} to {', '.join(map(graph.name, ends))}"
    edges = on_way(graph.network(asked), starts, ends)
    if not edges:
        raise NothingFoundError(f"no transfers lead from {words}: `kg path` says why.")
    return _of(graph, f"From {words}", edges)


def answer(graph: Graph, title: str, values: Iterable[Any], notes: Sequence[str] = ()) -> Selection:
    """Return what the values of an answer name: edges by id or as relationships, parties and items as nodes, paths.

    Where they name no edge, all edges between the nodes they name are taken. `values` are plain, as
    `kg.store.values.plain` gives them. Raise `NothingFoundError` where they name neither edge nor node.
    """
    named = set(_ids(values))
    nodes = [name for name in (*graph.records.parties, *graph.records.items) if name in named]
    edges = [edge for edge in graph.records.relations if edge.id in named]
    if not edges:
        edges = [edge for edge in graph.records.relations if edge.start in named and edge.end in named]
    if not nodes and not edges:
        raise NothingFoundError(f"{title} names no edge, party or item: have it return one, or the id of one.")
    return replace(_of(graph, title, edges, nodes), chosen=tuple(notes))


def of_query(graph: Graph, query: str, found: CypherAnswer) -> Selection:
    """Return what the rows of a query name. Raise `NothingFoundError` where they name neither edge nor node."""
    return answer(
        graph, "Answer to the query " + " ".join(query.split())[:200], found.values, (*found.cut_by(), *found.notes)
    )


def _ids(values: Iterable[Any]) -> Iterable[str]:
    """Yield every id that plain values hold: texts, the `id` of nodes and relationships, the ends of these."""
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            is_element = "labels" in value or {"type", "from", "to"} <= value.keys()
            waiting.extend(
                [value[key] for key in ("id", "from", "to") if key in value] if is_element else value.values()
            )
        elif isinstance(value, list | tuple):
            waiting.extend(value)


def near(edges: Sequence[Relation], centre: str, hops: int) -> list[Relation]:
    """Return the transfers at most so many away from a party, either way, and what their parties made and held."""
    reached = rim = {centre}
    for _ in range(hops):
        touching = [edge for edge in edges if edge.is_transfer and {edge.start, edge.end} & rim]
        rim = {party for edge in touching for party in (edge.start, edge.end)} - reached
        reached = reached | rim
    return [
        edge
        for edge in edges
        if (edge.is_transfer and edge.start in reached and edge.end in reached)
        or (not edge.is_transfer and (edge.start in reached or reached & set(edge.held_by)))
    ]


def on_way(network: Any, starts: Iterable[str], ends: Iterable[str]) -> list[Relation]:  # noqa: ANN401 - networkx
    """Return the transfers of a projected network that lie on a way from a supplier to an end user."""
    import networkx as nx

    forward = {name for start in starts if start in network for name in (start, *nx.descendants(network, start))}
    backward = {name for end in ends if end in network for name in (end, *nx.ancestors(network, end))}
    found = forward & backward
    return [data["transfer"] for a, b, data in network.edges(data=True) if a in found and b in found]


def subset(records: Records, edges: Sequence[Relation], nodes: Iterable[str] = ()) -> Records:
    """Return edges and nodes with the parties and items they name, and the territories those parties sit in."""
    names = {name for edge in edges for name in (edge.start, edge.end, *edge.held_by, *edge.financed_by, *edge.via)}
    names |= {*nodes, *(name for edge in edges for name in (*edge.items, *edge.inputs))}
    names |= {country for name in names if name in records.parties for country in records.parties[name].territories}
    waiting = [name for name in names if name in records.items]
    while waiting:
        fresh = [broader for broader in records.items[waiting.pop()].kind_of if broader not in names]
        names.update(fresh)
        waiting.extend(fresh)
    return Records(
        parties={name: party for name, party in records.parties.items() if name in names},
        items={name: item for name, item in records.items.items() if name in names},
        relations=tuple(edges),
    )


def remarked(graph: Graph, selection: Selection) -> Selection:
    """Return a selection with the notes of its parties and items, and of the findings behind its edges.

    Each of several notes of one edge begins with the id of its finding.
    """
    records = selection.records
    findings = graph.findings(sorted({name for edge in records.relations for name in edge.findings}))
    said = {name: what["note"] for name, what in findings.items() if what.get("note")}
    remarks: dict[str, tuple[str, ...]] = {}
    for edge in records.relations:
        noted = [name for name in edge.findings if name in said]
        remarks[edge.id] = tuple(f"{name}: {said[name]}" if len(noted) > 1 else said[name] for name in noted)
    for kind in (*schema.PARTY_KINDS, schema.ITEM):
        known = records.items if kind is schema.ITEM else records.parties
        for name, what in graph.declarations(kind.label, sorted(known)).items():
            remarks[name] = (what["note"],) if what.get("note") else ()
    return replace(selection, remarks=remarks)


def _of(graph: Graph, title: str, edges: Sequence[Relation], nodes: Iterable[str] = ()) -> Selection:
    return Selection(title, subset(graph.records, edges, nodes))


def declared(graph: Graph, selection: Selection) -> Declared:
    """Return what files declare of a selection, by section of the findings file and id.

    States of the bundled table are left out: no file declares them. Whatever bears on an edge comes with it: all its
    findings, those that contradict them, and what these refer to.
    """
    from kg import names

    table = _declarations(graph)
    kept = table.keys() if selection.whole else _closure(graph, selection, table)
    sections: dict[str, dict[str, Mapping[str, Any]]] = {section: {} for section in SECTIONS}
    for key in sorted(kept):
        section, what = table[key]
        if key[1] not in names.states():
            sections[section][key[1]] = what
    return sections


def further_parties(selection: Selection, declared: Declared) -> set[str]:
    """Return the ids of the parties that a selection declares or refers to and that are none of its own."""
    found = set(declared["parties"])
    for section in ("parties", "findings") if not selection.whole else ():
        for what in declared[section].values():
            one: Declaration = SECTIONS[section].model_validate(what, strict=False)
            found |= {name for label, name in references(one) if label == schema.PARTY_LABEL}
    return found - selection.records.parties.keys()


def keys(selection: Selection, declared: Declared) -> set[Key]:
    """Return the keys of the nodes of a selection: what it declares, its parties and items, its edges' findings."""
    found = {(schema.PARTY_LABEL, name) for name in selection.records.parties}
    found |= {("Item", name) for name in selection.records.items}
    found |= {("Finding", name) for edge in selection.records.relations for name in edge.findings}
    for section, content in declared.items():
        label = schema.PARTY_LABEL if SECTIONS[section] is Party else SECTIONS[section].__name__
        found.update((label, name) for name in content)
    return found


def _declarations(graph: Graph) -> dict[Key, tuple[str, dict[str, Any]]]:
    """Return all declarations of the graph with the section each belongs to, in the shape of the findings file."""
    table: dict[Key, tuple[str, dict[str, Any]]] = {}
    for section, model in SECTIONS.items():
        known = {field.alias or name for name, field in model.model_fields.items()}
        labels = [kind.label for kind in schema.PARTY_KINDS] if model is Party else [model.__name__]
        for label in labels:
            for name, what in graph.declarations(label).items():
                key = (schema.kind_of_label(label).key_label, name)
                table[key] = (section, {field: value for field, value in what.items() if field in known})
    return table


def _closure(graph: Graph, selection: Selection, table: Mapping[Key, tuple[str, dict[str, Any]]]) -> set[Key]:
    """Return the keys of all that a selection needs to stand by itself."""
    companions: dict[str, set[str]] = defaultdict(set)
    for edge in graph.records.relations:
        for name in edge.findings:
            companions[name].update(edge.findings)
    for (label, name), (_, what) in table.items():
        for other in what.get("contradicts", ()) if label == "Finding" else ():
            companions[other["id"]].add(name)
    waiting: list[Key] = [("Finding", name) for edge in selection.records.relations for name in edge.findings]
    waiting += [(schema.PARTY_LABEL, name) for name in selection.records.parties]
    waiting += [("Item", name) for name in selection.records.items]
    kept: set[Key] = set()
    while waiting:
        key = waiting.pop()
        if key in kept or key not in table:
            continue
        kept.add(key)
        section, content = table[key]
        one: Declaration = SECTIONS[section].model_validate(content, strict=False)
        waiting.extend(references(one))
        if isinstance(one, Source):
            waiting.extend((label, relay.id) for relay in one.relays for label in ("Source", "Origin"))
        elif isinstance(one, Finding):
            waiting.extend(("Finding", other) for other in companions[one.id])
    return kept
