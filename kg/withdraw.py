"""What the graph says without a source, origin or organisation; and, if it is kept out, how it comes back.

A withdrawal takes out the source (origin, organisation), the findings read from it, those that reach their origin
only through it, and every reference to what is taken out. What files declared is kept aside word for word, so that
undoing it, or loading a file again, gives the graph that was there. The graph without it equals a fresh load of files
without it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kg import catalog, evidence, merging, names, schema
from kg.change import Change, apply
from kg.errors import UnknownNameError, UsageError
from kg.findings import Declaration, Declared, Finding, Origin, Party, Source
from kg.plan import references
from kg.records import Records, Relation
from kg.store import read, write
from kg.store.write import Key, Stored, Writer, declaration, key_of

if TYPE_CHECKING:
    from kg.store.session import Database

KINDS = ("Source", "Origin", "Organisation")
FALLS, WEAKENS, FIRMER, STAYS, APPEARS = "falls", "weakens", "looks firmer", "stays", "appears"


def without(declared: Mapping[Key, Declaration], withdrawn: Iterable[Key]) -> dict[Key, Declaration]:
    """Return declarations as they are without sources, origins, organisations and findings given by key.

    A party of which no source speaks any more that stated it keeps its names, and loses what a source states of it:
    where it sits, what it is a part of, how long it was there and what came after.
    """
    gone = set(withdrawn)
    gone |= {
        key
        for key, what in declared.items()
        if isinstance(what, Origin) and ("Organisation", what.organisation) in gone
    }
    relayed = {name for label, name in gone if label != "Finding"}
    kept = {key: _unlinked(what, relayed) for key, what in declared.items() if key not in gone}
    sources = {key[1]: what for key, what in kept.items() if isinstance(what, Source)}
    origins = {key[1]: what for key, what in kept.items() if isinstance(what, Origin)}
    background = evidence.Background(sources, origins, {})
    lost = {name for label, name in gone if label == "Finding"}
    lost |= {
        key[1]
        for key, what in kept.items()
        if isinstance(what, Finding)
        and (
            what.source not in sources
            or what.origin not in origins
            or background.distance(what.source, what.origin) is None
        )
    }
    silent = silenced(declared, kept)
    unstated = {key for key, what in declared.items() if isinstance(what, Party) and _unstated(what, silent)}
    kept |= {key: _seatless(kept[key]) for key in unstated}
    return {
        key: _unreferred(what, lost) if isinstance(what, Finding) else what
        for key, what in kept.items()
        if not (key[0] == "Finding" and key[1] in lost)
    }


def silenced(before: Mapping[Key, Declaration], after: Mapping[Key, Declaration]) -> set[str]:
    """Return the sources that say nothing any more: those gone, and those that led to an origin and lead to none.

    From a copy whose only origin is gone no finding is read; so it states nothing of a party either.
    """
    sources = {name for label, name in before if label == "Source"}
    gone = {name for name in sources if ("Source", name) not in after}
    return gone | (_grounded(before) - _grounded(after))


def _grounded(declared: Mapping[Key, Declaration]) -> set[str]:
    """Return the sources whose relays lead to an origin."""
    relaying: dict[str, set[str]] = defaultdict(set)
    for what in declared.values():
        for relay in what.relays if isinstance(what, Source) else ():
            relaying[relay.id].add(what.id)
    found, waiting = set[str](), [name for label, name in declared if label == "Origin"]
    while waiting:
        fresh = relaying[waiting.pop()] - found
        found |= fresh
        waiting.extend(fresh)
    return found


def _unlinked(what: Declaration, gone: set[str]) -> Declaration:
    if isinstance(what, Source):
        return what.model_copy(update={"relays": tuple(relay for relay in what.relays if relay.id not in gone)})
    if isinstance(what, Party):
        return what.model_copy(update={"stated_by": tuple(name for name in what.stated_by if name not in gone)})
    return what


def _unstated(party: Party, silent: set[str]) -> bool:
    """Say whether sources state a party and none of them says anything any more; the states' table needs none."""
    return bool(party.stated_by) and silent.issuperset(party.stated_by) and party.id not in names.states()


def _seatless(what: Declaration) -> Declaration:
    return what.model_copy(update={"located_in": (), "part_of": (), "succeeded_by": (), "valid": None})


