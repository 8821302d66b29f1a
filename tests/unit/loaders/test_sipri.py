"""The SIPRI trade register in three dialects: every order once, nothing added, and the same from each format."""

import csv
import random
import re
import tracemalloc
from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest
from kg.loaders import registers, sipri

from kg.findings import Finding, Source

WIDE = "sipri/dev_sipri_wide_iraq_syria.csv"
DELIVERIES = "sipri/dev_sipri_deliveries_iraq_syria.csv"
OLD = "sipri/dev_sipri_2013_dialect.csv"
HEADER = (
    "Recipient,Supplier,Year of order, ,Number ordered, ,Weapon designation,Weapon description,Number delivered, ,"
    "Year(s) of delivery,status,Comments,SIPRI TIV per unit,SIPRI TIV for total order,SIPRI TIV of delivered weapons"
)
ROW = "Iraq,France,1970,,8,?,AML,armoured car,8,,1972; 1973,New,AML-90 version,0.7,5.6,5.6"


@pytest.fixture
def wide(tmp_path, run):
    """Return a function that reads rows of an order-level export."""

    def read(*rows, ending="\n", header=HEADER, encoding="utf-8", name="register.csv"):
        path = tmp_path / name
        path.write_bytes((ending.join((header, *rows)) + ending).encode(encoding))
        return run(sipri, path)

    return read


def only(outcome) -> Finding:
    assert not outcome.problems and len(outcome.findings) == 1
    return next(iter(outcome.findings.values()))


def on_line(outcome, line) -> Finding:
    """Return the delivery of the order on a line."""
    (finding,) = (one.what for one in outcome.declared
                  if one.line == line and isinstance(one.what, Finding) and one.what.note)  # fmt: skip
    return finding


def raw(path, first):
    text = path.read_bytes().decode("latin-1")
    rows = list(csv.reader(text.splitlines()[first:]))
    return [[cell.rstrip(";") if cell is row[-1] else cell for cell in row] for row in rows if row]


def tiv(outcome):
    return sum(one.figures.tiv_delivered or 0 for one in outcome.findings.values() if one.figures)


@pytest.mark.parametrize("name", [WIDE, DELIVERIES, OLD])
def test_samples_are_recognised_by_their_header_and_read_without_a_problem(samples, run, sound, name):
    path = samples / name
    assert "SIPRI" in sipri.recognise(path, path.read_bytes()[:65_536])
    outcome = run(sipri, path)
    assert outcome.problems == []
    sound(outcome)


def test_control_total_of_delivered_values_is_the_registers(samples, run):
    rows = raw(samples / WIDE, 12)
    assert tiv(run(sipri, samples / WIDE)) == pytest.approx(sum(float(row[15] or 0) for row in rows))
    rows = raw(samples / DELIVERIES, 12)
    assert tiv(run(sipri, samples / DELIVERIES)) == pytest.approx(sum(float(row[15] or 0) for row in rows))


def test_every_order_makes_one_delivery_and_undelivered_ones_are_counted(samples, run):
    outcome = run(sipri, samples / WIDE)
    rows = raw(samples / WIDE, 12)
    plans = [row for row in rows if not row[10] and not int(row[8] or 0)]
    deliveries = [
        name for name in outcome.findings if re.search(r"-(?:\d{4}|undated)(?:-[0-9a-f]{10})?(?:-\d+)?$", name)
    ]
    assert outcome.counts["read"] == len(rows) == 817
    assert outcome.counts["without"] == len(plans) == 5
    assert len(deliveries) == 817 - 5
    outcome = run(sipri, samples / DELIVERIES)
    assert {name for name in outcome.findings} == {f"sipri-{row[0]}" for row in raw(samples / DELIVERIES, 12)}


def delivered(outcome):
    """Return the deliveries themselves, without what comments say, of orders with one from 1995 on."""
    return [one for one in outcome.findings.values() if one.note and one.date and one.date.latest >= "1995"]


def test_two_formats_give_the_same_parties(samples, run):
    def parties(outcome):
        ends = defaultdict(set)
        for finding in delivered(outcome):
            for ref in (finding.start, finding.end):
                ends[ref.text].add("placeholder" if "-unknown-" in ref.id else ref.id)
        return ends

    orders, deliveries = parties(run(sipri, samples / WIDE)), parties(run(sipri, samples / DELIVERIES))
    assert orders == deliveries and len(orders) > 30
    assert all(len(ids) == 1 for ids in orders.values())


def test_two_formats_give_the_same_totals(samples, run):
    def totals(outcome):
        by_pair = Counter()
        for finding in delivered(outcome):
            by_pair[finding.start.text, finding.end.text] += finding.figures.tiv_delivered
        return by_pair

    orders, deliveries = totals(run(sipri, samples / WIDE)), totals(run(sipri, samples / DELIVERIES))
    assert len(orders) == len(deliveries) == 40
    differing = {
        pair: (orders[pair], deliveries[pair]) for pair in orders if abs(orders[pair] - deliveries[pair]) > 0.05
    }
    # An order of 1990 to 2000, of which the export of deliveries has those from 1995 on only.
    assert differing == {("North Korea", "Syria"): (350.0, 300.0)}


