"""Laws that the bundled data keeps, whatever is added to it: read from its files alone, without a database."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path

import networkx as nx
import pytest
from kg.loaders import findings as loader

from kg import documents as spans
from kg import evidence, names
from kg.findings import Finding, Item, Organisation, Origin, Party, Problem, Source
from kg.network import broader_items

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
CURATION = ROOT / "docs" / "curation"
REGISTRY = DATA / "registry.yaml"
DOCUMENT_FILES = sorted(path for path in DATA.glob("*.yaml") if path != REGISTRY)
KINDS = {Organisation: "organisations", Origin: "origins", Source: "sources", Party: "parties", Item: "items"}
LONGEST_COMMON_RUN = 7  # words


@dataclass
class Declared:
    """What some files declare, by kind and id, and how often each id is declared."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)
    places: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def background(self) -> evidence.Background:
        return evidence.Background(self.sources, self.origins, {})

    def groups(self):
        """Yield what agreeing findings support, None where it is no edge, and those findings."""
        for group in evidence.group(self.findings.values()):
            yield evidence.relation(group, self.background), group

    def transfers(self, *items: str) -> nx.MultiDiGraph:
        """Return the transfers of these items and kinds of them, all where none is given."""
        broader = broader_items(self.items)
        graph = nx.MultiDiGraph()
        for edge, _ in self.groups():
            carried = {above for item in edge.items for above in broader[item]} if edge else set()
            if edge and edge.is_transfer and (not items or carried & set(items)):
                graph.add_edge(edge.start, edge.end, key=edge.id)
        return graph


@cache
def read(*paths: Path) -> Declared:
    found = Declared()
    for path in paths:
        for one in loader.read(path):
            assert not isinstance(one, Problem), str(one)
            kind = KINDS.get(type(one.what), "findings")
            getattr(found, kind)[one.what.id] = one.what
            found.places[kind, one.what.id].append(path.name)
    return found


def whole() -> Declared:
    return read(REGISTRY, *DOCUMENT_FILES)


def wtkr() -> Declared:
    return read(REGISTRY, DATA / "002-wtkr-2017-12-14.yaml")


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + length]) for start in range(len(found) - length + 1)}


def about(finding: Finding) -> set[str]:
    return {name for _, name in finding.refs()}


def test_every_file_is_read_and_every_id_is_declared_once():
    assert len(DOCUMENT_FILES) >= 5
    twice = {key: files for key, files in whole().places.items() if len(files) > 1}
    assert not twice
    assert not set(whole().parties) & set(names.states()), "states come from the table of states"


def test_every_locator_holds_in_the_document_recorded(documents):
    checked = 0
    for finding in whole().findings.values():
        source = whole().sources[finding.source]
        text, sha256 = spans.read(spans.below(documents, source.document))
        assert sha256 == source.sha256, source.id
        place = spans.Place(finding.locator.start, finding.locator.end, finding.locator.sha256)
        assert spans.check(text, place) == (spans.HOLDS, place.start), finding.id
        checked += 1
    assert checked == len(whole().findings) > 100


def test_no_text_of_the_data_is_copied_from_a_document(documents):
    copied = set()
    for path in documents.glob("*.txt"):
        copied |= runs(spans.read(path)[0], LONGEST_COMMON_RUN + 1)
    own = {finding.id: finding.statement for finding in whole().findings.values()}
    own |= {source.id: source.reliability.reason for source in whole().sources.values()}
    for kind in ("origins", "sources", "parties", "items"):
        own |= {f"note of {one.id}": one.note for one in getattr(whole(), kind).values() if one.note}
    assert copied and own
    assert not {name: runs(text, LONGEST_COMMON_RUN + 1) & copied for name, text in own.items()
                if runs(text, LONGEST_COMMON_RUN + 1) & copied}  # fmt: skip


def test_denials_and_headlines_alone_make_no_edge():
    without = [group for edge, group in whole().groups() if edge is None]
    assert ["vt-headline-turkey-supplied-isis"] in [[finding.id for finding in group] for group in without]
    for edge, group in whole().groups():
        assert (edge is not None) == any(finding.supports for finding in group), [finding.id for finding in group]


