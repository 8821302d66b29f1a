"""What an answer hangs on is what a graph made without an origin, or an organisation, does not give."""

import random
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import evidence
from kg.analysis import chokepoints, strict
from kg.analysis.reach import Hops, chosen_ends
from kg.analysis.robustness import leave_out
from kg.analysis.strict import strict_must_pass
from kg.analysis.support import THROUGH, Footing
from kg.analysis.territory import EVERY, KNOWN, Case
from kg.findings import Finding, Origin, Source
from kg.network import Projection, project
from kg.records import Party, Records

from .graphs import DAYS, ITEMS, graph, many, transfer

ORIGINS = ("o1", "o2", "o3", "o4")
X, Y, Z = COUNTRIES = ("country:x", "country:y", "country:z")
SEATS = {"group:a": X, "group:b": Y, "group:c": X, "group:d": Y, "group:e": None}
PARTIES = tuple(SEATS)
CONDITIONS = {
    "min_certainty": ["stated", "reported"],
    "min_grade": ["B2", "C3", "D2"],
    "min_origins": [2],
    "items": [("item:rifle",)],
    "since": [DAYS[2]],
    "until": [DAYS[2]],
}


def origin(id_, organisation):
    return Origin(id=id_, organisation=organisation, kind="study")


def source(id_, grade, relays):
    reliability = {"grade": grade, "reason": "r"}
    return Source.model_validate(
        {"id": id_, "title": id_, "publisher": "p", "published": DAYS[3], "reliability": reliability, "relays": relays}
    )


def finding(id_, start, end, origin_, **values):
    values = {"certainty": "stated", "source": "s", "items": ["item:weapon"], "statement": "s"} | values
    ends = {"from": start, "to": end, "origin": origin_, "relation": "SUPPLIED"}
    return Finding.model_validate({"id": id_, **ends, **values})


def stated(findings, organisation_of=None, sources=()):
    organisation_of = organisation_of or {one: "g1" for one in ORIGINS}
    sources = sources or [source("s", "B", list(organisation_of))]
    origins = {id_: origin(id_, organisation) for id_, organisation in organisation_of.items()}
    return evidence.Stated({one.id: one for one in findings}, {one.id: one for one in sources}, origins)


def random_stated(seed):
    """Findings of a few transfers that deny, contradict and narrow each other, the same for the same seed."""
    rng = random.Random(seed)
    organisation_of = {id_: rng.choice(["g1", "g2", "g3"]) for id_ in ORIGINS}
    sources = [source(f"s{grade}", grade, list(ORIGINS)) for grade in "ABD"] + [source("copy", "C", ["sB"])]
    findings, share, passing = [], rng.uniform(0.2, 0.5), rng.choice([0, 0.5, 0.9])
    for number, (start, end) in enumerate(permutations(PARTIES, 2)):
        for id_ in rng.sample(ORIGINS, rng.choice([1, 2, 2, 3])) if rng.random() < share else ():
            before = [one.id for one in findings]
            against = rng.sample(before, min(len(before), rng.choice([0, 0, 0, 1])))
            first, last = sorted(rng.choices(DAYS, k=2))
            findings.append(
                finding(
                    f"f{len(findings)}", start, end, id_,
                    transfer=f"t{number}",
                    certainty=rng.choice(["stated", "stated", "reported", "alleged", "denied"]),
                    source=rng.choice([*(one.id for one in sources)]),
                    items=[rng.choice(["item:weapon", "item:ak", "item:precursor"])],
                    date=rng.choice([None, {"earliest": first, "latest": last}]),
                    contradicts=[{"id": other, "reason": "r"} for other in against],
                    headline=rng.random() < 0.05,
                    alternative_of=rng.choice([None, None, None, "either"]),
                    continues=rng.sample(before, min(len(before), rng.choice([0, 0, 2, 4]))),
                    via=rng.sample(COUNTRIES, rng.choice([1, 1, 2])) if rng.random() < passing else [],
                )
            )  # fmt: skip
    return stated(findings, organisation_of, sources)


