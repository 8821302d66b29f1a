"""Files → names → store: one load is one transaction, and one record a file.

A file owns what it declares. What two files declare alike they own together; what a file no longer has is removed.
Files are known by name: a file that moved to another folder is still the same file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kg import comparing, names, schema
from kg import rejects as rejecting
from kg.change import apply
from kg.errors import InputError, NothingFoundError, UsageError
from kg.findings import Counts, Finding, Party, Problem
from kg.plan import Plan, check_leaving, check_moved, find_leaving, references, work_out
from kg.reading import File, OnStep, Reading, add_quotes, excerpt, find_files, read, silent
from kg.records import collector_paused
from kg.store.read import strangers
from kg.store.write import Key, Writer
from kg.withdraw import applied, settle

if TYPE_CHECKING:
    from kg.store.session import Database


@dataclass(frozen=True, slots=True)
class FileReport:
    """What a load did with one file, counted in declarations.

    `findings`, `transfers` (findings of passings) and parties, new to the graph and known to it, are those that it
    declares or, for states, refers to. What an earlier file of the same load brings is known to it. `records` and what
    follows are what the loader of a register counted (see `kg.findings.Counts`); None where the format has no records.
    """

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
    findings: int = 0
    transfers: int = 0
    parties_new: int | None = 0
    parties_known: int | None = 0
    records: int | None = None
    unmapped: int | None = None
    left: int | None = None
    repeats: int | None = None
    without: int | None = None
    undated: int | None = None

    def sentence(self) -> str:
        """Say which loader took the file and why, and what was counted in it."""
        parts = [f"{self.findings} findings, {self.transfers} of transfers"]
        if self.parties_new is not None:
            parts.append(f"{self.parties_new} parties new, {self.parties_known} known")
        if self.records is not None:
            parts.insert(0, f"{self.records} records")
        parts += [f"{words}: {getattr(self, name)}" for name, words in _COUNTED.items() if getattr(self, name)]
        return f"{self.file}: taken by {self.loader}, since {self.reason}; {'; '.join(parts)}"


_COUNTED = {
    "unmapped": "uses of designations that no item of the taxonomy fits",
    "left": "parts of comments kept as text only",
    "repeats": "records that repeat another",
    "without": "records that make no finding",
    "undated": "names of states outside their years",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What a load did: by file, what was removed, what was rejected, and the number of edges written.

    `refused` is true where problems kept all from being written; `taken` are the files as they were taken. `changed`
    has the fields of declarations that were changed, `namesakes` the ids of parties of one name that may be one, and
    `names` says which ids stand for another party than before, by decisions on names.
    """

    files: tuple[FileReport, ...]
    removed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    edges: int = 0
    dry_run: bool = False
    skipped: tuple[str, ...] = ()
    refused: bool = False
    taken: tuple[File, ...] = ()
    changed: tuple[comparing.Change, ...] = ()
    namesakes: tuple[tuple[str, ...], ...] = ()
    names: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a file."""
        return [{one.name: getattr(file, one.name) for one in fields(file)} for file in self.files]


@collector_paused()
def load(
    database: Database,
    paths: Sequence[Path],
    *,
    loader: str | None = None,
    documents_folder: Path | None = None,
    dry_run: bool = False,
    rejects: bool = False,
    stands: Mapping[str, str] | None = None,
    on_step: OnStep = silent,
) -> Report:
    """Load files and folders into the graph, in one transaction.

    Raise `InputError` where a path is no file to load. Problems in the files are in the report; unless `rejects` is
    true, nothing is written where there is any. With `rejects` the good declarations are written and what depends on
    a bad one is rejected with it; a file of which nothing is good, or that cites what another file describes otherwise,
    ends the load. `stands` are the decisions on names:
    they are applied to the whole graph.
    """
    files, skipped = find_files(paths, loader)
    mending = next((file.rejects for file in files if file.rejects), None)
    if rejects and mending:
        raise UsageError(f"{mending.path} mends what was rejected before: mend all of it, and load without --rejects.")
    reading = read(files, on_step)
    if documents_folder is not None:
        if not documents_folder.is_dir():
            raise InputError(f"{documents_folder} is no folder: name the folder that holds the documents.")
        skipped += [f"{name} (document not there)" for name in add_quotes(reading, documents_folder)]
    if rejects:
        reading.drop_rejected()
    if reading.problems and not (rejects and _something_left(files, reading)):
        return _report(Plan(cast(Writer, None), files, reading), 0, dry_run, skipped, refused=True)
    _prepare(database, dry_run=dry_run)
    on_step("Writing", 0, 0)

    request = _Request(files, reading, dry_run, rejects, stands, tuple(skipped))
    try:
        return database.write(lambda transaction: _write(Writer(transaction), request))
    except _Undo as undo:
        return undo.report


@dataclass(frozen=True, slots=True)
class _Request:
    """What is to be loaded and how; a transaction that is tried again begins from it anew."""

    files: Sequence[File]
    reading: Reading
    dry_run: bool
    rejects: bool
    stands: Mapping[str, str] | None
    skipped: tuple[str, ...]


def _write(writer: Writer, request: _Request) -> Report:
    """Work out and write a load in the writer's transaction; raise `_Undo` with the report where nothing is to be."""
    plan = Plan(writer, request.files, request.reading.copy())
    rebuild = writer.lock()
    aside = _Aside.of(writer, request.stands)
    plan.change.stored = writer.stored() | writer.stored_findings(plan.names(), _findings_concerned(plan.reading))
    check_moved(plan, writer.loads(plan.names()))
    work_out(plan, request.rejects)
    plan.change.rebuild = rebuild
    refused = bool(plan.reading.problems) and not (request.rejects and _something_left(request.files, plan.reading))
    if request.dry_run or refused:
        raise _Undo(_report(plan, 0, request.dry_run, request.skipped, refused=refused, stands=aside.stands))
    edges = apply(writer, plan.change)
    renamed = aside.back(writer)
    now = _now()
    writer.put_versions(plan.change.replaced(), now)
    for file in request.files:
        writer.put_load(_load_record(file, plan, now))
    return replace(_report(plan, edges, request.dry_run, request.skipped, stands=aside.stands), names=renamed)


