"""Every column of every format is checked in every row, and the guides say of which nothing is kept."""

import csv
import re
import sys
import tracemalloc
from fnmatch import fnmatch
from pathlib import Path

import pytest
from kg.loaders import captured, components, mapped, registers, ucdp
from kg.loaders.tables import Layout
from pydantic import ValidationError

from kg.findings import Party

GUIDES = Path(__file__).parents[3] / "docs/loaders"
GARBAGE = "@@ garbage <b>x</b> 1e9"
LISTED = dict(
    zip(
        captured.LAYOUT.columns,
        ("Russia", "Italy", "BMP-2", "captured", "https://example.org/1", "2022-03-19", "1", "1", "2", "7-1"),
        strict=True,
    )
)
CODED = dict.fromkeys(ucdp.LAYOUT.columns, "0") | {
    "year": "1982", "actor_name": "A", "oppo_name": "B", "dyad_name": "A - B", "location": "Iraq: Government",
    "gwno_b": "690.0", "country_a": "Iraq", "country_b": "Kuwait", "ext_id": "7", "ext_name": "C",
    "ext_coalition_name": "D", "ext_coalition": "1.0", "ext_count": "1", "ext_count_ns": "1", "ext_w": "1",
    "ext_w_count": "1", "ext_w_count_ns": "1", "ext_m": "1", "ext_m_count": "1", "ext_m_count_ns": "1",
}  # fmt: skip
COMPONENT = dict.fromkeys(components.COMPONENTS.columns, "") | {
    "component_id": "gur-1", "name_marking": "Chip", "category": "mcu", "manufacturer": "Maker", "notes": "n",
    "manufacturer_country": "US", "found_in_drones": '["orlan-10-uav"]', "sanctions_status": "unknown",
    "is_dual_use": "False", "replaceable_with": "[]", "last_verified": "2026-06-13",
}  # fmt: skip
SYSTEM = dict.fromkeys(components.SYSTEMS.columns, "") | {
    "id": "orlan-10-uav", "display_name": "Orlan", "aka": "[]", "operators": '["RU"]', "manufacturer_country": "RU",
    "role": "isr", "propulsion": "piston", "total_components_documented": "3", "secondary_sources": "[]",
    "last_verified": "2026-06-13",
}  # fmt: skip
MAKER = dict.fromkeys(components.MAKERS.columns, "") | {
    "manufacturer_id": "maker-us", "name": "Maker", "country": "US", "sanctions_status": "unknown",
    "components_supplied": "1", "drones_supplied": "0",
}  # fmt: skip
RELATION = dict(
    zip(
        components.RELATIONS.columns,
        ("e1", "Maker", "manufacturer", "Orlan-10", "drone", "found_inside", "https://example.org/1", "high", "n"),
        strict=True,
    )
)
#: Format → its loader and layout, a row, what makes the row one of which nothing is made, and its columns of free text.
FORMATS = {
    "captured": (
        captured, captured.LAYOUT, LISTED, {"status": "destroyed"},
        {"system"},
    ),
    "ucdp": (
        ucdp, ucdp.LAYOUT, CODED, {"ext_w": "0", "ext_m": "0"},
        {
            "actor_name", "oppo_name", "dyad_name", "location", "country_a", "country_b", "ext_name",
            "ext_coalition_name",
        },
    ),
    "components": (
        components, components.COMPONENTS, COMPONENT, {},
        {"name_marking", "function", "manufacturer", "oem_part_number", "notes"},
    ),
    "drones": (
        components, components.SYSTEMS, SYSTEM, {"operators": '["UNK"]', "manufacturer_country": "UNK"},
        {"display_name", "notes"},
    ),
    "manufacturers": (
        components, components.MAKERS, MAKER, {"name": "Not identified"},
        {"name", "headquarters_city", "parent_company", "notes"},
    ),
    "supply_chain_edges": (
        components, components.RELATIONS, RELATION, {"relation": "sells_to"},
        {"source_entity", "target_entity", "notes"},
    ),
}  # fmt: skip
CELLS = [(name, column) for name, (_, layout, *_) in FORMATS.items() for column in layout.columns]