def random_projection(seed):
    rng = random.Random(seed)
    names = rng.sample(sorted(CONDITIONS), rng.choice([0, 1, 1, 2]))
    return Projection(**{name: rng.choice(CONDITIONS[name]) for name in names})


def network(stated_, projection, left_out=(), *, weighed=True):
    """The network as loading makes it when some origins have never been."""
    findings = [one for one in stated_.findings.values() if one.origin not in left_out]
    background = evidence.background(findings, stated_.sources, stated_.origins)
    edges = [evidence.relation(members, background) for members in evidence.group(findings)]
    parties = {id_: Party(id_, "Group", id_, territories=(seat,) if seat else ()) for id_, seat in SEATS.items()}
    records = Records(parties, ITEMS, tuple(edge for edge in edges if edge is not None))
    return project(records, projection, (lambda ids: opposed(stated_, ids)) if weighed else None)


def opposed(stated_, ids):
    """What the database gives: findings of these ids and those that contradict them or are contradicted by them."""
    wanted = set(ids)
    for one in stated_.findings.values():
        for other in one.contradicts:
            if one.id in ids or other.id in ids:
                wanted |= {one.id, other.id}
    return evidence.Stated(
        {id_: one for id_, one in stated_.findings.items() if id_ in wanted}, stated_.sources, stated_.origins
    )


def ids_of(network_):
    return {id_ for _, _, id_ in network_.edges(keys=True)}


def found(network_, starts, of):
    if of == "territories":
        answer = chokepoints.territories(network_, starts, ["group:b"])
        return answer.connected, {one.territories[0]: one.scope for one in answer.territories}
    answer = chokepoints.must_pass(network_, starts, ["group:b"])
    return answer.connected, {one.id: EVERY for one in getattr(answer, of)}


def holding(network_, starts, of, scope):
    """What is on every path of a scope; nothing where none is left."""
    _, scopes = found(network_, starts, of)
    if scope == EVERY:
        return {id_ for id_, one in scopes.items() if one == EVERY}
    return set(scopes) if chokepoints.territories(network_, starts, ["group:b"]).known_connected else set()


@given(
    seed=st.integers(0, 2**32),
    starts=st.sampled_from([None, ("group:a",)]),
    of=st.sampled_from(["parties", "transfers", "territories"]),
)
@many(200)
def test_what_goes_and_comes_is_what_a_graph_made_without_origins_or_organisations_has_not_or_has(seed, starts, of):
    stated_, projection = random_stated(seed), random_projection(seed)
    answer = leave_out(network(stated_, projection), starts, ["group:b"], of=of)
    before = found(network(stated_, projection), starts, of)
    assert answer.scopes == before[1] and answer.chokepoints == tuple(sorted(before[1]))
    organisation_of = {one.id: one.organisation for one in stated_.origins.values()}
    for kind, group_of in (("origin", {one: one for one in ORIGINS}), ("organisation", organisation_of)):
        groups = sorted(set(group_of.values()))
        outcomes = {}
        for ids in [*combinations(groups, 1), *combinations(groups, 2)]:
            left_out = [one for one in ORIGINS if group_of[one] in ids]
            outcomes[ids] = found(network(stated_, projection, left_out), starts, of)
        changes = {one.ids: one for one in answer.changes if one.kind == kind}
        for ids, after in outcomes.items():
            known = [before] if len(ids) == 1 else [outcomes[(id_,)] for id_ in ids]
            assert (ids in changes) == (after not in known)
            if ids in changes:
                one = changes[ids]
                gone, new = before[1].keys() - after[1].keys(), after[1].keys() - before[1].keys()
                assert (one.connected, set(one.gone), set(one.new)) == (after[0], gone, new)
                changed = {id_: after[1][id_] for id_ in before[1].keys() & after[1].keys()}
                changed = {id_: scope for id_, scope in changed.items() if scope != before[1][id_]}
                assert dict.fromkeys(one.widened, EVERY) | dict.fromkeys(one.narrowed, KNOWN) == changed
                left_out = [one for one in ORIGINS if group_of[one] in ids]
                here, left = ids_of(network(stated_, projection)), ids_of(network(stated_, projection, left_out))
                assert (set(one.transfers_lost), set(one.transfers_gained)) == (here - left, left - here)
        hangs = answer.hangs_on if kind == "origin" else answer.hangs_on_organisations
        without = {
            group: network(stated_, projection, [one for one in ORIGINS if group_of[one] == group]) for group in groups
        }
        assert hangs == {
            id_: tuple(group for group in groups if id_ not in holding(without[group], starts, of, scope))
            for id_, scope in before[1].items()
        }