@dataclass(frozen=True, slots=True)
class _Aside:
    """The withdrawals and decisions on names that a graph is made with, set aside while files are compared with it.

    `decided` are the decisions as they stood, `stands` those that are to stand; `settled` is false where there is
    nothing to set aside.
    """

    withdrawn: Sequence[Key]
    decided: Mapping[str, str]
    stands: Mapping[str, str]
    settled: bool

    @classmethod
    def of(cls, writer: Writer, stands: Mapping[str, str] | None) -> _Aside:
        """Make the graph, in the writer's transaction, what files say; decisions stay as they are for `stands` None."""
        withdrawn, withheld = writer.withdrawals(), writer.withheld()
        decided = applied(withheld)
        stands = decided if stands is None else stands
        aside = cls(withdrawn, decided, stands, bool(withdrawn or stands or withheld))
        if aside.settled:
            settle(writer, (), noted=False)
        return aside

    def back(self, writer: Writer) -> tuple[str, ...]:
        """Apply them again; say which ids stand for another party than before."""
        if not self.settled:
            return ()
        settle(writer, self.withdrawn, self.stands)
        return _names(self.decided, applied(writer.withheld()))


def _names(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Say which ids stand for another party than before."""
    came = [f"{name} now stands for {kept}" for name, kept in sorted(after.items()) if before.get(name) != kept]
    return (*came, *(f"{name} is a party of its own again" for name in sorted(before.keys() - after.keys())))


def _findings_concerned(reading: Reading) -> Iterator[str]:
    """Yield the ids of the findings that are declared or referred to."""
    yield from (key[1] for key in reading.declared if key[0] == "Finding")
    for places in reading.declared.values():
        for label, name in references(places[0].what):
            if label == "Finding" and ("Finding", name) not in reading.declared:
                yield name


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
    if not dry_run:
        database.run(*schema.constraints())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _load_record(file: File, plan: Plan, now: str) -> dict[str, Any]:
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
        "added": plan.change.added(file.name),
        **counts,
    }


def _something_left(files: Sequence[File], reading: Reading) -> bool:
    """Say whether each file that has problems also declares a finding, party or item that may be loaded."""
    if any(problem.final for problem in reading.problems):
        return False
    bad = {problem.file for problem in reading.problems} & {file.name for file in files}
    good = {
        one.file
        for key, places in reading.declared.items()
        if key[0] in ("Finding", schema.PARTY_LABEL, "Item") and key[1] not in names.states()
        for one in places
    }
    return bad <= good


def _report(
    plan: Plan,
    edges: int,
    dry_run: bool,
    skipped: Sequence[str],
    *,
    refused: bool = False,
    stands: Mapping[str, str] | None = None,
) -> Report:
    rows = []
    for file in plan.files:
        rejected = {(p.line, p.id) for p in plan.reading.problems if p.file == file.name}
        own = sum(
            one.file == file.name and one.what.id not in names.states()
            for places in plan.reading.declared.values()
            for one in places
        )
        rows.append(
            FileReport(
                file.name,
                file.loader,
                file.reason,
                read=own,
                rejected=len(rejected),
                **(plan.counts[file.name] | _content(plan, file.name) | (_REFUSED if refused else {})),
                **_counted(plan.reading.counts.get(file.name)),
            )
        )
    removed = () if refused else tuple(sorted(f"{key[0].lower()} {key[1]}" for key in plan.change.leaving))
    at_hand = {file.name: file.at_hand for file in plan.files}
    problems = tuple(at_hand[one.file](one) if one.file in at_hand else one for one in plan.reading.problems)
    taken = tuple(plan.files)
    changed = () if refused else tuple(comparing.replaced(plan.change))
    namesakes = () if refused else tuple(plan.change.namesakes(stands or {}))
    return Report(tuple(rows), removed, problems, edges, dry_run, tuple(skipped), refused, taken, changed, namesakes)


#: Of a load that was refused: nothing is written, and what only the graph knows may not have been asked.
_REFUSED: dict[str, Any] = {"written": 0, "changed": 0, "removed": 0, "parties_new": None, "parties_known": None}


def _content(plan: Plan, file: str) -> dict[str, Any]:
    """Count findings and parties that a file declares or, as states, refers to.

    A party that several files of the load declare is new for the first of them alone, and known for the others.
    """
    found = dict.fromkeys(("findings", "transfers", "parties_new", "parties_known"), 0)
    order = [one.name for one in plan.files]
    for key, places in plan.reading.declared.items():
        if all(one.file != file for one in places):
            continue
        what = places[0].what
        if isinstance(what, Finding):
            found["findings"] += 1
            found["transfers"] += what.is_transfer
        elif isinstance(what, Party):
            known = key in plan.change.stored or min((one.file for one in places), key=order.index) != file
            found["parties_known" if known else "parties_new"] += 1
    return found


def _counted(counts: Counts | None) -> dict[str, int]:
    if counts is None:
        return {}
    return {"records": counts.read} | {name: getattr(counts, name) for name in _COUNTED}


def unload(database: Database, name: str, stands: Mapping[str, str] | None = None) -> Report:
    """Take what a file declares out of the graph again. Raise `NothingFoundError` if no such file is loaded."""

    def work(transaction: Any) -> Report:  # noqa: ANN401 - the driver's transaction
        writer = Writer(transaction)
        rebuild = writer.lock()
        aside = _Aside.of(writer, stands)
        load_record = writer.loads([name]).get(name)
        if not load_record:
            raise NothingFoundError(f"no file called {name} is loaded: `kg status` lists those that are.")
        file = File(Path(load_record["path"]) / name, load_record["loader"], "unload", load_record["sha256"])
        plan = Plan(writer, [file], Reading())
        plan.change.stored = writer.stored() | writer.stored_findings([name], ())
        plan.change.rebuild = rebuild
        find_leaving(plan)
        check_leaving(plan)
        if plan.reading.problems:
            raise InputError(f"{name} cannot be unloaded: {plan.reading.problems[0]}; unload what refers to it first.")
        edges = apply(plan.writer, plan.change)
        renamed = aside.back(writer)
        now = _now()
        writer.put_versions(plan.change.replaced(), now)
        writer.end_load(name)
        writer.put_load(_load_record(file, plan, now) | {"current": False})
        return replace(_report(plan, edges, False, ()), names=renamed)

    return database.write(work)


def write_rejects(report: Report, path: Path) -> list[Path]:
    """Write what a load rejected, to be mended and loaded again; return the files written.

    What one file is loaded from goes to `path`; of several, to files of the same names in the folder `path`. Raise
    `UsageError` where they cannot be written.
    """
    rejected = {file.name: [one for one in report.problems if one.file == file.name] for file in report.taken}
    written = []
    places = rejecting.places(path, list(rejected)) if report.problems else {}
    for file in report.taken:
        problems = tuple(rejected[file.name])
        if problems:
            place = places[file.name]
            content = excerpt(file, problems)
            rejecting.write(place, content, rejecting.Rejects(place, file.path, file.sha256, file.loader, problems))
            written.append(place)
    return written
