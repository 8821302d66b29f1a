"""The named queries: header and text agree, parameters are checked both ways."""

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
    ],
)
def test_a_query_whose_header_and_text_differ_is_refused(content):
    with pytest.raises(InputError, match="query who:"):
        catalog.parse("who", content)


def test_bundled_queries_parse_and_check_queries_take_no_parameters():
    assert len(catalog.catalogue()) >= 6
    assert catalog.checks()
    assert all(not query.parameters for query in catalog.checks().values())


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


def test_an_unknown_name_is_no_cypher():
    with pytest.raises(UsageError, match=r"suppliers-of\?"):
        catalog.choose("supplier-of", None, {})
    assert catalog.choose("MATCH (n) RETURN n", None, {"a": 1}) == ("MATCH (n) RETURN n", {"a": 1})
