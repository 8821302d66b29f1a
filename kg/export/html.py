"""Write a picture of parties and transfers as one sealed HTML file that carries its evidence, and read it back.

The page needs no network and makes none: script, style and data are in the file, its Content-Security-Policy allows
nothing else, and it writes text nodes only, so that it also holds with the policy taken out. pyvis is the builder of
nodes and edges; its own template and output, which load from hosts and run what names contain, are not used.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from html.parser import HTMLParser
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Literal

import jinja2
from markupsafe import Markup
from pyvis.network import Network

from kg import files
from kg.errors import InputError, NothingFoundError, UsageError, VerificationError
from kg.export import layout, page_data
from kg.export.flow import flow
from kg.export.force import force as force_layout
from kg.records import Party, Records, Relation
from kg.visible import visible_on_page

MOST_PARTIES = 10_000
MOST_TRANSFERS = 30_000
DRAWN = 300
MOST_DRAWN = 1_500
WARN_BYTES = 7_000_000
MOST_BYTES = 15_000_000

_PLAIN_BYTES = 1_500_000
_STATIC_ROWS = 1_000
_STATIC_SOURCES = 200
_SCRIPTS = (
    "text.js",
    "data.js",
    "looks.js",
    "drawing.js",
    "labels.js",
    "routes.js",
    "vector.js",
    "picture.js",
    "filters.js",
    "custody.js",
    "ways.js",
    "search.js",
    "findings.js",
    "evidence.js",
    "table.js",
    "outputs.js",
    "main.js",
)
_NARROWER = "narrow it by --around, by --from and --to, or by --query"

Evidence = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Picture:
    """What a page shows.

    `findings`, `sources`, `origins` and `organisations` map ids to the keys of the native findings file; a finding
    may have its `quote` besides. Those that no relation leads to stay out of the file. `columns` gives the column of
    a party (hops from the supplier) in the flow layout. A path is the ids of its parties or of its relations in
    order. `chokepoints` are ids of parties and transfers, `chokepoint_territories` sets of country ids, each with the
    paths it is on in words, `diversion_points` relation ids. `certificates` hold by the id of a chokepoint (of a set
    of territories the ids, with spaces between) the origins it `hangsOn`, the relation ids of a path that shows that
    there is one (`witness`) and id and name of all whom the suppliers reach without it (`reached`; None where a search
    is the proof). `notes` are sentences shown on top: cut notices and caveats. `bands` draws the territories behind
    the parties of a flow.
    """

    title: str
    records: Records
    findings: Evidence = field(default_factory=dict)
    sources: Evidence = field(default_factory=dict)
    origins: Evidence = field(default_factory=dict)
    organisations: Evidence = field(default_factory=dict)
    projection: Mapping[str, Any] = field(default_factory=dict)
    layout: Literal["flow", "force"] = "force"
    columns: Mapping[str, int] = field(default_factory=dict)
    paths: Sequence[Sequence[str]] = ()
    chokepoints: frozenset[str] = frozenset()
    chokepoint_territories: tuple[tuple[tuple[str, ...], str], ...] = ()
    certificates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    diversion_points: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    date: str | None = None
    handling: str | None = None
    bands: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A page as written: bytes, parties and transfers in it, parties drawn at first, and the digest of its data.

    `sha256` is that of the data as the page's header shows it; `notes` says what the user should know of the file.
    """

    path: Path
    bytes: int
    parties: int
    transfers: int
    drawn: int
    sha256: str
    notes: tuple[str, ...] = ()


class _Ids(dict[str, None]):
    """Node ids in order with constant-time look-up, in place of the list in which pyvis searches."""

    def append(self, id_: str) -> None:
        self[id_] = None


class _Builder(Network):
    """pyvis as the builder of nodes, edges and options; the page around them is ours."""

    def __init__(self, drawn_edges: int) -> None:
        super().__init__(directed=True, cdn_resources="in_line")  # type: ignore[no-untyped-call]
        self.node_ids = _Ids()  # type: ignore[assignment]
        moving = drawn_edges > 150
        self.options = {  # type: ignore[assignment]
            "autoResize": True,
            "physics": False,
            "layout": {"improvedLayout": False, "randomSeed": 1},
            "interaction": {
                "hover": True,
                "keyboard": False,
                "multiselect": False,
                "selectConnectedEdges": False,
                "hoverConnectedEdges": False,
                "hideEdgesOnDrag": moving,
                "hideEdgesOnZoom": moving,
            },
        }
        self.page: dict[str, Any] = {}

    def add_party(self, id_: str, kind: str, **values: object) -> None:
        """Add a node; its look is the page's matter."""
        self.add_node(id_, shape="custom", group=kind, **values)  # type: ignore[no-untyped-call]

    def add_transfer(self, start: str, end: str, **values: object) -> None:
        """Add an edge, also beside others between the same two parties."""
        self.add_edge(start, end, **values)  # type: ignore[no-untyped-call]

    def generate_html(self, name: str = "index.html", local: bool = True, notebook: bool = False) -> str:
        """Return the page: our template around the data of this network."""
        return _template().render(self.page)


