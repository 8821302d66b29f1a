"""A connected, empty database of the tests' own, and small findings files to load into it."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kg import load as loading
from kg.commands.demo import bundled
from kg.settings import Settings
from kg.store import session
from kg.store.session import Database
from tests.conftest import wipe

BASE: dict[str, Any] = {
    "organisations": [{"id": "org", "name": "Research body"}],
    "origins": [{"id": "study", "organisation": "org", "kind": "field investigation", "published": "2017-12-01"}],
    "sources": [
        {
            "id": "paper",
            "title": "A paper",
            "publisher": "Publisher",
            "published": "2017-12-14",
            "reliability": {"grade": "B", "reason": "names its origin"},
            "relays": ["study"],
        }
    ],
    "parties": [
        {"id": "group:opposition", "kind": "Group", "name": "Opposition", "located_in": ["country:SYR"]},
        {"id": "group:end", "kind": "Group", "name": "End user", "aliases": ["EU-ser"]},
    ],
    "items": [{"id": "item:weapon", "name": "weapon"}, {"id": "item:rifle", "name": "rifle", "kind_of": "item:weapon"}],
    "findings": [
        {
            "id": "f1",
            "relation": "SUPPLIED",
            "from": "country:USA",
            "to": "group:opposition",
            "items": ["item:weapon"],
            "certainty": "reported",
            "source": "paper",
            "origin": "study",
            "statement": "The state gave arms to the opposition.",
        },
        {
            "id": "f2",
            "relation": "DIVERTED",
            "from": "group:opposition",
            "to": "group:end",
            "items": ["item:rifle"],
            "certainty": "reported",
            "source": "paper",
            "origin": "study",
            "statement": "From there rifles went to the end user.",
            "continues": ["f1"],
        },
        {
            "id": "f3",
            "relation": "MANUFACTURED",
            "from": "country:CHN",
            "to": "item:rifle",
            "held_by": ["group:end"],
            "certainty": "reported",
            "source": "paper",
            "origin": "study",
            "statement": "Rifles of the end user were made in China.",
        },
    ],
}


@pytest.fixture
def database(empty_database: Settings) -> Iterator[Database]:
    """Return a connected, empty database."""
    with session.connect(empty_database) as connected:
        yield connected


@pytest.fixture
def base() -> dict[str, Any]:
    """Return the content of a small, sound findings file, to be changed at will."""
    return copy.deepcopy(BASE)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return what writes a content as a findings file of the test's folder."""

    def write_file(content: dict[str, Any], name: str = "base.json", folder: str = ".") -> Path:
        path = tmp_path / folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")
        return path

    return write_file


@pytest.fixture(scope="module")
def bundle(neo4j_settings: Settings, documents: Path) -> Settings:
    """Return settings of a database that holds the bundled data with its quotes, for tests that only read."""
    wipe(neo4j_settings)
    with session.connect(neo4j_settings) as connected:
        report = loading.load(connected, bundled(), documents_folder=documents)
    assert not report.problems
    return neo4j_settings


@pytest.fixture(scope="module")
def bundle_without_documents(neo4j_settings: Settings) -> Settings:
    """Return settings of a database that holds the bundled data as `kg demo` loads it, without quotes."""
    wipe(neo4j_settings)
    with session.connect(neo4j_settings) as connected:
        report = loading.load(connected, bundled())
    assert not report.problems
    return neo4j_settings


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment in which a process uses these settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    chosen = {"KG_HOME": str(settings.home), "KG_CACHE": str(settings.cache)}
    if settings.neo4j_uri:
        chosen |= {"KG_NEO4J_URI": settings.neo4j_uri, "KG_NEO4J_USER": settings.neo4j_user}
        chosen |= {"KG_NEO4J_PASSWORD": settings.neo4j_password} if settings.neo4j_password else {}
        chosen |= {"KG_NEO4J_DATABASE": settings.neo4j_database} if settings.neo4j_database else {}
        chosen |= {"KG_NEO4J_CA": str(settings.neo4j_ca)} if settings.neo4j_ca else {}
    return kept | chosen


def run_kg(
    settings: Settings, *arguments: str, folder: Path | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own; `more` are further environment variables."""
    return subprocess.run(
        [sys.executable, "-c", "from kg.commands import main; main()", *arguments],
        env=environment(settings) | more,
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )
