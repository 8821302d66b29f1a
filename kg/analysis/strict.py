"""Strict chokepoints: what lies on every path of so many hops at most that time, or custody, does not make impossible.

Time and custody are verdicts on a whole path, so that no set of parties reached can prove such a chokepoint. Each party
and transfer of the best path is left out in turn instead: where the search then gives no path, it is on every one, else
the path found goes round it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from kg.analysis import paths
from kg.analysis.chokepoints import CAVEATS, ChokepointAnswer
from kg.analysis.paths import Path, PathAnswer
from kg.analysis.reach import Hops, chosen_ends, party_of, projection_of, records_of
from kg.analysis.support import Anew
from kg.answers import Shown
from kg.network import Projection, territories_of, walkable
from kg.records import Party, Records, Relation

if TYPE_CHECKING:
    from kg.network import Walkable

    Search = Callable[[Records, Projection], PathAnswer]


@dataclass(frozen=True, slots=True)
class StrictChokepoint:
    """A party or transfer on every path that counts; `witness` is the best of them.

    `hop` counts along the witness, from 1, and is that by which the party is reached. `hangs_on` are the origins each
    of which, left out alone with the transfers and manufacture that rest on it, leaves no such path.
    """

    id: str
    kind: str
    name: str
    hop: int
    witness: Path
    hangs_on: tuple[str, ...]
    party: Party | None = None
    transfer: Relation | None = None

    def row(self) -> dict[str, Any]:
        """Return the chokepoint as one row, with the keys of others; None for a set of parties reached."""
        support = self.witness.support
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "hop": self.hop,
            "pairs_lost": 1.0,
            "territories": list(territories_of(self.party)) if self.party else None,
            "territory_text": self.party.territory_text if self.party else None,
            "alternative_of": self.transfer.alternative_of if self.transfer else None,
            "grade": support.grade,
            "origins": support.origins,
            "organisations": support.organisations,
            "origin_ids": list(support.origin_ids),
            "hangs_on": list(self.hangs_on),
            "witness": list(self.witness.transfers),
            "witness_parties": list(self.witness.parties),
            "reached_without": None,
            "reached": None,
        }


@dataclass(frozen=True, slots=True)
class StrictAnswer(Shown):
    """All parties and transfers on every path that counts, parties first, in the order in which they are passed.

    `around` holds for each other party and transfer of the best path the transfers of a path that goes round it.
    `connected` is False where no such path is found from starts to ends. `unclear` are those of which a bound of the
    search left it open; `cut` says so in sentences, and the bound of hops.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = ChokepointAnswer.HEADINGS

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    starts_given: bool
    projection: Mapping[str, Any]
    max_hops: int
    strict_time: bool
    strict_custody: bool
    connected: bool
    parties: tuple[StrictChokepoint, ...]
    transfers: tuple[StrictChokepoint, ...]
    around: Mapping[str, tuple[str, ...]]
    unclear: tuple[str, ...]
    cut: tuple[str, ...]
    caveats: tuple[str, ...]

    @property
    def scope(self) -> str:
        """Of which paths the answer speaks, in words."""
        asked = [word for word, strict in (("time", self.strict_time), ("custody", self.strict_custody)) if strict]
        possible = f" possible in {' and '.join(asked)}" if asked else ""
        return f"every path{possible} of up to {self.max_hops} hop{'s' * (self.max_hops != 1)}"

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what belongs to the answer: of what there is none and why, limits, caveats."""
        none: tuple[str, ...] = ()
        if self.connected and not self.parties and not self.transfers:
            ways = "".join(f"; round {id_} goes {', '.join(way)}" for id_, way in self.around.items())
            none = (f"No party or transfer is known to be on {self.scope}{ways}.",)
        return (*none, *self.cut, *self.caveats)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each chokepoint, parties before transfers."""
        return [one.row() for one in (*self.parties, *self.transfers)]


