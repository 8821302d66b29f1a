import dataclasses
import json
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import dates
from kg.analysis import paths
from kg.errors import UnknownNameError, UsageError
from kg.network import Projection, project
from kg.records import Party

from .graphs import (
    DAYS,
    EXAMPLES,
    ITEMS,
    all_paths,
    graph,
    judged,
    kind,
    many,
    parallel_transfers,
    preference,
    random_records,
    transfer,
)

TIME = ("certain", "possible", "impossible")
CUSTODY = ("stated", "compatible", "impossible")


def check_against_brute_force(records, conditions, max_hops, strict):
    """Hold all paths from p0 to p1 and p2, their order and their verdicts against brute force; return how many."""
    starts, ends = ("p0",), ("p1", "p2")
    answer = paths.find(project(records, Projection(**conditions)), starts, ends, k=1000, max_hops=max_hops, **strict)
    asked = fitting_by_hand(records, **conditions)
    hops = parallel_transfers(asked)
    best = {
        parties: judged([hops[pair] for pair in pairwise(parties)], asked.relations, **strict)
        for parties in all_paths(hops, asked.parties, starts, ends, max_hops)
    }
    wanted = sorted((len(parties), key.rank, key.fewer_origins, parties) for parties, key in best.items() if key)
    assert [path.parties for path in answer.paths] == [order[-1] for order in wanted]
    by_id = {one.id: one for one in asked.relations}
    for path in answer.paths:
        key = best[path.parties]
        assert preference([by_id[id_] for id_ in path.transfers], asked.relations, **strict) == key
        assert (path.custody, path.time) == (CUSTODY[key.custody], TIME[key.time])
    return len(wanted)


def fitting_by_hand(records, items=(), since="", until="9"):
    """The records of what meets some conditions: transfers in time, of which only the items asked for are carried.

    All that a transfer names stays in its `inputs`, which transfers have none of: a link is about the items of all.
    """
    kept = []
    for one in records.relations:
        carried = tuple(item for item in one.items if not items or any(kind(item, wanted) for wanted in items))
        if one.is_transfer and ((items and not carried) or (one.latest or "9") < since or (one.earliest or "") > until):
            continue
        kept.append(dataclasses.replace(one, items=carried, inputs=one.items if one.is_transfer else one.inputs))
    return dataclasses.replace(records, relations=tuple(kept))


@given(seed=st.integers(0, 2**32), strict_time=st.booleans(), strict_custody=st.booleans())
@many(300)
def test_paths_are_those_of_brute_force_in_its_order_with_its_verdicts(seed, strict_time, strict_custody):
    records = random_records(seed, most_parties=6 if seed % 10 else 8, density=0.6 if seed % 10 else 0.4)
    check_against_brute_force(records, {}, 5, {"strict_time": strict_time, "strict_custody": strict_custody})


def test_thousands_of_graphs_of_up_to_eight_parties_agree_with_brute_force():
    """All is drawn from a seed: parties, dates, items, conditions and strictness, without what `hypothesis` costs."""
    compared = 0
    for seed in range(int(3000 * EXAMPLES)):
        rng = random.Random(seed)
        records = random_records(seed, most_parties=8, density=rng.uniform(0.25, 0.5), parallel=rng.choice([1, 1, 2]))
        drawn = {"items": (rng.choice(sorted(ITEMS)),), "since": rng.choice(DAYS[:3]), "until": rng.choice(DAYS[2:])}
        conditions = {name: drawn[name] for name in rng.sample(sorted(drawn), rng.choice([0, 0, 1, 2]))}
        strict = {name: rng.random() < 0.4 for name in ("strict_time", "strict_custody")}
        compared += check_against_brute_force(records, conditions, rng.choice([4, 7]), strict)
    assert compared > 2 * 3000 * EXAMPLES


