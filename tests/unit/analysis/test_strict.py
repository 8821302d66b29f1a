import dataclasses
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis import chokepoints, paths, strict
from kg.analysis.strict import strict_must_pass
from kg.errors import UsageError
from kg.network import Projection, project

from .graphs import all_paths, graph, judged, many, parallel_transfers, random_records, transfer

DAY = {"2012": "2012-05-05", "2014": "2014-05-05"}


def on(day):
    return {"earliest": DAY[day], "latest": DAY[day]}


ROUND = (
    transfer("am", "a", "m", **on("2012")),
    transfer("mc", "m", "c", **on("2014")),
    transfer("ax", "a", "x", **on("2014")),
    transfer("xc", "x", "c", **on("2012")),
)


def test_an_impossible_path_round_a_party_counts_only_where_strictness_is_not_asked_for():
    loose = chokepoints.must_pass(graph(*ROUND), ["a"], ["c"])
    assert loose.rows() == [] and chokepoints.LENIENT in loose.notes
    answer = strict_must_pass(graph(*ROUND), ["a"], ["c"], strict_time=True)
    assert [row["id"] for row in answer.rows()] == ["m", "am", "mc"]
    assert (answer.scope, answer.around) == ("every path possible in time of up to 8 hops", {})
    assert chokepoints.LENIENT not in answer.notes
    json.dumps([dataclasses.asdict(answer), answer.rows()])


def test_that_none_is_on_every_possible_path_is_shown_by_paths_round_each():
    possible = (*ROUND[:3], transfer("xc", "x", "c"))
    answer = strict_must_pass(graph(*possible), ["a"], ["c"], strict_time=True, max_hops=2)
    assert answer.notes[:2] == (
        "No party or transfer is known to be on every path possible in time of up to 2 hops; round m goes ax, xc; "
        "round am goes ax, xc; round mc goes ax, xc.",
        "Paths of more than 2 hops were not looked for.",
    )


def valid(records, starts, ends, max_hops, limits):
    """Every path that strictness allows, by brute force."""
    hops = parallel_transfers(records)
    for path in all_paths(hops, records.parties, starts, ends, max_hops):
        if judged([hops[pair] for pair in pairwise(path)], records.relations, **limits) is not None:
            yield path


def lacking(records, gone):
    return dataclasses.replace(records, relations=tuple(one for one in records.relations if not gone(one)))


@given(seed=st.integers(0, 2**32), time=st.booleans(), custody=st.booleans(), max_hops=st.integers(1, 4))
@many(150)
def test_it_is_what_every_path_of_brute_force_passes(seed, time, custody, max_hops):
    records = random_records(seed, most_parties=5, density=0.5)
    limits = {"strict_time": time, "strict_custody": custody}
    starts, ends = ("p0", "p3") if "p3" in records.parties else ("p0",), ("p1",)
    answer = strict_must_pass(project(records, Projection()), starts, ends, max_hops=max_hops, **limits)
    ways = list(valid(records, starts, ends, max_hops, limits))
    assert answer.connected == bool(ways)
    inner = set(records.parties).difference(starts, ends) if ways else set()
    assert {one.id for one in answer.parties} == {party for party in inner if all(party in way for way in ways)}
    assert {one.id for one in answer.transfers} == {
        one.id
        for one in records.relations
        if ways and one.is_transfer
        if not any(valid(lacking(records, lambda other, id_=one.id: other.id == id_), starts, ends, max_hops, limits))
    }
    by_id = {one.id: one for one in records.relations}
    for id_, round_it in answer.around.items():
        assert id_ not in round_it and all(id_ not in (by_id[one].start, by_id[one].end) for one in round_it)
    for point in (*answer.parties, *answer.transfers):
        alone = [
            origin
            for origin in ("o1", "o2", "o3", "o4")
            if not any(
                valid(lacking(records, lambda one, of=origin: one.origin_ids == (of,)), starts, ends, max_hops, limits)
            )
        ]
        assert point.hangs_on == tuple(alone)


def test_suppliers_left_out_are_those_that_only_give_and_may_be_none():
    answer = strict_must_pass(graph(*ROUND, transfer("ca", "c", "a")), None, ["c"], strict_time=True)
    assert (answer.starts, answer.connected, answer.rows()) == ((), False, [])
    assert strict_must_pass(graph(*ROUND), None, ["c"], strict_time=True).starts == ("a",)
    with pytest.raises(UsageError):
        strict_must_pass(graph(*ROUND), ["a"], ["c"], max_hops=0)


def test_what_an_ended_search_leaves_open_is_called_unclear(monkeypatch):
    whole = paths.find

    def ended(projected, *given, **options):
        answer = whole(projected, *given, **options)
        return answer if answer.paths else dataclasses.replace(answer, cut=("The search was ended after 1 steps.",))

    monkeypatch.setattr(strict.paths, "find", ended)
    answer = strict_must_pass(graph(*ROUND), ["a"], ["c"], strict_time=True)
    assert (answer.rows(), answer.unclear) == ([], ("m", "am", "mc"))
    assert any("without m was ended" in sentence for sentence in answer.notes)
