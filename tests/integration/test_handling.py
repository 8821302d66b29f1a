"""Handling codes in a real graph: what is above the code given is in no byte of any format, and the file says so."""

import contextlib
import json

import pytest

from kg import load as loading
from kg import schema
from kg.commands import analysis, exporting, lookup, options, querying, views
from kg.errors import NothingFoundError, UsageError
from kg.export.html import read_back
from kg.graph import Graph
from kg.store import read, session
from kg.verify import verify
from tests.conftest import wipe
from tests.integration.conftest import BASE, run_kg

pytestmark = pytest.mark.neo4j

SECRET = "zqsecret"  # stands in every text and id of what is above TLP:GREEN
FORMATS = ("a.html", "a.graphml", "a.gexf", "a.csv", "a.json", "a.jsonl", "folder/")


def keeping(finding):
    """Return a clear finding that names a party whose seat only a source above TLP:GREEN states."""
    return {**{name: finding[name] for name in ("certainty", "source", "origin")}, "id": "f4", "relation": "HELD",
            "from": "group:keeper", "to": "item:rifle", "statement": "The keeper has rifles."}  # fmt: skip


def unrestricted():
    """Return what of it may be passed on under TLP:GREEN, as if the rest had never been written down."""
    content = json.loads(json.dumps(BASE))
    content["parties"].append({"id": "group:keeper", "kind": "Group", "name": "Keeper"})
    content["findings"][1]["handling"] = "TLP:GREEN"
    content["findings"].append(keeping(content["findings"][2]))
    return content


def restricted():
    """Return the small graph with what is above TLP:GREEN besides: a finding, a source, and what only they speak of."""
    content = json.loads(json.dumps(BASE))
    content["organisations"].append({"id": f"{SECRET}-org", "name": f"{SECRET} agency"})
    content["origins"].append({"id": f"{SECRET}-study", "organisation": f"{SECRET}-org", "kind": SECRET})
    content["sources"].append(
        {**content["sources"][0], "id": f"{SECRET}-paper", "title": SECRET, "publisher": SECRET, "address": SECRET,
         "relays": [f"{SECRET}-study"], "reliability": {"grade": "A", "reason": SECRET}, "note": SECRET,
         "handling": "TLP:RED"}
    )  # fmt: skip
    content["parties"].append(
        {"id": f"group:{SECRET}", "kind": "Group", "name": SECRET, "aliases": [SECRET],
         "stated_by": [f"{SECRET}-paper"], "located_in": {"id": "country:SYR", "text": SECRET}}
    )  # fmt: skip
    content["parties"] += [
        {"id": "group:keeper", "kind": "Group", "name": "Keeper", "aliases": [SECRET], "note": SECRET,
         "stated_by": [f"{SECRET}-paper"], "located_in": {"id": "country:CHN", "text": SECRET},
         "part_of": f"group:{SECRET}-whole", "valid": {"text": SECRET}},
        {"id": f"group:{SECRET}-whole", "kind": "Group", "name": SECRET, "stated_by": [f"{SECRET}-paper"]},
    ]  # fmt: skip
    content["items"].append({"id": f"item:{SECRET}", "name": SECRET, "kind_of": "item:weapon"})
    f1, f2, f3 = content["findings"]
    content["findings"].append(keeping(f3))
    by_source = {"source": f"{SECRET}-paper", "origin": f"{SECRET}-study", "statement": SECRET, "certainty": "stated"}
    content["findings"] += [
        {**f1, **by_source, "id": f"{SECRET}-f1", "quantity": {"min": 4711, "text": SECRET}, "transfer": SECRET},
        {**f3, **by_source, "id": f"{SECRET}-f3", "from": f"group:{SECRET}"},
        {**f2, "id": f"{SECRET}-f2", "statement": SECRET, "items": [f"item:{SECRET}"], "handling": "TLP:AMBER",
         "attribution": SECRET, "place": SECRET, "date": {"earliest": "2014-03-03", "text": SECRET}},
    ]  # fmt: skip
    f1["contradicts"] = [{"id": f"{SECRET}-f3", "reason": SECRET}]
    f2["repeats"] = [f"{SECRET}-f2"]
    f2["handling"] = "TLP:GREEN"
    return content


