"""`kg load`, `kg unload`, `kg loaders`, `kg locate`: from files to the graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.commands.options import (
    DecisionsOption,
    DocumentsOption,
    FormatOption,
    connected,
    decided,
    say,
    show,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.load import Report

SHOWN_PROBLEMS = 50
SHOWN_NAMES = 10
COLUMNS = {
    "file": "file", "loader": "loader", "read": "read", "written": "written", "unchanged": "unchanged",
    "changed": "changed", "removed": "removed", "rejected": "rejected", "quotes": "quotes",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(load)
    app.command()(unload)
    app.command("loaders")(list_loaders)
    app.command()(locate)


def load(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders to load.")],
    loader: Annotated[str | None, typer.Option("--loader", help="Read with this loader; see kg loaders.")] = None,
    documents: DocumentsOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count; write nothing.")] = False,
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", help="Load what is good; write the rest here to mend, a folder if of several files."),
    ] = None,
    decisions: DecisionsOption = None,
    format_: FormatOption = None,
) -> None:
    """Load files: read, check, resolve, write in one transaction. Loading a file again changes nothing.

    A file owns what it declares: what it no longer has is removed. Any problem ends the load with nothing written,
    unless --rejects is given: then the good is loaded, and the rest goes to a file of the same format with the reasons
    beside it (FILE.reasons.json). Mend that file and load it: what is mended goes back into the file it came from.

    Example: kg load data/ --documents documents/ --dry-run
    """
    from kg.commands.progress import StepProgress
    from kg.errors import InputError
    from kg.load import load as load_files
    from kg.load import write_rejects
    from kg.reading import check_regular

    for path in paths:  # before a server is started for it
        check_regular(path, folder=True)
    with connected() as graph, StepProgress() as progress:
        report = load_files(
            graph.database,
            paths,
            loader=loader,
            documents_folder=documents,
            dry_run=dry_run,
            rejects=rejects is not None,
            stands=decided(decisions),
            on_step=progress,
        )
    if rejects is not None and not report.refused:
        for path in write_rejects(report, rejects):
            say(f"Rejected: mend {path} by the reasons in {path.name}.reasons.json, then `kg load {path}`.")
    show_report(report, format_)
    if report.refused:
        for problem in report.problems[:SHOWN_PROBLEMS]:
            say(str(problem))
        rest = len(report.problems) - SHOWN_PROBLEMS
        if rest > 0:
            say(f"… and {rest} more.")
        raise InputError(
            f"{len(report.problems)} problem{'s' * (len(report.problems) > 1)} found, nothing was written: "
            f"{_remedy(report, rejects is not None)}."
        )


def _remedy(report: Report, rejects: bool) -> str:
    """Say what to do about a load that was refused."""
    if any(problem.final for problem in report.problems):
        return (
            "what findings cite stands otherwise by another file, and must not stand twice: `kg unload` that file first"
        )
    return f"mend the file{'' if rejects else ', or load what is good with --rejects FILE'}"


def show_report(report: Report, format_: FormatOption) -> None:
    """Print what a load did."""
    from kg.output import Answer

    notes = [f"Removed, since no file declares it any more: {_listed(report.removed)}"] if report.removed else []
    if report.changed:
        notes.append(f"Changed: {_listed(_changed(report))}")
    if report.names:
        notes.append(f"By decisions on names: {_listed(report.names)}")
    notes += [f"Not loaded: {name}" for name in report.skipped]
    notes += [file.sentence() for file in report.files if file.read]
    if report.namesakes:
        pairs = _listed([" and ".join(ids) for ids in report.namesakes])
        notes.append(f"Of one name and perhaps one, which kg names decide settles: {pairs}")
    if report.dry_run:
        notes.append("Dry run: nothing was written.")
    extra = {
        "removed": report.removed,
        "changed": [one.row() for one in report.changed],
        "namesakes": report.namesakes,
        "names": report.names,
        "problems": [one.rows() for one in report.problems],
        "edges": report.edges,
    }
    show(Answer(report.rows(), COLUMNS, notes, extra), format_)


def _changed(report: Report) -> list[str]:
    """Return what was changed, in words: kind and id of each, with the names of its fields."""
    changed: dict[str, list[str]] = {}
    for one in report.changed:
        changed.setdefault(f"{one.kind} {one.id}", []).append(str(one.field))
    return [f"{name} ({', '.join(fields)})" for name, fields in changed.items()]


def _listed(names: Sequence[str]) -> str:
    """Return the first of some names, and how many more --format json has."""
    more = f"; and {len(names) - SHOWN_NAMES} more: see --format json" if len(names) > SHOWN_NAMES else ""
    return "; ".join(names[:SHOWN_NAMES]) + more


def unload(
    file: Annotated[str, typer.Argument(help="Name of a loaded file; kg status lists them.")],
    decisions: DecisionsOption = None,
    format_: FormatOption = None,
) -> None:
    """Take what a file declares out of the graph again.

    Example: kg unload 002-wtkr-2017-12-14.yaml
    """
    from kg.load import unload as unload_file

    with connected() as graph:
        report = unload_file(graph.database, Path(file).name, decided(decisions))
    show_report(report, format_)


def list_loaders(format_: FormatOption = None) -> None:
    """List the source formats known, with an example.

    Example: kg loaders
    """
    from kg.output import Answer
    from kg.reading import loaders

    rows = [
        {"name": name, "title": loader.TITLE, "suffixes": list(loader.SUFFIXES), "example": loader.EXAMPLE}
        for name, loader in loaders().items()
    ]
    show(Answer(rows), format_)


def locate(
    document: Annotated[Path, typer.Argument(help="The document.")],
    quote: Annotated[str, typer.Argument(help="The words to find, exactly as they stand there.")],
    format_: FormatOption = None,
) -> None:
    """Print a ready locator for a quote: offsets in Unicode code points and the hash. All places, if several.

    Example: kg locate report.txt "supplied by the same distributor"
    """
    from kg import documents
    from kg.errors import NothingFoundError
    from kg.output import Answer

    text, sha256 = documents.read(document)
    places = documents.locate(text, quote)
    if not places:
        raise NothingFoundError(
            f"{document} does not hold these words: copy them exactly, with its own quotation marks and spaces."
        )
    rows = [
        {
            "document": document.name,
            "document_sha256": sha256,
            "line": text.count("\n", 0, place.start) + 1,
            "start": place.start,
            "end": place.end,
            "sha256": place.sha256,
            "yaml": place.yaml(),
        }
        for place in places
    ]
    notes = [f"The words stand there {len(places)} times: choose the place that is meant."] if len(places) > 1 else []
    show(Answer(rows, {"line": "line", "yaml": "locator"}, notes), format_)
