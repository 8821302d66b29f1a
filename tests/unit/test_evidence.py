"""Which findings support one edge, how sure and how independent it is, and its grade."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import evidence
from kg.findings import Finding, Origin, Source

ORIGINS = {
    "car": Origin(id="car", organisation="car-org", kind="field investigation"),
    "car-2": Origin(id="car-2", organisation="car-org", kind="field investigation"),
    "amnesty": Origin(id="amnesty", organisation="amnesty-org", kind="study"),
    "afp": Origin(id="afp", organisation="afp-org", kind="observation"),
}


def source(name, grade, *relays, published="2016-12-18"):
    return Source.model_validate(
        {
            "id": name, "title": name, "publisher": "p", "published": published,
            "reliability": {"grade": grade, "reason": "r"}, "relays": list(relays),
        }
    )  # fmt: skip


SOURCES = {
    one.id: one
    for one in (
        source("agency", "B", "car"),
        source("copy", "E", "agency"),
        source("copy-of-copy", "D", "copy"),
        source("second-car", "B", "car-2"),
        source("ngo", "A", "amnesty"),
        source("wire", "C", "afp"),
    )
}
BACKGROUND = evidence.Background(SOURCES, ORIGINS, {})
BY_SOURCE = {
    "agency": "car",
    "copy": "car",
    "copy-of-copy": "car",
    "second-car": "car-2",
    "ngo": "amnesty",
    "wire": "afp",
}


def finding(name, source_name, certainty="reported", **changes):
    return Finding.model_validate(
        {
            "id": name, "relation": "SUPPLIED", "from": "group:a", "to": "group:b", "items": ["item:x"],
            "certainty": certainty, "source": source_name,
            "origin": BY_SOURCE[source_name], "statement": "s", **changes,
        }
    )  # fmt: skip


def edge(*findings, contradicted=None):
    background = evidence.Background(SOURCES, ORIGINS, contradicted or {})
    return evidence.relation(findings, background)


def test_distance_counts_relays():
    steps = {name: BACKGROUND.distance(name, "car") for name in SOURCES}
    assert steps == {"agency": 1, "copy": 2, "copy-of-copy": 3, "second-car": None, "ngo": None, "wire": None}


@pytest.mark.parametrize(
    ("firm", "hedged", "origins", "against", "number"),
    [
        (2, 0, 2, 0, 1), (3, 1, 4, 0, 1), (1, 1, 2, 0, 2), (1, 0, 2, 0, 2), (1, 0, 1, 0, 3), (0, 1, 1, 0, 4),
        (0, 3, 3, 0, 4), (2, 0, 2, 1, 2), (1, 0, 1, 1, 4), (1, 0, 1, 2, 5), (0, 1, 1, 3, 5),
    ],
)  # fmt: skip
def test_credibility_is_the_written_rule(firm, hedged, origins, against, number):
    assert evidence.credibility(firm, hedged, origins, against) == number


def test_one_report_is_3_and_a_copy_adds_nothing():
    alone = edge(finding("1", "agency"))
    copied = edge(finding("1", "agency"), finding("2", "copy"), finding("3", "copy-of-copy"))
    assert (alone.grade, alone.origin_ids, alone.organisation_ids) == ("B3", ("car",), ("car-org",))
    assert (copied.grade, copied.origin_ids, copied.organisation_ids) == ("B3", ("car",), ("car-org",))
    assert copied.findings == ("1", "2", "3")


def test_certainty_is_that_of_the_relay_closest_to_the_origin():
    drifted = edge(finding("1", "agency", "alleged"), finding("2", "copy", "stated"))
    assert (drifted.certainty, drifted.grade) == ("alleged", "B4")
    assert edge(finding("2", "copy", "stated")).certainty == "stated"


def test_letter_is_that_of_the_source_closest_to_the_origin_not_of_the_best_copy():
    assert edge(finding("1", "copy"), finding("2", "copy-of-copy")).grade == "E3"


def test_another_organisation_raises_another_origin_of_the_same_raises_less():
    assert edge(finding("1", "agency"), finding("2", "ngo")).grade == "A1"
    assert edge(finding("1", "agency"), finding("2", "second-car")).grade == "B2"
    assert edge(finding("1", "agency"), finding("2", "wire", "alleged")).grade == "B2"


def test_denials_and_headlines_make_no_edge():
    assert edge(finding("1", "agency", "denied")) is None
    assert edge(finding("1", "agency", "alleged", headline=True)) is None
    assert edge(finding("1", "agency", "denied"), finding("2", "copy", "alleged", headline=True)) is None


def test_the_least_number_of_alternatives_is_that_of_their_own_statement():
    said = finding("a", "ngo", alternative_of="either", transfer="t")
    counted = finding("b", "agency", alternative_of="which", alternatives_min=2, transfer="t")
    assert (edge(counted).alternative_of, edge(counted).alternatives_min) == ("which", 2)
    assert (edge(said, counted).alternative_of, edge(said, counted).alternatives_min) == ("either", None)
    for wrong in ({"alternatives_min": 2}, {"alternatives_min": 0, "alternative_of": "either"}):
        with pytest.raises(ValueError, match="alternatives_min"):
            finding("c", "ngo", **wrong)


def test_a_denial_lowers_and_deletes_nothing():
    disputed = edge(finding("1", "agency"), finding("2", "ngo", "denied"))
    assert (disputed.grade, disputed.origin_ids) == ("B4", ("car",))
    assert disputed.findings == ("1", "2")


def test_an_origin_whose_closest_relay_denies_does_not_support():
    assert edge(finding("1", "agency", "denied"), finding("2", "copy", "stated")) is None


def test_an_organisation_that_denies_what_it_also_reports_stands_against_it():
    taken_back = edge(finding("1", "agency"), finding("2", "second-car", "denied"))
    assert (taken_back.grade, taken_back.origin_ids) == ("B4", ("car",))
    halved = edge(finding("1", "agency"), finding("2", "second-car", "denied"), finding("3", "ngo"))
    assert halved.grade == "A2"


def test_of_relays_as_close_one_that_denies_lowers_and_deletes_nothing():
    sources = SOURCES | {"rival": source("rival", "E", "car")}
    background = evidence.Background(sources, ORIGINS, {})
    findings = [finding("1", "agency"), finding("2", "agency", "denied").model_copy(update={"source": "rival"})]
    disputed = evidence.relation(findings, background)
    assert (disputed.grade, disputed.certainty, disputed.origin_ids) == ("B4", "reported", ("car",))


def test_what_is_only_alleged_beside_a_firm_finding_is_not_on_the_edge():
    firm = finding("1", "agency", transfer="k", items=["item:ak"])
    said = {
        "transfer": "k", "items": ["item:tow"], "date": "2012", "via": ["country:TUR"], "authorised": False,
        "mechanism": "gift", "continues": ["0"],
    }  # fmt: skip
    found = edge(firm, finding("2", "wire", "alleged", **said))
    assert (found.items, found.earliest, found.via, found.authorised) == (("item:ak",), None, (), None)
    assert (found.mechanism, found.continues, found.certainty, found.grade) == (None, (), "reported", "B2")
    assert found.origin_ids == ("afp", "car") and found.findings == ("1", "2")
    alone = edge(finding("2", "wire", "alleged", **said))
    assert (alone.items, alone.via, alone.authorised, alone.continues) == (
        ("item:tow",), ("country:TUR",), False, ("0",),
    )  # fmt: skip


def test_the_letter_is_that_of_a_source_that_says_it_as_firmly_as_the_edge():
    assert edge(finding("1", "wire"), finding("2", "ngo", "alleged")).grade == "C2"
    assert edge(finding("1", "wire", "alleged"), finding("2", "ngo", "alleged")).grade == "A4"


def test_a_copy_adds_items_alone_to_what_the_closest_relay_says():
    near = finding("1", "agency", transfer="k", items=["item:ak"])
    far = finding("2", "copy", transfer="k", items=["item:tow"], authorised=False, continues=["0"], date="2012")
    found = edge(near, far)
    assert (found.items, found.authorised, found.continues, found.earliest) == (
        ("item:ak", "item:tow"), None, (), None,
    )  # fmt: skip


def test_a_link_holds_for_the_items_of_the_finding_that_states_it():
    both = finding("1", "agency", transfer="k", items=["item:ak", "item:tow"], continues=["0"])
    one = finding("2", "ngo", transfer="k", items=["item:ak"], continues=["9"])
    assert edge(both).continues == ("0",)
    assert edge(both, one).continues == ("0",)
    assert edge(one).continues == ("9",)


def test_findings_that_differ_on_whether_it_was_authorised_leave_it_open():
    lawful, other = finding("1", "agency", authorised=True), finding("2", "ngo", authorised=False)
    assert (edge(lawful).authorised, edge(other).authorised, edge(lawful, other).authorised) == (True, False, None)


def test_an_alternative_only_alleges_what_another_says_outright():
    either = finding("1", "agency", transfer="k", alternative_of="either")
    assert (edge(either).alternative_of, edge(either).grade) == ("either", "B3")
    outright = edge(either, finding("2", "wire", transfer="k"))
    assert (outright.alternative_of, outright.grade, outright.certainty) == (None, "C2", "reported")
    hinted = edge(either, finding("2", "wire", "alleged", transfer="k"))
    assert (hinted.alternative_of, hinted.grade) == ("either", "B2")


def test_a_stated_beginning_holds_beside_an_end_that_is_only_the_publication():
    begun = finding("1", "agency", date={"earliest": "2016", "latest": "2016-12-18", "derived": True})
    found = edge(begun)
    assert (found.earliest, found.latest, found.date_derived) == ("2016-01-01", "2016-12-18", True)
    assert begun.agreement != finding("2", "agency").agreement


def test_contradiction_by_another_organisation_lowers():
    assert edge(finding("1", "agency"), contradicted={"1": frozenset({"amnesty-org"})}).grade == "B4"


def test_period_is_what_all_statements_leave_and_publication_only_where_none_is_stated():
    stated = edge(finding("1", "agency", date="2014/2016"), finding("2", "ngo", date="2015/2017"))
    assert (stated.earliest, stated.latest, stated.date_derived) == ("2015-01-01", "2016-12-31", False)
    apart = edge(finding("1", "agency", date="2014"), finding("2", "ngo", date="2016"))
    assert (apart.earliest, apart.latest) == ("2014-01-01", "2016-12-31")
    unstated = edge(finding("1", "agency"))
    assert (unstated.earliest, unstated.latest, unstated.date_derived) == (None, "2016-12-18", True)
    begun = edge(finding("1", "agency", date="2014/.."))
    assert (begun.earliest, begun.latest, begun.date_derived) == ("2014-01-01", "2016-12-18", True)


def test_parallel_transfers_stay_apart_and_what_names_none_goes_with_what_it_agrees_with():
    first, second = finding("1", "agency", transfer="k1"), finding("2", "ngo", transfer="k2")
    loose, other = finding("3", "wire"), finding("4", "wire", to="group:c")
    names = lambda groups: [[one.id for one in group] for group in groups]  # noqa: E731
    assert names(evidence.group([first, second, loose])) == [["1"], ["2"], ["3"]]
    assert names(evidence.group([first, loose, other])) == [["1", "3"], ["4"]]
    assert evidence.edge_id([first, loose]) == "supplied:k1"


def test_same_key_for_different_edges_is_a_disagreement():
    assert evidence.disagreement([finding("1", "agency", transfer="k"), finding("2", "ngo", transfer="k")]) is None
    odd = [finding("1", "agency", transfer="k"), finding("2", "ngo", transfer="k", to="group:c")]
    assert "group:c" in evidence.disagreement(odd)


def test_joint_share_stays_with_its_statement():
    joint = edge(finding("1", "agency", share={"min": 0.9, "of": "all"}, joint="j"))
    assert (joint.share_min, joint.share_of, joint.joint) == (0.9, "all", "j")


def test_a_number_keeps_the_joint_statement_it_belongs_to():
    better = finding("1", "ngo", joint="their-statement")
    counted = finding("2", "agency", share={"min": 0.5}, joint="our-statement")
    found = edge(better, counted)
    assert (found.share_min, found.joint) == (0.5, "our-statement")
    assert edge(better).joint == "their-statement"
    parts = edge(finding("1", "ngo", quantity={"min": 3}), finding("2", "agency", share={"min": 0.5}, joint="j"))
    assert (parts.quantity_min, parts.share_min, parts.joint) == (3, None, None)


entries = st.lists(
    st.tuples(
        st.sampled_from(sorted(SOURCES)),
        st.sampled_from(["stated", "reported", "alleged", "denied"]),
        st.sampled_from([None, "k1", "k2"]),
        st.sampled_from([None, "2014", "2015/2016"]),
    ),
    min_size=1,
    max_size=8,
)


def made(drawn):
    return [
        finding(str(number), name, certainty, **({"transfer": key} if key else {}), **({"date": date} if date else {}))
        for number, (name, certainty, key, date) in enumerate(drawn)
    ]


def edges(findings):
    return [evidence.relation(group, BACKGROUND) for group in evidence.group(findings)]


@given(entries, st.randoms())
def test_order_of_findings_changes_nothing(drawn, random):
    findings = made(drawn)
    shuffled = list(findings)
    random.shuffle(shuffled)
    assert edges(findings) == edges(shuffled)


@given(entries)
def test_every_finding_is_in_one_group(drawn):
    findings = made(drawn)
    assert sorted(one.id for group in evidence.group(findings) for one in group) == sorted(one.id for one in findings)


@given(entries)
def test_a_verbatim_copy_by_a_new_outlet_changes_no_grade_and_no_count(drawn):
    findings = made(drawn)
    sources = dict(SOURCES)
    copies = []
    for one in findings:
        outlet = source(f"outlet-{one.source}", "A", one.source)
        sources[outlet.id] = outlet
        copies.append(one.model_copy(update={"id": f"{one.id}-copy", "source": outlet.id}))
    background = evidence.Background(sources, ORIGINS, {})
    weight = lambda edge: edge and (edge.grade, edge.certainty, edge.origin_ids, edge.organisation_ids)  # noqa: E731
    before = [weight(evidence.relation(group, background)) for group in evidence.group(findings)]
    after = [weight(evidence.relation(group, background)) for group in evidence.group(findings + copies)]
    assert before == after


@given(entries)
def test_a_first_hand_report_of_another_organisation_adds_one_and_lowers_nothing(drawn):
    findings = [one for one in made(drawn) if one.source != "wire" and not one.transfer and one.date is None]
    first_hand = finding("new", "wire", "stated")
    (before,) = [evidence.relation(findings, BACKGROUND)] if findings else [None]
    after = evidence.relation([*findings, first_hand], BACKGROUND)
    assert after is not None
    assert set(after.organisation_ids) == {*(before.organisation_ids if before else ()), "afp-org"}
    assert before is None or after.grade[1] < before.grade[1] or before.grade[1] in "15"
