"""`kg names propose`, `decide`, `list`: which names may stand for one party, and who decided what of it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.commands.options import FormatOption, PartyArgument, connected, say, show

if TYPE_CHECKING:
    from kg.graph import Graph

MIN_SCORE = 80.0  # that of kg.matching, which takes too long to load for every command

DecisionsOption = Annotated[
    Path | None,
    typer.Option("--decisions", help="The decisions file. Default: decisions.yaml here, else in KG_HOME."),
]


class Judgement(StrEnum):
    """What can be decided of two ids."""

    SAME = "same"
    NOT_SAME = "not-same"
    UNSURE = "unsure"


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    names = typer.Typer(
        help="Propose names that may stand for one party, and record decisions on them. Nothing merges by itself.",
        epilog="Example: kg names propose --limit 20",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    names.command()(propose)
    names.command()(decide)
    names.command("list")(list_decisions)
    app.add_typer(names, name="names")


def propose(
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Show so many pairs at most.")] = 50,
    min_score: Annotated[
        float, typer.Option("--min-score", min=0, max=100, help="Only pairs of this score or more, up to 100.")
    ] = MIN_SCORE,
    decisions_file: DecisionsOption = None,
    format_: FormatOption = None,
) -> None:
    """Propose pairs of parties that may be one, by their names, each with the reasons for its score.

    Pairs decided already are left out. Nothing is merged: decide with kg names decide.

    Example: kg names propose --min-score 70
    """
    from kg import decisions, matching
    from kg.errors import NothingFoundError
    from kg.output import Answer
    from kg.settings import load

    judgement = decisions.settled(decisions.read(decisions.where(decisions_file, load().home)))
    with connected() as graph:
        records = graph.records
        found = matching.propose(
            records,
            min_score=min_score,
            limit=limit + 1,
            settled=lambda first, second: judgement(first, second) is not None,
        )
    if not found:
        raise NothingFoundError(
            f"no undecided pair of parties has names of a score of {min_score:g} or more: lower --min-score, or see "
            "what was decided with `kg names list`."
        )
    notes = [f"Only the {limit} best are shown: raise --limit for more."] if len(found) > limit else []
    columns = {"score": "score", "first": "id", "second": "id", "reasons": "reasons"}
    show(Answer([one.row(records.parties) for one in found[:limit]], columns, notes), format_)


def decide(
    first: PartyArgument,
    second: PartyArgument,
    judgement: Annotated[Judgement, typer.Argument(help="What is decided.", metavar="same|not-same|unsure")],
    why: Annotated[str, typer.Option("--why", help="The reason, in a sentence.")],
    who: Annotated[
        str | None, typer.Option("--who", help="Who decides. Default: git's user.name, else the user.")
    ] = None,
    when: Annotated[
        str | None, typer.Option("--when", help="The day, such as 2017-12-14. Default: today, UTC.")
    ] = None,
    decisions_file: DecisionsOption = None,
    format_: FormatOption = None,
) -> None:
    """Record whether two parties are the same, in the decisions file; the next kg load applies it.

    A later decision on the same pair supersedes the earlier one, which stays in the file. One that conflicts with
    others is refused.

    Example: kg names decide group:isis group:daesh same --why "Both outlets use either name for the group."
    """
    from datetime import UTC, datetime

    from kg import decisions
    from kg.output import Answer
    from kg.settings import load

    path = decisions.where(decisions_file, load().home, new=True)
    earlier = decisions.read(path)
    with connected() as graph:
        one, other = _identifier(graph, first), _identifier(graph, second)
        if judgement is Judgement.SAME:
            _check_same(graph, one, other)
    new = decisions.decision(
        one,
        other,
        judgement.value,
        why=" ".join(why.split()),
        who=" ".join((who or _user()).split()),
        when=when or datetime.now(UTC).date().isoformat(),
    )
    recorded = decisions.append(path, new)
    notes = [f"It supersedes {old}." for old in decisions.in_force(earlier) if old.pair == new.pair]
    links = decisions.chain(recorded, *new.pair)
    if judgement is Judgement.UNSURE and links:
        notes.append(f"They still count as the same, by other decisions: {', '.join(map(str, links))}.")
    show(Answer([recorded[-1].rows()], notes=notes), format_)
    say(f"Recorded in {path}. Load the files again to apply it: kg load …")


def _identifier(graph: Graph, text: str) -> str:
    """Return the id that is meant: one merged already, which stands among the aliases, as it is, else as always."""
    party = graph.party(text)
    return text if text in graph.records.parties[party].aliases and ":" in text else party


def _check_same(graph: Graph, first: str, second: str) -> None:
    """Raise `InputError` where something in the graph speaks against it that two ids are the same."""
    from kg.errors import InputError
    from kg.matching import objections

    one, other = graph.party(first), graph.party(second)
    objection = objections(graph.records)(one, other) if one != other else None
    if objection:
        raise InputError(f"{first} and {second} cannot be the same: {objection}; decide not-same or unsure instead.")


def _user() -> str:
    """Return who is at work: git's user.name, else the user's name. Raise `UsageError` where neither is known."""
    import getpass
    import subprocess

    from kg.errors import UsageError

    try:
        asked = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, timeout=5, check=False)
        if asked.stdout.strip():
            return asked.stdout.strip()
    except (OSError, subprocess.TimeoutExpired):  # no git is no reason to fail
        pass
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as problem:
        raise UsageError("nobody is known by name here: say who decides with --who.") from problem


def list_decisions(
    history: Annotated[bool, typer.Option("--history", help="Also decisions that later ones supersede.")] = False,
    only: Annotated[Judgement | None, typer.Option("--only", help="Only decisions of this judgement.")] = None,
    decisions_file: DecisionsOption = None,
    format_: FormatOption = None,
) -> None:
    """List the decisions on names: who decided what of which pair, why and when, and the id that is kept.

    Example: kg names list --history
    """
    from kg import decisions
    from kg.errors import NothingFoundError
    from kg.output import Answer
    from kg.settings import load

    path = decisions.where(decisions_file, load().home)
    recorded = decisions.read(path)
    stands, lines = decisions.canonical(recorded), {one.line for one in decisions.in_force(recorded)}
    rows = [
        {
            **one.rows(),
            "in_force": one.line in lines,
            "kept": stands.get(one.pair[0], one.pair[0]) if one.judgement == "same" and one.line in lines else None,
        }
        for one in recorded
        if (history or one.line in lines) and (only is None or one.judgement == only.value)
    ]
    if not rows:
        raise NothingFoundError(f"no such decision stands in {path}: make one with `kg names decide`.")
    columns = {key: key.replace("_", " ") for key in ("first", "second", "judgement", "kept", "why", "who", "when")}
    show(Answer(rows, columns | ({"in_force": "in force"} if history else {})), format_)
