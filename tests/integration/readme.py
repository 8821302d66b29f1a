"""The README's session: its commands, and what they print. `python -m tests.integration.readme` writes it anew."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
_SESSION = re.compile(r"(<!-- session:.*?-->\n)(.*?)(<!-- end of session -->)", re.DOTALL)
_BLOCK = re.compile(r"```\n\$ (kg [^\n]+)\n(.*?)```", re.DOTALL)


def blocks(text: str) -> list[tuple[str, str]]:
    """Return commands and what the README says they print."""
    match = _SESSION.search(text)
    assert match, "the README has no session"
    return [(one[1], one[2]) for one in _BLOCK.finditer(match[2])]


def rewritten(text: str, run: Callable[[list[str]], str]) -> str:
    """Return the README with what the commands print now."""

    def block(match: re.Match[str]) -> str:
        return f"```\n$ {match[1]}\n{run(shlex.split(match[1])[1:])}```"

    return _SESSION.sub(lambda match: match[1] + _BLOCK.sub(block, match[2]) + match[3], text)


def main() -> None:
    """Write the session anew, from the database in force."""
    from kg import settings
    from tests.integration.conftest import run_kg

    def run(arguments: list[str]) -> str:
        done = run_kg(settings.load(), *arguments, "--format", "table", COLUMNS="118")
        return printed(done.stdout, done.stderr)

    README.write_text(rewritten(README.read_text(encoding="utf-8"), run), encoding="utf-8")


def printed(stdout: str, stderr: str) -> str:
    """Return what a person sees of a command, without blanks at line ends."""
    return "".join(f"{line.rstrip()}\n" for line in (stdout + stderr).splitlines())


if __name__ == "__main__":
    main()
