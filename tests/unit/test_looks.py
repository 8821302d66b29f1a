"""The style of Neo4j Browser: every kind and relationship of the schema, in the colours of the page."""

import json
import re
from importlib.resources import files

from kg import looks, schema


def test_selectors_are_the_kinds_and_relationships_of_the_schema():
    kinds = {f"node.{kind.label}" for kind in schema.NODE_KINDS}
    types = {f"relationship.{kind.type}" for kind in schema.RELATIONSHIP_KINDS}
    assert set(looks.rules()) == {"node", "relationship"} | kinds | types


def test_colours_are_those_of_the_page():
    script = files("kg.export.templates").joinpath("looks.js").read_text(encoding="utf-8")
    light = script[script.index("light: {") : script.index("dark: {")]
    page = dict(re.findall(r"(\w+): \"(#[0-9a-f]{6})\"", "".join(re.findall(r"(?:kinds|types): \{.*?\}", light))))
    assert page == {name: looks.COLOURS[name] for name in page} and len(page) == 10


def test_the_file_and_the_command_say_the_same():
    blocks = re.findall(r"^(\S+) \{\n(.*?)^\}", looks.grass(), re.DOTALL | re.MULTILINE)
    read = {
        selector: {name: value.strip('"') for name, value in re.findall(r"  ([\w-]+): (.*);", body)}
        for selector, body in blocks
    }
    command = looks.browser_command()
    assert read == json.loads(command.removeprefix("style ")) == looks.rules()
    assert ";" not in command


def test_captions_are_properties_of_the_kind():
    for kind in schema.NODE_KINDS:
        caption = looks.rules()[f"node.{kind.label}"]["caption"]
        assert caption.strip("{}") in {one.name for one in kind.properties}
