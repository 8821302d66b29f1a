"""Where parties stand: columns, crossings, heights and springs, against brute force and by their laws."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.export.columns import Columns, columns_of
from kg.export.flow import fitted, flow
from kg.export.force import force
from kg.export.layout import GLYPH, LABEL_COLUMNS, LABEL_LINES, LINE_HEIGHT, label_lines, text_columns

PARTIES = [f"p{number}" for number in range(9)]
PAIRS = st.lists(st.tuples(st.sampled_from(PARTIES), st.sampled_from(PARTIES)), min_size=1, max_size=18)


def transfers_of(pairs):
    return {f"t{number}": pair for number, pair in enumerate(pairs)}


def names_of(parties):
    return {party: f"Name of {party}" for party in parties}


class TestLabels:
    def test_a_short_name_is_one_line(self):
        assert label_lines("Romania") == ("Romania",)

    def test_a_long_name_is_broken_into_lines_of_like_length(self):
        assert label_lines("United States of America") == ("United States", "of America")

    def test_what_is_cut_ends_in_an_ellipsis(self):
        lines = label_lines("word " * 500)
        assert len(lines) == LABEL_LINES and lines[-1].endswith("…")

    def test_wide_characters_take_two_columns(self):
        assert text_columns("ab") == 2 and text_columns("漢字") == 4 and text_columns("e\u0301") == 1
        assert len(label_lines("漢" * 30)) == LABEL_LINES

    @given(st.text(max_size=300), st.integers(8, 40))
    def test_lines_keep_their_bounds(self, name, columns):
        lines = label_lines(name, columns)
        assert 1 <= len(lines) <= LABEL_LINES
        assert all(len(line) <= columns for line in lines)


class TestColumns:
    def test_a_chain_goes_from_left_to_right(self):
        chain = transfers_of([("a", "b"), ("b", "c"), ("a", "c")])
        assert columns_of(["a", "b", "c"], chain, {}) == {"a": 0, "b": 1, "c": 2}

    def test_given_columns_hold_and_the_others_fit_in(self):
        chain = transfers_of([("a", "b"), ("b", "c"), ("c", "d")])
        assert columns_of(["a", "b", "c", "d"], chain, {"b": 4, "c": 6}) == {"a": 0, "b": 1, "c": 2, "d": 3}

    @given(PAIRS)
    def test_without_a_cycle_every_transfer_goes_right(self, pairs):
        forward = transfers_of([(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]])
        columns = columns_of(PARTIES, forward, {})
        assert all(columns[start] < columns[end] for start, end in forward.values())
        assert sorted(set(columns.values())) == list(range(max(columns.values()) + 1))

    @given(PAIRS, st.randoms())
    def test_cycles_do_no_harm_and_order_does_not_matter(self, pairs, chance):
        transfers = transfers_of(pairs)
        columns = columns_of(PARTIES, transfers, {})
        assert set(columns) == set(PARTIES)
        shuffled = list(PARTIES)
        chance.shuffle(shuffled)
        assert columns_of(shuffled, transfers, {}) == columns

    @given(PAIRS)
    def test_crossings_are_counted_as_by_hand(self, pairs):
        transfers = transfers_of(pairs)
        grid = Columns(columns_of(PARTIES, transfers, {}), transfers, {})
        by_hand = 0
        for places, following in itertools.pairwise(grid.places):
            lines = [
                (row, following.index(end)) for row, place in enumerate(places) for end in grid.after.get(place, ())
            ]
            by_hand += sum((a - c) * (b - d) < 0 for (a, b), (c, d) in itertools.combinations(lines, 2))
        assert grid.crossings() == by_hand

    @given(PAIRS)
    def test_arranging_adds_no_crossing_and_loses_no_place(self, pairs):
        transfers = transfers_of(pairs)
        grid = Columns(columns_of(PARTIES, transfers, {}), transfers, {})
        before, places = grid.crossings(), [sorted(column) for column in grid.places]
        grid.arrange()
        assert grid.crossings() <= before
        assert [sorted(column) for column in grid.places] == places

    def test_crossings_that_can_go_do(self):
        crossed = {"1": ("a", "z"), "2": ("b", "y"), "3": ("c", "x")}
        grid = Columns({"a": 0, "b": 0, "c": 0, "x": 1, "y": 1, "z": 1}, crossed, {})
        assert grid.crossings() == 3
        grid.arrange()
        assert grid.crossings() == 0


class TestFitted:
    @given(st.lists(st.floats(-100, 100), min_size=1, max_size=7), st.data())
    def test_order_and_gaps_hold_and_no_small_step_is_better(self, wanted, data):
        size = len(wanted)
        weights = data.draw(st.lists(st.floats(0.5, 4), min_size=size, max_size=size))
        gaps = data.draw(st.lists(st.floats(0, 30), min_size=size - 1, max_size=size - 1))
        values = fitted(wanted, weights, gaps)

        def allowed(tried):
            return all(b - a >= gap - 1e-9 for (a, b), gap in zip(itertools.pairwise(tried), gaps, strict=True))

        def cost(tried):
            return sum(w * (a - b) ** 2 for a, b, w in zip(tried, wanted, weights, strict=True))

        assert allowed(values)
        chance = random.Random(1)
        for _ in range(30):
            tried = [value + chance.uniform(-1, 1) for value in values]
            assert not allowed(tried) or cost(tried) >= cost(values) - 1e-6

    def test_what_fits_stays(self):
        assert fitted([0.0, 50.0, 90.0], [1.0, 1.0, 1.0], [40.0, 40.0]) == [0.0, 50.0, 90.0]


def box(spot):
    """Return left, top, right and bottom of a party with its label as the layout reckons it."""
    width = 9 * max(map(text_columns, spot.lines))
    height = len(spot.lines) * LINE_HEIGHT / 2
    if spot.side == "left":
        return spot.x - GLYPH - width, spot.y - max(height, GLYPH), spot.x + GLYPH, spot.y + max(height, GLYPH)
    if spot.side == "right":
        return spot.x - GLYPH, spot.y - max(height, GLYPH), spot.x + GLYPH + width, spot.y + max(height, GLYPH)
    half = max(width / 2, GLYPH)
    return spot.x - half, spot.y - GLYPH, spot.x + half, spot.y + GLYPH + 2 * height


def meet(one, other):
    return min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[1], other[1])


class TestFlow:
    def test_suppliers_stand_left_and_the_end_user_right(self):
        layout = flow(names_of("abcd"), transfers_of([("a", "c"), ("b", "c"), ("c", "d")]))
        spots = layout.spots
        assert spots["a"].x == spots["b"].x < spots["c"].x < spots["d"].x
        assert [spots[party].side for party in "abcd"] == ["left", "left", "below", "right"]

    @settings(max_examples=60)
    @given(PAIRS)
    def test_parties_with_their_labels_do_not_overlap(self, pairs):
        spots = flow(names_of(PARTIES), transfers_of(pairs)).spots
        assert set(spots) == set(PARTIES)
        overlaps = [(a, b) for a, b in itertools.combinations(PARTIES, 2) if meet(box(spots[a]), box(spots[b]))]
        assert overlaps == []

    def test_a_tall_column_is_staggered_without_overlap(self):
        many = [f"supplier {number:03}" for number in range(70)]
        spots = flow(names_of([*many, "user"]), transfers_of([(one, "user") for one in many])).spots
        assert len({spots[one].x for one in many}) == 4
        overlaps = [(a, b) for a, b in itertools.combinations(many, 2) if meet(box(spots[a]), box(spots[b]))]
        assert overlaps == []
        assert max(spot.x for spot in spots.values()) == spots["user"].x

    def test_a_party_without_a_transfer_stands_below_and_not_among_suppliers(self):
        spots = flow(names_of(["a", "b", "alone"]), transfers_of([("a", "b")])).spots
        assert spots["alone"].y > max(spots["a"].y, spots["b"].y) + 60

    def test_a_transfer_past_a_column_bends_around_the_party_there(self):
        layout = flow(names_of("abc"), {"one": ("a", "b"), "two": ("b", "c"), "past": ("a", "c")})
        assert layout.bends["one"] == layout.bends["two"] == 0
        assert abs(layout.bends["past"]) > GLYPH

    def test_parties_of_one_territory_stand_together_on_their_band(self):
        people = [f"p{number}" for number in range(8)]
        transfers = transfers_of([(one, "end") for one in people])
        territories = {one: (f"country:{'AB'[number % 2]}", "country:C") for number, one in enumerate(people)}
        layout = flow(names_of([*people, "end"]), transfers, None, territories)
        assert sorted(band.territories[0] for band in layout.bands) == ["country:A", "country:B"]
        for band in layout.bands:
            inside = [
                party
                for party, spot in layout.spots.items()
                if band.left <= spot.x <= band.left + band.width and band.top <= spot.y <= band.top + band.height
            ]
            assert {territories.get(party) for party in inside} == {band.territories}
            assert len(inside) == 4
        first, second = ((band.left, band.top, band.left + band.width, band.top + band.height) for band in layout.bands)
        assert not meet(first, second)

    @given(PAIRS, st.randoms())
    @settings(max_examples=30)
    def test_the_order_of_the_input_does_not_matter(self, pairs, chance):
        transfers = transfers_of(pairs)
        shuffled = list(transfers.items())
        chance.shuffle(shuffled)
        names = names_of(PARTIES)
        assert flow(dict(reversed(names.items())), dict(shuffled)) == flow(names, transfers)

    def test_nothing_gives_nothing(self):
        assert flow({}, {}).spots == {}
        assert set(flow({"a": "A"}, {}).spots) == {"a"}


@pytest.fixture(scope="module")
def graph():
    chance = random.Random(5)
    parties = [f"p{number:03}" for number in range(80)]
    return names_of(parties), transfers_of([tuple(chance.sample(parties, 2)) for _ in range(110)])


class TestForce:
    def test_the_same_input_gives_the_same_places(self, graph):
        names, transfers = graph
        assert force(names, transfers) == force(dict(reversed(names.items())), dict(reversed(transfers.items())))
        assert force(names, transfers, seed=2).spots != force(names, transfers).spots

    def test_no_two_glyphs_touch(self, graph):
        spots = force(*graph).spots.values()
        for one, other in itertools.combinations(spots, 2):
            assert abs(one.x - other.x) > 2 * GLYPH or abs(one.y - other.y) > 2 * GLYPH

    def test_parties_that_pass_on_to_each_other_stand_nearer(self, graph):
        names, transfers = graph
        spots = force(names, transfers).spots

        def distance(start, end):
            return ((spots[start].x - spots[end].x) ** 2 + (spots[start].y - spots[end].y) ** 2) ** 0.5

        joined = [distance(*pair) for pair in transfers.values()]
        every = [distance(*pair) for pair in itertools.combinations(names, 2)]
        assert sum(joined) / len(joined) < 0.75 * sum(every) / len(every)

    def test_parts_stand_side_by_side(self):
        spots = force(names_of("abcdef"), transfers_of([("a", "b"), ("b", "c"), ("d", "e")])).spots
        lefts = [sorted(spots[party].x for party in part) for part in ("abc", "de", "f")]
        tops = [sorted(spots[party].y for party in part) for part in ("abc", "de", "f")]
        for one, other in itertools.combinations(range(3), 2):
            apart_x = lefts[one][-1] < lefts[other][0] or lefts[other][-1] < lefts[one][0]
            apart_y = tops[one][-1] < tops[other][0] or tops[other][-1] < tops[one][0]
            assert apart_x or apart_y

    def test_labels_are_there(self, graph):
        assert all(len(spot.lines[0]) <= LABEL_COLUMNS for spot in force(*graph).spots.values())
