"""Why a grade is what it is, what would change it, and which findings are in conflict."""

import pytest

from kg import evidence, grading
from tests.unit.test_evidence import BACKGROUND, ORIGINS, SOURCES, finding


def graded(*findings):
    return grading.grading(findings, BACKGROUND)


def test_why_names_the_source_and_the_organisations():
    found = graded(finding("1", "agency"), finding("2", "copy"))
    assert found.grade == "B3"
    assert "agency (relays it itself)" in found.why[0] and "copy" not in found.why[0]
    assert "1 organisation(s) state or report it (car-org)" in found.why[-1]


@pytest.mark.parametrize(
    ("findings", "other", "again", "denied"),
    [
        ((finding("1", "agency"),), "number 1", "number 2", "number 4"),
        ((finding("1", "agency", "alleged"),), "number 2", "number 2", "number 5"),
        ((finding("1", "agency"), finding("2", "ngo")), None, None, "number 2"),
    ],
)
def test_what_would_change_it_is_what_the_rule_says(findings, other, again, denied):
    found = graded(*findings)
    raises, lowers = " ".join(found.raises), " ".join(found.lowers)
    assert ("another organisation would make the " + other in raises) if other else "another organisation" not in raises
    assert (again in raises) if again else "Another investigation" not in raises
    assert denied in lowers


def test_what_is_said_to_raise_does_raise():
    alone = (finding("1", "agency"),)
    assert evidence.relation((*alone, finding("2", "ngo")), BACKGROUND).grade[1] == "1"
    assert evidence.relation((*alone, finding("2", "second-car")), BACKGROUND).grade[1] == "2"


def test_taking_away_the_closest_relay_is_said_to_look_firmer():
    found = graded(finding("1", "agency", "alleged"), finding("2", "copy", "stated"))
    assert any("Without agency it would look firmer (stated instead of alleged)" in one for one in found.lowers)


def test_no_edge_has_no_grade():
    assert graded(finding("1", "agency", "denied")) is None


def sided(*findings, others=()):
    background = evidence.background([*findings, *others], SOURCES, ORIGINS)
    found = grading.sides(findings, background, evidence.opponents([*findings, *others]))
    return found.supporting, found.opposing


def contradicting(name, *given, of="1", **values):
    return finding(name, *given, contradicts=[{"id": of, "reason": "r"}], **values)


def test_a_denial_supports_nothing_and_stands_against_what_others_say():
    assert sided(finding("1", "agency"), finding("2", "ngo", "denied")) == (("1",), ("2",))
    assert sided(finding("1", "agency"), finding("2", "copy"), finding("3", "ngo", "denied")) == (("1", "2"), ("3",))


def test_what_drifts_within_an_origin_and_headlines_are_on_neither_side():
    assert sided(finding("1", "agency"), finding("2", "copy", "denied"), finding("3", "ngo")) == (("1", "3"), ())
    assert sided(finding("1", "agency", "denied"), finding("2", "copy"), finding("3", "ngo")) == (("3",), ("1",))
    assert sided(finding("1", "agency"), finding("2", "ngo", headline=True)) == (("1",), ())


def test_what_contradicts_from_another_origin_stands_against_it():
    one = finding("1", "agency")
    assert sided(one, others=[contradicting("2", "ngo", to="group:other")]) == (("1",), ("2",))
    assert sided(one, others=[contradicting("2", "copy", to="group:other")]) == (("1",), ())
    assert sided(one, others=[contradicting("2", "ngo", to="group:other", headline=True)]) == (("1",), ())
    assert sided(one, contradicting("2", "ngo")) == (("1", "2"), ())


def kinds(*findings):
    return [(one.kind, one.findings) for one in grading.conflicts(findings)]


def test_conflicts_of_dates_quantities_and_denials_are_found():
    assert kinds(finding("1", "agency", date="2014"), finding("2", "ngo", date="2016")) == [("date", ("1", "2"))]
    assert kinds(finding("1", "agency", date="2014/2016"), finding("2", "ngo", date="2016")) == []
    numbers = [finding("1", "agency", quantity={"min": 5}), finding("2", "ngo", quantity={"max": 3})]
    assert kinds(*numbers) == [("quantity", ("1", "2"))]
    assert kinds(finding("1", "agency", quantity={"min": 2, "max": 4}), finding("2", "ngo", quantity={"min": 3})) == []
    assert kinds(finding("1", "agency"), finding("2", "ngo", "denied")) == [("denial", ("2", "1"))]
    assert kinds(finding("2", "ngo", "denied")) == []
    lawful, other = finding("1", "agency", authorised=True), finding("2", "ngo", authorised=False)
    assert kinds(lawful, other) == [("authorised", ("1", "2"))]
    assert "1 has it authorised and 2 not" in grading.conflicts([other, lawful])[0].sentence


def test_recorded_contradictions_come_with_their_reason():
    one = finding("1", "agency", contradicts=[{"id": "9", "reason": "other place"}])
    assert kinds(one) == [("stated", ("1", "9"))]
    assert "other place" in grading.conflicts([one])[0].sentence


def test_contradictions_count_against_both_sides_and_drift_against_none():
    one = finding("1", "agency", contradicts=[{"id": "2", "reason": "x"}, {"id": "3", "reason": "x"}])
    rival, drifted = finding("2", "ngo", to="group:c"), finding("3", "copy", to="group:d")
    found = evidence.background([one, rival, drifted], SOURCES, ORIGINS)
    assert found.contradicted == {"1": frozenset({"amnesty-org"}), "2": frozenset({"car-org"})}
    headline = finding("1", "agency", "alleged", headline=True, contradicts=[{"id": "2", "reason": "x"}])
    assert "2" not in evidence.background([headline, rival], SOURCES, ORIGINS).contradicted