def test_numbers_flags_years_and_values_are_kept_as_stated(wide):
    finding = only(wide(ROW))
    assert (finding.start.id, finding.end.id, finding.relation) == ("country:FRA", "country:IRQ", "SUPPLIED")
    assert finding.items[0].id == "item:armoured-car" and finding.items[0].text == "AML"
    assert (finding.date.earliest, finding.date.latest, finding.date.text) == ("1972-01-01", "1973-12-31", "1972; 1973")
    assert (finding.quantity.min, finding.quantity.max) == (8, 8)
    assert finding.quantity.text == "8 delivered of 8 ordered (estimate)"
    assert finding.figures.model_dump() == {
        "order_year": 1970, "ordered": 8, "delivered": 8, "tiv_unit": 0.7, "tiv_order": 5.6, "tiv_delivered": 5.6,
        "tiv_estimate": None, "estimated": ("ordered",),
    }  # fmt: skip
    assert finding.note == "status new | AML-90 version"
    assert finding.transfer == finding.id == "sipri-france-iraq-aml-1970"


def test_captured_and_given_is_two_transfers_the_second_of_the_same_items(wide):
    comment = "Second-hand (captured by Iraq from Iran and given to Jordan); incl some M-48A5 tanks"
    row = f"Jordan,Iraq,1988,,60,?,M-47 Patton,tank,60,,1988,Second hand,{comment},0.4,24,24"
    outcome = wide(row)
    capture, supply = outcome.findings.values()
    assert (capture.relation, capture.start.id, capture.end.id) == ("CAPTURED", "country:IRN", "country:IRQ")
    assert (supply.relation, supply.start.id, supply.end.id) == ("SUPPLIED", "country:IRQ", "country:JOR")
    assert supply.continues == (capture.id,) and capture.items == supply.items
    assert capture.date.latest == "1988-12-31" and capture.date.earliest is None
    assert supply.note.endswith("| incl some M-48A5 tanks")


def test_an_order_that_is_itself_a_capture_is_one_transfer_from_loser_to_captor(wide):
    comment = "Captured by Iraq from Iran"
    finding = only(wide(f"Iraq,Iran,1982,,6,,T-62,tank,6,,1982,Second hand,{comment},1,6,6"))
    assert (finding.relation, finding.start.id, finding.end.id) == ("CAPTURED", "country:IRN", "country:IRQ")


def ends(outcome):
    """Return the ends of all findings of an outcome, with the certainty of each and what it continues, by its id."""
    assert not outcome.problems
    return {
        one.id.partition("tank-1988")[2]: (
            one.relation, one.start.id[-3:], one.end.id[-3:], one.certainty, len(one.continues),
        )
        for one in outcome.findings.values()
    }  # fmt: skip


CAPTURE = "captured by Iraq from Iran"
CHAIN = {"-captured": ("CAPTURED", "IRN", "IRQ", "stated", 0)}


