"""Files → what they declare: which loader reads them, what they say, what is wrong with it, and the quotes.

Nothing here knows the graph: a declaration is checked by itself, against its namesakes and against its document.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import stat
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import entry_points
from itertools import chain
from pathlib import Path
from typing import Protocol, cast

from kg import documents, names, rejects
from kg.errors import InputError, UsageError
from kg.findings import Counts, Declared, ExcerptError, Finding, Organisation, Origin, Party, Piece, Problem, Source
from kg.rejects import Rejects, completed
from kg.store.write import Key, key_of

HEAD = 65_536  # bytes of a file shown to loaders to recognise it
_CHUNK = 1 << 20  # bytes
_SHOWN = 500  # declarations between two reports of how far a file is read
OnStep = Callable[[str, float, float], None]
"""Called with what is being done, how much is done and of how much; 0 where that is not known."""


def silent(step: str, done: float, total: float) -> None:
    """Report a step to nobody."""


class Loader(Protocol):
    """What a module of the entry-point group `kg.loaders` offers: pure, no driver, no printing.

    `SUFFIXES` are those that files of the format mostly have: for them it is asked first. It may be asked of any file.
    """

    TITLE: str
    EXAMPLE: str
    SUFFIXES: tuple[str, ...]

    def recognise(self, path: Path, head: bytes) -> str | None:
        """Return why the file is of this format; None if it is not."""
        ...

    def read(self, path: Path) -> Iterator[Declared | Problem]:
        """Yield what the file declares and what is wrong with it; a register's ends with its `Counts`."""
        ...

    def excerpt(self, path: Path, problems: Sequence[Problem]) -> Iterator[bytes]:
        """Yield what makes a file of the same format of what has these problems."""
        ...

    def mended(self, path: Path, problems: Sequence[Problem], by: Path) -> Iterator[Piece]:
        """Yield the whole file, in pieces, with what had these problems replaced by a mended excerpt.

        Raise `ExcerptError` for an excerpt that cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class File:
    """A file to load: its path, the loader that reads it and why, the SHA-256 of its bytes and how many lines it has.

    An archive has no lines: 0. Where `rejects` are given, the file is read with what they mend put back into it;
    `places` are then the lines at which it goes on with other lines of another file, and which of which.
    """

    path: Path
    loader: str
    reason: str
    sha256: str
    lines: int = 0
    rejects: Rejects | None = None
    places: tuple[tuple[int, str, int], ...] = ()

    @property
    def name(self) -> str:
        """The name under which the graph knows it."""
        return self.path.name

    def at_hand(self, problem: Problem) -> Problem:
        """Return a problem of this file with file and line where it stands for the user: also in what mends it."""
        place = bisect_right(self.places, problem.line, key=lambda one: one[0]) - 1
        if problem.file != self.name or place < 0:
            return problem
        begins, file, line = self.places[place]
        return replace(problem, file=file or self.name, line=line + problem.line - begins)


@cache
def loaders() -> Mapping[str, Loader]:
    """Return the source formats known, by name; looked for once, among all that is installed."""
    found = entry_points(group="kg.loaders")
    return {entry.name: cast(Loader, entry.load()) for entry in sorted(found, key=lambda entry: entry.name)}


def find_files(paths: Sequence[Path], loader: str | None = None) -> tuple[list[File], list[str]]:
    """Return the files to load, and what is in folders and is not loaded, each with why.

    Raise `InputError` for a path that is absent or neither file nor folder, a named file that no loader knows, or one
    name twice.
    """
    known = loaders()
    if loader is not None and loader not in known:
        raise UsageError(f"there is no loader {loader!r}: known are {', '.join(known)}.")
    files: list[File] = []
    skipped: list[str] = []
    for path in paths:
        check_regular(path, folder=True)
        if not path.is_dir():
            file = _recognise(path, known, loader)
            if file is None:
                raise InputError(f"{path} {_unknown(path)}.")
            files.append(file)
            continue
        for one in sorted(one for one in path.rglob("*") if one.name[0] not in "._"):
            left_out = _left_out(one, path)
            if one.is_dir() and not left_out:
                continue
            file = None if left_out or _is_prose(one) else _recognise(one, known, loader)
            if file:
                files.append(file)
            else:
                skipped.append(f"{one.name} ({left_out or 'of no known format'})")
    twice = sorted({file.name for file in files if sum(file.name == other.name for other in files) > 1})
    if twice:
        raise InputError(f"two files are called {twice[0]}: rename one, since the graph knows files by name.")
    if not files:
        raise InputError(f"{', '.join(map(str, paths))} holds no file of a known format: see `kg loaders`.")
    return sorted(files, key=lambda file: file.name), skipped


def check_regular(path: Path, *, folder: bool = False) -> None:
    """Raise `InputError` for what is no regular file nor, where one may be given, a folder: it may never end."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as absent:
        raise InputError(f"{path} does not exist: name a file or folder to load.") from absent
    except OSError as problem:
        raise InputError(f"{path} cannot be read ({problem.strerror}): name a file or folder to load.") from problem
    if not (stat.S_ISREG(mode) or (folder and stat.S_ISDIR(mode))):
        sort = next((words for is_one, words in _SORTS.items() if is_one(mode)), "something else")
        raise InputError(f"{path} is {sort} and no file: save what it holds in a file, and load that.")


