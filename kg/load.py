"""Files → names → store: one load is one transaction, and one record a file.

A file owns what it declares. What two files declare alike they own together; what a file no longer has is removed.
Files are known by name: a file that moved to another folder is still the same file.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kg import dates, evidence, names, schema
from kg.documents import Quote
from kg.errors import InputError, NothingFoundError
from kg.findings import Declaration, Declared, Finding, Item, Origin, Party, Problem, Source
from kg.reading import File, Reading, add_quotes, find_files, read
from kg.records import Relation
from kg.store.read import strangers
from kg.store.write import Arrow, Key, Stored, Writer, arrows, declaration, key_of, node_kind, node_properties

if TYPE_CHECKING:
    from kg.store.session import Database


@dataclass(frozen=True, slots=True)
class FileReport:
    """What a load did with one file, counted in declarations."""

    file: str
    loader: str
    reason: str
    read: int = 0
    written: int = 0
    unchanged: int = 0
    changed: int = 0
    removed: int = 0
    rejected: int = 0
    quotes: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What a load did: by file, what was removed, what was rejected, and the number of edges written."""

    files: tuple[FileReport, ...]
    removed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    edges: int = 0
    dry_run: bool = False
    skipped: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a file."""
        return [{name: getattr(file, name) for name in FileReport.__slots__} for file in self.files]


@dataclass(slots=True)
class _Plan:
    """One load worked out inside its transaction."""

    writer: Writer
    files: Sequence[File]
    reading: Reading
    stored: dict[Key, Stored] = field(default_factory=dict)
    nodes: dict[Key, tuple[Declaration, tuple[str, ...], Quote | None]] = field(default_factory=dict)
    leaving: dict[Key, Stored] = field(default_factory=dict)
    released: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def names(self) -> list[str]:
        return [file.name for file in self.files]

    def knows(self, key: Key) -> bool:
        """Say whether a node of this key will stand after the load."""
        return key in self.reading.declared or (key in self.stored and key not in self.leaving)


def _with_states(plan: _Plan) -> None:
    """Add the states that declarations refer to, from the table, owned by the files that refer to them."""
    table, wanted = names.states(), [one for places in plan.reading.declared.values() for one in places]
    while wanted:
        one = wanted.pop()
        for label, name in _references(one.what):
            key = (label, name)
            if label != schema.PARTY_LABEL or name not in table:
                continue
            if any(other.file == one.file for other in plan.reading.declared.get(key, ())):
                continue
            state = table[name]
            party = Party(id=state.id, kind="Country", name=state.name, aliases=state.aliases)
            added = Declared(party, one.file, one.line)
            plan.reading.declared[key].append(added)
            wanted.append(added)


def _without_states(plan: _Plan) -> None:
    """Take the states out again, so that none stays for the sake of a declaration that was rejected."""
    table = names.states()
    for key in [key for key in plan.reading.declared if key[0] == schema.PARTY_LABEL and key[1] in table]:
        del plan.reading.declared[key]


def _references(what: Declaration) -> Iterator[Key]:
    """Yield the keys of everything a declaration refers to."""
    if isinstance(what, Finding):
        yield "Source", what.source
        yield "Origin", what.origin
        for _, name in what.refs():
            yield ("Item" if name.startswith("item:") else schema.PARTY_LABEL), name
        for name in (*what.continues, *what.repeats, *(other.id for other in what.contradicts)):
            yield "Finding", name
    elif isinstance(what, Party):
        for name in (*(ref.id for ref in (*what.located_in, *what.part_of)), *what.succeeded_by):
            yield schema.PARTY_LABEL, name
        for name in what.stated_by:
            yield "Source", name
    elif isinstance(what, Item):
        for name in (*what.kind_of, *what.component_of):
            yield "Item", name
    elif isinstance(what, Origin):
        yield "Organisation", what.organisation


def _check_references(plan: _Plan) -> None:
    """Note a problem for everything that refers to what neither stands in the graph nor is declared."""
    for places in list(plan.reading.declared.values()):
        for one in places:
            for label, name in _references(one.what):
                if not plan.knows((label, name)):
                    known = [key[1] for key in (*plan.reading.declared, *plan.stored) if key[0] == label]
                    plan.reading.reject(one, label.lower(), name, _suggestion(label, name, known))
            if isinstance(one.what, Source):
                for relay in one.what.relays:
                    known = [label for label in ("Source", "Origin") if plan.knows((label, relay.id))]
                    if len(known) != 1:
                        found = f"{relay.id}, both a source and an origin" if known else relay.id
                        plan.reading.reject(one, "relays", found, "the id of one source or origin that is declared")


def _suggestion(label: str, name: str, known: Iterable[str]) -> str:
    from rapidfuzz import process

    near = process.extractOne(name, list(known), score_cutoff=75)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"the id of a declared {label.lower()}{hint}; load the file that declares it together with this one"


def _compare_with_graph(plan: _Plan) -> None:
    """Work out what is new, changed, unchanged and leaving; note a problem where another file says otherwise."""
    own = set(plan.names())
    for key, places in plan.reading.declared.items():
        what, quote = places[0].what, plan.reading.quotes.get(places[0].what.id)
        old = plan.stored.get(key)
        others = set(old.files) - own if old else set()
        if old and others and old.record != what.canonical():
            for one in places:
                where = f"{one.what.id} with other content than in {', '.join(sorted(others))}"
                plan.reading.reject(one, "id", where, "the same content, or `kg unload` of that file")
            continue
        owners = tuple(sorted(others | {one.file for one in places}))
        same = old is not None and old.record == what.canonical() and old.label == node_kind(what).label
        if old and same and quote is None:
            quote = old.quote
        if not old or not same or old.files != owners or old.quote != quote:
            plan.nodes[key] = (what, owners, quote)
        for one in places if what.id not in names.states() else ():
            sort = "written" if not old else "unchanged" if same else "changed"
            plan.counts[one.file][sort] += 1
            plan.counts[one.file]["quotes"] += one.what.id in plan.reading.quotes


def _find_leaving(plan: _Plan) -> None:
    """Work out what the files no longer declare, and what of it other files still do."""
    own = set(plan.names())
    for key, old in plan.stored.items():
        if key in plan.reading.declared or not own & set(old.files):
            continue
        for name in own & set(old.files) if key[1] not in names.states() else ():
            plan.counts[name]["removed"] += 1
        remaining = tuple(sorted(set(old.files) - own))
        if remaining:
            plan.released[key] = remaining
        else:
            plan.leaving[key] = old


def _check_leaving(plan: _Plan) -> None:
    """Note a problem where something that leaves is still referred to by what stays."""
    rewritten = [key for key in plan.nodes if key in plan.stored]
    gone = [*plan.leaving, *rewritten]
    for key, other in plan.writer.referred(plan.leaving, gone).items():
        file = plan.leaving[key].files[0]
        plan.reading.problems.append(
            Problem(
                file, 1, key[0].lower(), f"{key[1]} no longer declared", f"it, since {other} still refers to it", key[1]
            )
        )


def _check_moved(plan: _Plan, loads: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a file whose name is that of a wholly different file loaded from another folder."""
    for file in plan.files:
        load = loads.get(file.name)
        if not load or load["path"] == str(file.path.resolve().parent):
            continue
        mine = {key for key, old in plan.stored.items() if file.name in old.files}
        if mine and not any(any(one.file == file.name for one in plan.reading.declared.get(key, ())) for key in mine):
            raise InputError(
                f"another file called {file.name} is loaded from {load['path']} and shares nothing with {file.path}: "
                f"rename one, or `kg unload {file.name}` first."
            )