@pytest.mark.parametrize(
    ("parties", "comment", "expected"),
    [
        # Every hop stands, and is continued by the next.
        ("Lebanon,Jordan", f"{CAPTURE} and given to Jordan",
         CHAIN | {"-captured-given": ("SUPPLIED", "IRQ", "JOR", "stated", 1),
                  "": ("SUPPLIED", "JOR", "LBN", "stated", 1)}),
        ("Lebanon,Jordan", f"possibly {CAPTURE} and given to Jordan",
         {"-captured": ("CAPTURED", "IRN", "IRQ", "alleged", 0),
          "-captured-given": ("SUPPLIED", "IRQ", "JOR", "alleged", 1), "": ("SUPPLIED", "JOR", "LBN", "stated", 1)}),
        ("Lebanon,Jordan", CAPTURE, CHAIN | {"": ("SUPPLIED", "JOR", "LBN", "stated", 0)}),
        ("Jordan,Iraq", CAPTURE, CHAIN | {"": ("SUPPLIED", "IRQ", "JOR", "stated", 1)}),
        ("Jordan,Iraq", "captured from Iran", CHAIN | {"": ("SUPPLIED", "IRQ", "JOR", "stated", 1)}),
        ("Jordan,Iraq", "captured by Iraq",
         {"-captured": ("CAPTURED", "ser", "IRQ", "stated", 0), "": ("SUPPLIED", "IRQ", "JOR", "stated", 1)}),
        # The order is the capture.
        ("Israel,Egypt", "captured by Israel", {"": ("CAPTURED", "EGY", "ISR", "stated", 0)}),
        ("Israel,Egypt", "captured from Egypt by Israel", {"": ("CAPTURED", "EGY", "ISR", "stated", 0)}),
        ("Israel,Egypt", "captured from Egypt", {"": ("CAPTURED", "EGY", "ISR", "stated", 0)}),
        ("Israel,Egypt", "probably captured from Egypt", {"": ("CAPTURED", "EGY", "ISR", "alleged", 0)}),
        # An unnamed supplier is the one that the comment names, never one more.
        ("Iraq,unknown supplier(s)", CAPTURE, {"": ("CAPTURED", "IRN", "IRQ", "stated", 0)}),
        ("Iraq,unknown supplier(s)", "captured by Iraq", {"": ("CAPTURED", "ier", "IRQ", "stated", 0)}),
        ("Jordan,unknown supplier(s)", f"{CAPTURE} and given to Jordan",
         CHAIN | {"": ("SUPPLIED", "IRQ", "JOR", "stated", 1)}),
        ("Jordan,unknown supplier(s)", f"possibly {CAPTURE} and given to Jordan",
         {"": ("SUPPLIED", "ier", "JOR", "alleged", 0)}),
        # What does not fit the order's parties, or is not understood, makes no hop and leaves no certain delivery.
        ("Iraq,Soviet Union", CAPTURE, {"": ("SUPPLIED", "SUN", "IRQ", "alleged", 0)}),
        ("Syria,Iraq", f"{CAPTURE} and given to Jordan", {"": ("SUPPLIED", "IRQ", "SYR", "alleged", 0)}),
        ("Syria,Iraq", f"{CAPTURE} and given to Lebanese militias", {"": ("SUPPLIED", "IRQ", "SYR", "alleged", 0)}),
        ("Iraq,Soviet Union", "captured by Iran from Iraq", {"": ("SUPPLIED", "SUN", "IRQ", "alleged", 0)}),
        ("Israel,Egypt", "captured by Syria from Egypt", {"": ("SUPPLIED", "EGY", "ISR", "alleged", 0)}),
        ("Israel,Egypt", "some captured", {"": ("SUPPLIED", "EGY", "ISR", "alleged", 0)}),
        ("Jordan,Iraq", f"not {CAPTURE}", {"": ("SUPPLIED", "IRQ", "JOR", "alleged", 0)}),
        ("Iraq,unknown supplier(s)", "captured from Iran", {"": ("SUPPLIED", "ier", "IRQ", "alleged", 0)}),
    ],
)  # fmt: skip
def test_what_a_comment_says_of_a_capture_makes_each_hop_once(wide, sound, parties, comment, expected):
    outcome = wide(f"{parties},1988,,6,,Any tank,tank,6,,1988,Second hand,{comment},1,6,6")
    assert ends(outcome) == expected
    sound(outcome)
    used = {name for one in outcome.findings.values() for name in (one.start.id, one.end.id)}
    assert set(outcome.parties) <= used, "no placeholder that nothing speaks of"
    if next(iter(expected.values()))[3] == "alleged" and len(expected) == 1 and "captured from Egypt" not in comment:
        assert comment in next(iter(outcome.findings.values())).note


@pytest.mark.parametrize(
    "comment",
    [
        "not delivered by Iran", "planned to be delivered by Iran", "never delivered by Ukraine", "delivered by Iran",
        "spare parts delivered by USA", "possibly delivered by Iran via Egypt", "illegally transferred to Iran",
        "illegally transferred to rebels in Sri Lanka",
    ],
)  # fmt: skip
def test_what_others_are_said_to_have_delivered_changes_no_stated_transfer(wide, comment):
    finding = only(wide(f"Syria,Russia,2001,,9,,T-72,tank,9,,2001,New,{comment},1,9,9"))
    assert (finding.start.id, finding.end.id, finding.certainty) == ("country:RUS", "country:SYR", "stated")
    assert finding.alternative_of is None and finding.authorised is None and finding.note.endswith(f"| {comment}")


def test_whoever_delivered_may_be_the_supplier_where_the_register_names_none(wide):
    row = "Syria,unknown supplier(s),2012,,9,,FN-6,portable SAM,9,,2012,New,{},1,9,9"
    text = "possibly second-hand missiles delivered by Sudan via Qatar and financed by Qatar"
    first, other = wide(row.format(text)).findings.values()
    assert (first.certainty, other.start.id, other.certainty) == ("stated", "country:SDN", "alleged")
    assert other.via == ("country:QAT",) and first.alternative_of == other.alternative_of
    assert len(wide(row.format("not delivered by Sudan")).findings) == 1


