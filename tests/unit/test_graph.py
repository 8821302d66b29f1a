"""The graph in Python: parties and items by name, calls as short as on the command line, limits said with answers."""

import dataclasses
import io
import json
from contextlib import nullcontext
from functools import partial

import networkx as nx
import pytest

from kg.analysis import chokepoints, comparison, cuts, paths, robustness, tracing, views
from kg.answers import CypherAnswer
from kg.commands import analysis as commands
from kg.commands.analysis import documents_behind, path_drawing
from kg.commands.options import Format
from kg.commands.views import Method
from kg.errors import NothingFoundError, UnknownNameError, UsageError
from kg.graph import Graph
from kg.network import Projection
from kg.output import console
from kg.records import Party, Relation

from .analysis.graphs import records, transfer

PARTIES = (
    Party("group:a", "Group", "Alpha", aliases=("First",)),
    Party("group:b", "Group", "Beta"),
    Party("group:c", "Group", "Gamma"),
    Party("group:d", "Group", "Delta"),
    Party("group:e", "Group", "Twin"),
    Party("group:f", "Group", "Twin"),
)
RELATIONS = (
    transfer("ab", "group:a", "group:b", items=("item:ak",)),
    transfer("bc", "group:b", "group:c", items=("item:ak",)),
    transfer("ad", "group:a", "group:d", items=("item:precursor",)),
    transfer("dc", "group:d", "group:c", items=("item:precursor",)),
)


def made(*relations):
    """A graph that holds these records, without a database."""
    graph = Graph(None)
    graph.records = records(*relations or RELATIONS, parties=PARTIES)
    graph.stated = None  # there are no findings behind these transfers
    return graph


@pytest.mark.parametrize(
    ("conditions", "asked"),
    [
        ({"avoid": ("Beta",)}, {"avoid": ["group:b"]}),
        ({"avoid": ("beta", "group:b")}, {"avoid": ["group:b"]}),
        ({"items": ("AK-pattern rifle",)}, {"items": ["item:ak"]}),
    ],
)
def test_conditions_are_given_by_name_and_printed_by_id(conditions, asked):
    graph, projection = made(), Projection(**conditions)
    answers = (
        graph.paths("First", "Gamma", projection),
        graph.chokepoints("Alpha", "Gamma", projection),
        graph.territories("Alpha", "Gamma", projection),
    )
    for answer in answers:
        assert {key: value for key, value in answer.projection.items() if key in asked} == asked
    [path] = answers[0].paths
    assert path.parties == ("group:a", "group:d" if "avoid" in asked else "group:b", "group:c")
    assert len(graph.network(projection).edges) == 2


@pytest.mark.parametrize("conditions", [{"avoid": ("Betta",)}, {"avoid": ("Twin",)}, {"items": ("rifles",)}])
def test_a_condition_on_an_unknown_or_ambiguous_name_is_refused(conditions):
    graph, projection = made(), Projection(**conditions)
    for ask in (graph.paths, graph.chokepoints, graph.territories, graph.no_path):
        with pytest.raises(UnknownNameError):
            ask("Alpha", "Gamma", projection)
    with pytest.raises(UnknownNameError):
        graph.network(projection)


def test_why_there_is_no_path_is_asked_by_name():
    answer = made().no_path("Gamma", "First", Projection(avoid=("Delta",)))
    assert (answer.starts, answer.ends) == (("group:c",), ("group:a",))
    assert answer.projection["avoid"] == ["group:d"]


