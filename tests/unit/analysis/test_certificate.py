from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis import chokepoints
from kg.analysis.certificate import BLOCKS, MINIMUM, NONE_PARTY, NONE_TRANSFER, Certificate, Trail, check
from kg.errors import VerificationError
from kg.network import Projection, project
from kg.records import Party

from .graphs import graph, many, random_records, transfer


def certificates(projected, starts, ends):
    answer = chokepoints.must_pass(projected, starts, ends)
    found = [one.certificate for one in (*answer.parties, *answer.transfers)]
    found += [one for one in (answer.no_party, answer.no_transfer) if one]
    by_place = chokepoints.territories(projected, starts, ends)
    found += [one.certificate for one in (*by_place.territories, *by_place.sets)]
    for of in ("parties", "transfers"):
        cuts = chokepoints.minimum_cut(projected, starts, ends, of=of, limit=3)
        found += [one.certificate for one in cuts.cuts] + ([cuts.uncut] if cuts.uncut else [])
    return found


def holds(projected, certificate):
    try:
        return check(projected, certificate)
    except VerificationError:
        return False


def tampered(one, projected):
    """Changes that take a part of the proof away or put something untrue in."""
    for number in range(len(one.reached)):
        yield replace(one, reached=one.reached[:number] + one.reached[number + 1 :])
        yield replace(one, reached=(*one.reached, one.reached[number]))
    for party in projected:
        if party not in one.reached and one.claim in (BLOCKS, MINIMUM):
            yield replace(one, reached=(*one.reached, party))
    for number, trail in enumerate(one.trails):
        others = one.trails[:number] + one.trails[number + 1 :]
        yield replace(one, trails=(*others, Trail(trail.parties[1:], trail.transfers[1:])))
        yield replace(one, trails=(*others, Trail(trail.parties[:-1], trail.transfers[:-1])))
        yield replace(one, trails=(*others, Trail(trail.parties[::-1], trail.transfers[::-1])))
        yield replace(one, trails=(*others, Trail(trail.parties, ("t-none", *trail.transfers[1:]))))
        if others or one.claim in (BLOCKS, MINIMUM):
            yield replace(one, trails=others)
    for change in ({"claim": "proved"}, {"starts": ()}, {"ends": ()}, {"ends": (*one.ends, one.starts[0])}):
        yield replace(one, **change)
    for name in ("parties", "transfers", "territories"):
        if getattr(one, name):
            yield replace(one, **{name: getattr(one, name)[1:]})


@given(seed=st.integers(0, 2**32), several=st.booleans())
@many(150)
def test_every_certificate_is_accepted_and_every_tampered_one_rejected(seed, several):
    projected = project(random_records(seed), Projection())
    starts, ends = (("p0", "p1"), ("p2",)) if several else (("p0",), ("p1", "p2"))
    for one in certificates(projected, starts, ends):
        assert check(projected, one)
        for changed in tampered(one, projected):
            assert not holds(projected, changed), changed


@given(seed=st.integers(0, 2**32), data=st.data())
@many(200)
def test_what_is_claimed_of_another_party_is_accepted_only_where_true(seed, data):
    """A certificate for a party that is none of the chokepoints cannot be made, whatever set is given as reached."""
    projected = project(random_records(seed, most_parties=5), Projection())
    answer = chokepoints.must_pass(projected, ["p0"], ["p1"])
    true = {one.id for one in answer.parties}
    party = data.draw(st.sampled_from(sorted(projected)))
    reached = data.draw(st.permutations(sorted(projected)))[: data.draw(st.integers(0, 6))]
    trails = [one.certificate.trails[0] for one in (*answer.parties, *answer.transfers)]
    forged = Certificate(BLOCKS, ("p0",), ("p1",), parties=(party,), reached=("p0", *reached), trails=tuple(trails[:1]))
    assert not holds(projected, forged) or party in true


def test_a_certificate_of_one_graph_does_not_hold_on_another():
    chain = [transfer("t1", "a", "b"), transfer("t2", "b", "c")]
    (point,) = chokepoints.must_pass(graph(*chain), ["a"], ["c"]).parties
    assert check(graph(*chain), point.certificate)
    with pytest.raises(VerificationError, match="t3 leaves the set"):
        check(graph(*chain, transfer("t3", "a", "c")), point.certificate)
    with pytest.raises(VerificationError, match="no transfer t2 from b to c"):
        check(graph(chain[0], transfer("t4", "b", "c")), point.certificate)


ROUND = (transfer("ab", "a", "b"), transfer("bc", "b", "c"), transfer("ac", "a", "c"), transfer("ba", "b", "a"))
LINE = (transfer("ab", "a", "b"), transfer("bc", "b", "c"), transfer("ba", "b", "a"))
DIRECT, OVER_B = Trail(("a", "c"), ("ac",)), Trail(("a", "b", "c"), ("ab", "bc"))


def forged(claim, **parts):
    return Certificate(claim, ("a",), ("c",), **parts)