@given(seed=st.integers(0, 2**32), k=st.integers(1, 4), strict=st.booleans())
@many(100)
def test_the_k_best_are_the_first_k_of_all(seed, k, strict):
    projected = project(random_records(seed, most_parties=7, density=0.4), Projection())
    options = {"max_hops": 6, "strict_time": strict, "strict_custody": strict}
    everything = paths.find(projected, ["p0", "p1"], ["p2"], k=1000, **options)
    best = paths.find(projected, ["p0", "p1"], ["p2"], k=k, **options)
    assert best.paths == everything.paths[:k]
    assert any("There are more paths" in sentence for sentence in best.cut) == (len(everything.paths) > k)


@given(seed=st.integers(0, 2**32))
@many(100)
def test_a_path_is_made_of_transfers_and_its_time_is_that_of_all_it_rests_on(seed):
    answer = paths.find(project(random_records(seed), Projection()), ["p0"], ["p1"], k=50)
    for path in answer.paths:
        assert [(hop.transfer.start, hop.transfer.end) for hop in path.hops] == list(pairwise(path.parties))
        order = dates.order(dates.Interval(one.earliest, one.latest) for one in path.needed)
        assert path.time == ("possible" if path.alternative and order == "certain" else order)
        firm = not path.alternative and all(hop.transfer.certainty in ("stated", "reported") for hop in path.hops)
        sure = "certain" if (path.time, path.custody) == ("certain", "stated") and firm else "possible"
        assert path.verdict == ("impossible" if "impossible" in (path.time, path.custody) else sure)
    json.dumps([dataclasses.asdict(answer), answer.rows()])


def find(*relations, start="a", end="c", parties=(), **options):
    return paths.find(graph(*relations, parties=parties), [start], [end], **options)


def only(*relations, **options):
    (path,) = find(*relations, **options).paths
    return path


def test_parallel_transfers_stay_on_their_hop():
    path = only(transfer("t1", "a", "c"), transfer("t2", "a", "c"), transfer("t3", "a", "c", grade="A1"))
    assert path.transfers == ("t3",)
    assert [one.id for one in path.hops[0].parallel] == ["t1", "t2"]


def test_one_transfer_has_nothing_to_join():
    path = only(transfer("t1", "a", "c"))
    assert (path.custody, path.custody_note, path.verdict) == ("stated", paths.ONE_TRANSFER, "certain")
    assert path.rows()[0]["path_notes"] == ["One transfer: there is nothing to join."]


@pytest.mark.parametrize(
    ("certainty", "verdict"),
    [("stated", "certain"), ("reported", "certain"), ("alleged", "possible"), ("denied", "possible")],
)
def test_what_is_alleged_is_at_best_possible_as_a_whole(certainty, verdict):
    one = transfer("t1", "a", "c", certainty=certainty, earliest="2020-01-01", latest="2020-01-01")
    path = only(one)
    assert (path.time, path.custody, path.verdict) == ("certain", "stated", verdict)
    assert ("Rests on an allegation (hop 1): at best possible." in path.notes) == (verdict == "possible")
    sure = {"earliest": "2020-01-02", "latest": "2020-01-02", "continues": ("finding:t1",)}
    path = only(dataclasses.replace(one, end="b"), transfer("t2", "b", "c", certainty="stated", **sure))
    assert (path.time, path.custody, path.verdict) == ("certain", "stated", verdict)


@pytest.mark.parametrize(
    ("first", "second", "continues", "custody", "basis"),
    [
        ("item:weapon", "item:weapon", (), "compatible", "same item"),
        ("item:weapon", "item:ak", (), "compatible", "kind of"),
        ("item:ak", "item:weapon", (), "compatible", "kind of"),
        ("item:ak", "item:rocket", (), "impossible", "none"),
        ("item:ak", "item:rocket", ("finding:t1",), "stated", "continues"),
        ("item:weapon", "item:weapon", ("finding:t1",), "stated", "continues"),
        ("item:weapon", "item:weapon", ("finding:t9",), "compatible", "same item"),
    ],
)
def test_custody_of_one_join(first, second, continues, custody, basis):
    path = only(
        transfer("t1", "a", "b", items=(first,)), transfer("t2", "b", "c", items=(second,), continues=continues)
    )
    assert (path.custody, path.hops[1].join.basis) == (custody, basis)


