"""`kg diff`: what changed from one findings file or folder to another."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.commands.analysis import FromOption, ToOption
from kg.commands.options import FormatOption, connected, show

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from kg.comparing import Change


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(diff)


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A findings file, a folder of them, or the id of a load.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The file, folder or load to compare it with.")],
    starts: FromOption = None,
    ends: ToOption = None,
    format_: FormatOption = None,
) -> None:
    """Say what changed from A to B: declarations, and the transfers, other edges and grades that follow from them.

    A and B are two files or folders, or two loads by the ids that `kg status --loads` lists. With --to, chokepoints on
    the way to an end user are compared; with --from too, the paths between.

    Example: kg diff data-2016/ data-2017/
    """
    from functools import partial

    from kg.comparing import answers, compare, compare_loads
    from kg.errors import InputError
    from kg.output import Answer

    question = partial(answers, starts=starts or [], ends=ends) if ends else None
    if Path(before).exists() and Path(after).exists():
        found = compare(Path(before), Path(after), question)
    else:
        absent = [one for one in (before, after) if not Path(one).exists()]
        if len(absent) == 1:
            raise InputError(f"{absent[0]} does not exist: name two files or folders, or two loads by their ids.")
        with connected() as graph:
            found = compare_loads(graph.database, before, after, question)
    notes = list(found.notes)
    if not found.changes:
        notes.append("Both declare the same.")
    show(Answer([one.row() for one in found.changes], notes=notes, draw=_drawing(found.changes)), format_)


def _drawing(changes: Sequence[Change]) -> Callable[[Console], None]:
    """Return what prints changes for people: what came and went by id, what changed field by field."""

    def draw(console: Console) -> None:
        from rich.text import Text

        from kg.findings import shorten
        from kg.visible import visible

        last: tuple[str, str] | None = None
        for one in changes:
            if one.field is None or (one.kind, one.id) != last:
                sign = {"added": "+", "removed": "-", "changed": "~"}[one.change]
                console.print(Text(visible(f"{sign} {one.kind} {one.id}"), style="bold"))
            if one.field is not None:
                line = f"    {one.field}: {shorten(one.before)} → {shorten(one.after)}"
                console.print(Text(visible(line)))
            last = one.kind, one.id
        counts = Counter(one.change for one in {(one.kind, one.id): one for one in changes}.values())
        if counts:
            text = ", ".join(f"{counts[name]} {name}" for name in ("added", "removed", "changed"))
            console.print(Text(f"\n{text}", style="dim"))

    return draw
