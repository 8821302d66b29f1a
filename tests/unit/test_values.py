"""Nodes, relationships and paths in words."""

import pytest

from kg.store.values import named_in, plain, words

GIVER = {"labels": ["Country", "Party"], "id": "country:AAA", "properties": {"id": "country:AAA", "name": "Giver"}}
TAKER = {"labels": ["Group", "Party"], "id": "group:b", "properties": {"id": "group:b", "name": "Taker"}}
FINDING = {"labels": ["Finding"], "id": "f1", "properties": {"id": "f1"}}
GIFT = {"type": "SUPPLIED", "id": "t1", "from": "country:AAA", "to": "group:b",
        "properties": {"id": "t1", "items": ["item:gun", "item:bomb"]}}  # fmt: skip
CITES = {"type": "CITES", "id": "5:x:1", "from": "f1", "to": "s1", "properties": {}}
NAMES = {"country:AAA": "Giver", "group:b": "Taker", "item:gun": "gun"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (GIVER, "(Giver :Country)"),
        (FINDING, "(f1 :Finding)"),
        ({"labels": [], "id": "4:x:1", "properties": {}}, "(4:x:1)"),
        (GIFT, "(Giver)-[SUPPLIED gun, item:bomb]->(Taker)"),
        (CITES, "(f1)-[CITES]->(s1)"),
        (
            {"nodes": [GIVER, TAKER], "relationships": [GIFT]},
            "(Giver :Country) -[SUPPLIED gun, item:bomb]-> (Taker :Group)",
        ),
        (
            {"nodes": [TAKER, GIVER], "relationships": [GIFT]},
            "(Taker :Group) <-[SUPPLIED gun, item:bomb]- (Giver :Country)",
        ),
        ({"nodes": [TAKER], "relationships": []}, "(Taker :Group)"),
        ([GIVER, 1, None, "x"], ["(Giver :Country)", 1, None, "x"]),
        ({"who": TAKER, "id": 1}, {"who": "(Taker :Group)", "id": 1}),
    ],
)
def test_words(value, said):
    assert words(value, NAMES) == said


def test_the_names_that_words_need():
    assert set(named_in([[GIVER, {"a": [GIFT]}]])) == {"country:AAA", "group:b", "item:gun", "item:bomb"}
    assert set(named_in([[GIVER, 1, None, "SUPPLIED"]])) == set()


def test_values_that_json_does_not_have():
    assert plain([b"\x00", float("inf"), 0.5, True, None, {"a": (1, 2)}]) == ["AA==", "inf", 0.5, True, None,
                                                                             {"a": [1, 2]}]  # fmt: skip
