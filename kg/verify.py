"""What `kg verify` checks: the graph against itself, against its findings, and findings against their documents."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kg import catalog, dates, documents, evidence, grading, schema
from kg.findings import Declaration, Finding, Locator, Origin, Source
from kg.records import Relation
from kg.store import read, write

if TYPE_CHECKING:
    from kg.store.session import Database

Model = TypeVar("Model", Finding, Source, Origin)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is off: the check that found it, the id it is about, and what is wrong in one sentence."""

    check: str
    id: str
    problem: str

    def row(self) -> dict[str, Any]:
        """Return it as a flat row."""
        return {"check": self.check, "id": self.id, "problem": self.problem}


@dataclass(frozen=True, slots=True)
class Verification:
    """All faults, and what was checked: findings, quotes checked against a document, documents that are absent.

    `conflicts` are sentences on findings of one edge that cannot all hold: no fault, but counted.
    """

    faults: tuple[Fault, ...]
    findings: int
    edges: int
    quotes: int
    absent: tuple[str, ...]
    conflicts: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a fault."""
        return [fault.row() for fault in self.faults]


def verify(database: Database, folder: Path | None = None) -> Verification:
    """Check the graph; with a folder of documents also every locator and hash.

    Raise `InputError` where a document's name leads out of the folder.
    """
    declared, odd = _declarations(database)
    findings, sources, origins = _of(Finding, declared), _of(Source, declared), _of(Origin, declared)
    grounded = [one for one in findings.values() if one.source in sources and one.origin in origins]
    groups, background = evidence.group(grounded), evidence.background(grounded, sources, origins)
    records, strange = read.records_and_strange(database)
    edges = records.relations
    unread = {one.id: one.what for one in strange if one.is_edge and one.id}
    faults = [*_graph(database), *odd, *_edges(edges, unread, groups, background), *_circles(sources, origins)]
    quotes, absent = 0, set()
    if folder is not None:
        found = _documents(folder, findings, sources)
        faults += found.faults
        quotes, absent = found.quotes, found.absent
    disputed = [one.sentence for group in groups for one in grading.conflicts(group)]
    return Verification(tuple(faults), len(findings), len(edges), quotes, tuple(sorted(absent)), tuple(disputed))


def _of(model: type[Model], declared: Iterable[Declaration]) -> dict[str, Model]:
    return {one.id: one for one in declared if isinstance(one, model)}


def _graph(database: Database) -> Iterator[Fault]:
    for query in catalog.checks().values():
        for row in database.read(query.text):
            subject, problem = list(row.values())[:2]
            yield Fault(query.name, "(no id)" if subject is None else str(subject), str(problem))


def _declarations(database: Database) -> tuple[list[Declaration], list[Fault]]:
    """Return what the graph declares, and every node that is not what its record makes of it."""
    declared, faults = [], []
    for label in dict.fromkeys(kind.key_label for kind in schema.NODE_KINDS if kind.label not in schema.HISTORY):
        for node in read.nodes(database, label):
            name, record = str(node["properties"]["id"]), node["properties"].get(schema.RECORD)
            try:
                what = write.declaration(label, record)
            except (TypeError, ValueError):
                problem = "no file declares it" if record is None else "its record is no declaration"
                faults.append(Fault("node", name, problem))
                continue
            declared.append(what)
            faults += [Fault("node", name, problem) for problem in (*_node(what, node), *_arrows(what, node))]
    return declared, faults


def _node(what: Declaration, node: Mapping[str, Any]) -> Iterator[str]:
    """Yield how the labels and properties of a node differ from those that its record makes."""
    standing, kind = node["properties"], write.node_kind(what)
    files = standing.get(schema.FILES)
    text = standing.get("quote")
    quote = documents.Quote(text, standing.get("quote_before"), standing.get("quote_after")) if text else None
    edge = standing.get("transfer")  # compared with the edges themselves
    made = write.node_properties(what, files if isinstance(files, list) else (), quote, edge)
    odd = {name for name in made.keys() | standing.keys() if made.get(name) != standing.get(name)}
    if isinstance(what, Finding) and quote and not _holds(quote, what.locator):
        odd.add("quote")
    if odd:
        yield f"its {', '.join(sorted(odd))} {_DIFFER[len(odd) == 1]} from what its file declares"
    if extra := sorted({*node["labels"]} & _LABELS - {*kind.labels}):
        yield f"it is also of the kind {', '.join(extra)}"
    if lacking := [one for one in kind.labels if one not in node["labels"]]:
        yield f"it is no longer of the kind {', '.join(lacking)}"


_DIFFER = ("differ", "differs")
_LABELS = {label for kind in schema.NODE_KINDS for label in kind.labels}


def _holds(quote: documents.Quote, locator: Locator | None) -> bool:
    return locator is not None and documents.span_sha256(str(quote.text)) == locator.sha256


def _arrows(what: Declaration, node: Mapping[str, Any]) -> Iterator[str]:
    """Yield how the structural relationships that lead from a node differ from those that its record makes."""
    # What a source relays is an origin or a source: which, the id says, and no declaration.
    made = Counter(_arrow(one.type, one.end[1], one.properties) for one in write.arrows(what, defaultdict(str)))
    standing = Counter(
        _arrow(type_, str(end) if {*labels} & {*schema.relationship(type_).ends} else f"{end} ({labels})", properties)
        for type_, labels, end, properties in node["arrows"]
    )
    for type_, end, _ in sorted((made - standing).elements()):
        yield f"its {type_} to {end} is not there as its file declares it"
    for type_, end, _ in sorted((standing - made).elements()):
        yield f"its {type_} to {end} is none that its file declares"


def _arrow(type_: str, end: str, properties: Mapping[str, Any]) -> tuple[str, str, str]:
    return type_, end, str(sorted((name, str(value)) for name, value in properties.items()))


def _edges(
    edges: Iterable[Relation],
    unread: Mapping[str, str],
    groups: Iterable[Sequence[Finding]],
    background: evidence.Background,
) -> Iterator[Fault]:
    """Yield every edge that is not what its findings support. `unread` says what is wrong with those left out."""
    for name, what in sorted(unread.items()):
        yield Fault("edge", name, what)
    supported = (evidence.relation(group, background) for group in groups)
    expected = {edge.id: edge for edge in supported if edge}
    standing = {edge.id: edge for edge in edges}
    for name in sorted((set(expected) ^ set(standing)) - set(unread)):
        problem = "no finding supports it" if name in standing else "its findings support it, but it is not there"
        yield Fault("edge", name, problem)
    for name in sorted(set(expected) & set(standing)):
        odd = [
            key
            for key in type(expected[name]).__slots__
            if getattr(expected[name], key) != getattr(standing[name], key)
        ]
        if odd:
            yield Fault("edge", name, f"its {', '.join(odd)} differ from what its findings support")


def _circles(sources: Mapping[str, Source], origins: Mapping[str, Origin]) -> Iterator[Fault]:
    background = evidence.Background(sources, origins, {})
    for name, source in sources.items():
        if background.distance(name, name) is not None:
            yield Fault("relay", name, "it relays itself in a circle")
        for relay in source.relays:
            earlier = sources.get(relay.id) or origins.get(relay.id)
            if earlier and earlier.published and dates.is_before(source.published, earlier.published):
                yield Fault("relay", name, f"published {source.published}, before {relay.id} ({earlier.published})")


@dataclass(slots=True)
class _Found:
    faults: list[Fault]
    quotes: int
    absent: set[str]


def _documents(folder: Path, findings: Mapping[str, Finding], sources: Mapping[str, Source]) -> _Found:
    found = _Found([], 0, set())
    by_source: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings.values():
        by_source[finding.source].append(finding)
    for name, source in sorted(sources.items()):
        if not source.document:
            continue
        path = documents.below(folder, source.document)
        if not path.exists():
            found.absent.add(source.document)
            continue
        sha256 = documents.sha256(path.read_bytes())
        if source.sha256 and sha256 != source.sha256:
            spans = [_place(finding.locator) for finding in by_source[name] if finding.locator]
            how = documents.difference(path.read_bytes(), spans)
            found.faults.append(Fault("document", name, f"{source.document} is not the recorded file: {how}"))
        text = documents.text_or_none(path)
        for finding in sorted(by_source[name], key=lambda one: one.id):
            if finding.locator:
                found.quotes += 1
                fault = _quote(text or "", finding, finding.locator)
                if fault:
                    found.faults.append(fault)
    return found


def _place(locator: Locator) -> documents.Place:
    return documents.Place(locator.start, locator.end, locator.sha256)


def _quote(text: str, finding: Finding, locator: Locator) -> Fault | None:
    verdict, now = documents.check(text, _place(locator))
    if verdict == documents.HOLDS:
        return None
    where = f"code points {locator.start} to {locator.end} of the document"
    problem = {
        documents.MOVED: f"its quote only moved: it stands at {now} instead of {locator.start}",
        documents.CHANGED: f"its quote changed: {where} do not have the recorded hash",
        documents.BEYOND: f"its quote is gone: {where} lie beyond its end",
    }[verdict]
    return Fault("quote", finding.id, problem)
