"""Fixtures for every test: a real Neo4j of the tests' own, an empty database in it, and the shared documents."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

import kg.settings
from kg.schema import META_LABEL
from kg.settings import Settings
from kg.store import local

MARKER = "KgTestDatabase"

# Machines are noisy: no test is about time.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")


@pytest.fixture(scope="session")
def artifact_cache() -> Path:
    """Return the folder of Neo4j's files, shared by test runs so that they are fetched once."""
    return Path(os.environ.get("KG_TEST_CACHE") or kg.settings.load().cache)


@pytest.fixture(scope="session")
def neo4j_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of the tests' own local Neo4j, new in each run: two runs at once wipe nothing of each other."""
    return tmp_path_factory.mktemp("kg-home")


@pytest.fixture(scope="session")
def neo4j_settings(neo4j_home: Path, artifact_cache: Path) -> Iterator[Settings]:
    """Return settings of a Neo4j that answers: the one of KG_TEST_NEO4J_URI, else a local one for this run.

    KG_NEO4J_URI is never used. The database is not empty: ask for `empty_database` where that matters.
    """
    settings = Settings(home=neo4j_home, cache=artifact_cache)
    uri = os.environ.get("KG_TEST_NEO4J_URI")
    if uri:
        yield replace(
            settings,
            neo4j_uri=uri,
            neo4j_user=os.environ.get("KG_TEST_NEO4J_USER", "neo4j"),
            neo4j_password=os.environ.get("KG_TEST_NEO4J_PASSWORD"),
            neo4j_database=os.environ.get("KG_TEST_NEO4J_DATABASE"),
        )
        return
    local.ensure(settings)
    yield settings
    local.stop(settings)


@pytest.fixture
def empty_database(neo4j_settings: Settings) -> Settings:
    """Return settings of an empty database; constraints and indexes of earlier tests may still stand."""
    wipe(neo4j_settings)
    return neo4j_settings


def wipe(settings: Settings) -> None:
    """Empty a database but for the marker that makes it the tests'.

    Fail where the database holds anything and has no marker.
    """
    from neo4j import GraphDatabase

    if settings.neo4j_uri:
        uri, auth = settings.neo4j_uri, (settings.neo4j_user, settings.neo4j_password or "")
    else:
        running = local.ensure(settings)
        uri, auth = running.bolt_uri, (running.user, running.password)
    with (
        GraphDatabase.driver(uri, auth=auth, notifications_min_severity="OFF") as driver,
        driver.session(database=settings.neo4j_database) as session,
    ):
        marked = session.run(f"MATCH (marker:{MARKER}) RETURN count(marker) AS count").single(strict=True)["count"]
        nodes = session.run("MATCH (node) RETURN count(node) AS count").single(strict=True)["count"]
        if nodes and not marked:
            pytest.fail(
                f"The database at {uri} holds {nodes} nodes and no {MARKER}: it is not the tests' to wipe. Give "
                "KG_TEST_NEO4J_URI an empty one."
            )
        session.run(f"MERGE (:{MARKER}:{META_LABEL} {{id: 'tests'}})").consume()
        session.run(
            f"MATCH (node) WHERE NOT node:{MARKER} CALL (node) {{ DETACH DELETE node }} IN TRANSACTIONS OF 5000 ROWS"
        ).consume()


@pytest.fixture(scope="session")
def documents() -> Path:
    """Return the folder of the shared documents; without it skip, or fail where the environment says CI=true."""
    folder = Path(__file__).parents[2] / "shared" / "documents"
    if folder.is_dir():
        return folder
    reason = f"the documents are not at {folder}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def samples() -> Path:
    """Return the folder of the shared samples; without it skip, or fail where the environment says CI=true."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if folder.is_dir():
        return folder
    if os.environ.get("CI") == "true":
        pytest.fail(f"the samples are not at {folder}")
    pytest.skip(f"the samples are not at {folder}")
