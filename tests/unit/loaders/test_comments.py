"""Comments of a trade register: what is stated becomes fields, what is hedged or half understood stays text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kg.loaders import comments
from kg.loaders.comments import Capture, Passing, Supplier
from kg.loaders.registers import adjectives

from kg import names

NAMES = {"Iraq": "country:IRQ", "Iran": "country:IRN", "Jordan": "country:JOR", "USA": "country:USA"}
NAMES |= {"Egypt": "country:EGY", "Qatar": "country:QAT", "Turkey": "country:TUR", "Sudan": "country:SDN"}
NAMES |= {"Bosnia and Herzegovina": "country:BIH", "US": "country:USA", "Polish": "country:POL"}


def read(comment):
    return comments.read(comment, NAMES.get)


def test_parts_end_at_semicolons_outside_brackets():
    assert list(comments.parts("a; b (c; d); e;")) == ["a", "b (c; d)", "e"]
    assert list(comments.parts("")) == []
    assert list(comments.parts("a); b")) == ["a)", "b"]


@pytest.mark.parametrize(
    ("comment", "capture"),
    [
        (
            "Second-hand (captured by Iraq from Iran and given to Jordan)",
            Capture("country:IRN", "country:IRQ", "country:JOR", False),
        ),
        ("captured from Iran", Capture("country:IRN", None, None, False)),
        ("Captured by Iraq from Iran", Capture("country:IRN", "country:IRQ", None, False)),
        ("probably captured by Iraq from Iran", Capture("country:IRN", "country:IRQ", None, True)),
    ],
)
def test_captures(comment, capture):
    reading = read(comment)
    assert reading.captures == [capture] and not reading.left


def test_a_captor_that_is_no_state_leaves_the_part_as_text():
    assert read("captured by rebels from Iran").left == ["captured by rebels from Iran"]
    assert read("captured by Narnia from Iran").left == ["captured by Narnia from Iran"]


@pytest.mark.parametrize(
    ("comment", "via"),
    [
        ("delivered via Egypt", ["country:EGY"]),
        ("Delivered via Egypt and Jordan", ["country:EGY", "country:JOR"]),
        ("ordered via Bosnia and Herzegovina", ["country:BIH"]),
        ("bought via and financed by USA", ["country:USA"]),
        ("Delivered via and assembled in Egypt", ["country:EGY"]),
        ("assembled in Egypt and transferred via Jordan", ["country:EGY", "country:JOR"]),
        ("ordered via USA and Polish company BUMAR", []),
        ("possibly delivered via Egypt", []),
        ("Wessex-52 version via nothing", []),
    ],
)
def test_territories_passed(comment, via):
    reading = read(comment)
    assert reading.via == via
    assert bool(reading.left) == (not via)


@pytest.mark.parametrize(
    ("comment", "payers"),
    [
        ("financed by USA", ["country:USA"]),
        ("Funded by US aid", ["country:USA"]),
        ("bought via and financed by USA", ["country:USA"]),
        ("possibly financed by USA", []),
        ("aid ($3 m overhaul financed by USA)", []),
        ("part of $88 m deal (possibly financed by aid from USA)", []),
    ],
)
def test_payers(comment, payers):
    assert read(comment).financed_by == payers


def test_other_suppliers():
    assert read("supplier could be USA or Iran").suppliers == [Supplier("country:USA"), Supplier("country:IRN")]
    assert read("Supplier probably Qatar (probably from Sudan production)").suppliers == [Supplier("country:QAT")]
    text = "Possibly second-hand missiles delivered by Sudan via Qatar and Turkey and financed by Qatar"
    assert read(text).suppliers == [Supplier("country:SDN", ("country:QAT", "country:TUR"), ("country:QAT",))]
    assert read("Supplier uncertain").supplier_uncertain


def test_passings_holders_numbers_and_law():
    assert read("diverted to Iran").passings == [Passing("country:IRN", True, False)]
    assert read("later given to Iran").passings == [Passing("country:IRN", False, False)]
    assert read("ex-Polish").holders == ["country:POL"]
    assert read("second-hand from Jordan").holders == ["country:JOR"]
    assert read("probably ex-Polish").left == ["probably ex-Polish"]
    assert read("No. delivered could be between 250 and 1300").numbers == [250, 1300]
    assert read("no. could be over 200").number_open
    assert read("illegally delivered to Iraq (officially to Jordan)").authorised is False


@pytest.mark.parametrize(
    ("comment", "mechanism"),
    [
        ("aid", "aid"),
        ("'MAP' aid", "aid"),
        ("aid against Islamic State rebels", "aid"),
        ("probably aid", None),
        ("5-year lease", "lease"),
        ("loan", "loan"),
        ("possibly loan", None),
        ("gift", "gift"),
        ("Produced under licence in Iraq", "licence"),
        ("paid aid worker", None),
    ],
)
def test_mechanisms(comment, mechanism):
    assert read(comment).mechanism == mechanism


@given(st.text(max_size=200))
def test_any_text_is_read_and_nothing_of_it_is_lost(comment):
    reading = read(comment)
    for part in reading.left:
        assert part in comment


@given(st.lists(st.sampled_from(["aid", "version X", "delivered via Egypt", "second-hand", "$3 m deal"]), max_size=6))
def test_parts_are_read_one_by_one(parts):
    assert read("; ".join(parts)).left == [part for part in parts if part in ("version X", "$3 m deal")]


def test_adjectives_are_of_states_in_the_table():
    assert set(adjectives().values()) <= set(names.states())
    assert adjectives()["polish"] == "country:POL"
