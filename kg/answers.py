"""What answers have in common: rows, for scripts and for pandas, and a picture of themselves in a notebook."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from kg.errors import NothingFoundError, UsageError

if TYPE_CHECKING:
    import pandas

    from kg.records import Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An answer that becomes a table, and shows itself as a page where it was got from a connected graph.

    `HEADINGS` are the keys of its rows. `page` makes the page on demand; a notebook calls it when the answer is the
    last value of a cell. `left_out` says in words what a handling code keeps out of it.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = ()

    page: Callable[[], str] | None = field(default=None, compare=False, repr=False)
    left_out: tuple[str, ...] = field(default=(), repr=False)

    def rows(self) -> list[dict[str, Any]]:
        """Return it as flat rows of stable keys."""
        raise NotImplementedError

    def to_pandas(self) -> pandas.DataFrame:
        """Return the rows as a pandas DataFrame; its `attrs` are what `said` returns.

        A limit or handling code that cut the rows is warned of, too. Raise `UsageError` where pandas is not installed.
        """
        try:
            import pandas
        except ImportError as problem:
            raise UsageError("pandas is not installed, which tables need: `pip install pandas`.") from problem
        rows, said = self.rows(), self.said()
        frame = pandas.DataFrame(rows, columns=None if rows else self.headings())
        frame.attrs = said
        for sentence in said["cut"]:
            warnings.warn(sentence, stacklevel=2)
        return frame

    def said(self) -> dict[str, Any]:
        """Return what belongs to the rows: `projection`, and as sentences `cut` by limits, and `notes`.

        A handling code that keeps findings out is such a limit. The projection is None where an answer has none.
        """
        cut = (*self.left_out, *getattr(self, "cut", ()))
        notes = [*getattr(self, "notes", ()), *getattr(self, "caveats", ())]
        return {
            "projection": getattr(self, "projection", None),
            "cut": list(cut),
            "notes": [note for note in dict.fromkeys(notes) if note not in cut],
        }

    def headings(self) -> list[str] | None:
        """Return the columns of the rows where they are known without any row, else None."""
        return list(self.HEADINGS) or None

    def _repr_html_(self) -> str | None:
        try:
            return self.page() if self.page else None
        except NothingFoundError:  # nothing to draw: the notebook prints the answer as text
            return None


@dataclass(frozen=True, slots=True)
class CypherAnswer(Shown):
    """What a query returned: its columns and rows of plain values; `limit` is set where the row limit cut it.

    `notes` say what names were taken for, and what of the query the graph does not know.
    """

    columns: tuple[str, ...]
    values: Sequence[Sequence[Any]]
    limit: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def cut(self) -> tuple[str, ...]:
        """What a limit left out, in words."""
        return self.cut_by(": raise limit= for more")

    def cut_by(self, remedy: str = "") -> tuple[str, ...]:
        """Return what a limit left out, in words; `remedy` ends the sentence where there is one at hand."""
        return (f"Only the first {self.limit} rows are shown{remedy}.",) if self.limit else ()

    def headings(self) -> list[str] | None:
        """Return the columns of the query."""
        return list(self.columns)

    def rows(self) -> list[dict[str, Any]]:
        """Return each row by the names of its columns."""
        return [dict(zip(self.columns, one, strict=True)) for one in self.values]


@dataclass(frozen=True, slots=True)
class EvidenceAnswer(Shown):
    """The findings behind an edge, and the edge; None where a finding makes none."""

    edge: Relation | None
    findings: Sequence[dict[str, Any]]

    def rows(self) -> list[dict[str, Any]]:
        """Return the findings with their source, reliability, origin and organisation, in order of date."""
        return list(self.findings)
