"""`kg up`, `kg down`, `kg status`, `kg backup`, `kg restore`: the database in force."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kg.commands.options import FormatOption, say, show


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(up)
    app.command()(down)
    app.command()(status)
    app.command()(backup)
    app.command()(restore)


def up(
    browser: Annotated[bool, typer.Option("--browser", help="Serve Neo4j Browser too.")] = False,
    format_: FormatOption = None,
) -> None:
    """Start the local Neo4j, and say where it is.

    With --browser, Neo4j Browser is served on this machine alone, with the kinds of the graph in colours of their own,
    and opened where a person sits at a terminal.

    Example: kg up --browser
    """
    from kg import settings
    from kg.commands.progress import StepProgress
    from kg.errors import UsageError
    from kg.output import Answer
    from kg.store import local

    here = settings.load()
    if here.neo4j_uri:
        raise UsageError(f"KG_NEO4J_URI points at {here.neo4j_uri}: unset it to use the local Neo4j.")
    with StepProgress() as progress:
        running = local.ensure(here, browser=browser, progress=progress)
    password_file = local.password_file(here)
    row: dict[str, Any] = {
        "bolt_uri": running.bolt_uri,
        "browser": running.http_uri,
        "user": running.user,
        "password_file": str(password_file),
        "pid": running.pid,
        "version": running.version,
        "home": str(running.home),
        "started": running.started,
    }
    show(Answer([row]), format_)
    say(f"The password is in {password_file}. Stop it with: kg down")
    if browser and running.http_uri:
        import sys
        import webbrowser

        say(f"Neo4j Browser: {running.http_uri} (user {running.user})")
        if sys.stdout.isatty() and not webbrowser.open(running.http_uri):
            say("No web browser could be opened here: open that address in one.")


def down(
    wait: Annotated[bool, typer.Option("--wait", help="Return only when it has ended (about ten seconds).")] = False,
) -> None:
    """Stop the local Neo4j. What is loaded stays.

    Example: kg down
    """
    from kg import settings
    from kg.commands.progress import StepProgress
    from kg.store import local

    with StepProgress() as progress:
        stopped = local.stop(settings.load(), wait=wait, progress=progress)
    say("The local Neo4j is stopping." if stopped and not wait else "Stopped." if stopped else "It was not running.")


def status(
    loads: Annotated[
        bool, typer.Option("--loads", help="Every load ever made, not just the last of each file.")
    ] = False,
    format_: FormatOption = None,
) -> None:
    """Say where the database is and what is loaded. Starts nothing.

    Example: kg status --format json
    """
    from kg import settings
    from kg.output import Answer
    from kg.store import local, read, session

    here = settings.load()
    where: dict[str, Any] = {"uri": here.neo4j_uri, "local": here.neo4j_uri is None}
    if here.neo4j_uri is None:
        known = local.status(here)
        where |= {
            "uri": known.bolt_uri,
            "running": known.answering,
            "browser": known.http_uri,
            "home": str(known.home),
            "pid": known.pid,
            "version": known.version,
            "java": str(known.java) if known.java else None,
            "memory_mb": round(known.memory / 1e6) if known.memory else None,
            "fetched": known.artifacts_cached,
        }
        if not known.answering:
            show(
                Answer([], notes=["The local Neo4j is not running: kg up starts it."], extra={"database": where}),
                format_,
            )
            return
    session.import_driver()
    with session.connect(here, steady=True) as database:
        rows = read.loads(database, current=not loads)
        counts = read.counts(database)
    columns = {"file": "file", "loader": "loader", "at": "loaded at", "sha256": "sha256", "written": "written",
               "unchanged": "unchanged", "changed": "changed", "removed": "removed"}  # fmt: skip
    total = ", ".join(f"{number} {name}" for name, number in counts.items()) or "nothing"
    notes = [f"Database at {where['uri']}.", f"It holds: {total}."]
    show(Answer(rows, columns, notes, {"database": where, "counts": counts}), format_)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, such as graph.dump.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    format_: FormatOption = None,
) -> None:
    """Write the whole local database to one file. A running server is stopped for it and started again.

    Example: kg backup graph.dump
    """
    from kg import settings
    from kg.commands.progress import StepProgress
    from kg.output import Answer
    from kg.store import backup as backups

    with StepProgress() as progress:
        copy = backups.backup(settings.load(), file, force=force, progress=progress)
    notes = ["The local Neo4j was stopped for it and runs again."] if copy.running else []
    show(Answer([{"file": str(copy.file), "bytes": copy.size, "running": copy.running}], notes=notes), format_)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that kg backup wrote.")],
    format_: FormatOption = None,
) -> None:
    """Put a backup in the place of the local database, all of it. The former one stays until the new one is found good.

    Example: kg restore graph.dump
    """
    from kg import settings
    from kg.commands.progress import StepProgress
    from kg.output import Answer
    from kg.store import backup as backups

    with StepProgress() as progress:
        copy = backups.restore(settings.load(), file, progress=progress)
    notes = ["The former database was replaced; what is loaded now: kg status"]
    show(Answer([{"file": str(copy.file), "bytes": copy.size, "running": copy.running}], notes=notes), format_)