_SORTS = {
    stat.S_ISDIR: "a folder", stat.S_ISFIFO: "a pipe", stat.S_ISSOCK: "a socket", stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
}  # fmt: skip


def _left_out(path: Path, folder: Path) -> str | None:
    """Say why something in a folder is not looked into; None where it is a file that may be data, or a folder."""
    if path.is_symlink() and (path.is_dir() or not path.exists()):
        return "a link to a folder" if path.is_dir() else "a link that leads nowhere"
    if not path.is_dir() and not path.is_file():
        return "neither file nor folder"
    if not path.resolve().is_relative_to(folder.resolve()):
        return f"a link out of {folder.name}"
    return None


_NO_TABLES = (".yaml", ".yml", ".json", ".jsonl", ".ndjson")


def _is_prose(path: Path) -> bool:
    """Say whether a file in a folder speaks of data, whose header it may quote, by its name."""
    return path.suffix.lower() in (".md", ".rst", ".html", ".htm") or path.stem.lower() == "readme"


def _recognise(path: Path, known: Mapping[str, Loader], wanted: str | None) -> File | None:
    """Return the file with the first loader whose format its content is.

    Those of its suffix are asked first, and they alone where it is one of YAML or JSON, which may quote a header.
    """
    rejected = rejects.read(path)
    if rejected:
        return _completed(rejected, known)
    suffix = path.suffix.lower()
    asked = sorted(known.items(), key=lambda one: suffix not in one[1].SUFFIXES)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            for name, loader in asked:
                if wanted is None and suffix in _NO_TABLES and suffix not in loader.SUFFIXES:
                    continue
                if wanted is not None:
                    reason = "named with --loader" if name == wanted else None
                else:
                    reason = loader.recognise(path, head)
                if reason:
                    return File(path, name, reason, *_measured(chain((head,), iter(lambda: file.read(_CHUNK), b""))))
    except OSError as problem:
        raise InputError(f"{path} cannot be read ({problem.strerror}): check its permissions.") from problem
    return None


def _unknown(path: Path) -> str:
    """Say why no loader takes a file, and what to do."""
    with path.open("rb") as file:
        start = file.read(len(codecs.BOM_UTF16))
    if not start:
        return "is empty: name a file with records"
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "is text in UTF-16 or UTF-32, not in UTF-8: save it as UTF-8"
    return "is of no format known: see `kg loaders`, or name one with --loader"


