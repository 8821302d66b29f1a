"""Write the reference from the code: `make reference`. A test compares what this makes with the files beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer.main
from typer.testing import CliRunner

from kg import catalog, errors, schema
from kg.commands import complete
from kg.findings import FindingsFile

FOLDER = Path(__file__).parent
WIDTH = 100
EXIT_CODES = (
    ("0", "Done; also where there are paths but no chokepoint."),
    ("1", "Unexpected failure: run again with `--debug`."),
    ("130", "Interrupted by Ctrl-C; nothing is left half written."),
)
MADE = "<!-- Made by `make reference` from the code: change that, not this. -->"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(
        f"| {' | '.join(' '.join(cell.replace('|', chr(92) + '|').split()) for cell in line)} |" for line in lines
    )


def commands() -> str:
    """Return the page of all commands with their help."""
    names = list(_names(typer.main.get_command(complete()), ()))
    parts = [
        "# Commands",
        "Answers go to standard output, everything else to standard error. `--format` gives the same rows as `table` "
        "(the default on a terminal), `jsonl` (elsewhere), `json` or `csv`. Parties and items are given by id, name or "
        "alias. What a command ends with is in [exit codes](exit-codes.md).",
    ]
    for name in names:
        done = CliRunner().invoke(complete(), [*name, "--help"], prog_name="kg", terminal_width=WIDTH)
        parts += [f"## kg {' '.join(name)}".rstrip(), f"```text\n{_unpadded(done.output)}\n```"]
    return _page(parts)


def _names(group: Any, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:  # noqa: ANN401 - Typer's own click
    yield above
    for name, command in getattr(group, "commands", {}).items():
        yield from _names(command, (*above, name))


def _unpadded(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def exit_codes() -> str:
    """Return the page of exit codes."""
    expected = [(str(kind.exit_code), (kind.__doc__ or "")) for kind in errors.KgError.__subclasses__()]
    rows = sorted([*EXIT_CODES, *expected], key=lambda row: int(row[0]))
    return _page(["# Exit codes", "Scripts may rely on them.", table(("code", "meaning"), rows)])


def the_schema() -> str:
    """Return the page of the graph's schema."""
    parts = [
        "# Schema",
        "SUPPLIED, DIVERTED and CAPTURED point the way the materiel moves; CAPTURED from loser to captor. Parties also "
        "carry the label `Party`.",
        "## Relationships",
        table(("shape", "meaning"), [(f"`{one.shape}`", one.meaning) for one in schema.RELATIONSHIP_KINDS]),
        "### Properties of SUPPLIED, DIVERTED, CAPTURED, MANUFACTURED and HELD",
        _properties(schema.SUPPORTED[0].properties),
    ]
    for one in schema.STRUCTURE:
        if one.properties:
            parts += [f"### Properties of {one.type}", _properties(one.properties)]
    parts.append("## Nodes")
    for kind in schema.NODE_KINDS:
        parts += [f"### {kind.label}", f"{kind.meaning}. `(:{':'.join(kind.labels)})`", _properties(kind.properties)]
    return _page(parts)


def _properties(properties: Sequence[schema.Property]) -> str:
    return table(("property", "type", "meaning"), [(f"`{one.name}`", one.type, one.meaning) for one in properties])


def queries() -> str:
    """Return the page of the catalogue."""
    parts = [
        "# Named queries",
        "Run one with `kg query NAME`; `kg queries` lists them. Folders named by `KG_QUERIES` add your own, which "
        "`kg queries --check FILE` checks.",
        "A PARTY, COUNTRY or ITEM is given by id, name or alias, an EDGE, ORIGIN or SOURCE by id. What a name was "
        "taken for is noted; one that is unknown or ambiguous is an error. A DATE is a day, month or year and "
        "stands for its first day, as `until` for its last. A YEAR has four digits.",
    ]
    for query in catalog.bundled("read"):
        example = "".join(f" -p '{name}={value}'" for name, value in query.example.items())
        parts += [f"## {query.name}", query.question, f"```\nkg query {query.name}{example}\n```"]
        if query.parameters:
            rows = [(f"`{name}`", type_, meaning) for name, (type_, meaning) in query.parameters.items()]
            parts.append(table(("parameter", "type", "meaning"), rows))
        if query.none:
            parts.append(f"No row: {query.none}.")
        parts.append("Returns " + ", ".join(f"`{name}`" for name in query.returns) + ".")
    return _page(parts)


def findings_file() -> str:
    """Return the page of the findings file."""
    whole = FindingsFile.model_json_schema()
    parts = [
        "# Findings file",
        "YAML, JSON or JSON Lines of one shape. `kg schema findings` prints its JSON Schema, with which editors "
        "complete and check it; [record a document](../record-a-document.md) shows one being written. Unknown fields "
        "are errors.",
        "## The file",
        _fields(whole),
    ]
    for name, one in sorted(whole["$defs"].items()):
        parts += [f"## {name}", one.get("description", "").replace("\n", " "), _fields(one)]
    return _page(filter(None, parts))


def _fields(model: Mapping[str, Any]) -> str:
    required = model.get("required", ())
    rows = [
        (f"`{name}`", _kind(one), "yes" if name in required else "")
        for name, one in model.get("properties", {}).items()
    ]
    return table(("field", "value", "required"), rows) if rows else ""


def _kind(field: Mapping[str, Any]) -> str:
    """Return what a field holds, in words."""
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(_kind(one) for one in field["anyOf"] if one.get("type") != "null"))
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in field:
        return ", ".join(f"`{one}`" for one in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}" if "items" in field else "list"
    pattern = f" like `{field['pattern']}`" if "pattern" in field else ""
    return f"{field.get('type', 'any')}{pattern}"


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join([MADE, *parts]) + "\n"


PAGES = {
    "commands.md": commands,
    "exit-codes.md": exit_codes,
    "schema.md": the_schema,
    "queries.md": queries,
    "findings-file.md": findings_file,
}


def main() -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