def write(path: Path, picture: Picture, *, force: bool = False) -> Written:
    """Write the picture as one HTML file at `path`, in one step: a failure leaves an older file as it was.

    Raise `NothingFoundError` when there is no party to draw and `UsageError` when the picture is above the limits of a
    page (10,000 parties, 30,000 transfers, 15 MB unless `force`) or the path cannot be written.
    """
    builder, places, digest = _filled(picture)
    content = builder.generate_html().encode("utf-8")
    if len(content) > MOST_BYTES and not force:
        raise UsageError(
            f"The page would have {len(content) / 1e6:.1f} MB, more than {MOST_BYTES // 1_000_000} MB: {_NARROWER}, "
            "or write it all the same with --force."
        )
    notes: tuple[str, ...] = ()
    if len(content) > WARN_BYTES:
        notes = (f"The page has {len(content) / 1e6:.1f} MB; mail filters may refuse it.",)
    files.write_bytes(path, content)
    return Written(path, len(content), len(builder.nodes), len(builder.edges), len(places.spots), digest, notes)


def text(picture: Picture) -> str:
    """Return the page as text, within the limits of `write`, for a place that is no file."""
    builder, _, _ = _filled(picture)
    return builder.generate_html()


def _filled(picture: Picture) -> tuple[_Builder, layout.Layout, str]:
    """Return the builder with the page in it, the places of what is drawn, and the digest of the data."""
    _check_limits(picture)
    builder, places = _built(picture)
    data = _data(picture, builder, places)
    data["around"] = _around(_template().render(_page(picture, data, "", "")))
    plain = page_data.json_text(data)
    digest = hashlib.sha256(plain.encode("utf-8")).hexdigest()
    builder.page = _page(picture, data, plain, digest)
    return builder, places, digest


_NOSCRIPT = re.compile("<noscript>(.*?)</noscript>", re.DOTALL)
_BLANK = re.compile("[ \t\n\r\f]+")
_UNHEARD = ("script", "style", "noscript", "head")