def test_the_narrowest_item_known_stays_carried():
    path = only(
        transfer("t1", "a", "b", items=("item:ak",)),
        transfer("t2", "b", "d", items=("item:weapon",)),
        transfer("t3", "d", "c", items=("item:rocket",)),
    )
    assert [hop.carried for hop in path.hops] == ["item:ak", "item:ak", "item:rocket"]
    assert path.custody == "impossible"


def made(id_, party, item, *inputs, **values):
    return dataclasses.replace(transfer(id_, party, item, "MANUFACTURED", **values), items=(), inputs=inputs)


def test_manufacture_by_the_party_between_joins_inputs_to_product():
    chain = (
        transfer("t1", "a", "b", items=("item:precursor",)),
        transfer("t2", "b", "c", items=("item:rocket",)),
    )
    assert only(*chain).custody == "impossible"
    path = only(*chain, made("m1", "b", "item:projectile", "item:precursor"))
    assert (path.custody, path.hops[1].join.manufactured) == ("compatible", "m1")
    assert [row["manufactured"] for row in path.rows()] == [None, "m1"]
    assert only(*chain, made("m1", "a", "item:rocket", "item:precursor")).custody == "impossible"
    assert only(*chain, made("m1", "b", "item:ak", "item:precursor")).custody == "impossible"


def test_a_path_rests_on_the_manufacture_that_joins_it():
    best = {"grade": "A1", "origin_ids": ("o1", "o3"), "organisation_ids": ("g1",)}
    chain = (
        transfer("t1", "a", "b", items=("item:precursor",), **best),
        transfer("t2", "b", "c", items=("item:rocket",), **best),
    )
    weak = made("m1", "b", "item:rocket", "item:precursor", grade="E5", origin_ids=("o2",), organisation_ids=("g2",))
    path = only(*chain, weak)
    assert path.support == paths.Support("E5", 1, 1, ("o1", "o2", "o3"), ("g1", "g2"))
    assert [one.id for one in path.needed] == ["t1", "m1", "t2"]
    better = dataclasses.replace(weak, id="m2", grade="B2")
    assert [one.id for one in only(*chain, weak, better).needed] == ["t1", "m2", "t2"]
    linked = dataclasses.replace(chain[1], continues=("finding:t1",))
    path = only(chain[0], linked, weak)
    assert (path.custody, path.support.grade, [one.id for one in path.needed]) == ("stated", "A1", ["t1", "t2"])


def test_paths_come_in_the_order_of_all_they_rest_on():
    relations = [made("m1", "b1", "item:rocket", "item:precursor", grade="E5")]
    for between, item in (("b1", "item:precursor"), ("b2", "item:rocket")):
        relations.append(transfer(f"in {between}", "a", between, items=(item,), grade="A1"))
        relations.append(transfer(f"out {between}", between, "c", items=("item:rocket",), grade="A1"))
    assert [path.parties[1] for path in find(*relations).paths] == ["b2", "b1"]
    assert [path.parties[1] for path in find(*relations, k=1).paths] == ["b2"]


def test_what_is_made_is_carried_as_narrowly_as_it_is_known():
    path = only(
        transfer("t1", "a", "b", items=("item:precursor",)),
        transfer("t2", "b", "d", items=("item:ak",)),
        transfer("t3", "d", "c", items=("item:rocket",)),
        made("m1", "b", "item:weapon", "item:precursor"),
    )
    assert [hop.carried for hop in path.hops] == ["item:precursor", "item:ak", "item:rocket"]
    assert [hop.join.custody for hop in path.hops[1:]] == ["compatible", "impossible"]


