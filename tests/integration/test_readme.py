"""The sessions in the README and the guides are what their commands print on the bundled data."""

import shlex

import pytest

from tests.integration import readme

pytestmark = pytest.mark.neo4j


@pytest.mark.parametrize("page", readme.PAGES, ids=lambda page: page.name)
def test_session_is_what_the_commands_print(bundle_without_documents, page, tmp_path):
    said = readme.blocks(page.read_text(encoding="utf-8"))
    assert len(said) >= 4
    for command, output in said:
        assert readme.run(bundle_without_documents, shlex.split(command)[1:], tmp_path) == output, command
