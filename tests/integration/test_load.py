"""Loading: idempotent, independent of order, whole or not at all; a file owns what it declares."""

from __future__ import annotations

import copy
import json
import warnings

import pytest

from kg import comparing
from kg import load as loading
from kg.errors import DatabaseError, InputError, NothingFoundError, StrangeWarning
from kg.graph import Graph
from kg.store import read
from kg.store.write import Writer
from kg.verify import verify
from tests.integration.conftest import run_kg

pytestmark = pytest.mark.neo4j


def load(database, *paths, **options):
    report = loading.load(database, list(paths), **options)
    if "rejects" not in options:
        assert not report.problems, [str(one) for one in report.problems]
    return report


def rows(report):
    return {
        row["file"]: {k: row[k] for k in ("read", "written", "unchanged", "changed", "removed")}
        for row in report.rows()
    }


def edges(database):
    return {
        (edge.type, edge.start, edge.end, edge.items, edge.grade, edge.findings)
        for edge in read.records(database).relations
    }


def test_a_file_becomes_nodes_edges_and_evidence(database, base, write):
    report = load(database, write(base))
    assert rows(report) == {"base.json": {"read": 10, "written": 10, "unchanged": 0, "changed": 0, "removed": 0}}
    assert edges(database) == {
        ("SUPPLIED", "country:USA", "group:opposition", ("item:weapon",), "B3", ("f1",)),
        ("DIVERTED", "group:opposition", "group:end", ("item:rifle",), "B3", ("f2",)),
        ("MANUFACTURED", "country:CHN", "item:rifle", (), "B3", ("f3",)),
    }
    records = read.records(database)
    assert set(records.parties) == {"country:USA", "country:CHN", "country:SYR", "group:opposition", "group:end"}
    assert records.parties["group:opposition"].territories == ("country:SYR",)
    assert records.parties["country:USA"].aliases
    assert records.items["item:rifle"].kind_of == ("item:weapon",)
    about = database.read(
        "MATCH (f:Finding {id: 'f3'})-[a:ABOUT]->(n) RETURN a.role AS role, n.id AS id ORDER BY role, id"
    )
    assert about == [
        {"role": "from", "id": "country:CHN"},
        {"role": "held by", "id": "group:end"},
        {"role": "to", "id": "item:rifle"},
    ]
    assert not verify(database).faults


def test_loading_twice_changes_nothing(database, base, write):
    path = write(base)
    load(database, path)
    before = read.digest(database)
    assert rows(load(database, path))["base.json"] == {
        "read": 10,
        "written": 0,
        "unchanged": 10,
        "changed": 0,
        "removed": 0,
    }
    assert read.digest(database) == before
    assert len(read.loads(database, current=False)) == 2
    assert len(read.loads(database)) == 1


def test_what_stands_with_its_fields_in_another_order_is_the_same(database, base, write):
    path = write(base)
    load(database, path)
    stands = database.read("MATCH (n) WHERE n.record IS NOT NULL RETURN elementId(n) AS node, n.record AS record")
    rows_of = [row | {"record": json.dumps(json.loads(row["record"]), sort_keys=True)} for row in stands]
    assert any(row not in stands for row in rows_of)
    database.write(
        lambda tx: tx.run(
            "UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row.node SET n.record = row.record", rows=rows_of
        ).consume()
    )
    report = load(database, path)
    assert rows(report)["base.json"] == {"read": 10, "written": 0, "unchanged": 10, "changed": 0, "removed": 0}
    assert not report.changed
    base["findings"][0]["statement"] = "Worded otherwise."
    assert [(one.id, one.field) for one in load(database, write(base)).changed] == [("f1", "statement")]


def split(base):
    findings = base.pop("findings")
    copies = [
        copy.deepcopy(findings[0]) | {"id": "g1", "transfer": "k"},
        copy.deepcopy(findings[0]) | {"id": "g2", "transfer": "k"},
    ]
    return base, {"findings": findings}, {"findings": [copies[0]]}, {"findings": [copies[1]]}


def test_order_of_files_does_not_matter(database, base, write):
    registry, one, two, three = split(base)
    names = ("one.json", "two.json", "three.json")
    digests = set()
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        database.write(lambda tx: tx.run("MATCH (n) WHERE NOT n:KgTestDatabase DETACH DELETE n").consume())
        load(database, write(registry, "registry.json"))
        for number in order:
            load(database, write((one, two, three)[number], names[number]))
        digests.add(read.digest(database))
    database.write(lambda tx: tx.run("MATCH (n) WHERE NOT n:KgTestDatabase DETACH DELETE n").consume())
    load(database, write(registry, "registry.json").parent)
    digests.add(read.digest(database))
    assert len(digests) == 1


