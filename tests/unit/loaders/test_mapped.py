"""Mapped tables: the mapping is checked before the first row, and says where it is wrong."""

import csv
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kg.loaders import findings, mapped

from kg.findings import Declared, Problem

MAPPING = """\
columns: [Supplier, Recipient, What, Count, Year]
organisation: {id: desk, name: The desk}
origin: {id: desk-2020, kind: own count}
source:
  id: desk-table
  title: Own count
  publisher: The desk
  published: "2020"
  reliability: {grade: C, reason: Not checked.}
each:
  - finding:
      id: "desk-{Supplier|slug}-{Recipient|slug}-{Year}"
      relation: SUPPLIED
      from: {id: "{Supplier|state:Year}", text: "{Supplier}"}
      to: "{Recipient|state:Year}"
      items: [{id: "{What|item}", text: "{What}"}]
      quantity: {min: "{Count|number}"}
      date: "{Year}"
      certainty: stated
      statement: "The table has {Supplier} supply {Recipient}."
"""
ROWS = "Supplier,Recipient,What,Count,Year\nFrance,Yemen,T-72M1,5,2001\nRussia,Iraq,Battle tanks,,2014\n"


@pytest.fixture
def folder(tmp_path):
    def write(mapping=MAPPING, rows=ROWS):
        (tmp_path / "desk.mapping.yaml").write_text(mapping, encoding="utf-8")
        path = tmp_path / "desk.csv"
        path.write_text(rows, encoding="utf-8", newline="")
        return path

    return write


def test_rows_become_findings(folder, run, sound):
    path = folder()
    assert "desk.mapping.yaml" in mapped.recognise(path, path.read_bytes())
    outcome = run(mapped, path)
    assert not outcome.problems
    sound(outcome)
    first, second = outcome.findings.values()
    assert (first.id, first.start.id, first.end.id) == ("desk-france-yemen-2001", "country:FRA", "country:YEM")
    assert (first.start.text, first.items[0].id, first.quantity.min) == ("France", "item:t-72", 5)
    assert (first.source, first.origin, first.date.latest) == ("desk-table", "desk-2020", "2001-12-31")
    assert second.items[0].id == "item:tank" and second.quantity is None


def test_a_fair_as_parties_with_location_only(samples, run, sound, tmp_path):
    fair = json.loads((samples / "fairs/sofex-2010.json").read_text(encoding="utf-8"))
    path = tmp_path / "sofex-2010.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("name", "country", "iso2"))
        writer.writerows((one["name"], one["country"]["text"], one["country"]["iso2"]) for one in fair["exhibitor"])
    guide = (mapped_guide()).read_text(encoding="utf-8")
    mapping = guide.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "sofex-2010.mapping.yaml").write_text(mapping, encoding="utf-8")
    outcome = run(mapped, path)
    assert not outcome.problems and not outcome.findings and not outcome.items
    sound(outcome)
    assert len(outcome.parties) == len(fair["exhibitor"]) == 345
    for party in outcome.parties.values():
        assert party.kind == "Group" and len(party.located_in) == 1 and not party.part_of


