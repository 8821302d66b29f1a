"""What the guides show is what the graph and its commands do, on the bundled data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kg.store import session

pytestmark = pytest.mark.neo4j

DOCS = Path(__file__).parents[2] / "docs"
_CYPHER = re.compile(r"^```cypher\n(.*?)^```", re.DOTALL | re.MULTILINE)
CYPHER = [
    (path.name, query) for path in sorted(DOCS.glob("*.md")) for query in _CYPHER.findall(path.read_text("utf-8"))
]


def test_every_query_of_the_guides_has_rows(bundle):
    assert len(CYPHER) >= 9
    with session.connect(bundle) as database:
        for guide, query in CYPHER:
            _, rows, cut = database.query(query, {}, timeout=30, limit=500)
            assert rows and not cut, (guide, query)