def chains(finding: Finding, findings: dict[str, Finding]) -> list[list[Finding]]:
    """Return every chain of `continues` that ends with a finding, the first hop first."""
    before = [chain for name in finding.continues for chain in chains(findings[name], findings)]
    return [[*chain, finding] for chain in before] or [[finding]]


def test_no_transfer_is_shorter_than_the_chain_that_its_source_states():
    """A direct hop may stand beside a chain only where the source leaves open which of the two it was."""
    findings = whole().findings
    transfers = [finding for finding in findings.values() if finding.is_transfer and finding.supports]
    tried = 0
    for last in transfers:
        for full in chains(last, findings):
            for start in range(len(full) - 1):
                chain = full[start:]
                open_ = {hop.alternative_of for hop in chain if hop.alternative_of}
                items = {ref.id for hop in (chain[0], chain[-1]) for ref in hop.items}
                short = [
                    one.id
                    for one in transfers
                    if (one.start.id, one.end.id, one.origin) == (chain[0].start.id, last.end.id, last.origin)
                    and items & {ref.id for ref in one.items}
                    and one.alternative_of not in open_
                ]
                assert not short, [hop.id for hop in chain]
                tried += 1
    assert tried > 10


def test_continued_findings_end_where_the_next_begins():
    findings = whole().findings
    for finding in findings.values():
        for name in finding.continues:
            assert findings[name].end.id == finding.start.id, (name, finding.id)


def test_no_person_outlet_or_research_body_is_a_party():
    known = {names.clean(one.name) for one in whole().organisations.values()}
    known |= {names.clean(one.publisher) for one in whole().sources.values()}
    for finding in whole().findings.values():
        known |= {names.clean(part) for part in (finding.attribution or "").split(",") if part.strip()}
    called = {
        names.clean(name): party.id for party in whole().parties.values() for name in (party.name, *party.aliases)
    }
    assert "james bevan" in known and "conflict armament research" in known
    assert not known & set(called)


def test_every_finding_goes_back_to_an_origin_that_its_source_relays():
    for finding in whole().findings.values():
        assert whole().background.distance(finding.source, finding.origin) is not None, finding.id
        assert whole().origins[finding.origin].organisation in whole().organisations
    for edge, _ in whole().groups():
        assert edge is None or (edge.origin_ids and edge.organisation_ids), edge


def test_placeholders_and_collectives_are_stated_by_the_sources_that_speak_of_them():
    tried = 0
    for party in whole().parties.values():
        if not (party.placeholder or party.collective):
            continue
        tried += 1
        assert party.stated_by, party.id
        speaking = {finding.source for finding in whole().findings.values() if party.id in about(finding)}
        assert speaking, party.id
        for source in speaking:
            relayed = {relay.id for relay in whole().sources[source].relays}
            assert {source, *relayed} & set(party.stated_by), (source, party.id)
    assert tried > 30


def test_a_number_of_several_members_is_joint_and_the_same_on_each():
    joint = defaultdict(list)
    shared = defaultdict(list)
    for finding in whole().findings.values():
        if finding.joint:
            joint[finding.joint].append(finding)
        if finding.share:
            shared[finding.source, finding.share].append(finding)
    assert len(joint) > 5
    for name, members in joint.items():
        assert len(members) > 1, name
        assert len({finding.share for finding in members}) == 1, name
        assert len({finding.quantity for finding in members}) == 1, name
    for members in shared.values():
        for one, other in combinations(members, 2):
            if one.id not in other.continues and other.id not in one.continues:
                assert one.joint and one.joint == other.joint, (one.id, other.id)


def test_a_disjunction_has_at_least_two_members():
    members = defaultdict(set)
    for finding in whole().findings.values():
        if finding.alternative_of:
            members[finding.alternative_of].add((finding.relation, finding.start.id, finding.end.id))
    assert members
    assert {name: one for name, one in members.items() if len(one) < 2} == {}


def test_every_item_is_a_kind_of_the_root():
    broader = broader_items(whole().items)
    roots = {name for name, item in whole().items.items() if not item.kind_of}
    assert roots == {"item:materiel"}
    assert [name for name, above in broader.items() if not above & roots] == []