def test_a_delivery_is_unlawful_only_where_the_comment_says_so_of_it(wide):
    row = "Iraq,China,1983,,9,,J-7,fighter aircraft,9,,1983,New,{},1,9,9"
    assert only(wide(row.format("illegally delivered"))).authorised is False
    text = (
        "illegally delivered to Iraq (officially ordered by and delivered to Jordan to circumvent arms embargo on Iraq)"
    )
    assert only(wide(row.format(text))).authorised is False
    for text in (
        "illegally delivered to Iran",
        "illegally delivered to Iraq (officially denied)",
        "not illegally delivered",
    ):
        finding = only(wide(row.format(text)))
        assert finding.authorised is None and finding.note.endswith(f"| {text}")


def test_via_and_payer_are_fields_and_a_company_in_between_stays_text(wide):
    row = "Iraq,China,1983,,9,,J-7,fighter aircraft,9,,1983,New,{},1,9,9"
    finding = only(wide(row.format("bought via and financed by USA")))
    assert finding.via == () and finding.financed_by[0].id == "country:USA"
    assert finding.note.endswith("| bought via and financed by USA"), (
        "the way of an order need not be that of the goods"
    )
    finding = only(wide(row.format("Delivered via Egypt and Jordan")))
    assert finding.via == ("country:EGY", "country:JOR") and "|" not in finding.note
    finding = only(wide(row.format("ordered via Polish company BUMAR")))
    assert finding.via == () and finding.note.endswith("| ordered via Polish company BUMAR")


@pytest.mark.parametrize(
    ("name", "identifier", "mechanism", "note"),
    [
        (OLD, "sipri-16239", None, "status new; recipient involvement | Part of NZD500 m"),
        (OLD, "sipri-17421", None, "status new; recipient involvement | SK-105 chassis; fitted with turret"),
        (OLD, "sipri-32359", None, "status new; recipient involvement | Part of EUR365 m"),
        (OLD, "sipri-28358", None, "status new; recipient involvement | Incl production of components in UAE"),
        (OLD, "sipri-28365", None, "status new"),
        (OLD, "sipri-13461", "second-hand", "status second hand but modernized (estimate) | "),
        (DELIVERIES, "sipri-20292", None, "status new; local production"),
    ],
)
def test_a_part_of_the_recipient_in_production_is_no_licence(samples, run, name, identifier, mechanism, note):
    finding = run(sipri, samples / name).findings[identifier]
    assert finding.mechanism == mechanism and finding.note.startswith(note)


def test_a_licence_is_one_where_a_text_says_so(samples, run, wide):
    row = "Iraq,China,2023,,,,VN-22,APC,1,,2024,New,{},0.35,0,0.35"
    assert only(wide(row.format("Produced under licence in Iraq"))).mechanism == "licence"
    for text in ("Assembled or produced under licence in Iraq", "Incl production under licence in Iraq", "assembled"):
        assert only(wide(row.format(text))).mechanism is None
    for name in (OLD, DELIVERIES):
        assert not [one for one in run(sipri, samples / name).findings.values() if one.mechanism == "licence"]


@pytest.mark.parametrize(
    ("line", "item", "text"),
    [
        (16, "item:towed-gun", "D-30 122mm"),
        (17, "item:multiple-rocket-launcher", "BM-21 Grad 122mm"),
        (526, "item:multiple-rocket-launcher", "BM-21 Grad 122mm"),
        (527, "item:towed-gun", "D-30 122mm"),
    ],
)
def test_an_uncertain_designation_names_no_model(samples, run, line, item, text):
    finding = on_line(run(sipri, samples / WIDE), line)
    assert [(one.id, one.text) for one in finding.items] == [(item, text)]
    assert "designation uncertain" in finding.statement and "| designation uncertain" in finding.note


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        (WIDE, 597, "Belarus is only thought to have delivered 33 MiG-23MS (fighter aircraft) to Syria in 2008."),
        (WIDE, 427, "Soviet Union is only thought to have delivered 100 R-23"),
        (OLD, 53, "Belarus is only thought to have delivered an estimated 33 MiG-23MS/Flogger-E"),
        (WIDE, 134, "United States to Iraq in 2007, but they had been the recipient's own and were rebuilt."),
        (WIDE, 611, "Russia to Syria in 2011 to 2013, but they had been the recipient's own and were rebuilt."),
    ],
)  # fmt: skip
def test_a_delivery_that_may_have_been_none_is_alleged(samples, run, name, line, said):
    finding = on_line(run(sipri, samples / name), line)
    assert finding.certainty == "alleged" and said in finding.statement
    assert re.search(r"\| .*(?:rebuilt|overhauled|status uncertain)", finding.note)


@pytest.mark.parametrize(("name", "line"), [(WIDE, 203), (WIDE, 229), (WIDE, 475), (WIDE, 49), (OLD, 52), (OLD, 56)])
def test_what_was_rebuilt_before_its_delivery_is_delivered(samples, run, name, line):
    assert on_line(run(sipri, samples / name), line).certainty == "stated"