@pytest.mark.parametrize(
    "edit",
    [
        lambda base: base["findings"].pop(2),
        lambda base: base["findings"][0].update({"date": "2014"}),
        lambda base: base["findings"][0].update({"certainty": "denied"}),
        lambda base: base["findings"][0].update({"transfer": "named"}),
        lambda base: base["findings"][1].update({"from": "group:third"}),
        lambda base: base["sources"][0]["reliability"].update({"grade": "D"}),
        lambda base: base["parties"][0].update({"located_in": ["country:TUR"], "aliases": ["x"]}),
        lambda base: base["items"][1].update({"kind_of": []}),
        lambda base: base["findings"][2].update({"contradicts": [{"id": "f1", "reason": "because"}]}),
    ],
)
def test_an_edit_and_back_gives_the_same_graph(database, base, write, edit):
    base["parties"].append({"id": "group:third", "kind": "Group", "name": "Third"})
    load(database, write(base))
    before, standing = read.digest(database), edges(database)
    changed = copy.deepcopy(base)
    edit(changed)
    load(database, write(changed))
    assert read.digest(database) != before
    assert not [fault for fault in verify(database).faults if not fault.check.startswith("orphan")]
    load(database, write(base))
    assert (read.digest(database), edges(database)) == (before, standing)


def test_an_edited_graph_equals_a_fresh_load_of_the_edited_file(database, base, write):
    load(database, write(base))
    base["sources"][0]["reliability"]["grade"] = "D"
    base["findings"][1]["date"] = "2016"
    del base["findings"][2]
    base["parties"][1]["kind"], base["parties"][1]["id"] = "Distributor", "distributor:end"
    base["findings"][1]["to"] = "distributor:end"
    report = load(database, write(base))
    assert set(report.removed) == {"finding f3", "party group:end", "party country:CHN"}
    edited = read.digest(database)
    database.write(lambda tx: tx.run("MATCH (n) WHERE NOT n:KgTestDatabase DETACH DELETE n").consume())
    load(database, write(base))
    assert read.digest(database) == edited


def test_what_two_files_declare_alike_they_own_together(database, base, write):
    load(database, write(base))
    alone = read.digest(database)
    shared = {"items": base["items"], "parties": [base["parties"][0]]}
    load(database, write(shared, "shared.json"))
    assert read.digest(database) != alone
    loading.unload(database, "shared.json")
    assert read.digest(database) == alone
    with pytest.raises(NothingFoundError):
        loading.unload(database, "shared.json")


def test_what_one_of_two_owners_gives_up_still_stands_as_the_other_has_it(database, base, write):
    load(database, write(base))
    alone = read.digest(database)
    load(database, write(base, "copy.json"))
    unloaded = loading.unload(database, "copy.json")
    assert read.digest(database) == alone and not unloaded.removed
    assert not verify(database).faults
    load(database, write(base, "copy.json"))
    fewer = copy.deepcopy(base)
    fewer["findings"] = [one for one in fewer["findings"] if one["id"] != "f3"]
    assert not load(database, write(fewer, "copy.json")).removed
    assert not verify(database).faults
    load(database, write(base))
    assert not verify(database).faults


def test_unload_leaves_nothing_behind(database, base, write):
    load(database, write(base))
    report = loading.unload(database, "base.json")
    assert report.rows()[0]["removed"] == 10
    assert set(read.counts(database)) == {"KgTestDatabase", "Load", "Version"}


def test_what_others_refer_to_cannot_be_taken_away(database, base, write):
    registry, one, *_ = split(base)
    load(database, write(registry, "registry.json"), write(one, "one.json"))
    before = read.digest(database)
    with pytest.raises(InputError, match=r"cannot be unloaded.*f[123] still refers"):
        loading.unload(database, "registry.json")
    del registry["items"][1]
    report = loading.load(database, [write(registry, "registry.json")])
    assert any("item:rifle no longer declared" in one.found for one in report.problems)
    assert read.digest(database) == before


