"""Dates as intervals: parsed no more precisely than stated, and ordered in three values.

A stated date is a day (`2017-12-14`), a month (`2017-12`), a year (`2017`) or an interval of two of these (`2014/2017`,
`../2017`, `2014/..`), a part of ISO 8601-2 (EDTF). Bounds are ISO days; None is not bounded. A `ValueError` says what
was expected in place of what was given.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_PART = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?\Z", re.ASCII)

CERTAIN, POSSIBLE, IMPOSSIBLE = "certain", "possible", "impossible"


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds within which something took place, both inclusive ISO days; None is not bounded."""

    earliest: str | None = None
    latest: str | None = None

    def __post_init__(self) -> None:
        if self.earliest is not None and self.latest is not None and self.earliest > self.latest:
            raise ValueError(f"an end no earlier than the beginning (not {self.earliest} to {self.latest})")


@lru_cache(maxsize=10_000)
def bounds(text: str) -> Interval:
    """Return first and last day of a stated day, month or year. Raise `ValueError` for anything else."""
    match = _PART.match(text.strip())
    if not match:
        raise ValueError("a day (2017-12-14), month (2017-12) or year (2017)")
    year = int(match["year"])
    if year < 1000:
        raise ValueError("a year of four digits from 1000 on")
    first_month, last_month = (int(match["month"]),) * 2 if match["month"] else (1, 12)
    if not 1 <= first_month <= 12:
        raise ValueError("a month from 01 to 12")
    days = calendar.monthrange(year, last_month)[1]
    first_day, last_day = (int(match["day"]),) * 2 if match["day"] else (1, days)
    if not 1 <= first_day <= days:
        raise ValueError(f"a day from 01 to {days}, which that month has")
    return Interval(f"{year:04}-{first_month:02}-{first_day:02}", f"{year:04}-{last_month:02}-{last_day:02}")


def parse(text: str) -> Interval:
    """Return the bounds of a stated date or interval. Raise `ValueError` where the text is neither."""
    first, separator, last = text.strip().partition("/")
    if not separator:
        return bounds(first)
    start = None if first.strip() in ("", "..") else bounds(first).earliest
    end = None if last.strip() in ("", "..") else bounds(last).latest
    if start is None and end is None:
        raise ValueError("an interval with a beginning or an end")
    return Interval(start, end)


def is_before(first: str, second: str) -> bool:
    """Say whether a stated date is surely before another: every day that it may be is."""
    return str(bounds(first).latest) < str(bounds(second).earliest)


def meet(intervals: Iterable[Interval]) -> Interval | None:
    """Return the days that all intervals share, or None where they share none."""
    earliest: str | None = None
    latest: str | None = None
    for one in intervals:
        if one.earliest is not None and (earliest is None or one.earliest > earliest):
            earliest = one.earliest
        if one.latest is not None and (latest is None or one.latest < latest):
            latest = one.latest
    if earliest is not None and latest is not None and earliest > latest:
        return None
    return Interval(earliest, latest)


def order(sequence: Iterable[Interval]) -> str:
    """Say whether events happened in the given order, where in order means not later than the next.

    "certain" if every choice of days within the bounds is in order, "possible" if some is, "impossible" if none.
    """
    verdict, reached, previous = CERTAIN, None, None
    for one in sequence:
        if previous is not None and (previous.latest is None or one.earliest is None or previous.latest > one.earliest):
            verdict = POSSIBLE
        if one.earliest is not None and (reached is None or one.earliest > reached):
            reached = one.earliest
        if reached is not None and one.latest is not None and reached > one.latest:
            return IMPOSSIBLE
        previous = one
    return verdict