@pytest.mark.parametrize(
    "call",
    [
        lambda graph: graph.paths("Alpha", None),
        lambda graph: graph.paths(("Alpha", 3), "Gamma"),
        lambda graph: graph.party(["Alpha", "Beta"]),
        lambda graph: graph.item(3),
        lambda graph: graph.paths("Alpha", "Gamma", "SUPPLIED"),
        lambda graph: graph.paths("Alpha", "Gamma", k=2.5),
        lambda graph: graph.paths("Alpha", "Gamma", k="3"),
        lambda graph: graph.paths("Alpha", "Gamma", max_hops=2.5),
        lambda graph: graph.no_path("Gamma", "Alpha", max_hops="8"),
        lambda graph: graph.reach("Alpha", max_hops=2.5),
        lambda graph: graph.cut("Gamma", limit="1"),
        lambda graph: graph.secondary("bridges", "Gamma", limit=None),
        lambda graph: graph.cypher("RETURN 1", limit="10"),
        lambda graph: graph.cypher("RETURN 1", timeout="10"),
        lambda graph: graph.chokepoints(),
        lambda graph: graph.chokepoints(ends=None),
        lambda graph: graph.chokepoints("Alpha", None),
        lambda graph: graph.chokepoints("Alpha", "Beta", "Gamma"),
        lambda graph: graph.chokepoints("Gamma", starts="Alpha"),
    ],
)
def test_a_wrong_call_is_refused_in_one_sentence(call):
    with pytest.raises(UsageError) as refused:
        call(made())
    assert str(refused.value).endswith(".") and str(refused.value).count(". ") == 0


def drawn(graph, monkeypatch, *between):
    monkeypatch.setattr(graph, "documents", lambda answers: [len(one) for one in answers])
    answer, stream = graph.paths(*between), io.StringIO()
    path_drawing(graph, answer, documents_behind(graph, answer))(console(stream))
    return " ".join(stream.getvalue().split())  # lines are as wide as the terminal


def test_a_drawing_says_what_a_path_rests_on_and_what_its_verdicts_do_not(monkeypatch):
    made_from = dataclasses.replace(
        transfer("m1", "group:b", "item:rocket", "MANUFACTURED", grade="E5"), items=(), inputs=("item:precursor",)
    )
    chain = (
        transfer("ab", "group:a", "group:b", items=("item:precursor",), certainty="alleged"),
        transfer("bc", "group:b", "group:c", items=("item:rocket",)),
    )
    text = drawn(made(*chain, made_from), monkeypatch, "Alpha", "Gamma")
    assert "weakest hop E5" in text and "read in 3 document(s)" in text
    assert "Rests on an allegation (hop 1): at best possible." in text
    assert "made rocket from precursor" in text and "grade E5 · m1" in text
    text = drawn(made(*chain), monkeypatch, "Alpha", "Beta")
    assert "verdict possible" in text and "One transfer: there is nothing to join." in text