def problems(database, path, **options):
    report = loading.load(database, [path], **options)
    return [str(one) for one in report.problems]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda base: base["findings"][0].update({"to": "group:opositon"}), "did you mean group:opposition"),
        (
            lambda base: base["findings"][0].update({"source": "none"}),
            "found none, expected the id of a declared source",
        ),
        (
            lambda base: base["findings"][0].update({"continues": ["f9"]}),
            "found f9, expected the id of a declared finding",
        ),
        (lambda base: base["findings"].append(base["findings"][0]), "found f1 a second time"),
        (lambda base: base["sources"][0].update({"relays": []}), "which does not relay study"),
        (lambda base: base["sources"][0].update({"relays": ["nowhere"]}), "id of one source or origin"),
        (lambda base: base["sources"][0].update({"relays": ["paper", "study"]}), "relaying itself"),
        (lambda base: base["sources"][0].update({"published": "2017-11"}), "older than study"),
        (lambda base: base["origins"][0].update({"organisation": "none"}), "a declared organisation"),
        (
            lambda base: base["findings"][0].update({"date": "2030"}),
            "date: found 2030-01-01, expected a period that begins by",
        ),
        (
            lambda base: (
                base["origins"].append(base["origins"][0] | {"id": "other"}),
                base["sources"][0]["relays"].append("other"),
                base["findings"][1].update({"origin": "other", "repeats": ["f1"]}),
            ),
            "repeats: found f1, which goes back to study, expected a finding that goes back to other",
        ),
        (
            lambda base: base["parties"].append({"id": "country:USA", "kind": "Country", "name": "US"}),
            "table of states",
        ),
        (
            lambda base: [one.update({"transfer": "k"}) for one in base["findings"]],
            "one edge a key",
        ),
    ],
)
def test_what_does_not_hold_together_is_rejected_and_nothing_written(database, base, write, edit, expected):
    edit(base)
    found = problems(database, write(base))
    assert any(expected in one for one in found), found
    assert set(read.counts(database)) <= {"KgTestDatabase"}


def test_other_content_under_a_known_id_is_rejected(database, base, write):
    load(database, write(base))
    other = {"parties": [base["parties"][0] | {"name": "Other"}]}
    found = problems(database, write(other, "other.json"))
    assert found and "with other content than in base.json" in found[0]


def test_two_files_of_one_load_must_agree(database, base, write):
    first = write(base)
    second = write({"parties": [base["parties"][0] | {"name": "Other"}]}, "other.json")
    report = loading.load(database, [first, second])
    assert "base.json:" in str(report.problems[0]) and report.problems[0].file == "other.json"


def test_rejects_load_the_good_and_what_depends_on_the_bad_goes_with_it(database, base, write):
    base["findings"][0]["certainty"] = "sure"
    report = loading.load(database, [write(base)], rejects=True)
    assert {one.id for one in report.problems} == {"f1", "f2"}
    assert {edge[0] for edge in edges(database)} == {"MANUFACTURED"}
    assert "country:USA" not in read.records(database).parties
    assert set(report.problems[0].rows()) == {"file", "line", "id", "field", "found", "expected"}


def test_a_load_counts_what_a_register_holds_and_says_why_its_loader_took_it(database, base, tmp_path, write):
    load(database, write(base))
    columns = "Recipient,Supplier,Year of order, ,Number ordered, ,Weapon designation,Weapon description,"
    columns += "Number delivered, ,Year(s) of delivery,status,Comments,SIPRI TIV per unit,SIPRI TIV for total order,"
    rows = (
        "United States,France,1970,,8,?,AML,armoured car,8,,1972; 1973,New,AML-90 version,0.7,5.6,5.6",
        "Iraq,France,1970,,8,?,AML,armoured car,,,,New,,0.7,5.6,",
        "Iraq rebels*,France,1970,,8,?,Zzz 9,strange thing,8,,1972,New,,0.7,5.6,5.6",
    )
    path = tmp_path / "register.csv"
    path.write_text("\n".join([columns + "SIPRI TIV of delivered weapons", *rows, ""]), newline="")
    (file,) = load(database, path, dry_run=True).files
    assert (file.records, file.findings, file.transfers) == (3, 2, 2)
    # The United States stand in the graph; Iraq is where the rebels are.
    assert (file.parties_new, file.parties_known) == (3, 1)
    assert (file.unmapped, file.left, file.without, file.rejected) == (1, 1, 1, 0)
    assert "taken by sipri, since line 1 is the header of the SIPRI order-level export; 3 records" in file.sentence()
    assert "designations that no item of the taxonomy fits: 1" in file.sentence()


