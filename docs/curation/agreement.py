"""Print, as Markdown, how far the two readings of the documents agree, and how each difference was settled.

The readings are `first-reading.yaml` and `second-reading.yaml` beside this file; which of their findings are about
the same statement, and what became of each, is recorded in `agreement.csv`. Every number is computed here.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from kg.findings import TRANSFER_TYPES
from kg.text import parse_yaml

FOLDER = Path(__file__).parent
PAIRED = ("agree", "first", "second", "neither")
ONLY_FIRST = ("kept", "dropped")
ONLY_SECOND = ("added", "held already", "not taken")


@dataclass(frozen=True, slots=True)
class Mark:
    """What one reading recorded of one statement, as far as the two lists can be compared.

    `span` is the locator's start and end in code points. `share` is the least share, `basis_to` None but on transfers.
    """

    document: str
    span: tuple[int, int]
    relation: str
    certainty: str
    headline: bool
    basis_from: str
    basis_to: str | None
    mechanism: str | None
    authorised: bool | None
    alternative: bool
    share: float | None


FIELDS = {
    "relation": "relation",
    "certainty": "certainty",
    "headline": "headline or body",
    "basis_from": "basis of the first party",
    "basis_to": "basis of the second party (transfers)",
    "mechanism": "mechanism",
    "authorised": "authorised",
    "alternative": "alternative or not",
    "share": "least share",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of `agreement.csv`: a pair of findings or a finding that only one reading has, and what became of it."""

    document: str
    first: str
    second: str
    verdict: str
    reason: str
    recorded: tuple[str, ...]


def _mark(document: str, finding: Mapping[str, Any], basis_from: str, basis_to: str) -> Mark:
    locator, share = finding["locator"], finding.get("share") or {}
    transfer = finding["relation"] in TRANSFER_TYPES
    return Mark(
        document=document,
        span=(locator["start"], locator["end"]),
        relation=finding["relation"],
        certainty=finding["certainty"],
        headline=finding.get("headline", False),
        basis_from=basis_from,
        basis_to=basis_to if transfer else None,
        mechanism=finding.get("mechanism"),
        authorised=finding.get("authorised"),
        alternative="alternative_of" in finding,
        share=share.get("min"),
    )


def first_reading() -> dict[str, Mark]:
    """Return the findings of the first reading, by id."""
    content = parse_yaml((FOLDER / "first-reading.yaml").read_text(encoding="utf-8")).value
    documents = {source["id"]: source["document"][:3] for source in content["sources"]}
    return {
        one["id"]: _mark(
            documents[one["source"]], one, one["from"].get("basis", "stated"), one["to"].get("basis", "stated")
        )
        for one in content["findings"]
    }


def second_reading() -> dict[str, Mark]:
    """Return the findings of the second reading, by id."""
    content = parse_yaml((FOLDER / "second-reading.yaml").read_text(encoding="utf-8")).value
    return {
        one["id"]: _mark(document, one, one["basis"]["from"], one["basis"]["to"])
        for document, part in content.items()
        if document != "doubts"
        for one in part["findings"]
    }


def rows() -> list[Row]:
    """Return the pairs, and the findings that only one reading has, in order of document."""
    with (FOLDER / "agreement.csv").open(encoding="utf-8", newline="") as file:
        return [
            Row(
                row["document"],
                row["first"],
                row["second"],
                row["verdict"],
                row["reason"],
                tuple(row["recorded"].split()),
            )
            for row in csv.DictReader(file)
        ]