def test_an_uncertain_designation_without_a_description_tells_no_item(wide):
    row = "Lebanon,Iraq,1988,,18,?,BM-21,{},18,,1988,New,Designation uncertain,0.24,4.32,4.32"
    for description in ("", "launching thing"):
        outcome = wide(row.format(description))
        assert only(outcome).items[0].id == "item:materiel" and outcome.counts["unmapped"] == 1


def test_a_hedge_makes_no_field(wide):
    finding = only(wide("Iraq,China,1983,,9,,J-7,fighter aircraft,9,,1983,New,probably aid; possibly via Egypt,1,9,9"))
    assert finding.mechanism is None and finding.via == () and finding.certainty == "stated"


def test_another_possible_supplier_is_an_alternative_that_shares_the_number(wide):
    row = "Iraq,Bulgaria,2014,,400,,2B11,mortar,400,,2014,New,supplier could be Serbia,0.1,40,40"
    first, other = wide(row).findings.values()
    assert (first.start.id, other.start.id) == ("country:BGR", "country:SRB")
    assert first.alternative_of == other.alternative_of == first.joint == other.joint
    assert {first.certainty, other.certainty} == {"alleged"}
    assert first.transfer != other.transfer


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (122, {"BGR": ("second-hand", ()), "SRB": ("second-hand", ("country:BGR",))}),
        (174, {"": ("second-hand", ()), "USA": ("second-hand", ()), "ARE": ("second-hand", ())}),
        (827, {"": ("aid", ()), "QAT": ("aid", ())}),
    ],
)
def test_what_is_said_of_an_order_holds_for_every_possible_supplier(samples, run, line, expected):
    outcome = run(sipri, samples / WIDE)
    found = [one.what for one in outcome.declared if one.line == line and isinstance(one.what, Finding)]
    ends = {"" if "-unknown-" in one.start.id else one.start.id[-3:]: (one.mechanism, one.via) for one in found}
    assert ends == expected


def test_way_payer_and_law_of_an_order_hold_for_its_other_possible_supplier(wide):
    comment = "supplier could be Serbia; delivered via Egypt; financed by USA; illegally delivered"
    for one in wide(f"Iraq,Bulgaria,2014,,9,,2B11,mortar,9,,2014,New,{comment},1,9,9").findings.values():
        assert (one.via, one.authorised) == (("country:EGY",), False)
        assert [payer.id for payer in one.financed_by] == ["country:USA"]


def test_diverted_items_move_on_from_the_recipient(wide):
    row = "Jordan,United States,2012,,9,,M-16,rifle,9,,2012,New,Diverted to Syria; ex-German,1,9,9"
    outcome = wide(row)
    by_relation = {finding.relation: finding for finding in outcome.findings.values()}
    assert set(by_relation) == {"SUPPLIED", "DIVERTED", "HELD"}
    diverted = by_relation["DIVERTED"]
    assert (diverted.start.id, diverted.end.id) == ("country:JOR", "country:SYR")
    assert diverted.continues == (by_relation["SUPPLIED"].id,)
    assert by_relation["HELD"].start.id == "country:DEU"


def test_stars_brackets_and_unnamed_parties(wide):
    rows = (
        "Hezbollah (Lebanon)*,Syria,2005,,5,,Kornet,anti-tank missile,5,,2006,New,,0.1,1,1",
        "Syria rebels*,unknown supplier(s),2012,,5,,FN-6,portable SAM,5,,2012,New,,0.1,1,1",
        "Syria rebels*,unknown supplier(s),2013,,5,,FN-6,portable SAM,5,,2013,New,,0.1,1,1",
        "NATO**,United States,2012,,5,,E-3A,AEW&C aircraft,5,,2012,New,,0.1,1,1",
    )
    outcome = wide(*rows)
    assert not outcome.problems
    parties = outcome.parties
    group = parties["group:sipri-hezbollah-lbn"]
    assert (group.kind, group.collective, group.located_in[0].id) == ("Group", False, "country:LBN")
    rebels = parties["group:sipri-syria-rebels-syr"]
    assert rebels.collective and rebels.located_in[0].id == "country:SYR"
    assert parties["group:sipri-nato"].located_in == ()
    unnamed = [party for party in parties.values() if party.placeholder]
    assert len(unnamed) == 2, "two orders' unnamed suppliers need not be the same"
    assert not [name for name in parties if name.startswith("country:")]


