"""The taxonomy is sound, covers the registers' categories, and maps designations by rule and not by likeness."""

import csv
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from kg.loaders import captured, components, sipri, taxonomy
from kg.loaders.tables import Record, TextTable

from kg.names import clean

DESIGNATIONS = Path(__file__).parents[2] / "data/designations.csv"


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
        if rule["scheme"] in ("designation", "part", "system"):
            re.compile(rule["match"])


def designations():
    """Return the designations of the samples, read by hand: (register, designation, description) → item, whole."""
    with DESIGNATIONS.open(encoding="utf-8", newline="") as file:
        return {
            (row["register"], row["designation"], row["description"]): (
                f"item:{row['item'] or 'materiel'}",
                f"item:{row['part_of']}" if row["part_of"] else None,
            )
            for row in csv.DictReader(file)
        }


def test_every_designation_of_the_samples_maps_as_it_was_read_by_hand():
    for (register, designation, description), expected in designations().items():
        if register == "sipri":
            found = taxonomy.recorded("sipri-description", designation, description), None
        else:
            found = taxonomy.system(designation) or taxonomy.ROOT, taxonomy.whole(designation)
        assert found == expected, designation


def records(samples, name, layouts):
    return [one for one in TextTable(samples / name, layouts) if isinstance(one, Record)]


def test_no_designation_of_the_samples_was_left_unread(samples):
    read = designations()
    for record in records(samples, "oryx/event_captured.csv", (captured.LAYOUT,)):
        assert ("oryx", captured.system_of(record)[1], "") in read
    torn = {record["id"] for record in records(samples, "components/drones.csv", components.LAYOUTS)}
    for record in records(samples, "components/components.csv", components.LAYOUTS):
        torn |= set(json.loads(record["found_in_drones"]))
    for name in torn:
        assert ("teardowns", name, "") in read
    for path in (samples / "sipri").glob("*.csv"):
        for record in records(samples, path, sipri.LAYOUTS):
            described = taxonomy.worded("sipri-description", record["description"])
            if taxonomy.recorded("sipri-description", record["designation"], record["description"]) != described:
                assert ("sipri", record["designation"], record["description"]) in read


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("D-30KP-2 turbofan", "item:aircraft-engine"),
        ("Type 59-1 130mm field gun", None),
        ("Type-59-1 130mm", None),
        ("Type 69 RPG", "item:rocket-propelled-grenade"),
        ("Tigre HAD", None),
        ("Tigr carbine", "item:rifle"),
        ("GAZ-233014", "item:gaz-tigr"),
        ("GAZ-233036 SPM-2 'Tigr'", "item:gaz-tigr"),
        ("GAZ-2330", None),
        ("M1134 Stryker", None),
        ("M113A3", "item:m-113"),
        ("RPG-75", None),
        ("RPG-7V2", "item:rpg-7"),
        ("Scudo", None),
        ("Tow truck", None),
        ("TOW-2A", "item:tow"),
        ("MiG-15 Fagot", None),
        ("Torpedo", "item:torpedo"),
        ("BM-21 rockets", "item:rocket"),
        ("BM-21 launcher", "item:bm-21"),
        ("Kornet launcher", "item:missile-or-launcher"),
        ("S-300 missiles", "item:guided-missile"),
        ("Tor missile system", "item:tor"),
        ("T-72 spare parts", "item:spare-part"),
        ("spare parts for the T-72", "item:spare-part"),
        ("ammunition for BM-21", "item:ammunition"),
        ("turret of the BMP-1", "item:turret"),
        ("T-72 tank engine", "item:engine"),
        ("T-72 simulator", "item:materiel"),
        ("T-72BV tanks", "item:t-72"),
        ("T-720", None),
        ("9K330 Tor", "item:tor"),
        ("9K331 Tor-M1", "item:tor"),
        ("9K332 Tor-M2", "item:tor"),
        ("9K33M3 Osa-AKM", "item:osa-air-defence"),
        ("9K333 Verba", None),
        ("Category IVa", "item:combat-aircraft"),
        ("Attack helicopters and rotary-wing unmanned combat aerial vehicles", "item:combat-helicopter"),
        ("Rotary-wing unmanned combat aerial vehicles (UCAV)", "item:armed-unmanned-aerial-vehicle"),
    ],
)
def test_a_name_that_is_only_like_a_designation_is_not_taken_for_it(name, item):
    assert taxonomy.stated(name) == item