def _unreferred(what: Finding, lost: set[str]) -> Finding:
    update: dict[str, Any] = {
        name: tuple(other for other in getattr(what, name) if other not in lost) for name in ("continues", "repeats")
    }
    update["contradicts"] = tuple(other for other in what.contradicts if other.id not in lost)
    return what.model_copy(update=update)


Files = Mapping[Key, tuple[str, ...]]  # of each declaration the names of the files that give it


@dataclass(frozen=True, slots=True)
class Filed:
    """What files declare, but for what is withdrawn: no decision on names is applied to it.

    `files` are those that give each declaration, `stands` the decisions applied to the graph that stands.
    """

    declared: Mapping[Key, Declaration]
    files: Files
    stands: Mapping[str, str]


def filed(database: Database) -> Filed:
    """Return what files declare, but for what is withdrawn. Raise `UsageError` where the graph does not tell."""
    standing, aside = write.stored(database) | write.all_findings(database), write.withheld(database)
    unknown = sorted(key for key, one in aside.items() if _is_merged(key) and key not in standing and one.kept is None)
    if unknown:
        raise UsageError(
            f"the graph does not tell which party {unknown[0][1]} was decided to be: it was written by an earlier "
            "version; `kg load` any of its files again."
        )
    whole = _as_filed(standing, aside)
    declared = {key: declaration(one.label, one.record) for key, one in whole.items()}
    stands = applied(aside)
    return Filed(without(declared, withdrawals(database)), {key: one.files for key, one in whole.items()}, stands)


def applied(aside: Mapping[Key, Stored]) -> dict[str, str]:
    """Return the decisions on names that made the graph that stands, from what is kept aside: id → id that is kept."""
    return {key[1]: one.kept for key, one in aside.items() if one.kept is not None}


def _is_merged(key: Key) -> bool:
    """Say whether one that is kept aside and does not stand is so by a decision: nothing else takes a party away."""
    return key[0] == schema.PARTY_LABEL and key[1] not in names.states()


def _as_filed(standing: Mapping[Key, Stored], aside: Mapping[Key, Stored]) -> dict[Key, Stored]:
    """Return declarations as files give them, those aside for those that stand, and none that only decisions made."""
    made = {(schema.PARTY_LABEL, one.kept) for one in aside.values() if one.kept is not None} - aside.keys()
    return {key: one for key, one in standing.items() if key not in made} | dict(aside)


def owned(target: Mapping[Key, Declaration], files: Files) -> dict[Key, tuple[Declaration, tuple[str, ...]]]:
    """Return declarations with their files; a state of the table is kept only for those files that refer to it."""
    table = names.states()
    referring: dict[Key, set[str]] = {}
    for key, what in target.items():
        if key[1] not in table:
            for reference in references(what):
                referring.setdefault(reference, set()).update(files[key])
    return {
        key: (what, tuple(sorted(referring[key])) if key[1] in table else files[key])
        for key, what in target.items()
        if key[1] not in table or key in referring
    }


def merged(
    target: Mapping[Key, Declaration], files: Files, stands: Mapping[str, str]
) -> tuple[dict[Key, Declaration], dict[Key, tuple[str, ...]]]:
    """Return declarations, and their files, in which ids that stand for one party are the one that is kept."""
    ordered = sorted(target.items())
    entries = [Declared(what, next(iter(files[key]), ""), 1) for key, what in ordered]
    found = {key_of(one.what): one.what for one in merging.applied(entries, stands)}
    owners: dict[Key, set[str]] = {}
    for key, _ in ordered:
        owners.setdefault(_kept_key(key, stands), set()).update(files[key])
    return found, {key: tuple(sorted(owners[key])) for key in found}


def _kept_key(key: Key, stands: Mapping[str, str]) -> Key:
    return (key[0], stands.get(key[1], key[1])) if key[0] == schema.PARTY_LABEL else key