def _check_evidence(plan: _Plan) -> None:
    """Note findings whose source does not relay their origin, and circular relays."""
    background = _background(plan, {})
    for places in plan.reading.declared.values():
        for one in places:
            what = one.what
            if isinstance(what, Finding) and what.source in background.sources and what.origin in background.origins:
                if background.distance(what.source, what.origin) is None:
                    reading = f"{what.source}, which does not relay {what.origin}"
                    plan.reading.reject(one, "source", reading, "a source whose relays lead to the origin")
            elif isinstance(what, Source):
                _check_relays(plan, one, what, background)


def _check_relays(plan: _Plan, one: Declared, source: Source, background: evidence.Background) -> None:
    """Note a source that relays itself, or that is older than what it relays."""
    if background.distance(source.id, source.id) is not None:
        plan.reading.reject(one, "relays", f"{source.id} relaying itself in a circle", "relays that lead to an origin")
    for relay in source.relays:
        relayed = background.sources.get(relay.id) or background.origins.get(relay.id)
        if relayed and relayed.published and dates.is_before(source.published, relayed.published):
            found = f"{source.published}, older than {relay.id} ({relayed.published}), which it relays"
            plan.reading.reject(one, "published", found, "a copy no older than what it copies")


def _background(plan: _Plan, contradicted: Mapping[str, frozenset[str]]) -> evidence.Background:
    sources: dict[str, Source] = {}
    origins: dict[str, Origin] = {}
    standing = {key: old for key, old in plan.stored.items() if key not in plan.leaving}
    for (label, name), old in standing.items():
        if label == "Source":
            sources[name] = cast(Source, declaration(label, old.record))
        elif label == "Origin":
            origins[name] = cast(Origin, declaration(label, old.record))
    for places in plan.reading.declared.values():
        what = places[0].what
        if isinstance(what, Source):
            sources[what.id] = what
        elif isinstance(what, Origin):
            origins[what.id] = what
    return evidence.Background(sources, origins, contradicted)