def test_a_party_is_new_for_the_first_file_of_a_load_that_declares_it(database, base, write):
    other = {**base, "findings": [], "parties": [*base["parties"], {"id": "group:new", "kind": "Group", "name": "New"}]}
    paths = [write(other, "b.json"), write(base, "a.json"), write({**base, "findings": []}, "c.json")]
    # The first has two groups and, as states, China, Syria and the United States; the others share all but one of them.
    expected = {"a.json": (5, 0), "b.json": (1, 3), "c.json": (0, 3)}
    files = load(database, *paths).files
    assert {file.file: (file.parties_new, file.parties_known) for file in files} == expected
    stood = set(read.records(database).parties)
    assert len(stood) == sum(new for new, _ in expected.values())
    again = {file.file: (file.parties_new, file.parties_known) for file in load(database, *paths).files}
    assert again == {name: (0, new + known) for name, (new, known) in expected.items()}


def test_a_party_whose_state_nobody_names_is_of_unknown_territory(database, base, write):
    base["parties"] += [
        {"id": "country:bloc", "kind": "Country", "name": "A bloc", "collective": True},
        {"id": "country:state", "kind": "Country", "name": "A state of the region", "placeholder": True},
        {"id": "group:there", "kind": "Group", "name": "There", "located_in": ["country:bloc", "country:state"]},
        {"id": "group:both", "kind": "Group", "name": "Both", "located_in": ["country:SYR", "country:state"]},
    ]
    for number, (start, end) in enumerate((("country:state", "group:there"), ("group:there", "group:both"))):
        base["findings"].append(base["findings"][0] | {"id": f"g{number}", "from": start, "to": end})
    path = write(base)
    load(database, path)
    expected = {"country:bloc": (), "country:state": (), "group:there": (), "group:both": ("country:SYR",)}
    parties = read.records(database).parties
    assert {name: parties[name].territories for name in expected} == expected
    compared: dict = {}
    comparing.read_side(path, lambda records: compared.update(records.parties) or {})
    assert {name: compared[name].territories for name in expected} == expected
    unknown = Graph(database).query("unknown-territory").rows()
    assert {row["party"] for row in unknown} == {"country:state", "group:there", "group:end"}
    answer = Graph(database).territories("group:both")
    assert (answer.wording, answer.unknown_parties) == (
        "on every path of known territory", ("country:state", "group:there"),
    )  # fmt: skip


def test_a_load_that_is_refused_does_not_say_which_parties_the_graph_knows(database, base, write):
    base["findings"][0]["certainty"] = "sure"
    (file,) = loading.load(database, [write(base)]).files
    assert (file.parties_new, file.parties_known) == (None, None)
    assert "parties" not in file.sentence()


def test_a_load_that_is_refused_has_written_nothing_and_says_so(database, base, write):
    load(database, write(base))
    base["parties"] = base["parties"][:1]
    base["findings"] = [base["findings"][0] | {"statement": "Other words.", "to": "group:nowhere"}]
    report = loading.load(database, [write(base)])
    (file,) = report.files
    assert report.refused and (file.written, file.changed, file.removed) == (0, 0, 0) and report.removed == ()


def test_a_denial_is_counted_against_an_edge_and_not_as_its_support(database, neo4j_settings, base, write):
    base["organisations"].append({"id": "other-org", "name": "Other body"})
    base["origins"].append({"id": "other-study", "organisation": "other-org", "kind": "study"})
    base["sources"].append(base["sources"][0] | {"id": "reply", "relays": ["other-study"]})
    base["findings"][0]["transfer"] = "given"
    other = base["findings"][0] | {"id": "d1", "source": "reply", "origin": "other-study", "certainty": "denied"}
    opposed = {"id": "c1", "from": "country:CHN", "transfer": "elsewhere", "certainty": "reported"}
    opposed["contradicts"] = [{"id": "f1", "reason": "It names another giver."}]
    base["findings"] += [other, other | opposed]
    load(database, write(base))
    words = "1 origin, 1 organisation, 1 finding; 2 against it"
    shown = json.loads(run_kg(neo4j_settings, "show", "Opposition", "--format", "json").stdout)
    row = next(row for row in shown["rows"] if row["id"] == "supplied:given")
    assert (row["supporting"], row["opposing"], row["support"]) == (["f1"], ["c1", "d1"], words)
    assert {one["finding"] for one in row["findings"]} == {"f1", "d1"}
    evidence = json.loads(run_kg(neo4j_settings, "evidence", "supplied:given", "--format", "json").stdout)
    assert (evidence["edge"]["supporting"], evidence["edge"]["opposing"]) == (["f1"], ["c1", "d1"])
    assert evidence["edge"]["findings"] == ["d1", "f1"]
    assert evidence["support"] == {"documents": 1, "origins": 1, "organisations": 1, "findings": 1, "opposing": 2}
    table = run_kg(neo4j_settings, "evidence", "supplied:given", "--format", "table").stdout
    assert words in " ".join(table.split())


