"""The README's session is what its commands print on the bundled data."""

import shlex

import pytest

from tests.integration import readme
from tests.integration.conftest import run_kg

pytestmark = pytest.mark.neo4j


def test_session_is_what_the_commands_print(bundle_without_documents):
    said = readme.blocks(readme.README.read_text(encoding="utf-8"))
    assert len(said) >= 5
    for command, output in said:
        done = run_kg(bundle_without_documents, *shlex.split(command)[1:], "--format", "table", COLUMNS="118")
        assert readme.printed(done.stdout, done.stderr) == output, command