class _Said(HTMLParser):
    """Collects what a page says of its own, as `textAround` in data.js: not what its script writes."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self._inside: list[tuple[str, bool]] = []  # open elements, and whether what they hold counts
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            counts = tag not in _UNHEARD and not any(name == "data-live" for name, _ in attrs)
            self._inside.append((tag, counts and all(one for _, one in self._inside[-1:])))

    def handle_endtag(self, tag: str) -> None:
        while any(tag == one for one, _ in self._inside) and self._inside.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        # The title stands in the head, of which nothing else counts.
        if self._inside and (self._inside[-1][1] or self._inside[-1][0] == "title"):
            self.texts.append(data)


_VOID = ("meta", "link", "input", "br", "hr", "img")


def _around(page: str) -> str:
    """Return the digest of what a page says around its data: title, notices, caveats, credits, what is for readers
    without scripts. The data hold it, so that their own digest seals it too."""
    unscripted = _NOSCRIPT.search(page)
    said = "".join((*_Said(page).texts, "\0", unscripted[1] if unscripted else ""))
    return hashlib.sha256(_BLANK.sub("", said).encode("utf-8")).hexdigest()


_DATA = re.compile(r'<script type="application/(json|gzip)" id="data">([^<]*)</script>')
_DIGEST = re.compile(r'<meta name="kg-data-sha256" content="([0-9a-f]{64})">')


def read_back(path: Path) -> dict[str, Any]:
    """Return the data that a page holds, checked against its digest, and the text around it against theirs.

    Raise `InputError` when the file cannot be read or is no such page, `VerificationError` when its data or the text
    around them was changed.
    """
    try:
        content = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
        raise InputError(f"{path} cannot be read as a page ({why}): give a file that kg export wrote.") from problem
    block, digest = _DATA.search(content), _DIGEST.search(content)
    if not block or not digest:
        raise InputError(f"{path} holds no data of a page: give an HTML file that kg export wrote.")
    try:
        raw = block[2].encode("utf-8")
        raw = gzip.decompress(base64.b64decode(raw, validate=True)) if block[1] == "gzip" else raw
        data: dict[str, Any] = json.loads(raw)
    except (ValueError, OSError, EOFError) as problem:
        raise VerificationError(
            f"The data in {path} is damaged: get the file again from whoever wrote it."
        ) from problem
    if hashlib.sha256(raw).hexdigest() != digest[1]:
        raise VerificationError(f"The data in {path} was changed after it was written: do not rely on this file.")
    if "around" in data and data["around"] != _around(content):
        raise VerificationError(
            f"The data in {path} is as it was written, but the text around it was changed: do not rely on this file."
        )
    return data


def _check_limits(picture: Picture) -> None:
    parties = len(picture.records.parties)
    transfers = sum(relation.is_transfer for relation in picture.records.relations)
    if not parties:
        raise NothingFoundError("There is no party to draw: widen the selection, or load findings first.")
    if parties > MOST_PARTIES or transfers > MOST_TRANSFERS:
        raise UsageError(
            f"{parties:,} parties and {transfers:,} transfers are more than a page holds ({MOST_PARTIES:,} and "
            f"{MOST_TRANSFERS:,}): {_NARROWER}."
        )
    _check_references(picture.records)


def _check_references(records: Records) -> None:
    """Raise `ValueError` where a relation is there twice or names what the records do not hold."""
    seen: set[str] = set()
    for one in records.relations:
        if one.id in seen:
            raise ValueError(f"the relation {one.id} is given twice")
        seen.add(one.id)
        ends = records.parties if one.is_transfer else records.items
        if one.start not in records.parties or one.end not in ends:
            raise ValueError(f"the relation {one.id} has an end that is not in the records")


def _built(picture: Picture) -> tuple[_Builder, layout.Layout]:
    """Return the builder with all parties and transfers, and the places of those that are drawn at first."""
    parties = picture.records.parties
    transfers = sorted((one for one in picture.records.relations if one.is_transfer), key=lambda one: one.id)
    ranked = _ranked(picture, transfers)
    drawn = set(ranked[:DRAWN])
    names = {id_: visible_on_page(_short_name(parties[id_])) for id_ in ranked}
    ends = {one.id: (one.start, one.end) for one in transfers}
    inside = {id_: pair for id_, pair in ends.items() if drawn.issuperset(pair)}
    places = _places(picture, {id_: names[id_] for id_ in drawn}, inside)
    builder = _Builder(len(inside))
    for id_ in ranked:
        values = page_data.record_values(parties[id_])
        del values["id"]
        spot = places.spots.get(id_)
        if spot:
            values |= {"x": spot.x, "y": spot.y, "side": spot.side}
        lines = spot.lines if spot else layout.label_lines(names[id_])
        builder.add_party(id_, values.pop("kind"), label="\n".join(lines), **values)
    for one in transfers:
        values = page_data.record_values(one)
        builder.add_transfer(values.pop("start"), values.pop("end"), bend=places.bends.get(one.id, 0), **values)
    return builder, places


def _short_name(party: Party) -> str:
    """Return the name for the picture, where a hollow glyph says already that a party is unnamed."""
    return party.name.removesuffix(" (unnamed)") if party.placeholder or party.collective else party.name


def _ranked(picture: Picture, transfers: Iterable[Relation]) -> list[str]:
    """Return party ids by importance: on a path or a chokepoint first, then by number of transfers and origins."""
    first = {*picture.chokepoints, *(id_ for path in picture.paths for id_ in path)}
    weight = dict.fromkeys(picture.records.parties.keys() - page_data.only_named(picture.records).keys(), 0)
    for one in transfers:
        for end in {one.start, one.end}:
            weight[end] += 2 + min(len(one.origin_ids), 4)
            if one.id in first:
                first.add(end)
    return sorted(weight, key=lambda id_: (id_ not in first, -weight[id_], id_))


def _places(picture: Picture, names: Mapping[str, str], ends: Mapping[str, tuple[str, str]]) -> layout.Layout:
    if picture.layout == "force":
        return force_layout(names, ends)
    parties = picture.records.parties
    territories = {id_: parties[id_].territories for id_ in names if parties[id_].territories}
    return flow(names, ends, picture.columns, territories if picture.bands else None)


def _data(picture: Picture, builder: _Builder, places: layout.Layout) -> dict[str, Any]:
    """Return what the data block holds; its keys are those that the page's script reads."""
    records = picture.records
    return {
        "format": 1,
        "title": picture.title,
        "date": picture.date,
        "handling": picture.handling,
        "layout": picture.layout,
        "projection": page_data.plain(picture.projection),
        "notes": page_data.notes(picture.notes),
        "mostDrawn": MOST_DRAWN,
        "nodes": builder.nodes,
        "edges": builder.edges,
        "options": builder.options,
        "names": page_data.only_named(records),
        "items": {id_: page_data.record_values(item) for id_, item in records.items.items()},
        "possessions": [page_data.record_values(one) for one in _possessions(picture)],
        **page_data.evidence(picture),
        "paths": page_data.paths(picture),
        "chokepoints": sorted(picture.chokepoints),
        "chokepointTerritories": [
            {"territories": list(ids), "wording": wording} for ids, wording in picture.chokepoint_territories
        ],
        "certificates": {what: dict(proof) for what, proof in sorted(picture.certificates.items())},
        "diversionPoints": sorted(picture.diversion_points),
        "bands": [asdict(band) for band in places.bands],
    }


