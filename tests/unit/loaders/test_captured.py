"""Lists of captured equipment: the captor inferred, counts and pictures kept, repeated pictures found."""

import pytest
from kg.loaders import captured, tables

from kg.findings import Source

HEADER = "country,origin,system,status,url,date_recorded,sysID,imageID,statusID,matID"
ROW = "Russia,Soviet Union,104 BMP-2(K),captured,https://example.org/1.png,2022-03-19,5437,1,2,7-1"


@pytest.fixture
def listed(tmp_path, run):
    def read(*rows):
        path = tmp_path / "captured.csv"
        path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8", newline="")
        return run(captured, path)

    return read


def test_the_sample_is_read_whole(samples, run, sound):
    path = samples / "oryx/event_captured.csv"
    assert "Oryx" in captured.recognise(path, path.read_bytes()[:65_536])
    outcome = run(captured, path)
    assert outcome.problems == [] and outcome.counts["read"] == outcome.counts["transfers"] == 2_500
    assert outcome.counts["repeats"] == 2_500 - 2_412
    sound(outcome)
    ends = {(one.start.id, one.end.id, one.end.basis) for one in outcome.findings.values() if one.is_transfer}
    assert ends == {("country:RUS", "country:UKR", "inferred")}
    assert outcome.all(Source)["oryx-list-russia-ukraine"].published == "2025-07-19"


def test_an_entry_is_one_piece_lost_by_the_country_to_the_other_side(listed):
    made, capture = listed(ROW).findings.values()
    assert (capture.relation, capture.start.id, capture.end.id) == ("CAPTURED", "country:RUS", "country:UKR")
    assert (capture.start.basis, capture.end.basis) == ("stated", "inferred")
    assert capture.items[0].id == "item:bmp-2" and capture.items[0].text == "BMP-2(K)"
    assert (capture.quantity.min, capture.quantity.max, capture.mechanism) == (1, 1, "capture")
    assert capture.note == "picture https://example.org/1.png; count of the list 104"
    assert (capture.date.earliest, capture.date.latest, capture.date.derived) == (None, "2022-03-19", True)
    assert (made.relation, made.start.id, made.end.id) == ("MANUFACTURED", "country:SUN", "item:bmp-2")
    assert made.held_by[0].id == "country:RUS"


def test_the_rule_of_the_captor_is_symmetric_and_knows_no_third_side(listed):
    capture = listed(ROW.replace("Russia,", "Ukraine,")).findings["oryx-7-1"]
    assert (capture.start.id, capture.end.id) == ("country:UKR", "country:RUS")
    outcome = listed(ROW.replace("Russia,", "Poland,"))
    assert not outcome.findings and outcome.problems[0].field == "country"


@pytest.mark.parametrize("status", ["destroyed", "damaged", "abandoned"])
def test_what_was_not_captured_is_no_transfer_and_counted(listed, status):
    outcome = listed(ROW.replace("captured", status))
    assert not outcome.findings and not outcome.problems and outcome.counts["without"] == 1
    for day in ("yesterday", "2022-13-19"):
        outcome = listed(ROW.replace("captured", status).replace("2022-03-19", day))
        assert [one.field for one in outcome.problems] == ["date_recorded"] and not outcome.declared


def test_a_day_that_has_not_come_or_before_the_war_is_a_problem_and_dates_no_source(listed, monkeypatch):
    monkeypatch.setattr(tables, "today", lambda: "2022-04-01")
    for day, expected in (("2022-04-02", "no day after 2022-04-01"), ("2022-02-23", "no day before 2022-02-24")):
        for status in ("captured", "destroyed"):
            row = ROW.replace("2022-03-19", day).replace("7-1", "7-2").replace("captured", status)
            outcome = listed(ROW, row)
            (problem,) = outcome.problems
            assert (problem.line, problem.field, problem.found) == (3, "date_recorded", f'"{day}"')
            assert expected in problem.expected
            assert outcome.all(Source)["oryx-list-russia-ukraine"].published == "2022-03-19"
    for day in ("2022-04-01", "2022-02-24"):
        assert not listed(ROW.replace("2022-03-19", day)).problems


