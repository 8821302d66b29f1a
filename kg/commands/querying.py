"""`kg query`, `kg queries`, `kg schema`: Cypher, read-only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.commands.options import FormatOption, connected, show, wanted_format

if TYPE_CHECKING:
    from kg.answers import CypherAnswer
    from kg.catalog import Query
    from kg.graph import Graph
    from kg.output import Answer


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(query)
    app.command()(queries)
    app.command("schema")(print_schema)


def query(
    text: Annotated[str | None, typer.Argument(metavar="NAME|CYPHER", help="A query of kg queries, or Cypher.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the query from a file.")] = None,
    parameters: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="KEY=VALUE", help="A parameter. May be repeated.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=0.001, help="Seconds after which it is given up.")] = 30.0,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows at most.")] = 1000,
    html: Annotated[Path | None, typer.Option("--html", help="Write what the rows name as a page, too.")] = None,
    handling: Annotated[
        str | None,
        typer.Option("--handling", metavar="CODE", help="Leave findings above it out of the page; rows stay as asked."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write the page even where it gets very large.")] = False,
    format_: FormatOption = None,
) -> None:
    """Run a query of the catalogue or your own, read-only.

    Example: kg query suppliers-of -p party=group:isis
    """
    from kg import catalog
    from kg.errors import NothingFoundError, UsageError

    if (text is None) == (file is None):
        raise UsageError("give either a query (a name or Cypher) or --file FILE.")
    asked, values = catalog.choose(text, file, parameters or [])
    with connected(handling) as graph:
        answer = catalog.ask(graph, asked, values, timeout=timeout, limit=limit)
        no_page = None
        if html is not None:
            from kg.commands.exporting import write_page
            from kg.export import pages

            try:
                write_page(graph, pages.of_query(graph, text or str(file), answer), html, force=force)
            except NothingFoundError as problem:  # the rows are an answer all the same
                no_page = NothingFoundError(f"{html} was not written: {problem}")
        show(_shown(graph, answer, format_), format_)
        if no_page:
            raise no_page


def _shown(graph: Graph, answer: CypherAnswer, format_: FormatOption) -> Answer:
    """Return the rows of a query, for people with nodes, relationships and paths in words."""
    from kg.output import Answer, cell_text
    from kg.store.values import words

    names = graph.names_of(answer) if wanted_format(format_) == "table" else {}

    def cell(value: Any) -> str:  # noqa: ANN401 - any plain value
        return cell_text(words(value, names))

    columns, cut = {name: name for name in answer.columns}, answer.cut_by(": raise --limit for more")
    kept_to = (f"The rows are as asked, whatever their handling code: only the page keeps to {graph.ceiling}.",)
    notes = (*cut, *(kept_to if graph.ceiling else ()), *answer.notes)
    return Answer(answer.rows(), columns, notes, cell=cell)


def queries(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Print this query in full.")] = None,
    check: Annotated[
        list[Path] | None,
        typer.Option("--check", metavar="FILE", help="Check a query of your own instead. May be repeated."),
    ] = None,
    format_: FormatOption = None,
) -> None:
    """List the named queries with their question and parameters, print one in full, or check one of your own.

    In full it is its file: the question, parameters, columns and example, and the Cypher, as Neo4j Browser takes it.
    Checked are the header, its parameters both ways, its example, its columns, and that the server would only read for
    it. Name the folder of your queries with KG_QUERIES to have them listed.

    Example: kg queries suppliers-of
    """
    from kg import catalog
    from kg.errors import UsageError
    from kg.output import Answer

    if name and check:
        raise UsageError("give either the name of a query or --check FILE.")
    if name:
        _show_query(catalog.named(name), format_)
        return
    if check:
        found = [catalog.own(path, check[:number]) for number, path in enumerate(check)]
        with connected() as graph:
            for one in found:
                catalog.check(one, graph.database)
        notes = [f"{', '.join(one.name for one in found)}: header and query agree, and the query only reads."]
    else:
        found = list(catalog.catalogue().values())
        notes = [f"Left out: {problem}" for problem in catalog.unsound().values()]
    columns = {"name": "name", "question": "question", "parameters": "parameters"}
    show(Answer([one.rows() for one in found], columns, notes), format_)


def _show_query(query: Query, format_: FormatOption) -> None:
    from kg.output import Answer
    from kg.visible import visible

    given = "".join(f" -p '{name}={value}'" for name, value in query.example.items())
    notes = [f"Run it with: kg query {query.name}{given}"] if given or not query.parameters else []
    lines = [visible(line) for line in query.text.strip().splitlines()]
    row = {**query.rows(), "cypher": query.text}
    show(Answer([row], notes=notes, draw=lambda console: console.print("\n".join(lines), soft_wrap=True)), format_)


def print_schema(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[findings|style]", help="findings: the JSON Schema of the file; style: for Neo4j Browser."
        ),
    ] = None,
    format_: FormatOption = None,
) -> None:
    """Print the graph's schema with the direction of each arrow, the JSON Schema of the findings file, or a style.

    The style is a file to drop on the window of Neo4j Browser; that of `kg up --browser` has it already.

    Example: kg schema findings > findings.schema.json
    """
    import json

    from kg import schema
    from kg.errors import UsageError
    from kg.output import Answer

    if what == "findings":
        from kg.findings import FindingsFile

        typer.echo(json.dumps(FindingsFile.model_json_schema(), indent=2))
        return
    if what == "style":
        from kg.looks import grass

        typer.echo(grass(), nl=False)
        return
    if what is not None:
        raise UsageError(f"there is no schema {what!r}: give `findings`, `style`, or nothing for that of the graph.")
    rows = [
        {"kind": "node", "name": kind.label, "shape": f"(:{':'.join(kind.labels)})", "meaning": kind.meaning,
         "properties": [one.name for one in kind.properties]}
        for kind in schema.NODE_KINDS
    ] + [
        {"kind": "relationship", "name": kind.type, "shape": kind.shape, "meaning": kind.meaning,
         "properties": [one.name for one in kind.properties]}
        for kind in schema.RELATIONSHIP_KINDS
    ]  # fmt: skip
    notes = ["SUPPLIED, DIVERTED and CAPTURED point the way the materiel moves; CAPTURED from loser to captor."]
    show(Answer(rows, {"shape": "shape", "meaning": "meaning", "properties": "properties"}, notes), format_)
