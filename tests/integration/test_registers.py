"""Registers in a real graph: totals, releases, and what is rejected, mended and loaded again."""

from __future__ import annotations

import csv
import json
import os

import pytest

from kg import catalog
from kg import load as loading
from kg.errors import InputError, UsageError
from kg.settings import Settings
from kg.store import read
from kg.store.session import Database
from kg.verify import verify
from tests.conftest import wipe
from tests.integration.conftest import BASE, run_kg

pytestmark = pytest.mark.neo4j
WIDE = "sipri/dev_sipri_wide_iraq_syria.csv"
DELIVERIES = "sipri/dev_sipri_deliveries_iraq_syria.csv"
HEADER = (
    "Recipient,Supplier,Year of order, ,Number ordered, ,Weapon designation,Weapon description,Number delivered, ,"
    "Year(s) of delivery,status,Comments,SIPRI TIV per unit,SIPRI TIV for total order,SIPRI TIV of delivered weapons"
)
ROW = "Iraq,France,1970,,8,?,AML,armoured car,8,,1972; 1973,New,AML-90 version,0.7,5.6,5.6"
MAPPING = """
columns: [name, year, to, what]
organisation: {id: own, name: Own list}
origin: {id: own-list, kind: list}
source: {id: own-list-2020, title: List, publisher: Own, published: "2020", reliability: {grade: C, reason: own}}
each:
  - party: {id: "group:{name|slug}", kind: Group, name: "{name}"}
  - finding:
      id: "own-{name|slug}-{year}"
      relation: SUPPLIED
      from: "group:{name|slug}"
      to: "{to|state:year}"
      items: "{what|item}"
      date: "{year}"
      certainty: stated
      statement: "{name} supplied {to}."
"""


def rows(database: Database, name: str):
    query = catalog.catalogue()[name]
    return database.read(query.text, **{})


@pytest.mark.parametrize("name", [WIDE, DELIVERIES])
def test_the_sum_of_delivered_values_in_the_graph_is_the_registers(database, samples, name):
    report = loading.load(database, [samples / name])
    assert not report.problems
    with (samples / name).open(encoding="iso-8859-1", newline="") as file:
        lines = list(csv.reader(line.removesuffix("\r\n").removesuffix("\n").removesuffix(";") for line in file))[12:]
    total = sum(float(line[15] or 0) for line in lines if line)
    totals = rows(database, "register-totals")
    assert sum(row["tiv_delivered"] for row in totals) == pytest.approx(total) and total > 1_000
    assert {row["origin"] for row in totals} == {"sipri-arms-transfers"}
    (row,) = database.read("MATCH ()-[t:SUPPLIED|CAPTURED]->() RETURN sum(t.tiv_delivered) AS tiv")
    assert row["tiv"] == pytest.approx(total)
    # The same file again changes nothing.
    before = read.digest(database)
    again = loading.load(database, [samples / name]).files[0]
    assert (again.written, again.changed, again.removed) == (0, 0, 0) and read.digest(database) == before


def register(folder, *lines, name="register.csv", date="13 Mar 2025"):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n".join([f"Data generated: {date}", HEADER, *lines, ""]), encoding="utf-8", newline="")
    return path


