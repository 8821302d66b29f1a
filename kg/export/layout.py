"""Where the parties of a picture stand: pure functions from parties and transfers to whole pixels, without a clock.

`flow` draws an answer from left to right in columns, after K. Sugiyama, S. Tagawa and M. Toda, "Methods for visual
understanding of hierarchical system structures", IEEE Transactions on Systems, Man, and Cybernetics 11 (1981).
`force` draws a whole graph: distances to a few pivots give a first placement (U. Brandes and C. Pich, "Eigensolver
methods for progressive multidimensional scaling of large data", Graph Drawing 2006), springs refine it (T. Fruchterman
and E. Reingold, "Graph drawing by force-directed placement", Software: Practice and Experience 21, 1991).
"""

from __future__ import annotations

import math
import random
import textwrap
import unicodedata
from bisect import bisect_right, insort
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

LABEL_COLUMNS = 20
LABEL_LINES = 3
LINE_HEIGHT = 17
GLYPH = 13
FAN = 26

_SWEEPS = 24
_ROWS = 16
_COLUMN_WIDTH = 190


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a party stands, in pixels, and on which side its label does: "left", "right" or "below"."""

    x: int
    y: int
    side: str = "below"


@dataclass(frozen=True, slots=True)
class Band:
    """A rectangle in pixels behind the parties of one column that sit in the territory with this id."""

    territory: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Spots by party id, bends (pixels that a stroke is pulled aside, by transfer id) and territory bands."""

    spots: Mapping[str, Spot] = field(default_factory=dict)
    bends: Mapping[str, int] = field(default_factory=dict)
    bands: tuple[Band, ...] = ()


Transfers = Mapping[str, tuple[str, str]]
# A party is (id, -1); where a transfer crosses a column without a party of its own it holds a place there: (pair, n).
_Place = tuple[str, int]


def text_columns(text: str) -> int:
    """Return how many columns of an even type the text takes; wide (East Asian) characters take two."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )


def label_lines(name: str) -> tuple[str, ...]:
    """Break a name into at most three lines of about 20 columns; what is cut ends in an ellipsis."""
    wide = text_columns(name[:200]) > 1.5 * len(name[:200])
    width = LABEL_COLUMNS // 2 if wide else LABEL_COLUMNS
    lines = textwrap.wrap(name[: 4 * LABEL_LINES * width], width) or [""]
    if len(lines) > LABEL_LINES:
        last = lines[LABEL_LINES - 1]
        lines = [*lines[: LABEL_LINES - 1], last[: width - 1].rstrip() + "…"]
    return tuple(lines)


def fan(transfers: Transfers) -> dict[str, int]:
    """Return a bend for each transfer, so that those between the same two parties are strokes of their own.

    A bend counts along the normal of the line from the party with the lesser id to the other one, so that transfers
    in opposite directions fan too.
    """
    between: dict[tuple[str, str], list[str]] = defaultdict(list)
    for id_, (start, end) in sorted(transfers.items()):
        between[min(start, end), max(start, end)].append(id_)
    bends: dict[str, int] = {}
    for ids in between.values():
        for position, id_ in enumerate(ids):
            bends[id_] = round((position - (len(ids) - 1) / 2) * FAN)
    return bends


# --- the layered flow ------------------------------------------------------------------------------------------------


def columns_of(parties: Sequence[str], transfers: Transfers, given: Mapping[str, int]) -> dict[str, int]:
    """Return the column of each party: as given, else one right of its rightmost giver, transfers back left out."""
    known = {party: given[party] for party in parties if party in given}
    forward = _without_cycles(parties, transfers.values())
    givers: dict[str, set[str]] = defaultdict(set)
    takers: dict[str, set[str]] = defaultdict(set)
    for start, end in forward:
        givers[end].add(start)
        takers[start].add(end)
    columns = dict(known)
    for party in _topological(parties, givers, takers):
        if party in known:
            continue
        before = [columns[giver] for giver in givers[party] if giver in columns]
        after = [known[taker] for taker in takers[party] if taker in known]
        columns[party] = max(before) + 1 if before else min(after) - 1 if after else 0
    steps = {value: step for step, value in enumerate(sorted(set(columns.values())))}
    return {party: steps[columns[party]] for party in parties}


def _without_cycles(parties: Sequence[str], pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the pairs without those that close a cycle of a depth-first walk, and without loops."""
    outgoing: dict[str, list[str]] = defaultdict(list)
    incoming: set[str] = set()
    for start, end in sorted(set(pairs)):
        if start != end:
            outgoing[start].append(end)
            incoming.add(end)
    state: dict[str, int] = {}
    kept: set[tuple[str, str]] = set()
    for root in sorted(parties, key=lambda party: (party in incoming, party)):
        stack = [(root, iter(outgoing[root]))] if root not in state else []
        state.setdefault(root, 1)
        while stack:
            party, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[party] = 2
                stack.pop()
            elif state.get(following) != 1:
                kept.add((party, following))
                if following not in state:
                    state[following] = 1
                    stack.append((following, iter(outgoing[following])))
    return kept


