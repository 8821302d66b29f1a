"""Pictures of answers: what a page of paths, chokepoints, edges or a selection shows; and a page inside a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from kg import schema
from kg.export import html, selection
from kg.export.html import Picture
from kg.export.selection import Selection, keys, on_way, subset

if TYPE_CHECKING:
    from kg.analysis.chokepoints import ChokepointAnswer
    from kg.analysis.paths import PathAnswer
    from kg.analysis.strict import StrictAnswer
    from kg.analysis.territory import TerritoryAnswer
    from kg.answers import CypherAnswer
    from kg.graph import Graph
    from kg.network import Projection
    from kg.records import Relation

CELL_HEIGHT = 640  # pixels


def cell(picture: Picture) -> str:
    """Return a picture for the cell of a notebook: its page, sealed in a frame that reaches nothing of the notebook."""
    page = escape(html.text(picture), quote=True)
    return (
        f'<iframe sandbox="allow-scripts allow-downloads" title="{escape(picture.title, quote=True)}" srcdoc="{page}" '
        f'style="width:100%;height:{CELL_HEIGHT}px;border:1px solid #d9dce1"></iframe>'
    )


def of_selection(graph: Graph, chosen: Selection, *, flow: bool = False) -> Picture:
    """Return the picture of a selection, laid out by force or, as it leads from suppliers to end users, as a flow."""
    from kg.network import Projection

    return _picture(
        graph,
        chosen.records.relations,
        nodes=() if chosen.whole else tuple(chosen.records.parties),
        title=chosen.title,
        layout="flow" if flow else "force",
        projection=Projection().describe() if flow else {},
        notes=chosen.chosen,
    )


def of_query(graph: Graph, query: str, answer: CypherAnswer) -> Picture:
    """Return the picture of what the rows of a query name, laid out by force."""
    return of_selection(graph, selection.of_query(graph, query, answer))


def of_edges(graph: Graph, edges: Sequence[Relation], title: str, *, flow: bool = True) -> Picture:
    """Return the picture of edges, laid out as a flow from suppliers to end users or, as a whole graph, by force."""
    return _picture(graph, edges, title=title, layout="flow" if flow else "force")


def of_paths(graph: Graph, answer: PathAnswer) -> Picture:
    """Return the picture of paths, laid out as a flow from suppliers to end user."""
    chosen = {one.id for path in answer.paths for hop in path.hops for one in (hop.transfer, *hop.parallel)}
    chosen |= {one.id for path in answer.paths for one in path.needed}
    between = f"{', '.join(map(graph.name, answer.starts))} to {', '.join(map(graph.name, answer.ends))}"
    return _picture(
        graph,
        [edge for edge in graph.records.relations if edge.id in chosen],
        title=f"Paths from {between}",
        layout="flow",
        paths=tuple(path.parties for path in answer.paths),
        diversion_points=frozenset(
            path.hops[path.diversion - 1].transfer.id for path in answer.paths if path.diversion is not None
        ),
        projection=answer.projection,
        notes=answer.cut,
    )


def of_chokepoints(
    graph: Graph,
    answer: ChokepointAnswer | StrictAnswer | TerritoryAnswer,
    asked: Projection | None,
) -> Picture:
    """Return the picture of all transfers between suppliers and end users, the chokepoints marked."""
    edges = on_way(graph.network(asked), answer.starts, answer.ends)
    rows = answer.rows()
    territories = tuple((tuple(row["territories"]), row["wording"]) for row in rows if "wording" in row)
    return _picture(
        graph,
        edges,
        title=f"Chokepoints on the way to {', '.join(map(graph.name, answer.ends))}",
        layout="flow",
        chokepoints=frozenset(row["id"] for row in rows if "id" in row),
        chokepoint_territories=territories,
        certificates={" ".join(row["territories"]) if "wording" in row else row["id"]: row for row in rows},
        bands=bool(territories),
        projection=answer.projection,
        notes=answer.notes,
    )


def _picture(graph: Graph, edges: Sequence[Relation], **settings: Any) -> Picture:  # noqa: ANN401 - of a picture
    named = sorted({name for edge in edges for name in edge.findings})
    findings = graph.findings([*named, *graph.opponents(named)])
    records = subset(graph.records, edges, settings.pop("nodes", ()))
    projection: Mapping[str, Any] = settings.pop("projection", {})
    proofs: Mapping[str, Mapping[str, Any]] = settings.pop("certificates", {})
    reached = {name for proof in proofs.values() for name in proof["reached"] or ()}
    return Picture(
        records=records,
        findings=findings,
        sources=graph.sources,
        origins=graph.origins,
        organisations=graph.organisations,
        projection=projection,
        notes=(*graph.left_out, *settings.pop("notes", ())),
        handling=graph.handling(
            keys(Selection("", records), {"findings": findings}) | {(schema.PARTY_LABEL, name) for name in reached}
        ),
        certificates={
            what: {
                "hangsOn": proof["hangs_on"],
                "witness": proof["witness"],
                "reached": proof["reached"] and [{"id": name, "name": graph.name(name)} for name in proof["reached"]],
            }
            for what, proof in proofs.items()
        },
        **settings,
    )
