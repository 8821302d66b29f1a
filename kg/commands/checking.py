"""`kg verify`: whether the graph says what findings and documents say; `kg doctor`: whether all it needs is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.commands.options import DocumentsOption, FormatOption, connected, show

if TYPE_CHECKING:
    from kg.verify import Verification


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(verify)
    app.command()(doctor)


def verify(
    page: Annotated[
        Path | None, typer.Argument(metavar="[FILE.html]", help="An exported page to check instead.")
    ] = None,
    documents: DocumentsOption = None,
    format_: FormatOption = None,
) -> None:
    """Check locators, hashes, relays, orphans and edges; end with 7 if anything is off.

    Given an exported page, read its data back, check its digest, and say which origins and sources it rests on.

    Example: kg verify --documents documents/
    """
    if page is not None:
        _verify_page(page, format_)
        return
    from kg.errors import InputError, VerificationError
    from kg.output import Answer
    from kg.verify import verify as verify_graph

    if documents is not None and not documents.is_dir():
        raise InputError(f"{documents} is no folder: name the folder that holds the documents.")
    with connected() as graph:
        found = verify_graph(graph.database, documents)
    extra: dict[str, object] = {
        "findings": found.findings,
        "edges": found.edges,
        "quotes": found.quotes,
        "absent": found.absent,
    }
    extra["conflicts"] = found.conflicts
    show(
        Answer(
            found.rows(),
            {"check": "check", "id": "id", "problem": "problem"},
            _notes(found, documents is not None),
            extra,
        ),
        format_,
    )
    if found.faults:
        number = len(found.faults)
        raise VerificationError(
            f"{number} fault{'s' * (number > 1)} found, the first in {found.faults[0].id}: {found.faults[0].problem}."
        )
    if found.absent and not found.quotes:
        raise VerificationError(f"no quote was compared, since {documents} holds none of the documents: name theirs.")


def doctor(format_: FormatOption = None) -> None:
    """Check Java, disk, ports, permissions, versions, the hashes of Neo4j's files, and that the database answers.

    Says the remedy for each finding, and mends nothing. Ends with 0 where nothing failed, else with 7; a warning is
    something that works and is worth a look.

    Example: kg doctor --format json
    """
    from kg import doctor as doctors
    from kg import settings
    from kg.errors import VerificationError
    from kg.output import Answer

    found = doctors.examine(settings.load())
    columns = {"check": "check", "state": "state", "found": "found", "remedy": "remedy"}
    show(Answer([one.row() for one in found], columns), format_)
    failed = [one for one in found if one.state == doctors.FAIL]
    if failed:
        more = f" ({len(failed)} checks failed)" if len(failed) > 1 else ""
        raise VerificationError(f"{failed[0].check}: {failed[0].found}{more}; remedy: {failed[0].remedy}.")


def _verify_page(page: Path, format_: FormatOption) -> None:
    """Print what a page rests on. Raise `VerificationError` where its data is not what its digest says."""
    from kg.export.html import read_back
    from kg.output import Answer

    data = read_back(page)
    rows = []
    for name, origin in sorted(data["origins"].items()):
        behind = [one for one in data["findings"].values() if one["origin"] == name]
        organisation = data["organisations"].get(origin["organisation"], {})
        rows.append(
            {
                "origin": name,
                "organisation": organisation.get("name", origin["organisation"]),
                "sources": sorted({one["source"] for one in behind}),
                "findings": len(behind),
            }
        )
    transfers = sum(edge["type"] in ("SUPPLIED", "DIVERTED", "CAPTURED") for edge in data["edges"])
    notes = [
        f"The data of this page is as it was written: {len(data['nodes'])} parties, {transfers} transfers, "
        f"{len(data['findings'])} findings.",
        "A digest shows damage and careless change; who wrote the page it cannot show.",
    ]
    if data["handling"]:
        notes.insert(0, f"Handling: {data['handling']}.")
    extra = {"title": data["title"], "handling": data["handling"]}
    show(Answer([row for row in rows if row["findings"]], notes=notes, extra=extra), format_)


def _notes(found: Verification, with_documents: bool) -> list[str]:
    notes = [f"Checked: {found.findings} findings behind {found.edges} edges."]
    if found.conflicts:
        number = len(found.conflicts)
        notes.append(
            f"{number} conflict{'s' * (number > 1)} among findings (no fault; see kg evidence): {found.conflicts[0]}"
        )
    if with_documents:
        notes.append(f"{found.quotes} quotes compared with their documents.")
        notes += [f"Document not there, its quotes not checked: {name}" for name in found.absent]
    else:
        notes.append("Quotes were not compared: give --documents DIR for that.")
    return notes