@pytest.mark.parametrize(
    "name", ["crew of the T-72", "simulator of the T-72", "FPV drone from the T-72", "T-72 of Iraq"]
)
def test_what_cannot_be_built_in_is_no_part(name):
    assert taxonomy.whole(name) is None


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
        ("BRDM-2", "tank destroyer", "item:tank-destroyer"),
        ("BRDM-2", "reconnaissance AV", "item:brdm-2"),
        ("BMP-1", "armoured reconnaissance vehicle", "item:armoured-reconnaissance-vehicle"),
        ("MiG-23BN", "FGA aircraft", "item:mig-23"),
        ("MiG-23ML", "fighter aircraft", "item:mig-23"),
        ("MiG-29", "fighter aircraft", "item:mig-29"),
        ("MiG-29S", "FGA aircraft", "item:mig-29"),
        ("MiG-29", "trainer/combat aircraft", "item:trainer-combat-aircraft"),
        ("Su-25", "fighter aircraft", "item:fighter-aircraft"),
        ("Orlan-10", "armed UAV", "item:orlan-10"),
        ("HMMWV-UA", "APC", "item:hmmwv"),
        ("HMMWV-UA", "armoured protected vehicle", "item:hmmwv"),
        ("SG-1000", "gas turbine", "item:engine"),
        ("M-16", "diesel engine", "item:engine"),
        ("Mohajer-6", "target drone", "item:target-drone"),
        ("Never heard of", "towed gun", "item:towed-gun"),
    ],
)
def test_a_designation_counts_where_it_fits_its_description(designation, description, item):
    assert taxonomy.recorded("sipri-description", designation, description) == item


@pytest.mark.parametrize(
    ("designation", "description", "item"),
    [
        ("Type-69", "portable rocket", "item:rocket"),
        ("F-16", "simulator", "item:materiel"),
        ("T-72", "tank simulator", "item:materiel"),
        ("T-72", "spare parts for tanks", "item:spare-part"),
        ("Kornet", "portable launcher", "item:missile-or-launcher"),
        ("T-72", "bridgelayer on tank chassis", "item:component"),
        ("Mi-17", "radar of a helicopter", "item:radar"),
        ("T-72", "tracked engineering vehicle", "item:engineering-vehicle"),
        # Words that no rule has whole, of the designation's own kind.
        ("T-72", "modernized tank", "item:t-72"),
        ("Mi-17", "armed helicopter", "item:mi-8-17"),
        # Nothing is described, or what is described is not known.
        ("F-16", "", "item:f-16"),
        ("F-16", " ", "item:f-16"),
        ("F-16", "cockpit", None),
        ("Never heard of", "cockpit", None),
    ],
)
def test_a_description_no_rule_has_whole_is_read_by_its_words_and_not_overruled(designation, description, item):
    assert taxonomy.recorded("sipri-description", designation, description) == item


def test_no_item_of_the_samples_is_of_a_kind_that_excludes_the_one_described(samples):
    for path in (samples / "sipri").glob("*.csv"):
        for record in records(samples, path, sipri.LAYOUTS):
            described = taxonomy.worded("sipri-description", record["description"])
            found = taxonomy.recorded("sipri-description", record["designation"], record["description"])
            assert described in {one.id for one in taxonomy.lineage(found)}, record["designation"]


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
    assert taxonomy.system("GAZ-3308") == taxonomy.system("GAZ-2330140") == "item:military-truck"
    assert taxonomy.system("Ural Federal") == "item:mine-resistant-vehicle"


@pytest.mark.parametrize("name", ["gas turbine", "diesel engine", "steam turbine", "vehicle engine", "ship engine"])
def test_an_engine_is_the_same_item_as_a_description_and_by_its_name(name):
    assert taxonomy.named(name) == taxonomy.worded("sipri-description", name)
