"""The named queries: header and text agree, parameters are checked both ways."""

import os
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import catalog, dates
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
        GOOD.replace("MATCH", "// exmaple: party=x\nMATCH"),
        GOOD.replace("STRING", "INTEGER").replace("MATCH", "// example: party=abc\nMATCH"),
        GOOD.replace("STRING", "DATE").replace("MATCH", "// example: party=31.12.2014\nMATCH"),
        "MATCH (n) RETURN n AS a\n// question: Too late?\n// returns: a\n",
    ],
)
def test_a_query_whose_header_and_text_differ_is_refused(content):
    with pytest.raises(InputError, match="query who:"):
        catalog.parse("who", content)


def test_an_example_is_read():
    query = catalog.parse("who", GOOD.replace("MATCH", "// example: party=group:isis\nMATCH"))
    assert query.example == {"party": "group:isis"} and query.rows()["example"] == ["party=group:isis"]


def test_a_comment_of_a_header_may_be_any_and_none_says_why_there_is_no_row():
    query = catalog.parse("who", GOOD.replace("MATCH", "// none: because\n// See https://x.org, all of it\nMATCH"))
    assert query.none == "because"


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
    for bad in ([f"ids=@{tmp_path}/none.json"], ["noequals"], ["=x"], ["ids=1", "ids=1"]):
        with pytest.raises(InputError if "@" in bad[0] else UsageError):
            catalog.parameters(bad)


def test_parameters_are_checked_both_ways():
    query = catalog.parse("who", GOOD)
    assert catalog.check_parameters(query, {"party": "x"}) == {"party": "x"}
    for given_ in ({}, {"party": "x", "more": 1}, {"party": ["x"]}):
        with pytest.raises(UsageError, match="who"):
            catalog.check_parameters(query, given_)


def test_what_is_declared_as_text_stays_so_without_the_quotes_around_it():
    typed = ["a=1e5", "b=true", "c=null", 'd="x"', "e=1e5"]
    assert catalog.parameters(typed, dict.fromkeys("abcd", "STRING")) == {
        "a": "1e5", "b": "true", "c": "null", "d": "x", "e": 100000.0,
    }  # fmt: skip


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_a_date_is_its_first_day_and_that_of_until_its_last(day):
    query = catalog.catalogue()["in-period"]
    for text in (day.isoformat(), f"{day:%Y-%m}", f"{day:%Y}"):
        fit = catalog.check_parameters(query, {"since": text, "until": text})
        period = dates.bounds(text)
        assert fit == {"since": period.earliest, "until": period.latest}
        assert catalog.check_parameters(query, fit) == fit


@pytest.mark.parametrize("bad", ["31.12.2014", "2014-13", "2014/2015", "", "-5", "99999", 2014])
def test_what_is_no_date_is_refused(bad):
    query = catalog.catalogue()["in-period"]
    for given_ in ({"since": bad, "until": "9999"}, {"since": "1000", "until": bad}):
        with pytest.raises(UsageError, match=r"of in-period is"):
            catalog.check_parameters(query, given_)


def test_the_first_day_is_not_after_the_last():
    query = catalog.catalogue()["in-period"]
    for since, until in (("2015", "2014"), ("2014-07", "2014-06"), ("2014-06-02", "2014-06-01")):
        with pytest.raises(UsageError, match=f"since {since} is after until {until}"):
            catalog.check_parameters(query, {"since": since, "until": until})


def test_a_year_has_four_digits():
    query = catalog.parse("who", GOOD.replace("STRING", "YEAR"))
    for year in (1000, 2014, 9999):
        assert catalog.check_parameters(query, {"party": year}) == {"party": year}
    for bad in (-5, 999, 99999, "2014", True, 2014.0):
        with pytest.raises(UsageError, match="a year of four digits"):
            catalog.check_parameters(query, {"party": bad})


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        ("STRING", ["", "x"], [1, None, ["x"]]),
        ("INTEGER", [0, -3, 2**63 - 1, -(2**63)], [1.5, True, "1", 2**63, -(2**63) - 1]),
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
    cypher = "MATCH (n {a: $a, b: $`the b`}) RETURN n"
    assert catalog.choose(cypher, None, ["a=1", "the b=2"]) == (catalog.bare(cypher), {"a": 1, "the b": 2})
    for given_ in (["a=1", "b=2"], ["A=1"]):
        with pytest.raises(UsageError, match="has no parameter"):
            catalog.choose("MATCH (n {a: $a, b: '$b'}) RETURN n // $A", None, given_)


def test_a_named_query_and_a_file_with_a_header_take_their_own_parameters_only(tmp_path):
    query = catalog.catalogue()["suppliers-of"]
    assert catalog.choose("suppliers-of", None, ["party=1"]) == (query, {"party": "1"})
    (tmp_path / "who.cypher").write_text(GOOD)
    assert catalog.choose(None, tmp_path / "who.cypher", ["party=1"]) == (catalog.parse("who", GOOD), {"party": "1"})
    for text, file in (("suppliers-of", None), (None, tmp_path / "who.cypher")):
        with pytest.raises(UsageError, match="has no parameter other"):
            catalog.choose(text, file, ["party=1", "other=2"])
    (tmp_path / "bare.cypher").write_text("RETURN $x AS x")
    assert catalog.choose(None, tmp_path / "bare.cypher", ["x=1"]) == (catalog.bare("RETURN $x AS x"), {"x": 1})
    (tmp_path / "latin.cypher").write_bytes(b"RETURN '\xe9'")
    for file in ("latin.cypher", "none.cypher"):
        with pytest.raises(InputError, match="cannot be read"):
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
    assert catalog.choose("first", None, ["party=x"]) == (catalog.parse("first", GOOD), {"party": "x"})


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("suppliers-of.cypher", GOOD.encode(), "there is a query suppliers-of already"),
        ("Who Gave.cypher", GOOD.encode(), "small letters"),
        ("who.cypher", GOOD.replace("$party", "$other").encode(), "declared or used, but not both"),
        ("who.cypher", b"\xff" + GOOD.encode(), "cannot be read"),
    ],
)
def test_an_unsound_query_of_ones_own_is_named_and_spoils_no_other(own_queries, file, content, said):
    bundled = catalog.named("suppliers-of")
    (own_queries[0] / file).write_bytes(content)
    (own_queries[1] / "second.cypher").write_text(GOOD)
    catalog.catalogue.cache_clear()
    name = file.partition(".")[0]
    assert {"second", "suppliers-of"} <= set(catalog.catalogue()) and catalog.named("suppliers-of") == bundled
    assert set(catalog.unsound()) == {name}
    with pytest.raises(InputError, match=said) as caught:
        catalog.own(own_queries[0] / file)
    assert name in str(caught.value) and str(catalog.unsound()[name]) == str(caught.value)
    if name not in catalog.catalogue():
        with pytest.raises(InputError, match=said):
            catalog.named(name)


def test_of_two_queries_of_a_name_the_first_stands(own_queries):
    for folder, column in zip(own_queries, "ac", strict=True):
        (folder / "who.cypher").write_text(GOOD.replace("a,", f"{column},"))
    assert catalog.named("who").returns == ("a", "b")
    assert "there is a query who already" in str(catalog.unsound()["who"])


def test_a_folder_that_is_not_there_is_said(own_queries):
    own_queries[1].rmdir()
    with pytest.raises(UsageError, match=r"KG_QUERIES names .*ours, which is no folder"):
        catalog.catalogue()