@pytest.fixture(scope="module")
def loaded(neo4j_settings, tmp_path_factory):
    wipe(neo4j_settings)
    path = tmp_path_factory.mktemp("handling") / "graph.json"
    with session.connect(neo4j_settings) as database:
        path.write_text(json.dumps(BASE))
        assert loading.load(database, [path]).problems == ()
        path.write_text(json.dumps(restricted()))
        assert [str(one) for one in loading.load(database, [path]).problems] == []
    return neo4j_settings


@pytest.fixture
def graph(loaded):
    with session.connect(loaded) as database:
        yield Graph(database)


@pytest.fixture(autouse=True)
def commands(loaded, monkeypatch):
    for module in (exporting, analysis, lookup, querying):
        monkeypatch.setattr(module, "connected", lambda code=None: Graph(session.connect(loaded)).within(code))


def content_of(path):
    """Return all bytes that an export wrote, and the names of its files; a page's data also unpacked."""
    files = [path] if path.is_file() else sorted(path.iterdir())
    files += [one for one in path.parent.glob(f"{path.stem}.nodes.csv")]
    packed = json.dumps(read_back(path)) if path.suffix == ".html" else ""
    return packed + "".join(one.name + one.read_text(encoding="utf-8") for one in files)


def test_all_of_it_is_there_without_a_code(graph):
    assert SECRET in {edge.quantity_text for edge in graph.records.relations}
    assert verify(graph.database).faults == ()


@pytest.mark.parametrize("name", FORMATS)
def test_no_byte_of_what_is_above_the_code_is_exported(tmp_path, capsys, name):
    exporting.export(f"{tmp_path}/whole-{name}")
    assert SECRET in content_of(tmp_path / f"whole-{name}")
    exporting.export(f"{tmp_path}/{name}", handling="tlp:green")
    found = content_of(tmp_path / name)
    assert SECRET not in found and "4711" not in found and "2014-03-03" not in found
    assert "opposition" in found.lower()
    assert "3 findings are left out" in capsys.readouterr().err
    if name != "a.jsonl":  # which holds declarations only, each with its own code
        assert "TLP:GREEN" in found and "3 findings are left out" in found


@pytest.mark.parametrize("name", FORMATS)
def test_without_a_code_a_file_has_the_strictest_of_what_it_holds(tmp_path, capsys, name):
    exporting.export(f"{tmp_path}/{name}")
    assert "TLP:RED" in capsys.readouterr().err
    assert "TLP:RED" in content_of(tmp_path / name)


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("Opposition", "EU-ser", "TLP:AMBER"),
        ("United States", "EU-ser", "TLP:RED"),
        ("United States", "Opposition", "TLP:RED"),
    ],
)
def test_a_page_of_a_part_has_the_code_of_that_part(tmp_path, start, end, code):
    exporting.export(f"{tmp_path}/a.html", starts=[start], ends=[end])
    assert read_back(tmp_path / "a.html")["handling"] == code


def test_every_page_of_an_answer_keeps_to_the_code(tmp_path, capsys):
    pages = {name: tmp_path / f"{name}.html" for name in ("path", "chokepoints", "show", "query")}
    analysis.path(["United States", "EU-ser"], html=pages["path"], handling="TLP:GREEN")
    analysis.chokepoints(["EU-ser"], html=pages["chokepoints"], handling="TLP:GREEN")
    lookup.show_name("Opposition", html=pages["show"], handling="TLP:GREEN")
    for page in list(pages.values())[:3]:
        assert SECRET not in page.read_text(encoding="utf-8")
    assert SECRET not in capsys.readouterr().out
    querying.query(
        "MATCH (a)-[r:SUPPLIED|DIVERTED|MANUFACTURED]->(b) RETURN a, r, b", html=pages["query"], handling="TLP:GREEN"
    )
    assert SECRET not in pages["query"].read_text(encoding="utf-8")
    for page in pages.values():
        data = read_back(page)
        assert data["handling"] == "TLP:GREEN" and data["edges"]
        assert data["notes"][0].startswith("3 findings are left out")