def test_states_are_those_of_the_time(wide):
    rows = (
        "South Yemen,Soviet Union,1970,,5,,T-55,tank,5,,1971,New,,0.1,1,1",
        "Congo,East Germany (GDR),1985,,5,,T-55,tank,5,,1985,New,,0.1,1,1",
        "Yemen,Russia,2001,,5,,T-72,tank,5,,2001,New,,0.1,1,1",
    )
    ends = [(one.start.id, one.end.id) for one in wide(*rows).findings.values()]
    assert ends == [
        ("country:SUN", "country:YMD"), ("country:DDR", "country:COG"), ("country:RUS", "country:YEM"),
    ]  # fmt: skip
    outcome = wide("Yemen,Soviet Union,1980,,5,,T-72,tank,5,,1980,New,,0.1,1,1")
    assert not outcome.findings and "ambiguous" in outcome.problems[0].found
    outcome = wide("Angola,France,1970,,5,,T-72,tank,5,,1970,New,,0.1,1,1")
    assert outcome.counts["undated"] and only(outcome).end.id == "country:AGO"
    assert only(wide("Yugoslavia,France,1999,,5,,T-72,tank,5,,1999,New,,0.1,1,1")).end.id == "country:SCG"
    for name, year in (("Russia", 1985), ("Viet Nam", 1968), ("Soviet Union", 2000), ("Yugoslavia", 2005)):
        outcome = wide(f"{name},France,{year},,5,,T-72,tank,5,,{year},New,,0.1,1,1")
        assert not outcome.findings and "no state was called" in outcome.problems[0].found
    for name in ("Narnia", "Viet Nam", "Kurdistan"):
        (problem,) = wide(f"{name},France,1968,,5,,T-72,tank,5,,1968,New,,0.1,1,1").problems
        assert "give the id" not in str(problem).lower() and problem.expected == "the name of one state at that time"


def test_orders_of_one_kind_in_one_year_stay_apart_and_keys_do_not_hang_on_numbers(wide):
    outcome = wide(ROW, ROW.replace(",8,?,", ",20,?,"), ROW.replace("1970", "1971"))
    first, second, other = outcome.findings
    assert re.fullmatch("sipri-france-iraq-aml-1970-[0-9a-f]{10}", first) and first[:-10] == second[:-10] != first
    assert first != second and other == "sipri-france-iraq-aml-1971"
    assert list(wide(ROW, ROW, ROW.replace(",8,?,", ",20,?,")).findings) == [first, f"{first}-2", second]
    assert list(wide(ROW.replace("8,,1972; 1973", "6,,1972")).findings) == ["sipri-france-iraq-aml-1970"]


def test_a_new_release_keeps_every_id_but_the_revised_content(samples, run, tmp_path):
    first = run(sipri, samples / WIDE)
    content = (samples / WIDE).read_bytes().replace(b"13 Mar 2025", b"10 Mar 2026")
    content = content.replace(
        b"Egypt,Syria,1969,?,6,?,Project-123,torpedo boat,6,", b"Egypt,Syria,1969,?,6,?,Project-123,torpedo boat,8,"
    )
    path = tmp_path / "later.csv"
    path.write_bytes(content)
    later = run(sipri, path)
    assert set(first.findings) == set(later.findings)
    changed = [name for name in first.findings if first.findings[name] != later.findings[name]]
    assert changed == ["sipri-syria-egypt-project-123-1969"]
    assert first.all(Source).keys() == later.all(Source).keys()
    assert later.all(Source)["sipri-trade-register"].published == "2026-03-10"


def test_the_order_of_rows_does_not_matter(samples, run, tmp_path):
    lines = (samples / WIDE).read_text(encoding="latin-1").splitlines(keepends=True)
    rows, outcomes = lines[12:], []
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("".join([*lines[:12], *rows]), encoding="latin-1", newline="")
        outcomes.append(run(sipri, tmp_path / name).facts())
        random.Random(7).shuffle(rows)
    assert outcomes[0] == outcomes[1]


def test_no_order_takes_the_id_of_another_of_its_key_that_a_release_adds(wide):
    orders = [ROW.replace("8,?", f"{number},?") for number in (7, 20, 8)]
    before = {one.figures.ordered: name for name, one in wide(*orders[1:]).findings.items()}
    for place in range(3):
        after = {name: one.figures.ordered for name, one in
                 wide(*orders[1:][:place], orders[0], *orders[1:][place:]).findings.items()}  # fmt: skip
        assert {name: after[name] for name in before.values()} == {name: number for number, name in before.items()}
    (alone,) = wide(orders[1]).findings
    assert alone not in wide(*orders).findings, "an id that meant one order is not given to another"


def test_only_keys_that_come_again_are_recurring():
    keys = [f"key {number}" for number in range(40_000)]
    recurs = registers.recurring([*keys, "key 7", "other", "other", "other"])
    assert {key for key in [*keys, "other", "absent"] if recurs(key)} == {"key 7", "other"}


