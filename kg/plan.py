"""A load worked out: what files declare against what stands, and every reason why it may not be written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from kg import dates, evidence, names, schema
from kg.change import Change
from kg.errors import InputError
from kg.findings import HANDLING, Declaration, Declared, Finding, Item, Origin, Party, Problem, Source
from kg.reading import File, Reading
from kg.store.write import Key, Writer, node_kind


@dataclass(slots=True)
class Plan:
    """One load worked out inside its transaction: what is read, what stands, and the change that follows."""

    writer: Writer
    files: Sequence[File]
    reading: Reading
    change: Change = field(default_factory=Change)
    counts: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def names(self) -> list[str]:
        """Return the names of the files."""
        return [file.name for file in self.files]

    def knows(self, key: Key) -> bool:
        """Say whether a node of this key will stand after the load."""
        return key in self.reading.declared or (key in self.change.stored and key not in self.change.leaving)


def _with_states(plan: Plan) -> None:
    """Add the states that declarations refer to, from the table, owned by the files that refer to them.

    None may be declared yet.
    """
    table, wanted = names.states(), [one for places in plan.reading.declared.values() for one in places]
    there: set[tuple[Key, str]] = set()
    while wanted:
        one = wanted.pop()
        for key in references(one.what):
            state = table.get(key[1]) if key[0] == schema.PARTY_LABEL else None
            if state is None or (key, one.file) in there:
                continue
            there.add((key, one.file))
            party = Party(id=state.id, kind="Country", name=state.name, aliases=state.aliases)
            added = Declared(party, one.file, one.line)
            plan.reading.declared[key].append(added)
            wanted.append(added)


def _without_states(plan: Plan) -> None:
    """Take the states out again, so that none stays for the sake of a declaration that was rejected."""
    table = names.states()
    for key in [key for key in plan.reading.declared if key[0] == schema.PARTY_LABEL and key[1] in table]:
        del plan.reading.declared[key]


def references(what: Declaration) -> Iterator[Key]:
    """Yield the keys of everything a declaration refers to."""
    if isinstance(what, Finding):
        yield "Source", what.source
        yield "Origin", what.origin
        for _, name in what.refs():
            yield ("Item" if name.startswith("item:") else schema.PARTY_LABEL), name
        for name in (*what.continues, *what.repeats, *(other.id for other in what.contradicts)):
            yield "Finding", name
    elif isinstance(what, Party):
        for name in (*(ref.id for ref in (*what.located_in, *what.part_of)), *what.succeeded_by):
            yield schema.PARTY_LABEL, name
        for name in what.stated_by:
            yield "Source", name
    elif isinstance(what, Item):
        for name in (*what.kind_of, *what.component_of):
            yield "Item", name
    elif isinstance(what, Origin):
        yield "Organisation", what.organisation


def _check_references(plan: Plan) -> None:
    """Note a problem for everything that refers to what neither stands in the graph nor is declared."""
    met: set[Key] = set()
    for places in list(plan.reading.declared.values()):
        for one in places:
            for key in references(one.what):
                if key in met or plan.knows(key):
                    met.add(key)
                    continue
                label, name = key
                known = [key[1] for key in (*plan.reading.declared, *plan.change.stored) if key[0] == label]
                plan.reading.reject(one, label.lower(), name, _suggestion(label, name, known))
            if isinstance(one.what, Source):
                for relay in one.what.relays:
                    known = [label for label in ("Source", "Origin") if plan.knows((label, relay.id))]
                    if len(known) != 1:
                        found = f"{relay.id}, both a source and an origin" if known else relay.id
                        plan.reading.reject(one, "relays", found, "the id of one source or origin that is declared")


def _suggestion(label: str, name: str, known: Iterable[str]) -> str:
    from rapidfuzz import process

    near = process.extractOne(name, list(known), score_cutoff=75)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"the id of a declared {label.lower()}{hint}; load the file that declares it together with this one"


def _compare_with_graph(plan: Plan) -> None:
    """Work out what is new, changed, unchanged and leaving; note a problem where another file says otherwise."""
    own = set(plan.names())
    for key, places in plan.reading.declared.items():
        what, quote = places[0].what, plan.reading.quotes.get(places[0].what.id)
        old = plan.change.stored.get(key)
        others = set(old.files) - own if old else set()
        said = old is not None and old.says(what)
        if others and not said:
            for one in places:
                plan.reading.oppose(
                    one, f"in {', '.join(sorted(others))}", "the same content, or `kg unload` of that file"
                )
            continue
        owners = tuple(sorted(others | {one.file for one in places}))
        same = said and old is not None and old.label == node_kind(what).label
        if old and same and quote is None:
            quote = old.quote
        if not old or not same or old.files != owners or old.quote != quote:
            plan.change.nodes[key] = (what, owners, quote)
        for one in places if what.id not in names.states() else ():
            sort = "written" if not old else "unchanged" if same else "changed"
            plan.counts[one.file][sort] += 1
            plan.counts[one.file]["quotes"] += one.what.id in plan.reading.quotes


def find_leaving(plan: Plan) -> None:
    """Work out what the files no longer declare, and what of it other files still do."""
    own = set(plan.names())
    for key, old in plan.change.stored.items():
        if key in plan.reading.declared or not own & set(old.files):
            continue
        for name in own & set(old.files) if key[1] not in names.states() else ():
            plan.counts[name]["removed"] += 1
        remaining = tuple(sorted(set(old.files) - own))
        if remaining:
            plan.change.released[key] = remaining
        else:
            plan.change.leaving[key] = old


def check_leaving(plan: Plan) -> None:
    """Note a problem where something that leaves is still referred to by what stays."""
    rewritten = [key for key in plan.change.nodes if key in plan.change.stored]
    gone = [*plan.change.leaving, *rewritten]
    for key, other in plan.writer.referred(plan.change.leaving, gone).items():
        file = plan.change.leaving[key].files[0]
        plan.reading.problems.append(
            Problem(
                file, 1, key[0].lower(), f"{key[1]} no longer declared", f"it, since {other} still refers to it", key[1]
            )
        )


def check_moved(plan: Plan, loads: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a file whose name is that of a wholly different file loaded from another folder."""
    for file in plan.files:
        load = loads.get(file.name)
        if not load or load["path"] == str(file.path.resolve().parent):
            continue
        mine = {key for key, old in plan.change.stored.items() if file.name in old.files}
        if mine and not any(any(one.file == file.name for one in plan.reading.declared.get(key, ())) for key in mine):
            raise InputError(
                f"another file called {file.name} is loaded from {load['path']} and shares nothing with {file.path}: "
                f"rename one, or `kg unload {file.name}` first."
            )