def test_dry_run_counts_and_writes_nothing(database, base, write):
    report = load(database, write(base), dry_run=True)
    assert rows(report)["base.json"]["written"] == 10
    assert set(read.counts(database)) == {"KgTestDatabase"}


def test_another_file_of_the_same_name_is_not_taken_for_an_edit(database, base, write):
    load(database, write(base, folder="one"))
    load(database, write(base, folder="moved"))
    other = {"items": [{"id": "item:else", "name": "else"}]}
    with pytest.raises(InputError, match=r"another file called base\.json is loaded"):
        loading.load(database, [write(other, folder="two")])


def test_a_database_that_holds_something_else_is_left_alone(database, base, write):
    database.write(lambda tx: tx.run("CREATE (:Customer {name: 'x'})").consume())
    with pytest.raises(InputError, match=r"holds something else.*Customer"):
        loading.load(database, [write(base)])
    assert read.counts(database) == {"Customer": 1, "KgTestDatabase": 1}
    database.write(lambda tx: tx.run("MATCH (n:Customer) DELETE n").consume())


def test_what_another_program_wrote_under_an_id_of_the_load_is_named_and_refused_with_6(
    database, empty_database, base, write
):
    path = write(base)
    loading.load(database, [path])
    edge = database.read("MATCH ()-[edge:SUPPLIED]->() RETURN edge.id AS id")[0]["id"]
    loading.unload(database, path.name)
    other = "CREATE (:Party {id: 'group:x'})-[:SUPPLIED {id: $id}]->(:Party {id: 'group:y'})"
    database.write(lambda transaction: transaction.run(other, id=edge).consume())
    before = read.digest(database)
    done = run_kg(empty_database, "load", str(path))
    assert done.returncode == 6 and read.digest(database) == before
    assert f"nothing was written, since the local Neo4j holds the SUPPLIED {edge} already" in done.stderr
    assert done.stderr.count("\n") == 1 and edge in run_kg(empty_database, "verify").stdout


def test_two_nodes_of_one_id_that_another_program_wrote_are_refused_with_6(database, base, write):
    database.run("DROP CONSTRAINT party_id IF EXISTS")
    database.run("CREATE (:Party {id: 'group:end'}), (:Party {id: 'group:end'})")
    with pytest.raises(InputError, match="holds two of one id, which another program wrote: run the command again"):
        loading.load(database, [write(base)])
    database.run("MATCH (party:Party) DETACH DELETE party")
    assert not loading.load(database, [write(base)]).problems


def test_a_failing_batch_leaves_nothing_half_written(database, base, write, monkeypatch):
    load(database, write(base))
    before = read.digest(database)
    base["findings"][0]["date"] = "2014"
    base["parties"].append({"id": "group:new", "kind": "Group", "name": "New"})

    def fail(self, edges):
        raise DatabaseError("cut off")

    monkeypatch.setattr(Writer, "put_relations", fail)
    with pytest.raises(DatabaseError, match="cut off"):
        loading.load(database, [write(base)])
    assert read.digest(database) == before


def test_of_schema_statements_all_are_run_or_none(database):
    index = "CREATE INDEX {name} IF NOT EXISTS FOR (n:Load) ON (n.{name})"
    with pytest.raises(DatabaseError, match="failed"):
        database.run(index.format(name="at"), "CREATE INDEX nonsense")
    assert database.read("SHOW INDEXES YIELD name WHERE name = 'at' RETURN name") == []


def test_a_shortfall_names_the_ids_and_rolls_back(database, base, write, monkeypatch):
    original = Writer.put_nodes

    def lose_one(self, nodes, standing):
        original(self, [entry for entry in nodes if entry[1]["id"] != "item:rifle"], standing)

    monkeypatch.setattr(Writer, "put_nodes", lose_one)
    with pytest.raises(DatabaseError, match=r"fewer .* than were sent \(missing: .*item:rifle"):
        loading.load(database, [write(base)])
    assert set(read.counts(database)) == {"KgTestDatabase"}


def test_batches_are_joined(database, base, write):
    base["items"] += [
        {"id": f"item:n{number}", "name": f"n{number}", "kind_of": "item:weapon"} for number in range(2500)
    ]
    load(database, write(base))
    assert read.counts(database)["KIND_OF"] == 2501


