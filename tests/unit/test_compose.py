"""compose.yaml keeps what docs/server.md promises of it; Docker itself is not needed to know that."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from kg.store import artifacts, configuration

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def content() -> dict:
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def test_it_is_the_same_neo4j_as_the_local_one(content):
    assert list(content["services"]) == ["neo4j"]
    series = ".".join(artifacts.VERSION.split(".")[:2])
    assert content["services"]["neo4j"]["image"] == f"neo4j:{series}-community"


def test_bolt_alone_is_published_and_on_loopback(content):
    assert content["services"]["neo4j"]["ports"] == ["127.0.0.1:7687:7687"]


def test_the_password_is_a_secret_file_that_git_ignores(content):
    service = content["services"]["neo4j"]
    assert service["secrets"] == list(content["secrets"]) == ["neo4j_auth"]
    assert service["environment"]["NEO4J_AUTH_FILE"] == "/run/secrets/neo4j_auth"
    assert "NEO4J_AUTH" not in service["environment"]
    default = re.fullmatch(r"\$\{KG_NEO4J_AUTH_FILE:-\./(.+)\}", content["secrets"]["neo4j_auth"]["file"])
    assert default and default[1] in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_data_outlives_the_container_and_its_health_is_asked_for(content):
    service = content["services"]["neo4j"]
    assert service["volumes"] == ["data:/data"] and "data" in content["volumes"]
    assert {"test", "interval", "timeout", "retries"} <= set(service["healthcheck"])
    assert service["restart"] == "unless-stopped"


def test_what_the_local_one_switches_off_is_off_here_too(content):
    environment = content["services"]["neo4j"]["environment"]
    given = {
        # How the image spells settings: a point is one underscore, an underscore two.
        name.removeprefix("NEO4J_").replace("__", "\0").replace("_", ".").replace("\0", "_"): value
        for name, value in environment.items()
        if name.startswith("NEO4J_d")
    }
    assert len(given) == 2 and given.items() <= configuration._SETTINGS.items()


def test_the_guide_names_it():
    guide = (ROOT / "docs" / "server.md").read_text(encoding="utf-8")
    for word in ("compose.yaml", "neo4j-auth.txt", "KG_NEO4J_AUTH_FILE", "docker compose up --detach --wait"):
        assert word in guide