@given(seed=st.integers(0, 2**32), starts=st.sampled_from([None, ("group:a",), ("group:a", "group:c")]))
@many(200)
def test_territories_hang_on_the_origins_without_which_a_path_goes_round_them_or_none_is_left(seed, starts):
    stated_, projection = random_stated(seed), random_projection(seed)
    answer = chokepoints.territories(network(stated_, projection), starts, ["group:b"])
    left = {}
    for id_ in ORIGINS:
        network_ = network(stated_, projection, [id_])
        hops = Hops.of(network_)
        left[id_] = Case.of(network_, hops, *chosen_ends(network_, hops, starts, ["group:b"]))
    for one in (*answer.territories, *answer.sets):
        cases = {id_: (case, case.hops if one.scope == EVERY else case.known) for id_, case in left.items()}
        assert one.hangs_on == tuple(
            id_
            for id_, (case, hops) in cases.items()
            if not case.path_left(hops, ()) or case.path_left(hops, one.territories)
        )


@given(seed=st.integers(0, 2**32), starts=st.sampled_from([None, ("group:a",), ("group:a", "group:c")]))
@many(200)
def test_a_chokepoint_hangs_on_the_same_origins_however_it_is_asked(seed, starts):
    network_ = network(random_stated(seed), random_projection(seed))
    answer = chokepoints.must_pass(network_, starts, ["group:b"])
    for of in ("parties", "transfers"):
        hangs = {one.id: one.hangs_on for one in getattr(answer, of)}
        assert leave_out(network_, starts, ["group:b"], of=of).hangs_on == hangs


@given(
    seed=st.integers(0, 2**32),
    time=st.booleans(),
    custody=st.booleans(),
    starts=st.sampled_from([None, ("group:a",)]),
)
@many(200)
def test_strict_chokepoints_hang_on_the_origins_without_which_a_path_goes_round_or_none_is_left(
    seed, time, custody, starts
):
    stated_, projection = random_stated(seed), random_projection(seed)
    limits = {"strict_time": time, "strict_custody": custody, "max_hops": 4}

    def points(left_out=()):
        answer = strict_must_pass(network(stated_, projection, left_out), starts, ["group:b"], **limits)
        return {one.id: one.hangs_on for one in (*answer.parties, *answer.transfers)}

    left = {id_: points([id_]) for id_ in ORIGINS}
    found = points()
    assert found == {point: tuple(id_ for id_ in ORIGINS if point not in left[id_]) for point in found}


def test_a_strict_chokepoint_hangs_on_the_origin_that_keeps_a_way_round_it_out_of_time():
    def passed(id_, start, end, origin_="o1", **values):
        return finding(id_, start, end, origin_, **values)

    findings = (
        passed("f1", "group:a", "group:c", date="2014"),
        passed("f2", "group:c", "group:b", date="2015"),
        passed("f3", "group:a", "group:d", date="2015"),
        passed("f4", "group:d", "group:b", date="2010/2017", transfer="t"),
        passed("f5", "group:d", "group:b", "o2", date="2012", transfer="t"),
    )
    network_ = network(stated(findings), Projection())
    answer = strict_must_pass(network_, ["group:a"], ["group:b"], strict_time=True)
    assert {one.id: one.hangs_on for one in answer.parties} == {"group:c": ("o1", "o2")}
    assert all(one.hangs_on == ("o1", "o2") for one in answer.transfers)


