"""Files written whole or not at all: beside, then renamed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from kg.errors import UsageError


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it. Raise `UsageError` where that cannot be; the old file stays."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    except OSError as problem:
        raise UsageError(f"{path} cannot be written ({problem.strerror}): choose another folder.") from problem
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    except OSError as problem:
        Path(name).unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written ({problem.strerror}): choose another place.") from problem
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_text(path: Path, content: str) -> None:
    """Write a text as UTF-8; as `write_bytes`."""
    write_bytes(path, content.encode("utf-8"))
