"""Locators and quotes: find a quote in a document, check a locator against it.

A locator counts Unicode code points of the document's UTF-8 text exactly as it is: no newline translation, no
normalisation. Its SHA-256 is that of the span in UTF-8.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from kg.errors import InputError

#: What a check of one locator can come to.
HOLDS, MOVED, CHANGED, BEYOND = "holds", "moved", "changed", "beyond the end"


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a document: start and end in code points, and the SHA-256 of the span."""

    start: int
    end: int
    sha256: str

    def yaml(self) -> str:
        """The locator as a findings file writes it."""
        return f"locator: {{start: {self.start}, end: {self.end}, sha256: {self.sha256}}}"


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def span_sha256(text: str) -> str:
    """Return the SHA-256 of a span's UTF-8 bytes."""
    return sha256(text.encode("utf-8"))


def read(path: Path) -> tuple[str, str]:
    """Return a document's text and the SHA-256 of its bytes. Raise `InputError` if absent or not UTF-8."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise InputError(f"{path} cannot be read ({problem.strerror}): name a document that exists.") from problem
    try:
        return data.decode("utf-8"), sha256(data)
    except UnicodeDecodeError as problem:
        raise InputError(
            f"{path} is not UTF-8 at byte {problem.start}: locators need the document exactly as it was recorded."
        ) from problem


def below(folder: Path, name: str) -> Path:
    """Return the path of a document named in a findings file. Raise `InputError` if it lies outside the folder."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise InputError(f"document {name!r} lies outside {folder}: give a name below the documents folder.")
    return path


def locate(text: str, quote: str) -> list[Place]:
    """Return all places of a quote in a text, in order; none if it does not occur. Raise `InputError` if empty."""
    if not quote:
        raise InputError("the quote is empty: give the words to find.")
    places, start = [], text.find(quote)
    while start >= 0:
        places.append(Place(start, start + len(quote), span_sha256(quote)))
        start = text.find(quote, start + 1)
    return places


def check(text: str, place: Place) -> tuple[str, int | None]:
    """Say whether a span is what the locator says: a verdict, and where the span stands now if it only moved."""
    if place.end <= len(text) and span_sha256(text[place.start : place.end]) == place.sha256:
        return HOLDS, place.start
    length = place.end - place.start
    for start in range(len(text) - length + 1):
        if span_sha256(text[start : start + length]) == place.sha256:
            return MOVED, start
    return (BEYOND if place.end > len(text) else CHANGED), None
