"""Teardowns: makers, components and systems, and never a transfer."""

import csv
import json
import re

import pytest
from kg.loaders import components, tables
from kg.loaders.registers import digest

from kg.findings import Origin, Source

FILES = ("components.csv", "drones.csv", "manufacturers.csv", "supply_chain_edges.csv")
HEADER = (
    "component_id,name_marking,category,function,manufacturer,manufacturer_country,oem_part_number,production_date,"
    "found_in_drones,sanctions_status,is_dual_use,replaceable_with,price_retail_usd,source_url,evidence_image,"
    "last_verified,notes"
)
ROW = 'gur-1,Chip X,mcu,,Maker Inc.,US,X1,,"[""orlan-10-uav""]",unknown,False,[],,https://example.org/1,,2026-06-13,'


@pytest.fixture
def torn(tmp_path, run):
    def read(*rows, header=HEADER):
        path = tmp_path / "parts.csv"
        path.write_text("\n".join((header, *rows, "")), encoding="utf-8", newline="")
        return run(components, path)

    return read


@pytest.mark.parametrize("name", FILES)
def test_the_samples_are_read_whole_and_make_no_transfer(samples, run, sound, name):
    path = samples / "components" / name
    assert components.recognise(path, path.read_bytes()[:65_536])
    outcome = run(components, path)
    assert outcome.problems == [] and outcome.counts["transfers"] == 0
    sound(outcome)


def test_the_four_files_declare_alike_what_they_share(samples, run):
    seen: dict[str, str] = {}
    for name in FILES:
        for one in run(components, samples / "components" / name).declared:
            assert seen.setdefault(one.what.id, one.what.canonical()) == one.what.canonical()


def test_a_component_has_a_maker_and_a_system(torn):
    outcome = torn(ROW)
    finding = outcome.findings["gur-1-made"]
    assert (finding.relation, finding.start.id, finding.end.id) == (
        "MANUFACTURED", "factory:gur-maker-inc-us", "item:gur-1",
    )  # fmt: skip
    assert outcome.parties["factory:gur-maker-inc-us"].located_in[0].id == "country:USA"
    assert outcome.items["item:gur-1"].component_of == ("item:gur-orlan-10-uav",)
    assert outcome.items["item:gur-1"].kind_of == ("item:microcontroller",)
    assert outcome.items["item:gur-orlan-10-uav"].kind_of == ("item:orlan-10",)
    assert finding.made is None


def test_equipment_of_a_weapon_is_a_part_of_it_and_not_of_its_kind(torn):
    outcome = torn(ROW.replace("orlan-10-uav", "crp-antenna-of-uav-shahed-136"))
    antenna = outcome.items["item:gur-crp-antenna-of-uav-shahed-136"]
    assert (antenna.kind_of, antenna.component_of) == (("item:navigation-equipment",), ("item:shahed-131-136",))
    assert "item:shahed-131-136" in outcome.items
    assert torn(ROW.replace("orlan-10-uav", "t-72b3-tank")).items["item:gur-t-72b3-tank"].kind_of == ("item:t-72",)


def test_the_code_na_is_namibia_and_unk_is_nowhere(torn):
    other = ROW.replace("Maker Inc.", "Other").replace("gur-1,", "gur-2,")
    outcome = torn(ROW.replace(",US,", ",NA,"), other.replace(",US,", ",UNK,"))
    assert outcome.parties["factory:gur-maker-inc-na"].located_in[0].id == "country:NAM"
    assert outcome.parties["factory:gur-other"].located_in == ()
    assert torn(ROW.replace(",US,", ",ZZ,")).problems[0].field == "manufacturer_country"


def test_a_code_of_no_state_is_a_problem_of_the_column_and_the_record_it_stands_in(torn):
    header, row = ",".join(components.SYSTEMS.columns), 'orlan,Orlan,[],"[""RU""]",RU,isr,unknown,1,,[],,2026-06-13,'
    for changed, field in ((row.replace('""RU""', '""RU"",""ZZ""'), "operators"), (row.replace(",RU,", ",ZZ,"), None)):
        (problem,) = torn(changed, header=header).problems
        assert (problem.line, problem.field) == (2, field or "manufacturer_country")
        assert problem.found == "'ZZ' is the ISO code of no state."
    outcome = torn(*made(("Maker", "UNK"), ("Maker", "ZZ")))
    assert [(one.line, one.field) for one in outcome.problems] == [(3, "manufacturer_country")]
    assert set(outcome.parties) == {"factory:gur-maker"}