def mapped_guide():
    from pathlib import Path

    return Path(__file__).parents[3] / "docs" / "loaders" / "mapped.md"


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("columns: [Supplier,", "columns: [Supplier, Supplier,", 1, "columns"),
        ("columns: [Supplier, Recipient, What, Count, Year]", "columns: 3", 1, "columns"),
        ("organisation: {id: desk, name: The desk}\n", "", 1, ""),
        ("{id: desk, name: The desk}", "{id: desk}", 2, "organisation.name"),
        ('published: "2020"', "published: soon", 8, "source.published"),
        ("grade: C", "grade: Z", 9, "source.reliability.grade"),
        ("relation: SUPPLIED", "relation: GAVE", 13, "each.0.finding.relation"),
        ("certainty: stated", "certainity: stated", 19, "each.0.finding.certainity"),
        ("{Count|number}", "{Number|number}", 17, "each.0.finding.quantity.min"),
        ("{Count|number}", "{Count|figure}", 17, "each.0.finding.quantity.min"),
        ("{Supplier|state:Year}", "{Supplier|state:Date}", 14, "each.0.finding.from.id"),
        ("supply {Recipient}.", "supply {Recipient.", 20, "each.0.finding.statement"),
        ("  - finding:", "  - transfer:", 11, "each.0"),
        ("each:", "every:", 10, "every"),
        ("columns:", "encoding: koi8-r\ncolumns:", 1, "encoding"),
        ("columns:", "columns: &x", 1, ""),
    ],
)
def test_a_mapping_is_checked_before_the_first_row(folder, run, old, new, line, field):
    assert old in MAPPING
    outcome = run(mapped, folder(MAPPING.replace(old, new)))
    assert not outcome.declared and len(outcome.problems) == 1
    problem = outcome.problems[0]
    assert (problem.file, problem.field) == ("desk.mapping.yaml", field)
    assert problem.line == line


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("Narnia,Iraq,T-72,1,2014", "Narnia"),
        ("France,Yemen,T-72,1,1985", "ambiguous"),
        ("France,Iraq,T-72,many,2014", '"many"'),
        ("France,Iraq,T-72,1,someday", "someday"),
        ("France,France,T-72,1,2014", ""),
        (",Iraq,T-72,1,2014", ""),
    ],
)
def test_a_row_that_does_not_fit_is_a_problem_of_the_table(folder, run, row, found):
    outcome = run(mapped, folder(rows=f"{ROWS}{row}\n"))
    assert len(outcome.findings) == 2
    assert [(one.file, one.line) for one in outcome.problems] == [("desk.csv", 4)]
    assert found in outcome.problems[0].found


def test_a_date_that_is_none_is_a_problem_of_its_column(folder, run):
    outcome = run(mapped, folder(rows=f"{ROWS}France,Iraq,T-72,1,2014-13\n"))
    assert [str(one) for one in outcome.problems] == [
        'desk.csv:4: Year: found "2014-13", expected a month from 01 to 12'
    ]


def test_columns_must_be_those_of_the_mapping(folder, run):
    outcome = run(mapped, folder(rows=ROWS.replace("Year", "Year,Extra", 1)))
    assert outcome.problems[0].found == 'the column "Extra"'


def test_items_the_taxonomy_lacks_are_counted(folder, run):
    outcome = run(mapped, folder(rows=ROWS.replace("T-72M1", "thingamajig")))
    assert outcome.counts["unmapped"] == 1
    assert next(iter(outcome.findings.values())).items[0].id == "item:materiel"


def test_one_id_with_two_contents_is_a_problem(folder, run):
    mapping = MAPPING[: MAPPING.index("each:")] + 'each: [{party: {id: "group:x", kind: Group, name: "{Supplier}"}}]\n'
    outcome = run(mapped, folder(mapping))
    assert [one.line for one in outcome.problems] == [3] and len(outcome.parties) == 1


def test_a_table_without_mapping_is_not_its_business_and_a_mapping_is_no_findings_file(folder, tmp_path):
    path = folder()
    beside = tmp_path / "desk.mapping.yaml"
    assert findings.recognise(beside, beside.read_bytes()) is None
    beside.unlink()
    assert mapped.recognise(path, path.read_bytes()) is None


@given(st.text(max_size=200))
def test_any_mapping_is_read_or_a_problem(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    (folder / "any.mapping.yaml").write_text(MAPPING[:300] + text, encoding="utf-8", errors="replace")
    (folder / "any.csv").write_text(ROWS, encoding="utf-8")
    assert all(isinstance(one, Declared | Problem) for one in mapped.read(folder / "any.csv"))


@given(st.lists(st.text(max_size=30), min_size=5, max_size=5))
def test_any_row_is_declared_or_a_problem(tmp_path_factory, cells):
    folder = tmp_path_factory.getbasetemp()
    (folder / "row.mapping.yaml").write_text(MAPPING, encoding="utf-8")
    with (folder / "row.csv").open("w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file).writerows([("Supplier", "Recipient", "What", "Count", "Year"), cells])
    assert all(isinstance(one, Declared | Problem) for one in mapped.read(folder / "row.csv"))