def _check_edges(plan: _Plan) -> None:
    """Note findings that name one transfer but speak of different ones."""
    findings = {key[1]: places[0] for key, places in plan.reading.declared.items() if key[0] == "Finding"}
    by_key: dict[str, list[Finding]] = defaultdict(list)
    for one in findings.values():
        finding = cast(Finding, one.what)
        if finding.transfer:
            by_key[finding.transfer].append(finding)
    standing, _ = plan.writer.same_edge([f for group in by_key.values() for f in group])
    for finding in standing:
        if finding.transfer in by_key and finding.id not in findings and ("Finding", finding.id) not in plan.leaving:
            by_key[finding.transfer].append(finding)
    for transfer, group in by_key.items():
        difference = evidence.disagreement(group)
        if difference:
            for finding in group:
                if finding.id in findings:
                    plan.reading.reject(
                        findings[finding.id], "transfer", f"{transfer} for {difference}", "one edge a key"
                    )


def _work_out(plan: _Plan, rejects: bool) -> None:
    """Compare with the graph until nothing more is rejected (or once, where any problem ends the load)."""
    while True:
        plan.nodes, plan.leaving, plan.released = {}, {}, {}
        plan.counts = defaultdict(lambda: defaultdict(int))
        before = len(plan.reading.problems)
        _without_states(plan)
        _with_states(plan)
        _find_leaving(plan)
        _check_references(plan)
        _check_evidence(plan)
        _check_edges(plan)
        _compare_with_graph(plan)
        _check_leaving(plan)
        if len(plan.reading.problems) == before:
            return
        if not rejects or not plan.reading.drop_rejected():
            return


def _stored(plan: _Plan, key: Key) -> Declaration:
    return declaration(plan.stored[key].label, plan.stored[key].record)


def _apply(plan: _Plan) -> int:
    """Write what was worked out; return the number of edges written."""
    writer = plan.writer
    old = [_stored(plan, key) for key in (*plan.nodes, *plan.leaving) if key in plan.stored]
    touched = [what for what in old if isinstance(what, Finding)]
    rivals = {other for _, other, _ in writer.opponents([finding.id for finding in touched])}
    _, edges = writer.same_edge(touched)
    writer.remove_nodes(plan.leaving)
    writer.put_nodes(_node_rows(plan))
    writer.put_arrows(_all_arrows(plan))
    changed = [what for what, _, _ in plan.nodes.values()]
    affected = [what for what in changed if isinstance(what, Finding)]
    rivals |= {other for _, other, _ in writer.opponents([finding.id for finding in affected])}
    affected += touched + _affected_by_background(plan, changed) + writer.findings_where("id", sorted(rivals))
    return _derive(plan, affected, edges)


