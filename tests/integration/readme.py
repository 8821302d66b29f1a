"""Sessions in the README and the guides: their commands, and what these print.

`python -m tests.integration.readme` writes them anew, from the database in force.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Callable
from pathlib import Path

from kg.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *(path for path in sorted((ROOT / "docs").glob("*.md")) if "<!-- session:" in path.read_text(encoding="utf-8")),
]
WITHOUT_FORMAT = ("export",)
_SESSION = re.compile(r"(<!-- session:.*?-->\n)(.*?)(<!-- end of session -->)", re.DOTALL)
_BLOCK = re.compile(r"```\n\$ (kg [^\n]+)\n(.*?)```", re.DOTALL)


def blocks(text: str) -> list[tuple[str, str]]:
    """Return commands and what a page says they print."""
    match = _SESSION.search(text)
    assert match, "there is no session"
    return [(one[1], one[2]) for one in _BLOCK.finditer(match[2])]


def rewritten(text: str, run: Callable[[list[str]], str]) -> str:
    """Return a page with what the commands print now."""

    def block(match: re.Match[str]) -> str:
        return f"```\n$ {match[1]}\n{run(shlex.split(match[1])[1:])}```"

    return _SESSION.sub(lambda match: match[1] + _BLOCK.sub(block, match[2]) + match[3], text)


def run(settings: Settings, arguments: list[str], folder: Path) -> str:
    """Return what a person sees of a command that runs in a folder."""
    from tests.integration.conftest import run_kg

    formats = () if arguments[0] in WITHOUT_FORMAT else ("--format", "table")
    done = run_kg(settings, *arguments, *formats, folder=folder, COLUMNS="118")
    return printed(done.stdout, done.stderr)


def main() -> None:
    """Write all sessions anew."""
    from kg import settings

    for page in PAGES:
        with tempfile.TemporaryDirectory() as folder:
            text = rewritten(
                page.read_text(encoding="utf-8"),
                lambda arguments, folder=folder: run(settings.load(), arguments, Path(folder)),  # type: ignore[misc]
            )
        page.write_text(text, encoding="utf-8")


def printed(stdout: str, stderr: str) -> str:
    """Return what a person sees of a command, without blanks at line ends and without sizes of files."""
    text = re.sub(r"[0-9]+ kB", "… kB", stdout + stderr)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


if __name__ == "__main__":
    main()
