"""Files written whole or not at all: beside, then renamed."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from kg.errors import UsageError


def replace(path: Path, content: bytes | str, mode: int | None = None) -> None:
    """Write a file beside its place and rename it; a failure leaves the old one. Raise `OSError`.

    A text is written as UTF-8. Without `mode` (permission bits) it gets those of any new file.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    if mode is None:
        umask = os.umask(0)
        os.umask(umask)
        mode = 0o666 & ~umask
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise


def write_bytes(path: Path, content: bytes | str) -> None:
    """Write a file that a user asked for; as `replace`. Raise `UsageError` where it cannot be written."""
    try:
        replace(path, content)
    except OSError as problem:
        raise UsageError(f"{path} cannot be written ({problem.strerror}): choose another place.") from problem


def write_text(path: Path, content: str) -> None:
    """Write a text as UTF-8; as `write_bytes`."""
    write_bytes(path, content)