def test_manufacture_below_the_floor_of_evidence_joins_nothing():
    relations = (
        transfer("t1", "a", "b", items=("item:precursor",)),
        transfer("t2", "b", "c", items=("item:rocket",)),
        made("m1", "b", "item:rocket", "item:precursor", grade="E5"),
    )
    assert paths.find(graph(*relations), ["a"], ["c"]).paths[0].custody == "compatible"
    assert paths.find(graph(*relations, min_grade="C3"), ["a"], ["c"]).paths[0].custody == "impossible"


def test_only_items_asked_for_are_carried():
    relations = (
        transfer("t1", "a", "b", items=("item:ak", "item:precursor")),
        transfer("t2", "b", "c", items=("item:rocket", "item:precursor")),
    )
    assert paths.find(graph(*relations), ["a"], ["c"]).paths[0].custody == "compatible"
    assert paths.find(graph(*relations, items=("item:weapon",)), ["a"], ["c"]).paths[0].custody == "impossible"


def test_items_that_no_source_states_are_not_held_against_a_path():
    path = only(transfer("t1", "a", "b", items=()), transfer("t2", "b", "c", items=("item:ak",)))
    assert (path.custody, path.hops[1].join.basis) == ("compatible", "item not stated")


def test_the_choice_is_joint_what_fits_both_verdicts_comes_before_better_grades():
    path = only(
        transfer("t1", "a", "b", earliest="2020-01-03", latest="2020-01-03", grade="C3"),
        transfer("t2", "b", "c", earliest="2020-01-01", latest="2020-01-01", grade="A1"),
        transfer("t3", "b", "c", earliest="2020-01-05", latest="2020-01-05", grade="E5", items=("item:ak",)),
    )
    assert (path.transfers, path.time, path.support.grade) == (("t1", "t3"), "certain", "E5")


def test_an_alternative_is_at_best_possible_and_gives_way_to_a_transfer_that_fits():
    sure = {"earliest": "2020-01-01", "latest": "2020-01-01"}
    either = transfer("t1", "a", "c", alternative_of="either", **sure)
    path = only(either)
    assert (path.time, path.verdict, path.alternative) == ("possible", "possible", True)
    path = only(either, transfer("t2", "a", "c", grade="E5"))
    assert (path.transfers, path.time, path.alternative) == (("t2",), "certain", False)


def test_two_alternatives_of_one_statement_on_one_path_are_remarked():
    path = only(transfer("t1", "a", "b", alternative_of="either"), transfer("t2", "b", "c", alternative_of="either"))
    assert "Hops 1 and 2 are alternatives of one statement (either): one may be all there was." in path.notes
    path = only(transfer("t1", "a", "b", alternative_of="either"), transfer("t2", "b", "c", alternative_of="other"))
    assert path.notes == (paths.ALTERNATIVE,)


@pytest.mark.parametrize("values", [{"type_": "DIVERTED"}, {"type_": "CAPTURED"}, {"authorised": False}])
def test_a_diversion_parallel_to_what_is_chosen_is_remarked(values):
    chain = (transfer("t1", "a", "b"), transfer("t2", "b", "c", grade="A1"))
    path = only(*chain, transfer("t3", "b", "c", **values))
    assert (path.transfers, path.diversion) == (("t1", "t2"), None)
    assert path.notes == ("Hop 2 has a parallel diversion (t3): the point of diversion may be there.",)
    assert only(*chain, transfer("t3", "b", "c")).notes == ()


def test_order_is_hops_then_weakest_grade_then_origins_then_ids():
    answer = find(
        transfer("t1", "a", "c", grade="E5"),
        transfer("t2", "a", "b2"),
        transfer("t3", "b2", "c"),
        transfer("t4", "a", "b1"),
        transfer("t5", "b1", "c"),
        transfer("t6", "a", "b3", origin_ids=("o1", "o2")),
        transfer("t7", "b3", "c", origin_ids=("o1", "o2")),
        transfer("t8", "a", "b4", grade="A1"),
        transfer("t9", "b4", "c", grade="A2"),
    )
    assert [path.parties[1:-1] for path in answer.paths] == [(), ("b4",), ("b3",), ("b1",), ("b2",)]


