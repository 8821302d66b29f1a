"""The taxonomy is sound, covers the registers' categories, and maps designations by rule and not by likeness."""

import csv
import re
from importlib.resources import files

import pytest
from kg.loaders import taxonomy

from kg.names import clean


def rules():
    text = files("kg.data").joinpath("item-rules.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_every_item_hangs_on_the_root_by_kinds_that_exist_and_in_no_circle():
    for name, item in taxonomy.items().items():
        line = [one.id for one in taxonomy.lineage(name)]
        assert line[-1] == name and len(line) == len(set(line))
        assert taxonomy.ROOT in line
        for parent in (*item.kind_of, *item.component_of):
            assert parent != name and line.index(parent) < line.index(name)


def test_no_two_items_of_the_table_share_a_name():
    text = files("kg.data").joinpath("items.csv").read_text(encoding="utf-8")
    seen: dict[str, str] = {}
    for row in csv.DictReader(text.splitlines()):
        for name in {clean(one) for one in (row["name"], *row["aliases"].split("|")) if one}:
            assert seen.setdefault(name, row["id"]) == row["id"], name


def test_rules_name_items_that_exist_and_compile():
    seen = set()
    for rule in rules():
        assert rule["item"] in taxonomy.items(), rule
        assert (rule["scheme"], rule["match"]) not in seen
        seen.add((rule["scheme"], rule["match"]))
        if rule["scheme"] in ("designation", "system"):
            re.compile(rule["match"])


def test_the_un_registers_seven_categories_and_small_arms_are_covered():
    for category in ("I", "II", "III", "IV", "V", "VI", "VII"):
        assert taxonomy.worded("un-register", category)
        assert taxonomy.worded("un-register", category) == taxonomy.worded("un-register", f"Category {category}")
    for name in (
        "Rifles and carbines",
        "Sub-machine guns",
        "Assault rifles",
        "Light machine guns",
        "Recoilless rifles",
    ):
        assert taxonomy.worded("un-register", name)


@pytest.mark.parametrize(
    "dialect", ["dev_sipri_wide_iraq_syria", "dev_sipri_deliveries_iraq_syria", "dev_sipri_2013_dialect"]
)
def test_every_description_of_the_samples_is_covered(samples, dialect):
    column = {"dev_sipri_wide_iraq_syria": 7, "dev_sipri_deliveries_iraq_syria": 4, "dev_sipri_2013_dialect": 6}[
        dialect
    ]
    lines = (samples / "sipri" / f"{dialect}.csv").read_text(encoding="latin-1").splitlines()
    rows = [row for row in csv.reader(lines) if len(row) in (16, 17)]
    for row in rows[1:]:
        assert taxonomy.worded("sipri-description", row[column]), row[column]


@pytest.mark.parametrize(
    ("designation", "description", "item"),
    [
        ("Mi-17", "transport helicopter", "item:mi-8-17"),
        ("Mi-17", "combat helicopter", "item:mi-8-17"),
        ("AK-630 30mm", "naval gun", "item:ak-630"),
        ("T-72M1", "tank", "item:t-72"),
        ("T-72", "vehicle engine", "item:vehicle-engine"),
        ("T-55", "armoured recovery vehicle", "item:armoured-recovery-vehicle"),
        ("Type-59-1 130mm", "towed gun", "item:towed-gun"),
        ("BTR-80", "infantry fighting vehicle", "item:btr-80"),
        ("Never heard of", "towed gun", "item:towed-gun"),
    ],
)
def test_a_designation_counts_where_it_fits_its_description(designation, description, item):
    assert taxonomy.narrowest(designation, taxonomy.worded("sipri-description", description)) == item


def test_likeness_of_a_name_is_no_rule():
    kinds = {one.id for one in taxonomy.lineage("item:ak-630")}
    assert "item:ak-pattern-rifle" not in kinds and "item:naval-gun" in kinds
    assert taxonomy.designated("M-17") is None
    assert taxonomy.designated("Never heard of") is None


def test_names_of_systems_are_read_by_their_designation_then_by_their_words():
    assert taxonomy.system("BMP-2(K)") == "item:bmp-2"
    assert taxonomy.system("R-330Zh automated jammer") == "item:electronic-warfare-system"
    assert taxonomy.system("(Unknown) truck") == "item:military-truck"
    assert taxonomy.system("something") is None