def test_contradiction_lowers_and_its_removal_restores(database, base, write):
    base["organisations"].append({"id": "rival", "name": "Rival body"})
    base["origins"].append({"id": "rival-study", "organisation": "rival", "kind": "study"})
    base["sources"][0]["relays"].append("rival-study")
    load(database, write(base))
    denial = base["findings"][0] | {
        "id": "g1",
        "certainty": "denied",
        "origin": "rival-study",
        "contradicts": [{"id": "f1", "reason": "denies it"}],
    }
    load(database, write({"findings": [denial]}, "denial.json"))
    grade = {edge[1]: edge[4] for edge in edges(database)}
    assert grade["country:USA"] == "B4"
    loading.unload(database, "denial.json")
    assert {edge[1]: edge[4] for edge in edges(database)}["country:USA"] == "B3"


def test_every_earlier_state_can_be_told_from_its_load(database, base, write):
    states = []

    def step(paths=()):
        for path in paths:
            load(database, path)
        at = read.loads(database, current=False)[-1]["at"]
        now = read.declared_after(database, "9999")
        states.append((at, now))

    step([write(base)])
    base["findings"][0]["date"] = "2014"
    base["parties"].append({"id": "group:new", "kind": "Group", "name": "New"})
    step([write(base)])
    del base["findings"][2]
    base["items"][1]["aliases"] = ["x"]
    step([write(base), write({"items": [{"id": "item:more", "name": "more"}]}, "more.json")])
    loading.unload(database, "more.json")
    step()
    assert len({str(sorted(state.items())) for _, state in states}) == len(states)
    for at, state in states:
        assert read.declared_after(database, at) == state


def test_edges_made_by_older_rules_are_made_anew_at_the_next_load(database, base, write):
    load(database, write(base))
    before = read.digest(database)
    older = "MATCH (m:KgMeta {id: 'kg'}) SET m.schema = 0 WITH m MATCH ()-[r:SUPPLIED]->() SET r.grade = 'A1'"
    database.write(lambda tx: tx.run(older).consume())
    load(database, write(base))
    assert read.digest(database) == before


def test_quotes_are_stored_only_where_document_and_span_hold(database, base, write, tmp_path):
    from kg import documents

    folder = tmp_path / "documents"
    folder.mkdir()
    text = "Before. The state gave arms to the opposition forces. After."
    (folder / "paper.txt").write_text(text, encoding="utf-8")
    place = documents.locate(text, "gave arms")[0]
    base["sources"][0] |= {"document": "paper.txt", "sha256": documents.sha256(text.encode())}
    base["findings"][0]["locator"] = {"start": place.start, "end": place.end, "sha256": place.sha256}
    assert load(database, write(base), documents_folder=folder).rows()[0]["quotes"] == 1
    assert read.declarations(database, "Finding")["f1"]["quote"] == "gave arms"
    load(database, write(base))
    assert read.declarations(database, "Finding")["f1"]["quote"] == "gave arms"
    (folder / "paper.txt").write_text(text.replace("gave", "sold"), encoding="utf-8")
    assert "a span that is changed" in problems(database, write(base), documents_folder=folder)[0]
    (folder / "paper.txt").write_text("More. " + text, encoding="utf-8")
    assert "the span at" in problems(database, write(base), documents_folder=folder)[0]
    (folder / "paper.txt").write_text(text + " More.", encoding="utf-8")
    assert "with other bytes" in problems(database, write(base), documents_folder=folder)[0]


