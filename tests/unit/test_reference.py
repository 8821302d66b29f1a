"""The reference is what the code says, and the guides name commands, options and limits that exist."""

import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from kg.analysis import paths
from kg.commands import complete
from kg.export import html

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
PAGES = runpy.run_path(str(REFERENCE / "generate.py"))["PAGES"]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "loaders").glob("*.md"))]
_CODE = re.compile(r"^```(?:console|sh)?\n(.*?)^```|`(kg [^`]+)`", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^(?:\$ )?(kg [a-z].*)$", re.MULTILINE)


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_what_the_code_says(name):
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name](), "run `make reference`"
    assert {path.name for path in REFERENCE.glob("*.md")} == set(PAGES)


def commands(text: str) -> Iterator[str]:
    for block, inline in _CODE.findall(text):
        yield from _COMMAND.findall(block or inline)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_guides_name_commands_and_options_that_exist(guide):
    known = typer.main.get_command(complete()).commands
    for line in commands(guide.read_text(encoding="utf-8")):
        words = re.sub(r"\"[^\"]*\"|'[^']*'", "text", line.partition("  #")[0]).split()
        command = known.get(words[1])
        assert command, line
        for more in words[2:]:
            command = getattr(command, "commands", {}).get(more, command)
        options = {"--help", "--debug", "--quiet", *(name for one in command.params for name in one.opts)}
        used = {word.strip("[]().,…").partition("=")[0] for word in words if word.startswith(("--", "[--"))}
        assert used <= options, line


def test_the_limits_are_those_of_the_code():
    text = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    for number in (paths.MOST_PATHS, paths.SEARCH_LIMIT, html.MOST_PARTIES, html.MOST_TRANSFERS):
        assert f"| {number:,} " in text
    assert f"of up to {paths.MOST_HOPS} hops" in text
    assert f"above {html.WARN_BYTES // 10**6} MB" in text and f"above {html.MOST_BYTES // 10**6} MB" in text