def test_support_is_that_of_the_weakest_hop_and_the_union():
    path = only(
        transfer("t1", "a", "b", grade="A1", origin_ids=("o1", "o2"), organisation_ids=("g1",)),
        transfer("t2", "b", "c", grade="C3", origin_ids=("o2",), organisation_ids=("g1", "g2")),
    )
    assert path.support == paths.Support("C3", 1, 1, ("o1", "o2"), ("g1", "g2"))


@pytest.mark.parametrize(
    ("type_", "values", "diversion", "lawful"),
    [
        ("SUPPLIED", {}, None, ("a", "b", "d")),
        ("SUPPLIED", {"authorised": True}, None, ("a", "b", "d")),
        ("SUPPLIED", {"authorised": False}, 2, ("a",)),
        ("DIVERTED", {}, 2, ("a", "b")),
        ("DIVERTED", {"mechanism": "retransfer"}, 2, ("a",)),
        ("CAPTURED", {"authorised": False}, 2, ("a", "b")),
    ],
)
def test_parties_before_the_point_of_diversion_are_lawful_as_far_as_known(type_, values, diversion, lawful):
    path = only(transfer("t1", "a", "b"), transfer("t2", "b", "d", type_, **values), transfer("t3", "d", "c"))
    assert (path.diversion, path.lawful) == (diversion, lawful)


def test_hops_of_a_giver_without_territory_are_named_but_not_the_end_user():
    parties = (
        Party("a", "Country", "A"),
        Party("b", "Distributor", "B", territories=("country:tur",), territory_text="mainly"),
        Party("d", "Country", "D", collective=True),
    )
    relations = (transfer("t1", "a", "b", via=("country:x",)), transfer("t2", "b", "d"), transfer("t3", "d", "c"))
    path = only(*relations, parties=parties)
    assert path.unknown_hops == (3,)
    assert [place.territories for place in path.places] == [("a",), ("country:tur",), (), ()]
    row = path.rows()[1]
    assert (row["territory_text"], row["territory_known"], path.rows()[0]["via"]) == ("mainly", True, ["country:x"])


def test_territory_membership_and_self_loops_are_never_walked():
    relations = (
        transfer("t1", "a", "b", "PART_OF"),
        made("m1", "a", "c"),
        transfer("t2", "b", "c"),
        transfer("t3", "a", "a"),
    )
    assert find(*relations, parties=(Party("a", "Group", "A"),)).paths == ()


def test_limits_that_cut_the_answer_are_said():
    chain = [transfer(f"t{number}", f"p{number}", f"p{number + 1}") for number in range(4)]
    answer = find(*chain, start="p0", end="p4", max_hops=3)
    assert (answer.paths, answer.cut) == ((), ("Paths of more than 3 hops were not looked for.",))
    assert find(*chain, start="p0", end="p4", max_hops=4).cut == ()
    several = find(transfer("t1", "a", "c"), transfer("t2", "a", "b"), transfer("t3", "b", "c"), k=1)
    assert several.cut == ("There are more paths: the 1 best are given.",)


def test_search_that_ends_early_says_so(monkeypatch):
    monkeypatch.setattr(paths, "SEARCH_LIMIT", 3)
    clique = [transfer(f"{a}{b}", a, b) for a in "abdefc" for b in "abdefc" if a != b]
    assert find(*clique, k=1000).cut == ("The search was ended after 3 steps: there may be further paths.",)