def test_names_that_no_item_fits_are_counted_as_often_as_they_come(listed):
    rows = [ROW.replace("104 BMP-2(K)", "Iveco LMV Rys").replace("7-1", f"7-{number}") for number in range(3)]
    assert listed(*rows).counts["unmapped"] == 3


def test_repeated_pictures_are_found_and_repeats_of_one_system_are_linked(listed):
    outcome = listed(ROW, ROW.replace("7-1", "7-2"), ROW.replace("7-1", "7-3").replace("BMP-2(K)", "T-72B"))
    first, second, third = (outcome.findings[f"oryx-7-{number}"] for number in (1, 2, 3))
    assert outcome.counts["repeats"] == 2
    assert first.repeats == () and second.repeats == ("oryx-7-1",) and third.repeats == ()
    assert "also that of oryx-7-1" in third.note


def test_names_keep_their_numbers_but_a_stray_count_and_escapes_are_resolved(listed):
    rows = (
        ROW.replace("104 BMP-2(K)", "122mm D-30 howitzer"),
        ROW.replace("104 BMP-2(K)", "9<U+041C>131F Metis-M1").replace("7-1", "7-2"),
    )
    outcome = listed(*rows)
    assert outcome.findings["oryx-7-1"].items[0].text == "122mm D-30 howitzer"
    assert outcome.findings["oryx-7-2"].items[0].text == "9М131F Metis-M1"


def test_an_origin_cut_off_in_the_feed_is_mended_by_the_table(listed):
    made = listed(ROW.replace("Soviet Union", "People")).findings["oryx-made-chn-bmp-2-rus"]
    assert made.start.id == "country:CHN" and made.start.text == "People"
    assert (
        made.statement
        == 'The list gives China ("People" in the list) as the origin of equipment of Russia called: BMP-2(K).'
    )


def test_an_origin_keeps_the_names_of_what_was_made_there(samples, run, listed):
    findings = run(captured, samples / "oryx/event_captured.csv").findings
    assert findings["oryx-made-chn-utility-vehicle-rus"].end.text == "BARS WTS001 pickup truck"
    materiel = findings["oryx-made-ita-materiel-rus"]
    assert materiel.end.text == "Iveco LMV 'Rys'; Iveco LMV Rys" and materiel.end.text in materiel.statement
    assert all(one.end.text for one in findings.values() if one.relation == "MANUFACTURED")
    rows = [
        ROW,
        ROW.replace("104 BMP-2(K)", "3 BMP-2D"),
        ROW,
        ROW.replace("104 BMP-2(K)", "BMP-2 lost").replace("captured", "destroyed"),
    ]
    rows += [ROW.replace("104 BMP-2(K)", "BMP-2 bad").replace("2022-03-19", "yesterday")]
    made = listed(*(row.replace("7-1", f"7-{number}") for number, row in enumerate(rows))).findings[
        "oryx-made-sun-bmp-2-rus"
    ]
    assert made.end.text == "BMP-2(K); BMP-2D"


def test_the_names_of_what_was_made_are_bounded(listed):
    rows = [
        ROW.replace("104 BMP-2(K)", f"BMP-2 of the pattern {number:04}").replace("7-1", f"7-{number}")
        for number in range(100)
    ]
    made = listed(*rows).findings["oryx-made-sun-bmp-2-rus"]
    assert made.end.text.startswith("BMP-2 of the pattern 0000; BMP-2 of the pattern 0001; ")
    assert made.end.text.endswith("; and others") and len(made.end.text) < 600
    long = listed(ROW.replace("104 BMP-2(K)", f"BMP-2 {'x' * 7_900}"))
    assert long.problems == [] and len(long.findings) == 2


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (ROW.replace("captured", "stolen"), "status"),
        (ROW.replace("7-1", "seven"), "matID"),
        (ROW.replace("2022-03-19", "19.3.2022"), "date_recorded"),
        (ROW.replace("2022-03-19", "2022-13-19"), "date_recorded"),
        (ROW.replace("Soviet Union", "Narnia"), "origin"),
        (ROW + ",x", ""),
    ],
)
def test_what_is_not_of_the_list_is_a_problem(listed, row, field):
    outcome = listed(row)
    assert [one.field for one in outcome.problems] == [field]
    assert not [one for one in outcome.findings.values() if one.is_transfer]
