"""Where things are: environment (`KG_…`) over `kg.toml` in the working folder or in KG_HOME.

Flags are the commands' business and win over both. A password comes from the environment or a file, never from an
argument.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kg.errors import UsageError

_KEYS = {
    "neo4j_uri": "KG_NEO4J_URI",
    "neo4j_user": "KG_NEO4J_USER",
    "neo4j_password": "KG_NEO4J_PASSWORD",
    "neo4j_database": "KG_NEO4J_DATABASE",
    "neo4j_ca": "KG_NEO4J_CA",
    "home": "KG_HOME",
    "cache": "KG_CACHE",
    "queries": "KG_QUERIES",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings in force.

    `neo4j_uri` is None when the local Neo4j is to be used. `neo4j_ca` is a file (PEM) of the certificates that vouch
    for the server's own; None stands for the system's. `home` holds the local server's data, configuration and
    password; `cache` holds the downloaded artifacts and may be shared by many homes.
    """

    home: Path
    cache: Path
    neo4j_uri: str | None = None
    neo4j_user: str = "neo4j"
    neo4j_password: str | None = field(default=None, repr=False)
    neo4j_database: str | None = None
    neo4j_ca: Path | None = None
    queries: tuple[Path, ...] = ()


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    import tomllib

    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path} is not valid TOML ({problem}): correct it or move it away.") from problem
    unknown = sorted(set(values) - set(_KEYS))
    if unknown:
        raise UsageError(f"{path} sets {', '.join(unknown)}, which is not known; known are {', '.join(sorted(_KEYS))}.")
    for key, value in values.items():
        if not isinstance(value, str):
            raise UsageError(f"{path} sets {key} to {value!r}: a text in quotes was expected.")
    return values


def load(environ: dict[str, str] | None = None, working_folder: Path | None = None) -> Settings:
    """Return the settings in force. Raise `UsageError` when a `kg.toml` is unreadable or sets an unknown key."""
    import platformdirs

    env = dict(os.environ if environ is None else environ)
    here = _read_toml((working_folder or Path.cwd()) / "kg.toml")
    home = Path(
        env.get("KG_HOME") or here.get("home") or platformdirs.user_data_dir("weapons-supply-kg", appauthor=False)
    ).expanduser()
    values = {**_read_toml(home / "kg.toml"), **here}
    values.update({key: env[name] for key, name in _KEYS.items() if env.get(name)})
    if "@" in urlsplit(values.get("neo4j_uri", "")).netloc:
        raise UsageError(
            "KG_NEO4J_URI holds a user or password, which would be shown: give them by KG_NEO4J_USER and "
            "KG_NEO4J_PASSWORD."
        )
    cache = values.get("cache") or platformdirs.user_cache_dir("weapons-supply-kg", appauthor=False)
    return Settings(
        home=home.absolute(),
        cache=Path(cache).expanduser().absolute(),
        neo4j_uri=values.get("neo4j_uri"),
        neo4j_user=values.get("neo4j_user", "neo4j"),
        neo4j_password=values.get("neo4j_password"),
        neo4j_database=values.get("neo4j_database"),
        neo4j_ca=Path(values["neo4j_ca"]).expanduser().absolute() if values.get("neo4j_ca") else None,
        queries=tuple(Path(part).expanduser() for part in values.get("queries", "").split(os.pathsep) if part),
    )