@pytest.mark.parametrize(
    ("tamper", "check"),
    [
        ("MATCH ()-[r:SUPPLIED]->() SET r.grade = 'A1'", "edge"),
        ("MATCH ()-[r:SUPPLIED]->() DELETE r", "edge"),
        ("MATCH (f:Finding {id: 'f1'}) DETACH DELETE f", "edge-without-finding"),
        ("MATCH (:Finding {id: 'f1'})-[r:CITES]->() DELETE r", "finding-without-ground"),
        ("MATCH (:Source)-[r:RELAYS]->() DELETE r", "relay-without-origin"),
        (
            "MATCH (a:Party {id: 'group:end'}) CREATE (a)-[:SUPPLIED {id: 'x', findings: ['f1']}]->(a)",
            "transfer-with-itself",
        ),
        ("CREATE (:Group:Party {id: 'group:lost', name: 'lost', aliases: []})", "orphan"),
        ("MATCH (f:Finding {id: 'f1'}) SET f.transfer = 'nowhere'", "finding-without-edge"),
        ("MATCH (p {id: 'group:end'}) SET p.name = 'Army of Turkey'", "node"),
        ("MATCH (p {id: 'group:end'}) SET p.aliases = p.aliases + 'Army'", "node"),
        ("MATCH (p {id: 'country:USA'}) SET p.name = 'Another state'", "node"),
        ("MATCH (p {id: 'group:end'}) SET p.placeholder = NOT p.placeholder", "node"),
        ("MATCH (p {id: 'group:end'}) SET p.colour = 'red'", "node"),
        ("MATCH (p {id: 'group:end'}) REMOVE p:Group SET p:Factory", "node"),
        ("MATCH (f {id: 'f1'}) SET f:Group", "node"),
        ("MATCH (p {id: 'group:end'}) REMOVE p.record", "node"),
        ("MATCH (p {id: 'group:end'}) SET p.record = '{'", "node"),
        ("MATCH (p {id: 'group:end'}) SET p.record = replace(p.record, 'Group', 'Crowd')", "node"),
        ("MATCH (f:Finding {id: 'f1'}) SET f.statement = 'Something else.'", "node"),
        ("MATCH (f:Finding {id: 'f1'}) SET f.quote = 'What nobody wrote.'", "node"),
        ("MATCH (f:Finding {id: 'f1'}) SET f.files = 5", "node"),
        ("MATCH (s:Source) SET s.reliability = 'A'", "node"),
        ("MATCH (o:Organisation) SET o.name = 'Another body'", "node"),
        ("MATCH (a {id: 'group:end'}), (b {id: 'country:USA'}) CREATE (a)-[:LOCATED_IN]->(b)", "node"),
        ("MATCH (a {id: 'group:end'}), (b {id: 'item:rifle'}) CREATE (a)-[:LOCATED_IN]->(b)", "node"),
        ("MATCH ()-[r:LOCATED_IN]->() SET r.text = 'mainly'", "node"),
        ("MATCH (a)-[r:LOCATED_IN]->(b) CREATE (a)-[:LOCATED_IN]->(b)", "node"),
        ("MATCH ()-[r:LOCATED_IN]->() DELETE r", "node"),
        ("MATCH (:Finding {id: 'f1'})-[r:ABOUT]->() DELETE r", "node"),
        ("MATCH ()-[r:CONTRADICTS]->() DELETE r", "node"),
        ("MATCH ()-[r:CONTRADICTS]->() SET r.reason = 'none'", "node"),
        ("MATCH (s:Source) DETACH DELETE s", "finding-without-ground"),
        ("MATCH (o:Origin) DETACH DELETE o", "finding-without-ground"),
        ("MATCH (p:Party {id: 'group:end'}) DETACH DELETE p", "edge"),
        ("CREATE (:Person {id: 'person:x', name: 'X'})", "unknown-label"),
        ("CREATE ()", "unknown-label"),
        ("MATCH (a {id: 'group:end'}), (b {id: 'country:USA'}) CREATE (b)-[:FUNDED]->(a)", "unknown-relationship"),
        ("MATCH (a {id: 'country:USA'}), (b {id: 'group:end'}) CREATE (a)-[:SUPPLIED {zz: 1}]->(b)", "without-id"),
        ("MATCH (a {id: 'country:USA'}), (b {id: 'group:end'}) CREATE (a)-[:SUPPLIED {id: 7}]->(b)", "without-id"),
        ("MATCH (a {id: 'country:USA'}), (b {id: 'group:end'}) CREATE (a)-[:SUPPLIED {id: 'x'}]->(b)", "edge"),
        ("MATCH ()-[r:SUPPLIED]->() SET r.latest = date()", "edge"),
        ("MATCH ()-[r:SUPPLIED]->() SET r.items = [1]", "edge"),
        ("MATCH ()-[r:SUPPLIED]->() REMOVE r.grade", "edge"),
        ("CREATE (:Group:Party {name: 'nameless'})", "without-id"),
        ("CREATE (:Group:Party {id: 'group:new'})", "without-name"),
        ("CREATE (:Finding {id: 'f9'})", "node"),
        ("CREATE (:Item {id: 'item:new', name: 'new'})", "node"),
        ("CREATE (:Party {id: 'group:new', name: 'new'})", "party-without-kind"),
    ],
)
def test_verify_finds_what_is_off(database, base, write, tamper, check):
    against = {"contradicts": [{"id": "f1", "reason": "it names another receiver"}]}
    base["findings"].append(base["findings"][0] | {"id": "f4", "to": "group:end"} | against)
    load(database, write(base))
    assert not verify(database).faults
    database.write(lambda tx: tx.run(tamper).consume())
    assert check in {fault.check for fault in verify(database).faults}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StrangeWarning)
        assert Graph(database).records.parties  # whatever somebody wrote, reading goes on
        assert Graph(database).sources is not None


