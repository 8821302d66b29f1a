"""External support: certain givers where all named gave, alternatives with a least number where fewer did."""

import csv
import re
from collections import defaultdict

import pytest
from kg.loaders import tables, ucdp

SAMPLE = "ucdp/esd_ay_181_iraq_syria.csv"


@pytest.fixture
def rows(samples):
    with (samples / SAMPLE).open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.fixture
def coded(tmp_path, run):
    def read(*rows):
        path = tmp_path / "esd.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(ucdp.LAYOUT.columns))
            writer.writeheader()
            writer.writerows(rows)
        return run(ucdp, path)

    return read


def test_the_sample_is_read_whole(samples, run, sound):
    path = samples / SAMPLE
    assert "UCDP" in ucdp.recognise(path, path.read_bytes()[:65_536])
    outcome = run(ucdp, path)
    assert outcome.problems == [] and outcome.counts["read"] == 207
    sound(outcome)


def test_a_workbook_of_the_same_rows_says_the_same(samples, run, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    workbook = openpyxl.Workbook()
    workbook.active.append(["Notes on the data"])
    sheet = workbook.create_sheet("data")
    with (samples / SAMPLE).open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            sheet.append([int(cell) if cell.isdigit() else cell or None for cell in row])
    path = tmp_path / "esd.xlsx"
    workbook.save(path)
    assert "sheet 'data'" in ucdp.recognise(path, path.read_bytes()[:65_536])
    assert run(ucdp, path).facts() == run(ucdp, samples / SAMPLE).facts()


def test_numbers_of_givers_are_never_exceeded_and_alternatives_carry_their_least(samples, run, rows):
    given = defaultdict(list)
    for finding in run(ucdp, samples / SAMPLE).findings.values():
        _, row, form, _ = finding.id.split("-")
        given[row, form].append(finding)
    for (number, form), findings in given.items():
        count = int(rows[number][f"ext_{form}_count"])
        sure = [one for one in findings if one.alternative_of is None]
        assert len(sure) <= count <= len(findings)
        for one in findings:
            assert (one.alternative_of is None) == (one.joint is None)
            assert one.certainty == ("alleged" if one.alternative_of else "stated")
            least = re.search(r"at least (\d+) of the", one.note or "")
            assert one.alternatives_min == (int(least[1]) if least else None)
            if one.alternative_of:
                assert f"at least {count} of the {len(findings)} named" in one.note or one.alternative_of.count("-") > 2
    assert set(given) == {(n, f) for n, row in rows.items() for f in "wm" if row[f"ext_{f}"] == "1"}


def test_all_named_gave(coded, rows):
    outcome = coded(rows["749"])
    weapons = outcome.findings["ucdp-749-w-114"]
    assert (weapons.start.id, weapons.end.id, weapons.items[0].id) == ("country:IRN", "group:ucdp-231", "item:weapon")
    assert weapons.alternative_of is None and weapons.date.latest == "1982-12-31"
    assert outcome.findings["ucdp-749-m-114"].items[0].id == "item:materiel"


def test_counts_by_kind_tell_who_gave_where_they_can(coded, rows):
    # Libya, Syria and the KDP are named; two states and no other gave weapons.
    findings = coded(rows["2173"]).findings
    weapons = {name: one for name, one in findings.items() if "-w-" in name}
    assert set(weapons) == {"ucdp-2173-w-111", "ucdp-2173-w-118"}
    assert all(one.alternative_of is None for one in weapons.values())
    materiel = [one for name, one in findings.items() if "-m-" in name]
    assert len(materiel) == 2 and len({one.alternative_of for one in materiel}) == 1
    assert "at least 1 of the 2 named" in materiel[0].note


def test_states_are_those_of_the_year_and_several_at_once_a_collective(coded, rows):
    assert coded(rows["987"]).findings["ucdp-987-w-57"].start.id == "country:SUN"
    assert coded(rows["4380"]).findings["ucdp-4380-w-57"].start.id == "country:RUS"
    assert coded(rows["987"] | {"year": "1991"}).findings["ucdp-987-w-57"].start.id == "country:SUN"
    outcome = coded(rows["4034"])
    party = outcome.parties["country:ucdp-3822"]
    assert party.collective and party.name == "Australia, United Kingdom, United States of America"


def test_a_set_of_unnamed_members_is_a_collective_and_a_named_group_is_none(samples, run, coded, rows):
    parties = run(ucdp, samples / SAMPLE).parties.values()
    assert {one.name for one in parties if one.collective and one.kind == "Group"} == {
        "Syrian insurgents", "Emirati elements",
    }  # fmt: skip
    assert {"IS", "PKK", "Hezbollah"} <= {one.name for one in parties if not one.collective}
    for name, collective in (
        ("Militias (Basra)", True),
        ("armed groups in Basra", True),
        ("Fighters for Freedom", False),
        ("Regrouped Army", False),
    ):
        parties = coded(rows["749"] | {"actor_name": name}).parties
        assert parties["group:ucdp-231"].collective is collective


def test_a_year_that_has_not_begun_is_a_problem(coded, rows, monkeypatch):
    monkeypatch.setattr(tables, "today", lambda: "2026-01-01")
    for row in (rows["749"], rows["749"] | {"ext_w": "0", "ext_m": "0"}):
        (problem,) = coded(row | {"year": "2027"}).problems
        assert (problem.line, problem.field, problem.found) == (2, "year", '"2027"')
        assert "no year after 2026" in problem.expected
        assert not coded(row | {"year": "2026"}).problems


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ext_id": "114.57"}, "ext_id"),
        ({"ext_id": "114,57"}, "ext_id"),
        ({"ext_w_count": "0", "ext_w_count_s": "0"}, "ext_w_count"),
        ({"ext_w_count": "3", "ext_w_count_s": "3"}, "ext_w_count"),
        ({"ext_w": "yes"}, "ext_w"),
        ({"ext_count": "2"}, "ext_count"),
        ({"year": "82"}, "year"),
        ({"year": ""}, "year"),
        ({"ext_name": "Government of Narnia"}, "ext_name"),
        ({"actor_name": "Government of Narnia"}, "actor_name"),
    ],
)
def test_what_does_not_fit_is_a_problem(coded, rows, changes, field):
    outcome = coded(rows["749"] | changes)
    assert [one.field for one in outcome.problems] == [field] and not outcome.findings