def _topological(parties: Sequence[str], givers: Mapping[str, set[str]], takers: Mapping[str, set[str]]) -> list[str]:
    waiting = {party: len(givers.get(party, ())) for party in parties}
    ready = deque(sorted(party for party, count in waiting.items() if not count))
    ordered: list[str] = []
    while ready:
        party = ready.popleft()
        ordered.append(party)
        for taker in sorted(takers.get(party, ())):
            waiting[taker] -= 1
            if not waiting[taker]:
                ready.append(taker)
    return ordered


class _Columns:
    """The columns of a flow with their places in order, and the lines between neighbouring columns."""

    def __init__(self, columns: Mapping[str, int], transfers: Transfers, groups: Mapping[str, str]) -> None:
        self.count = max(columns.values()) + 1
        self.places: list[list[_Place]] = [[] for _ in range(self.count)]
        self.before: dict[_Place, list[_Place]] = defaultdict(list)
        self.after: dict[_Place, list[_Place]] = defaultdict(list)
        self.through: dict[tuple[str, str], list[_Place]] = {}
        self.groups = {(party, -1): group for party, group in groups.items()}
        for party in sorted(columns):
            self.places[columns[party]].append((party, -1))
        for start, end in sorted({self._pair(columns, *ends) for ends in transfers.values()}):
            self._join(start, end, columns)

    @staticmethod
    def _pair(columns: Mapping[str, int], start: str, end: str) -> tuple[str, str]:
        return (start, end) if columns[start] <= columns[end] else (end, start)

    def _join(self, start: str, end: str, columns: Mapping[str, int]) -> None:
        previous: _Place = (start, -1)
        between: list[_Place] = []
        if columns[start] == columns[end]:
            return
        for column in range(columns[start] + 1, columns[end]):
            place = (f"{start}\x00{end}", column)
            self.places[column].append(place)
            between.append(place)
        for place in [*between, (end, -1)]:
            self.after[previous].append(place)
            self.before[place].append(previous)
            previous = place
        self.through[start, end] = between

    def arrange(self) -> None:
        """Order the places of every column so that few lines cross: barycentres, then swaps of neighbours."""
        best, fewest = [list(column) for column in self.places], self.crossings()
        for sweep in range(_SWEEPS):
            if not fewest:
                break
            onward = sweep % 2 == 0
            order = range(1, self.count) if onward else range(self.count - 2, -1, -1)
            for column in order:
                self._sort(column, self.before if onward else self.after)
            for column in range(self.count):
                self._swap(column)
            crossings = self.crossings()
            if crossings < fewest:
                best, fewest = [list(column) for column in self.places], crossings
        self.places = best
        for column in range(self.count):
            self._gather(column)

    def _sort(self, column: int, neighbours: Mapping[_Place, list[_Place]]) -> None:
        rank = {place: index for places in self.places for index, place in enumerate(places)}
        centre: dict[_Place, float] = {}
        for index, place in enumerate(self.places[column]):
            near = neighbours.get(place, ())
            centre[place] = sum(rank[one] for one in near) / len(near) if near else float(index)
        self.places[column].sort(key=lambda place: centre[place])
        self._gather(column)

    def _gather(self, column: int) -> None:
        """Put places of one group next to each other, groups in the order of their means."""
        if not self.groups:
            return
        members: dict[str, list[int]] = defaultdict(list)
        for index, place in enumerate(self.places[column]):
            members[self.groups.get(place, f"\x00{place}")].append(index)
        places = self.places[column]
        order = sorted(members.values(), key=lambda indices: (sum(indices) / len(indices), indices))
        self.places[column] = [places[index] for indices in order for index in indices]

    def _swap(self, column: int) -> None:
        places = self.places[column]
        if len(places) > 60 or self.groups:
            return
        rank = {place: index for other in self.places for index, place in enumerate(other)}
        for index in range(len(places) - 1):
            upper, lower = places[index], places[index + 1]
            now = self._pair_crossings(upper, lower, rank)
            if self._pair_crossings(lower, upper, rank) < now:
                places[index], places[index + 1] = lower, upper

    def _pair_crossings(self, upper: _Place, lower: _Place, rank: Mapping[_Place, int]) -> int:
        return sum(
            rank[one] > rank[other]
            for side in (self.before, self.after)
            for one in side.get(upper, ())
            for other in side.get(lower, ())
        )

    def crossings(self) -> int:
        """Return how many pairs of lines cross between neighbouring columns."""
        total = 0
        for column in range(self.count - 1):
            rank = {place: index for index, place in enumerate(self.places[column + 1])}
            seen: list[int] = []
            for place in self.places[column]:
                ends = sorted(rank[end] for end in self.after.get(place, ()))
                total += sum(len(seen) - bisect_right(seen, end) for end in ends)
                for end in ends:
                    insort(seen, end)
        return total


