"""The layout of a whole graph: springs between parties, the unconnected parts side by side.

Distances to a few pivots give a first placement (U. Brandes and C. Pich, "Eigensolver methods for progressive
multidimensional scaling of large data", Graph Drawing 2006), springs refine it (T. Fruchterman and E. Reingold, "Graph
drawing by force-directed placement", Software: Practice and Experience 21, 1991). No NumPy: the plain install stays
small, and the draw budget keeps the graph small.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from kg.export.layout import Layout, Spot, Transfers, label_lines

_LENGTH = 120.0
_GRAVITY = 0.6
_SPACING = 118.0
_WIDER = 1.15


def force(names: Mapping[str, str], transfers: Transfers, seed: int = 1) -> Layout:
    """Place parties of a whole graph by springs: connected ones near each other, the parts side by side.

    The same parties, transfers and seed give the same spots.
    """
    near: dict[str, set[str]] = {party: set() for party in sorted(names)}
    for start, end in transfers.values():
        if start != end:
            near[start].add(end)
            near[end].add(start)
    parts = sorted(_components(near), key=lambda part: (-len(part), part))
    placed = [_part(part, near, seed) for part in parts]
    spots = {
        party: Spot(round(x), round(y), "below", label_lines(names[party]))
        for part in _packed(placed)
        for party, (x, y) in sorted(part.items())
    }
    return Layout(spots)


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
    _scale(points)
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
    """Move the points in place: lines pull their ends together, all points push each other apart.

    Points are complex numbers in here: the inner loop is the whole cost of the layout.
    """
    number = {party: index for index, party in enumerate(points)}
    spots = [complex(x, y) for x, y in points.values()]
    ends = [[number[other] for other in sorted(near[party])] for party in points]
    soft = [1 / (1 + len(others) ** 0.5) for others in ends]
    heat, rounds = _LENGTH * 1.5, 100 if len(points) < 120 else 50
    for _ in range(rounds):
        moves = _pushes(spots)
        middle = sum(spots) / len(spots)
        for index, others in enumerate(ends):
            here = spots[index]
            moves[index] += (middle - here) * _GRAVITY
            for other in others:
                away = spots[other] - here
                moves[index] += away * (abs(away) * soft[other] * 1.4 / _LENGTH)
        for index, move in enumerate(moves):
            length = abs(move)
            if length > 1e-9:
                spots[index] += move * (min(heat, length * 0.12) / length)
        heat *= 0.03 ** (1 / rounds)
    points.update(zip(points, ((spot.real, spot.imag) for spot in spots), strict=True))


def _pushes(spots: Sequence[complex]) -> list[complex]:
    """Return by how much the other points push each point away, falling with the distance."""
    moves = [0j] * len(spots)
    push = _LENGTH * _LENGTH
    for index, here in enumerate(spots):
        move = 0j
        for other in range(index):
            away = here - spots[other]
            away *= push / (away.real * away.real + away.imag * away.imag + 4.0)
            move += away
            moves[other] -= away
        moves[index] += move
    return moves


def _scale(points: Points) -> None:
    """Bring the points to the spacing at which glyphs and labels can be read when the whole is in view.

    Labels and screens are wider than high, and so is the picture.
    """
    xs, ys = [x for x, _ in points.values()], [y for _, y in points.values()]
    area = max(max(xs) - min(xs), _SPACING) * max(max(ys) - min(ys), _SPACING)
    factor = _SPACING * math.sqrt(len(points) / area)
    points.update({party: (x * factor * _WIDER, y * factor / _WIDER) for party, (x, y) in points.items()})


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
        across, down = (margin, margin) if len(part) > 1 else (1.8 * margin, margin)
        boxes.append((min(xs), min(ys), max(xs) - min(xs) + across, max(ys) - min(ys) + down))
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