@pytest.mark.parametrize("strict", ["strict_time", "strict_custody"])
def test_where_no_way_is_possible_at_all_no_search_is_made(monkeypatch, strict):
    monkeypatch.setattr(paths, "SEARCH_LIMIT", 3)
    inner = [transfer(f"{a}{b}", a, b, items=()) for a in "bdef" for b in "bdef" if a != b]
    start = transfer("in", "a", "b", items=("item:ak",), earliest="2020-01-03", latest="2020-01-04")
    end = transfer("out", "f", "c", items=("item:precursor",), earliest="2020-01-01", latest="2020-01-02")
    assert paths.find(graph(start, end, *inner), ["a"], ["c"], **{strict: True}).cut == ()
    assert "search was ended" in paths.find(graph(start, end, *inner), ["a"], ["c"]).cut[0]


def test_dead_ends_do_not_exhaust_the_search():
    inner = [f"n{number}" for number in range(14)]
    clique = [transfer(f"{a}{b}", a, b) for a in inner for b in inner if a != b]
    answer = find(transfer("in", "a", "n0"), transfer("out", "n0", "c"), *clique, k=5, max_hops=10)
    assert [path.parties for path in answer.paths] == [("a", "n0", "c")]
    assert answer.cut == ("Paths of more than 10 hops were not looked for.",)


@pytest.mark.parametrize(
    ("inside", "last", "strict"),
    [
        ({"earliest": "2020-01-04"}, {"latest": "2020-01-01"}, "strict_time"),
        ({"items": ("item:ak",)}, {"items": ("item:precursor",)}, "strict_custody"),
    ],
)
def test_strict_search_looks_ahead_and_does_not_exhaust_itself(monkeypatch, inside, last, strict):
    monkeypatch.setattr(paths, "SEARCH_LIMIT", 100)
    inner = ["a", *(f"n{number}" for number in range(12))]
    clique = [transfer(f"{a}-{b}", a, b, **inside) for a in inner for b in inner if a != b]
    out = [transfer(f"{a}-c", a, "c", **last) for a in inner[1:]]
    answer = find(*clique, *out, **{strict: True})
    assert (answer.paths, answer.cut) == ((), ("Paths of more than 8 hops were not looked for.",))


def test_strict_search_finds_what_filtering_the_best_would_miss():
    late = {"earliest": "2020-01-04", "latest": "2020-01-04"}
    early = {"earliest": "2020-01-01", "latest": "2020-01-01"}
    relations = [transfer("x1", "a", "d", **early), transfer("x2", "d", "e", **early), transfer("x3", "e", "c", **late)]
    for number in range(5):
        relations += [
            transfer(f"t{number}", "a", f"b{number}", **late),
            transfer(f"u{number}", f"b{number}", "c", **early),
        ]
    assert all(path.time == "impossible" for path in find(*relations, k=5).paths)
    assert [path.parties for path in find(*relations, k=1, strict_time=True).paths] == [("a", "d", "e", "c")]


@pytest.mark.parametrize(
    ("starts", "ends", "options"),
    [
        ([], ["c"], {}),
        (["a"], [], {}),
        (["a"], ["a"], {}),
        (["a", "c"], ["c"], {}),
        (["a"], ["c"], {"k": 0}),
        (["a"], ["c"], {"k": 1001}),
        (["a"], ["c"], {"max_hops": 0}),
        (["a"], ["c"], {"max_hops": 51}),
    ],
)
def test_wrong_calls_are_refused_in_one_sentence(starts, ends, options):
    with pytest.raises(UsageError) as refused:
        paths.find(graph(transfer("t1", "a", "c")), starts, ends, **options)
    assert str(refused.value).endswith(".") and str(refused.value).count(". ") == 0


def test_an_avoided_start_is_refused_and_an_unknown_party_named():
    with pytest.raises(UsageError, match="a is both start and avoided"):
        paths.find(graph(transfer("t1", "a", "c"), avoid=("a",)), ["a"], ["c"])
    with pytest.raises(UnknownNameError, match="x is no party"):
        paths.find(graph(transfer("t1", "a", "c")), ["x"], ["c"])


def test_a_single_id_may_be_given_as_text():
    assert len(paths.find(graph(transfer("t1", "start", "end")), "start", "end").paths) == 1