def settle(
    writer: Writer,
    withdrawn: Iterable[Key],
    stands: Mapping[str, str] | None = None,
    *,
    noted: bool = True,
    rebuild: bool = False,
) -> None:
    """Make the graph, in the writer's transaction, that of all files without exactly these.

    `stands` maps ids to the id of the party they are decided to be. With `noted` false the record of what is
    withdrawn stays as it is: for a load in between. Raise `InputError` where decisions contradict what is declared.
    """
    standing = writer.stored() | writer.all_findings()
    whole = _as_filed(standing, writer.withheld())
    declared = {key: declaration(one.label, one.record) for key, one in whole.items()}
    wanted, decided = list(withdrawn), stands or {}
    left, files = without(declared, wanted), {key: one.files for key, one in whole.items()}
    if decided:
        left, files = merged(left, files, decided)
    target = owned(left, files)
    change = Change(stored=standing, rebuild=rebuild)
    change.leaving = {key: old for key, old in standing.items() if key not in target}
    for key, (what, owners) in target.items():
        old = standing.get(key)
        if old is None or not old.says(what) or old.files != owners:
            change.nodes[key] = (what, owners, whole[key].quote if key in whole else None)
    apply(writer, change)
    kept = {decided[key[1]] for key in whole if key[0] == schema.PARTY_LABEL and key[1] in decided}
    changed = {
        key: replace(one, kept=decided.get(key[1]) if key[0] == schema.PARTY_LABEL else None)
        for key, one in whole.items()
        if key not in target
        or target[key] != (declared[key], one.files)
        or (key[0] == schema.PARTY_LABEL and key[1] in kept)  # what is not aside of these, no file declares
    }
    writer.put_withheld(changed)
    if noted:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        writer.put_withdrawals([{"kind": label, "name": name, "at": now} for label, name in wanted])


