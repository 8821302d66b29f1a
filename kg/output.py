"""Rows → table, JSON, JSON Lines or CSV: once, for every command.

`json` is one object: `rows`, `notes` and whatever else the answer carries. `jsonl` is one row a line and, where there
are notes, a last line `{"notes": […]}`. `csv` has a last column `notes` where there are notes, and where there is no
row, one that holds nothing else. In these two the first note is the answer's heading, such as its projection. Keys are
the same everywhere; absent is null, in CSV empty.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from kg.visible import visible

if TYPE_CHECKING:
    from rich.console import Console

FORMATS = ("table", "json", "jsonl", "csv")
PIPE_WIDTH = 160  # columns of a table that goes to a file or pipe

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found: rows of stable keys, notes that belong to it (limits, caveats), and what goes with it.

    `columns` are the keys a table shows and their headings; `cell` gives the text of a value in it; `draw` prints it
    for people where a plain table would not do. `extra` goes into JSON beside the rows (projection, subject, totals).
    `heading` is one sentence above a table that nothing draws, and the first note of JSON Lines and CSV.
    """

    rows: Sequence[Mapping[str, Any]]
    columns: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    draw: Callable[[Console], None] | None = None
    cell: Callable[[Any], str] | None = None
    heading: str = ""

    @property
    def remarks(self) -> list[str]:
        """Return the notes of a format that has no other place for the heading."""
        return [*([self.heading] if self.heading else []), *self.notes]


def default_format(stream: TextIO | None = None) -> str:
    """Return the format used when none is asked for: a table on a terminal, JSON Lines elsewhere."""
    return "table" if (stream or sys.stdout).isatty() else "jsonl"


def emit(answer: Answer, format_: str | None = None, stream: TextIO | None = None) -> None:
    """Print an answer to a stream, standard output by default."""
    stream = stream or sys.stdout
    chosen = format_ or default_format(stream)
    if chosen == "table":
        _table(answer, stream)
    elif chosen == "json":
        stream.write(_json({"rows": answer.rows, "notes": answer.notes, **answer.extra}, indent=2) + "\n")
    elif chosen == "jsonl":
        for row in answer.rows:
            stream.write(_json(row) + "\n")
        if answer.remarks:
            stream.write(_json({"notes": answer.remarks}) + "\n")
    else:
        stream.write(csv_text(answer))


def _json(value: Any, indent: int | None = None) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, ensure_ascii=True, indent=indent, default=_plain)


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON does not know
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | set | frozenset):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    return str(value)


def cell_text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a value as one cell shows it: absent is empty, a list of plain values is parted by semicolons."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple) and all(isinstance(one, str | int | float) for one in value):
        return "; ".join(map(str, value))
    return _json(value) if isinstance(value, list | tuple | Mapping) else str(value)


def _defused(text: str) -> str:
    """Return a cell's text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?", text) is not None


def csv_text(answer: Answer) -> str:
    """Return an answer as CSV in which nothing acts: neither as a formula nor by control or direction marks."""
    keys = list(dict.fromkeys(key for row in answer.rows for key in row)) or list(answer.columns)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    notes = [_defused(visible("; ".join(answer.remarks)))] if answer.remarks else []
    writer.writerow([_defused(visible(key)) for key in keys] + ["notes"] * len(notes))
    for row in answer.rows or ([{}] if notes else ()):
        writer.writerow([_defused(visible(cell_text(row.get(key)))) for key in keys] + notes)
    return text.getvalue()


def console(stream: TextIO) -> Console:
    """Return a console for a stream: its own width on a terminal, elsewhere COLUMNS or 160; NO_COLOR is honoured."""
    from rich.console import Console

    asked = os.environ.get("COLUMNS", "")
    width = None if stream.isatty() else int(asked) if asked.isdecimal() and int(asked) else PIPE_WIDTH

    class Strict(Console):
        def on_broken_pipe(self) -> None:  # rich ends the process with 1; a reader that is gone is no failure
            raise BrokenPipeError

    return Strict(file=stream, width=width, highlight=False, markup=False, emoji=False)


def _table(answer: Answer, stream: TextIO) -> None:
    from rich.text import Text

    target = console(stream)
    if answer.heading and answer.draw is None:
        target.print(Text(visible(answer.heading), style="dim"))
    if answer.draw is not None:
        answer.draw(target)
    elif answer.rows:
        _rows(answer, target)
    for note in answer.notes:
        target.print(Text(f"Note: {visible(note)}", style="italic"))


def _rows(answer: Answer, target: Console) -> None:
    columns = answer.columns or {key: key.replace("_", " ") for key in answer.rows[0]}
    rows = ([row.get(key) for key in columns] for row in answer.rows)
    print_table(target, [*columns.values()], rows, answer.cell or cell_text)


def print_table(
    target: Console, headings: Sequence[str], rows: Iterable[Sequence[Any]], cell: Callable[[Any], str] = cell_text
) -> None:
    """Print rows as a table that breaks no word, so that an id can be copied; as blocks where it would be too wide."""
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    heads, texts = [visible(one) for one in headings], [[visible(cell(one)) for one in row] for row in rows]
    columns = [*zip(heads, *texts, strict=True)]
    least = [max(cell_len(word) for text in column for word in ("", *text.split())) for column in columns]
    spare = target.width - 2 * (len(columns) - 1) - sum(least)
    if spare < 0:
        _blocks(heads, texts, target)
        return
    widest = [max(cell_len(line) for text in column for line in ("", *text.splitlines())) for column in columns]
    wanted = sum(widest) - sum(least)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, narrow, wide in zip(heads, least, widest, strict=True):
        # Told each width, since rich may give a column less than the least that it is told.
        table.add_column(heading, overflow="fold", width=narrow + (wide - narrow) * min(spare, wanted) // (wanted or 1))
    for line in texts:
        table.add_row(*map(Text, line))
    target.print(table)


def _blocks(headings: Sequence[str], texts: Sequence[Sequence[str]], target: Console) -> None:
    """Print each row as a block of lines, heading before value, whatever is absent left out."""
    from rich.text import Text

    width = max(map(len, headings))
    for number, line in enumerate(texts):
        if number:
            target.print()
        for heading, text in zip(headings, line, strict=True):
            if text:
                target.print(Text.assemble((heading.ljust(width), "bold"), "  ", text), soft_wrap=True)
