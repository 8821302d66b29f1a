"""Locators and quotes: find a quote in a document, check a locator against it.

A locator counts Unicode code points of the document's UTF-8 text exactly as it is: no newline translation, no
normalisation. Its SHA-256 is that of the span in UTF-8.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kg.errors import InputError, UsageError

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


def text_or_none(path: Path) -> str | None:
    """Return a document's text, None where it is not UTF-8. Raise `InputError` where it cannot be read."""
    try:
        return read(path)[0]
    except InputError as problem:
        if isinstance(problem.__cause__, UnicodeDecodeError):
            return None
        raise


def below(folder: Path, name: str) -> Path:
    """Return the path of a document named in a findings file. Raise `InputError` if it lies outside the folder."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise InputError(f"document {name!r} lies outside {folder}: give a name below the documents folder.")
    return path


def locate(text: str, quote: str) -> list[Place]:
    """Return all places of a quote in a text, in order; none if it does not occur. Raise `UsageError` if empty."""
    if not quote:
        raise UsageError("the quote is empty: give the words to find.")
    places, start = [], text.find(quote)
    while start >= 0:
        places.append(Place(start, start + len(quote), span_sha256(quote)))
        start = text.find(quote, start + 1)
    return places


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of a document with what stands around it, from the line before to the line after."""

    text: str
    before: str
    after: str


AROUND = 500  # code points of context on each side at most


def quote(text: str, start: int, end: int) -> Quote:
    """Return a span with the rest of its line and the line before and after it that are not empty."""
    after = text[end:]
    head = [line for line in text[:start].split("\n")[:-1] if line.strip()][-1:]
    tail = [line for line in after.split("\n")[1:] if line.strip()][:1]
    own_start, own_end = text[text.rfind("\n", 0, start) + 1 : start], after.split("\n", 1)[0]
    return Quote(text[start:end], "\n".join([*head, own_start])[-AROUND:], "\n".join([own_end, *tail])[:AROUND])


def check(text: str, place: Place) -> tuple[str, int | None]:
    """Say whether a span is what the locator says: a verdict, and where the span stands now if it only moved."""
    if place.end <= len(text) and span_sha256(text[place.start : place.end]) == place.sha256:
        return HOLDS, place.start
    length = place.end - place.start
    for start in range(len(text) - length + 1):
        if span_sha256(text[start : start + length]) == place.sha256:
            return MOVED, start
    return (BEYOND if place.end > len(text) else CHANGED), None


def difference(data: bytes, spans: Sequence[Place]) -> str:
    """Say in words how a document that is not the recorded file differs, as far as the recorded spans show."""
    text, encoding = _decoded(data, spans)
    if text is None:
        return "it is no text in UTF-8, and no other encoding gives the recorded spans"
    verdicts = [check(text, span) for span in spans]
    holding = sum(verdict == HOLDS for verdict, _ in verdicts)
    moved = [
        now - span.start
        for (verdict, now), span in zip(verdicts, spans, strict=True)
        if verdict == MOVED and now is not None
    ]
    lost = len(spans) - holding - len(moved)
    if encoding != "utf-8":
        return f"it was re-encoded ({encoding}): its text is the same in the recorded spans"
    if spans and lost == len(spans):
        return "it is another document: none of the recorded spans is in it"
    ends = [span.start for (verdict, _), span in zip(verdicts, spans, strict=True) if verdict == BEYOND]
    if ends and lost == len(ends) and not moved:
        return f"it was shortened: {lost} of {len(spans)} spans lie beyond its end"
    if moved:
        shifts = sorted(set(moved))
        by = f"by {shifts[0]:+d}" if len(shifts) == 1 else "by different distances"
        changed = f", and {lost} changed" if lost else ""
        return f"its text was shifted: {len(moved)} of {len(spans)} spans moved {by} code points{changed}"
    return (
        f"it was changed: {lost} of {len(spans)} spans differ" if lost else "it was changed outside the recorded spans"
    )


def _decoded(data: bytes, spans: Sequence[Place]) -> tuple[str | None, str]:
    """Return a text and the encoding in which the recorded spans hold best; UTF-8 where it is that at all."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        whole = [text, text.replace("\r\n", "\n"), *(unicodedata.normalize(form, text) for form in ("NFC", "NFD"))]
        names = ("utf-8", "other line ends", "composed letters", "decomposed letters")
        counts = [sum(check(one, span)[0] == HOLDS for span in spans) for one in whole]
        best = counts.index(max(counts))
        return (text, "utf-8") if counts[best] < len(spans) else (whole[best], names[best])
    for encoding in ("utf-16", "cp1252", "iso-8859-1"):
        with suppress(UnicodeError):
            text = data.decode(encoding)
            if spans and all(check(text, span)[0] == HOLDS for span in spans):
                return text, encoding
    return None, ""