def _heights(lines: int, side: str) -> tuple[float, float]:
    """Return how far a party with its label reaches above and below its middle, in pixels."""
    if side != "below":
        half = max(GLYPH + 4, lines * LINE_HEIGHT / 2 + 3)
        return half, half
    return GLYPH + 9, GLYPH + 9 + lines * LINE_HEIGHT


def _fit(wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Return the positions nearest to those wanted (least squares) that keep their order and these gaps.

    Pool adjacent violators: R. Barlow and others, "Statistical Inference under Order Restrictions", 1972.
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    blocks: list[list[float]] = []
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        blocks.append([want - offset, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value, mass, count = blocks.pop()
            last = blocks[-1]
            last[0] = (last[0] * last[1] + value * mass) / (last[1] + mass)
            last[1] += mass
            last[2] += count
    values = [value for value, _, count in blocks for _ in range(int(count))]
    return [value + offset for value, offset in zip(values, offsets, strict=True)]


class _Heights:
    """Heights of places and the gaps they need in their columns."""

    def __init__(self, columns: _Columns, lines: Mapping[str, int], sides: Mapping[str, str]) -> None:
        self.columns, self.lines, self.sides = columns, lines, sides
        self.files = [
            1 + (sum(number < 0 for _, number in places) - 1) // _ROWS if places else 1 for places in columns.places
        ]

    def reach(self, place: _Place) -> tuple[float, float]:
        """Return how far the place reaches above and below its middle."""
        name, number = place
        return (7.0, 7.0) if number >= 0 else _heights(self.lines[name], self.sides[name])

    def gaps(self, column: int) -> list[float]:
        """Return the least distances between neighbours; in a column of several files neighbours may overlap."""
        places = self.columns.places[column]
        return [self._gap(upper, lower, column) for upper, lower in zip(places, places[1:], strict=False)]

    def _gap(self, upper: _Place, lower: _Place, column: int) -> float:
        reach = self.reach(upper)[1] + self.reach(lower)[0]
        if self.columns.groups:
            groups = self.columns.groups
            apart = groups.get(upper) != groups.get(lower) and (upper in groups or lower in groups)
            reach += 46 if apart else 6
        parted = upper[1] < 0 and lower[1] < 0
        return (reach + 6) / (self.files[column] if parted else 1)


def _straighten(columns: _Columns, heights: _Heights) -> dict[_Place, float]:
    """Return the y of every place: near the mean of its neighbours, never overlapping."""
    y: dict[_Place, float] = {}
    for column, places in enumerate(columns.places):
        stacked = _fit([0.0] * len(places), [1.0] * len(places), heights.gaps(column))
        y.update(zip(places, stacked, strict=True))
    for sweep in range(14):
        order = range(columns.count) if sweep % 2 == 0 else range(columns.count - 1, -1, -1)
        for column in order:
            places = columns.places[column]
            wanted, weights = [], []
            for place in places:
                near = columns.before.get(place, []) + columns.after.get(place, [])
                wanted.append(sum(y[one] for one in near) / len(near) if near else y[place])
                weights.append((8.0 if place[1] >= 0 else 1.0) * (1 + len(near)) ** 0.5)
            y.update(zip(places, _fit(wanted, weights, heights.gaps(column)), strict=True))
    return y


def _label_sides(parties: Iterable[str], columns: Mapping[str, int], transfers: Transfers) -> dict[str, str]:
    """Return label sides: outwards in the first and last column, where nothing leaves that way, else below."""
    last = max(columns.values())
    sides = {}
    for party in parties:
        column = columns[party]
        if last and column in (0, last):
            sides[party] = "left" if column == 0 else "right"
        else:
            sides[party] = "below"
    for start, end in transfers.values():
        if columns[start] == columns[end] and start != end:
            sides[start] = sides[end] = "below" if columns[start] not in (0, last) else sides[start]
    return sides


def _column_x(heights: _Heights, y: Mapping[_Place, float]) -> list[tuple[float, float]]:
    """Return for each column the x of its first file and the step between its files."""
    tall = max(y.values()) - min(y.values()) if y else 0.0
    count = heights.columns.count
    gap = min(380.0, max(210.0, 1.1 * tall / max(1, count - 1), 620.0 / max(1, count - 1)))
    result: list[tuple[float, float]] = []
    x = 0.0
    for column in range(count):
        files = heights.files[column]
        x += gap if column else 0.0
        result.append((x, float(_COLUMN_WIDTH)))
        x += (files - 1) * _COLUMN_WIDTH
    return result


def flow(
    labels: Mapping[str, Sequence[str]],
    transfers: Transfers,
    columns: Mapping[str, int] | None = None,
    territories: Mapping[str, str] | None = None,
) -> Layout:
    """Place parties from left to right by column, with few crossings and without overlapping labels.

    `labels` holds the label's lines by party id, `transfers` the two ends by transfer id. `columns` may be given for
    some parties only. Where `territories` (party id to country id) is given, the parties of one territory stand
    together in their column with a band behind them.
    """
    if not labels:
        return Layout()
    parties = sorted(labels)
    column_of = columns_of(parties, transfers, columns or {})
    grid = _Columns(column_of, transfers, territories or {})
    grid.arrange()
    sides = _label_sides(parties, column_of, transfers)
    heights = _Heights(grid, {party: len(lines) for party, lines in labels.items()}, sides)
    y = _straighten(grid, heights)
    x = _column_x(heights, y)
    spots: dict[str, Spot] = {}
    for column, places in enumerate(grid.places):
        files, (left, step) = heights.files[column], x[column]
        for row, (party, _) in enumerate(place for place in places if place[1] < 0):
            # In the first column the file next to the transfers is filled first, in the others the leftmost one.
            shift = row % files if column else files - 1 - row % files
            spots[party] = Spot(round(left + shift * step), round(y[party, -1]), sides[party])
    bands = _bands(grid, heights, y, spots) if territories else ()
    return Layout(spots, _flow_bends(grid, transfers, column_of, y, spots), bands)


def _flow_bends(
    grid: _Columns,
    transfers: Transfers,
    columns: Mapping[str, int],
    y: Mapping[_Place, float],
    spots: Mapping[str, Spot],
) -> dict[str, int]:
    """Return bends: the fan of parallel transfers, and for those that pass columns the way around their parties."""
    bends = fan(transfers)
    for id_, (start, end) in transfers.items():
        if columns[start] == columns[end]:
            continue
        pair = (start, end) if columns[start] < columns[end] else (end, start)
        between = grid.through[pair]
        first, last = spots[pair[0]], spots[pair[1]]
        aside = 0.0
        for number, place in enumerate(between, start=1):
            share = number / (len(between) + 1)
            bulge = 3 * share * (1 - share)
            straight = first.y + (last.y - first.y) * share * share * (3 - 2 * share)
            aside += (y[place] - straight) / bulge / len(between)
        backwards = columns[start] > columns[end]
        if backwards and abs(aside) < 60:
            aside = math.copysign(60, aside or 1)
        bends[id_] += round(aside)
    return bends


def _bands(grid: _Columns, heights: _Heights, y: Mapping[_Place, float], spots: Mapping[str, Spot]) -> tuple[Band, ...]:
    bands = []
    for places in grid.places:
        members: dict[str, list[_Place]] = defaultdict(list)
        for place in places:
            if place in grid.groups:
                members[grid.groups[place]].append(place)
        for territory, inside in sorted(members.items()):
            tops = [y[place] - heights.reach(place)[0] for place in inside]
            bottoms = [y[place] + heights.reach(place)[1] for place in inside]
            lefts, rights = zip(*(_width(spots[party]) for party, _ in inside), strict=True)
            top, left = min(tops) - 24, min(lefts)
            size = (round(max(rights) - left), round(max(bottoms) + 4 - top))
            bands.append(Band(territory, round(left), round(top), *size))
    return tuple(bands)


def _width(spot: Spot) -> tuple[float, float]:
    """Return the left and right end of a party with the widest label it may have."""
    label = LABEL_COLUMNS * 8
    if spot.side == "left":
        return spot.x - GLYPH - 12 - label, spot.x + GLYPH + 10
    if spot.side == "right":
        return spot.x - GLYPH - 10, spot.x + GLYPH + 12 + label
    return spot.x - label / 2 - 4, spot.x + label / 2 + 4


# --- the force layout ------------------------------------------------------------------------------------------------

_LENGTH = 120.0


def force(labels: Collection[str], transfers: Transfers, seed: int = 1) -> Layout:
    """Place parties of a whole graph by springs: connected ones near each other, the parts side by side.

    The same parties, transfers and seed give the same spots.
    """
    near: dict[str, set[str]] = {party: set() for party in sorted(labels)}
    for start, end in transfers.values():
        if start != end:
            near[start].add(end)
            near[end].add(start)
    parts = sorted(_components(near), key=lambda part: (-len(part), part))
    placed = [_part(part, near, seed) for part in parts]
    spots = {party: Spot(round(x), round(y)) for part in _packed(placed) for party, (x, y) in sorted(part.items())}
    return Layout(spots, fan(transfers))


Points = dict[str, tuple[float, float]]


def _components(near: Mapping[str, set[str]]) -> list[list[str]]:
    seen: set[str] = set()
    parts = []
    for party in near:
        if party not in seen:
            reached = sorted(_distances(party, near))
            seen.update(reached)
            parts.append(reached)
    return parts


def _distances(start: str, near: Mapping[str, set[str]]) -> dict[str, int]:
    distances = {start: 0}
    queue = deque([start])
    while queue:
        party = queue.popleft()
        for other in near[party]:
            if other not in distances:
                distances[other] = distances[party] + 1
                queue.append(other)
    return distances


def _part(part: Sequence[str], near: Mapping[str, set[str]], seed: int) -> Points:
    if len(part) == 1:
        return {part[0]: (0.0, 0.0)}
    points = _pivots(part, near, random.Random(seed))
    _springs(points, near)
    _separate(points)
    return points


def _pivots(part: Sequence[str], near: Mapping[str, set[str]], chance: random.Random) -> Points:
    """Return first positions from the distances to far-apart pivots: the two main axes of these distances."""
    rows: list[dict[str, int]] = []
    pivot = max(part, key=lambda party: (len(near[party]), party))
    while len(rows) < min(24, len(part)):
        rows.append(_distances(pivot, near))
        pivot = max(part, key=lambda party: (min(row[party] for row in rows), party))
    vectors = {}
    means = [sum(row.values()) / len(part) for row in rows]
    for party in part:
        vectors[party] = [row[party] - mean for row, mean in zip(rows, means, strict=True)]
    first = _axis(vectors, [], chance)
    second = _axis(vectors, [first], chance)
    scale = _LENGTH * 1.2
    return {
        party: (
            scale * _dot(vector, first) + chance.uniform(-20, 20),
            scale * _dot(vector, second) + chance.uniform(-20, 20),
        )
        for party, vector in vectors.items()
    }


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(one * other for one, other in zip(left, right, strict=True))


def _axis(
    vectors: Mapping[str, Sequence[float]], known: Sequence[Sequence[float]], chance: random.Random
) -> list[float]:
    """Return the main axis of the vectors, at right angles to those known, by power iteration."""
    size = len(next(iter(vectors.values())))
    axis = [chance.uniform(-1, 1) for _ in range(size)]
    for _ in range(30):
        following = [0.0] * size
        for vector in vectors.values():
            weight = _dot(vector, axis)
            for index, value in enumerate(vector):
                following[index] += weight * value
        for other in known:
            weight = _dot(following, other)
            following = [value - weight * part for value, part in zip(following, other, strict=True)]
        length = math.sqrt(_dot(following, following))
        if length < 1e-9:
            return [0.0] * size
        axis = [value / length for value in following]
    return axis


def _springs(points: Points, near: Mapping[str, set[str]]) -> None:
    """Move the points in place: lines pull their ends together, points nearer than three lengths push apart."""
    heat = _LENGTH * 1.5
    for _ in range(120):
        moves = {party: [0.0, 0.0] for party in points}
        for one, other in _close(points, 3 * _LENGTH):
            _push(points, moves, one, other)
        for party, (x, y) in points.items():
            for other in near[party]:
                across, along = points[other][0] - x, points[other][1] - y
                pull = math.hypot(across, along) / _LENGTH / (1 + len(near[other]) ** 0.5) * 1.4
                moves[party][0] += across * pull
                moves[party][1] += along * pull
        for party, (across, along) in moves.items():
            length = math.hypot(across, along)
            if length > 1e-9:
                step = min(heat, length * 0.12) / length
                x, y = points[party]
                points[party] = (x + across * step, y + along * step)
        heat *= 0.965


def _push(points: Points, moves: Mapping[str, list[float]], one: str, other: str) -> None:
    across, along = points[one][0] - points[other][0], points[one][1] - points[other][1]
    square = max(across * across + along * along, 4.0)
    push = _LENGTH * _LENGTH / square * 1.6
    for party, sign in ((one, 1), (other, -1)):
        moves[party][0] += sign * across * push
        moves[party][1] += sign * along * push


def _close(points: Points, reach: float) -> Iterable[tuple[str, str]]:
    """Yield each pair of points at most `reach` apart, found by a grid of cells of that size."""
    cells: dict[tuple[int, int], list[str]] = defaultdict(list)
    for party, (x, y) in points.items():
        cells[math.floor(x / reach), math.floor(y / reach)].append(party)
    for (column, row), inside in cells.items():
        for index, one in enumerate(inside):
            for other in inside[index + 1 :]:
                yield one, other
        for across, down in ((1, 0), (0, 1), (1, 1), (1, -1)):
            for other in cells.get((column + across, row + down), ()):
                for one in inside:
                    yield one, other


def _separate(points: Points) -> None:
    """Move points in place until none are nearer than a glyph with its label needs."""
    width, height = 84.0, 64.0
    for _ in range(60):
        moved = False
        for one, other in list(_close(points, width)):
            across, along = points[other][0] - points[one][0], points[other][1] - points[one][1]
            over_x, over_y = width - abs(across), height - abs(along)
            if over_x <= 0.5 or over_y <= 0.5:
                continue
            moved = True
            if over_x / width < over_y / height:
                shift, down = math.copysign(over_x / 2, across or 1), 0.0
            else:
                shift, down = 0.0, math.copysign(over_y / 2, along or 1)
            points[one] = (points[one][0] - shift, points[one][1] - down)
            points[other] = (points[other][0] + shift, points[other][1] + down)
        if not moved:
            return


def _packed(parts: Sequence[Points]) -> list[Points]:
    """Set the parts side by side in rows, the largest first, about as wide as a screen."""
    margin = 110.0
    boxes = []
    for part in parts:
        xs, ys = [x for x, _ in part.values()], [y for _, y in part.values()]
        boxes.append((min(xs), min(ys), max(xs) - min(xs) + margin, max(ys) - min(ys) + margin))
    area = sum(width * height for _, _, width, height in boxes)
    limit = max(max((width for _, _, width, _ in boxes), default=0.0), math.sqrt(area * 1.7))
    x = y = row = 0.0
    packed = []
    for part, (left, top, width, height) in zip(parts, boxes, strict=True):
        if x and x + width > limit:
            x, y, row = 0.0, y + row, 0.0
        packed.append({party: (px - left + x, py - top + y) for party, (px, py) in part.items()})
        x += width
        row = max(row, height)
    return packed