def read(run, folder, name, changes):
    """Read one row of a format with some cells changed."""
    loader, layout, row, *_ = FORMATS[name]
    path = folder / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, layout.columns)
        writer.writeheader()
        writer.writerow(row | changes)
    return run(loader, path)


@pytest.mark.parametrize("name", FORMATS)
def test_the_row_and_the_row_of_which_nothing_is_made_are_sound(run, tmp_path, name):
    assert not read(run, tmp_path, name, {}).problems
    outcome = read(run, tmp_path, name, FORMATS[name][3])
    assert not outcome.problems and (outcome.counts["findings"] == 0 or not FORMATS[name][3])


@pytest.mark.parametrize("made", [True, False], ids=["of a row that counts", "of a row of which nothing is made"])
@pytest.mark.parametrize(("name", "column"), CELLS)
def test_garbage_is_a_problem_in_every_column_that_is_not_free_text(run, tmp_path, name, column, made):
    *_, nothing, free = FORMATS[name]
    outcome = read(run, tmp_path, name, ({} if made else nothing) | {column: GARBAGE})
    if column in free:
        assert not outcome.problems
    else:
        assert len(outcome.problems) == 1 and not outcome.findings


def told(name):
    """Return what the guide says is dropped of a format, as patterns."""
    guide = GUIDES / f"{name if name in ('captured', 'ucdp') else 'components'}.md"
    text = guide.read_text(encoding="utf-8").partition("## Dropped")[2]
    if guide.stem == "components":
        text = next(line for line in text.splitlines() if line.startswith(f"| {name} |"))
    return re.findall(r"`([^`]+)`", text.rpartition("nothing is kept")[2])


@pytest.mark.parametrize("name", FORMATS)
def test_the_guide_lists_the_columns_of_which_nothing_is_kept(run, tmp_path, monkeypatch, name):
    monkeypatch.setattr(Layout, "check", lambda layout, record: None)
    facts, dropped = read(run, tmp_path, name, {}).facts(), set()
    for column in FORMATS[name][1].columns:
        try:
            outcome = read(run, tmp_path, name, {column: GARBAGE})
        except ValidationError:  # the day of the source, which nothing but the check keeps from being garbage
            continue
        dropped |= {column} if not outcome.problems and outcome.facts() == facts else set()
    patterns = told(name)
    assert {one for one in FORMATS[name][1].columns if any(fnmatch(one, each) for each in patterns)} == dropped
    assert all(any(fnmatch(one, each) for one in dropped) for each in patterns)


def grown(folder, name, count):
    """Write a table of so many records that all differ, each of an unnamed maker where it has makers."""
    path = folder / f"{name}-{count}.csv"
    if name == "mapped":
        path.with_name(f"{name}-{count}.mapping.yaml").write_text(MAPPING, encoding="utf-8")
        lines = ["name", *(f"company-{number}" for number in range(count))]
    else:
        row = 'gur-{},Chip,mcu,,Not identified,US,,,"[""orlan-10-uav""]",unknown,False,[],,,,2026-06-13,'
        lines = [",".join(components.COMPONENTS.columns), *(row.format(number) for number in range(count))]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8", newline="")
    return path


MAPPING = """\
columns: [name]
organisation: {id: desk, name: The desk}
origin: {id: desk-2020, kind: own count}
source: {id: desk-table, title: T, publisher: P, published: "2020", reliability: {grade: C, reason: Not checked.}}
each:
  - party: {id: "group:desk-{name}", kind: Group, name: "{name}"}
"""


@pytest.mark.parametrize(("name", "loader"), [("mapped", mapped), ("components", components)])
def test_memory_does_not_grow_with_records_that_all_differ(tmp_path, name, loader):
    peaks = []
    for count in (200, 1_400):
        path = grown(tmp_path, name, count)
        tracemalloc.start()
        assert sum(1 for _ in loader.read(path)) >= count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 40_000


def test_placeholders_of_one_record_are_not_remembered():
    ledger = registers.Ledger("a.csv", "own", "source", "origin")
    before = sys.getsizeof(ledger._declared)
    for number in range(1_000):
        party = Party(id=f"group:own-{number}", kind="Group", name="unknown", placeholder=True)
        assert len(list(ledger.once(1, party))) == 1
    assert sys.getsizeof(ledger._declared) == before