def _node_rows(plan: _Plan) -> list[tuple[schema.NodeKind, dict[str, Any]]]:
    """Return the nodes to write: new and changed ones, and those that another file goes on declaring."""
    rows = [(node_kind(what), node_properties(what, files, quote)) for what, files, quote in plan.nodes.values()]
    for key, files in plan.released.items():
        what = _stored(plan, key)
        rows.append((node_kind(what), node_properties(what, files, plan.stored[key].quote)))
    return rows


def _all_arrows(plan: _Plan) -> list[Arrow]:
    labels = {name: label for label, name in (*plan.stored, *plan.reading.declared) if label in ("Source", "Origin")}
    written = [what for what, _, _ in plan.nodes.values()]
    written += [_stored(plan, key) for key in plan.released]
    return [arrow for what in written for arrow in arrows(what, labels)]


def _affected_by_background(plan: _Plan, changed: Sequence[Declaration]) -> list[Finding]:
    """Return the findings whose weight hangs on a source or origin that changed: all of them, where one did."""
    stood = [what for what in changed if isinstance(what, Source | Origin) and key_of(what) in plan.stored]
    if not stood and not any(key[0] in ("Source", "Origin") for key in plan.leaving):
        return []
    sources = [key[1] for key in (*plan.stored, *plan.reading.declared) if key[0] == "Source"]
    return plan.writer.findings_where("source", dict.fromkeys(sources))


def _derive(plan: _Plan, affected: Sequence[Finding], edges: set[str]) -> int:
    """Make the edges anew that these findings, and all about the same edges, support."""
    writer = plan.writer
    findings, standing = writer.same_edge(affected)
    against: dict[str, set[str]] = defaultdict(set)
    unopposed = _background(plan, {})
    for name, _, origin in writer.opponents([finding.id for finding in findings]):
        against[name].add(unopposed.organisation(origin))
    background = replace(unopposed, contradicted={name: frozenset(who) for name, who in against.items()})
    writer.remove_relations(sorted(edges | standing))
    made: list[Relation] = []
    edge_of: dict[str, str | None] = {}
    for group in evidence.group(findings):
        edge = evidence.relation(group, background)
        edge_of |= {finding.id: edge.id if edge else None for finding in group}
        if edge:
            made.append(edge)
    writer.put_relations(made)
    writer.name_edges(edge_of)
    return len(made)


def load(
    database: Database,
    paths: Sequence[Path],
    *,
    loader: str | None = None,
    documents_folder: Path | None = None,
    dry_run: bool = False,
    rejects: bool = False,
    on_step: Callable[[str], None] = lambda step: None,
) -> Report:
    """Load files and folders into the graph, in one transaction.

    Raise `InputError` where a path is no file to load. Problems in the files are in the report; unless `rejects` is
    true, nothing is written where there is any. With `rejects` the good declarations are written and what depends on
    a bad one is rejected with it.
    """
    files, skipped = find_files(paths, loader)
    reading = read(files, on_step)
    if documents_folder is not None:
        if not documents_folder.is_dir():
            raise InputError(f"{documents_folder} is no folder: name the folder that holds the documents.")
        skipped += [f"{name} (document not there)" for name in add_quotes(reading, documents_folder)]
    if rejects:
        reading.drop_rejected()
    elif reading.problems:
        return _report(_Plan(cast(Writer, None), files, reading), 0, dry_run, skipped)
    _prepare(database, dry_run=dry_run)
    on_step("writing")

    def work(transaction: Any) -> Report:  # noqa: ANN401 - the driver's transaction
        attempt = Reading(
            defaultdict(list, {k: list(v) for k, v in reading.declared.items()}), list(reading.problems), reading.quotes
        )
        plan = _Plan(Writer(transaction), files, attempt)
        plan.writer.lock()
        wanted = [key[1] for key in attempt.declared if key[0] == "Finding"]
        referred = [
            name
            for places in attempt.declared.values()
            for label, name in _references(places[0].what)
            if label == "Finding"
        ]
        plan.stored = plan.writer.stored() | plan.writer.stored_findings(plan.names(), dict.fromkeys(wanted + referred))
        _check_moved(plan, plan.writer.loads(plan.names()))
        _work_out(plan, rejects)
        stop = dry_run or (attempt.problems and not rejects)
        if stop:
            report = _report(plan, 0, dry_run, skipped)
            raise _Undo(report)
        edges = _apply(plan)
        for file in files:
            plan.writer.put_load(_load_record(file, plan))
        return _report(plan, edges, dry_run, skipped)

    try:
        return database.write(work)
    except _Undo as undo:
        return undo.report