def test_a_new_release_updates_reports_and_never_doubles(database, tmp_path):
    other, gone = ROW.replace("AML,", "AML-60,"), ROW.replace("AML,", "AML-20,")
    loading.load(database, [register(tmp_path, ROW, other, gone)])
    revised, new = ROW.replace("8,,1972; 1973", "9,,1972; 1974"), ROW.replace("AML,", "VBL,")
    report = loading.load(database, [register(tmp_path, revised, other, new, date="10 Mar 2026")])
    (file,) = report.files
    # The order that was revised, and the source, whose date is another.
    assert (file.written, file.changed, file.removed) == (1, 2, 1)
    assert report.removed == ("finding sipri-france-iraq-aml-20-1970",)
    changed = {(one.kind, one.id, one.field): (one.before, one.after) for one in report.changed}
    assert changed["source", "sipri-trade-register", "published"] == ("2025-03-13", "2026-03-10")
    revised = [field for kind, name, field in changed if (kind, name) == ("finding", "sipri-france-iraq-aml-1970")]
    assert revised == ["date", "figures", "quantity", "statement"] and len(changed) == 5
    edges = {edge.id: (edge.delivered, edge.latest, edge.estimated) for edge in read.records(database).relations}
    assert edges == {
        "supplied:sipri-france-iraq-aml-1970": (9.0, "1974-12-31", ("ordered",)),
        "supplied:sipri-france-iraq-aml-60-1970": (8.0, "1973-12-31", ("ordered",)),
        "supplied:sipri-france-iraq-vbl-1970": (8.0, "1973-12-31", ("ordered",)),
    }


def test_the_command_names_what_a_release_changed(empty_database, tmp_path):
    orders = [ROW.replace("AML,", f"AML-{number},") for number in range(12)]
    assert run_kg(empty_database, "load", str(register(tmp_path, *orders))).returncode == 0
    path = register(tmp_path, *(order.replace("car,8", "car,9") for order in orders))
    for arguments in (("--dry-run",), (), ()):
        done = run_kg(empty_database, "load", str(path), "--format", "json", *arguments)
        answer = json.loads(done.stdout)
        notes = [note for note in answer["notes"] if note.startswith("Changed: ")]
        if answer["rows"][0]["unchanged"] > 12:
            assert not notes and not answer["changed"]
            return
        (note,) = notes
        assert note.startswith("Changed: finding sipri-france-iraq-aml-0-1970 (figures, quantity, statement); finding ")
        assert note.count("finding ") == 10 and note.endswith("; and 2 more: see --format json")
        assert {row["id"] for row in answer["changed"]} == {f"sipri-france-iraq-aml-{n}-1970" for n in range(12)}
        assert answer["changed"][0]["before"]["delivered"] == 8 and answer["changed"][0]["after"]["delivered"] == 9
    pytest.fail("the last load changed something")


def test_parties_of_one_name_that_may_be_one_are_named_once(database, empty_database, samples):
    loading.load(database, [samples / "components/manufacturers.csv"])
    done = run_kg(empty_database, "load", str(samples / "components/supply_chain_edges.csv"), "--format", "json")
    answer = json.loads(done.stdout)
    assert ["factory:gur-texas-instruments", "factory:gur-texas-instruments-us"] in answer["namesakes"]
    assert len(answer["namesakes"]) == 11 and all(len(ids) == 2 for ids in answer["namesakes"])
    (note,) = [note for note in answer["notes"] if "perhaps one" in note]
    assert "factory:gur-analog-devices and factory:gur-analog-devices-us; " in note and "1 more" in note
    assert not loading.load(database, [samples / "components/supply_chain_edges.csv"]).namesakes
    loading.unload(database, "supply_chain_edges.csv")
    stands = {first: second for first, second in answer["namesakes"]}
    assert not loading.load(database, [samples / "components/supply_chain_edges.csv"], stands=stands).namesakes


def sample(samples, folder, name, count, header, having=b""):
    """Write the first records of a sample, those that have something; return the path."""
    lines = (samples / name).read_bytes().splitlines(keepends=True)
    path = folder / name.rpartition("/")[2]
    path.write_bytes(b"".join([*lines[:header], *[line for line in lines[header:] if having in line][:count]]))
    return path


def text(folder, name, content):
    path = folder / name
    path.write_text(content, encoding="utf-8", newline="")
    return path


def mapped(samples, folder):
    text(folder, "own.mapping.yaml", MAPPING)
    return text(folder, "own.csv", "name,year,to,what\nA,2001,Iraq,T-72\nB,2002,Syria,T-55\n")