def _completed(rejected: Rejects, known: Mapping[str, Loader]) -> File:
    """Return the file that rejects were taken from, to be read with what is mended. Raise `InputError`."""
    name, loader = rejected.file.name, known.get(rejected.loader)
    if rejected.file.exists():
        check_regular(rejected.file)
    try:
        with rejected.file.open("rb") as file:
            sha256, _ = _measured(iter(lambda: file.read(_CHUNK), b""))
    except OSError as problem:
        raise InputError(
            f"{rejected.path} was taken from {rejected.file}, which cannot be read ({problem.strerror}): put it back."
        ) from problem
    if loader is None or sha256 != rejected.sha256:
        raise InputError(
            f"{rejected.file} has changed since {rejected.path} was taken from it: load {name} again, with --rejects."
        )
    places: list[tuple[int, str, int]] = []
    try:
        sha256, lines = _measured(_placed(loader.mended(rejected.file, rejected.problems, rejected.path), places))
    except ExcerptError as wrong:
        raise InputError(f"{wrong.problem}: mend it there, and load {rejected.path} again.") from wrong
    return File(
        rejected.file, rejected.loader, f"{rejected.path.name} mends it", sha256, lines, rejected, tuple(places)
    )


def _placed(pieces: Iterable[Piece], places: list[tuple[int, str, int]]) -> Iterator[bytes]:
    """Yield the content of pieces, and note where one begins that does not go on with the lines of the one before."""
    at, following = 1, ("", 0)
    for piece in pieces:
        if (piece.file, piece.line) != following:
            places.append((at, piece.file, piece.line))
        lines = len(_LINE_END.findall(piece.content))
        at, following = at + lines, (piece.file, piece.line + lines)
        yield piece.content


_LINE_END = re.compile(rb"\r\n?|\n")


def _measured(chunks: Iterable[bytes]) -> tuple[str, int]:
    """Return the SHA-256 of a content and how many lines it has; 0 of an archive."""
    digest, lines, archive = hashlib.sha256(), 0, False
    for number, chunk in enumerate(chunks):
        archive = archive or (not number and chunk.startswith(b"PK\x03\x04"))
        digest.update(chunk)
        lines += chunk.count(b"\n")
    return digest.hexdigest(), 0 if archive else lines


@dataclass(slots=True)
class Reading:
    """What the files of a load declare, by key, with all places; and what is wrong."""

    declared: dict[Key, list[Declared]] = field(default_factory=lambda: defaultdict(list))
    problems: list[Problem] = field(default_factory=list)
    quotes: dict[str, documents.Quote] = field(default_factory=dict)  # by finding
    counts: dict[str, Counts] = field(default_factory=dict)  # by file, of registers

    def reject(self, one: Declared, where: str, found: str, expected: str) -> None:
        """Note a problem with a declaration."""
        self.problems.append(Problem(one.file, one.line, where, found, expected, one.what.id))

    def oppose(self, one: Declared, other: str, expected: str) -> None:
        """Note that a declaration says otherwise than `other` does.

        Where findings cite it, none of its file may be loaded: another release of one register would stand doubled.
        """
        cited = isinstance(one.what, Source | Origin | Organisation)
        found = f"{one.what.id} with other content than {other}"
        self.problems.append(Problem(one.file, one.line, "id", found, expected, one.what.id, cited))

    def copy(self) -> Reading:
        """Return a copy whose lists may be changed."""
        declared = defaultdict(list, {key: list(places) for key, places in self.declared.items()})
        return Reading(declared, list(self.problems), dict(self.quotes), self.counts)

    def drop_rejected(self) -> bool:
        """Take out what has problems; say whether anything was taken out."""
        rejected = {(problem.file, problem.id) for problem in self.problems}
        before = sum(map(len, self.declared.values()))
        kept = {
            key: [one for one in places if (one.file, one.what.id) not in rejected]
            for key, places in self.declared.items()
        }
        self.declared = defaultdict(list, {key: places for key, places in kept.items() if places})
        return sum(map(len, self.declared.values())) < before


def excerpt(file: File, problems: Sequence[Problem]) -> bytes:
    """Return what makes a file of the same format of what was rejected of one."""
    return b"".join(loaders()[file.loader].excerpt(file.path, problems))


