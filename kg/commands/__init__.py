"""The command line: parse, call, print. One file per group of commands."""

from __future__ import annotations

import copy
import gc
import io
import os
import sys
import time
import traceback
import warnings
from functools import cache
from typing import Annotated, Any, TextIO

import typer

from kg.errors import ChangedError, KgError, StrangeWarning

#: Seconds for which a command that met a commit is run again.
_AGAIN_SECONDS = 60.0
#: How many signs of either end of a long sentence are shown.
_SHOWN = 500

app = typer.Typer(
    name="kg",
    help="A knowledge graph of weapons supply chains: every transfer backed by findings that can be checked.",
    epilog="First steps: kg demo · kg show ISIS · kg path 'United States' ISIS · kg chokepoints ISIS",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(version("weapons-supply-kg"))
        raise typer.Exit


@app.callback()
def _root(
    debug: Annotated[bool, typer.Option("--debug", help="Show a trace when something fails.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print answers only: no progress, no hints.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    from kg.commands.options import State

    State.debug = debug or State.debug
    State.quiet = quiet or State.quiet


@cache
def complete() -> typer.Typer:
    """Return the application with all its commands."""
    from kg.commands import (
        analysis,
        checking,
        comparing,
        database,
        demo,
        exporting,
        loading,
        lookup,
        naming,
        querying,
        sources,
        tracing,
        withdrawing,
    )

    groups = (
        demo,
        database,
        loading,
        lookup,
        analysis,
        tracing,
        sources,
        withdrawing,
        naming,
        querying,
        comparing,
        exporting,
    )
    for module in (*groups, checking):
        module.register(app)
    return app


def application(arguments: list[str]) -> typer.Typer:
    """Return the application, with that command alone whose name the arguments begin with.

    Before it runs one typer makes all that the application has, with all their options.
    """
    whole = complete()
    named = {one.name or getattr(one.callback, "__name__", ""): one for one in whole.registered_commands}
    if not arguments or arguments[0] not in named:
        return whole
    alone = copy.copy(whole)
    alone.registered_commands, alone.registered_groups = [named[arguments[0]]], []
    return alone


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    from kg.commands.options import State
    from kg.visible import visible

    # A command makes very many objects, imports above all, and next to no garbage that only the collector finds.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a locale that lacks a letter gets its number, not a failure
            stream.reconfigure(errors="backslashreplace")
    warnings.showwarning = _warned
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Understood wherever they stand, since that is where people put them.
    State.debug = "--debug" in given or bool(os.environ.get("KG_DEBUG"))
    State.quiet = "--quiet" in given
    given = [one for one in given if one not in ("--debug", "--quiet")] if "--" not in given else given
    output = sys.stdout
    try:
        try:
            sys.exit(_run(given))
        finally:
            output.flush()  # where the reader is gone, it shows here and not when the interpreter ends
            gc.freeze()  # as it ends it would look through all objects, once more for each of its last steps
    except KgError as problem:
        if State.debug:
            traceback.print_exception(problem)
        print(f"kg: {visible(_shortened(str(problem)))}", file=sys.stderr)  # noqa: T201 - the command line prints
        sys.exit(problem.exit_code)
    except KeyboardInterrupt:
        print("kg: interrupted; nothing was left half written.", file=sys.stderr)  # noqa: T201
        sys.exit(130)
    except (BrokenPipeError, SystemExit) as end:
        # Where the reader of what is printed is gone, typer ends with 1 and leaves another stream in the place of ours.
        if isinstance(end, SystemExit) and sys.stdout is output:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())
        sys.exit(0)
    except Exception as problem:
        if hasattr(problem, "format_message"):  # how typer says that a call is not of the form a command takes
            sys.exit(_told(problem))
        if State.debug:
            raise
        what = f"{type(problem).__name__}: {problem}".splitlines()[0]
        print(f"kg: unexpected failure ({visible(what)}); run again with --debug and report it.", file=sys.stderr)  # noqa: T201
        sys.exit(1)


def _told(problem: Any) -> int:  # noqa: ANN401 - typer names no public class for it
    """Print as one sentence what is wrong with a call, or the help where nothing was asked; return the exit code."""
    from kg.visible import visible

    what = problem.format_message().strip().rstrip(".")
    if problem.ctx is None or "\n" in what or not what:
        problem.show()
    else:
        said = f"{what[0].lower()}{what[1:]}: see `{problem.ctx.command_path} --help`."
        print(f"kg: {visible(_shortened(said))}", file=sys.stderr)  # noqa: T201 - the command line prints
    return int(problem.exit_code)


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print what an answer leaves out as one sentence; other warnings are for developers."""
    from kg.commands.options import State
    from kg.visible import visible

    if issubclass(category, StrangeWarning):
        print(f"kg: {visible(str(message))}", file=sys.stderr)  # noqa: T201 - the command line prints
    elif State.debug:
        print(warnings.formatwarning(message, category, filename, lineno, line), file=file or sys.stderr)


def _shortened(sentence: str) -> str:
    """Return a sentence of a length to be read: where it repeats a long text, what stands around that is the point."""
    return sentence if len(sentence) <= 2 * _SHOWN else f"{sentence[:_SHOWN]} … {sentence[-_SHOWN:]}"


def _run(arguments: list[str]) -> int:
    """Run a command, and anew where a load changed the graph under it: it prints only once all is read.

    Return its exit code.
    """
    begin = time.monotonic()
    while True:
        try:
            code = application(arguments)(args=arguments, standalone_mode=False, prog_name="kg")
            return code if isinstance(code, int) else 0
        except ChangedError:
            if time.monotonic() - begin > _AGAIN_SECONDS:
                raise