class _Undo(Exception):
    def __init__(self, report: Report) -> None:
        super().__init__("rolled back")
        self.report = report


def _prepare(database: Database, *, dry_run: bool) -> None:
    """Refuse a database that holds something else; else make the constraints, if anything is to be written."""
    others = strangers(database)
    if others:
        raise InputError(
            f"the database holds something else (nodes of {', '.join(others)}): nothing was written; give the graph a "
            "database of its own with KG_NEO4J_URI or KG_NEO4J_DATABASE."
        )
    for statement in schema.constraints() if not dry_run else ():
        database.run(statement)


def _load_record(file: File, plan: _Plan) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    counts = {name: plan.counts[file.name][name] for name in ("written", "unchanged", "changed", "removed")}
    return {
        "id": f"{file.name}@{now}",
        "file": file.name,
        "path": str(file.path.resolve().parent),
        "sha256": file.sha256,
        "loader": file.loader,
        "at": now,
        "tool": version("weapons-supply-kg"),
        "current": True,
        **counts,
    }


def _report(plan: _Plan, edges: int, dry_run: bool, skipped: Sequence[str]) -> Report:
    rows = []
    for file in plan.files:
        rejected = {(p.line, p.id) for p in plan.reading.problems if p.file == file.name}
        own = sum(
            one.file == file.name and one.what.id not in names.states()
            for places in plan.reading.declared.values()
            for one in places
        )
        counts = dict(plan.counts[file.name])
        rows.append(FileReport(file.name, file.loader, file.reason, read=own, rejected=len(rejected), **counts))
    removed = tuple(sorted(f"{key[0].lower()} {key[1]}" for key in plan.leaving))
    return Report(tuple(rows), removed, tuple(plan.reading.problems), edges, dry_run, tuple(skipped))


def unload(database: Database, name: str) -> Report:
    """Take what a file declares out of the graph again. Raise `NothingFoundError` if no such file is loaded."""

    def work(transaction: Any) -> Report:  # noqa: ANN401 - the driver's transaction
        writer = Writer(transaction)
        writer.lock()
        load_record = writer.loads([name]).get(name)
        if not load_record:
            raise NothingFoundError(f"no file called {name} is loaded: `kg status` lists those that are.")
        file = File(Path(load_record["path"]) / name, load_record["loader"], "unload", load_record["sha256"])
        plan = _Plan(writer, [file], Reading())
        plan.stored = writer.stored() | writer.stored_findings([name], ())
        _find_leaving(plan)
        _check_leaving(plan)
        if plan.reading.problems:
            raise InputError(f"{name} cannot be unloaded: {plan.reading.problems[0]}; unload what refers to it first.")
        edges = _apply(plan)
        writer.end_load(name)
        return _report(plan, edges, False, ())

    return database.write(work)


def rejects_line(problem: Problem) -> str:
    """Return a problem as one line of a rejects file (JSON)."""
    return json.dumps(problem.rows(), ensure_ascii=False)