def test_grades_are_those_of_what_remains_and_the_database_stays_as_it_is(graph, tmp_path):
    before = read.digest(graph.database)
    grades = {
        code: {(edge.type, edge.start): edge.grade for edge in graph.within(code).records.relations}
        for code in ("TLP:GREEN", "TLP:RED")
    }
    assert grades["TLP:RED"]["SUPPLIED", "country:USA"][0] == "A"
    assert grades["TLP:GREEN"]["SUPPLIED", "country:USA"][0] == "B"
    assert graph.within("TLP:RED").records == graph.records
    exporting.export(f"{tmp_path}/folder/", handling="TLP:CLEAR")
    assert read.digest(graph.database) == before


def test_no_format_says_where_a_party_sits_by_a_source_above_the_code(graph, tmp_path):
    assert graph.records.parties["group:keeper"].territories == ("country:CHN",)
    shared = graph.within("TLP:GREEN")
    assert shared.records.parties["group:keeper"].territories == shared.records.parties["group:keeper"].aliases == ()
    exporting.export(f"{tmp_path}/folder/", handling="TLP:GREEN")
    located = (tmp_path / "folder" / "Party-LOCATED_IN-Party.csv").read_text(encoding="utf-8")
    assert "country:SYR" in located and "country:CHN" not in located
    exporting.export(f"{tmp_path}/whole/", handling="TLP:RED")
    assert "country:CHN" in (tmp_path / "whole" / "Party-LOCATED_IN-Party.csv").read_text(encoding="utf-8")


def test_under_a_code_that_leaves_nothing_out_a_folder_is_that_of_the_whole_graph(tmp_path):
    exporting.export(f"{tmp_path}/whole/")
    exporting.export(f"{tmp_path}/red/", handling="TLP:RED")
    history = {f"{name}.csv" for name in schema.HISTORY}
    for file in sorted((tmp_path / "whole").glob("*.csv")):
        if file.name not in history:
            assert (tmp_path / "red" / file.name).read_text() == file.read_text(), file.name


@pytest.mark.parametrize("format_", options.Format)
def test_every_answer_says_in_every_format_what_is_left_out(capsys, format_):
    def said(command, *given, **more):
        with contextlib.suppress(NothingFoundError):
            command(*given, handling="TLP:GREEN", format_=format_, **more)
        out = " ".join(capsys.readouterr().out.split())
        assert "3 findings are left out, whose handling code is stricter than TLP:GREEN." in out, given
        assert "may be firmer than with those left out" in out
        assert SECRET not in out

    said(analysis.path, ["United States", "EU-ser"])
    said(analysis.path, ["EU-ser", "United States"])
    said(lookup.show_name, "Keeper")
    said(lookup.show_name, "country:SYR")
    said(analysis.chokepoints, ["United States", "EU-ser"])
    said(analysis.chokepoints, ["United States", "EU-ser"], territory=True)
    said(analysis.chokepoints, ["United States", "EU-ser"], strict_time=True)
    said(analysis.chokepoints, ["United States", "EU-ser"], robust=True)
    said(analysis.chokepoints, ["EU-ser", "United States"])
    for method in views.Method:
        said(analysis.chokepoints, ["United States", "EU-ser"], method=method)


def test_without_a_code_nothing_is_said_of_it(graph, capsys):
    analysis.path(["United States", "EU-ser"], format_=options.Format.JSON)
    assert "left out" not in capsys.readouterr().out
    assert graph.paths("United States", "EU-ser").left_out == ()


