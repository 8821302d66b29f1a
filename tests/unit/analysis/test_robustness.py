import dataclasses
import json
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis import chokepoints
from kg.analysis.robustness import leave_out
from kg.errors import UsageError
from kg.network import Projection, project
from kg.records import Party

from .graphs import graph, many, random_records, transfer

ORIGINS = ("o1", "o2", "o3", "o4")


def weakened(records, ids, floor):
    """The records as they would be had these origins never been."""
    kept = []
    for one in records.relations:
        left = tuple(origin for origin in one.origin_ids if origin not in ids)
        if left == one.origin_ids or len(left) >= max(1, floor):
            kept.append(dataclasses.replace(one, origin_ids=left))
    return dataclasses.replace(records, relations=tuple(kept))


def found(records, floor, starts, of):
    projected = project(records, Projection(min_origins=floor))
    if of == "territories":
        answer = chokepoints.territories(projected, starts, ["p1"])
        return answer.connected, {one.territories[0]: one.scope for one in answer.territories}
    answer = chokepoints.must_pass(projected, starts, ["p1"])
    return answer.connected, {one.id: "every path" for one in getattr(answer, of)}


def plainly(records, floor, starts, of):
    """What chokepoints hang on by the plain answer."""
    projected = project(records, Projection(min_origins=floor))
    if of == "territories":
        points = chokepoints.territories(projected, starts, ["p1"]).territories
        return {one.territories[0]: one.hangs_on for one in points}
    return {one.id: one.hangs_on for one in getattr(chokepoints.must_pass(projected, starts, ["p1"]), of)}


def of_scope(scopes, scope):
    return {id_ for id_, one in scopes.items() if one == scope}


EVERY, KNOWN = "every path", "every path of known territory"


@given(
    seed=st.integers(0, 2**32),
    floor=st.integers(0, 2),
    starts=st.sampled_from([None, ("p0",)]),
    of=st.sampled_from(["parties", "transfers", "territories"]),
)
@many(100)
def test_one_and_two_origins_left_out_change_what_they_change_when_the_graph_is_made_without_them(
    seed, floor, starts, of
):
    records = random_records(seed)
    answer = leave_out(project(records, Projection(min_origins=floor)), starts, ["p1"], of=of)
    connected, baseline = found(records, floor, starts, of)
    assert answer.scopes == baseline and set(answer.chokepoints) == set(baseline)
    changes = {one.ids: one for one in answer.changes if one.kind == "origin"}
    outcomes = {
        ids: found(weakened(records, ids, floor), floor, starts, of)
        for ids in [*combinations(ORIGINS, 1), *combinations(ORIGINS, 2)]
    }
    for ids, (connected_without, without) in outcomes.items():
        known = [(connected, baseline)] if len(ids) == 1 else [outcomes[(id_,)] for id_ in ids]
        if (connected_without, without) in known:
            assert ids not in changes
        else:
            one = changes[ids]
            assert one.connected == connected_without
            before, after = set(baseline), set(without)
            assert (set(one.gone), set(one.new)) == (before - after, after - before)
            assert set(one.narrowed) == of_scope(baseline, EVERY) & of_scope(without, KNOWN)
            assert set(one.widened) == of_scope(baseline, KNOWN) & of_scope(without, EVERY)
    lone = [one for one in changes.values() if len(one.ids) == 1]
    for id_ in baseline:
        gone = {one.ids[0] for one in lone if id_ in (*one.gone, *one.narrowed)}
        # Where no path of known territory is left, what is on every path at all has left its scope, too.
        assert gone <= set(answer.hangs_on[id_]) <= gone | {one.ids[0] for one in lone if id_ in one.widened}
    assert answer.hangs_on == plainly(records, floor, starts, of)
    json.dumps([dataclasses.asdict(answer), answer.rows()])


def test_a_chokepoint_appears_where_the_way_round_it_hangs_on_one_origin():
    projected = graph(
        transfer("t1", "a", "b", origin_ids=("o1", "o2")),
        transfer("t2", "b", "c", origin_ids=("o1", "o2")),
        transfer("t3", "a", "d", origin_ids=("o3",), organisation_ids=("g3",)),
        transfer("t4", "d", "c", origin_ids=("o1", "o2")),
    )
    answer = leave_out(projected, ["a"], ["c"])
    assert answer.chokepoints == ()
    assert [(one.kind, one.ids, one.new, one.connected) for one in answer.changes] == [
        ("origin", ("o3",), ("b",), True),
        ("organisation", ("g3",), ("b",), True),
        ("organisation", ("organisation:a",), (), False),
        ("origin", ("o1", "o2"), (), False),
    ]
    assert answer.changes[0].transfers_lost == ("t3",)


def test_a_territory_hangs_on_what_keeps_it_on_every_path_and_not_only_on_those_of_known_territory():
    seated = [Party(name, "Group", name.upper(), territories=("turkey",)) for name in ("a", "t")]
    projected = graph(
        transfer("t1", "a", "b", origin_ids=("o1",)),
        transfer("t2", "u", "b", origin_ids=("o1",)),
        transfer("t3", "t", "u", origin_ids=("o2",), organisation_ids=("g2",)),
        parties=(*seated, Party("turkey", "Country", "Turkey")),
    )
    answer = leave_out(projected, None, ["b"], of="territories")
    assert (answer.scopes, answer.hangs_on) == ({"turkey": EVERY}, {"turkey": ("o1", "o2")})
    (without,) = (one for one in answer.changes if one.ids == ("o2",))
    assert (without.narrowed, without.gone, without.new, without.connected) == (("turkey",), (), (), True)
    assert answer.rows()[0]["scope"] == EVERY and without.row()["narrowed"] == ["turkey"]
    assert answer.hangs_on_organisations == {"turkey": ("g2", "organisation:a")}


def test_it_is_named_on_which_single_origin_a_chokepoint_hangs():
    projected = graph(transfer("t1", "a", "b", origin_ids=("o1",)), transfer("t2", "b", "c", origin_ids=("o1", "o2")))
    answer = leave_out(projected, None, ["c"])
    assert (answer.hangs_on, answer.hangs_on_organisations) == ({"b": ("o1",)}, {"b": ("organisation:a",)})
    assert answer.starts == ("a",) and not answer.starts_given


@pytest.mark.parametrize("of", ["parties", "transfers", "territories"])
def test_it_is_said_that_impossible_paths_count_as_in_the_plain_answer(of):
    projected = graph(transfer("t1", "a", "b"), transfer("t2", "b", "c"))
    plain = (chokepoints.territories if of == "territories" else chokepoints.must_pass)(projected, ["a"], ["c"])
    (said,) = (note for note in plain.notes if "impossible" in note)
    assert said in leave_out(projected, ["a"], ["c"], of=of).caveats


def test_pairs_not_tried_are_said_and_wrong_calls_refused():
    projected = graph(
        transfer("t1", "a", "c", origin_ids=("o1",)),
        transfer("t2", "a", "c", origin_ids=("o2",)),
        transfer("t3", "a", "c", origin_ids=("o3",)),
    )
    assert leave_out(projected, ["a"], ["c"], most_pairs=3).cut == ()
    answer = leave_out(projected, ["a"], ["c"], most_pairs=1)
    assert (answer.tried, answer.cut) == (5, ("Of the pairs left out together only 1 were tried.",))
    with pytest.raises(UsageError):
        leave_out(projected, ["a"], ["c"], of="paths")
