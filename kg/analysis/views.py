"""Secondary views of a network: measures that rank parties, labelled with what they do not say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from kg.analysis.reach import Hops, between, chosen_ends, party_of, projection_of
from kg.answers import Shown
from kg.errors import UsageError

if TYPE_CHECKING:
    import rustworkx as rx

    from kg.network import Walkable

NOTES = {
    "reduction": "Share of the pairs of start and end that have a path and lose every one without the party.",
    "betweenness": "Mean share of the shortest paths of a pair that pass the party: a longer path may go round it.",
    "bridges": "Hops that hold the network together if direction is not minded: a path may avoid them.",
    "articulation": "Parties that hold the network together if direction is not minded: a path may avoid them.",
}
OF_ALL = "The pairs are all those of two other parties, 0 where there is no path."
EXACT = "Exact: every pair was counted."


@dataclass(frozen=True, slots=True)
class Entry:
    """A party, or for bridges a hop of two parties, with its value (None where the view only names)."""

    parties: tuple[str, ...]
    names: tuple[str, ...]
    value: float | None


@dataclass(frozen=True, slots=True)
class SecondaryAnswer(Shown):
    """One view of the parties between starts and ends, or of all, highest value first; no chokepoints, as `note` says.

    `sampled` is the number of starts or ends from which the values are estimated, None where they are exact; `cut` says
    in sentences what is estimated or left out.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = (
        "view", "parties", "names", "value",
    )  # fmt: skip

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    projection: Mapping[str, Any]
    view: str
    note: str
    entries: tuple[Entry, ...]
    cut: tuple[str, ...]
    sampled: int | None = None

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each party or hop."""
        return [
            {"view": self.view, "parties": list(one.parties), "names": list(one.names), "value": one.value}
            for one in self.entries
        ]

    @property
    def notes(self) -> tuple[str, ...]:
        """The note, as other answers have several."""
        return (self.note,)


def secondary(
    graph: Walkable,
    starts: Iterable[str] | None,
    ends: Iterable[str] | None,
    view: str,
    *,
    limit: int = 20,
    most_sampled: int | None = None,
) -> SecondaryAnswer:
    """Return one view: "reduction", "betweenness", "bridges" or "articulation"; starts and ends are not ranked.

    Without starts they are the parties that only give; without ends as well, the view is of the whole network.
    Betweenness is exact unless that would take long, or the starts are more than `most_sampled`. Raise `UsageError`
    for another view, a limit below 1, starts without ends, or a reduction without ends.
    """
    if view not in NOTES or limit < 1 or (most_sampled is not None and most_sampled < 1):
        raise UsageError(
            f"The view {view!r} of {limit} parties is not known: give one of {', '.join(NOTES)}, and 1 on."
        )
    if ends is None and (starts is not None or view == "reduction"):
        raise UsageError("Starts, and a reduction, need ends: name at least one end user.")
    hops = Hops.of(graph)
    first, last = ((), ()) if ends is None else chosen_ends(graph, hops, starts, ends)
    inner = _Inner.of(hops if ends is None else between(hops, first, last), first, last)
    ranked = _VIEWS[view](inner, most_sampled)
    entries = [
        Entry(parties, tuple(party_of(graph, one).name for one in parties), value)
        for parties, value in sorted(ranked.values.items(), key=lambda one: (-(one[1] or 0.0), one[0]))
        if len(parties) > 1 or not set(parties) & {*first, *last}
    ]
    cut = (f"There are {len(entries)} in all: {limit} are given.",) if len(entries) > limit else ()
    return SecondaryAnswer(
        starts=first,
        ends=last,
        projection=projection_of(graph).describe(),
        view=view,
        note=" ".join((NOTES[view], *ranked.notes)),
        entries=tuple(entries[:limit]),
        cut=(*ranked.cut, *cut),
        sampled=ranked.sampled,
    )


@dataclass(frozen=True, slots=True)
class _Inner:
    """The network between starts and ends, its parties as numbers in the order of their ids."""

    ids: Sequence[str]
    hops: Sequence[tuple[int, int]]
    starts: Sequence[int]
    ends: Sequence[int]
    whole: bool

    @staticmethod
    def of(hops: Hops, starts: Iterable[str], ends: Sequence[str]) -> _Inner:
        ids = sorted(hops.onward)
        number = {id_: place for place, id_ in enumerate(ids)}
        return _Inner(
            ids,
            [(number[start], number[end]) for start in ids for end in hops.onward[start]],
            [number[one] for one in starts if one in number],
            [number[one] for one in ends if one in number],
            whole=not ends,
        )

    def undirected(self) -> rx.PyGraph[int | None, None]:
        """Return the network with direction not minded and one edge for each two parties."""
        import rustworkx as rx

        graph: rx.PyGraph[int | None, None] = rx.PyGraph(multigraph=False)
        graph.add_nodes_from(range(len(self.ids)))
        graph.extend_from_edge_list(list(self.hops))
        return graph


@dataclass(frozen=True, slots=True)
class _Ranked:
    values: Mapping[tuple[str, ...], float | None]
    notes: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    sampled: int | None = None


def _bridges(inner: _Inner, _: int | None) -> _Ranked:
    import rustworkx as rx

    found = rx.bridges(inner.undirected())
    return _Ranked({(inner.ids[min(hop)], inner.ids[max(hop)]): None for hop in found})


def _articulation(inner: _Inner, _: int | None) -> _Ranked:
    import rustworkx as rx

    return _Ranked({(inner.ids[party],): None for party in rx.articulation_points(inner.undirected())})


def _betweenness(inner: _Inner, most: int | None) -> _Ranked:
    from kg.analysis import betweenness

    size = len(inner.ids)
    if inner.whole:
        passed = betweenness.between_all(size, inner.hops, most=most)
    else:
        passed = betweenness.between_sets(size, inner.hops, inner.starts, inner.ends, most=most)
    values: dict[tuple[str, ...], float | None] = {
        (inner.ids[party],): share for party, share in enumerate(passed.shares) if share
    }
    notes = (OF_ALL,) if inner.whole else ()
    if passed.sampled is None:
        return _Ranked(values, (*notes, EXACT))
    estimated = f"Estimated from {passed.sampled} of {passed.sides} parties, drawn with a fixed seed, not exact."
    return _Ranked(values, notes, (estimated,), passed.sampled)


def _reduction(inner: _Inner, _: int | None) -> _Ranked:
    """Count for each party the pairs that have no path without it: it dominates the start, seen from the end."""
    import rustworkx as rx

    backward: rx.PyDiGraph[int | None, None] = rx.PyDiGraph()
    backward.add_nodes_from(range(len(inner.ids)))
    backward.extend_from_edge_list([(end, start) for start, end in inner.hops])
    lost: Counter[int] = Counter()
    pairs = 0
    for end in inner.ends:
        above = rx.immediate_dominators(backward, end)
        below = _below(above, end, inner.starts)
        pairs += below.pop(end, 0)
        lost.update(below)
    return _Ranked({(inner.ids[party],): count / pairs for party, count in lost.items() if count})


def _below(above: Mapping[int, int], root: int, counted: Iterable[int]) -> Counter[int]:
    """Count for each party of a tree, given as the party above each, how many of some lie in it or below."""
    number = Counter(party for party in counted if party in above)
    waiting = Counter(upper for party, upper in above.items() if party != root)
    done = [party for party in above if not waiting[party]]
    for party in done:
        if party != root:
            upper = above[party]
            number[upper] += number[party]
            waiting[upper] -= 1
            if not waiting[upper]:
                done.append(upper)
    return number


_VIEWS: Mapping[str, Callable[[_Inner, int | None], _Ranked]] = {
    "reduction": _reduction,
    "betweenness": _betweenness,
    "bridges": _bridges,
    "articulation": _articulation,
}
