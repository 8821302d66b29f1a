"""Files → what they declare: which loader reads them, what they say, what is wrong with it, and the quotes.

Nothing here knows the graph: a declaration is checked by itself, against its namesakes and against its document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, cast

from kg import documents, names
from kg.errors import InputError
from kg.findings import Declared, Finding, Party, Problem, Source
from kg.store.write import Key, key_of

HEAD = 65_536  # bytes of a file shown to loaders to recognise it


class Loader(Protocol):
    """What a module of the entry-point group `kg.loaders` offers: pure, no driver, no printing."""

    TITLE: str
    EXAMPLE: str
    SUFFIXES: tuple[str, ...]

    def recognise(self, path: Path, head: bytes) -> str | None:
        """Return why the file is of this format; None if it is not."""
        ...

    def read(self, path: Path) -> Iterator[Declared | Problem]:
        """Yield what the file declares and what is wrong with it."""
        ...


@dataclass(frozen=True, slots=True)
class File:
    """A file to load: its path, the loader that reads it and why, and the SHA-256 of its bytes."""

    path: Path
    loader: str
    reason: str
    sha256: str

    @property
    def name(self) -> str:
        """The name under which the graph knows it."""
        return self.path.name


def loaders() -> dict[str, Loader]:
    """Return the source formats known, by name."""
    found = entry_points(group="kg.loaders")
    return {entry.name: cast(Loader, entry.load()) for entry in sorted(found, key=lambda entry: entry.name)}


def find_files(paths: Sequence[Path], loader: str | None = None) -> tuple[list[File], list[str]]:
    """Return the files to load, and the names of files in folders that no loader knows.

    Raise `InputError` for a path that is absent, a named file that no loader knows, or one name twice.
    """
    known = loaders()
    if loader is not None and loader not in known:
        raise InputError(f"there is no loader {loader!r}: known are {', '.join(known)}.")
    files: list[File] = []
    skipped: list[str] = []
    for path in paths:
        if not path.exists():
            raise InputError(f"{path} does not exist: name a file or folder to load.")
        inside = (
            sorted(one for one in path.rglob("*") if one.is_file() and one.name[0] not in "._")
            if path.is_dir()
            else [path]
        )
        for one in inside:
            file = _recognise(one, known, loader)
            if file:
                files.append(file)
            elif path.is_dir():
                skipped.append(one.name)
            else:
                raise InputError(f"{one} is of no format known: see `kg loaders`, or name one with --loader.")
    twice = sorted({file.name for file in files if sum(file.name == other.name for other in files) > 1})
    if twice:
        raise InputError(f"two files are called {twice[0]}: rename one, since the graph knows files by name.")
    if not files:
        raise InputError(f"{', '.join(map(str, paths))} holds no file of a known format: see `kg loaders`.")
    return sorted(files, key=lambda file: file.name), skipped


def _recognise(path: Path, known: Mapping[str, Loader], wanted: str | None) -> File | None:
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise InputError(f"{path} cannot be read ({problem.strerror}): check its permissions.") from problem
    for name, loader in known.items():
        if wanted is not None:
            reason = "named with --loader" if name == wanted else None
        else:
            reason = loader.recognise(path, content[:HEAD]) if path.suffix.lower() in loader.SUFFIXES else None
        if reason:
            return File(path, name, reason, documents.sha256(content))
    return None


@dataclass(slots=True)
class Reading:
    """What the files of a load declare, by key, with all places; and what is wrong."""

    declared: dict[Key, list[Declared]] = field(default_factory=lambda: defaultdict(list))
    problems: list[Problem] = field(default_factory=list)
    quotes: dict[str, documents.Quote] = field(default_factory=dict)  # by finding

    def reject(self, one: Declared, where: str, found: str, expected: str) -> None:
        """Note a problem with a declaration."""
        self.problems.append(Problem(one.file, one.line, where, found, expected, one.what.id))

    def copy(self) -> Reading:
        """Return a copy whose lists may be changed."""
        declared = defaultdict(list, {key: list(places) for key, places in self.declared.items()})
        return Reading(declared, list(self.problems), dict(self.quotes))

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


def read(files: Sequence[File], on_file: Callable[[str], None] = lambda name: None) -> Reading:
    """Read all files. Every declaration is checked by itself and against its namesakes; none against the graph."""
    known, reading = loaders(), Reading()
    for file in files:
        on_file(file.name)
        entries = 0
        for one in known[file.loader].read(file.path):
            entries += 1
            if isinstance(one, Problem):
                reading.problems.append(one)
            else:
                reading.declared[key_of(one.what)].append(one)
        if not entries:
            reading.problems.append(Problem(file.name, 1, "", "nothing declared", "at least one declaration"))
    for places in reading.declared.values():
        _compare_namesakes(reading, places)
    return reading


def _compare_namesakes(reading: Reading, places: Sequence[Declared]) -> None:
    first = places[0]
    for other in places[1:]:
        where = f"{first.file}:{first.line}"
        if other.file == first.file:
            reading.reject(other, "id", f"{other.what.id} a second time", f"each id once (first at {where})")
        elif other.what != first.what:
            reading.reject(other, "id", f"{other.what.id} with other content than at {where}", "the same content")
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
