"""The example notebook, executed. `python -m tests.integration.notebook` writes it anew, from the database in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from kg.settings import Settings
from tests.integration.conftest import environment

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook" / "how-isis-was-armed.ipynb"
PICTURE = "(a picture: run the cell to see it)"


def executed(settings: Settings) -> Any:
    """Return the notebook with the outputs that its cells have now, pictures left out."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3", record_timing=False).execute(env=environment(settings))
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.get("data", {}).get("text/html", "").startswith("<iframe"):
                output["data"] = {"text/plain": PICTURE}
    notebook.metadata = {"language_info": {"name": "python"}}
    return notebook


def outputs(notebook: Any) -> list[list[str]]:
    """Return the text of all outputs, cell by cell."""
    return [
        [output.get("text") or output["data"]["text/plain"] for output in cell.get("outputs", ())]
        for cell in notebook.cells
    ]


def main() -> None:
    """Write the notebook with its outputs."""
    from kg import settings

    nbformat.write(executed(settings.load()), NOTEBOOK)


if __name__ == "__main__":
    main()