def test_a_party_that_a_file_says_something_of_is_no_orphan_and_neither_is_its_source(database, base, write):
    base["sources"] += [base["sources"][0] | {"id": "list"}, base["sources"][0] | {"id": "unread"}]
    base["parties"] += [
        {"id": "group:stated", "kind": "Group", "name": "Stated", "stated_by": ["paper", "list"]},
        {"id": "group:placed", "kind": "Group", "name": "Placed", "located_in": "country:JOR"},
        {"id": "group:alone", "kind": "Group", "name": "Alone", "note": '"stated_by":["unread"]'},
    ]
    load(database, write(base))
    found = {(fault.check, fault.id) for fault in verify(database).faults}
    assert found == {("orphan", "group:alone"), ("orphan-evidence", "unread")}
    listed = base | {"findings": [], "sources": [base["sources"][0] | {"id": "makers"}]}
    listed["parties"] = [{"id": "factory:maker", "kind": "Factory", "name": "Maker"}]
    load(database, write(listed, "list.json"))
    assert {(fault.check, fault.id) for fault in verify(database).faults} == found


def test_decisions_on_names_are_applied_to_the_whole_graph_and_undone_without_loss(database, base, write):
    base["parties"].append({"id": "group:rebels", "kind": "Group", "name": "The rebels", "aliases": ["rebels"]})
    base["findings"].append(base["findings"][1] | {"id": "g2", "from": "group:rebels", "continues": []})
    shared = {"parties": [{"id": "group:other", "kind": "Group", "name": "Other"}]}
    load(database, write(base))
    load(database, write(shared, "shared.json"))
    whole = read.digest(database)
    stands = {"group:rebels": "group:opposition"}
    load(database, write(base), stands=stands)
    parties = read.records(database).parties
    assert "group:rebels" not in parties
    assert {"The rebels", "rebels", "group:rebels"} <= set(parties["group:opposition"].aliases)
    merged = {edge.findings for edge in read.records(database).relations if edge.start == "group:opposition"}
    assert merged == {("f2", "g2")}
    settled = read.digest(database)
    load(database, write(shared, "shared.json"), stands=stands)
    assert read.digest(database) == settled
    assert not verify(database).faults or {one.check for one in verify(database).faults} == {"orphan"}
    assert load(database, write(base)).names == ()  # no decisions at hand: the graph stays as it was decided
    assert read.digest(database) == settled
    undone = load(database, write(base), stands={})
    assert undone.names == ("group:rebels is a party of its own again",)
    assert read.digest(database) == whole
    assert load(database, write(base), stands=stands).names == ("group:rebels now stands for group:opposition",)
    assert loading.unload(database, "shared.json").names == ()
    assert "group:rebels" not in read.records(database).parties


def test_decisions_hold_through_a_withdrawal(database, base, write):
    from kg import withdraw

    base["parties"].append({"id": "group:rebels", "kind": "Group", "name": "The rebels"})
    base["sources"].append(base["sources"][0] | {"id": "second"})
    base["findings"].append(
        base["findings"][1] | {"id": "g2", "from": "group:rebels", "continues": [], "source": "second"}
    )
    stands = {"group:rebels": "group:opposition"}
    load(database, write(base), stands=stands)
    before = read.digest(database)
    withdraw.withdraw(database, ["second"], keep=True, stands=stands)
    assert "group:rebels" not in read.records(database).parties
    assert "g2" not in read.declarations(database, "Finding")
    withdraw.withdraw(database, ["second"], undo=True, stands=stands)
    assert read.digest(database) == before


def test_a_later_publication_moves_only_the_bounds_that_hang_on_it(database, base, write, monkeypatch):
    base["findings"][1]["date"] = "2014"
    load(database, write(base))
    derived = []
    original = Writer.put_relations
    monkeypatch.setattr(Writer, "put_relations", lambda self, edges: original(self, _noted(edges, derived)))
    base["sources"][0]["published"] = "2018-06-01"
    load(database, write(base))
    latest = {edge.findings[0]: edge.latest for edge in read.records(database).relations}
    assert latest == {"f1": "2018-06-01", "f2": "2014-12-31", "f3": "2018-06-01"}
    assert sorted(derived) == ["f1", "f3"]
    base["sources"][0]["title"] = "Another title"
    load(database, write(base))
    assert sorted(derived) == ["f1", "f3"]
    base["sources"][0]["reliability"]["grade"] = "C"
    load(database, write(base))
    assert sorted(derived) == ["f1", "f1", "f2", "f3", "f3"]
    assert {edge.grade for edge in read.records(database).relations} == {"C3"}


def _noted(edges, derived):
    for edge in edges:
        derived.append(edge.findings[0])
        yield edge
