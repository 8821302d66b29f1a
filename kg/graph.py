"""The graph in Python: `kg.connect()` gives one, the command line is a thin layer on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from kg import names, schema
from kg.answers import CypherAnswer, EvidenceAnswer, Shown
from kg.errors import NothingFoundError, UnknownNameError, UsageError
from kg.records import FIGURES, Party, Records, Relation
from kg.store import read
from kg.store.values import named_in

if TYPE_CHECKING:
    import networkx as nx

    from kg.analysis.chokepoints import ChokepointAnswer, CutAnswer, SecondaryAnswer, TerritoryAnswer
    from kg.analysis.comparison import ComparisonAnswer
    from kg.analysis.explain import NoPath
    from kg.analysis.manufacture import MadeAnswer
    from kg.analysis.paths import PathAnswer
    from kg.analysis.reach import Between, Connection, Step
    from kg.analysis.robustness import RobustnessAnswer
    from kg.analysis.strict import StrictAnswer
    from kg.analysis.tracing import ReachAnswer
    from kg.evidence import Background, Stated
    from kg.export.html import Picture
    from kg.findings import Finding
    from kg.grading import Conflict, Grading, Sides
    from kg.handling import Shared
    from kg.network import Network, Projection
    from kg.settings import Settings
    from kg.store.local import Progress
    from kg.store.session import Database
    from kg.withdraw import Filed

T = TypeVar("T", bound=Shown)
#: Of how many parties at most all hops are read at once.
FEW_PARTIES = 500
Parties: TypeAlias = str | Sequence[str]  # ids, names or aliases


class Graph:
    """A connected graph. Everything is read from the database once and kept for the life of this object.

    With a handling code as `ceiling` it is the graph of the findings that may be passed on under it; only queries see
    the database as it is.
    """

    def __init__(self, database: Database, ceiling: str | None = None) -> None:
        self.database = database
        self.ceiling = ceiling
        self._named: dict[str, str] = {}  # names by id of what was read, where not all is
        self._projected: tuple[Projection, Network] | None = None

    def __enter__(self) -> Graph:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.database.close()

    @cached_property
    def records(self) -> Records:
        """All parties, items and edges. Raise `NothingFoundError` where the graph is empty."""
        found = read.records(self.database)
        if not found.parties:
            raise NothingFoundError("the graph is empty: load something first, for instance with `kg demo`.")
        return self.shared.records() if self.shared else found

    @cached_property
    def shared(self) -> Shared | None:
        """What may be passed on under the ceiling; None where there is none."""
        if self.ceiling is None:
            return None
        from kg import handling

        filed = self._filed
        return handling.shared(filed.declared, self.ceiling, filed.files, filed.stands)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What has to be said of the ceiling with every answer, in words; nothing where there is none."""
        return self.shared.notes if self.shared else ()

    @cached_property
    def _filed(self) -> Filed:
        """What files declare and is not withdrawn, also what is above the ceiling."""
        from kg import withdraw

        return withdraw.filed(self.database)

    def handling(self, keys: Iterable[tuple[str, str]]) -> str | None:
        """Return the handling code of a file that holds these: the ceiling, else the least strict that allows all.

        None where nothing is restricted.
        """
        if self.ceiling is not None or not read.coded(self.database):
            return self.ceiling
        from kg import handling

        return handling.least(self._filed.declared, keys, self._filed.stands)

    def within(self, code: str | None) -> Graph:
        """Return the graph of the findings that may be passed on under a handling code; None is all of it."""
        if code is None:
            return self
        from kg import handling

        return Graph(self.database, handling.parse(code))

    def declarations(self, label: str, ids: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
        """Return what files declare of a label, as `kg.store.read.declarations`."""
        found = read.declarations(self.database, label, ids)
        return self.shared.revised(label, found) if self.shared else found

    @cached_property
    def party_names(self) -> names.Names:
        """The names of all parties. Raise `NothingFoundError` where the graph is empty."""
        if self._whole_needed:
            return names.Names(self.records.parties.values())
        return names.Names(read.called(self.database, schema.PARTY_LABEL) or self.records.parties.values())

    @cached_property
    def item_names(self) -> names.Names:
        """The names of all items."""
        return names.Names(self.records.items.values() if self._whole_needed else read.called(self.database, "Item"))

    @property
    def _whole_needed(self) -> bool:
        """True where all records are read already, or what may be passed on is found from all of them."""
        return "records" in self.__dict__ or self.ceiling is not None

    def party(self, text: str) -> str:
        """Return the id of the party of this id, name or alias. Raise `UnknownNameError`."""
        return self.parties([text])[0]

    def parties(self, texts: str | Sequence[str]) -> list[str]:
        """Return the ids of one party or several, given by id, name or alias. Raise `UnknownNameError`."""
        wanted = _named(texts, "party")
        if not self._whole_needed and "party_names" not in self.__dict__:
            # Ids are looked up by themselves: the names of a large graph take longer to read than most answers.
            ids = [text for text in wanted if ":" in text and not text.startswith("item:")]
            if unknown := [one for one in ids if one not in self._named]:
                self._named |= {one.id: one.name for one in read.called(self.database, schema.PARTY_LABEL, unknown)}
            if all(text in ids and text in self._named for text in wanted):
                return wanted
        return [self.party_names.resolve(text, "party") for text in wanted]

    def item(self, text: str) -> str:
        """Return the id of the item of this id, name or alias. Raise `UnknownNameError`."""
        return self.item_names.resolve(_named([text], "item")[0], "item")

    def asked(self, projection: Projection | None) -> Projection:
        """Return a projection with the ids of its items and avoided parties, named in any way; None asks nothing.

        Raise `UnknownNameError` where one of them is unknown or ambiguous.
        """
        from kg.network import Projection

        if projection is None:
            return Projection()
        if not isinstance(projection, Projection):
            raise UsageError(f"{projection!r} is no projection: give one, such as kg.network.Projection(since='2014').")
        items, avoid = map(self.item, projection.items), self.parties(projection.avoid)
        return replace(projection, items=tuple(items), avoid=tuple(avoid))

    def name(self, identifier: str) -> str:
        """Return the name of a party or item, its id where it has none."""
        return self.called([identifier])[0]

    def called(self, identifiers: Sequence[str]) -> list[str]:
        """Return the names of parties and items, the id of what has none."""
        if self._whole_needed:
            return [self.records.name(one) for one in identifiers]
        if missing := [one for one in identifiers if ":" in one and one not in self._named]:
            self._named |= read.names_of(self.database, missing)
        return [self._named.get(one, one) for one in identifiers]

    def find(self, text: str, limit: int = 20) -> list[dict[str, Any]]:
        """Return parties and items named like a text, also misspelt, best first: id, kind, name, matched, score."""
        rows: list[dict[str, Any]] = []
        for catalogue in (self.party_names, self.item_names):
            for match in catalogue.search(text, limit=limit):
                one = self.records.parties.get(match.id)
                rows.append(
                    {
                        "id": match.id,
                        "kind": one.kind if one else "Item",
                        "name": match.name,
                        "matched": match.matched,
                        "score": match.score,
                        "placeholder": one.placeholder if one else None,
                        "collective": one.collective if one else None,
                    }
                )
        if not rows:
            raise NothingFoundError(f"nothing is named like {text!r}: try a shorter or another spelling.")
        return sorted(rows, key=lambda row: (-row["score"], row["name"], row["id"]))[:limit]

    def relation(self, identifier: str) -> Relation | None:
        """Return the edge of an id, None if there is none."""
        return next((edge for edge in self.records.relations if edge.id == identifier), None)

    def around(self, identifier: str) -> list[Relation]:
        """Return all edges of a party or item, or through a territory, in the order of the graph."""
        return [
            edge
            for edge in self.records.relations
            if identifier in (edge.start, edge.end, *edge.items, *edge.held_by, *edge.inputs, *edge.via)
        ]

    def findings(self, ids: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
        """Return findings in the shape of the findings file, by id, with `quote` and `edge`; None is all."""
        return self.declarations("Finding", ids)

    @cached_property
    def sources(self) -> dict[str, dict[str, Any]]:
        """All sources in the shape of the findings file, by id."""
        return self.declarations("Source")

    @cached_property
    def origins(self) -> dict[str, dict[str, Any]]:
        """All origins in the shape of the findings file, by id."""
        return self.declarations("Origin")

    @cached_property
    def organisations(self) -> dict[str, dict[str, Any]]:
        """All organisations in the shape of the findings file, by id."""
        return self.declarations("Organisation")

    def evidence_rows(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return findings as flat rows with their source, reliability, origin and organisation, in order of date."""
        from kg import handling

        rows = []
        for name, finding in self.findings(ids).items():
            source = self.sources.get(finding["source"], {})
            origin = self.origins.get(finding["origin"], {})
            organisation = self.organisations.get(origin.get("organisation", ""), {})
            reliability = source.get("reliability", {})
            rows.append(
                {
                    "finding": name,
                    "edge": finding.get("edge"),
                    "relation": finding["relation"],
                    "certainty": finding["certainty"],
                    "headline": finding.get("headline", False),
                    "attribution": finding.get("attribution"),
                    "statement": finding["statement"],
                    "quote": finding.get("quote"),
                    "quote_before": finding.get("quote_before"),
                    "quote_after": finding.get("quote_after"),
                    "date": finding.get("date"),
                    "quantity": finding.get("quantity"),
                    "share": finding.get("share"),
                    "joint": finding.get("joint"),
                    "basis": {end: finding[end].get("basis", "stated") for end in ("from", "to")},
                    "via": finding.get("via", []),
                    "mechanism": finding.get("mechanism"),
                    "financed_by": [payer["id"] for payer in finding.get("financed_by", [])],
                    "authorised": finding.get("authorised"),
                    "note": finding.get("note"),
                    "source": finding["source"],
                    "title": source.get("title"),
                    "publisher": source.get("publisher"),
                    "published": source.get("published"),
                    "document": source.get("document"),
                    "reliability": reliability.get("grade"),
                    "reliability_reason": reliability.get("reason"),
                    "origin": finding["origin"],
                    "organisation": organisation.get("name"),
                    "locator": finding.get("locator"),
                    "handling": handling.highest((source, finding)),
                    "continues": finding.get("continues", []),
                    "repeats": finding.get("repeats", []),
                    "contradicts": finding.get("contradicts", []),
                }
            )
        return sorted(rows, key=lambda row: (row["published"] or "", row["finding"]))

    def evidence(self, identifier: str) -> EvidenceAnswer:
        """Return the edge and the findings behind it, for the id of an edge or of one finding.

        Raise `UnknownNameError` where there is neither.
        """
        edge = self.relation(identifier)
        rows = self.evidence_rows(edge.findings if edge else [identifier])
        if not rows:
            raise UnknownNameError(
                f"no transfer or finding has the id {identifier!r}: `kg show NAME` and `kg path` print ids."
            )
        edge = edge or (self.relation(rows[0]["edge"]) if rows[0]["edge"] else None)
        answer = EvidenceAnswer(edge, rows)
        if edge is None:
            return self._limited(answer)
        between = f"{self.name(edge.start)} to {self.name(edge.end)}"
        return self._shown(answer, lambda pages: pages.of_edges(self, [edge], f"Evidence: {edge.type}, {between}"))

    def documents(self, answers: Sequence[Sequence[Relation]]) -> list[int]:
        """Return for each answer, given as its transfers, how many documents support it."""
        source = read.sources_of(self.database, sorted({name for one in chain(*answers) for name in one.findings}))
        return [len({source[name] for one in answer for name in one.findings if name in source}) for answer in answers]

    def opponents(self, ids: Sequence[str]) -> list[str]:
        """Return the ids of findings that contradict one of these or are contradicted by one."""
        found = read.opponents(self.database, ids)
        return [name for name in found if ("Finding", name) in self.shared.declared] if self.shared else found

    def stated(self, ids: Sequence[str]) -> Stated:
        """Return findings as models, with their opponents, and all sources and origins."""
        from kg.evidence import Stated
        from kg.findings import Finding, Origin, Source

        def made(row: Mapping[str, Any]) -> Finding:
            return Finding.model_validate({k: v for k, v in row.items() if k not in read.BESIDES}, strict=False)

        return Stated(
            {name: made(row) for name, row in self.findings([*ids, *self.opponents(ids)]).items()},
            {name: Source.model_validate(row, strict=False) for name, row in self.sources.items()},
            {name: Origin.model_validate(row, strict=False) for name, row in self.origins.items()},
        )

    def findings_behind(self, ids: Sequence[str]) -> tuple[list[Finding], Background]:
        """Return findings as models, and what they are weighed against."""
        from kg import evidence

        stated = self.stated(ids)
        background = evidence.background(stated.findings.values(), stated.sources, stated.origins)
        return [stated.findings[name] for name in ids if name in stated.findings], background

    def grading(self, edge: Relation) -> tuple[Grading | None, list[Conflict]]:
        """Return why an edge has its grade and what would change it, and the conflicts among its findings."""
        from kg import grading

        findings, background = self.findings_behind(edge.findings)
        return grading.grading(findings, background), grading.conflicts(findings)

    def conflicts(self, edges: Sequence[Relation]) -> dict[str, list[Conflict]]:
        """Return the conflicts among the findings of each edge, by its id; edges without conflict are left out."""
        return {name: list(sides.conflicts) for name, sides in self.sides(edges).items() if sides.conflicts}

    def sides(self, edges: Sequence[Relation]) -> dict[str, Sides]:
        """Return by the id of each edge which findings support it and which are against it, with their conflicts."""
        from kg import evidence, grading

        stated = self.stated(sorted({name for edge in edges for name in edge.findings}))
        background = evidence.background(stated.findings.values(), stated.sources, stated.origins)
        against = evidence.opponents(stated.findings.values())
        behind = {
            edge.id: [stated.findings[name] for name in edge.findings if name in stated.findings] for edge in edges
        }
        return {name: grading.sides(findings, background, against) for name, findings in behind.items()}

    def relation_row(self, edge: Relation) -> dict[str, Any]:
        """Return an edge as a flat row, with the names of its ends and items."""
        return {
            "id": edge.id,
            "type": edge.type,
            "from": edge.start,
            "from_name": self.name(edge.start),
            "to": edge.end,
            "to_name": self.name(edge.end),
            "items": list(edge.items),
            "item_names": [self.name(item) for item in edge.items],
            "earliest": edge.earliest,
            "latest": edge.latest,
            "date_derived": edge.date_derived,
            "date_text": edge.date_text,
            "quantity_min": edge.quantity_min,
            "quantity_max": edge.quantity_max,
            "quantity_text": edge.quantity_text,
            "share_min": edge.share_min,
            "share_max": edge.share_max,
            "share_of": edge.share_of,
            **{name: getattr(edge, name) for name in FIGURES},
            "estimated": list(edge.estimated),
            "joint": edge.joint,
            "place": edge.place,
            "via": list(edge.via),
            "mechanism": edge.mechanism,
            "financed_by": list(edge.financed_by),
            "authorised": edge.authorised,
            "alternative_of": edge.alternative_of,
            "alternatives_min": edge.alternatives_min,
            "inputs": list(edge.inputs),
            "held_by": list(edge.held_by),
            "made": edge.made,
            "certainty": edge.certainty,
            "grade": edge.grade,
            "origins": list(edge.origin_ids),
            "organisations": list(edge.organisation_ids),
            "findings": list(edge.findings),
        }

    def party_row(self, party: Party) -> dict[str, Any]:
        """Return a party as a flat row."""
        return {
            "id": party.id,
            "kind": party.kind,
            "name": party.name,
            "aliases": list(party.aliases),
            "placeholder": party.placeholder,
            "collective": party.collective,
            "territories": list(party.territories),
            "territory_text": party.territory_text,
            "part_of": list(party.part_of),
            "territory_of": [
                one.id for one in self.records.parties.values() if party.id in one.territories and one.id != party.id
            ],
        }

    def cypher(
        self, text: str, parameters: Mapping[str, Any] | None = None, *, timeout: float = 30.0, limit: int = 1000
    ) -> CypherAnswer:
        """Run a query, read-only; `timeout` is in seconds, `limit` in rows. Note what of it the graph does not know.

        Raise `UsageError` where the query is refused, by the guard or by the server.
        """
        from kg.analysis.reach import check_whole

        check_whole(limit=limit)
        if limit < 1 or not isinstance(timeout, int | float) or timeout <= 0:
            raise UsageError("the row limit and the time limit must be above zero.")
        given = parameters or {}
        planned = self.database.guard(text, given)
        columns, values, cut = self.database.query(text, given, timeout=timeout, limit=limit, guarded=planned)
        answer = CypherAnswer(tuple(columns), values, limit if cut else None, planned.remarks)
        return self._shown(answer, lambda pages: pages.of_query(self, text, answer))

    def query(
        self,
        name: str,
        /,
        *,
        timeout: float = 30.0,
        limit: int = 1000,
        **parameters: Any,  # noqa: ANN401 - JSON
    ) -> CypherAnswer:
        """Run a query of the catalogue, as `kg.catalog.catalogue` has it, with its parameters by their names.

        Parties, items and such are given by id, name or alias, as `kg.catalog.ask` takes them. Raise `UsageError` for a
        name it does not have, or parameters that are not those of the query.
        """
        from kg import catalog

        return catalog.ask(self, catalog.named(name), parameters, timeout=timeout, limit=limit)

    def names_of(self, answer: CypherAnswer) -> dict[str, str]:
        """Return by id the names of the parties and items that nodes and relationships of an answer need in words."""
        wanted = set(named_in(answer.values))
        return read.names_of(self.database, wanted) if wanted else {}

    def network(self, projection: Projection | None = None, *, plain: bool = False) -> nx.MultiDiGraph[str]:
        """Return the transfers that fit a projection as a networkx graph of parties, as `kg.network.project`.

        With `plain` all attributes are text, numbers and flags, as networkx writes them to a file, but no analysis of
        kg takes it. The items and avoided parties of a projection are given by id, name or alias here and in all that
        follows.
        """
        from kg import network

        found = network.project(self.records, self.asked(projection), self.stated)
        if not plain:
            return found
        from kg.export import tables

        return tables.plain(found)

    def paths(
        self,
        starts: str | Sequence[str],
        ends: str | Sequence[str],
        projection: Projection | None = None,
        *,
        k: int = 5,
        max_hops: int = 8,
        strict_time: bool = False,
        strict_custody: bool = False,
    ) -> PathAnswer:
        """Return the best paths between parties given by id, name or alias, as `kg.analysis.paths.find`.

        Only what lies between them is read, and more of it where that leaves open whether longer paths are there.
        """
        from kg import network
        from kg.analysis import paths, reach

        asked = self.asked(projection)
        reach.check_whole(k=k, max_hops=max_hops)

        def found(records: Records) -> PathAnswer:
            return paths.find(
                network.walkable(records, asked, part=True),
                first,
                last,
                k=k,
                max_hops=max_hops,
                strict_time=strict_time,
                strict_custody=strict_custody,
            )

        first, last = self.parties(starts), self.parties(ends)
        if self._whole_needed:
            answer = found(self.records)
        else:
            between = reach.Between(first, last, *self._steps())
            answer = self._found_between(between, found, max_hops, open_=asked == network.Projection())
        return self._shown(answer, lambda pages: pages.of_paths(self, answer))

    def _steps(self) -> tuple[Step, Step]:
        """Return what gives the parties that some lead to, and those that lead to some, read as they are asked for.

        Of a graph that is known to be small all are read now, which takes less than to ask hop by hop.
        """
        from kg.analysis.reach import step

        known = self.party_names.by_id if "party_names" in self.__dict__ else ()
        if not 0 < len(known) <= FEW_PARTIES:
            return partial(read.receivers, self.database), partial(read.givers, self.database)
        onward, back = read.receivers(self.database, list(known)), defaultdict(list)
        for start, end in ((start, end) for start, ends in onward.items() for end in ends):
            back[end].append(start)
        return step(onward), step(back)

    def _found_between(
        self, between: Between, found: Callable[[Records], PathAnswer], max_hops: int, *, open_: bool
    ) -> PathAnswer:
        """Return the answer that the whole graph gives, from what lies between the ends and no more than it takes.

        `open_`: all transfers may be walked, so that the parties alone tell whether longer paths may be there.
        """
        from kg.analysis import paths

        hops = max_hops
        answer = found(self._read(between.within(hops).union(*between.ends)))
        while not (between.complete(hops) or answer.cut):
            hops = hops + 1 if open_ else hops * 2
            parties = between.within(hops)
            if not open_:
                answer = found(self._read(parties.union(*between.ends)))
            elif between.number > max_hops + 1:
                return replace(answer, cut=(paths.not_longer(max_hops),))
        return answer

    def _read(self, parties: Collection[str]) -> Records:
        """Return the records of some parties; all records where none of them is there."""
        found = read.records(self.database, parties)
        self._named |= {name: found.name(name) for name in (*found.parties, *found.items)}
        return found if found.parties else self.records

    def no_path(
        self,
        starts: str | Sequence[str],
        ends: str | Sequence[str],
        projection: Projection | None = None,
        *,
        max_hops: int = 8,
        strict_time: bool = False,
        strict_custody: bool = False,
    ) -> NoPath:
        """Say why there is no path between parties given by id, name or alias, as `kg.analysis.explain.no_path`.

        All records are read: what may tie the parties otherwise can lie anywhere.
        """
        from kg.analysis import explain, reach

        reach.check_whole(max_hops=max_hops)
        answer = explain.no_path(
            self.records,
            self.asked(projection),
            self.parties(starts),
            self.parties(ends),
            max_hops=max_hops,
            strict_time=strict_time,
            strict_custody=strict_custody,
        )
        return self._limited(answer)

    def chokepoints(
        self,
        *between: Parties | Projection | None,
        starts: Parties | None = None,
        ends: Parties | None = None,
        projection: Projection | None = None,
    ) -> ChokepointAnswer:
        """Return the parties and transfers on every path from suppliers to end users.

        Called as (to) or (from, to), a projection last if there is one, or with starts= and ends=; so are all that
        follow. Without suppliers, or None for them, they are all that only give. All records are read: a certificate
        names whatever suppliers still reach, however far from the end users.
        """
        from kg.analysis import chokepoints

        first, last, asked = self._towards(between, starts, ends, projection)
        answer = chokepoints.must_pass(self._network(asked), first, last)
        return self._shown(answer, lambda pages: pages.of_chokepoints(self, answer, asked))

    def connection(
        self,
        *between: Parties | Projection | None,
        starts: Parties | None = None,
        ends: Parties | None = None,
        projection: Projection | None = None,
    ) -> Connection:
        """Return whether any path leads from suppliers to end users, as `kg.analysis.reach.connection`."""
        from kg.analysis import reach

        first, last, asked = self._towards(between, starts, ends, projection)
        return reach.connection(self._network(asked), first, last)

    def strict_chokepoints(
        self,
        *between: Parties | Projection | None,
        starts: Parties | None = None,
        ends: Parties | None = None,
        projection: Projection | None = None,
        max_hops: int = 8,
        strict_time: bool = False,
        strict_custody: bool = False,
    ) -> StrictAnswer:
        """Return what is on every path of so many hops at most that is not impossible in time, or custody."""
        from kg.analysis import reach, strict

        reach.check_whole(max_hops=max_hops)
        first, last, asked = self._towards(between, starts, ends, projection)
        answer = strict.strict_must_pass(
            self._network(asked),
            first,
            last,
            max_hops=max_hops,
            strict_time=strict_time,
            strict_custody=strict_custody,
        )
        return self._shown(answer, lambda pages: pages.of_chokepoints(self, answer, asked))

    def territories(
        self,
        *between: Parties | Projection | None,
        starts: Parties | None = None,
        ends: Parties | None = None,
        projection: Projection | None = None,
    ) -> TerritoryAnswer:
        """Return the territories on every path from suppliers to end users."""
        from kg.analysis import chokepoints

        first, last, asked = self._towards(between, starts, ends, projection)
        answer = chokepoints.territories(self._network(asked), first, last)
        return self._shown(answer, lambda pages: pages.of_chokepoints(self, answer, asked))

    def cut(
        self,
        *between: Parties | Projection | None,
        starts: Parties | None = None,
        ends: Parties | None = None,
        projection: Projection | None = None,
        of: str = "parties",
        limit: int = 10,
    ) -> CutAnswer:
        """Return the smallest sets `of` "parties" or "transfers" on all paths, as `kg.analysis.cuts.minimum_cut`."""
        from kg.analysis import chokepoints, reach

        reach.check_whole(limit=limit)
        first, last, asked = self._towards(between, starts, ends, projection)
        return self._limited(chokepoints.minimum_cut(self._network(asked), first, last, of=of, limit=limit))

    def robustness(
        self,
        *between: Parties | Projection | None,
        starts: Parties | None = None,
        ends: Parties | None = None,
        projection: Projection | None = None,
        of: str = "parties",
    ) -> RobustnessAnswer:
        """Return which chokepoints go or come without an origin or organisation, or two of them.

        They are `of` "parties", "transfers" or "territories", as `kg.analysis.robustness.leave_out` has it.
        """
        from kg.analysis import robustness

        first, last, asked = self._towards(between, starts, ends, projection)
        return self._limited(robustness.leave_out(self._network(asked), first, last, of=of))

    def secondary(
        self,
        view: str,
        *between: Parties | Projection | None,
        starts: Parties | None = None,
        ends: Parties | None = None,
        projection: Projection | None = None,
        limit: int = 20,
    ) -> SecondaryAnswer:
        """Return a view of what lies between suppliers and end users, as `kg.analysis.views.secondary`.

        It is "reduction", "betweenness", "bridges" or "articulation".
        """
        from kg.analysis import chokepoints, reach

        reach.check_whole(limit=limit)
        first, last, asked = self._towards(between, starts, ends, projection)
        return self._limited(chokepoints.secondary(self._network(asked), first, last, view, limit=limit))

    def reach(
        self,
        start: str,
        projection: Projection | None = None,
        *,
        max_hops: int = 8,
        strict_time: bool = False,
        strict_custody: bool = False,
        limit: int = 200,
    ) -> ReachAnswer:
        """Return whom a supplier's transfers lead to, as `kg.analysis.tracing.reach`."""
        from kg.analysis import tracing

        answer = tracing.reach(
            self._network(self.asked(projection)),
            self.party(start),
            max_hops=max_hops,
            strict_time=strict_time,
            strict_custody=strict_custody,
            limit=limit,
        )
        return self._limited(answer)

    def compare(
        self,
        first: str,
        second: str | None = None,
        projection: Projection | None = None,
        other: Projection | None = None,
    ) -> ComparisonAnswer:
        """Return what two end users share, or one with itself under another projection, such as of another period.

        See `kg.analysis.comparison.compare`. The second is the first if not given, the other projection the one.
        """
        from kg.analysis import comparison

        ends = self.party(first), self.party(first if second is None else second)
        asked = self.asked(projection)
        networks = self._network(asked), self._network(asked if other is None else self.asked(other))
        return self._limited(comparison.compare(networks, ends))

    def made(self, holder: str, projection: Projection | None = None) -> MadeAnswer:
        """Return where what a party held was made, as `kg.analysis.manufacture.made`."""
        from kg.analysis import manufacture

        id_, asked = self.party(holder), self.asked(projection)
        behind = {name for edge in self.records.relations if id_ in edge.held_by for name in edge.findings}
        return self._limited(manufacture.made(self.records, id_, asked, self.findings(sorted(behind))))

    def _towards(
        self,
        between: Sequence[Parties | Projection | None],
        starts: Parties | None,
        ends: Parties | None,
        projection: Projection | None,
    ) -> tuple[list[str] | None, list[str], Projection]:
        """Return the ids of suppliers, None where all that only give are meant, and of end users, and the projection.

        Raise `UsageError` where a call is neither (to), (from, to), with a projection last or not, nor by name.
        """
        from kg.network import Projection

        given: list[Any] = list(between)
        if projection is None and (len(given) == 3 or (given and isinstance(given[-1], Projection))):
            projection = given.pop()
        if len(given) > 2 or (given and (starts is not None or ends is not None)):
            raise UsageError("give (to), (from, to), or starts= and ends=: graph.chokepoints('ISIS').")
        if given:
            starts, ends = given if len(given) == 2 else (None, *given)
        if ends is None:
            raise UsageError("an end user is needed: graph.chokepoints('ISIS').")
        first = None if starts is None else self.parties(starts)
        return first, self.parties(ends), self.asked(projection)

    def _network(self, asked: Projection) -> Network:
        """Return what analyses walk of a projection, the last one once more if it is asked for again.

        Several views of one command are of one network, which none of them changes.
        """
        if self._projected is None or self._projected[0] != asked:
            from kg import network

            self._projected = asked, network.walkable(self.records, asked, self.stated)
        return self._projected[1]

    def _limited(self, answer: T) -> T:
        """Return an answer that says what a handling code keeps out of it."""
        return replace(answer, left_out=self.left_out) if self.left_out else answer

    def _shown(self, answer: T, picture: Callable[[Any], Picture]) -> T:
        """Return an answer that shows itself as a page in a notebook; `picture` takes the module of pictures."""

        def page() -> str:
            from kg.export import pages

            return pages.cell(picture(pages))

        return replace(self._limited(answer), page=page)


def _named(given: str | Sequence[str], what: str) -> list[str]:
    """Return one text or several as a list. Raise `UsageError` where it is neither; `what` says what they name."""
    texts = [given] if isinstance(given, str) else list(given) if isinstance(given, Iterable) else [given]
    for text in texts:
        if not isinstance(text, str):
            raise UsageError(f"{text!r} names no {what}: give an id, a name or an alias.")
    return texts


def connect(settings: Settings | None = None, progress: Progress | None = None) -> Graph:
    """Return the graph in the database that KG_NEO4J_URI names, else in the local Neo4j, started if needed.

    Raise `DatabaseError` where it cannot be reached or started, and its kind `ChangedError` from whatever reads the
    graph after another process has changed it: an answer is of one state, so connect anew.
    """
    from kg import settings as settings_module
    from kg.store import session

    return Graph(session.connect(settings or settings_module.load(), progress, steady=True))
