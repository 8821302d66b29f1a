"""Certificate: what a reader needs to check a chokepoint or cut by hand, and the check.

A party (or transfer) is on every path when some set of parties holds all suppliers and no end user, and no transfer
leaves the set but into what was removed. The check reads transfers one by one and shares no code with the search.
Sources: Menger, Zur allgemeinen Kurventheorie, Fundamenta Mathematicae 10 (1927), for the disjoint paths.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Literal

from kg.errors import VerificationError

if TYPE_CHECKING:
    import networkx as nx

    from kg.records import Party, Relation

    Graph = nx.MultiDiGraph[str]

BLOCKS, MINIMUM, NONE_PARTY, NONE_TRANSFER = "blocks", "minimum", "no party", "no transfer"


@dataclass(frozen=True, slots=True)
class Trail:
    """One path: its parties, and the transfer that was walked between each two of them."""

    parties: tuple[str, ...]
    transfers: tuple[str, ...]

    def row(self) -> dict[str, list[str]]:
        """Return the path as plain lists of ids."""
        return {"parties": list(self.parties), "transfers": list(self.transfers)}


@dataclass(frozen=True, slots=True)
class Certificate:
    """Proof of one statement on all paths from `starts` to `ends`.

    `claim` is "blocks" (without what is removed no path is left: `reached` is all that the starts then lead to, nearest
    first, and the trail shows that with it there is a path), "minimum" (the same, and as many disjoint trails as
    are removed show that fewer would not do), "no party" or "no transfer" (two disjoint trails, or one without a party
    between, show that no single one is on every path). Of `territories` all parties but the ends and all transfers
    through them are removed; with `known_only`, also every party but the ends whose territory is not known.
    """

    claim: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    parties: tuple[str, ...] = ()
    transfers: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    known_only: bool = False
    reached: tuple[str, ...] = ()
    trails: tuple[Trail, ...] = ()


def check(graph: Graph, certificate: Certificate) -> Literal[True]:
    """Return True where a certificate proves its claim on a graph, else raise `VerificationError` saying why not."""
    _ends(graph, certificate)
    for trail in certificate.trails:
        _trail(graph, certificate, trail)
    if certificate.claim in (BLOCKS, MINIMUM):
        _closed(graph, certificate)
    if certificate.claim == BLOCKS:
        _blocked(graph, certificate)
    elif certificate.claim == MINIMUM:
        _expect(not certificate.territories and not certificate.known_only, "a minimum is one of parties or transfers")
        _expect(not (certificate.parties and certificate.transfers), "a minimum is one of parties or of transfers")
        removed = certificate.transfers or certificate.parties
        _expect(
            0 < len(set(removed)) == len(removed) == len(certificate.trails), "as many trails as removals are needed"
        )
        _disjoint(certificate, of_transfers=bool(certificate.transfers))
    else:
        _none(certificate)
    return True


def _expect(holds: bool, sentence: str) -> None:
    if not holds:
        raise VerificationError(f"The certificate does not hold, because {sentence}: make it anew from this graph.")


def _ends(graph: Graph, one: Certificate) -> None:
    _expect(bool(one.starts) and bool(one.ends), "it names no starts or no ends")
    _expect(set(one.starts).isdisjoint(one.ends), "a start is an end")
    _expect(all(party in graph for party in chain(one.starts, one.ends)), "a start or end is no party of the graph")
    _expect(set(one.parties).isdisjoint(chain(one.starts, one.ends)), "a start or end is removed as a party")


def _removed(graph: Graph, one: Certificate, party: str) -> bool:
    """Say whether a party goes, be it by name, for its territory or because that is not known."""
    if party in one.ends:
        return False
    member: Party = graph.nodes[party]["party"]
    seats = set(member.territories)
    if member.is_territory:
        seats.add(member.id)
    return party in one.parties or not seats.isdisjoint(one.territories) or (one.known_only and not seats)


def _open(graph: Graph, one: Certificate, transfer: Relation) -> bool:
    """Say whether a transfer is left: it and the parties on both sides are not removed."""
    through = not set(transfer.via).isdisjoint(one.territories)
    sides = _removed(graph, one, transfer.start) or _removed(graph, one, transfer.end)
    return not (through or sides or transfer.id in one.transfers)


def _closed(graph: Graph, one: Certificate) -> None:
    """The parties reached are all that the starts lead to, and no end is among them."""
    reached: set[str] = set()
    for party in one.reached:
        _expect(party in graph and party not in reached, f"{party} is listed twice or no party of the graph")
        incoming = (data["transfer"] for _, _, data in graph.in_edges(party, data=True))
        led = any(transfer.start in reached and _open(graph, one, transfer) for transfer in incoming)
        _expect(led or party in one.starts, f"{party} is not reached from those before it")
        _expect(not _removed(graph, one, party), f"{party} is reached and removed")
        reached.add(party)
    for start in one.starts:
        _expect(start in reached or _removed(graph, one, start), f"the start {start} is missing")
    _expect(reached.isdisjoint(one.ends), "an end is reached")
    for _, end, data in graph.out_edges(reached, data=True):
        _expect(end in reached or not _open(graph, one, data["transfer"]), f"{data['transfer'].id} leaves the set")


def _blocked(graph: Graph, one: Certificate) -> None:
    """One thing is removed by name, or some territories, and a trail shows that the starts lead to an end with it.

    That the trail passes what is removed follows: no path is left without it.
    """
    by_name = len(one.parties) + len(one.transfers)
    _expect(by_name == 1 if not one.territories else by_name == 0, "not one thing is removed")
    _expect(len(one.trails) == 1, "one trail is needed")
    if one.known_only:
        unknown = Certificate(one.claim, one.starts, one.ends, known_only=True)
        passed = any(_removed(graph, unknown, party) for party in one.trails[0].parties)
        _expect(not passed, "the trail passes a party of unknown territory")


def _trail(graph: Graph, one: Certificate, trail: Trail) -> None:
    parties = trail.parties
    _expect(len(parties) == len(trail.transfers) + 1 >= 2, "a trail has no hop or not one transfer for each")
    _expect(parties[0] in one.starts and parties[-1] in one.ends, "a trail does not lead from start to end")
    _expect(len(set(parties)) == len(parties), "a trail passes a party twice")
    for (start, end), transfer in zip(pairwise(parties), trail.transfers, strict=True):
        _expect(graph.has_edge(start, end, transfer), f"there is no transfer {transfer} from {start} to {end}")


def _between(one: Certificate, trail: Trail) -> Iterator[str]:
    return (party for party in trail.parties[1:-1] if party not in one.starts and party not in one.ends)


def _disjoint(one: Certificate, *, of_transfers: bool) -> None:
    shared = [part for trail in one.trails for part in (trail.transfers if of_transfers else _between(one, trail))]
    _expect(len(set(shared)) == len(shared), "two trails share a part")


def _none(one: Certificate) -> None:
    _expect(one.claim in (NONE_PARTY, NONE_TRANSFER), f"the claim {one.claim!r} is not known")
    _expect(not (one.parties or one.transfers or one.territories or one.reached), "nothing is removed by such a claim")
    direct = one.claim == NONE_PARTY and len(one.trails) == 1 and not any(_between(one, one.trails[0]))
    _expect(direct or len(one.trails) == 2, "two trails are needed")
    _disjoint(one, of_transfers=one.claim == NONE_TRANSFER)
