"""Secondary views of a network: measures that rank parties, labelled with what they do not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.analysis.reach import Hops, between, chosen_ends, party_of, projection_of
from kg.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx

NOTES = {
    "reduction": "Share of the pairs of start and end that have a path and lose every one without the party.",
    "betweenness": "Mean share of the shortest paths of a pair that pass the party: a longer path may go round it.",
    "bridges": "Hops that hold the network together if direction is not minded: a path may avoid them.",
    "articulation": "Parties that hold the network together if direction is not minded: a path may avoid them.",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A party, or for bridges a hop of two parties, with its value (None where the view only names)."""

    parties: tuple[str, ...]
    names: tuple[str, ...]
    value: float | None


@dataclass(frozen=True, slots=True)
class SecondaryAnswer:
    """One view of the parties between starts and ends, highest value first; no chokepoints, as `note` says."""

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    projection: Mapping[str, Any]
    view: str
    note: str
    entries: tuple[Entry, ...]
    cut: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each party or hop."""
        return [
            {"view": self.view, "parties": list(one.parties), "names": list(one.names), "value": one.value}
            for one in self.entries
        ]


def secondary(
    graph: nx.MultiDiGraph[str], starts: Iterable[str] | None, ends: Iterable[str], view: str, *, limit: int = 20
) -> SecondaryAnswer:
    """Return one view: "reduction", "betweenness", "bridges" or "articulation"; starts and ends are not ranked.

    Without starts they are the parties that only give. Raise `UsageError` for another view or a limit below 1.
    """
    if view not in NOTES or limit < 1:
        raise UsageError(
            f"The view {view!r} of {limit} parties is not known: give one of {', '.join(NOTES)}, and 1 on."
        )
    hops = Hops.of(graph)
    first, last = chosen_ends(graph, hops, starts, ends)
    inner = _simple(between(hops, first, last))
    ranked = _ranked(inner, first, last, view)
    entries = [
        Entry(parties, tuple(party_of(graph, one).name for one in parties), value)
        for parties, value in sorted(ranked.items(), key=lambda one: (-(one[1] or 0.0), one[0]))
        if len(parties) > 1 or not set(parties) & {*first, *last}
    ]
    cut = (f"There are {len(entries)} in all: {limit} are given.",) if len(entries) > limit else ()
    return SecondaryAnswer(first, last, projection_of(graph).describe(), view, NOTES[view], tuple(entries[:limit]), cut)


def _simple(hops: Hops) -> nx.DiGraph[str]:
    import networkx as nx

    simple: nx.DiGraph[str] = nx.DiGraph()
    simple.add_nodes_from(sorted(hops.onward))
    simple.add_edges_from((start, end) for start in sorted(hops.onward) for end in hops.onward[start])
    return simple


def _ranked(
    simple: nx.DiGraph[str], starts: tuple[str, ...], ends: tuple[str, ...], view: str
) -> dict[tuple[str, ...], float | None]:
    import networkx as nx

    if view == "bridges":
        return {tuple(sorted(bridge)): None for bridge in nx.bridges(simple.to_undirected())}
    if view == "articulation":
        return {(party,): None for party in nx.articulation_points(simple.to_undirected())}
    first, last = [one for one in starts if one in simple], [one for one in ends if one in simple]
    pairs = sum(len(nx.ancestors(simple, end).intersection(first)) for end in last)
    if not pairs:
        return {}
    if view == "reduction":
        return {(party,): lost / pairs for party, lost in _lost_pairs(simple, first, last).items()}
    passed = nx.betweenness_centrality_subset(simple, first, last, normalized=False)
    return {(party,): value / pairs for party, value in passed.items() if value}


def _lost_pairs(simple: nx.DiGraph[str], starts: list[str], ends: list[str]) -> dict[str, int]:
    """Count for each party the pairs that have no path without it: it dominates the start, seen from the end."""
    import networkx as nx

    lost: dict[str, int] = {}
    for end in ends:
        above = nx.immediate_dominators(simple.reverse(), end)
        for start in starts:
            party = above.get(start)
            while party is not None and party != end:
                lost[party] = lost.get(party, 0) + 1
                party = above.get(party)
    return lost