def read(files: Sequence[File], on_step: OnStep = silent) -> Reading:
    """Read all files. Every declaration is checked by itself and against its namesakes; none against the graph."""
    known, reading = loaders(), Reading()
    for file in files:
        entries, line = 0, 0
        for one in _entries(file, known[file.loader], reading):
            line = max(line, one.line)
            if entries % _SHOWN == 0:
                on_step(f"Reading {file.name}", line if file.lines else 0, file.lines)
            entries += 1
            if isinstance(one, Problem):
                reading.problems.append(one)
            else:
                reading.declared[key_of(one.what)].append(one)
        if not entries:
            reading.problems.append(_nothing(file.name, reading.counts.get(file.name)))
    for places in reading.declared.values():
        _compare_namesakes(reading, places)
    return reading


def _nothing(file: str, counts: Counts | None) -> Problem:
    """Return the problem of a file that declares nothing: what stood would leave with it."""
    if counts is None or not counts.read:
        return Problem(file, 1, "", "nothing declared", "at least one declaration")
    records = "1 record that makes" if counts.read == 1 else f"{counts.read} records that make"
    return Problem(file, 1, "", f"{records} no finding", "at least one that does, such as an order with a delivery")


def _entries(file: File, loader: Loader, reading: Reading) -> Iterator[Declared | Problem]:
    """Yield what a loader yields of a file, and keep what it counted."""
    with _place(file, loader) as path:
        counts = yield from cast(Generator[Declared | Problem, None, Counts | None], loader.read(path))
    if isinstance(counts, Counts):
        reading.counts[file.name] = counts


def _place(file: File, loader: Loader) -> AbstractContextManager[Path]:
    """Give where a file is read: where it stands or, where rejects mend it, a temporary one with them in it."""
    one = file.rejects
    if one is None:
        return nullcontext(file.path)
    return completed(one, (piece.content for piece in loader.mended(one.file, one.problems, one.path)))


def _compare_namesakes(reading: Reading, places: Sequence[Declared]) -> None:
    first = places[0]
    for other in places[1:]:
        where = f"{first.file}:{first.line}"
        if other.file == first.file:
            reading.reject(other, "id", f"{other.what.id} a second time", f"each id once (first at {where})")
        elif other.what != first.what:
            reading.oppose(other, f"at {where}", "the same content: load one of the two files")
    for one in places:
        if isinstance(one.what, Party) and one.what.id in names.states():
            reading.reject(one, "id", one.what.id, "no declaration, since states come from the table of states")


def add_quotes(reading: Reading, folder: Path) -> list[str]:
    """Read the quotes of all findings from their documents, checking both hashes; return documents that are absent."""
    absent: set[str] = set()
    sources = {key[1]: one[0].what for key, one in reading.declared.items() if key[0] == "Source"}
    texts: dict[str, tuple[str, str] | None] = {}
    for key, places in reading.declared.items():
        finding = places[0].what
        if key[0] != "Finding" or not isinstance(finding, Finding) or not finding.locator:
            continue
        source = sources.get(finding.source)
        if not isinstance(source, Source) or not source.document:
            continue
        if source.document not in texts:
            path = documents.below(folder, source.document)
            texts[source.document] = documents.read(path) if path.exists() else None
        content = texts[source.document]
        if content is None:
            absent.add(source.document)
            continue
        _quote(reading, places[0], source, content)
    return sorted(absent)


def _quote(reading: Reading, one: Declared, source: Source, content: tuple[str, str]) -> None:
    text, sha256 = content
    locator = cast(Finding, one.what).locator
    if locator is None:
        return
    verdict, now = documents.check(text, documents.Place(locator.start, locator.end, locator.sha256))
    if verdict == documents.MOVED:
        reading.reject(
            one, "locator", f"the span at {now} instead of {locator.start}", f"it there in {source.document}"
        )
    elif verdict != documents.HOLDS:
        reading.reject(
            one, "locator", f"a span that is {verdict}", f"the span of the recorded hash in {source.document}"
        )
    elif source.sha256 and source.sha256 != sha256:
        reading.reject(
            one, "source", f"{source.document} with other bytes (sha256 {sha256[:12]}…)", "the recorded file"
        )
    else:
        reading.quotes[one.what.id] = documents.quote(text, locator.start, locator.end)
