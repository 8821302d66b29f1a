"""Which parties are proposed as one, with what reasons; branches, kinds and unnamed parties stay apart."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg import likeness, matching
from kg.commands import naming
from kg.records import Party, Records, Relation


def group(name, *aliases, id_=None, **changes):
    identifier = id_ or "group:" + "-".join(likeness.clean(name).split())
    return Party(identifier, identifier.partition(":")[0].capitalize(), name, aliases, **changes)


def proposals(*parties, relations=(), min_score=0.0, **options):
    graph = Records({party.id: party for party in parties}, {}, tuple(relations))
    return matching.propose(graph, min_score=min_score, **options)


def pair(first, second, kind="group", **options):
    """Return the one proposal for two names, None if there is none."""
    found = proposals(group(first, id_=f"{kind}:a"), group(second, id_=f"{kind}:b"), **options)
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("first", "second", "kind", "score", "reason"),
    [
        ("Levant Front", "Levant Front", "group", 100.0, "both are called “Levant Front”"),
        ("Al-Nuṣra Front", "AL NUSRA FRONT", "group", 100.0, "the same once cleaned"),
        ("Ba'ath militia", "Baath Militia", "group", 100.0, "the same once cleaned"),
        ("Đuro Đaković", "Duro Dakovic", "factory", 100.0, "the same once cleaned"),
        ("Калашников", "Kalashnikov", "factory", 90.0, "transliterated from another script"),
        ("Al-Nusra", "Alnusra", "group", 97.0, "the same but for spaces"),
        ("Army of Islam", "The Islam Army", "group", 97.0, "have the same words"),
        ("ISIL", "Islamic State of Iraq and the Levant", "group", 85.0, "has the initials of"),
        ("Zastava oružje a.d.", "Zastava Oruzje", "factory", 92.0, "but for the legal form (ad)"),
        ("Arsenal Ltd", "Arsenal S.A.", "distributor", 80.0, "the legal forms, which differ (ltd, sa)"),
        ("Tigris", "Tigris Group", "group", (100 + 100 * 12 / 18) / 2, "differ only by “group”: may"),
        (
            "Jaysh al-Islam",
            "Jaish al-Islam Movement",
            "group",
            (100 + 100 * 20 / 31) / 2,
            "differ only by “movement” and in how words are spelt (jaysh/jaish): may",
        ),
        ("Kalashnikov", "Kalashnikow", "factory", 100 * 20 / 22, "spelt alike (kalashnikov/kalashnikow)"),
    ],
)
def test_likeness_and_its_reason(first, second, kind, score, reason):
    found = pair(first, second, kind)
    assert found.score == round(score, 1)
    assert any(reason in one for one in found.reasons), found.reasons


@pytest.mark.parametrize(
    ("first", "second", "mark"),
    [
        ("Liberation Movement", "Liberation Movement - Northern branch", "branch northern"),
        ("Northern Liberation Brigade", "Southern Liberation Brigade", "northern / southern"),
        ("Real Liberation Army", "Liberation Army", "real"),
        ("Base Organisation in Iraq", "Base Organisation in Yemen", "iraq / yemen"),
        ("Workers' Front", "Workers' Front (Syrian)", "syrian"),
        ("Free Army, political wing", "Free Army, military wing", "political / military"),
    ],
)
def test_branches_of_one_movement_score_low_and_the_reason_says_so(first, second, mark):
    found = pair(first, second)
    assert found.score <= likeness.BRANCH < matching.MIN_SCORE
    assert any("branches stay apart" in reason and mark in reason for reason in found.reasons), found.reasons
    assert pair(first, second, min_score=matching.MIN_SCORE) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("101st Coastal Division", "102nd Coastal Division"),
        ("Company A works", "Company B works"),
        ("Unit 7", "Unit 8"),
    ],
)
def test_numbers_and_letters_tell_parts_apart(first, second):
    found = pair(first, second)
    assert found.score <= likeness.OTHER_NUMBER
    assert "number or letter" in found.reasons[0]


def test_more_words_score_low_and_the_reason_says_so():
    found = pair("Levant Storm", "Levant Storm Victory")
    assert found.score <= likeness.MORE_WORDS and "may be a part or branch" in found.reasons[0]


def test_names_of_other_words_are_no_pair():
    assert pair("Levant Front", "Zastava", min_score=50) is None
    assert pair("Omar", "Amir", min_score=80) is None


def test_an_alias_that_two_branches_share_makes_them_no_likely_pair():
    found = proposals(group("Northern Hawk Brigade", "Hawks"), group("Southern Hawk Brigade", "Hawks"))
    assert [one.score for one in found] == [likeness.BRANCH]
    assert any("branches stay apart" in reason for reason in found[0].reasons)


def test_an_alias_that_is_the_others_main_name_says_so_high_but_names_the_branch():
    found = proposals(group("Hawk Brigade"), group("Northern Hawk Brigade", "Hawk Brigade"))
    assert found[0].score == likeness.SAME
    assert any("branches stay apart" in reason for reason in found[0].reasons)


def test_the_best_of_all_names_counts():
    found = proposals(group("ISIS", "Islamic State", "Daesh"), group("Da'esh fighters", "Dáesh"))
    assert found[0].score == likeness.SAME and "Daesh" in found[0].reasons[0]


def test_ids_among_the_aliases_are_no_names():
    merged = group("Storm", "group:eagle", id_="group:a")
    assert proposals(merged, group("Eagle", "group:b", id_="group:b"), min_score=1) == []


def test_short_names_and_other_countries_count_for_less():
    assert pair("PLA", "PLA").score == likeness.SHORT_NAME
    here, there = (
        group("Hawks", territories=("country:SYR",)),
        group("Hawks", id_="group:b", territories=("country:MLI",)),
    )
    found = proposals(here, there)[0]
    assert found.score == likeness.SAME - matching.OTHER_TERRITORY
    assert any("other countries (country:MLI; country:SYR)" in reason for reason in found.reasons)


@pytest.mark.parametrize("sort", ["placeholder", "collective"])
def test_unnamed_parties_are_never_proposed_with_named_ones(sort):
    named, unnamed = group("Sellers", id_="group:a"), group("Sellers", id_="group:b", **{sort: True})
    assert proposals(named, unnamed) == []
    both = proposals(unnamed, group("Sellers", id_="group:c", **{sort: True}))
    assert both[0].score == matching.UNNAMED and "both are unnamed" in both[0].reasons[-1]


def test_a_legal_form_stands_at_one_end_of_a_name():
    texts = [
        [form.cleaned for form in likeness.forms([name], company=True)]
        for name in ("OOO Hawk", "Hawk and Sons", "Hawk JSC")
    ]
    assert texts == [["ooo hawk", "hawk"], ["hawk and sons"], ["hawk jsc", "hawk"]]
    assert [form.cleaned for form in likeness.forms(["Hawk JSC"], company=False)] == ["hawk jsc"]


def test_kinds_must_agree():
    assert proposals(group("Zastava", id_="factory:a"), group("Zastava", id_="distributor:a")) == []


def test_a_part_is_never_proposed_with_its_whole_nor_the_ends_of_a_transfer():
    whole, part = group("Hawks", id_="group:a"), group("Hawks", id_="group:b", part_of=("group:between",))
    between = group("Something else", id_="group:between", part_of=("group:a",))
    assert proposals(whole, part, between) == []
    other = group("Hawks", id_="group:c")
    assert len(proposals(whole, other)) == 1
    assert proposals(whole, other, relations=[Relation("supplied:x", "SUPPLIED", "group:c", "group:a")]) == []
    assert len(proposals(whole, other, relations=[Relation("held:x", "HELD", "group:c", "item:x")])) == 1


def test_parts_of_one_whole_are_said_to_be_that():
    found = proposals(*(group("Hawks", id_=f"group:{name}", part_of=("group:x",)) for name in "ab"))
    assert "both are parts of group:x" in found[0].reasons


def test_states_of_the_table_are_never_proposed_with_each_other():
    congos = [Party(name, "Country", "Congo") for name in ("country:COD", "country:COG")]
    assert proposals(*congos) == []
    assert len(proposals(congos[0], Party("country:congo", "Country", "Congo"))) == 1


def test_objections_say_why():
    parties = [group("A", id_="group:a"), group("B", id_="factory:b"), group("C", id_="group:c", placeholder=True)]
    objection = matching.objections(Records({party.id: party for party in parties}))
    assert objection("group:a", "factory:b") == "group:a is a Group and factory:b a Factory"
    assert objection("group:a", "group:c") == "group:c is a placeholder and the other is not"


def test_decided_pairs_are_left_out_and_the_limit_holds():
    parties = [group("Hawks", id_=f"group:{name}") for name in "abc"]
    assert [(one.first, one.second) for one in proposals(*parties)] == [
        ("group:a", "group:b"), ("group:a", "group:c"), ("group:b", "group:c"),
    ]  # fmt: skip
    left = proposals(*parties, settled=lambda first, second: (first, second) == ("group:a", "group:b"), limit=1)
    assert [(one.first, one.second) for one in left] == [("group:a", "group:c")]


def test_a_row_has_names_kind_and_reasons():
    parties = {party.id: party for party in (group("Hawks", id_="group:a"), group("The Hawks", id_="group:b"))}
    row = matching.propose(Records(parties))[0].row(parties)
    assert row == {
        "first": "group:a", "first_name": "Hawks", "second": "group:b", "second_name": "The Hawks", "kind": "Group",
        "score": 97.0, "reasons": ["“Hawks” and “The Hawks” have the same words"],
    }  # fmt: skip


WORDS = ["hawk", "hawks", "the", "al", "levant", "levent", "lövant", "north", "group", "syria", "syrian", "h", "l", "7"]
NAMES = st.lists(
    st.sampled_from([*WORDS, "hl", "hln", "Ястреб", "-", "ltd", "movement", "forces"]), min_size=1, max_size=7
).map(" ".join)


@given(st.lists(NAMES, min_size=2, max_size=5, unique=True))
def test_order_of_parties_does_not_matter_and_scores_keep_their_bounds(texts):
    parties = [group(text, id_=f"group:{number}") for number, text in enumerate(texts)]
    found = proposals(*parties, min_score=40)
    assert found == proposals(*reversed(parties), min_score=40)
    assert all(40 <= one.score <= 100 and one.reasons and one.first < one.second for one in found)
    assert found == sorted(found, key=lambda one: (-one.score, one.first, one.second))


@given(NAMES, NAMES)
def test_two_names_score_the_same_either_way(first, second):
    one, other = (likeness.forms([text], company=True) for text in (first, second))
    if one and other:
        assert likeness.compared(one[0], other[0])[0] == likeness.compared(other[0], one[0])[0]


@settings(max_examples=500)
@given(NAMES, NAMES)
@example("hawk hawk", "hawk hawks group")
@example("Jaysh al-Islam", "Jaish al-Islam Movement")
@example("north levant", "north levant forces movement group")
def test_pairs_that_a_name_by_name_comparison_scores_high_are_all_found(first, second):
    """Looking only at promising pairs loses none: brute force over all names of two parties agrees."""
    forms = [likeness.forms([text], company=False) for text in (first, second)]
    by_hand = max((likeness.compared(a, b)[0] for a in forms[0] for b in forms[1]), default=0.0)
    found = pair(first, second, min_score=80)
    assert (found is not None) == (by_hand >= 80)


@pytest.mark.parametrize("parties", [200, 800])
def test_names_are_not_all_compared_with_one_another(parties, monkeypatch):
    """A register of names of the same words asks for a few comparisons a name, however many there are."""
    drawn, compared = random.Random(7), []
    measured = likeness.compared
    monkeypatch.setattr(likeness, "compared", lambda *forms: compared.append(forms) or measured(*forms))
    words = ["hawks", "north", "levant", "arms", "front", "industries", "brigade", "free", "sons", "desert"]
    found = proposals(*(group(" ".join(drawn.sample(words, 3)), id_=f"group:{n}") for n in range(parties)))
    assert found
    assert len(compared) <= 4 * matching.NEAREST * parties


def test_the_command_has_the_same_least_score():
    assert naming.MIN_SCORE == matching.MIN_SCORE
