"""Options that several commands share, and what they have in common when they print."""

from __future__ import annotations

import sys
import warnings
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.errors import KgError

if TYPE_CHECKING:
    from kg.graph import Graph
    from kg.network import Projection
    from kg.output import Answer


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


class State:
    """What the options before the command say, for the life of the process."""

    debug = False
    quiet = False


FormatOption = Annotated[
    Format | None, typer.Option("--format", "-f", help="Default: a table on a terminal, else JSON Lines.")
]
DocumentsOption = Annotated[
    Path | None, typer.Option("--documents", help="Folder of the documents that findings were read from.")
]


DecisionsOption = Annotated[
    Path | None,
    typer.Option(
        "--decisions",
        help="Decisions on names. Default: decisions.yaml here or in KG_HOME; where neither is, as the graph has them.",
    ),
]


def decided(file: Path | None) -> dict[str, str] | None:
    """Return the decisions on names in force: id → the id that stands for it; None where there is no file of them.

    The graph then stays as it was decided.
    """
    from kg import decisions, settings

    path = decisions.where(file, settings.load().home)
    return decisions.canonical(decisions.read(path)) if path.exists() else None


def party_names(incomplete: str) -> list[str]:
    """Return names of parties for shell completion: of a database that runs already, else none."""
    from kg import settings
    from kg.store import local

    try:
        here = settings.load()
        if not here.neo4j_uri and not local.status(here).answering:
            return []
        with warnings.catch_warnings(), connected() as graph:
            warnings.simplefilter("ignore")
            names = {party.name for party in graph.records.parties.values()}
    except KgError:  # completion never disturbs the line being typed
        return []
    return sorted(name for name in names if name.lower().startswith(incomplete.lower()))


PartyArgument = Annotated[str, typer.Argument(autocompletion=party_names, help="Name, alias or id of a party.")]
ItemOption = Annotated[
    list[str] | None, typer.Option("--item", help="Only transfers of this item or a kind of it. May be repeated.")
]
SinceOption = Annotated[str | None, typer.Option("--since", help="Only transfers that may be of this date or later.")]
UntilOption = Annotated[str | None, typer.Option("--until", help="Only transfers that may be of this date or earlier.")]
GradeOption = Annotated[
    str | None, typer.Option("--min-grade", help="Only transfers of this Admiralty grade or better, such as C3.")
]
CertaintyOption = Annotated[
    str | None, typer.Option("--min-certainty", help="Only transfers stated, reported or alleged, or firmer.")
]
OriginsOption = Annotated[int, typer.Option("--min-origins", help="Only transfers with so many independent origins.")]
AvoidOption = Annotated[
    list[str] | None, typer.Option("--avoid", help="Leave this party out. May be repeated.", autocompletion=party_names)
]
TypeOption = Annotated[
    list[str] | None, typer.Option("--type", help="Only SUPPLIED, DIVERTED or CAPTURED. May be repeated.")
]


def projection(
    graph: Graph,
    *,
    items: list[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    min_grade: str | None = None,
    min_certainty: str | None = None,
    min_origins: int = 0,
    avoid: list[str] | None = None,
    types: list[str] | None = None,
) -> Projection:
    """Return the projection that options ask for; names become ids."""
    from kg.network import Projection
    from kg.records import TRANSFER_TYPES

    asked = Projection(
        types=tuple(one.upper() for one in types) if types else TRANSFER_TYPES,
        since=since,
        until=until,
        items=tuple(items or ()),
        min_certainty=min_certainty,
        min_grade=min_grade.upper() if min_grade else None,
        min_origins=min_origins,
        avoid=tuple(avoid or ()),
    )
    return graph.asked(asked)


HandlingOption = Annotated[
    str | None,
    typer.Option(
        "--handling", metavar="CODE", help="Leave out findings above this handling code, such as TLP:AMBER, and say it."
    ),
]


def connected(handling: str | None = None) -> Graph:
    """Return the graph in force, with progress on a terminal while a local server is fetched or started.

    With a handling code it is the graph of the findings that may be passed on under it.
    """
    from kg import graph
    from kg.commands.progress import StepProgress
    from kg.store import session

    session.import_driver()
    with StepProgress() as progress:
        return graph.connect(progress=progress).within(handling)


def wanted_format(format_: Format | None) -> str:
    """Return the format that rows will be printed in."""
    from kg.output import default_format

    return format_.value if format_ else default_format()


def show(answer: Answer, format_: Format | None) -> None:
    """Print an answer on standard output."""
    from kg.output import emit

    emit(answer, format_.value if format_ else None)


def say(text: str) -> None:
    """Print a line for people on standard error, unless `--quiet`."""
    from kg.visible import visible

    if not State.quiet:
        print(visible(text), file=sys.stderr)  # noqa: T201 - commands print
