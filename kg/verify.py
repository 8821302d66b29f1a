"""What `kg verify` checks: the graph against itself, against its findings, and findings against their documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kg import catalog, dates, documents, evidence, grading
from kg.findings import Finding, Locator, Origin, Source
from kg.records import Relation
from kg.store import read

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
    findings = {name: _finding(row) for name, row in read.declarations(database, "Finding").items()}
    sources = {name: _model(Source, row) for name, row in read.declarations(database, "Source").items()}
    origins = {name: _model(Origin, row) for name, row in read.declarations(database, "Origin").items()}
    edges, groups = read.records(database).relations, evidence.group(findings.values())
    background = evidence.background(findings.values(), sources, origins)
    faults = [*_graph(database), *_edges(edges, groups, background), *_circles(sources, origins)]
    quotes, absent = 0, set()
    if folder is not None:
        found = _documents(folder, findings, sources)
        faults += found.faults
        quotes, absent = found.quotes, found.absent
    disputed = [one.sentence for group in groups for one in grading.conflicts(group)]
    return Verification(tuple(faults), len(findings), len(edges), quotes, tuple(sorted(absent)), tuple(disputed))


def _finding(row: Mapping[str, Any]) -> Finding:
    return _model(Finding, {name: value for name, value in row.items() if name not in read.BESIDES})


def _model(model: type[Model], row: Mapping[str, Any]) -> Model:
    return model.model_validate(dict(row), strict=False)


def _graph(database: Database) -> Iterator[Fault]:
    for query in catalog.checks().values():
        for row in database.read(query.text):
            subject, problem = list(row.values())[:2]
            yield Fault(query.name, str(subject), str(problem))


def _edges(
    edges: Iterable[Relation], groups: Iterable[Sequence[Finding]], background: evidence.Background
) -> Iterator[Fault]:
    """Yield every edge that is not what its findings support."""
    supported = (evidence.relation(group, background) for group in groups)
    expected = {edge.id: edge for edge in supported if edge}
    standing = {edge.id: edge for edge in edges}
    for name in sorted(set(expected) ^ set(standing)):
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