def test_every_party_and_item_is_spoken_of_or_has_kinds_that_are():
    spoken = set().union(*map(about, whole().findings.values()))
    wider = {above for item in whole().items.values() for above in item.kind_of}
    assert set(whole().parties) <= spoken | {ref.id for party in whole().parties.values() for ref in party.part_of}
    assert set(whole().items) <= spoken | wider


@pytest.mark.parametrize("path", DOCUMENT_FILES, ids=lambda path: path.stem)
def test_a_document_needs_nothing_but_the_registry(path):
    found = read(REGISTRY, path)
    known = {*found.parties, *found.items, *names.states()}
    for finding in found.findings.values():
        assert about(finding) <= known, finding.id
        assert finding.source in found.sources and finding.origin in found.origins, finding.id
        others = {*finding.continues, *finding.repeats, *(other.id for other in finding.contradicts)}
        assert others <= set(found.findings), finding.id
    for party in found.parties.values():
        assert {ref.id for ref in (*party.located_in, *party.part_of)} | set(party.succeeded_by) <= known, party.id
        assert set(party.stated_by) <= set(found.sources), party.id
    for source in found.sources.values():
        assert {relay.id for relay in source.relays} <= {*found.sources, *found.origins}, source.id
    assert {origin.organisation for origin in found.origins.values()} <= set(found.organisations)


def test_the_registry_declares_only_parties_that_several_documents_speak_of():
    shared = read(REGISTRY).parties
    for name in shared:
        files = [path for path in DOCUMENT_FILES if any(name in about(one) for one in read(path).findings.values())]
        assert len(files) > 1, name


@pytest.mark.parametrize("data", [whole, wtkr])
def test_the_united_states_are_tied_to_the_end_user_by_others_only(data):
    graph = data().transfers()
    assert graph.has_edge("country:USA", "group:syrian-opposition")
    assert graph.has_edge("group:syrian-opposition", "group:isis")
    assert not graph.has_edge("country:USA", "group:isis")


@pytest.mark.parametrize("data", [whole, wtkr])
def test_china_made_and_passed_nothing_on(data):
    relations = {finding.relation for finding in data().findings.values() if finding.start.id == "country:CHN"}
    assert relations == {"MANUFACTURED"}
    assert "country:CHN" not in data().transfers()


@pytest.mark.parametrize("data", [whole, wtkr])
def test_turkey_is_a_territory_and_on_every_way_of_precursors(data):
    graph = data().transfers("item:precursor")
    assert "country:TUR" not in data().transfers()
    there = {
        party.id for party in data().parties.values() if "country:TUR" in {ref.id for ref in party.located_in}
    } & set(graph)
    assert there
    upstream = nx.ancestors(graph, "group:isis")
    first = {party for party in upstream if not graph.in_degree(party)}
    assert first and first <= there
    without = graph.subgraph(set(graph) - there)
    assert not any(nx.has_path(without, party, "group:isis") for party in first - there)


def test_the_record_of_the_two_readings_says_what_its_script_computes():
    """The script checks the pairing against both readings and fails where it does not fit."""
    script = CURATION / "agreement.py"
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, encoding="utf-8", check=True, timeout=60
    )
    assert done.stdout.strip() in (CURATION / "README.md").read_text(encoding="utf-8")
    total = next(line for line in done.stdout.splitlines() if line.startswith("| all |"))
    assert total in (DATA / "README.md").read_text(encoding="utf-8")


def test_the_readme_counts_what_is_there():
    edges = sum(edge is not None for edge, _ in whole().groups())
    counted = f"{len(whole().findings)} findings, each with its place in the document,\nbehind {edges} edges"
    assert counted in (DATA / "README.md").read_text(encoding="utf-8")


def test_the_data_is_what_the_readings_were_settled_to():
    with (CURATION / "agreement.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    read_twice = {row["document"] for row in rows}
    files = [path for path in DOCUMENT_FILES if path.name[:3] in read_twice]
    assert len(files) == len(read_twice)
    assert {name for row in rows for name in row["recorded"].split()} == {
        name for path in files for name in read(path).findings
    }