def test_answers_in_python_say_it_too(graph):
    shared = graph.within("TLP:GREEN")
    answers = [
        shared.paths("United States", "EU-ser"), shared.no_path("EU-ser", "United States"), shared.cut("EU-ser"),
        shared.chokepoints("EU-ser"), shared.territories("EU-ser"), shared.reach("United States"),
        shared.robustness("EU-ser"), shared.secondary("bridges", "EU-ser"), shared.made("EU-ser"),
        shared.compare("EU-ser", "Opposition"), shared.strict_chokepoints("EU-ser"), shared.evidence("f1"),
    ]  # fmt: skip
    assert {answer.said()["cut"][0] for answer in answers} == {shared.left_out[0]}
    assert "TLP:GREEN" in shared.left_out[0]


def test_a_query_says_that_its_rows_keep_to_no_code(capsys):
    querying.query("MATCH (a:Group) RETURN a.id AS id", handling="TLP:GREEN", format_=options.Format.JSON)
    assert "only the page keeps to TLP:GREEN" in capsys.readouterr().out


def test_what_is_exported_loads_as_the_graph_of_what_remains(graph, loaded, tmp_path):
    exporting.export(f"{tmp_path}/a.jsonl", handling="TLP:GREEN")
    expected = graph.within("TLP:GREEN").records
    wipe(loaded)
    with session.connect(loaded) as database:
        assert loading.load(database, [tmp_path / "a.jsonl"]).problems == ()
        assert set(Graph(database).records.relations) == set(expected.relations)
        assert verify(database).faults == ()


def test_as_a_process(loaded, tmp_path):
    done = run_kg(loaded, "export", str(tmp_path / "a.html"), "--handling", "SECRET")
    assert done.returncode == 2 and "give one of TLP:CLEAR" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_finding_may_not_go_further_than_its_source(loaded, tmp_path):
    content = restricted()
    content["findings"][-3]["handling"] = "TLP:GREEN"
    (tmp_path / "graph.json").write_text(json.dumps(content))
    wipe(loaded)
    with session.connect(loaded) as database:
        (problem,) = loading.load(database, [tmp_path / "graph.json"]).problems
    assert (problem.field, problem.found) == ("handling", "TLP:GREEN")
    assert "nothing below TLP:RED" in problem.expected


def test_of_what_was_decided_to_be_another_party_only_what_may_be_passed_on_comes_with_it(loaded, tmp_path, capsys):
    merged = {f"group:{SECRET}": "group:end", "group:opposition": "group:o"}
    wipe(loaded)
    with session.connect(loaded) as database:
        (tmp_path / "graph.json").write_text(json.dumps(unrestricted()))
        assert loading.load(database, [tmp_path / "graph.json"], stands=merged).problems == ()
        expected = Graph(database).records
    wipe(loaded)
    with session.connect(loaded) as database:
        (tmp_path / "graph.json").write_text(json.dumps(restricted()))
        for _ in range(2):
            assert loading.load(database, [tmp_path / "graph.json"], stands=merged).problems == ()
        whole = Graph(database)
        assert SECRET in whole.records.parties["group:end"].aliases
        assert whole.within("TLP:GREEN").records == expected
        assert whole.within("TLP:RED").records == whole.records
        exporting.export(f"{tmp_path}/end.html", starts=["Opposition"], ends=["group:end"])
        assert read_back(tmp_path / "end.html")["handling"] == "TLP:RED"
        for name in FORMATS:
            exporting.export(f"{tmp_path}/{name}", handling="TLP:GREEN")
            found = content_of(tmp_path / name)
            assert SECRET not in found, name
        capsys.readouterr()
        lookup.show_name("group:end", handling="TLP:GREEN", format_=options.Format.JSON)
        shown = json.loads(capsys.readouterr().out)["subject"]
        assert (shown["aliases"], shown["territories"]) == (["EU-ser"], [])
        database.write(lambda transaction: transaction.run("MATCH (w:Withheld) REMOVE w.kept").consume())
        with pytest.raises(UsageError, match="group:opposition was decided to be"):
            Graph(database).within("TLP:GREEN").records  # noqa: B018 - it reads