def strict_must_pass(
    graph: Walkable,
    starts: Iterable[str] | None,
    ends: Iterable[str],
    *,
    max_hops: int = 8,
    strict_time: bool = False,
    strict_custody: bool = False,
) -> StrictAnswer:
    """Return what is on every path that strictness allows, of so many hops at most, starts and ends left out.

    Without starts they are the parties that only give. Raise `UsageError` as `paths.find` does.
    """
    first, last = chosen_ends(graph, Hops.of(graph), starts, ends)

    def search(records: Records, projection: Projection) -> PathAnswer:
        limits = {"strict_time": strict_time, "strict_custody": strict_custody}
        return paths.find(walkable(records, projection), first, last, k=1, max_hops=max_hops, **limits)

    found = search(records_of(graph), projection_of(graph)) if first else None
    witness = found.paths[0] if found and found.paths else None
    without = _left_out(graph, witness, {*first, *last}, search) if witness else {}
    on_every = {id_ for id_, answer in without.items() if _none_left(answer)}
    parties, transfers = _chokepoints(graph, witness, on_every, search) if witness else ((), ())
    unclear = tuple(id_ for id_, answer in without.items() if not answer.paths and _ended(answer))
    return StrictAnswer(
        starts=first,
        ends=last,
        starts_given=starts is not None,
        projection=projection_of(graph).describe(),
        max_hops=max_hops,
        strict_time=strict_time,
        strict_custody=strict_custody,
        connected=witness is not None,
        parties=parties,
        transfers=transfers,
        around={id_: answer.paths[0].transfers for id_, answer in without.items() if answer.paths},
        unclear=unclear,
        cut=(
            paths.not_longer(max_hops),
            *(f"The search without {id_} was ended: it may be on every path, too." for id_ in unclear),
        ),
        caveats=CAVEATS,
    )


def _ended(answer: PathAnswer) -> bool:
    return any("search was ended" in sentence for sentence in answer.cut)


def _none_left(answer: PathAnswer) -> bool:
    return not answer.paths and not _ended(answer)


def _left_out(graph: Walkable, witness: Path, ends: Collection[str], search: Search) -> dict[str, PathAnswer]:
    """Return what is found without each party but starts and ends, and each transfer, of a path, by their ids."""
    records, projection = records_of(graph), projection_of(graph)
    answers = {}
    for party in (one for one in witness.parties if one not in ends):
        answers[party] = search(records, replace(projection, avoid=(*projection.avoid, party)))
    for transfer in witness.transfers:
        answers[transfer] = search(_without(records, [transfer]), projection)
    return answers


def _without(records: Records, gone: Collection[str]) -> Records:
    return replace(records, relations=tuple(one for one in records.relations if one.id not in gone))


def _chokepoints(
    graph: Walkable, witness: Path, on_every: set[str], search: Search
) -> tuple[tuple[StrictChokepoint, ...], tuple[StrictChokepoint, ...]]:
    origins = _hangs_on(graph, witness, search) if on_every else ()
    parties, transfers = [], []
    for hop, id_ in enumerate(witness.parties):
        if id_ in on_every:
            party = party_of(graph, id_)
            parties.append(StrictChokepoint(id_, party.kind, party.name, hop, witness, origins, party=party))
    for hop, one in enumerate((hop.transfer for hop in witness.hops), 1):
        if one.id in on_every:
            name = f"{witness.names[hop - 1]} → {witness.names[hop]}"
            transfers.append(StrictChokepoint(one.id, one.type, name, hop, witness, origins, transfer=one))
    return tuple(parties), tuple(transfers)


def _hangs_on(graph: Walkable, witness: Path, search: Search) -> tuple[str, ...]:
    """Return the origins without which no path is left; only one that the witness rests on can be.

    A transfer of several origins is made anew without one: its items, its dates and what it continues may be others.
    """
    anew, found = Anew(graph), []
    for origin in sorted({origin for one in witness.needed for origin in anew.origins(one)}):
        records = anew.without(origin)
        left = {one.id: one for one in records.relations}
        if any(left.get(one.id) is not one for one in witness.needed):
            found += [origin] if _none_left(search(records, projection_of(graph))) else []
    return tuple(found)
