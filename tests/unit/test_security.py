"""docs/security.md says where each promise is tested; those tests are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_promise_names_tests_that_exist():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 10
    for row in rows:
        named = re.findall(r"`(tests/[^`]+\.py)`", row)
        assert named, row
        for path in named:
            assert "def test_" in (ROOT / path).read_text(encoding="utf-8"), path


def test_every_hostile_test_is_named():
    for path in (ROOT / "tests" / "hostile").glob("test_*.py"):
        assert f"`tests/hostile/{path.name}`" in PAGE


def test_it_is_one_page_that_the_way_to_report_leads_to():
    assert len(PAGE.split()) < 1_000
    report = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "(docs/security.md)" in report and "@" not in report