CALLS = [
    lambda ask, asked: ask("Gamma", asked),
    lambda ask, asked: ask("Gamma", projection=asked),
    lambda ask, asked: ask(ends="Gamma", projection=asked),
    lambda ask, asked: ask(None, "Gamma", asked),
    lambda ask, asked: ask("Alpha", "Gamma", asked),
    lambda ask, asked: ask(["First"], ["Gamma"], projection=asked),
    lambda ask, asked: ask(starts="group:a", ends=("Gamma",), projection=asked),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", ["chokepoints", "territories", "cut", "robustness", "secondary"])
def test_what_lies_between_is_asked_with_or_without_suppliers_by_place_or_by_name(kind, call):
    graph = made()
    ask = partial(graph.secondary, "bridges") if kind == "secondary" else getattr(graph, kind)
    answer = call(ask, Projection(avoid=("Delta",)))
    assert (answer.starts, answer.ends) == (("group:a",), ("group:c",))
    assert answer.projection["avoid"] == ["group:d"]


def test_the_views_are_those_of_the_analyses():
    graph, asked = made(), Projection(avoid=("group:d",))
    network = graph.network(asked)
    assert graph.cut("Gamma", asked, of="transfers") == cuts.minimum_cut(network, None, ["group:c"], of="transfers")
    assert graph.cut("Gamma", asked, limit=1).cuts[0].members == ("group:b",)
    assert graph.robustness("Gamma", asked) == robustness.leave_out(network, None, ["group:c"])
    assert graph.secondary("betweenness", "Gamma", asked) == views.secondary(network, None, ["group:c"], "betweenness")
    assert graph.reach("First", asked) == tracing.reach(network, "group:a")
    networks = network, graph.network()
    assert graph.compare("Gamma", None, asked, Projection()) == comparison.compare(networks, ("group:c", "group:c"))
    assert graph.compare("Gamma", "Beta").second.end == "group:b"


def test_where_something_was_made_is_asked_by_name(monkeypatch):
    pistol = Relation("m1", "MANUFACTURED", "group:a", "item:ak", held_by=("group:c",), grade="B2", findings=("f1",))
    graph = made(*RELATIONS, pistol)
    monkeypatch.setattr(graph, "findings", lambda ids: {})
    [statement] = graph.made("Gamma", Projection(items=("AK-pattern rifle",))).statements
    assert statement.relations == ("m1",)


def test_a_network_is_fresh_so_that_changing_it_changes_no_answer():
    graph = made()
    assert graph.cut("Gamma").size == 2
    graph.network().remove_node("group:b")
    assert graph.cut("Gamma").size == 2


@pytest.mark.parametrize(
    "ask",
    [
        lambda graph: paths.find(graph, ["a"], ["c"]),
        lambda graph: chokepoints.must_pass(graph, None, ["c"]),
        lambda graph: views.secondary(graph, None, None, "bridges"),
        lambda graph: tracing.reach(graph, "a"),
    ],
)
def test_an_analysis_says_what_graph_it_needs(ask):
    plain = nx.MultiDiGraph([("a", "b"), ("b", "c")])
    with pytest.raises(UsageError, match=r"graph\.network\(\)"):
        ask(plain)


LINE = RELATIONS[:2]
ANSWERS = {
    "paths": lambda graph: graph.paths("Alpha", "Gamma"),
    "no paths": lambda graph: graph.paths("Gamma", "Alpha"),
    "why no path": lambda graph: graph.no_path("Gamma", "Alpha"),
    "chokepoints": lambda graph: graph.chokepoints("Gamma"),
    "territories": lambda graph: graph.territories("Gamma"),
    "strict chokepoints": lambda graph: graph.strict_chokepoints("Gamma", strict_time=True),
    "cut": lambda graph: graph.cut("Gamma"),
    "robustness": lambda graph: graph.robustness("Gamma"),
    "secondary": lambda graph: graph.secondary("bridges", "Gamma"),
    "reach": lambda graph: graph.reach("Alpha"),
    "compare": lambda graph: graph.compare("Gamma", "Beta"),
    "made": lambda graph: graph.made("Gamma"),
}


@pytest.mark.parametrize("ask", ANSWERS.values(), ids=ANSWERS)
def test_a_table_has_the_same_columns_with_rows_and_without_and_says_the_conditions(ask, monkeypatch):
    pistol = Relation("m1", "MANUFACTURED", "group:a", "item:ak", held_by=("group:c",), grade="B2", findings=("f1",))
    seats = [dataclasses.replace(PARTIES[1], territories=("country:x",)), Party("country:x", "Country", "X")]
    graph = made(*LINE, pistol)
    graph.records = records(*LINE, pistol, parties=(*PARTIES, *seats))
    monkeypatch.setattr(graph, "findings", lambda ids: {})
    answer = ask(graph)
    frame = answer.to_pandas()
    assert list(frame.columns) == list(answer.HEADINGS) == answer.headings()
    assert [list(row) for row in answer.rows()] == [list(answer.HEADINGS)] * len(frame)
    assert len(frame) or answer == graph.paths("Gamma", "Alpha")
    assert frame.attrs["projection"] == answer.projection
    assert frame.attrs["cut"] == list(getattr(answer, "cut", ()))
    assert frame.attrs["notes"] or answer in (graph.cut("Gamma"), graph.no_path("Gamma", "Alpha"))


def test_a_table_says_which_limit_cut_it():
    with pytest.warns(UserWarning, match="There are more paths: the 1 best are given."):
        frame = made().paths("Alpha", "Gamma", Projection(types=("SUPPLIED",)), k=1).to_pandas()
    assert frame.attrs["cut"] == ["There are more paths: the 1 best are given."]
    assert frame.attrs["projection"]["types"] == ["SUPPLIED"]


@pytest.mark.parametrize("view", [{"robust": True}, {"method": Method.CUT}, {"method": Method.BRIDGES}])
def test_other_views_do_not_look_for_chokepoints_only_to_know_that_there_is_a_path(view, monkeypatch, capsys):
    monkeypatch.setattr(commands, "connected", lambda _: nullcontext(made()))
    monkeypatch.setattr(chokepoints, "must_pass", lambda *_: pytest.fail("chokepoints were looked for"))
    commands.chokepoints(["Alpha", "Gamma"], format_=Format.JSON, **view)
    assert json.loads(capsys.readouterr().out)["from"] == ["group:a"]
    with pytest.raises(NothingFoundError, match="no path leads from Gamma to Alpha"):
        commands.chokepoints(["Gamma", "Alpha"], format_=Format.JSON, **view)


@pytest.mark.parametrize(("write", "read"), [(nx.write_graphml, nx.read_graphml), (nx.write_gexf, nx.read_gexf)])
def test_a_plain_network_is_what_networkx_writes_and_reads(write, read, tmp_path):
    strange = dataclasses.replace(
        RELATIONS[0], items=("item:ak", "item:rocket"), date_text="early\x00\u202e", quantity_min=2.5, authorised=False
    )
    graph = made(strange, *RELATIONS[1:])
    plain = graph.network(Projection(avoid=("Delta",)), plain=True)
    assert set(plain) == set(graph.network(Projection(avoid=("Delta",))))
    assert plain.nodes["group:a"]["label"] == "Alpha" and plain.nodes["group:a"]["aliases"] == "First"
    edge = plain.edges["group:a", "group:b", "ab"]
    assert (edge["relation"], edge["items"], edge["quantity_min"], edge["authorised"]) == (
        "SUPPLIED", "item:ak; item:rocket", 2.5, False,
    )  # fmt: skip
    assert "earliest" not in edge and "avoid group:d" in plain.graph["conditions"]
    write(plain, tmp_path / "network")
    again = read(tmp_path / "network")
    assert {(a, b, data["transfer"], data["relation"]) for a, b, data in again.edges(data=True)} == {
        ("group:a", "group:b", "ab", "SUPPLIED"), ("group:b", "group:c", "bc", "SUPPLIED"),
    }  # fmt: skip
    assert again.nodes["group:a"]["label"] == "Alpha"
    with pytest.raises(UsageError, match=r"graph\.network\(\)"):
        tracing.reach(plain, "group:a")


def test_a_query_of_the_catalogue_is_asked_by_its_name(monkeypatch):
    graph, asked, row = made(), [], CypherAnswer(("name",), [["x"]], None)
    monkeypatch.setattr(graph, "cypher", lambda *values, **limits: asked.append((*values, limits)) or row)
    assert graph.query("suppliers-of", party="First", limit=5).notes == ("party is Alpha (group:a).",)
    [(text, parameters, limits)] = asked
    assert "$party" in text and parameters == {"party": "group:a"} and limits["limit"] == 5
    with pytest.raises(UnknownNameError):
        graph.query("suppliers-of", party="group:nobody")
    for wrong in ({}, {"party": 3}, {"party": "group:a", "item": "x"}):
        with pytest.raises(UsageError):
            graph.query("suppliers-of", **wrong)
    with pytest.raises(UsageError, match="Did you mean suppliers-of"):
        graph.query("supplier-of", party="group:a")