@dataclass(frozen=True, slots=True)
class Effect:
    """What a withdrawal does to one thing: kind (transfer, edge, party, path, chokepoint, query), id, change, words.

    Of a party it is where it sits and what it is a part of.
    """

    kind: str
    id: str
    change: str
    before: str | None = None
    after: str | None = None
    note: str | None = None

    def row(self) -> dict[str, Any]:
        """Return it as a flat row."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Survey:
    """What the graph says without something: effects, and how many edges stay as they are."""

    withdrawn: tuple[Key, ...]
    findings_lost: int
    effects: tuple[Effect, ...]
    staying: int
    warnings: tuple[str, ...] = field(default=())

    def rows(self) -> list[dict[str, Any]]:
        """Return one row an effect."""
        return [effect.row() for effect in self.effects]


def keys(database: Database, given: Sequence[str]) -> list[Key]:
    """Return the keys of sources, origins and organisations given by id, with the prefix `origin:` where needed.

    Raise `UnknownNameError` for an id that is none, or several, of them.
    """
    found: list[Key] = []
    for text in given:
        prefix, _, rest = text.partition(":")
        wanted = [kind for kind in KINDS if kind.lower() == prefix.lower()] if rest else list(KINDS)
        name = rest if rest else text
        hits = [(kind, name) for kind in wanted if name in read.declarations(database, kind, [name])]
        hits += [key for key in withdrawals(database) if key[1] == name and key[0] in wanted and key not in hits]
        if not hits:
            raise UnknownNameError(f"no source, origin or organisation has the id {text!r}: `kg sources` lists them.")
        if len(hits) > 1:
            kinds = " or ".join(f"{kind.lower()}:{name}" for kind, _ in hits)
            raise UnknownNameError(f"{text!r} is the id of several: write {kinds}.")
        found += hits
    return found


def withdrawals(database: Database) -> list[Key]:
    """Return the keys of what is kept out of the graph."""
    rows = database.read(
        f"MATCH (w:{schema.WITHDRAWAL.label}) RETURN w.kind AS kind, w.name AS name ORDER BY kind, name"
    )
    return [(row["kind"], row["name"]) for row in rows]


Question = Callable[[Records], Mapping[str, str]]


class _Undo(Exception):
    def __init__(self, survey: Survey) -> None:
        super().__init__("rolled back")
        self.survey = survey


def withdraw(
    database: Database,
    given: Sequence[str],
    *,
    keep: bool = False,
    undo: bool = False,
    question: Question | None = None,
    stands: Mapping[str, str] | None = None,
) -> Survey:
    """Say what the graph says without something; with `keep` leave it out, with `undo` put it back.

    `stands` are the decisions on names in force; without them, those that the graph was made with. `question` maps
    records to named answers in words (paths, chokepoints), compared before and after, both under these decisions.
    All is worked out in one transaction, rolled back unless it is kept.
    Raise `UsageError` where it is out already, or is not.
    """
    chosen = keys(database, given)
    active = set(withdrawals(database))
    already = [name for kind, name in chosen if (kind, name) in active]
    if undo and len(already) < len(chosen):
        raise UsageError(
            f"{', '.join(name for key in chosen if key not in active for name in key[1:])} is not withdrawn."
        )
    if already and not undo:
        raise UsageError(f"{', '.join(already)} is withdrawn already: `kg withdraw {already[0]} --undo` puts it back.")
    wanted = sorted(active - set(chosen) if undo else active | set(chosen))

    def work(transaction: Any) -> Survey:  # noqa: ANN401 - the driver's transaction
        writer = Writer(transaction)
        older = writer.lock()
        standing = applied(writer.withheld())
        decided = standing if stands is None else stands
        if decided != standing:
            settle(writer, sorted(active), decided, noted=False)
        before = _state(writer, question)
        settle(writer, wanted, decided, rebuild=older)
        after = _state(writer, question)
        survey = _compare(tuple(chosen), before, after, undo=undo)
        if not keep and not undo:
            raise _Undo(survey)
        return survey

    database.run(*schema.constraints())
    try:
        return database.write(work)
    except _Undo as rolled_back:
        return rolled_back.survey


@dataclass(frozen=True, slots=True)
class _State:
    records: Records
    declared: Mapping[Key, Stored]
    queries: Mapping[str, list[str]]
    answers: Mapping[str, str]


def _example(query: catalog.Query) -> dict[str, Any]:
    """Return the parameters that a named query gives as its example."""
    given = [f"{name}={value}" for name, value in query.example.items()]
    return catalog.check_parameters(query, catalog.parameters(given, query.types))


def _state(writer: Writer, question: Question | None) -> _State:
    records = read.records(writer)
    declared = writer.stored() | writer.all_findings()
    answers = {
        name: sorted(str(list(row.values())) for row in writer.read(query.text, **_example(query)))
        for name, query in catalog.catalogue().items()
        if set(query.parameters) == set(query.example)
    }
    return _State(records, declared, answers, question(records) if question else {})


def _compare(chosen: tuple[Key, ...], before: _State, after: _State, *, undo: bool = False) -> Survey:
    old = {edge.id: edge for edge in before.records.relations}
    new = {edge.id: edge for edge in after.records.relations}
    effects = [_effect(old.get(name), new.get(name)) for name in sorted(set(old) | set(new))]
    changed = [effect for effect in effects if effect.change != STAYS]
    firmer = [effect for effect in changed if effect.change == FIRMER]
    changed += _seated(before.records, after.records)
    for name in sorted(set(before.answers) | set(after.answers)):
        first, second = before.answers.get(name), after.answers.get(name)
        if first != second:
            kind = name.partition(" ")[0]
            change = FALLS if second is None else APPEARS if first is None else "changes"
            changed.append(Effect(kind, name, change, first, second))
    for name, rows in before.queries.items():
        left = after.queries.get(name, [])
        if left != rows:
            asked = ", ".join(f"{key}={value}" for key, value in catalog.catalogue()[name].example.items())
            note = f"asked with {asked}" if asked else None
            changed.append(Effect("query", name, "changes", f"{len(rows)} rows", f"{len(left)} rows", note))
    warnings: tuple[str, ...] = ()
    if firmer and not undo:  # what comes back is no reason to warn
        sides = (_Side.of(before, [old[one.id] for one in firmer]), _Side.of(after, [new[one.id] for one in firmer]))
        warnings = tuple(
            f"{one.id} looks firmer without it ({one.before} → {one.after}), only because "
            f"{_gone(*(side.ground(edge) for side, edge in zip(sides, (old[one.id], new[one.id]), strict=True)))}."
            for one in firmer
        )
    lost = sum(key[0] == "Finding" and key not in after.declared for key in before.declared)
    return Survey(chosen, lost, tuple(changed), sum(effect.change == STAYS for effect in effects), warnings)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What an edge rests on: by origin the certainty and letter of its closest relay, and who is against the edge.

    The certainty is its place among all, firmest first.
    """

    origins: Mapping[str, tuple[int, str]]
    against: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Side:
    """The findings behind some edges, and what they are weighed against, before or after a withdrawal."""

    findings: Mapping[str, Finding]
    background: evidence.Background

    @classmethod
    def of(cls, state: _State, edges: Iterable[Relation]) -> _Side:
        """Return it of edges as they stand in a state, with all findings that contradict others or are contradicted."""
        behind = {name for edge in edges for name in edge.findings}
        stated = {key: one.record for key, one in state.declared.items() if key[0] == "Finding"}
        for (_, name), record in stated.items():
            if '"contradicts":[' in record:
                behind |= {name, *(other["id"] for other in json.loads(record).get("contradicts", ()))}
        findings = {name: Finding.model_validate_json(record) for (_, name), record in stated.items() if name in behind}
        ground = {key: one for key, one in state.declared.items() if key[0] in ("Source", "Origin")}
        declared = [declaration(one.label, one.record) for one in ground.values()]
        sources = {one.id: one for one in declared if isinstance(one, Source)}
        origins = {one.id: one for one in declared if isinstance(one, Origin)}
        return cls(findings, evidence.background(findings.values(), sources, origins))

    def ground(self, edge: Relation) -> _Ground:
        """Return what an edge rests on."""
        findings = [self.findings[name] for name in edge.findings]
        origins: dict[str, tuple[int, str]] = {}
        for origin in {one.origin for one in findings}:
            alone = evidence.relation([one for one in findings if one.origin == origin], self.background)
            certainty = alone.certainty if alone else evidence.CERTAINTIES[-1]
            origins[origin] = evidence.CERTAINTIES.index(certainty), alone.grade[0] if alone else "F"
        return _Ground(origins, evidence.weigh(findings, self.background).against)


