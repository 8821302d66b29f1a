"""A findings file with hostile text in every text field of every model, derived from the models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kg.findings import SECTIONS

PAYLOADS = (
    "<script>pwned('{0}')</script>",
    "</script><script>pwned('{0}')</script>",
    "<img src=x onerror=\"pwned('{0}')\">",
    "<svg onload=\"pwned('{0}')\">",
    "<a href=\"javascript:pwned('{0}')\">{0}</a>",
    "javascript:pwned('{0}')",
    "\"' onmouseover=\"pwned('{0}')\" autofocus onfocus=\"pwned('{0}')\" x='{0}",
    "{{{{ pwned('{0}') }}}}{{% raw %}}{0}",
    "${{pwned('{0}')}}`{0}",
    "--></noscript><script>pwned('{0}')</script><!--",
    "</style></title></textarea><script>pwned('{0}')</script>",
    "line\u2028separator\u2029end {0}",
    "\u202egnorw \u2066isolated\u2069 \x07\x1b[31m {0}",
    "{0}" + "x" * 9_900,
)
TEXT = {"type": "string", "minLength": 1, "maxLength": 10_000}  # how the schema of a model tells free text


def text_fields(section: str) -> set[str]:
    """Return the paths of all free texts of a section's model, as `relays[].note`."""
    schema = SECTIONS[section].model_json_schema()
    return set(_texts(schema, schema.get("$defs", {}), ""))


def _texts(schema: dict[str, Any], definitions: dict[str, Any], path: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if TEXT.items() <= schema.items() and "pattern" not in schema:
        yield path
    for choice in schema.get("anyOf", ()):
        yield from _texts(choice, definitions, path)
    if "items" in schema:
        yield from _texts(schema["items"], definitions, f"{path}[]")
    for name, inner in schema.get("properties", {}).items():
        yield from _texts(inner, definitions, f"{path}.{name}".lstrip("."))


def filled(section: str, shape: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a declaration with a hostile text in every text field that its shape has a place for."""
    made: dict[str, Any] = json.loads(json.dumps(shape).replace("#", str(number)))
    for path in text_fields(section):
        _put(made, path.split("."), PAYLOADS[number].format(f"{section}.{path}"))
    return made


def _put(inside: Any, parts: list[str], text: str) -> None:
    """Put a text at a path: where the object that should hold it is not in the shape, nowhere."""
    name, is_list = parts[0].removesuffix("[]"), parts[0].endswith("[]")
    if len(parts) == 1:
        inside[name] = [text] if is_list else text
        return
    for one in inside.get(name, []) if is_list else [inside[name]] if name in inside else []:
        _put(one, parts[1:], text)


#: What is no text, for each section; a finding has two shapes, since no relation has all fields. # is the number.
SHAPES: dict[str, list[dict[str, Any]]] = {
    "organisations": [{"id": "org#"}],
    "origins": [{"id": "origin#", "organisation": "org#", "published": "2017"}],
    "sources": [
        {"id": "source#", "published": "2017", "reliability": {"grade": "B"}, "relays": [{"id": "origin#"}]},
    ],
    "parties": [
        {"id": "group:g#", "kind": "Group", "located_in": [{"id": "country:SYR"}], "part_of": [{"id": "group:h#"}],
         "valid": {"earliest": "2014"}, "stated_by": ["source#"], "placeholder": True},
        {"id": "group:h#", "kind": "Group", "collective": True},
    ],
    "items": [{"id": "item:i#", "kind_of": ["item:weapon"]}],
    "findings": [
        {"id": "t#", "relation": "DIVERTED", "from": {"id": "group:g#"}, "to": {"id": "group:h#"},
         "items": [{"id": "item:i#"}], "quantity": {"min": 1}, "share": {"min": 0.1}, "date": {"earliest": "2014"},
         "financed_by": [{"id": "group:end"}], "certainty": "reported", "source": "source#", "origin": "origin#",
         "contradicts": [{"id": "m#"}]},
        {"id": "m#", "relation": "MANUFACTURED", "from": {"id": "group:g#"}, "to": {"id": "item:i#"},
         "inputs": [{"id": "item:weapon"}], "held_by": [{"id": "group:end"}], "made": {"earliest": "1987"},
         "certainty": "reported", "source": "source#", "origin": "origin#"},
        {"id": "s#", "relation": "SUPPLIED", "from": {"id": "group:h#"}, "to": {"id": "group:end"},
         "certainty": "reported", "source": "source#", "origin": "origin#"},
    ],
}  # fmt: skip


def content() -> dict[str, list[dict[str, Any]]]:
    """Return the whole file: each shape once for every payload."""
    made: dict[str, list[dict[str, Any]]] = {
        section: [filled(section, shape, number) for shape in shapes for number in range(len(PAYLOADS))]
        for section, shapes in SHAPES.items()
    }
    made["parties"].append({"id": "group:end", "kind": "Group", "name": "End user"})
    made["items"].append({"id": "item:weapon", "name": "weapon"})
    return made


def missing() -> set[str]:
    """Return the text fields of the models for which no shape has a place: a new nested model needs one."""
    texts = json.dumps(content())
    return {
        f"{section}.{path}"
        for section in SECTIONS
        for path in text_fields(section)
        if f"{section}.{path}{'x' * 9}" not in texts
    }