@pytest.mark.parametrize("ending", ["\n", "\r\n", ";\r\n", ";\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_line_ends_and_encodings_make_no_difference(wide, ending, encoding):
    row = ROW.replace("AML-90 version", "Français")
    assert only(wide(row, ending=ending, encoding=encoding)).note.endswith("| Français")


def test_a_line_break_inside_a_comment_is_mended(wide):
    broken = ROW.replace("AML-90 version", "AML-90\nversion; aid")
    finding = only(wide(broken))
    assert finding.note.endswith("| AML-90 version") and finding.mechanism == "aid"
    twice = wide(broken, ROW.replace("1970", "1969"))
    assert len(twice.findings) == 2 and not twice.problems


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_a_changed_separator_is_mended(wide, separator):
    row = ROW.replace("AML-90 version", "AML-90 version; aid").replace("0.7,5.6,5.6", "0:7,5:6,5:6")
    row = row.replace(",", separator).replace(":", "," if separator == ";" else ".")
    finding = only(wide(row, header=HEADER.replace(",", separator)))
    assert finding.date.text == "1972; 1973" and finding.mechanism == "aid"
    assert finding.figures.tiv_delivered == 5.6


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_changed_separator_of_deliveries_is_mended(samples, run, tmp_path, separator):
    path = tmp_path / "deliveries.csv"
    with (samples / DELIVERIES).open(encoding="utf-8", newline="") as old, path.open("w", newline="") as new:
        rows = csv.reader(line.removesuffix(";\r\n") + "\r\n" for line in old)
        decimals = ((cell.replace(".", ",") if cell[:1].isdigit() else cell for cell in row) for row in rows)
        csv.writer(new, delimiter=separator).writerows(decimals)
    assert run(sipri, path).facts() == run(sipri, samples / DELIVERIES).facts()


def test_lines_that_excel_has_wrapped_whole_are_unwrapped(wide):
    row = ROW.replace("AML-90 version", '""AML-90, or other""')
    finding = only(wide(f'"{row}"', header=f'"{HEADER}"'))
    assert finding.note.endswith("| AML-90, or other")


@pytest.mark.parametrize(
    ("row", "field", "expected"),
    [
        (ROW.replace("New", "Borrowed"), "status", "one of"),
        (ROW.replace("8,?", "8,x"), "ordered_mark", "'?', nothing"),
        (ROW.replace("8,?", "eight,?"), "ordered", "a whole number"),
        (
            ROW.replace("1972; 1973", "1972, 1973").replace("1972, 1973", '"1972, 1973"'),
            "years",
            "years of four digits",
        ),
        (ROW.replace("1970", "197"), "year", "a year from 1900"),
        (ROW.replace("5.6", "#NAME?"), "tiv_order", "a number"),
        (ROW.replace("France", "Narnia"), "supplier", "the name of one state"),
        (ROW.replace("Iraq", "Narnia"), "recipient", "the name of one state"),
        (ROW.replace("Iraq", "Hezbollah (Narnia)*"), "recipient", "the name of one state"),
        (ROW.replace("France", "*"), "supplier", "at least 1 character"),
        (ROW.replace("Iraq", "**"), "recipient", "at least 1 character"),
        (ROW.replace("Iraq", ""), "recipient", "a value"),
        (ROW.replace("AML-90 version", "=1+1"), "comment", "its value"),
        (ROW.replace("AML,", "AML,extra,"), "", "the 16 of the header"),
        ("Iraq,France,1970,,8", "", "the 16 cells of the header"),
    ],
)
def test_what_is_not_of_the_register_is_a_problem_with_its_line(wide, row, field, expected):
    outcome = wide(ROW.replace("1970", "1971"), row, ROW.replace("1970", "1969"))
    assert [(one.line, one.field) for one in outcome.problems] == [(3, field)]
    assert expected in outcome.problems[0].expected
    assert len(outcome.findings) == 2


EXPORT = f"Data generated: 13 Mar 2025 10:02:49 AM\n{HEADER}"
THIS_YEAR = datetime.now(UTC).year


@pytest.mark.parametrize(
    ("row", "header", "field"),
    [
        (ROW.replace("1972; 1973", "1972; 2026"), EXPORT, "years"),
        (ROW.replace("1972; 1973", f"1972; {THIS_YEAR + 1}"), HEADER, "years"),
        (ROW.replace("1970,", "2026,?").replace("1972; 1973", "").replace("car,8", "car,0"), EXPORT, "year"),
        (ROW.replace("1970", "1973"), EXPORT, "years"),
        (ROW.replace("1972; 1973", "1972; 1972"), EXPORT, "years"),
        (ROW.replace("car,8", "car,0"), EXPORT, "years"),
    ],
)
def test_years_that_cannot_be_are_a_problem_with_their_line(wide, row, header, field):
    outcome = wide(row, ROW.replace("AML,", "VBL,"), header=header)
    assert [(one.line, one.field) for one in outcome.problems] == [(2 + header.count("\n"), field)]
    assert len(outcome.findings) == 1


@pytest.mark.parametrize(
    ("row", "header"),
    [
        (ROW.replace("1972; 1973", "1972; 2025"), EXPORT),
        (ROW.replace("1972; 1973", f"1972; {THIS_YEAR}"), HEADER),
        (ROW.replace("1970", "1972"), EXPORT),
        (ROW.replace("1970,", "1973,?"), EXPORT),
        (ROW.replace("1972; 1973", "1973; 1972"), EXPORT),
        (ROW.replace("car,8,", "car,0,?"), EXPORT),
        (ROW.replace("1970,", ","), EXPORT),
    ],
)
def test_years_that_can_be_are_kept(wide, row, header):
    only(wide(row, header=header))


@pytest.mark.parametrize("years", ["2009 - 2008", "2007 - 2008 - 2009", f"2011 - {THIS_YEAR + 1}", "2010 - 2011"])
def test_a_range_ends_no_earlier_than_it_begins_nor_the_order(samples, run, tmp_path, years):
    content = (samples / OLD).read_text(encoding="iso-8859-1")
    assert content.count(",2011,,2011 - 2011,") == 1
    (tmp_path / "old.csv").write_text(content.replace(",2011,,2011 - 2011,", f",2011,,{years},"), encoding="iso-8859-1")
    assert [one.field for one in run(sipri, tmp_path / "old.csv").problems] == ["years"]


def test_a_delivery_before_its_order_or_after_the_export_is_a_problem_of_all_its_rows(samples, run, tmp_path):
    content = (samples / DELIVERIES).read_bytes()
    for year in (b"2014", b"2027"):
        (tmp_path / "deliveries.csv").write_bytes(content.replace(b",6,No,2016,No,", b",6,No," + year + b",No,", 1))
        outcome = run(sipri, tmp_path / "deliveries.csv")
        assert [(one.line, one.field) for one in outcome.problems] == [(14, "years"), (15, "years")]


def test_a_column_more_or_less_is_named(wide):
    outcome = wide(ROW + ",x", header=HEADER + ",Surprise")
    assert not outcome.declared and outcome.problems[0].found == 'the column "Surprise"'
    outcome = wide(ROW, header=HEADER.replace(",Comments", ""))
    assert not outcome.declared and outcome.problems[0].found == 'no column "Comments"'
    outcome = wide(header=HEADER)
    assert "no record" in outcome.problems[0].found


def test_rows_of_one_order_must_stand_together_and_agree(samples, run, tmp_path):
    lines = (samples / DELIVERIES).read_bytes().splitlines(keepends=True)
    path = tmp_path / "deliveries.csv"
    several = next(i for i in range(12, len(lines)) if lines[i].split(b",")[0] == lines[i + 1].split(b",")[0])
    path.write_bytes(b"".join([*lines, lines[several]]))
    outcome = run(sipri, path)
    assert [one.line for one in outcome.problems] == [len(lines) + 1]
    assert "together" in outcome.problems[0].expected
    other = (
        lines[several + 1]
        .replace(b",New,", b",Second hand,")
        .replace(b",Second hand,", b",Second hand but modernized,")
    )
    path.write_bytes(b"".join([*lines[: several + 1], other, *lines[several + 2 :]]))
    outcome = run(sipri, path)
    assert outcome.problems[0].field == "status" and len(outcome.findings) == 244
    assert {one.line for one in outcome.problems} >= {several + 1, several + 2}


def test_rejected_records_make_a_file_of_their_own_that_loads_when_mended(wide, run, tmp_path):
    bad = ROW.replace("New", "Borrowed")
    outcome = wide("Data generated: 13 Mar 2025 10:02:49 AM", HEADER, ROW, bad, header="A preamble")
    path = tmp_path / "rejects.csv"
    path.write_bytes(b"".join(sipri.excerpt(tmp_path / "register.csv", outcome.problems)))
    assert path.read_text().splitlines()[-2:] == [HEADER, bad]
    path.write_text(path.read_text().replace("Borrowed", "New"), newline="")
    mended = run(sipri, path)
    assert not mended.problems and len(mended.findings) == 1
    assert mended.all(Source) == outcome.all(Source)


def test_memory_stays_flat(tmp_path):
    peaks = []
    for count in (200, 1_400):
        path = tmp_path / f"{count}.csv"
        rows = (ROW.replace("AML,", f"AML-{number},") for number in range(count))
        path.write_text("\n".join([HEADER, *rows, ""]), newline="")
        tracemalloc.start()
        assert sum(1 for _ in sipri.read(path)) >= count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 400_000


@pytest.mark.parametrize("name", ["*", "**", "(Lebanon)*", "()*", "\x01*", "unknown*", "Ärger (Iraq)*"])
def test_strange_names_of_groups_are_parties_or_problems(wide, name):
    outcome = wide(ROW.replace("Iraq", name))
    assert len(outcome.problems) + len(outcome.findings) == 1
