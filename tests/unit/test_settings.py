"""Settings: environment over kg.toml in the working folder over kg.toml in the home."""

import pytest

from kg import settings
from kg.errors import UsageError


def test_environment_wins_over_files(tmp_path):
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir(), here.mkdir()
    (home / "kg.toml").write_text('neo4j_uri = "bolt://home"\nneo4j_user = "home"\nneo4j_database = "home"\n')
    (here / "kg.toml").write_text('neo4j_uri = "bolt://here"\nneo4j_user = "here"\n')
    found = settings.load({"KG_HOME": str(home), "KG_NEO4J_URI": "bolt://environment"}, here)
    assert (found.neo4j_uri, found.neo4j_user, found.neo4j_database) == ("bolt://environment", "here", "home")


def test_a_password_is_not_shown(tmp_path):
    found = settings.load({"KG_HOME": str(tmp_path), "KG_NEO4J_PASSWORD": "secret-word"}, tmp_path)
    assert found.neo4j_password == "secret-word"
    assert "secret-word" not in repr(found)


@pytest.mark.parametrize("content", ["neo4j_url = 'x'", "neo4j_uri = 3", "neo4j_uri ="])
def test_a_file_that_is_wrong_is_named(tmp_path, content):
    (tmp_path / "kg.toml").write_text(content)
    with pytest.raises(UsageError, match=r"kg\.toml"):
        settings.load({"KG_HOME": str(tmp_path / "none")}, tmp_path)


@pytest.mark.parametrize("uri", ["bolt://neo4j:secret-word@host", "neo4j+s://neo4j:secret-word@host:7687/x"])
def test_a_password_in_the_address_is_refused_and_not_shown(tmp_path, uri):
    with pytest.raises(UsageError, match="KG_NEO4J_USER and KG_NEO4J_PASSWORD") as told:
        settings.load({"KG_HOME": str(tmp_path), "KG_NEO4J_URI": uri}, tmp_path)
    assert "secret-word" not in str(told.value)


def test_the_file_of_certificates_is_a_path(tmp_path):
    found = settings.load({"KG_HOME": str(tmp_path), "KG_NEO4J_CA": "~/ca.pem"}, tmp_path)
    assert found.neo4j_ca is not None and found.neo4j_ca.is_absolute() and found.neo4j_ca.name == "ca.pem"
    assert settings.load({"KG_HOME": str(tmp_path)}, tmp_path).neo4j_ca is None