def _possessions(picture: Picture) -> list[Relation]:
    return sorted((one for one in picture.records.relations if not one.is_transfer), key=lambda one: one.id)


def _page(picture: Picture, data: Mapping[str, Any], text: str, digest: str) -> dict[str, Any]:
    """Return what the template fills in: scripts and style with their hashes, data, and the page without scripts."""
    styles, scripts = (_resource("page.css"), _sheet_mark(picture.handling)), (_library(), _script())
    packed = text
    if large := len(text) > _PLAIN_BYTES:
        packed = base64.b64encode(gzip.compress(text.encode("utf-8"), 6, mtime=0)).decode("ascii")
    relations = sorted(picture.records.relations, key=lambda one: (not one.is_transfer, one.start, one.end, one.id))
    sources = [data["sources"][id_] for id_ in sorted(data["sources"])]
    return {
        "picture": picture,
        "notes": data["notes"],
        "projection": [(name, page_data.words(value)) for name, value in picture.projection.items()],
        "policy": _policy(styles, scripts),
        "styles": [Markup(one) for one in styles],
        "scripts": [Markup(one) for one in scripts],
        "data_kind": "gzip" if large else "json",
        "data": Markup(packed),
        "digest": digest,
        "version": metadata.version("weapons-supply-kg"),
        "parties": len(data["nodes"]),
        "transfers": len(data["edges"]),
        "rows": [page_data.summary(one, picture) for one in relations[:_STATIC_ROWS]],
        "relations": len(relations),
        "credits": sources[:_STATIC_SOURCES],
        "more_credits": max(0, len(sources) - _STATIC_SOURCES),
    }


def _sheet_mark(handling: str | None) -> str:
    """Return the style that prints the handling code on top of every sheet of paper."""
    text = "".join(
        one if one.isascii() and one.isalnum() else f"\\{ord(one):x} " for one in visible_on_page(handling or "")
    )
    return f'@page {{ @top-center {{ content: "{text}"; font: 700 9pt sans-serif; }} }}\n'


def _policy(styles: Iterable[str], scripts: Iterable[str]) -> str:
    """Return the Content-Security-Policy: these scripts and styles by their hashes, and nothing from anywhere."""

    def hashes(texts: Iterable[str]) -> str:
        return " ".join(
            f"'sha256-{base64.b64encode(hashlib.sha256(one.encode('utf-8')).digest()).decode('ascii')}'"
            for one in texts
        )

    return (
        f"default-src 'none'; script-src {hashes(scripts)}; style-src {hashes(styles)}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _resource(name: str) -> str:
    return (resources.files("kg.export.templates") / name).read_text(encoding="utf-8").replace("\r\n", "\n")


@cache
def _script() -> str:
    """Return the page's own script: its parts in order, in one scope of their own."""
    return '"use strict";\n(() => {\n' + "\n".join(_resource(name) for name in _SCRIPTS) + "})();\n"


@cache
def _library() -> str:
    """Return vis-network 9.1.2 as pyvis carries it, without the address of a source map that a browser would fetch."""
    file = resources.files("pyvis") / "lib" / "vis-9.1.2" / "vis-network.min.js"
    text = file.read_text(encoding="utf-8").replace("\r\n", "\n")
    return re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.DictLoader({"page.html.j2": _resource("page.html.j2")}),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["visible"] = visible_on_page
    return environment.get_template("page.html.j2")