def faults(pairing: Sequence[Row], first: Mapping[str, Mark], second: Mapping[str, Mark]) -> Iterator[str]:
    """Yield what is wrong with the pairing, a sentence each: a finding left out or used twice, a false pair."""
    for name, reading, used in (
        ("first", first, [row.first for row in pairing if row.first]),
        ("second", second, [row.second for row in pairing if row.second]),
    ):
        yield from (f"{one} of the {name} reading is in no row" for one in sorted(set(reading) - set(used)))
        yield from (f"{one} of the {name} reading is in {n} rows" for one, n in Counter(used).items() if n > 1)
        yield from (f"{one} is not in the {name} reading" for one in sorted(set(used) - set(reading)))
    for row in pairing:
        allowed = PAIRED if row.first and row.second else ONLY_FIRST if row.first else ONLY_SECOND
        where = f"{row.first or '-'} and {row.second or '-'}"
        if row.verdict not in allowed:
            yield f"{where} cannot have the verdict {row.verdict!r}"
        if row.verdict != "agree" and not row.reason:
            yield f"{where} differ without a reason"
        if row.first and row.second:
            one, other = first[row.first], second[row.second]
            apart = one.span[1] <= other.span[0] or other.span[1] <= one.span[0]
            if (one.document, one.relation) != (other.document, other.relation) or apart:
                yield f"{where} are not about one relation at one place"
            differing = [words for field, words in FIELDS.items() if getattr(one, field) != getattr(other, field)]
            if row.verdict == "agree" and differing:
                yield f"{where} do not agree on {differing[0]}"


def _table(header: Sequence[str], lines: Sequence[Sequence[object]]) -> str:
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in (header, rule, *lines))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"


def _counts(name: str, part: Sequence[Row]) -> list[object]:
    verdicts = Counter(row.verdict for row in part)
    matched = sum(verdicts[one] for one in PAIRED)
    only_first, only_second = (sum(verdicts[one] for one in group) for group in (ONLY_FIRST, ONLY_SECOND))
    agreement = _percent(2 * matched, 2 * matched + only_first + only_second)
    recorded = len({one for row in part for one in row.recorded})
    return [name, matched + only_first, matched + only_second, matched, only_first, only_second, agreement, recorded]


def agreement_table(pairing: Sequence[Row]) -> str:
    """Return findings by document: of each reading, matched, of one only, agreement, and recorded in the end.

    Agreement is twice the matched findings by all findings of both readings.
    """
    header = ["document", "first", "second", "matched", "only first", "only second", "agreement", "recorded"]
    lines = [_counts(name, list(part)) for name, part in groupby(pairing, key=lambda row: row.document)]
    return _table(header, [*lines, _counts("all", pairing)])


def fields_table(pairing: Sequence[Row], first: Mapping[str, Mark], second: Mapping[str, Mark]) -> str:
    """Return how many matched findings agree in each field."""
    pairs = [(first[row.first], second[row.second]) for row in pairing if row.first and row.second]
    lines = []
    for field, words in FIELDS.items():
        counted = [(getattr(a, field), getattr(b, field)) for a, b in pairs if field != "basis_to" or a.basis_to]
        same = sum(one == other for one, other in counted)
        lines.append([words, same, len(counted), _percent(same, len(counted))])
    return _table(["field", "agree", "of", "share"], lines)


def verdict_table(pairing: Sequence[Row]) -> str:
    """Return how many rows came to each verdict."""
    verdicts = Counter(row.verdict for row in pairing)
    return _table(["verdict", "rows"], [[one, verdicts[one]] for one in (*PAIRED, *ONLY_FIRST, *ONLY_SECOND)])


def difference_list(pairing: Sequence[Row]) -> str:
    """Return every row that is not plain agreement, with how it was settled and why, by document."""
    parts = []
    for document, part in groupby(pairing, key=lambda row: row.document):
        lines = [
            f"- {' / '.join(f'`{one}`' for one in (row.first, row.second) if one)}: **{row.verdict}**. {row.reason}"
            for row in part
            if row.verdict != "agree"
        ]
        parts.append("\n".join([f"### Document {document}", "", *lines]))
    return "\n\n".join(parts)


def report() -> str:
    """Return all of it as Markdown. Raise `ValueError` where the pairing does not fit the two readings."""
    pairing, first, second = rows(), first_reading(), second_reading()
    wrong = list(faults(pairing, first, second))
    if wrong:
        raise ValueError(f"agreement.csv does not fit the readings: {wrong[0]}.")
    parts = (
        "## Agreement by document",
        agreement_table(pairing),
        "## Agreement of matched findings by field",
        fields_table(pairing, first, second),
        "## How the rows were settled",
        verdict_table(pairing),
        "## Every difference, and how it was settled",
        difference_list(pairing),
    )
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.write(report())
