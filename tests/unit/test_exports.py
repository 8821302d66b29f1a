"""Every format is read back by an independent reader, with names meant to break it."""

import json
from dataclasses import fields, replace
from pathlib import Path
from xml.etree import ElementTree

import igraph
import networkx as nx
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import graph as graphs
from kg.errors import NothingFoundError, UsageError
from kg.export import bulk, gexf, graphml, selection, tables
from kg.export.selection import Selection
from kg.records import Item, Party, Records, Relation
from kg.visible import visible

HOSTILE = {
    "control": "bell \x07, escape \x1b[31m, null \x00, next line \x85, no character \ufffe",
    "quotes": "he said \"no\" & 'yes' <script>]]>",
    "newlines": "one\ntwo\r\nthree\ttab",
    "right-to-left": "\u202egnp.exe اسم שם",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f52b",
    "formula": '=HYPERLINK("http://x.invalid","y")',
    "separators": "a; b|c,d\\e",
    "surrogate": "half \ud83d of a sign",
}


def graph_of(name: str = "Giver") -> graphs.Graph:
    """Return a graph of three parties, two items and four edges, one text of which is given, without a database."""
    parties = [
        Party("country:AAA", "Country", name, aliases=(name, "Other"), territories=("country:AAA",)),
        Party("group:b", "Group", "Between", placeholder=True, territory_text=name, territories=("country:AAA",)),
        Party("group:c", "Group", "End user", collective=True),
    ]
    items = [Item("item:gun", "gun", aliases=(name,), kind_of=("item:weapon",)), Item("item:weapon", "weapon")]
    support = {"origin_ids": ("o1", "o2"), "organisation_ids": ("body",), "findings": ("f1", "f2"), "grade": "B2"}
    relations = [
        Relation("diverted:2", "DIVERTED", "group:b", "group:c", ("item:gun",), earliest="2014-05-01", **support),
        Relation("made:1", "MANUFACTURED", "country:AAA", "item:gun", held_by=("group:c",), share_min=0.9,
                 share_max=0.9, joint="j", latest="2015-12-31", date_derived=True, **support),
        Relation("supplied:1", "SUPPLIED", "country:AAA", "group:b", ("item:weapon", "item:gun"),
                 earliest="2012-01-01", latest="2013-12-31", place=name, authorised=True, **support),
        Relation("supplied:2", "SUPPLIED", "country:AAA", "group:b", quantity_min=40.0, quantity_text=name, **support),
    ]  # fmt: skip
    graph = graphs.Graph(None)  # type: ignore[arg-type]
    graph.__dict__["records"] = Records(
        {party.id: party for party in parties}, {item.id: item for item in items}, tuple(relations)
    )
    return graph


def whole(name: str = "Giver") -> Selection:
    return selection.everything(graph_of(name))


EDGES = {
    ("group:b", "group:c", "diverted:2"),
    ("country:AAA", "item:gun", "made:1"),
    ("country:AAA", "group:b", "supplied:1"),
    ("country:AAA", "group:b", "supplied:2"),
}


@pytest.fixture(params=HOSTILE.values(), ids=HOSTILE.keys())
def name(request) -> str:
    return request.param


def test_graphml_by_networkx(tmp_path, name):
    graphml.write(tmp_path / "a.graphml", whole(name))
    found = nx.read_graphml(tmp_path / "a.graphml")
    assert set(found.edges(keys=True)) == EDGES
    assert found.nodes["country:AAA"] == {
        "label": visible(name), "kind": "Country", "aliases": visible(f"{name}; Other"), "placeholder": False,
        "collective": False, "territories": "country:AAA",
    }  # fmt: skip
    made = found.edges["country:AAA", "item:gun", "made:1"]
    assert (made["share_min"], made["joint"], made["date_derived"], made["origins"]) == (0.9, "j", True, "o1; o2")
    assert found.edges["country:AAA", "group:b", "supplied:1"]["place"] == visible(name)