def test_an_unnamed_maker_is_a_placeholder_of_its_component_alone(torn):
    row = ROW.replace("Maker Inc.", "Not identified")
    outcome = torn(row, row.replace("gur-1,", "gur-2,"))
    assert {party.placeholder for party in outcome.parties.values()} == {True} and len(outcome.parties) == 2


@pytest.mark.parametrize("column", ["found_in_drones", "replaceable_with"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "formula"),
        (" =1+1", "formula"),
        ("x\0y", "control"),
        ("x\ny", "control"),
        ("x\ud800y", "control"),
        ("x" * 1_001, "1,000 characters"),
        ("--", "a letter or a digit"),
    ],
)
def test_texts_in_lists_are_checked_as_cells_are(torn, column, text, expected):
    written = json.dumps([text]).replace('"', '""')
    row = (
        ROW.replace('[""orlan-10-uav""]', written) if column == "found_in_drones" else ROW.replace("[]", f'"{written}"')
    )
    outcome = torn(row)
    assert not outcome.findings and [one.field for one in outcome.problems] == [column]
    assert expected in outcome.problems[0].expected
    assert str(outcome.problems[0]).encode()


def test_ids_of_systems_have_one_form_in_both_files(samples, torn):
    outcome = torn(ROW.replace("orlan-10-uav", "../../etc/passwd"))
    assert not outcome.declared and [one.field for one in outcome.problems] == ["found_in_drones"]
    assert "passwd" in outcome.problems[0].found
    with (samples / "components/components.csv").open(encoding="utf-8", newline="") as file:
        found = {system for row in csv.DictReader(file) for system in json.loads(row["found_in_drones"])}
    with (samples / "components/drones.csv").open(encoding="utf-8", newline="") as file:
        assert found <= {row["id"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("unknown", ["UNK", "unknown", "not-identified"])
def test_a_system_that_is_not_known_is_none_and_counted(torn, unknown):
    second = ROW.replace("gur-1,", "gur-2,").replace("orlan-10-uav", f'{unknown}"",""orlan-10-uav')
    outcome = torn(ROW.replace("orlan-10-uav", unknown), second)
    assert outcome.problems == [] and outcome.counts["unmapped"] == 2
    assert outcome.items["item:gur-1"].component_of == ()
    assert outcome.items["item:gur-2"].component_of == ("item:gur-orlan-10-uav",)
    assert [name for name in outcome.items if name.startswith("item:gur-")] == [
        "item:gur-1", "item:gur-orlan-10-uav", "item:gur-2",
    ]  # fmt: skip
    header = ",".join(components.SYSTEMS.columns)
    outcome = torn(f'{unknown},Unknown,[],"[""RU""]",RU,isr,unknown,1,,[],,2026-06-13,', header=header)
    assert outcome.problems == [] and not outcome.declared and outcome.counts["without"] == 1
    header = ",".join(components.RELATIONS.columns)
    outcome = torn(f"e1,Maker,manufacturer,{unknown},drone,found_inside,,high,", header=header)
    assert outcome.problems == [] and outcome.items["item:gur-e1"].component_of == ()
    assert (
        outcome.findings["gur-e1"].statement == "A part made by Maker is given as found in a weapon that is not named."
    )


LABELLED = {
    "Texas Instruments Suppliers JSC CHIP AND DIP": ("Texas Instruments", "Suppliers JSC CHIP AND DIP"),
    "Ningbo Connfly Electronic Co., Ltd. Suppliers JSC CHIP AND DIP": (
        "Ningbo Connfly Electronic Co., Ltd.", "Suppliers JSC CHIP AND DIP",
    ),
    "Meig Smart Technology Foreign suppliers WAVETEL TECHNOLOGY LIMITED": (
        "Meig Smart Technology", "Foreign suppliers WAVETEL TECHNOLOGY LIMITED",
    ),
    "Swiwin Importers LLC IQ, TREK JSC Foreign suppliers ALIGN LIMITED": (
        "Swiwin", "Importers LLC IQ, TREK JSC Foreign suppliers ALIGN LIMITED",
    ),
    "VNIIR JSC Involved companies PANTES LLC, AVIV LLC": ("VNIIR JSC", "Involved companies PANTES LLC, AVIV LLC"),
    "Acme Importers Ltd": ("Acme Importers Ltd", ""),
    "Acme Importers LTD.": ("Acme Importers LTD.", ""),
    "Acme Importers CO., LTD.": ("Acme Importers CO., LTD.", ""),
    "Acme Importers": ("Acme Importers", ""),
    "Acme Suppliers Northern Co.": ("Acme Suppliers Northern Co.", ""),
    "ACME IMPORTERS TRADING LLC": ("ACME IMPORTERS TRADING LLC", ""),
    "Acme Importers Ltd Suppliers JSC CHIP AND DIP": ("Acme Importers Ltd", "Suppliers JSC CHIP AND DIP"),
    "Acme Importers Suppliers JSC CHIP AND DIP": ("Acme Importers", "Suppliers JSC CHIP AND DIP"),
    "Importers CHIMEVRASIA LLC": ("", "Importers CHIMEVRASIA LLC"),
    "Not identified Suppliers JSC CHIP AND DIP": ("Not identified", "Suppliers JSC CHIP AND DIP"),
}  # fmt: skip


@pytest.mark.parametrize("name", LABELLED)
def test_whoever_is_listed_behind_a_label_is_no_part_of_the_maker(torn, name):
    maker, others = LABELLED[name]
    outcome = torn(ROW.replace("Maker Inc.", f'"{name}"'))
    (party,), (finding,) = outcome.parties.values(), outcome.findings.values()
    assert party.name == (maker if maker not in ("", "Not identified") else "unnamed maker of gur-1")
    assert party.placeholder is (maker in ("", "Not identified"))
    assert (finding.start.id, finding.start.text) == (party.id, maker or "UNK")
    assert (others in finding.note) if others else ("listed with" not in finding.note)
    assert not others or others not in finding.statement


def test_a_maker_with_a_label_is_the_one_of_the_other_rows(samples, run):
    listed = run(components, samples / "components/components.csv")
    finding = listed.findings["gur-6033-made"]
    assert finding.start.id == listed.findings["gur-6018-made"].start.id == "factory:gur-texas-instruments-us"
    assert finding.note.endswith("; listed with the maker, and not as such: Suppliers JSC CHIP AND DIP")
    for name in ("components", "manufacturers"):
        parties = run(components, samples / f"components/{name}.csv").parties
        assert not [one for one in parties if re.search("chip-and-dip|chimevrasia|importers|suppliers|involved", one)]


def made(*makers):
    """Return a row for each maker, as name and country."""
    return [
        ROW.replace("gur-1,", f"gur-{number},").replace("Maker Inc.,US", f'"{name}",{country}')
        for number, (name, country) in enumerate(makers)
    ]


@pytest.mark.parametrize(
    ("makers", "expected"),
    [
        ([("Maker", "UNK"), ("Maker", "US"), ("Maker", "US")], {"maker-us"}),
        ([("Maker", "US"), ("Maker", "DE")], {"maker-us", "maker-de"}),
        ([("Maker", "US"), ("Maker", "DE"), ("Maker", "UNK")], {"maker-us", "maker-de", "maker"}),
        ([("Maker Co., Ltd", "CN"), ("MAKER CO LTD.", "CN"), ("Maker Co. Ltd", "UNK")], {"maker-co-ltd-cn"}),
        ([("Vélo-Bit", "CZ"), ("Velo Bit", "UNK")], {"velo-bit-cz"}),
        ([("C&K", "US"), ("C&K", "UNK")], {"c-k-us"}),
        ([("C&K", "US"), ("C K", "UNK")], {f"c-k-{digest('c&k')}-us", f"c-k-{digest('ck')}"}),
        ([("C&K", "US"), ("C+K", "US")], {f"c-k-{digest('c&k')}-us", f"c-k-{digest('c+k')}-us"}),
    ],
)
def test_one_maker_stands_once_and_two_never_share_an_id(torn, sound, makers, expected):
    outcome = torn(*made(*makers))
    assert not outcome.problems and len(outcome.findings) == len(makers)
    sound(outcome)
    assert {party.removeprefix("factory:gur-") for party in outcome.parties} == expected


def test_who_only_sells_what_was_found_inside_did_not_make_it(samples, run, tmp_path):
    sample = (samples / "components/supply_chain_edges.csv").read_text(encoding="utf-8")
    path = tmp_path / "edges.csv"
    for role, other in (("reseller", "drone"), ("distributor", "drone"), ("manufacturer", "manufacturer")):
        path.write_text(sample.replace(",manufacturer,Lancet-3,drone,", f",{role},Lancet-3,{other},"), encoding="utf-8")
        outcome = run(components, path)
        assert outcome.problems == [] and outcome.counts["without"] == 6
        assert not any("lancet" in name for name in (*outcome.findings, *outcome.items))
        assert "factory:gur-nvidia" not in outcome.parties


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [
        (ROW.replace("2026-06-13", "2031-06-13"), "last_verified", "2031-06-13"),
        (ROW.replace("X1,,", "X1,2031-06,"), "production_date", "2031-06"),
        (ROW.replace("X1,,", "X1,2031/2032,"), "production_date", "2031/2032"),
        (ROW.replace("X1,,", "X1,soon,"), "production_date", "soon"),
    ],
)
def test_what_has_not_come_is_a_problem_and_dates_no_source(torn, monkeypatch, row, column, found):
    monkeypatch.setattr(tables, "today", lambda: "2026-11-01")
    outcome = torn(ROW, row.replace("gur-1,", "gur-2,"))
    assert [(one.line, one.field, one.found) for one in outcome.problems] == [(3, column, f'"{found}"')]
    assert outcome.all(Source)["teardowns-components"].published == "2026-06-13"
    assert not torn(ROW.replace("X1,,", "X1,2026,")).problems


def test_repeated_rows_are_counted_and_other_content_under_one_id_is_refused(torn):
    outcome = torn(ROW, ROW)
    assert outcome.counts["repeats"] == 1 and len(outcome.findings) == 1
    outcome = torn(ROW, ROW.replace("X1", "X2"))
    assert [(one.line, one.field) for one in outcome.problems] == [(3, "component_id")]


def test_an_operator_held_a_system(samples, run):
    held = [
        one for one in run(components, samples / "components/drones.csv").findings.values() if one.relation == "HELD"
    ]
    assert {one.start.id for one in held} == {"country:RUS"} and len(held) == 91


def test_relations_cite_what_they_rest_on_and_a_sale_makes_nothing(samples, run):
    outcome = run(components, samples / "components/supply_chain_edges.csv")
    assert outcome.counts["without"] == 3
    assert "gur-minghuaxin-russia" not in outcome.findings and "gur-delong-xiamen" not in outcome.findings
    assert outcome.findings["gur-stc-orlan"].origin == "evidence-rusi-org" in outcome.all(Origin)
    assert outcome.findings["gur-auterion-bolt"].certainty == "alleged"


def test_who_was_copied_made_nothing_and_who_copied_made_the_copy(samples, run, torn):
    outcome = run(components, samples / "components/supply_chain_edges.csv")
    assert not {"gur-pbs-shahed238", "item:gur-pbs-shahed238"} & {*outcome.findings, *outcome.items}
    assert {"gur-mado-shahed", "gur-xiamen-orlan", "gur-pbs-palianytsia"} <= set(outcome.findings)
    for note, count in (("cloned by others", 1), ("Reverse-engineered as X", 1), ("copied from L550E", 0), ("", 0)):
        row = f"e1,Maker,manufacturer,Orlan-10,drone,found_inside,,high,{note}"
        outcome = torn(row, header=",".join(components.RELATIONS.columns))
        assert outcome.problems == [] and outcome.counts["without"] == count
        assert len(outcome.findings) == len(outcome.parties) == 1 - count


def test_names_in_other_scripts_get_ids_that_tell_them_apart(samples, run):
    outcome = run(components, samples / "components/manufacturers.csv")
    assert len(outcome.parties) == 621 - 16  # of 24 names with labels 16 are makers that another row lists without


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (ROW.replace(",mcu,", ",magic,"), "category"),
        (ROW.replace('"[""orlan-10-uav""]"', "orlan"), "found_in_drones"),
        (ROW.replace('"[""orlan-10-uav""]"', "[1]"), "found_in_drones"),
        (ROW.replace("gur-1,", "gur 1,"), "component_id"),
        (ROW.replace("X1,,", "X1,soon,"), "production_date"),
    ],
)
def test_what_is_not_of_the_format_is_a_problem(torn, row, field):
    outcome = torn(row)
    assert [one.field.split(".")[0] for one in outcome.problems] == [field] and not outcome.findings
