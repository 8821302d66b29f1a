import random
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis.custody import Chooser
from kg.network import Projection
from kg.records import Records, Relation

from .graphs import DAYS, ITEMS, judged, many, preference, records, transfer

NARROW = ("item:ak", "item:rocket", "item:precursor", "item:rifle")


def random_line(seed: int) -> Records:
    """A line of three to four hops with up to three transfers each, most of them tied to those before."""
    rng = random.Random(seed)
    relations: list[Relation] = []
    for hop in range(rng.randint(3, 4)):
        before = [one for one in relations if one.end == f"p{hop}"]
        for _ in range(rng.randint(1, 3)):
            first, last = sorted(rng.choices(range(len(DAYS)), k=2))
            linked = rng.sample(before, min(len(before), rng.choice([0, 1, 1, 2])))
            relations.append(
                transfer(
                    f"t{rng.random():.6f}",
                    f"p{hop}",
                    f"p{hop + 1}",
                    items=tuple(rng.sample(NARROW, rng.choice([0, 1, 1, 1, 2]))),
                    earliest=DAYS[first] if rng.random() < 0.9 else None,
                    latest=DAYS[last] if rng.random() < 0.9 else None,
                    alternative_of="either" if rng.random() < 0.1 else None,
                    grade=rng.choice(["A1", "B2", "C3"]),
                    origin_ids=tuple(rng.sample(["o1", "o2", "o3"], rng.randint(1, 3))),
                    findings=(f"f{len(relations)}",),
                    continues=tuple(finding for one in linked for finding in one.findings),
                )
            )
    if rng.random() < 0.5:
        for number in range(rng.randint(1, 2)):
            first, last = sorted(rng.choices(range(len(DAYS)), k=2))
            values = {
                "grade": rng.choice(["A1", "B2", "E5"]),
                "origin_ids": ("o1", "o2")[: rng.randint(1, 2)],
                "earliest": rng.choice([None, DAYS[first]]),
                "latest": rng.choice([None, DAYS[last]]),
                "alternative_of": rng.choice([None, None, None, "either"]),
            }
            product, source = rng.choice(NARROW), rng.choice(NARROW)
            relations.append(Relation(f"m{number}", "MANUFACTURED", "p1", product, inputs=(source,), **values))
    return records(*relations)


def hops_of(known: Records) -> list[list[Relation]]:
    transfers = sorted((one for one in known.relations if one.is_transfer), key=lambda one: one.start)
    return [list(hop) for _, hop in groupby(transfers, key=lambda one: one.start)]


@given(seed=st.integers(0, 2**32), strict_time=st.booleans(), strict_custody=st.booleans())
@many(300)
def test_the_choice_is_the_best_of_all_choices(seed, strict_time, strict_custody):
    known = random_line(seed)
    hops, strict = hops_of(known), {"strict_time": strict_time, "strict_custody": strict_custody}
    choice = Chooser(known, Projection(), **strict).choose([tuple(hop) for hop in hops])
    best = judged(hops, known.relations, **strict)
    assert (choice is None) == (best is None)
    if choice:
        assert preference(choice.transfers, known.relations, **strict) == best
        assert (choice.rank, -choice.origins, choice.alternative) == (*best[5:], best.alternatives > 0)
        assert choice.custody == ("stated", "compatible", "impossible")[best.custody]
        assert choice.time == ("certain", "possible", "impossible")[best.time]


@given(seed=st.integers(0, 2**32))
@many(100)
def test_what_is_carried_follows_from_the_joins(seed):
    known = random_line(seed)
    choice = Chooser(known, Projection()).choose([tuple(hop) for hop in hops_of(known)])
    assert len(choice.joins) == len(choice.transfers) - 1
    for one, item in zip(choice.transfers, choice.items, strict=True):
        assert item in (one.items or (None,))
    for join, item, carried in zip(choice.joins, choice.items[1:], choice.carried[1:], strict=True):
        assert (join.item, join.carried) == (item, carried)
        assert (join.manufactured is not None) == (join.basis == "manufactured")
    worst = max(("stated", "compatible", "impossible").index(join.custody) for join in choice.joins)
    assert choice.custody == ("stated", "compatible", "impossible")[worst]


DAY = {"earliest": "2020-01-02", "latest": "2020-01-02"}
SPAN = {"earliest": "2020-01-01", "latest": "2020-01-04"}