def test_graphml_by_igraph(tmp_path, name):
    graphml.write(tmp_path / "a.graphml", whole(name))
    found = igraph.Graph.Read_GraphML(str(tmp_path / "a.graphml"))
    assert found.is_directed()
    assert dict(zip(found.vs["id"], found.vs["label"], strict=True)) == {
        "country:AAA": visible(name), "group:b": "Between", "group:c": "End user", "item:gun": "gun",
        "item:weapon": "weapon",
    }  # fmt: skip
    ends = {(found.vs[edge.source]["id"], found.vs[edge.target]["id"], edge["edge"]) for edge in found.es}
    assert ends == EDGES
    assert [edge["quantity_text"] for edge in found.es if edge["edge"] == "supplied:2"] == [visible(name)]


def test_gexf_by_networkx_with_time(tmp_path, name):
    gexf.write(tmp_path / "a.gexf", whole(name))
    found = nx.read_gexf(tmp_path / "a.gexf")
    assert set(found.edges(keys=True)) == EDGES
    assert found.nodes["country:AAA"]["label"] == visible(name)
    assert found.nodes["item:gun"]["aliases"] == visible(name)
    spans = {key: (data.get("start"), data.get("end")) for _, _, key, data in found.edges(keys=True, data=True)}
    assert spans == {
        "diverted:2": ("2014-05-01", None), "made:1": (None, "2015-12-31"), "supplied:1": ("2012-01-01", "2013-12-31"),
        "supplied:2": (None, None),
    }  # fmt: skip
    assert found.edges["country:AAA", "item:gun", "made:1"]["share_max"] == 0.9
    root = ElementTree.parse(tmp_path / "a.gexf").getroot()
    assert root[1].attrib == {"defaultedgetype": "directed", "mode": "dynamic", "timeformat": "date"}


def test_csv_pair_by_pandas(tmp_path, name):
    tables.write_csv(tmp_path / "a.csv", whole(name))
    edges = pandas.read_csv(tmp_path / "a.csv", dtype=str, keep_default_na=False)
    nodes = pandas.read_csv(tmp_path / "a.nodes.csv", dtype=str, keep_default_na=False)
    assert set(zip(edges["from"], edges["to"], edges["id"], strict=True)) == EDGES
    shown = visible(name)
    defused = f"'{shown}" if shown.startswith("=") else shown
    assert dict(zip(nodes["id"], nodes["label"], strict=True))["country:AAA"] == defused
    place = edges.set_index("id")["place"]
    assert (place["supplied:1"], place["supplied:2"]) == (defused, "")
    assert set(edges["notes"]) == {"; ".join(whole().notes)}
    assert not any(cell[:1] in "=+-@\t\r" for column in edges for cell in edges[column] if cell)


def test_json_by_networkx_keeps_every_sign(tmp_path, name):
    tables.write_json(tmp_path / "a.json", whole(name), {"findings": {"f1": {"id": "f1", "statement": name}}})
    document = json.loads((tmp_path / "a.json").read_text(encoding="ascii"))
    found = nx.node_link_graph(document, edges="edges")
    assert set(found.edges(keys=True)) == EDGES
    assert found.nodes["country:AAA"]["label"] == name and found.nodes["country:AAA"]["aliases"] == [name, "Other"]
    assert found.edges["country:AAA", "group:b", "supplied:1"]["items"] == ["item:weapon", "item:gun"]
    assert found.graph["findings"] == [{"id": "f1", "statement": name}]
    assert selection.CAVEAT in found.graph["notes"]