def test_it_is_said_that_not_all_origins_were_left_out(monkeypatch):
    findings = (
        finding("f1", "group:a", "group:c", "o1", date="2014"),
        *(finding(f"g{one}", "group:a", "group:b", one, date=day, transfer="t", certainty="alleged")
          for one, day in (("o2", "2012"), ("o3", "2012"))),
        finding("f2", "group:c", "group:b", "o1", date="2015"),
    )  # fmt: skip
    network_ = network(stated(findings), Projection(min_certainty="reported"))
    said = "Of 2 origins that the best path does not rest on only 1 were left out: chokepoints may hang on more."
    for most, sentences in ((2, ()), (1, (said,))):
        monkeypatch.setattr(strict, "MOST_ORIGINS", most)
        answer = strict_must_pass(network_, ["group:a"], ["group:b"], strict_time=True)
        assert [one.id for one in answer.parties] == ["group:c"] and answer.cut[1:] == sentences


def test_a_strict_chokepoint_hangs_on_the_origin_that_links_its_transfers():
    findings = [
        finding("f1", "group:a", "group:c", "o1", items=["item:precursor"]),
        finding("f2", "group:a", "group:c", "o2", items=["item:precursor"]),
        finding("g1", "group:c", "group:b", "o1", items=["item:ak"]),
        finding("g2", "group:c", "group:b", "o2", items=["item:ak"], continues=["f2"]),
    ]
    network_ = network(stated(findings), Projection())
    (party,) = strict_must_pass(network_, ["group:a"], ["group:b"], strict_custody=True).parties
    assert party.hangs_on == ("o2",)
    assert chokepoints.must_pass(network_, ["group:a"], ["group:b"]).parties[0].hangs_on == ()


def test_a_chokepoint_stays_where_a_party_that_no_longer_receives_supplies():
    two = ("o1", "o2")
    network_ = graph(
        transfer("t1", "s", "m", origin_ids=("o3",)),
        transfer("t2", "m", "x", origin_ids=two),
        transfer("t3", "x", "e", origin_ids=two),
    )
    found_ = chokepoints.must_pass(network_, None, ["e"])
    assert [(one.id, one.hangs_on) for one in (*found_.parties, *found_.transfers)] == [
        ("m", ("o3",)), ("x", ()), ("t1", ("o3",)), ("t2", ()), ("t3", ()),
    ]  # fmt: skip
    assert chokepoints.must_pass(network_, ["s"], ["e"]).parties[1].hangs_on == ("o3",)


@pytest.mark.parametrize("starts", [("p0",), None])
def test_what_a_chokepoint_hangs_on_is_found_without_a_look_at_every_transfer(monkeypatch, starts):
    chain = [transfer(f"t{number}", f"p{number}", f"p{number + 1}", origin_ids=("o1",)) for number in range(3)]
    network_ = graph(*chain, *(transfer(f"x{number}", "p2", f"x{number}") for number in range(100)))
    seen = []
    turning = Footing.turning
    monkeypatch.setattr(Hops, "all_transfers", lambda _: pytest.fail("every transfer was looked at"))
    monkeypatch.setattr(Footing, "turning", lambda self, one: seen.append(one.id) or turning(self, one))
    (first, second) = chokepoints.must_pass(network_, starts, ["p3"]).parties
    assert first.hangs_on == second.hangs_on == ("o1",)
    assert len(seen) < 20


def test_an_organisation_goes_with_all_its_origins():
    three = ("o1", "o2", "o3")
    findings = [
        finding(f"{start}{end}{id_}", f"group:{start}", f"group:{end}", id_)
        for start, end in ("ac", "cb")
        for id_ in three
    ]
    network_ = network(stated(findings, {"o1": "p", "o2": "p", "o3": "q"}), Projection(min_origins=2))
    answer = leave_out(network_, ["group:a"], ["group:b"])
    assert answer.hangs_on_organisations == {"group:c": ("p",)} and answer.hangs_on == {"group:c": ()}


