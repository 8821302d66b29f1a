"""Only what lies between the ends of a path is read: the answers must be those of the whole graph."""

import random

import pytest

from kg import schema
from kg.analysis import explain, paths
from kg.errors import NothingFoundError, UnknownNameError
from kg.graph import Graph
from kg.network import Projection, project
from kg.store import read, session
from kg.store.write import Writer
from tests.conftest import wipe
from tests.unit.analysis.graphs import random_records, records, transfer

QUESTIONS = 60
CONDITIONS = (
    {}, {"types": ("SUPPLIED", "DIVERTED")}, {"since": "2020-01-03"}, {"until": "2020-01-02"}, {"min_grade": "B2"},
    {"min_certainty": "reported"}, {"min_origins": 2}, {"items": ("item:rifle",)}, {"avoid": ("p7", "p8")},
)  # fmt: skip

VALUES = (
    "items", "earliest", "latest", "grade", "certainty", "origin_ids", "alternative_of", "authorised", "findings",
    "continues",
)  # fmt: skip


def put(database, records):
    """Write records as they are, without the evidence behind them."""

    def written(transaction):
        writer = Writer(transaction)
        named = [(schema.kind_of_label(one.kind), {"id": one.id, "name": one.name}) for one in records.parties.values()]
        items = ((schema.ITEM, {"id": one.id, "name": one.name}) for one in records.items.values())
        writer.put_nodes([*named, *items], standing=())
        writer.put_relations(records.relations)

    database.write(written)


@pytest.fixture(scope="module")
def database(neo4j_settings):
    """Return a database with a sparse network, in which both short and long paths lead from party to party."""
    wipe(neo4j_settings)
    known = random_records(7, most_parties=3)
    rng = random.Random(7)
    sparse = [transfer(f"long{place:02}", f"p{place + 20}", f"p{place + 21}") for place in range(12)]
    for number in range(60):
        pool = random_records(number, most_parties=4).relations
        moved = {f"p{place}": f"p{rng.randrange(24)}" for place in range(4)}
        for one in pool[:2]:
            if one.is_transfer and moved[one.start] != moved[one.end]:
                values = {name: getattr(one, name) for name in VALUES}
                sparse.append(transfer(f"n{len(sparse):03}", moved[one.start], moved[one.end], one.type, **values))
    with session.connect(neo4j_settings) as connected:
        connected.run(*schema.constraints())
        put(connected, records(*sparse, *(one for one in known.relations if not one.is_transfer)))
        yield connected


def questions(parties):
    rng = random.Random(1)
    for number in range(QUESTIONS):
        drawn = rng.sample(parties, 4)
        starts, ends = ((drawn[:1], drawn[1:2]), (drawn[:2], drawn[2:]))[number % 2]
        asked = Projection(**CONDITIONS[number % len(CONDITIONS)])
        if not {*starts, *ends} & {*asked.avoid}:
            limits = {"max_hops": rng.choice([1, 2, 3, 5, 8])}
            limits |= {"strict_time": rng.random() < 0.3, "strict_custody": rng.random() < 0.3}
            yield starts, ends, asked, rng.choice([1, 3, 10]), limits


def test_paths_and_their_absence_are_those_of_the_whole_graph(database, monkeypatch):
    whole = read.records(database)
    found, lone = 0, 0
    for number, (starts, ends, asked, k, limits) in enumerate(questions(sorted(whole.parties))):
        monkeypatch.setattr("kg.graph.FEW_PARTIES", 0 if number % 3 else len(whole.parties))
        graph = Graph(database)
        answer = graph.paths(starts, ends, asked, k=k, **limits)
        assert answer == paths.find(project(whole, asked), starts, ends, k=k, **limits)
        assert "records" not in graph.__dict__, "the whole graph was read"
        found += bool(answer.paths)
        if not answer.paths:
            lone += 1
            why = graph.no_path(starts, ends, asked, **limits)
            assert why == explain.no_path(whole, asked, starts, ends, **limits)
    assert found > 10 and lone > 10


@pytest.mark.parametrize(("parties", "least", "most"), [(500, 1, 1), (5, 6, 20)])
def test_all_hops_of_a_small_graph_are_read_at_once(database, monkeypatch, parties, least, most):
    asked = []
    monkeypatch.setattr(read, "_next_to", lambda *given, old=read._next_to: asked.append(given) or old(*given))
    monkeypatch.setattr("kg.graph.FEW_PARTIES", parties)
    assert Graph(database).paths("p20", "p31", max_hops=11).paths
    assert least <= len(asked) <= most


def test_only_what_lies_between_is_read(database):
    some = read.records(database, ["p20", "p21", "p22"])
    assert set(some.parties) == {"p20", "p21", "p22"} and some.items == read.records(database).items
    whole = [one for one in read.records(database).relations if one.start in some.parties]
    assert some.relations == tuple(one for one in whole if one.end in some.parties or not one.is_transfer)


def test_unknown_parties_and_an_empty_graph_are_said(database, neo4j_settings):
    with pytest.raises(UnknownNameError, match="nobody"):
        Graph(database).paths(["nobody"], ["p1"])
    wipe(neo4j_settings)
    for ask in (lambda graph: graph.paths(["p0"], ["p1"]), lambda graph: graph.party("p0")):
        with pytest.raises(NothingFoundError, match="empty"):
            ask(Graph(database))
