"""What the guides show is what the graph and its commands do, on the bundled data."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kg.store import session
from tests.integration.conftest import run_kg
from tests.integration.readme import printed

pytestmark = pytest.mark.neo4j

DOCS = Path(__file__).parents[2] / "docs"
FLAGS = re.DOTALL | re.MULTILINE
_CYPHER = re.compile(r"^```cypher\n(.*?)^```", FLAGS)
CYPHER = [
    (path.name, query) for path in sorted(DOCS.glob("*.md")) for query in _CYPHER.findall(path.read_text("utf-8"))
]


def test_every_query_of_the_guides_has_rows(bundle):
    assert len(CYPHER) >= 9
    with session.connect(bundle) as database:
        for guide, query in CYPHER:
            _, rows, cut = database.query(query, {}, timeout=30, limit=500)
            assert rows and not cut, (guide, query)


def test_the_site_is_built_and_fetches_nothing(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(
        command,
        cwd=DOCS.parent,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > 20
    fetched = re.compile(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"?(?:https?:)?//")
    assert [page.name for page in pages if fetched.search(page.read_text(encoding="utf-8"))] == []


def test_the_recording_of_a_document_prints_what_the_guide_says(empty_database, tmp_path):
    guide = (DOCS / "record-a-document.md").read_text(encoding="utf-8")
    (tmp_path / "docs").symlink_to(DOCS)
    (tmp_path / "data").symlink_to(DOCS.parent / "data")
    file = tmp_path / "invented-gazette.yaml"
    file.write_text(next(text for text in re.findall(r"^```yaml\n(.*?)^```", guide, FLAGS)), encoding="utf-8")
    sessions = "".join(re.findall(r"^```console\n(.*?)^```", guide, FLAGS))
    said = re.findall(r"^\$ kg (.*)\n((?:(?!\$ ).*\n)*)", sessions, re.MULTILINE)
    assert len(said) == 6
    for command, output in said:
        if "--dry-run" not in command and command.startswith("load"):
            file.write_text(file.read_text(encoding="utf-8").replace("higland", "highland"), encoding="utf-8")
        done = run_kg(empty_database, *shlex.split(command), folder=tmp_path, COLUMNS="220")
        assert printed(done.stdout, done.stderr).strip() == output.strip(), command
