"""Comments of a trade register: what is stated becomes fields, what is hedged or half understood stays text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kg.loaders import comments
from kg.loaders.comments import Capture, Passing, Reading, Supplier
from kg.loaders.registers import adjectives

from kg import names

NAMES = {"Iraq": "country:IRQ", "Iran": "country:IRN", "Jordan": "country:JOR", "USA": "country:USA"}
NAMES |= {"Egypt": "country:EGY", "Qatar": "country:QAT", "Turkey": "country:TUR", "Sudan": "country:SDN"}
NAMES |= {"Iraqi": "country:IRQ", "Iranian": "country:IRN"}
NAMES |= {"Bosnia and Herzegovina": "country:BIH", "US": "country:USA", "Polish": "country:POL"}


def read(comment):
    return comments.read(comment, NAMES.get, "country:IRQ")


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
        ("Second-hand (probably captured from Iran)", Capture("country:IRN", None, None, True)),
        ("captured from Iran by Iraq", Capture("country:IRN", "country:IRQ", None, False)),
        ("captured by Iraq", Capture(None, "country:IRQ", None, False)),
        (
            "captured by Iraq from Iran and given to Lebanese militias",
            Capture("country:IRN", "country:IRQ", None, False, to_other=True),
        ),
    ],
)
def test_captures(comment, capture):
    reading = read(comment)
    assert reading.captures == [capture] and not reading.left and not reading.capture_open


@pytest.mark.parametrize("comment", ["captured", "Second-hand (captured by rebels)", "captured in war", "recaptured"])
def test_a_capture_that_is_not_understood_is_told(comment):
    reading = read(comment)
    assert reading.left == [comment] and reading.capture_open and not reading.captures


def test_a_captor_that_is_no_state_leaves_the_part_as_text():
    assert read("captured by rebels from Iran").left == ["captured by rebels from Iran"]
    assert read("captured by Narnia from Iran").left == ["captured by Narnia from Iran"]


@pytest.mark.parametrize(
    ("comment", "via"),
    [
        ("delivered via Egypt", ["country:EGY"]),
        ("Delivered via Egypt and Jordan", ["country:EGY", "country:JOR"]),
        ("delivered via Bosnia and Herzegovina", ["country:BIH"]),
        ("ordered via Egypt", []),
        ("sold via Jordan to hide sale to Iraq", []),
        ("ordered via and assembled in Egypt", []),
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
    (one,) = read("supplier could be Jordan (and delivered via Egypt and Turkey)").suppliers
    assert one == Supplier("country:JOR", ("country:EGY", "country:TUR"))
    several = read("supplier could be Jordan or Iran (and delivered via Egypt)")
    assert several.suppliers == [Supplier("country:JOR"), Supplier("country:IRN")] and several.wording
    assert read("supplier could be Jordan (and delivered via Narnia)").suppliers == [Supplier("country:JOR")]
    text = "Possibly second-hand missiles delivered by Sudan via Qatar and Turkey and financed by Qatar"
    assert read(text).suppliers == [Supplier("country:SDN", ("country:QAT", "country:TUR"), ("country:QAT",), True)]
    assert read("spare parts delivered by USA").left and read("training delivered by USA").left
    assert read("bought via and financed by USA").via == []
    assert read("Supplier uncertain").supplier_uncertain


def test_an_uncertain_designation():
    for comment in ("Designation uncertain", "designation uncertain (reported as 'MRL')",
                    "designation uncertain (reportrted as '120mm mortar')"):  # fmt: skip
        reading = read(f"Second-hand; {comment}")
        assert reading.designation_uncertain and not reading.left
        assert reading.wording == [comment[0].lower() + comment[1:]], "what it was reported as is kept"
    for comment in ("designation not uncertain", "Iraqi designation Ajeel", "designation uncertain (denied)"):
        assert read(comment) == Reading("country:IRQ", left=[comment])


@pytest.mark.parametrize(
    "comment",
    [
        "Status uncertain", "delivery unconfirmed", "unclear if delivered", "possibly not delivered",
        "possibly not (all) operational or for for spare parts only or Iraqi aircraft overhauled/modernized in Jordan",
        "unclear if operational, for spares only or Iraqi aircraft overhauled/modernized in Jordan",
        "possibly Iraqi T-55 upgraded", "Iraqi T-55 probably rebuilt to T-55M version",
    ],
)  # fmt: skip
def test_doubt_that_anything_was_passed(comment):
    reading = read(comment)
    assert reading.transfer_uncertain and not reading.own_rebuilt and not reading.left
    assert [one.lower() for one in reading.wording] == [comment.lower()]


@pytest.mark.parametrize(
    "comment",
    ["Iraqi UH-1H rebuilt to Huey-2", "Iraqi SA-3 SAM systems rebuilt to Pechora M2 version", "Iraqi T-55 modernized"],
)
def test_own_equipment_rebuilt(comment):
    reading = read(comment)
    assert reading.own_rebuilt and not reading.transfer_uncertain and reading.wording == [comment]


@pytest.mark.parametrize(
    "comment",
    [
        "Iranian UH-1H rebuilt to Huey-2", "Second-hand M-1A1 rebuilt to M-1A1AIM version", "Iraqi designation Ajeel",
        "incl some Iraqi T-55 rebuilt", "possibly operational", "possibly for spare parts only",
        "AIM-9L modernized to AIM-9L/I-1 version before delivery", "modernized before delivery", "Iraqi rebuilt",
        "SK-105 chassis; fitted with turret from AMX-13 tank in Argentina", "probably more ordered but not delivered",
    ],
)  # fmt: skip
def test_what_doubts_no_transfer(comment):
    reading = read(comment)
    assert not reading.transfer_uncertain and not reading.own_rebuilt
    assert "; ".join(reading.left) == comment


def test_passings_holders_numbers_and_law():
    assert read("diverted to Iran").passings == [Passing("country:IRN", True, False)]
    assert read("later given to Iran").passings == [Passing("country:IRN", False, False)]
    assert read("ex-Polish").holders == ["country:POL"]
    assert read("second-hand from Jordan").holders == ["country:JOR"]
    assert read("probably ex-Polish").left == ["probably ex-Polish"]
    assert read("No. delivered could be between 250 and 1300").numbers == [250, 1300]
    assert read("no. could be over 200").number_open
    assert read("illegally delivered to Iraq (officially to Jordan)").authorised is False
    assert read("illegally delivered").authorised is False
    for other in ("transferred to rebels in Sudan", "delivered to Iran", "sold to Iran", "delivered by Iran"):
        assert read(f"illegally {other}") == Reading("country:IRQ", left=[f"illegally {other}"])
    for unclear in ("given to Iran", "donated to Iran", "smuggled to Iran", "illegally transferred to Iran"):
        assert read(unclear).left == [unclear], "whether the recipient did so is not said"


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


WORDINGS = (
    "captured from Iran", "captured by Iraq from Iran", "captured by Iraq from Iran and given to Jordan",
    "captured from Iran by Iraq", "captured by Iraq", "second-hand (captured by Iraq from Iran)", "delivered via Egypt",
    "delivered via Egypt and assembled in Jordan", "delivered via and assembled in Egypt",
    "transferred via Jordan to hide sale to Iraq", "assembled in Egypt and transferred via Jordan", "financed by USA",
    "funded by US aid", "bought via and financed by USA", "delivered by Sudan",
    "second-hand missiles delivered by Sudan via Qatar and Turkey and financed by Qatar",
    "supplier could be USA or Iran",
    "supplier may be Qatar (probably from Sudan production)", "supplier uncertain", "second-hand from Jordan",
    "designation uncertain", "designation uncertain (reported as '120mm mortar')", "status uncertain",
    "Iraqi UH-1H rebuilt to Huey-2", "Iraqi T-55 modernized",
    "ex-Polish", "diverted to Iran", "later given to Iran", "passed on to Iran", "illegally re-exported to Iran",
    "illegally delivered", "illegally delivered to Iraq (officially to Jordan)", "aid", "'MAP' aid", "gift", "donated",
    "aid against Islamic State rebels", "lease until delivery of other aircraft", "loan", "barter deal",
    "produced under licence in Iraq",
)  # fmt: skip
AGAINST = (
    "not", "never", "no", "not to be", "planned to be", "to be", "possibly not", "reportedly never", "will be",
    "may be", "would have been", "offered to be", "spare parts", "unless", "denied that", "cancelled after",
    "rumoured to be",
)  # fmt: skip
AFTER = (
    "not confirmed", "(not confirmed)", "but never delivered", "denied by Iran", "(denied)", "planned", "cancelled",
    "possibly", "(probably)", "in case of war", "if allowed", "but embargoed", "refused", "unconfirmed", "or not", "?",
)  # fmt: skip
HEDGES = ("probably", "possibly", "reportedly", "allegedly")


@given(st.sampled_from(AGAINST), st.sampled_from(WORDINGS))
def test_a_negation_or_plan_before_a_wording_leaves_it_as_text(before, wording):
    comment = f"{before} {wording}"
    assert read(comment) == Reading("country:IRQ", left=[comment], capture_open="captured" in wording)


@given(st.sampled_from(WORDINGS), st.sampled_from(AFTER))
def test_a_negation_plan_or_hedge_after_a_wording_leaves_it_as_text(wording, after):
    comment = f"{wording} {after}"
    assert read(comment) == Reading("country:IRQ", left=[comment], capture_open="captured" in wording)


@given(st.sampled_from(HEDGES), st.sampled_from(WORDINGS))
def test_a_hedge_before_a_wording_makes_nothing_certain_and_no_field(hedge, wording):
    reading = read(f"{hedge} {wording}")
    assert all(one.alleged for one in (*reading.captures, *reading.passings))
    assert not (reading.via or reading.financed_by or reading.holders or reading.mechanism or reading.numbers)
    assert reading.authorised is None and not reading.supplier_uncertain and not reading.designation_uncertain


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
