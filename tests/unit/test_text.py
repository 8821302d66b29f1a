"""YAML and JSON as the findings file reads them: plain values, lines, and nothing that can act."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import text


def test_scalars_stay_what_was_written():
    value = text.parse_yaml("{a: NO, b: 2017-12-14, c: 12, d: 0.5, e: true, f: null, g: '7', h: 1e3, i: on}").value
    assert value == {
        "a": "NO",
        "b": "2017-12-14",
        "c": 12,
        "d": 0.5,
        "e": True,
        "f": None,
        "g": "7",
        "h": 1000.0,
        "i": "on",
    }


def test_lines_are_those_of_the_file():
    parsed = text.parse_yaml("findings:\n  - id: a\n    date:\n      latest: x\n  - id: b\n")
    assert parsed.line(("findings", 0, "date", "latest")) == 4
    assert parsed.line(("findings", 1)) == 5
    assert parsed.line(("findings", 1, "absent", "deeper")) == 5


@pytest.mark.parametrize(
    ("content", "line", "found"),
    [
        ("a: 1\nb: &x 2\n", 2, "anchor"),
        ("a: &x [1]\nb: *x\n", 1, "anchor"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "tag"),
        ("a: 1\na: 2\n", 2, "twice"),
        ("? [1]\n: 2\n", 1, "key"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: [1\n", 2, ""),
        ("a: " + "[" * 50 + "]" * 50, 1, "levels"),
        ("a: \x00", 1, ""),
    ],
)
def test_what_could_act_or_mislead_is_refused(content, line, found):
    with pytest.raises(text.TextError) as refusal:
        text.parse_yaml(content)
    assert refusal.value.line == line
    assert found in refusal.value.found


def test_alias_bomb_ends_at_its_first_anchor():
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
    )
    with pytest.raises(text.TextError):
        text.parse_yaml(bomb)


@pytest.mark.parametrize(
    "content", ['{"a": 1, "a": 2}', '{"a": NaN}', "{", '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}"]
)
def test_json_that_is_not_json_is_refused(content):
    with pytest.raises(text.TextError):
        text.parse_json(content)


def test_json_has_lines_too():
    parsed = text.parse_json(json.dumps({"findings": [{"id": "a"}, {"id": "b"}]}, indent=1))
    assert parsed.line(("findings", 1, "id")) == 7


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-z]{1,8}\Z"), inner, max_size=3),
    max_leaves=10,
)


@given(values)
def test_json_reads_back_what_was_written(value):
    assert text.parse_json(json.dumps(value)).value == value


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(content):
    for parse in (text.parse_yaml, text.parse_json):
        try:
            parse(content)
        except text.TextError as refusal:
            assert refusal.line >= 1