@settings(max_examples=40)
@given(name=st.text(st.characters(codec=None, exclude_categories=()), min_size=1))
def test_any_name_survives_in_xml_and_csv(tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("any")
    graphml.write(folder / "a.graphml", whole(name))
    gexf.write(folder / "a.gexf", whole(name))
    tables.write_csv(folder / "a.csv", whole(name))
    assert nx.read_graphml(folder / "a.graphml").nodes["country:AAA"].get("label", "") == visible(name)
    assert nx.read_gexf(folder / "a.gexf").nodes["country:AAA"]["label"] == visible(name)
    label = pandas.read_csv(folder / "a.nodes.csv", dtype=str, keep_default_na=False)["label"][0]
    assert label in (visible(name), f"'{visible(name)}")


WRITERS = {
    "a.graphml": graphml.write,
    "a.gexf": gexf.write,
    "a.csv": tables.write_csv,
    "a.json": lambda path, chosen: tables.write_json(path, chosen, {}),
    "a.jsonl": lambda path, chosen: tables.write_jsonl(
        path, chosen, {"items": {"item:x": {"id": "item:x", "name": "x"}}}
    ),
}


@pytest.mark.parametrize("file", WRITERS)
def test_same_input_same_bytes_and_the_caveat(tmp_path, file):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        WRITERS[file](tmp_path / folder / file, whole(HOSTILE["quotes"]))
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()} for folder in ("one", "two")
    )
    assert first == second
    assert selection.CAVEAT.encode() in first[file]


@pytest.mark.parametrize("file", WRITERS)
def test_a_failure_leaves_the_old_file(tmp_path, monkeypatch, file):
    (tmp_path / file).write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="No space left"):
        WRITERS[file](tmp_path / file, whole())
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {file: "old"}


def test_edges_have_the_keys_of_show():
    graph = graph_of()
    rows = tables.edge_rows(graph.records)
    shown = [graph.relation_row(edge) for edge in graph.records.relations]
    assert [{key: row[key] for key in shown[0]} for row in rows] == shown
    assert len(rows[0]) == len(fields(Relation)) + 4


def test_notes_of_findings_and_parties_go_into_every_table_and_network(tmp_path, name):
    remarks = {"supplied:1": (f"f1: {name}", f"f2: {name}"), "diverted:2": (name,), "group:b": (name,)}
    chosen = replace(whole(), remarks=remarks)
    tables.write_csv(tmp_path / "a.csv", chosen)
    edges = pandas.read_csv(tmp_path / "a.csv", index_col="id", keep_default_na=False)["finding_notes"]
    nodes = pandas.read_csv(tmp_path / "a.nodes.csv", index_col="id", keep_default_na=False)["note"]
    defused = visible(f"'{name}" if name.startswith("=") else name)
    assert (edges["supplied:1"], edges["supplied:2"]) == (visible(f"f1: {name}; f2: {name}"), "")
    assert (edges["diverted:2"], nodes["group:b"], nodes["group:c"]) == (defused, defused, "")
    graphml.write(tmp_path / "a.graphml", chosen)
    gexf.write(tmp_path / "a.gexf", chosen)
    for found in (nx.read_graphml(tmp_path / "a.graphml"), nx.read_gexf(tmp_path / "a.gexf")):
        noted = {data["finding_notes"] for _, _, data in found.edges(data=True) if "finding_notes" in data}
        assert noted == {visible(f"f1: {name}; f2: {name}"), visible(name)}
        assert {one: data["note"] for one, data in found.nodes(data=True) if "note" in data} == {
            "group:b": visible(name)
        }


def test_json_lines_hold_one_declaration_each_after_the_notes(tmp_path):
    declared = {"parties": {"group:a": {"id": "group:a"}, "group:b": {"id": "group:b"}}, "findings": {"f": {"id": "f"}}}
    chosen = Selection("All", graph_of().records, ("Handling: TLP:GREEN.",), whole=True)
    tables.write_jsonl(tmp_path / "a.jsonl", chosen, declared)
    assert [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()] == [
        {"notes": ["All.", "Handling: TLP:GREEN.", selection.DIRECTION, selection.CAVEAT, selection.JOINT]},
        {"parties": [{"id": "group:a"}]}, {"parties": [{"id": "group:b"}]}, {"findings": [{"id": "f"}]},
    ]  # fmt: skip


def ids(chosen: Selection) -> tuple[set[str], set[str]]:
    records = chosen.records
    return {edge.id for edge in records.relations}, {*records.parties, *records.items}