@pytest.mark.parametrize(
    ("relations", "certificate", "because"),
    [
        (ROUND, forged(BLOCKS, parties=("b",), reached=("a", "c"), trails=(OVER_B,)), "an end is reached"),
        (ROUND, forged(BLOCKS, parties=("b",), reached=("a",), trails=(OVER_B,)), "ac leaves the set"),
        (LINE, forged(BLOCKS, parties=("b",), reached=("a", "b"), trails=(OVER_B,)), "b is not reached"),
        (LINE, forged(BLOCKS, parties=("b",), reached=(), trails=(OVER_B,)), "the start a is missing"),
        (LINE, forged(BLOCKS, parties=("a",), reached=(), trails=(OVER_B,)), "a start or end is removed"),
        (LINE, forged(BLOCKS, parties=("c",), reached=("a", "b"), trails=(OVER_B,)), "a start or end is removed"),
        (LINE, forged(BLOCKS, reached=("a", "b", "c"), trails=(OVER_B,)), "an end is reached"),
        (LINE, forged(BLOCKS, parties=("b",), transfers=("ab",), reached=("a",), trails=(OVER_B,)), "not one thing"),
        (LINE, forged(BLOCKS, parties=("b",), territories=("x",), reached=("a",), trails=(OVER_B,)), "not one thing"),
        (LINE, forged(BLOCKS, parties=("b",), reached=("a",)), "one trail is needed"),
        (
            LINE,
            forged(BLOCKS, parties=("b",), reached=("a",), trails=(Trail((*"aba", *"bc"), ("ab", "ba", "ab", "bc")),)),
            "a trail passes a party twice",
        ),
        (LINE, forged(MINIMUM, parties=("b",), reached=("a",)), "as many trails as removals"),
        (LINE, forged(MINIMUM, reached=("a", "b", "c"), trails=()), "an end is reached"),
        (LINE, forged(MINIMUM, transfers=("ab", "bc"), reached=("a",), trails=(OVER_B, OVER_B)), "share a part"),
        (LINE, forged(MINIMUM, parties=("b",), transfers=("ab",), reached=("a",), trails=(OVER_B,)), "or of transfers"),
        (LINE, forged(MINIMUM, parties=("b",), territories=("x",), reached=("a",), trails=(OVER_B,)), "or transfers"),
        (LINE, forged(NONE_PARTY, trails=(OVER_B,)), "two trails are needed"),
        (LINE, forged(NONE_PARTY, trails=(OVER_B, OVER_B)), "share a part"),
        (LINE, forged(NONE_TRANSFER, trails=(OVER_B, OVER_B)), "share a part"),
        (ROUND, forged(NONE_TRANSFER, trails=(DIRECT,)), "two trails are needed"),
        (ROUND, forged(NONE_PARTY, parties=("b",), trails=(DIRECT,)), "nothing is removed"),
        (ROUND, Certificate(NONE_PARTY, ("a",), ("a", "c"), trails=(DIRECT,)), "a start is an end"),
        (ROUND, Certificate(NONE_PARTY, ("a", "x"), ("c",), trails=(DIRECT,)), "no party of the graph"),
    ],
)
def test_a_forged_certificate_is_rejected_for_the_right_reason(relations, certificate, because):
    with pytest.raises(VerificationError, match=because):
        check(graph(*relations), certificate)


def test_the_true_counterparts_of_the_forged_are_accepted():
    assert check(graph(*LINE), forged(BLOCKS, parties=("b",), reached=("a",), trails=(OVER_B,)))
    assert check(graph(*LINE), forged(MINIMUM, parties=("b",), reached=("a",), trails=(OVER_B,)))
    assert check(graph(*ROUND), forged(NONE_PARTY, trails=(DIRECT,)))
    assert check(graph(*ROUND), forged(NONE_TRANSFER, trails=(DIRECT, OVER_B)))


def test_of_known_territory_is_proved_by_a_trail_of_known_territory_only():
    parties = (
        Party("a", "Country", "A"),
        Party("b", "Distributor", "B", territories=("x",)),
        Party("d", "Distributor", "D"),
    )
    projected = graph(*LINE, transfer("ad", "a", "d"), transfer("dc", "d", "c"), parties=parties)
    known = forged(BLOCKS, territories=("x",), known_only=True, reached=("a",), trails=(OVER_B,))
    assert check(projected, known)
    with pytest.raises(VerificationError, match="the trail passes a party of unknown territory"):
        check(projected, replace(known, trails=(Trail(("a", "d", "c"), ("ad", "dc")),)))
    with pytest.raises(VerificationError, match="ad leaves the set"):
        check(projected, replace(known, known_only=False))


def test_a_certificate_has_only_parts_that_the_check_reads():
    names = {field.name for field in fields(Certificate)}
    assert names == {
        "claim",
        "starts",
        "ends",
        "parties",
        "transfers",
        "territories",
        "known_only",
        "reached",
        "trails",
    }
