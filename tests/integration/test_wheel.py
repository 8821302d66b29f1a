"""The package as users get it: a wheel, in a clean environment, in another folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.integration.conftest import environment

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PARTS = ("kg", "loaders", "cypher", "data", "cli.py", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the sources, so that nothing is left in the checkout."""
    copy = tmp_path_factory.mktemp("source")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, copy / part)
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", out, copy], check=True, capture_output=True)
    return next(out.glob("*.whl"))


def test_only_kg_reaches_site_packages(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"kg"}
    for needed in ("kg/py.typed", "kg/loaders/findings.py", "kg/cypher/read/suppliers-of.cypher", "kg/data/states.csv"):
        assert needed in names
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "kg").rglob("*") if path.is_file()}
    lacking = {name for name in sources - set(names) if "__pycache__" not in name}
    assert not lacking
    assert {f"kg/data/{path.name}" for path in (ROOT / "data").glob("*.yaml")} <= set(names)


def test_installed_elsewhere_kg_demo_does_the_main_job(wheel, neo4j_settings, tmp_path):
    from tests.conftest import wipe

    wipe(neo4j_settings)
    place = tmp_path / "environment"
    venv.create(place)
    # By the pip that is here: one made for the environment, and byte code of all that is installed, take long.
    pip = [sys.executable, "-m", "pip", "--python", place / "bin" / "python", "install", "--quiet", "--no-compile"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run(
        [place / "bin" / "kg", "demo"],
        cwd=work,
        env=environment(neo4j_settings),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Turkey: on every path of known territory" in done.stdout
    assert [path.name for path in work.iterdir()] == ["demo.html"]
