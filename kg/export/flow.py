"""The layout of an answer: a layered flow from left to right, suppliers left, end users right.

After K. Sugiyama, S. Tagawa and M. Toda, "Methods for visual understanding of hierarchical system structures", IEEE
Transactions on Systems, Man, and Cybernetics 11 (1981).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from kg.export.columns import Columns, Place, columns_of
from kg.export.layout import (
    GLYPH,
    LABEL_COLUMNS,
    LABEL_LINES,
    LINE_HEIGHT,
    OUTER_LABEL_COLUMNS,
    Band,
    Layout,
    Spot,
    Transfers,
    label_lines,
    text_columns,
)

_ROWS = 20
_CROWDED = 10
_LONGER = 14
_TALL = 900
_LABEL_WIDTH = 9 * LABEL_COLUMNS
_OUTER_LABEL_WIDTH = 8 * OUTER_LABEL_COLUMNS
_FILE_WIDTH = _OUTER_LABEL_WIDTH + 2 * GLYPH
_BAND_GAP = 46


def flow(
    names: Mapping[str, str],
    transfers: Transfers,
    columns: Mapping[str, int] | None = None,
    territories: Mapping[str, tuple[str, ...]] | None = None,
) -> Layout:
    """Place parties from left to right by column, with few crossings and without overlapping labels.

    `names` holds the labels' texts by party id, `transfers` the two ends by transfer id. `columns` may be given for
    some parties only. Where `territories` (party id to country ids) is given, the parties of the same territories
    stand together in their column with a band behind them. Parties without a transfer stand in rows of their own below.
    """
    joined = {party for ends in transfers.values() for party in ends}
    parties = sorted(joined & names.keys())
    if not parties:
        return Layout(_rows_below(names, {}))
    column_of = columns_of(parties, transfers, columns or {})
    groups = {party: group for party, group in (territories or {}).items() if party in joined}
    grid = Columns(column_of, transfers, groups)
    grid.arrange()
    labels = _labels(names, column_of)
    heights = _Heights(grid, labels)
    y = _straightened(grid, heights)
    x = _column_x(heights, y)
    y = _spread(y, x[-1])
    spots: dict[str, Spot] = {}
    for column, places in enumerate(grid.places):
        files = heights.files[column]
        for row, (party, _) in enumerate(place for place in places if place[1] < 0):
            # In the first column the file next to the transfers is filled first, in the others the leftmost one.
            shift = row % files if column else files - 1 - row % files
            spots[party] = Spot(round(x[column] + shift * _FILE_WIDTH), round(y[party, -1]), *labels[party])
    bends = _bends(grid, transfers, column_of, y, spots)
    bands = _bands(grid, heights, y, spots)
    alone = {party: name for party, name in names.items() if party not in joined}
    return Layout({**spots, **_rows_below(alone, spots)}, bends, bands)


def _labels(names: Mapping[str, str], columns: Mapping[str, int]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return side and lines of labels: outwards in the first and last column, where nothing leaves that way.

    Where many parties stand below each other, a label has few lines, beside a column long ones.
    """
    last = max(columns.values())
    outer = {0: "left", last: "right"} if last else {}
    members = Counter(columns.values())
    labels = {}
    for party, column in columns.items():
        side = outer.get(column, "below")
        room = _TALL / min(members[column], _ROWS) - (2 * GLYPH + 22 if side == "below" else 10)
        width = LABEL_COLUMNS if side == "below" else OUTER_LABEL_COLUMNS
        if side != "below" and members[column] > _CROWDED:
            width += _LONGER
        labels[party] = side, label_lines(names[party], width, max(1, min(LABEL_LINES, int(room / LINE_HEIGHT))))
    return labels


def _heights(lines: int, side: str) -> tuple[float, float]:
    """Return how far a party with its label reaches above and below its middle, in pixels."""
    if side == "below":
        return GLYPH + 8, GLYPH + 8 + lines * LINE_HEIGHT
    half = max(GLYPH + 4, lines * LINE_HEIGHT / 2 + 2)
    return half, half


