"""The command line as a process, on the bundled data: answers, formats, exit codes, streams."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from kg.analysis.certificate import (
    BLOCKS,
    MINIMUM,
    NONE_PARTY,
    NONE_TRANSFER,
    Certificate,
    Trail,
    check,
)
from kg.commands.demo import bundled
from kg.graph import Graph
from kg.network import Projection
from kg.output import FORMATS
from kg.records import TRANSFER_TYPES
from kg.store import session
from tests.integration.conftest import environment, run_kg

pytestmark = pytest.mark.neo4j

COMMANDS = [
    ("find", "isis"),
    ("show", "ISIS"),
    ("evidence", "supplied:us-to-syrian-opposition"),
    ("path", "United States", "ISIS"),
    ("chokepoints", "Saudi Arabia", "ISIS"),
    ("chokepoints", "ISIS", "--item", "precursor", "--territory"),
    ("query", "suppliers-of", "-p", "party=group:isis"),
    ("queries",),
    ("schema",),
    ("loaders",),
    ("status",),
    ("verify",),
    ("doctor",),
]


def answer(settings, *arguments, code=0):
    done = run_kg(settings, *arguments, "--format", "json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def ways(document):
    paths: dict[int, list[str]] = {}
    for row in document["rows"]:
        paths.setdefault(row["path"], [row["from"]]).append(row["to"])
    return list(paths.values())


def test_the_united_states_lead_to_isis_through_the_syrian_opposition_and_never_directly(bundle):
    document = answer(bundle, "path", "United States", "ISIS")
    opposition = ["country:USA", "group:syrian-opposition", "group:isis"]
    assert opposition in ways(document)
    assert ["country:USA", "group:isis"] not in ways(document)
    number = ways(document).index(opposition) + 1
    first = [row for row in document["rows"] if row["path"] == number]
    assert [row["type"] for row in first] == ["SUPPLIED", "DIVERTED"]
    assert {row["custody"] for row in first} == {"stated"}
    assert [row["point_of_diversion"] for row in first] == [False, True]
    assert document["projection"]["types"] == ["SUPPLIED", "DIVERTED", "CAPTURED"]
    assert any("lawful as far as known" in note for note in document["notes"])


def test_china_is_known_only_as_origin_of_manufacture(bundle):
    done = run_kg(bundle, "path", "China", "ISIS", "--format", "json")
    assert done.returncode == 3
    reasons = json.loads(done.stdout)["rows"]
    assert reasons[0]["code"] == "made_only"
    assert "China made" in done.stderr and "found with ISIS" in done.stderr


def test_turkey_is_on_every_precursor_path_of_known_territory_and_supplies_nothing(bundle):
    document = answer(bundle, "chokepoints", "ISIS", "--item", "precursor", "--territory")
    assert [row["territories"] for row in document["rows"]] == [["country:TUR"]]
    assert document["wording"] == "on every path of known territory"
    assert int(document["paths_of_unknown_territory"]) >= 1
    assert any(re.match(r"\d+ paths? ha(s|ve) a hop of unknown territory", note) for note in document["notes"])
    done = run_kg(bundle, "path", "Turkey", "ISIS")
    assert done.returncode == 3 and "No transfer by Turkey is stated" in done.stderr
    turkey = answer(bundle, "show", "Turkey")
    assert not [row for row in turkey["rows"] if "country:TUR" in (row["from"], row["to"])]
    assert turkey["subject"]["territory_of"]


def certificates(document):
    """Rebuild every certificate of an answer from its JSON alone."""
    ends = {"starts": tuple(document["from"]), "ends": tuple(document["to"])}

    def trail(one):
        return Trail(tuple(one["parties"]), tuple(one["transfers"]))

    for claim in (NONE_PARTY, NONE_TRANSFER):
        trails = document.get(claim.replace(" ", "_"))
        if trails:
            yield Certificate(claim, **ends, trails=tuple(map(trail, trails)))
    for row in document["rows"]:
        reached = tuple(row["reached"])
        if "members" in row:
            removed = {row["of"]: tuple(row["members"]), "trails": tuple(map(trail, row["paths"]))}
            yield Certificate(MINIMUM, **ends, **removed, reached=reached)
            continue
        trails = (trail({"parties": row["witness_parties"], "transfers": row["witness"]}),)
        if "scope" in row:
            known_only = row["scope"] == "every path of known territory"
            removed = {"territories": tuple(row["territories"]), "known_only": known_only}
        else:
            removed = {"transfers" if row["kind"] in TRANSFER_TYPES else "parties": (row["id"],)}
        yield Certificate(BLOCKS, **ends, **removed, reached=reached, trails=trails)


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        (("Saudi Arabia", "ISIS"), 3),
        (("Iraqi military", "ISIS"), 2),
        (("Saudi Arabia", "ISIS", "--method", "cut"), 3),
        (("Iraqi military", "ISIS", "--method", "cut"), 2),
        (("ISIS", "--territory"), 1),
        (("ISIS", "--item", "precursor", "--territory"), 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_the_certificates_of_an_answer_can_be_checked_from_its_json_alone(bundle, arguments, number):
    document = answer(bundle, "chokepoints", *arguments)
    items = tuple(document["projection"]["items"] or ())
    with session.connect(bundle) as database:
        network = Graph(database).network(Projection(items=items))
    found = list(certificates(document))
    assert len(found) == number
    assert all(check(network, one) for one in found)


def test_strict_chokepoints_say_their_bound_and_what_goes_round_the_others(bundle):
    document = answer(bundle, "chokepoints", "Saudi Arabia", "ISIS", "--strict-time", "--strict-custody")
    assert [row["id"] for row in document["rows"]] == [
        "group:syrian-opposition",
        "supplied:saudi-arabia-to-syrian-opposition",
        "diverted:syrian-opposition-to-isis",
    ]
    assert (document["max_hops"], document["around"], document["unclear"]) == (8, {}, [])
    assert "Paths of more than 8 hops were not looked for." in document["notes"]
    without = ("--strict-time", "--strict-custody", "--avoid", "group:syrian-opposition")
    assert run_kg(bundle, "path", "Saudi Arabia", "ISIS", *without).returncode == 3
    document = answer(bundle, "chokepoints", "Iraqi military", "ISIS", "--strict-time")
    assert document["rows"] == [] and len(document["around"]) == 1
    said = run_kg(bundle, "chokepoints", "Saudi Arabia", "ISIS", "--strict-time", "--format", "table").stdout
    assert "on every path possible in time of up to 8 hops" in said


def test_a_cut_names_its_transfers_by_id_in_a_table_and_says_where_two_paths_may_be_one(bundle):
    said = run_kg(bundle, "chokepoints", "Iraqi military", "ISIS", "--method", "cut", "--format", "table").stdout
    document = answer(bundle, "chokepoints", "Iraqi military", "ISIS", "--method", "cut")
    (row,) = document["rows"]
    unbroken = re.sub(r"\s", "", said)
    assert all(id_ in unbroken for id_ in row["members"])
    assert len(row["alternatives"]) == 2
    assert any("leaves open which took place" in note for note in document["notes"])


def test_the_smallest_sets_are_of_parties_and_of_transfers(bundle):
    rows = answer(bundle, "chokepoints", "Saudi Arabia", "ISIS", "--method", "cut")["rows"]
    assert [(row["of"], row["members"]) for row in rows] == [
        ("parties", ["group:syrian-opposition"]),
        ("transfers", ["supplied:saudi-arabia-to-syrian-opposition"]),
        ("transfers", ["diverted:syrian-opposition-to-isis"]),
    ]
    (path,) = rows[0]["paths"]
    assert path["parties"] == ["country:SAU", "group:syrian-opposition", "group:isis"]
    assert path["transfers"] == [rows[1]["members"][0], rows[2]["members"][0]]


@pytest.mark.parametrize(
    "command",
    [
        ("path", "United States", "ISIS"),
        ("path", "China", "ISIS"),
        ("chokepoints", "Saudi Arabia", "ISIS"),
        ("chokepoints", "Saudi Arabia", "ISIS", "--method", "cut"),
        ("chokepoints", "Saudi Arabia", "ISIS", "--method", "betweenness"),
        ("chokepoints", "Saudi Arabia", "ISIS", "--robust"),
        ("chokepoints", "China", "ISIS"),
        ("chokepoints", "China", "ISIS", "--robust"),
        ("origins", "ISIS"),
        ("reach", "United States"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("format_", ["table", "jsonl", "csv"])
def test_every_answer_says_its_projection(bundle, command, format_):
    assert run_kg(bundle, *command, "--format", format_).stdout.count("Projection: ") >= 1


@pytest.mark.parametrize("view", ["--robust", "--method=cut", "--method=betweenness"])
def test_every_view_of_chokepoints_says_from_where_to_where(bundle, view):
    document = answer(bundle, "chokepoints", "ISIS", view)
    assert document["to"] == ["group:isis"] and "country:SAU" in document["from"]
    for format_ in ("table", "jsonl", "csv"):
        said = " ".join(run_kg(bundle, "chokepoints", "ISIS", view, "--format", format_).stdout.split())
        assert "From every party that only gives (" in said and "Saudi Arabia" in said and "to ISIS." in said


def test_what_each_chokepoint_hangs_on_is_in_every_format(bundle):
    command = ("chokepoints", "Saudi Arabia", "ISIS")
    plain = {row["id"]: row["hangs_on"] for row in answer(bundle, *command)["rows"]}
    document = answer(bundle, *command, "--robust")
    assert document["hangs_on"] == plain and plain["group:syrian-opposition"]
    assert set(document["hangs_on_organisations"]) == set(plain)
    assert {one for found in document["chokepoints"].values() for one in found} == set(plain)
    lines = run_kg(bundle, *command, "--robust", "--format", "jsonl").stdout.splitlines()
    rows = [row for row in map(json.loads, lines) if row.get("kind") == "chokepoint"]
    assert {row["id"]: row["hangs_on"] for row in rows} == plain
    words = f"hangs on origin: {', '.join(plain['group:syrian-opposition'])}; organisation: "
    for format_ in ("table", "jsonl", "csv"):
        assert words in " ".join(run_kg(bundle, *command, "--robust", "--format", format_).stdout.split())


def test_show_gives_every_transfer_with_its_findings(bundle):
    document = answer(bundle, "show", "daesh")
    assert document["subject"]["id"] == "group:isis"
    assert {row["type"] for row in document["rows"]} == {"SUPPLIED", "DIVERTED", "CAPTURED", "MANUFACTURED", "HELD"}
    for row in document["rows"]:
        assert row["findings"]
        for finding in row["findings"]:
            assert finding["statement"] and finding["source"] and finding["origin"] and finding["organisation"]
            assert finding["quote"]


def test_show_takes_items_and_sources_too(bundle):
    assert answer(bundle, "show", "item:precursor")["subject"]["kind"] == "Item"
    source = answer(bundle, "show", "wtkr-2017-12-14")
    assert source["subject"]["kind"] == "Source" and source["rows"]


def test_evidence_by_transfer_and_by_finding(bundle):
    whole = answer(bundle, "evidence", "supplied:us-to-syrian-opposition")
    name = whole["rows"][0]["finding"]
    assert re.fullmatch("[A-E]3", whole["edge"]["grade"])
    assert answer(bundle, "evidence", name)["edge"]["id"] == "supplied:us-to-syrian-opposition"
    assert run_kg(bundle, "evidence", "nowhere").returncode == 4


def steady(output):
    """What a command printed, without the space left on the disk, which others use meanwhile."""
    return re.sub(r"[0-9.]+ GB free", "some GB free", output)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command))
def test_formats_say_the_same(bundle, command):
    outputs = {}
    for format_ in FORMATS:
        done = run_kg(bundle, *command, "--format", format_)
        assert done.returncode == 0, done.stderr
        outputs[format_] = steady(done.stdout)
    rows = json.loads(outputs["json"])["rows"]
    lines = [json.loads(line) for line in outputs["jsonl"].splitlines()]
    table = list(csv.DictReader(io.StringIO(outputs["csv"])))
    assert [line for line in lines if set(line) != {"notes"}] == rows
    if not rows:  # what has to be said stands in a row that holds nothing else
        (said,) = table
        assert said.pop("notes") == "; ".join(lines[-1]["notes"]) and not any(said.values())
        table = []
    assert len(table) == len(rows)
    if rows:
        assert set(rows[0]) <= set(table[0])
    assert steady(run_kg(bundle, *command).stdout) == outputs["jsonl"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("path", "ISIS", "ISIS"), 2, "both start and end"),
        (("path", "ISIS"), 2, "FROM and TO"),
        (("path", "United States", "ISIS", "-k", "0"), 2, "1 to 1000"),
        (("path", "United States", "ISIS", "--max-hops", "0"), 2, "1 to"),
        (("path", "United States", "ISIS", "--min-grade", "Z9"), 2, "floor"),
        (("path", "United States", "ISIS", "--since", "tomorrow"), 2, "since"),
        (("path", "United States", "ISIS", "--type", "gave"), 2, "SUPPLIED"),
        (("path", "United Stats", "ISIS"), 4, "Did you mean United States"),
        (("path", "Congo", "ISIS"), 4, "Congo"),
        (("path", "ISIS", "United States"), 3, "other way"),
        (("path", "United States", "ISIS", "--item", "precursor"), 3, "Without the condition"),
        (("path", "United States", "ISIS", "--min-origins", "9"), 3, "origins"),
        (("path", "United States", "ISIS", "--min-origins", "30000000"), 3, "instead of 30000000 origins"),
        (("path", "Saudi Arabia", "ISIS", "--until", "2001"), 3, "instead of 2001"),
        (("chokepoints", "Saudi Arabia", "ISIS", "--max-hops", "1"), 3, "no path of up to 1 hop"),
        (("chokepoints", "ISIS", "--strict-time", "--territory"), 2, "go with neither --territory"),
        (("chokepoints", "ISIS", "United States"), 3, "no path"),
        (("chokepoints", "China", "ISIS", "--method", "cut"), 3, "no path"),
        (("chokepoints", "China", "ISIS", "--robust"), 3, "no path"),
        (("chokepoints",), 2, "end user"),
        (("find", "qqqqqq"), 3, "nothing is named"),
        (("show", "nosuch"), 4, "no party is called"),
        (("query", "MATCH (n:Nothing) RETURN n"), 3, "no row"),
        (("query", "suppliers-of"), 2, "needs the parameter party"),
        (("query", "suppliers-off"), 2, "Did you mean suppliers-of"),
        (("query",), 2, "--file"),
        (("load", "nosuch.yaml"), 6, "does not exist"),
        (("unload", "nosuch.yaml"), 3, "no file called"),
        (("schema", "nosuch"), 2, "no schema"),
        (("export", "page.pdf"), 2, "suffix"),
        (("verify", "--documents", "nosuch"), 6, "no folder"),
        (("verify", "--documents", "."), 7, "holds none of the documents"),
        (("path", "United States", "ISIS", "--min-certainty", "denied"), 2, "is no floor"),
        (("export", "a.csv", "--from", "ISIS", "--to", "ISIS"), 2, "both start and end"),
        (("load", "nosuch.yaml", "--loader", "nosuch"), 6, "does not exist"),
        (("diff", ".", "nosuch"), 6, "nosuch does not exist"),
        (("names", "decide", "ISIS", "ISIS", "same", "--why", "w"), 2, "two different ids"),
        (("names", "decide", "ISIS", "China", "unsure", "--why", "w", "--when", "2999-01-01"), 2, "has come"),
        (("verify", "nosuch.html"), 6, "as a page (No such file or directory)"),
        (("query", "--file", "nosuch.cypher"), 6, "cannot be read"),
        (("query", "suppliers-of", "-p", "party=@nosuch.json"), 6, "cannot be read"),
        (("export", "a.json", "--query", "MATCH (n:Nothing) RETURN n"), 3, "found no row"),
        (("export", "a.json", "--hops", "3"), 2, "--around"),
        (("withdraw", "nope"), 4, "no source, origin or organisation has the id 'nope'"),
        (("show", "x" * 100_000), 4, " … "),
        (("show", "ISIS", "--format", "xml"), 2, "'xml' is not one of"),
        (("show", "ISIS", "--nope"), 2, "see `kg show --help`"),
        (("show",), 2, "missing argument"),
        (("nosuch",), 2, "no such command 'nosuch'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_expected_failures_are_one_sentence_and_their_exit_code(bundle, arguments, code, said):
    done = run_kg(bundle, *arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().count("\n") == 0 and len(done.stderr) < 1_100


@pytest.mark.parametrize("format_", ["table", "json", "jsonl", "csv"])
def test_a_reader_that_is_gone_is_no_failure(bundle, format_):
    command = [sys.executable, "-c", "from kg.commands import main; main()", "show", "ISIS", "--format", format_]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(bundle), text=True
    ) as process:
        process.stdout.close()
        assert (process.wait(60), process.stderr.read()) == (0, "")


def test_debug_shows_the_trace(bundle):
    done = run_kg(bundle, "show", "nosuch", "--debug")
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("kg: no party is called") and done.returncode == 4


def test_every_command_has_help_with_an_example(bundle):
    listed = run_kg(bundle, "--help").stdout
    commands = re.findall(r"^  ([a-z]+)  ", listed, flags=re.MULTILINE)
    assert len(commands) >= 18
    for command in commands:
        done = run_kg(bundle, command, "--help")
        assert done.returncode == 0 and f"Example: kg {command}" in " ".join(done.stdout.split())


def test_no_database_is_exit_5_with_the_remedy(bundle):
    done = run_kg(bundle, "show", "ISIS", KG_NEO4J_URI="bolt://127.0.0.1:1")
    assert (done.returncode, done.stdout) == (5, "")
    assert "cannot be reached" in done.stderr and "KG_NEO4J_URI" in done.stderr


def test_a_wrong_password_is_said_and_not_shown(bundle):
    from kg.store import local

    uri = bundle.neo4j_uri or local.ensure(bundle).bolt_uri
    done = run_kg(bundle, "show", "ISIS", KG_NEO4J_URI=uri, KG_NEO4J_PASSWORD="wrong-one")
    assert done.returncode == 5 and "KG_NEO4J_PASSWORD" in done.stderr and "wrong-one" not in done.stderr


def test_verify_names_the_finding_whose_quote_changed(bundle, documents, tmp_path):
    folder = tmp_path / "documents"
    shutil.copytree(documents, folder)
    for file in folder.iterdir():
        file.chmod(0o600)
    assert run_kg(bundle, "verify", "--documents", str(folder)).returncode == 0
    name = "wtkr-us-to-syrian-opposition"
    evidence = answer(bundle, "evidence", name)["rows"][0]
    document = folder / evidence["document"]
    text = document.read_bytes().decode()
    span = evidence["locator"]
    quote = text[span["start"] : span["end"]]
    document.write_bytes((text[: span["start"]] + quote[::-1] + text[span["end"] :]).encode())
    done = run_kg(bundle, "verify", "--documents", str(folder), "--format", "json")
    assert done.returncode == 7
    faults = {(row["check"], row["id"]) for row in json.loads(done.stdout)["rows"]}
    assert ("quote", name) in faults and ("document", "wtkr-2017-12-14") in faults


def test_locate_gives_a_locator_that_loads(bundle, documents):
    document = str(documents / "002_389c3b8485f6d9a1.txt")
    row = answer(bundle, "locate", document, "mainly in Turkey")["rows"][0]
    text = (documents / "002_389c3b8485f6d9a1.txt").read_bytes().decode()
    assert text[row["start"] : row["end"]] == "mainly in Turkey"
    assert run_kg(bundle, "locate", document, "nowhere said").returncode == 3


def test_schema_findings_is_a_json_schema(bundle):
    schema = json.loads(run_kg(bundle, "schema", "findings").stdout)
    assert schema["$defs"]["Finding"]["required"]
    arrows = {row["name"]: row["shape"] for row in answer(bundle, "schema")["rows"]}
    assert arrows["CAPTURED"] == "(Party)-[:CAPTURED]->(Party)"


def test_dry_run_of_the_loaded_files_finds_nothing_to_do(bundle):
    done = answer(bundle, "load", *map(str, bundled()), "--dry-run")
    assert all(row["written"] == row["changed"] == row["removed"] == 0 for row in done["rows"])


def test_a_bad_file_is_exit_6_with_every_problem_and_rejects_take_them(bundle, tmp_path):
    (tmp_path / "bad.yaml").write_text(
        "parties:\n  - {id: group:x, kind: Group, name: X, colour: red}\n  - {id: group:y, kind: Grp, name: Y}\n"
    )
    done = run_kg(bundle, "load", str(tmp_path / "bad.yaml"))
    assert done.returncode == 6
    assert "bad.yaml:2: parties[0].colour" in done.stderr and "bad.yaml:3: parties[1].kind" in done.stderr
    with (tmp_path / "bad.yaml").open("a") as file:
        file.write("  - {id: group:z, kind: Group, name: Z}\n")
    rejects = tmp_path / "rejects.yaml"
    done = run_kg(bundle, "load", str(tmp_path / "bad.yaml"), "--dry-run", "--rejects", str(rejects))
    assert done.returncode == 0
    reasons = json.loads((tmp_path / "rejects.yaml.reasons.json").read_text())
    assert [one["line"] for one in reasons["problems"]] == [2, 3]
    assert rejects.read_text().count("- id: group:") == 2 and "group:z" not in rejects.read_text()


def test_in_a_terminal_of_another_locale(bundle):
    done = run_kg(bundle, "show", "Turkey", "--format", "table", LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="")
    assert done.returncode == 0, done.stderr


def test_export_writes_a_page_that_calls_no_host(bundle, tmp_path):
    page = tmp_path / "page.html"
    assert run_kg(bundle, "export", str(page)).returncode == 0
    text = page.read_text(encoding="utf-8")
    assert "Content-Security-Policy" in text and "default-src 'none'" in html.unescape(text)
    assert not re.findall(r"(?:src|href)\s*=\s*[\"']?\s*(?:https?:)?//", text)
    again = tmp_path / "again.html"
    assert run_kg(bundle, "export", str(again)).returncode == 0
    assert again.read_bytes() == page.read_bytes()
    for arguments in (("show", "ISIS"), ("path", "United States", "ISIS"), ("chokepoints", "ISIS", "--territory")):
        assert run_kg(bundle, *arguments, "--html", str(page)).returncode == 0
    assert run_kg(bundle, "export", str(tmp_path / "none" / "page.html")).returncode == 2


def test_verify_reads_a_page_back_and_says_what_it_rests_on(bundle, tmp_path):
    page = tmp_path / "page.html"
    assert run_kg(bundle, "path", "Saudi Arabia", "ISIS", "--html", str(page)).returncode == 0
    document = answer(bundle, "verify", str(page))
    assert [(row["origin"], row["sources"]) for row in document["rows"]] == [("car-2017-12", ["wtkr-2017-12-14"])]
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace('"grade":"B3"', '"grade":"A1"'), encoding="utf-8")
    assert page.read_text(encoding="utf-8") != text
    done = run_kg(bundle, "verify", str(page))
    assert done.returncode == 7 and "changed after it was written" in done.stderr
    assert run_kg(bundle, "verify", str(tmp_path / "none.html")).returncode == 6


def test_demo_refuses_a_graph_that_holds_other_data(neo4j_settings, tmp_path):
    from kg.store import read, session
    from tests.conftest import wipe

    wipe(neo4j_settings)
    (tmp_path / "mine.yaml").write_text(
        "items:\n  - {id: item:mine, name: mine}\n  - {id: item:sub, name: s, kind_of: item:mine}\n"
    )
    assert run_kg(neo4j_settings, "load", str(tmp_path / "mine.yaml")).returncode == 0
    with session.connect(neo4j_settings) as database:
        before = read.digest(database)
        done = run_kg(neo4j_settings, "demo", "--out", str(tmp_path))
        assert done.returncode == 6 and "mine.yaml" in done.stderr
        assert read.digest(database) == before
    assert not (tmp_path / "demo.html").exists()


def test_demo_refuses_a_neo4j_that_holds_something_else(neo4j_settings, tmp_path):
    from kg.store import read, session
    from tests.conftest import wipe

    wipe(neo4j_settings)
    with session.connect(neo4j_settings) as database:
        database.write(lambda tx: tx.run("CREATE (:Customer {name: 'x'})").consume())
        done = run_kg(neo4j_settings, "demo", "--out", str(tmp_path))
        assert done.returncode == 6 and "Customer" in done.stderr
        assert read.counts(database) == {"Customer": 1, "KgTestDatabase": 1}


def test_demo_does_the_main_job_and_again(neo4j_settings, tmp_path):
    from tests.conftest import wipe

    wipe(neo4j_settings)
    first = run_kg(neo4j_settings, "demo", "--out", str(tmp_path))
    assert first.returncode == 0, first.stderr
    for words in (
        "Syrian opposition forces",
        "point of diversion",
        "Turkey: on every path of known territory",
        "What to try next",
    ):
        assert words in first.stdout
    page = (tmp_path / "demo.html").read_bytes()
    second = run_kg(neo4j_settings, "demo", "--out", str(tmp_path))
    assert (second.returncode, second.stdout) == (0, first.stdout)
    assert (tmp_path / "demo.html").read_bytes() == page


def test_doctor_ends_with_7_and_says_the_remedy(bundle, tmp_path):
    rows = {row["check"]: row for row in answer(bundle, "doctor")["rows"]}
    assert {row["state"] for row in rows.values()} <= {"ok", "warn"}
    assert rows["database"]["found"].startswith("Neo4j 5.") and rows["graph"]["state"] == "ok"
    (tmp_path / "neo4j").mkdir(mode=0o700)
    (tmp_path / "neo4j" / "password").write_text("secret")
    (tmp_path / "neo4j" / "password").chmod(0o644)
    done = run_kg(replace(bundle, home=tmp_path, neo4j_uri=None), "doctor", "--format", "json")
    row = next(one for one in json.loads(done.stdout)["rows"] if one["check"] == "password")
    assert (done.returncode, row["state"]) == (7, "fail")
    assert done.stderr == f"kg: password: {row['found']}; remedy: {row['remedy']}.\n"
    assert "secret" not in done.stdout + done.stderr