def _check_evidence(plan: Plan) -> None:
    """Note findings whose source cannot have said so of their origin, and circular relays."""
    background = plan.change.background(places[0].what for places in plan.reading.declared.values())
    for places in plan.reading.declared.values():
        for one in places:
            what = one.what
            if isinstance(what, Finding) and what.source in background.sources and what.origin in background.origins:
                if background.distance(what.source, what.origin) is None:
                    reading = f"{what.source}, which does not relay {what.origin}"
                    plan.reading.reject(one, "source", reading, "a source whose relays lead to the origin")
                _check_handling(plan, one, what, background.sources[what.source])
                _check_foreseen(plan, one, what, background.sources[what.source])
                _check_repeats(plan, one, what)
            elif isinstance(what, Source):
                _check_relays(plan, one, what, background)


def _check_handling(plan: Plan, one: Declared, finding: Finding, source: Source) -> None:
    """Note a finding that may go further than its source, which is shown with it."""
    if finding.handling and source.handling and HANDLING.index(finding.handling) < HANDLING.index(source.handling):
        expected = f"nothing below {source.handling}, the handling of its source {source.id}"
        plan.reading.reject(one, "handling", finding.handling, expected)


def _check_foreseen(plan: Plan, one: Declared, finding: Finding, source: Source) -> None:
    """Note a finding of what had not begun when its source was published: a plan, or a slip."""
    begun, published = finding.date.earliest if finding.date else None, dates.bounds(source.published).latest
    if begun and published and begun > published:
        expected = f"a period that begins by {published}, since {source.id} was published by then"
        plan.reading.reject(one, "date", begun, expected)


def _check_repeats(plan: Plan, one: Declared, finding: Finding) -> None:
    """Note a finding that repeats one of another origin: what two investigations say is no one utterance."""
    for name in finding.repeats:
        key, places = ("Finding", name), plan.reading.declared.get(("Finding", name))
        other = places[0].what if places else plan.change.standing(key) if key in plan.change.stored else None
        if isinstance(other, Finding) and other.origin != finding.origin:
            found = f"{name}, which goes back to {other.origin}"
            plan.reading.reject(
                one, "repeats", found, f"a finding that goes back to {finding.origin}, as this one does"
            )


def _check_relays(plan: Plan, one: Declared, source: Source, background: evidence.Background) -> None:
    """Note a source that relays itself, or that is older than what it relays."""
    if background.distance(source.id, source.id) is not None:
        plan.reading.reject(one, "relays", f"{source.id} relaying itself in a circle", "relays that lead to an origin")
    for relay in source.relays:
        relayed = background.sources.get(relay.id) or background.origins.get(relay.id)
        if relayed and relayed.published and dates.is_before(source.published, relayed.published):
            found = f"{source.published}, older than {relay.id} ({relayed.published}), which it relays"
            plan.reading.reject(one, "published", found, "a copy no older than what it copies")


def _check_edges(plan: Plan) -> None:
    """Note findings that name one transfer but speak of different ones."""
    findings = {key[1]: places[0] for key, places in plan.reading.declared.items() if key[0] == "Finding"}
    by_key: dict[str, list[Finding]] = defaultdict(list)
    for one in findings.values():
        finding = cast(Finding, one.what)
        if finding.transfer:
            by_key[finding.transfer].append(finding)
    keys = {evidence.key(finding) for group in by_key.values() for finding in group}
    for finding in plan.writer.findings_where("key", sorted(filter(None, keys))):
        if (
            finding.transfer in by_key
            and finding.id not in findings
            and ("Finding", finding.id) not in plan.change.leaving
        ):
            by_key[finding.transfer].append(finding)
    for transfer, group in by_key.items():
        difference = evidence.disagreement(group)
        if difference:
            for finding in group:
                if finding.id in findings:
                    plan.reading.reject(
                        findings[finding.id], "transfer", f"{transfer} for {difference}", "one edge a key"
                    )


def work_out(plan: Plan, rejects: bool) -> None:
    """Compare with the graph until nothing more is rejected (or once, where any problem ends the load)."""
    while True:
        plan.change = Change(stored=plan.change.stored)
        plan.counts = defaultdict(lambda: defaultdict(int))
        before = len(plan.reading.problems)
        _without_states(plan)
        _with_states(plan)
        find_leaving(plan)
        _check_references(plan)
        _check_evidence(plan)
        _check_edges(plan)
        _compare_with_graph(plan)
        check_leaving(plan)
        if len(plan.reading.problems) == before:
            return
        if not rejects or not plan.reading.drop_rejected():
            return