def _gone(before: _Ground, after: _Ground) -> str:
    """Say what is gone that made an edge look less firm, and that nothing speaks for it more than before."""
    pairs = [(before.origins[name], after.origins[name]) for name in before.origins.keys() & after.origins.keys()]
    copied = any(new[0] < old[0] or new[1] < old[1] for old, new in pairs)
    opposed = bool(before.against - after.against)
    if copied and opposed:
        return (
            "the relay closest to its origin is gone, and so is what stood against it, a denial or contradiction: "
            "neither is new evidence"
        )
    if opposed:
        return "what stood against it, a denial or contradiction, is gone: that is no new evidence for it"
    if copied:
        return "the relay closest to its origin is gone: the wording of a copy is no new evidence"
    return "another origin that it was weighed together with is gone: that is no new evidence for it"


def _seated(before: Records, after: Records) -> list[Effect]:
    """Return the parties that no longer sit where they sat, or are no longer a part of what they were, or anew."""
    found = []
    for name in sorted(before.parties.keys() & after.parties.keys()):
        first, second = _seat(before, name), _seat(after, name)
        if first != second:
            change = FALLS if second is None else APPEARS if first is None else "changes"
            found.append(Effect("party", name, change, first, second))
    return found


def _seat(records: Records, name: str) -> str | None:
    party = records.parties[name]
    places = [records.name(one) for one in party.territories if one != name]
    parts = [f"located in {', '.join(places)}"] if places else []
    parts += [f"part of {', '.join(map(records.name, party.part_of))}"] if party.part_of else []
    return "; ".join(parts) or None


def _effect(old: Relation | None, new: Relation | None) -> Effect:
    edge = old or new
    assert edge is not None
    kind = "transfer" if edge.is_transfer else "edge"
    if old is None or new is None:
        words = _words(edge)
        return Effect(kind, edge.id, FALLS, words, None) if old else Effect(kind, edge.id, APPEARS, None, words)
    firmness = [evidence.CERTAINTIES.index(one.certainty) for one in (old, new)]
    if firmness[1] < firmness[0] or (new.grade < old.grade and len(new.origin_ids) <= len(old.origin_ids)):
        change = FIRMER
    elif (new.grade, firmness[1], -len(new.origin_ids)) > (old.grade, firmness[0], -len(old.origin_ids)):
        change = WEAKENS
    else:
        change = STAYS if _words(old) == _words(new) else WEAKENS
    return Effect(kind, edge.id, change, _words(old), _words(new))


def _words(edge: Relation) -> str:
    return f"{edge.grade} {edge.certainty}, {len(edge.origin_ids)} origin(s), {len(edge.findings)} finding(s)"
