"""The rules of the house: which room may know what, and that the way in stays cheap."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from kg.commands import application, complete

ROOT = Path(__file__).parents[2]
MODULES = sorted([*ROOT.glob("kg/**/*.py"), *ROOT.glob("loaders/*.py"), ROOT / "cli.py"])


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def users_of(library):
    return {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        if any(name == library or name.startswith(f"{library}.") for name in imports(path))
    }


def passes(code):
    """Run code in a process of its own, which has loaded nothing; fail where it does."""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def test_only_the_store_knows_neo4j():
    assert users_of("neo4j") and all(path.startswith("kg/store/") for path in users_of("neo4j"))


def test_only_the_page_knows_pyvis():
    assert users_of("pyvis") <= {"kg/export/html.py"}


def test_only_commands_know_typer():
    assert users_of("typer") and all(path.startswith("kg/commands/") for path in users_of("typer"))


@pytest.mark.parametrize("room", ["kg/analysis", "loaders", "kg/evidence.py", "kg/dates.py", "kg/network.py"])
def test_pure_rooms_know_neither_store_nor_commands(room):
    paths = [path for path in MODULES if path.relative_to(ROOT).as_posix().startswith(room)]
    assert paths
    for path in paths:
        for name in imports(path):
            assert not name.startswith(("kg.store", "kg.commands", "kg.export", "neo4j", "typer", "rich")), (path, name)


def test_the_program_never_reads_shared():
    for path in [*MODULES, *ROOT.glob("cypher/**/*.cypher"), *ROOT.glob("data/*")]:
        if path.is_file():
            assert "../shared" not in path.read_text(encoding="utf-8"), path


def test_functions_stay_short():
    long = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                docstring = ast.get_docstring(node, clean=False)
                size = node.end_lineno - node.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)
                if size > 50:
                    long.append((size, path.name, node.name))
    assert not long


@pytest.mark.parametrize(
    "heavy", ["neo4j", "networkx", "pyvis", "pydantic", "rich", "rapidfuzz", "IPython", "kg.records"]
)
def test_import_and_help_load_nothing_heavy(heavy):
    code = (
        "import kg, sys\nfrom kg.commands import main\n"
        f"try: main(['--help'])\nexcept SystemExit: pass\nassert {heavy!r} not in sys.modules"
    )
    passes(code)


@pytest.mark.parametrize("heavy", ["pydantic", "rapidfuzz", "rustworkx", "jinja2"])
def test_what_answers_on_a_graph_loads_nothing_that_only_loads_and_pages_need(heavy):
    code = (
        "import sys\nfrom kg.analysis import chokepoints, explain, paths, tracing\n"
        "from kg import catalog, graph, network\n"
        "from kg.commands import complete\ncomplete()\n"
        f"assert {heavy!r} not in sys.modules"
    )
    passes(code)


def test_what_finds_and_prints_an_answer_makes_nothing_that_only_some_need():
    code = (
        "import sys\nfrom kg import graph, output, settings, visible\nfrom kg.store import local\n"
        "settings.load()\nassert 'tomllib' not in sys.modules and not visible._unseen.cache_info().currsize"
    )
    passes(code)


def test_an_answer_takes_no_networkx():
    code = (
        "import sys\nfrom kg.analysis import chokepoints, explain, paths\nfrom kg.network import Projection, walkable\n"
        "from tests.unit.analysis.graphs import records, transfer\n"
        "known = records(transfer('t', 'a', 'b'), transfer('u', 'c', 'd'))\n"
        "assert paths.find(walkable(known, Projection()), ['a'], ['b']).paths\n"
        "assert chokepoints.must_pass(walkable(known, Projection()), None, ['b']).connected\n"
        "assert explain.no_path(known, Projection(), ['a'], ['d']).rows()\nassert 'networkx' not in sys.modules"
    )
    passes(code)


def test_the_command_line_loads_the_driver_without_the_tables_it_could_use():
    code = (
        "import sys\nfrom kg.store import session\nsession.import_driver()\n"
        "assert 'neo4j' in sys.modules and not {'numpy', 'pandas'} & set(sys.modules)\nimport numpy, pandas"
    )
    passes(code)


def test_a_command_is_made_without_the_others_and_is_the_same():
    every = typer.main.get_command(complete()).commands
    assert typer.main.get_command(application(["path", "A", "B"])).commands.keys() == {"path"}
    for other in ([], ["--help"], ["-q", "path"], ["pth"], ["names"]):
        assert application(other) is complete()
    for name in every:
        helps = [CliRunner().invoke(one, [name, "--help"]).output for one in (complete(), application([name]))]
        assert helps[0] == helps[1] and name in helps[0]


def test_a_process_that_ends_leaves_nothing_to_look_through_for_garbage():
    code = (
        "import atexit, gc\natexit.register(lambda: print(len(gc.get_objects()) < 1_000))\n"
        "from kg.commands import main\nmain(['schema', '--format', 'json'])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "True"
