import dataclasses
import json
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from kg.analysis.certificate import check
from kg.analysis.chokepoints import territories
from kg.analysis.territory import OF_SETS
from kg.network import Projection, project, territories_of
from kg.records import Party

from .graphs import all_paths, graph, many, parallel_transfers, random_records, transfer

COUNTRIES = ("country:x", "country:y", "country:z")


def lost(path, hops, parties, members, ends):
    """Say whether a path goes with some territories: a giver sits there, or all transfers of a hop go through."""
    gone = set(members)
    return any(set(territories_of(parties[party])) & gone for party in path if party not in ends) or any(
        all(set(one.via) & gone for one in hops[pair]) for pair in pairwise(path)
    )


def smallest(paths, separates):
    for size in (1, 2, 3):
        found = {
            members for members in combinations(COUNTRIES, size) if all(separates(path, members) for path in paths)
        }
        if found or not paths:
            return found if paths else set()
    return set()


@given(seed=st.integers(0, 2**32), several=st.booleans())
@many(200)
def test_territories_are_those_of_brute_force_over_all_paths(seed, several):
    records = random_records(seed)
    starts, ends = (("p0", "p1"), ("p2",)) if several else (("p0",), ("p1", "p2"))
    hops, parties = parallel_transfers(records), records.parties
    paths = list(all_paths(hops, parties, starts, ends))
    unknown = [path for path in paths if any(not territories_of(parties[party]) for party in path if party not in ends)]
    known = [path for path in paths if path not in unknown]
    projected = project(records, Projection())
    answer = territories(projected, starts, ends)

    def separates(path, members):
        return lost(path, hops, parties, members, ends)

    every = smallest(paths, separates)
    of_known = smallest(known, separates) - every if unknown else set()
    found = {(one.territories, one.scope) for one in (*answer.territories, *answer.sets)}
    assert found == {(one, "every path") for one in every} | {
        (one, "every path of known territory") for one in of_known
    }
    assert (answer.unknown.count, answer.unknown.complete) == (len(unknown), True)
    assert answer.wording == f"on every path{' of known territory' if unknown else ''}"
    assert (answer.connected, answer.known_connected) == (bool(paths), bool(known))
    for one in (*answer.territories, *answer.sets):
        assert one.avoiding.count == sum(not separates(path, one.territories) for path in paths)
        assert set(one.avoiding.paths) <= set(unknown)
        assert check(projected, one.certificate)
    json.dumps([dataclasses.asdict(answer), answer.rows()])


PARTIES = (
    Party("a", "Country", "A"),
    Party("market", "Distributor", "Market", territories=("turkey",), territory_text="mainly"),
    Party("dealer", "Distributor", "Dealer"),
    Party("turkey", "Country", "Turkey"),
    Party("end", "Group", "End", territories=("iraq",)),
)


def test_a_market_makes_its_country_a_chokepoint_but_no_dealer_of_it():
    projected = graph(transfer("t1", "a", "market"), transfer("t2", "market", "end"), parties=PARTIES)
    answer = territories(projected, ["a"], ["end"])
    assert [(one.territories, one.scope) for one in answer.territories] == [
        (("a",), "every path"),
        (("turkey",), "every path"),
    ]
    turkey = answer.territories[1]
    assert (turkey.names, turkey.parties[0].party, turkey.parties[0].text) == (("Turkey",), "market", "mainly")
    assert answer.rows()[1]["territory_texts"] == ["Market: mainly"]
    assert turkey.support.origins == 1 and turkey.hangs_on == ("origin:a",)


def test_a_path_of_unknown_territory_limits_the_wording_and_is_listed():
    projected = graph(
        transfer("t1", "a", "market"),
        transfer("t2", "market", "end"),
        transfer("t3", "a", "dealer"),
        transfer("t4", "dealer", "end"),
        parties=PARTIES,
    )
    answer = territories(projected, ["a"], ["end"])
    assert [(one.territories, one.scope, one.avoiding.text) for one in answer.territories] == [
        (("a",), "every path", "0"),
        (("turkey",), "every path of known territory", "1"),
    ]
    assert answer.territories[1].avoiding.paths == (("a", "dealer", "end"),)
    assert (answer.wording, answer.unknown_parties) == ("on every path of known territory", ("dealer",))


def test_a_state_that_nobody_names_is_of_unknown_territory():
    unnamed = Party("state", "Country", "A state of the region", placeholder=True)
    projected = graph(transfer("t1", "a", "end"), transfer("t2", "state", "end"), parties=(*PARTIES, unnamed))
    answer = territories(projected, None, ["end"])
    assert [(one.territories, one.scope) for one in answer.territories] == [(("a",), "every path of known territory")]
    assert (answer.unknown.paths, answer.unknown_parties) == ((("state", "end"),), ("state",))
    assert check(projected, answer.territories[0].certificate)


def test_of_a_set_it_is_said_that_every_path_passes_one_of_it_and_that_none_smaller_is_not_proved():
    projected = graph(transfer("t1", "market", "end"), transfer("t2", "a", "end"), parties=PARTIES)
    answer = territories(projected, ["market", "a"], ["end"])
    assert answer.territories == ()
    (both,) = answer.sets
    assert both.row()["wording"] == "every path passes the territory of A or Turkey"
    assert OF_SETS in answer.notes
    alone = territories(projected, ["market"], ["end"])
    assert [one.wording for one in alone.territories] == ["on every path"] and OF_SETS not in alone.notes


def test_transfers_through_a_territory_count_and_the_end_users_own_does_not():
    projected = graph(transfer("t1", "dealer", "end", via=("turkey",)), parties=PARTIES)
    answer = territories(projected, ["dealer"], ["end"])
    assert [(one.territories, one.transfers) for one in answer.territories] == [(("turkey",), ("t1",))]


def test_paths_are_counted_within_bounds():
    inner = [f"n{number}" for number in range(9)]
    clique = [transfer(f"{a}-{b}", a, b) for a in inner for b in inner if a != b]
    projected = graph(*clique, transfer("in", "a", "n0"), transfer("out", "n8", "end"), parties=PARTIES)
    answer = territories(projected, ["a"], ["end"])
    assert answer.unknown.text == "at least 1000" and len(answer.unknown.paths) == 5
    assert answer.unknown.paths[0] == ("a", "n0", "n8", "end")
    assert [one.scope for one in answer.territories] == ["every path"]
    assert (answer.known_connected, answer.sets) == (False, ())


def test_a_party_of_unknown_territory_off_all_paths_changes_nothing():
    inner = [Party(f"n{number}", "Group", "N", territories=("country:x",)) for number in range(9)]
    clique = [transfer(f"{a.id}-{b.id}", a.id, b.id) for a in inner for b in inner if a != b]
    ends = (transfer("in", "a", "n0"), transfer("out", "n8", "end"), transfer("off", "dealer", "n0"))
    projected = graph(*clique, *ends, parties=(*PARTIES, *inner))
    answer = territories(projected, ["a"], ["end"])
    assert (answer.wording, answer.unknown.text, answer.unknown_parties) == ("on every path", "0", ())
    assert [one.territories for one in answer.territories] == [("a",), ("country:x",)]


def test_without_a_path_there_is_no_chokepoint():
    projected = graph(transfer("t1", "end", "a"), parties=PARTIES)
    answer = territories(projected, None, ["a"])
    assert answer.connected
    answer = territories(projected, ["a"], ["end"])
    assert (answer.connected, answer.rows(), answer.unknown.count) == (False, [], 0)
