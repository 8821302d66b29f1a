"""The example notebook's outputs are what its cells give on the bundled data."""

import nbformat
import pytest

from tests.integration import notebook

pytestmark = pytest.mark.neo4j


def test_outputs_are_what_the_cells_give(bundle_without_documents):
    kept = nbformat.read(notebook.NOTEBOOK, as_version=4)
    now = notebook.executed(bundle_without_documents)
    assert notebook.outputs(now) == notebook.outputs(kept)
    assert sum(text == notebook.PICTURE for cell in notebook.outputs(kept) for text in cell) == 2
    assert notebook.NOTEBOOK.stat().st_size < 60_000
