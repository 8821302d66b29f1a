"""`kg demo`: the main job, end to end, on the bundled data."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.commands.options import connected, say

if TYPE_CHECKING:
    from rich.console import Console

    from kg.graph import Graph

END_USER, SUPPLIER = "group:isis", "country:USA"
WEAPON, PRECURSOR = "item:weapon", "item:precursor"
NEXT_STEPS = (
    ("kg show ISIS", "everything known of a party, with its findings"),
    ("kg evidence ID", "the findings behind one transfer, with their sources"),
    ("kg path Turkey ISIS", "why a state is no supplier by a market on its soil"),
    ("kg chokepoints 'Saudi Arabia' ISIS", "parties on every path, with a certificate"),
    ("kg query suppliers-of -p party=group:isis", "one of the named queries; kg queries lists them"),
    ("kg up --browser", "the same graph in Neo4j Browser"),
    ("kg down", "stop the local Neo4j; what is loaded stays"),
)


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(demo)


def bundled() -> list[Path]:
    """Return the findings files that come with the package."""
    folder = Path(str(files("kg.data")))
    return sorted(folder.glob("*.yaml"))


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the page.")] = Path(),
) -> None:
    """Load the bundled findings on the supply of ISIS, and show what can be asked of them.

    Starts the local Neo4j if needed, loads, prints what is known, one path and one chokepoint, and writes demo.html.

    Example: kg demo --out /tmp
    """
    import sys

    from kg.errors import UsageError
    from kg.load import load
    from kg.output import console

    if not out.is_dir():
        raise UsageError(f"{out} is no folder: give one that exists with --out.")
    target = console(sys.stdout)
    with connected() as graph:
        _refuse_other_data(graph)
        report = load(graph.database, bundled())
        if report.problems:
            from kg.errors import InputError

            raise InputError(f"the bundled data does not load ({report.problems[0]}): install the package anew.")
        _tell_load(target, graph)
        _tell_supply(target, graph)
        _tell_path(target, graph)
        _tell_chokepoint(target, graph)
        _write_page(graph, out / "demo.html")
    _tell_next(target)


def _line(target: Console, text: str = "", style: str = "") -> None:
    from rich.text import Text

    from kg.visible import visible

    target.print(Text(visible(text), style=style))


def _refuse_other_data(graph: Graph) -> None:
    """Refuse a graph that holds anything but the bundled files. Raise `InputError`."""
    from kg.errors import InputError
    from kg.store import read

    own = {path.name for path in bundled()}
    others = sorted({load["file"] for load in read.loads(graph.database)} - own)
    if others:
        raise InputError(
            f"the graph holds other data ({', '.join(others[:3])}), so the demo was not loaded into it: give it a "
            "graph of its own, for instance with KG_HOME=demo-home."
        )


def _tell_load(target: Console, graph: Graph) -> None:
    findings = graph.findings()
    sources = {finding["source"] for finding in findings.values()}
    origins = {finding["origin"] for finding in findings.values()}
    transfers = sum(edge.is_transfer for edge in graph.records.relations)
    _line(target, "What is loaded", "bold")
    _line(
        target,
        f"{len(findings)} findings from {len(sources)} sources, which go back to {len(origins)} origins: "
        f"{transfers} transfers between {len(graph.records.parties)} parties.",
    )


def _tell_supply(target: Console, graph: Graph) -> None:
    from kg.commands.lookup import certainty, edge_rows
    from kg.output import print_table

    edges = [edge for edge in graph.records.relations if edge.is_transfer and edge.end == END_USER]
    rows = edge_rows(graph, sorted(edges, key=lambda edge: (edge.type, edge.grade, edge.id)))
    _line(target)
    _line(target, f"How {graph.name(END_USER)} got its materiel: {len(rows)} transfers", "bold")
    print_table(
        target,
        ["type", "from", "items", "grade", "rests on"],
        (
            [row["type"], row["from_name"], row["what"], f"{row['grade']} {certainty(row)}", ", ".join(row["origins"])]
            for row in rows
        ),
    )


def _tell_path(target: Console, graph: Graph) -> None:
    from kg.analysis.paths import CAVEAT
    from kg.commands.analysis import documents_behind, path_drawing
    from kg.network import Projection

    supplier, end_user = graph.name(SUPPLIER), graph.name(END_USER)
    _line(target)
    command = f"kg path '{supplier}' {end_user} --item weapon -k 1"
    _line(target, f"The best path of weapons from {supplier} to {end_user}  ({command})", "bold")
    answer = graph.paths([SUPPLIER], [END_USER], Projection(items=(WEAPON,)), k=1)
    path_drawing(graph, answer, documents_behind(graph, answer))(target)
    _line(target, CAVEAT, "dim")


def _tell_chokepoint(target: Console, graph: Graph) -> None:
    from kg.commands.analysis import chokepoint_drawing
    from kg.network import Projection

    _line(target)
    _line(target, f"A chokepoint  (kg chokepoints {graph.name(END_USER)} --item precursor --territory)", "bold")
    chokepoint_drawing(graph, graph.territories(None, [END_USER], Projection(items=(PRECURSOR,))))(target)


def _write_page(graph: Graph, file: Path) -> None:
    from kg.commands.exporting import write_page
    from kg.export import pages

    title = "How ISIS was armed: what five news texts say"
    write_page(graph, pages.of_edges(graph, graph.records.relations, title, flow=False), file, force=False)


def _tell_next(target: Console) -> None:
    _line(target)
    _line(target, "What to try next", "bold")
    width = max(len(command) for command, _ in NEXT_STEPS)
    for command, meaning in NEXT_STEPS:
        _line(target, f"  {command:<{width}}  {meaning}")
    say("The page demo.html opens in any browser, offline.")
