"""`kg withdraw`: what the graph says without a source, origin or organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kg.commands.options import DecisionsOption, FormatOption, connected, decided, party_names, show

if TYPE_CHECKING:
    from kg.graph import Graph
    from kg.withdraw import Question


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(withdraw)


def withdraw(
    given: Annotated[list[str], typer.Argument(metavar="SOURCE|ORIGIN|ORGANISATION…", help="Ids; see kg sources.")],
    keep: Annotated[bool, typer.Option("--keep", help="Leave it out of the graph until --undo.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Put it back.")] = False,
    starts: Annotated[
        list[str] | None, typer.Option("--from", help="A supplier: compare paths too.", autocompletion=party_names)
    ] = None,
    ends: Annotated[
        list[str] | None, typer.Option("--to", help="An end user: compare chokepoints too.", autocompletion=party_names)
    ] = None,
    decisions: DecisionsOption = None,
    format_: FormatOption = None,
) -> None:
    """Say what falls, weakens or stays without a source, origin or organisation. Changes nothing, unless --keep.

    With --to, chokepoints on the way to an end user are compared; with --from too, the paths between.

    Example: kg withdraw car-2017-12 --from "United States" --to ISIS
    """
    from kg.errors import UsageError
    from kg.output import Answer
    from kg.withdraw import withdraw as withdraw_from

    if keep and undo:
        raise UsageError("give --keep or --undo, not both.")
    if starts and not ends:
        raise UsageError("--from needs --to: paths lead to an end user.")
    with connected() as graph:
        question = _question(graph, starts or [], ends) if ends else None
        stands = decided(decisions)
        survey = withdraw_from(graph.database, given, keep=keep, undo=undo, question=question, stands=stands)
    notes = [*survey.warnings, f"{survey.findings_lost} findings fall; {survey.staying} edges stay as they are."]
    if keep or undo:
        notes.append("It is out of the graph: --undo puts it back." if keep else "It is back in the graph.")
    else:
        notes.append("Nothing was changed: --keep leaves it out.")
    columns = {"kind": "kind", "id": "id", "change": "change", "before": "before", "after": "after", "note": "note"}
    extra = {"withdrawn": [name for _, name in survey.withdrawn], "findings_lost": survey.findings_lost}
    show(Answer(survey.rows(), columns, notes, extra), format_)


def _question(graph: Graph, starts: list[str], ends: list[str]) -> Question:
    """Return what is asked of the graph before and after. Raise `UnknownNameError` for a name it does not know."""
    from functools import partial

    from kg.comparing import answers

    return partial(answers, starts=graph.parties(starts), ends=graph.parties(ends))
