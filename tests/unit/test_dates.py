import calendar
from datetime import date
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import dates
from kg.dates import Interval

DAYS = [f"2020-01-{day:02}" for day in range(1, 6)]
BEFORE, AFTER = "2019-12-31", "2020-01-06"


@st.composite
def intervals(draw):
    first, last = sorted(draw(st.tuples(st.integers(0, 4), st.integers(0, 4))))
    return Interval(
        draw(st.sampled_from([None, DAYS[first]])),
        draw(st.sampled_from([None, DAYS[last]])),
    )


def days(one):
    """All days of an interval within a range wider than any bound, so that an open side goes beyond every other."""
    return [day for day in (BEFORE, *DAYS, AFTER) if (one.earliest or "") <= day <= (one.latest or "9")]


@given(st.lists(intervals(), max_size=4))
def test_order_is_that_of_every_choice_of_days(sequence):
    in_order = [all(a <= b for a, b in pairwise(choice)) for choice in product(*map(days, sequence))]
    expected = dates.CERTAIN if all(in_order) else dates.POSSIBLE if any(in_order) else dates.IMPOSSIBLE
    assert dates.order(sequence) == expected


@given(st.lists(intervals(), min_size=1, max_size=4))
def test_meet_is_the_days_that_all_share(sequence):
    shared = set(days(sequence[0])).intersection(*map(days, sequence))
    met = dates.meet(sequence)
    assert set(days(met) if met else ()) == shared


def test_meet_of_nothing_is_not_bounded():
    assert dates.meet([]) == Interval()


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_day_month_and_year_are_bounded_by_their_first_and_last_day(day):
    last = calendar.monthrange(day.year, day.month)[1]
    assert dates.parse(day.isoformat()) == Interval(day.isoformat(), day.isoformat())
    assert dates.parse(day.isoformat()[:7]) == Interval(f"{day.isoformat()[:7]}-01", f"{day.isoformat()[:7]}-{last}")
    assert dates.parse(day.isoformat()[:4]) == Interval(f"{day.isoformat()[:4]}-01-01", f"{day.isoformat()[:4]}-12-31")


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2016-02", "2016-02-01", "2016-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("2014/2017", "2014-01-01", "2017-12-31"),
        ("2014-07/2014-07-09", "2014-07-01", "2014-07-09"),
        ("../2017", None, "2017-12-31"),
        ("/2017", None, "2017-12-31"),
        ("2014/..", "2014-01-01", None),
        (" 2014 / 2015 ", "2014-01-01", "2015-12-31"),
    ],
)
def test_intervals_are_parsed_as_stated(text, earliest, latest):
    assert dates.parse(text) == Interval(earliest, latest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "../..",
        "/",
        "14",
        "0999",
        "20145",
        "2014-13",
        "2014-00",
        "2014-02-30",
        "2014-2",
        "2014-02-3",
        "2014-12-14T10:00",
        "2017/2014",
        "2014//2017",
        "2014/2015/2016",
        "2014~",
        "2014?",
        "١٤٠٠",
        "2014-01-01\n1",
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        dates.parse(text)


@given(st.text(max_size=12))
def test_any_text_is_parsed_or_refused(text):
    try:
        parsed = dates.parse(text)
    except ValueError:
        return
    assert parsed != Interval()


def test_bounds_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError, match=r"no earlier than the beginning \(not 2017-01-02 to 2017-01-01\)"):
        Interval("2017-01-02", "2017-01-01")