def test_an_origin_goes_with_the_certainty_it_gave():
    findings = [
        finding("f1", "group:a", "group:c", "o1"),
        finding("f2", "group:a", "group:c", "o2", certainty="alleged"),
        *(finding(f"g{id_}", "group:c", "group:b", id_) for id_ in ("o2", "o3")),
    ]
    asked = Projection(min_certainty="stated")
    (party,) = chokepoints.must_pass(network(stated(findings), asked), ["group:a"], ["group:b"]).parties
    assert party.hangs_on == ("o1",)


def test_an_origin_that_denies_keeps_a_way_round_away():
    findings = [
        *(finding(f"f{hop}", f"group:{hop[0]}", f"group:{hop[1]}", "o1") for hop in ("ac", "cb", "ad", "db")),
        finding("f5", "group:d", "group:b", "o2", certainty="denied"),
    ]
    network_ = network(stated(findings, {"o1": "g1", "o2": "g2"}), Projection(min_grade="C3"))
    answer = leave_out(network_, ["group:a"], ["group:b"])
    assert answer.hangs_on == {"group:c": ("o1", "o2")}
    assert [len(one.transfers_gained) for one in answer.changes if one.ids == ("o2",)] == [1]


def ways_of_origins(*ways):
    """Findings of one transfer, of an origin each, with the territories on the way that each names."""
    named = zip(ORIGINS, ways, strict=False)
    return stated([finding(f"f{id_}", "group:e", "group:b", id_, via=via) for id_, via in named])


def test_a_territory_hangs_on_the_origin_that_alone_names_it_on_the_way():
    network_ = network(ways_of_origins([X, Y], [X]), Projection())
    plain = chokepoints.territories(network_, ["group:e"], ["group:b"])
    assert [(one.territories, one.hangs_on) for one in plain.territories] == [((X,), ()), ((Y,), ("o1",))]
    robust = leave_out(network_, ["group:e"], ["group:b"], of="territories")
    assert robust.hangs_on == {X: (), Y: ("o1",)}
    alone = [one for one in robust.changes if one.ids == ("o1",)]
    assert [(one.connected, one.gone, one.transfers_lost, one.transfers_gained) for one in alone] == [
        (True, (Y,), (), ())
    ]


def test_territories_on_the_way_go_together_with_two_origins_or_an_organisation():
    stated_ = ways_of_origins([X], [X], [])
    stated_.origins["o3"] = origin("o3", "g2")
    answer = leave_out(network(stated_, Projection()), ["group:e"], ["group:b"], of="territories")
    assert (answer.hangs_on, answer.hangs_on_organisations) == ({X: ()}, {X: ("g1",)})
    assert [(one.ids, one.connected) for one in answer.changes if one.gone == (X,)] == [
        (("g1",), True), (("o1", "o2"), True), (("g1", "g2"), False),
    ]  # fmt: skip


@pytest.mark.parametrize("weighed", [True, False])
def test_it_is_said_where_territories_on_the_way_were_not_found_anew(weighed):
    network_ = network(ways_of_origins([X, Y], [X]), Projection(), weighed=weighed)
    for answer in (
        chokepoints.territories(network_, None, ["group:b"]),
        leave_out(network_, None, ["group:b"], of="territories"),
    ):
        assert (THROUGH in answer.caveats) != weighed
    assert THROUGH not in leave_out(network_, None, ["group:b"]).caveats


@pytest.mark.parametrize("conditions", [{}, {"min_origins": 1}, {"min_certainty": "stated"}, {"min_grade": "C3"}])
def test_it_is_said_where_findings_were_not_weighed_anew(conditions):
    network_ = network(random_stated(3), Projection(**conditions), weighed=False)
    exact = not {"min_certainty", "min_grade"} & set(conditions)
    for answer in (
        chokepoints.must_pass(network_, None, ["group:b"]),
        chokepoints.territories(network_, None, ["group:b"]),
        leave_out(network_, None, ["group:b"]),
    ):
        assert any("not worked out anew" in caveat for caveat in answer.caveats) != exact