def workbook(samples, folder):
    openpyxl = pytest.importorskip("openpyxl")
    made = openpyxl.Workbook()
    lines = sample(samples, folder, "ucdp/esd_ay_181_iraq_syria.csv", 12, 1, b",Government of Iran,")
    for line in csv.reader(lines.read_text(encoding="utf-8").splitlines()):
        made.active.append([None if cell == "" else cell for cell in line])
    made.save(folder / "ucdp.xlsx")
    return folder / "ucdp.xlsx"


TABLE = (
    "id,relation,from.id,from.text,to,items.id,items.text,quantity.min,authorised,certainty,source,origin,statement\n"
    "f1,SUPPLIED,country:USA,the US,group:opposition,item:weapon; item:rifle,arms; guns,3,true,reported,paper,study,A\n"
    "f2,DIVERTED,group:opposition,,group:end,item:rifle,,,,reported,paper,study,B\n"
)
TWINS = (ROW, ROW.replace("5.6,5.6", "5.7,5.7"), ROW.replace("AML,", "VBL,"))
CASES = {
    "orders": (lambda s, f: sample(s, f, WIDE, 40, 12), b",Second hand,", b",Borrowed,"),
    "twin orders": (lambda s, f: register(f, *TWINS), b"5.6,5.6\n", b"5.6,x\n"),
    "deliveries": (lambda s, f: sample(s, f, DELIVERIES, 40, 12), b",New,", b",Borrowed,"),
    "2013": (lambda s, f: sample(s, f, "sipri/dev_sipri_2013_dialect.csv", 20, 1), b",SecondHand,", b",Borrowed,"),
    "captured": (lambda s, f: sample(s, f, "oryx/event_captured.csv", 30, 1), b",captured,", b",kaptured,"),
    "components": (lambda s, f: sample(s, f, "components/components.csv", 12, 1, b",mcu,"), b",mcu,", b",mcus,"),
    "ucdp": (
        lambda s, f: sample(s, f, "ucdp/esd_ay_181_iraq_syria.csv", 12, 1, b",Government of Iran,"),
        b",Government of Iran,", b",Government of Iram,",
    ),
    "mapped": (mapped, b"Syria", b"Zyria"),
    "yaml": (lambda s, f: text(f, "own.yaml", json.dumps(BASE, indent=1)), b'"DIVERTED"', b'"DIVERTD"'),
    "json": (lambda s, f: text(f, "own.json", json.dumps(BASE, indent=1)), b'"DIVERTED"', b'"DIVERTD"'),
    "jsonl": (
        lambda s, f: text(f, "own.jsonl", "".join(json.dumps({k: [v]}) + "\n" for k, vs in BASE.items() for v in vs)),
        b'"DIVERTED"', b'"DIVERTD"',
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_mended_goes_back_where_it_came_from(database, empty_database, samples, tmp_path, case):
    make, right, wrong = CASES[case]
    circle(database, empty_database, make(samples, tmp_path), right, wrong)


def circle(database, settings, path, right, wrong):
    """Assert that broken, loaded with rejects, mended and loaded, a file makes the graph that it makes when right."""
    content = path.read_bytes()
    assert right in content
    report = loading.load(database, [path])
    assert not report.problems, report.problems[0]
    at_once, written = read.digest(database), report.files[0]
    wipe(settings)
    path.write_bytes(content.replace(right, wrong, 1))
    report = loading.load(database, [path], rejects=True)
    assert report.problems and not report.refused
    rejects = path.parent / f"mend{path.suffix}"
    assert loading.write_rejects(report, rejects) == [rejects]
    assert read.digest(database) != at_once
    try:
        still = loading.load(database, [rejects]).problems
        assert still and {one.file for one in still} == {rejects.name}
        lines = rejects.read_bytes().splitlines()
        assert all(wrong.strip() in lines[one.line - 1] for one in still)
    except InputError as unmended:
        assert "mend it there" in str(unmended)
    broken = rejects.read_bytes()
    assert len(broken) < len(content)
    rejects.write_bytes(broken.replace(wrong, right).replace(wrong.strip(b'"'), right.strip(b'"')))
    mended = loading.load(database, [rejects])
    assert not mended.problems, mended.problems[0]
    assert mended.files[0].file == path.name and mended.files[0].read == written.read
    assert read.digest(database) == at_once


def test_a_table_of_findings_goes_the_same_way(database, write, base, tmp_path):
    base["findings"] = []
    loading.load(database, [write(base)])
    path = text(tmp_path, "own.csv", TABLE)
    report = loading.load(database, [path])
    assert report.files[0].reason == "line 1 is the header of a table of findings"
    made = {edge.id: (edge.items, edge.quantity_min, edge.authorised) for edge in read.records(database).relations}
    assert list(made.values()) == [(("item:rifle",), None, None), (("item:rifle", "item:weapon"), 3.0, True)]
    right = read.digest(database)
    text(tmp_path, "own.csv", TABLE.replace("f2,DIVERTED", "f2,DIVERTD"))
    report = loading.load(database, [path], rejects=True)
    assert report.removed == ("finding f2",)
    (rejects,) = loading.write_rejects(report, tmp_path / "mend.csv")
    assert rejects.read_text().splitlines() == [
        TABLE.splitlines()[0],
        TABLE.splitlines()[2].replace("DIVERTED", "DIVERTD"),
    ]
    rejects.write_text(rejects.read_text().replace("DIVERTD", "DIVERTED").replace(",", ";"))
    loading.load(database, [rejects])
    assert read.digest(database) == right


def test_rows_of_a_workbook_are_mended_as_text(database, empty_database, samples, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    path = workbook(samples, tmp_path)
    loading.load(database, [path])
    right = read.digest(database)
    made = openpyxl.load_workbook(path)
    made.active["A2"] = "=1+1"
    made.save(path)
    wipe(empty_database)
    report = loading.load(database, [path], rejects=True)
    assert [one.found for one in report.problems] == ["a formula"]
    (rejects,) = loading.write_rejects(report, tmp_path / "mend.csv")
    number = openpyxl.load_workbook(workbook(samples, tmp_path)).active["A2"].value
    made.properties.title = "saved again"
    made.save(path)
    with pytest.raises(InputError, match="has changed since"):
        loading.load(database, [rejects])
    report = loading.load(database, [path], rejects=True)
    (rejects,) = loading.write_rejects(report, tmp_path / "mend.csv")
    rejects.write_text(rejects.read_text().replace("=1+1", str(number)))
    loading.load(database, [rejects])
    assert read.digest(database) == right


def test_a_file_of_which_nothing_is_good_is_refused_also_with_rejects(database, tmp_path):
    loading.load(database, [register(tmp_path, ROW)])
    before = read.digest(database)
    for content in (HEADER + "\n", HEADER + "\n" + ROW.replace("New", "Old") + "\n", ROW + "\n"):
        path = text(tmp_path, "register.csv", content)
        report = loading.load(database, [path], loader="sipri", rejects=True)
        assert report.refused and report.problems and read.digest(database) == before


def test_what_is_no_file_is_refused_before_a_server_is_asked(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    settings = Settings(home=tmp_path, cache=tmp_path, neo4j_uri="bolt://127.0.0.1:1")
    for path, told in ((tmp_path / "pipe", "is a pipe and no file"), (tmp_path / "absent", "does not exist")):
        done = run_kg(settings, "load", str(path))
        assert done.returncode == 6 and told in done.stderr and done.stderr.count("\n") == 1


PLAN = ROW.replace("car,8", "car,0").replace("1972; 1973", "")


def test_a_register_of_plans_alone_is_refused_and_declares_no_source(database, tmp_path):
    loading.load(database, [register(tmp_path, ROW)])
    before = read.digest(database)
    report = loading.load(database, [register(tmp_path, PLAN, PLAN.replace("AML,", "VBL,"))])
    assert report.refused and read.digest(database) == before
    told = "found 2 records that make no finding, expected at least one that does, such as an order with a delivery"
    assert [str(one) for one in report.problems] == [f"register.csv:1: {told}"]


@pytest.mark.parametrize(
    ("name", "keep"),
    [("oryx/event_captured.csv", b",destroyed,"), ("components/supply_chain_edges.csv", b",sells_to,")],
)
def test_no_source_stands_without_a_finding_that_cites_it(database, samples, tmp_path, name, keep):
    header, *lines = (samples / name).read_bytes().splitlines(keepends=True)
    chosen = [line for line in lines if keep in line][:3] or [lines[0].replace(b",captured,", keep)]
    path = tmp_path / name.rpartition("/")[2]
    path.write_bytes(b"".join([header, *chosen]))
    report = loading.load(database, [path])
    assert report.refused and "no finding, expected at least one that does" in str(report.problems[0])
    assert not verify(database).faults


def test_another_release_under_another_name_is_refused_also_with_rejects(database, empty_database, tmp_path):
    first = register(tmp_path, ROW)
    other = register(tmp_path, ROW.replace("AML,", "VBL,"), ROW, name="other.csv", date="10 Mar 2026")
    loading.load(database, [first])
    before = read.digest(database)
    for paths in ([other], [first, other]):
        report = loading.load(database, paths, rejects=True)
        assert report.refused and report.edges == 0 and read.digest(database) == before
    wipe(empty_database)
    report = loading.load(database, [first, other], rejects=True)
    assert report.refused and not read.records(database).relations
    loading.load(database, [first])
    for options in ((), ("--rejects", str(tmp_path / "mend.csv"))):
        done = run_kg(empty_database, "load", str(other), *options)
        assert done.returncode == 6 and "`kg unload` that file first" in done.stderr
        assert "--rejects" not in done.stderr and "mend" not in done.stderr
    assert not (tmp_path / "mend.csv").exists()


def test_rejects_of_several_files_go_to_a_folder_and_are_not_rejected_again(database, tmp_path):
    first = register(tmp_path, ROW, ROW.replace("New", "Old"), name="a.csv")
    second = register(tmp_path, ROW, ROW.replace("France", "Narnia"), name="b.csv")
    report = loading.load(database, [first, second], rejects=True)
    written = loading.write_rejects(report, tmp_path / "mend")
    assert [path.relative_to(tmp_path).as_posix() for path in written] == ["mend/a.csv", "mend/b.csv"]
    with pytest.raises(UsageError, match="without --rejects"):
        loading.load(database, [written[0]], rejects=True)


def test_the_command_says_what_to_mend_and_ends_with_6_where_nothing_is_good(empty_database, tmp_path):
    path, mend = register(tmp_path, ROW, ROW.replace("New", "Old")), tmp_path / "mend.csv"
    done = run_kg(empty_database, "load", str(path), "--rejects", str(mend), "--format", "json")
    assert done.returncode == 0 and f"`kg load {mend}`" in done.stderr
    answer = json.loads(done.stdout)
    assert answer["rows"][0]["rejected"] == 1 and answer["problems"][0]["line"] == 4
    reasons = json.loads((tmp_path / "mend.csv.reasons.json").read_text())
    assert reasons["problems"][0]["field"] == "status"
    mend.write_text(mend.read_text().replace("Old", "New"))
    done = run_kg(empty_database, "load", str(mend), "--format", "json")
    assert done.returncode == 0
    assert "taken by sipri, since mend.csv mends it; 2 records" in json.loads(done.stdout)["notes"][-1]
    path.write_text(HEADER + "\n")
    done = run_kg(empty_database, "load", str(path), "--rejects", str(mend))
    assert done.returncode == 6 and "no record below the header" in done.stderr


def test_an_alternative_is_marked_wherever_it_is_shown(empty_database, samples, tmp_path):
    path = tmp_path / "ucdp.csv"
    with (samples / "ucdp/esd_ay_181_iraq_syria.csv").open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    (row,) = (line for line in lines if line[0] == "2173")  # three are named; one of two states gave materiel
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, row])
    assert run_kg(empty_database, "load", str(path)).returncode == 0
    done = run_kg(empty_database, "show", "Libya", "--format", "json")
    keys = ("certainty", "alternatives", "alternatives_min")
    shown = {row["id"]: tuple(row[key] for key in keys) for row in json.loads(done.stdout)["rows"]}
    assert shown == {
        "supplied:ucdp-2173-w-111": ("stated", None, None),
        "supplied:ucdp-2173-m-111": ("alleged", 2, 1),
    }
    assert any("which is not stated" in note for note in json.loads(done.stdout)["notes"])
    done = run_kg(empty_database, "show", "Libya", "--format", "table", COLUMNS="240")
    assert "alleged, one of 2 alternatives, at least 1" in " ".join(done.stdout.split())
    done = run_kg(empty_database, "evidence", "supplied:ucdp-2173-m-111", "--format", "table")
    told = " ".join(done.stdout.split())
    assert "alleged, one of 2 alternatives, at least 1" in told and "at least 1 of the 2 named" in told


def test_the_figures_of_a_transfer_stand_in_its_evidence_in_words(empty_database, tmp_path):
    row = ROW.replace("AML-90 version,0.7,5.6,5.6", "AML-90 version,0.7,5.6,").replace("8,?,AML", "8,?,AML")
    assert run_kg(empty_database, "load", str(register(tmp_path, row))).returncode == 0
    done = run_kg(empty_database, "evidence", "supplied:sipri-france-iraq-aml-1970", "--format", "table")
    told = " ".join(done.stdout.split())
    assert (
        "Figures of the register: ordered in 1970, pieces ordered 8 (estimate), pieces delivered 8, TIV of one 0.7, "
        "TIV of all ordered 5.6 (TIV in millions)" in told
    )


def test_what_a_finding_keeps_as_text_and_how_it_passed_stands_in_its_evidence(empty_database, tmp_path):
    comment = "Financed by Kuwait; delivered via Jordan; illegally delivered; officially for another to deceive"
    path = register(tmp_path, ROW.replace("AML-90 version", comment))
    assert run_kg(empty_database, "load", str(path)).returncode == 0
    identifier = "supplied:sipri-france-iraq-aml-1970"
    (row,) = json.loads(run_kg(empty_database, "evidence", identifier, "--format", "json").stdout)["rows"]
    assert (row["via"], row["financed_by"]) == (["country:JOR"], ["country:KWT"])
    assert (row["authorised"], row["basis"]) == (False, {"from": "stated", "to": "stated"})
    assert row["note"].startswith("status new | ") and row["note"].endswith("officially for another to deceive")
    shown = json.loads(run_kg(empty_database, "show", "France", "--format", "json").stdout)["rows"][0]["findings"]
    assert shown == [row]
    told = " ".join(run_kg(empty_database, "evidence", identifier, "--format", "table").stdout.split())
    assert told.count("As stated: via Jordan, paid by Kuwait, not authorised") == 2
    assert f"Note: {row['note']}" in told


def test_a_captor_that_is_only_inferred_is_told_from_a_stated_one(empty_database, samples, tmp_path):
    path = sample(samples, tmp_path, "oryx/event_captured.csv", 1, 1)
    assert run_kg(empty_database, "load", str(path)).returncode == 0
    rows = json.loads(run_kg(empty_database, "show", "Ukraine", "--format", "json").stdout)["rows"]
    (row,) = [one for one in rows if one["type"] == "CAPTURED"]
    assert row["findings"][0]["basis"] == {"from": "stated", "to": "inferred"}
    told = run_kg(empty_database, "evidence", row["id"], "--format", "table").stdout
    assert "to is inferred" in " ".join(told.split()) and "Note: picture https" in " ".join(told.split())