class _Heights:
    """Heights of places, the files that a tall column is staggered in, and the gaps between neighbours."""

    def __init__(self, columns: Columns, labels: Mapping[str, tuple[str, tuple[str, ...]]]) -> None:
        self.columns, self.labels = columns, labels
        self.files = [max(0, sum(number < 0 for _, number in places) - 1) // _ROWS + 1 for places in columns.places]

    def reach(self, place: Place) -> tuple[float, float]:
        """Return how far the place reaches above and below its middle."""
        name, number = place
        if number >= 0:
            return 7.0, 7.0
        side, lines = self.labels[name]
        return _heights(len(lines), side)

    def gaps(self, column: int) -> list[float]:
        """Return the least distances between neighbours; in a column of several files neighbours stand abreast."""
        pairs = list(pairwise(self.columns.places[column]))
        gaps = [self._gap(*pair) for pair in pairs]
        files = self.files[column]
        if files == 1:
            return gaps
        abreast = max(gaps) / files
        parties = [upper[1] < 0 and lower[1] < 0 for upper, lower in pairs]
        return [abreast if both else gap for gap, both in zip(gaps, parties, strict=True)]

    def _gap(self, upper: Place, lower: Place) -> float:
        reach = self.reach(upper)[1] + self.reach(lower)[0] + 6
        groups = self.columns.groups
        return reach + _BAND_GAP if groups.get(upper) != groups.get(lower) else reach


def fitted(wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Return the positions nearest to those wanted (least squares) that keep their order and these gaps.

    Pool adjacent violators: R. Barlow and others, "Statistical Inference under Order Restrictions", 1972.
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    blocks: list[list[float]] = []
    for want, weight, offset in zip(wanted, weights, offsets, strict=False):
        blocks.append([want - offset, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value, mass, count = blocks.pop()
            last = blocks[-1]
            last[0] = (last[0] * last[1] + value * mass) / (last[1] + mass)
            last[1] += mass
            last[2] += count
    values = [value for value, _, count in blocks for _ in range(int(count))]
    return [value + offset for value, offset in zip(values, offsets, strict=False)]


def _straightened(columns: Columns, heights: _Heights) -> dict[Place, float]:
    """Return the y of every place: near the mean of its neighbours, never overlapping."""
    y: dict[Place, float] = {}
    gaps = [heights.gaps(column) for column in range(columns.count)]
    for column, places in enumerate(columns.places):
        stacked = fitted([0.0] * len(places), [1.0] * len(places), gaps[column])
        y.update(zip(places, stacked, strict=True))
    for sweep in range(14):
        for column in range(columns.count) if sweep % 2 == 0 else range(columns.count - 1, -1, -1):
            places = columns.places[column]
            wanted, weights = [], []
            for place in places:
                near = columns.before.get(place, []) + columns.after.get(place, [])
                wanted.append(sum(y[one] for one in near) / len(near) if near else y[place])
                weights.append((8.0 if place[1] >= 0 else 1.0) * (1 + len(near)) ** 0.5)
            y.update(zip(places, fitted(wanted, weights, gaps[column]), strict=True))
    return y


def _column_x(heights: _Heights, y: Mapping[Place, float]) -> list[float]:
    """Return the x of each column's first file; columns stand further apart in a tall flow, so that lines stay flat."""
    tall = max(y.values()) - min(y.values())
    steps = max(1, heights.columns.count - 1)
    gap = min(420.0, max(205.0, tall / steps, 560.0 / steps))
    result, x = [], 0.0
    for column, files in enumerate(heights.files):
        x += gap if column else 0.0
        result.append(x)
        x += (files - 1) * _FILE_WIDTH
    return result


def _spread(y: Mapping[Place, float], width: float) -> dict[Place, float]:
    """Stretch a flat flow, at most to twice its height."""
    tall = max(y.values()) - min(y.values())
    factor = min(2.0, max(1.0, 0.5 * width / tall)) if tall else 1.0
    return {place: value * factor for place, value in y.items()}


def _bends(
    grid: Columns,
    transfers: Transfers,
    columns: Mapping[str, int],
    y: Mapping[Place, float],
    spots: Mapping[str, Spot],
) -> dict[str, int]:
    """Return the bends of the transfers that pass columns: the way around the parties there."""
    bends: dict[str, int] = dict.fromkeys(transfers, 0)
    for id_, (start, end) in transfers.items():
        if columns[start] == columns[end]:
            continue
        backwards = columns[start] > columns[end]
        pair = (end, start) if backwards else (start, end)
        aside = _aside([y[place] for place in grid.through[pair]], spots[pair[0]].y, spots[pair[1]].y)
        if backwards and abs(aside) < 60:
            aside = math.copysign(60, aside or 1)
        bends[id_] = round(aside)
    return bends


def _aside(between: Sequence[float], first: float, last: float) -> float:
    """Return how far the middle of a curve from y to y must be pulled to pass the places between, on average."""
    total = 0.0
    for number, value in enumerate(between, start=1):
        share = number / (len(between) + 1)
        straight = first + (last - first) * share * share * (3 - 2 * share)
        total += (value - straight) / (3 * share * (1 - share))
    return total / len(between) if between else 0.0


def _bands(grid: Columns, heights: _Heights, y: Mapping[Place, float], spots: Mapping[str, Spot]) -> tuple[Band, ...]:
    bands = []
    for places in grid.places:
        members: dict[tuple[str, ...], list[Place]] = defaultdict(list)
        for place in places:
            if place in grid.groups:
                members[grid.groups[place]].append(place)
        for territories, inside in sorted(members.items()):
            tops = [y[place] - heights.reach(place)[0] for place in inside]
            bottoms = [y[place] + heights.reach(place)[1] for place in inside]
            lefts, rights = zip(*(_width(spots[party]) for party, _ in inside), strict=True)
            top, left = min(tops) - 26, min(lefts)
            size = (round(max(rights) - left), round(max(bottoms) + 6 - top))
            bands.append(Band(territories, round(left), round(top), *size))
    return tuple(bands)


def _width(spot: Spot) -> tuple[float, float]:
    """Return the left and right end of a party with its label."""
    beside, label = GLYPH + 14, max(8 * text_columns(line) for line in spot.lines) + 8
    if spot.side == "left":
        return spot.x - beside - label, spot.x + beside
    if spot.side == "right":
        return spot.x - beside, spot.x + beside + label
    half = max(_LABEL_WIDTH / 2, label / 2)
    return spot.x - half, spot.x + half


def _rows_below(names: Mapping[str, str], spots: Mapping[str, Spot]) -> dict[str, Spot]:
    """Place parties in rows as wide as the flow, below it."""
    xs = [spot.x for spot in spots.values()] or [0, 3 * _FILE_WIDTH]
    left, top = min(xs), max((spot.y for spot in spots.values()), default=0) + 130
    abreast = max(2, (max(xs) - left) // _FILE_WIDTH + 1)
    return {
        party: Spot(left + number % abreast * _FILE_WIDTH, top + number // abreast * 110, "below", label_lines(name))
        for number, (party, name) in enumerate(sorted(names.items()))
    }