def test_around_takes_transfers_within_reach_and_what_their_parties_made_and_held():
    one = selection.around(graph_of(), "group:c", 1)
    assert one.title == "Around End user, up to 1 transfer away"
    assert ids(one)[0] == {"diverted:2", "made:1"}
    assert ids(selection.around(graph_of(), "group:c", 2))[0] == {"diverted:2", "made:1", "supplied:1", "supplied:2"}


def test_between_takes_what_lies_on_a_way():
    graph = graph_of()
    assert ids(selection.between(graph, ["country:AAA"], ["group:c"]))[0] == {"diverted:2", "supplied:1", "supplied:2"}
    assert ids(selection.between(graph, ["group:b"], ["group:c"]))[0] == {"diverted:2"}
    with pytest.raises(NothingFoundError, match="End user to Giver"):
        selection.between(graph, ["group:c"], ["country:AAA"])


@pytest.mark.parametrize(
    ("values", "edges", "nodes"),
    [
        ([["supplied:1", 3, None]], {"supplied:1"}, {"country:AAA", "group:b", "item:weapon", "item:gun"}),
        ([{"type": "DIVERTED", "from": "group:b", "to": "group:c", "id": "diverted:2", "place": "made:1"}],
         {"diverted:2"}, {"country:AAA", "group:b", "group:c", "item:gun", "item:weapon"}),
        ([{"labels": ["Group"], "id": "group:b", "name": "supplied:1"}, {"labels": ["Group"], "id": "group:c"}],
         {"diverted:2"}, {"country:AAA", "group:b", "group:c", "item:gun", "item:weapon"}),
        ([{"nodes": [{"labels": ["Item"], "id": "item:gun"}], "relationships": []}],
         set(), {"item:gun", "item:weapon"}),
        ([["group:c"]], set(), {"group:c"}),
    ],
    ids=["id of an edge", "relationship", "nodes take the edges between them", "path", "id of a party"],
)  # fmt: skip
def test_an_answer_selects_what_it_names(values, edges, nodes):
    assert ids(selection.answer(graph_of(), "Answer", values)) == (edges, nodes)


def test_an_answer_that_names_nothing_is_said_so():
    with pytest.raises(NothingFoundError, match="names no edge"):
        selection.answer(graph_of(), "Answer", [[1, "supplied", {"n": 2}]])


def test_lists_are_parted_by_what_is_in_none_of_them():
    assert bulk._delimiter([["a", "b"], "x;y", 3]) == ";"
    assert bulk._delimiter([["a;b"]]) == "|"
    assert bulk._delimiter([["a;b"], ["c|d"]]) == "\ue000"


def test_a_folder_that_holds_something_else_is_not_replaced(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="holds something else"):
        bulk._replace(mine, {"import.args": ""})
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]
    bulk._replace(tmp_path / "fresh", {"import.args": "1", "left.csv": ""})
    bulk._replace(tmp_path / "fresh", {"import.args": "2"})
    assert {path.name: path.read_text() for path in (tmp_path / "fresh").iterdir()} == {"import.args": "2"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fresh", "mine"]


def test_a_failure_leaves_the_old_folder(tmp_path, monkeypatch):
    folder = tmp_path / "graph"
    bulk._replace(folder, {"import.args": "old"})
    rename = Path.rename

    def fail(self, target):
        if self.name == "new":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(UsageError, match="No space left"):
        bulk._replace(folder, {"import.args": "new"})
    assert (folder / "import.args").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["graph"]


def test_arguments_name_files_from_anywhere(tmp_path):
    bulk._replace(tmp_path / "graph", {"import.args": "--strict=true\n--nodes=Group:Party=Group.csv\n"})
    assert bulk.arguments(tmp_path / "graph") == [
        "database", "import", "full", "neo4j", "--strict=true", f"--nodes=Group:Party={tmp_path}/graph/Group.csv",
    ]  # fmt: skip
    with pytest.raises(UsageError, match="no folder of an export"):
        bulk.arguments(tmp_path)
    bulk._replace(tmp_path / "a,b", {"import.args": ""})
    with pytest.raises(UsageError, match="comma"):
        bulk.arguments(tmp_path / "a,b")
