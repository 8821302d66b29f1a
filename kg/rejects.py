"""What a load rejected, as a file of the same format: mended and loaded, it goes back into the file it came from.

Beside it stands `NAME.reasons.json` with the reasons and with the file that it was taken from. What is mended belongs
to that file: loading it reads that file whole, with the mended in the place of the rejected, and under its name, so
that the graph is as if the file had been right at once.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from kg import files
from kg.errors import InputError, UsageError
from kg.findings import Problem

ENDING = ".reasons.json"


@dataclass(frozen=True, slots=True)
class Rejects:
    """A file of rejects: where it is, the file it was taken from with SHA-256 and loader, and what was wrong."""

    path: Path
    file: Path
    sha256: str
    loader: str
    problems: tuple[Problem, ...]


def write(path: Path, content: bytes, rejected: Rejects) -> None:
    """Write rejects and, beside them, the reasons. Raise `UsageError` where a file cannot be written."""
    reasons = {
        "file": str(rejected.file.resolve()),
        "sha256": rejected.sha256,
        "loader": rejected.loader,
        "problems": [one.rows() for one in rejected.problems],
    }
    if path.resolve() == rejected.file.resolve():
        raise UsageError(f"{path} is the file that is loaded: name another for what is rejected.")
    files.write_bytes(path, content)
    files.write_text(_beside(path), json.dumps(reasons, ensure_ascii=False, indent=1) + "\n")


def read(path: Path) -> Rejects | None:
    """Return the rejects that a file is; None if it is none. Raise `InputError` where its reasons are not readable."""
    beside = _beside(path)
    if not beside.is_file():
        return None
    try:
        reasons = json.loads(beside.read_text(encoding="utf-8"))
        problems = tuple(Problem(**one) for one in reasons["problems"])
        return Rejects(path, Path(reasons["file"]), reasons["sha256"], reasons["loader"], problems)
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise InputError(f"{beside} does not say what {path.name} was taken from: load that file again.") from wrong


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ENDING)


@contextmanager
def completed(rejected: Rejects, content: Iterator[bytes]) -> Iterator[Path]:
    """Give a temporary file that is the one rejects were taken from, with the mended put back; mappings beside it."""
    with TemporaryDirectory(prefix="kg-") as folder:
        whole = Path(folder) / rejected.file.name
        with whole.open("wb") as file:
            file.writelines(content)
        for beside in rejected.file.parent.glob(f"{rejected.file.stem}.*.yaml"):
            shutil.copy(beside, folder)
        yield whole


def places(path: Path, names: Sequence[str]) -> dict[str, Path]:
    """Return where the rejects of files go: of one file to `path`, of several to files in the folder `path`."""
    if len(names) == 1 and not path.is_dir():
        return {names[0]: path}
    try:
        path.mkdir(exist_ok=True)
    except OSError as wrong:
        raise UsageError(f"{path} cannot be a folder for the rejects of several files ({wrong.strerror}).") from wrong
    return {name: path / name for name in names}
