"""The named queries: header and text agree, parameters are checked both ways."""

import os

import pytest

from kg import catalog
from kg.errors import InputError, UsageError

GOOD = """// question: Who?
// parameter: party STRING an id
// returns: a, b
MATCH (n {id: $party}) RETURN 1 AS a, 2 AS b
"""


def test_header_is_read():
    query = catalog.parse("who", GOOD)
    assert (query.question, query.returns, query.parameters) == ("Who?", ("a", "b"), {"party": ("STRING", "an id")})


@pytest.mark.parametrize(
    "content",
    [
        GOOD.replace("$party", "$other"),
        GOOD.replace("// parameter: party STRING an id\n", ""),
        GOOD.replace("STRING", "NUMBER"),
        GOOD.replace("// question: Who?\n", ""),
        GOOD.replace("// returns: a, b\n", ""),
        GOOD.replace("{id: $party}", "{id: '$party'}"),
        GOOD.replace("// returns: a, b\n", "// returns: a, b\n// returns: a\n"),
        GOOD.replace("MATCH", "// parameter: party STRING the same again\nMATCH"),
        GOOD.replace("MATCH", "// example: other=x\nMATCH"),
        "MATCH (n) RETURN n AS a\n// question: Too late?\n// returns: a\n",
    ],
)
def test_a_query_whose_header_and_text_differ_is_refused(content):
    with pytest.raises(InputError, match="query who:"):
        catalog.parse("who", content)


def test_an_example_is_read():
    query = catalog.parse("who", GOOD.replace("MATCH", "// example: party=group:isis\nMATCH"))
    assert query.example == {"party": "group:isis"} and query.rows()["example"] == ["party=group:isis"]


def test_bundled_queries_ask_many_questions_and_give_an_example():
    queries = catalog.catalogue().values()
    assert len({query.question for query in queries}) == len(queries) >= 25
    assert all(query.question.endswith((".", "?")) for query in queries)
    assert all(set(query.example) == set(query.parameters) for query in queries)
    assert len(catalog.checks()) >= 10
    assert all(not query.parameters and len(query.returns) == 2 for query in catalog.checks().values())


def test_parameters_are_typed_where_they_are_json():
    assert catalog.parameters(["a=2014", "b=group:isis", 'c=["x"]', "d=true", "e=", "f=a=b"]) == {
        "a": 2014, "b": "group:isis", "c": ["x"], "d": True, "e": "", "f": "a=b",
    }  # fmt: skip


def test_parameters_come_from_files_too(tmp_path):
    (tmp_path / "ids.json").write_text('["x", "y"]')
    assert catalog.parameters([f"ids=@{tmp_path}/ids.json"]) == {"ids": ["x", "y"]}
    for bad in (f"ids=@{tmp_path}/none.json", "noequals", "=x"):
        with pytest.raises(UsageError):
            catalog.parameters([bad])


def test_parameters_are_checked_both_ways():
    query = catalog.parse("who", GOOD)
    assert catalog.check_parameters(query, {"party": "x"}) == {"party": "x"}
    for given in ({}, {"party": "x", "more": 1}, {"party": ["x"]}):
        with pytest.raises(UsageError, match="who"):
            catalog.check_parameters(query, given)


def test_what_is_declared_as_text_stays_as_it_was_typed():
    given = ["a=1e5", "b=true", "c=null", 'd="x"', "e=1e5"]
    assert catalog.parameters(given, dict.fromkeys("abcd", "STRING")) == {
        "a": "1e5", "b": "true", "c": "null", "d": '"x"', "e": 100000.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        ("STRING", ["", "x"], [1, None, ["x"]]),
        ("INTEGER", [0, -3], [1.5, True, "1"]),
        ("FLOAT", [1, 0.5], [True, "x"]),
        ("BOOLEAN", [True, False], [0, "true"]),
        ("LIST<STRING>", [[], ["x"]], ["x", [1], None]),
    ],
)
def test_every_type_is_checked(type_, good, bad):
    query = catalog.parse("who", GOOD.replace("STRING", type_))
    for value in good:
        assert catalog.check_parameters(query, {"party": value}) == {"party": value}
    for value in bad:
        with pytest.raises(UsageError, match=f"type {type_} was expected"):
            catalog.check_parameters(query, {"party": value})


def test_an_unknown_name_is_no_cypher():
    with pytest.raises(UsageError, match=r"suppliers-of\?"):
        catalog.choose("supplier-of", None, [])
    assert catalog.choose("MATCH (n) RETURN n", None, ["a=1"]) == ("MATCH (n) RETURN n", {"a": 1})


def test_a_named_query_and_a_file_with_a_header_take_their_own_parameters_only(tmp_path):
    text = catalog.catalogue()["suppliers-of"].text
    assert catalog.choose("suppliers-of", None, ["party=1"]) == (text, {"party": "1"})
    (tmp_path / "who.cypher").write_text(GOOD)
    assert catalog.choose(None, tmp_path / "who.cypher", ["party=1"]) == (GOOD, {"party": "1"})
    for text, file in (("suppliers-of", None), (None, tmp_path / "who.cypher")):
        with pytest.raises(UsageError, match="has no parameter other"):
            catalog.choose(text, file, ["party=1", "other=2"])
    (tmp_path / "bare.cypher").write_text("RETURN $x AS x")
    assert catalog.choose(None, tmp_path / "bare.cypher", ["x=1"]) == ("RETURN $x AS x", {"x": 1})
    (tmp_path / "latin.cypher").write_bytes(b"RETURN '\xe9'")
    for file in ("latin.cypher", "none.cypher"):
        with pytest.raises(UsageError, match="cannot be read"):
            catalog.choose(None, tmp_path / file, [])


@pytest.fixture
def own_queries(monkeypatch, tmp_path):
    """Return two folders named by KG_QUERIES."""
    folders = tmp_path / "mine", tmp_path / "ours"
    for folder in folders:
        folder.mkdir()
    monkeypatch.setenv("KG_QUERIES", os.pathsep.join(map(str, folders)))
    catalog.catalogue.cache_clear()
    yield folders
    catalog.catalogue.cache_clear()


def test_own_folders_add_queries(own_queries):
    for folder, name in zip(own_queries, ("first", "second"), strict=True):
        (folder / f"{name}.cypher").write_text(GOOD)
    (own_queries[0] / "notes.txt").write_text("not a query")
    found = catalog.catalogue()
    assert {"first", "second", "suppliers-of"} <= set(found)
    assert catalog.choose("first", None, ["party=x"]) == (GOOD, {"party": "x"})


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("suppliers-of.cypher", GOOD.encode(), "there is a query suppliers-of already"),
        ("Who Gave.cypher", GOOD.encode(), "small letters"),
        ("who.cypher", GOOD.replace("$party", "$other").encode(), "declared or used, but not both"),
        ("who.cypher", b"\xff" + GOOD.encode(), "cannot be read"),
    ],
)
def test_an_unsound_query_of_ones_own_is_named(own_queries, file, content, said):
    (own_queries[0] / file).write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        catalog.catalogue()
    assert file.partition(".")[0] in str(caught.value)
    assert catalog.choose("RETURN 1 AS x", None, []) == ("RETURN 1 AS x", {})


def test_a_folder_that_is_not_there_is_said(own_queries):
    own_queries[1].rmdir()
    with pytest.raises(UsageError, match=r"KG_QUERIES names .*ours, which is no folder"):
        catalog.catalogue()