@pytest.mark.parametrize(
    ("one", "other", "better"),
    [
        ({"items": ("item:ak",), **SPAN, "continues": ("f",)}, {"items": ("item:ak",), **DAY}, "t1"),
        ({"items": ("item:rocket",), **DAY}, {"items": ("item:ak",), **SPAN}, "t2"),
        ({"items": ("item:ak",), **SPAN, "grade": "A1"}, {"items": ("item:ak",), **DAY, "grade": "E5"}, "t2"),
        ({"items": ("item:ak",), **DAY, "grade": "B2"}, {"items": ("item:ak",), **DAY, "grade": "A1"}, "t2"),
        ({"items": ("item:ak",), **DAY}, {"items": ("item:ak",), **DAY, "origin_ids": ("o1", "o2")}, "t2"),
        ({"items": ("item:ak",), **DAY}, {"items": ("item:ak",), **DAY}, "t1"),
    ],
)
def test_custody_comes_before_time_and_both_before_evidence(one, other, better):
    first = transfer("t0", "a", "b", items=("item:ak",), findings=("f",), grade="A1", origin_ids=("o1", "o2"), **DAY)
    second = (transfer("t1", "b", "c", **{"origin_ids": ("o1",)} | one), transfer("t2", "b", "c", **other))
    known = records(first, *second)
    assert Chooser(known, Projection()).choose([(first,), second]).transfers[1].id == better


def test_many_parallel_transfers_are_no_burden():
    rng = random.Random(7)
    hops = [
        tuple(
            transfer(
                f"t{hop}-{number}", f"p{hop}", f"p{hop + 1}", items=(rng.choice(sorted(ITEMS)),),
                earliest=rng.choice(DAYS), grade=rng.choice(["A1", "B2", "C3", "E5"]),
                origin_ids=tuple("abcdef"[: rng.randint(1, 6)]),
            )
            for number in range(60)
        )
        for hop in range(8)
    ]  # fmt: skip
    grown = 0

    class Counting(Chooser):
        def _label(self, *values):
            nonlocal grown
            grown += 1
            return super()._label(*values)

    assert Counting(records(*(one for hop in hops for one in hop)), Projection()).choose(hops).time == "possible"
    assert grown < 100_000


def chosen(*relations, **conditions):
    """The choice for a line of transfers, of one each, with any MANUFACTURED among them."""
    hops = [(one,) for one in relations if one.is_transfer]
    return Chooser(records(*relations), Projection(**conditions)).choose(hops)


def test_a_link_ties_the_items_that_both_transfers_name_and_no_others():
    first = transfer("a", "p0", "p1", items=("item:ak",))
    both = transfer("b", "p1", "p2", items=("item:ak", "item:rocket"), continues=first.findings)
    rocket = transfer("c", "p2", "p3", items=("item:rocket",), continues=both.findings)
    assert chosen(first, both).custody == chosen(both, rocket).custody == "stated"
    assert chosen(first, both, rocket).custody == "impossible"  # the rifles did not become rockets
    other = transfer("d", "p1", "p2", items=("item:precursor",), continues=first.findings)
    assert chosen(first, other).custody == "stated"  # two names for the very items, as the source says


def test_a_manufacture_between_counts_for_time_and_alternatives_as_a_transfer_does():
    inputs = transfer("a", "p0", "p1", items=("item:precursor",), earliest="2014-01-01", latest="2014-01-01")
    product = transfer("b", "p1", "p2", items=("item:rocket",), earliest="2015-01-01", latest="2015-01-01")
    made = {"start": "p1", "end": "item:rocket", "inputs": ("item:precursor",), "type": "MANUFACTURED", "id": "m"}

    def with_manufacture(**values):
        found = chosen(inputs, product, Relation(**made, origin_ids=("o1",), grade="B2", **values))
        return found.custody, found.time, found.alternative

    assert with_manufacture(earliest="2014-06-01", latest="2014-06-01") == ("compatible", "certain", False)
    assert with_manufacture(earliest="2010-01-01", latest="2010-01-01") == ("compatible", "impossible", False)
    assert with_manufacture(latest="2017-12-31") == ("compatible", "possible", False)
    assert with_manufacture(earliest="2014-06-01", latest="2014-06-01", alternative_of="x") == (
        "compatible", "possible", True,
    )  # fmt: skip
