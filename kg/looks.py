"""How kinds and relationships look in Neo4j Browser: a style sheet (GRASS) derived from the schema.

Kinds of parties, items and transfers have the colours of the exported page. Evidence and the graph's own history are
kept paler, so that what the findings say stands out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from kg import schema

COLOURS: Mapping[str, str] = {
    "Country": "#0a66b0", "Factory": "#c66a00", "Distributor": "#00815f", "Group": "#a8397c", "Item": "#6b7280",
    "Finding": "#e9d8a6", "Source": "#cfe3d4", "Origin": "#d5d9ee", "Organisation": "#eacdd9",
    "SUPPLIED": "#55606e", "DIVERTED": "#c23c00", "CAPTURED": "#18212c", "MANUFACTURED": "#8a93a0", "HELD": "#8a93a0",
}  # fmt: skip
_PALE = "#d9dce1"
_DARK_TEXT, _LIGHT_TEXT = "#18212c", "#ffffff"
_CAPTIONS: Mapping[str, str] = {"Finding": "{statement}", "Source": "{title}", "Load": "{file}"}

Rules = dict[str, dict[str, str]]


def rules() -> Rules:
    """Return the properties of each selector: one for each kind of node and of relationship, and the two defaults."""
    found: Rules = {"node": _node(_PALE, "{id}", evidence=True)}
    for kind in schema.NODE_KINDS:
        named = any(one.name == "name" for one in kind.properties) and kind.label not in schema.HISTORY
        caption = _CAPTIONS.get(kind.label, "{name}" if named else "{id}")
        found[f"node.{kind.label}"] = _node(
            COLOURS.get(kind.label, _PALE), caption, evidence=not kind.is_party and kind is not schema.ITEM
        )
    found["relationship"] = _relationship(_PALE, "1px")
    for relationship in schema.RELATIONSHIP_KINDS:
        width = "3px" if relationship in schema.TRANSFERS else "2px" if relationship.supported else "1px"
        found[f"relationship.{relationship.type}"] = _relationship(COLOURS.get(relationship.type, _PALE), width)
    return found


def _node(colour: str, caption: str, *, evidence: bool) -> dict[str, str]:
    return {
        "color": colour,
        "border-color": _DARK_TEXT,
        "border-width": "1px" if evidence else "2px",
        "text-color-internal": _DARK_TEXT if evidence else _LIGHT_TEXT,
        "diameter": "40px" if evidence else "65px",
        "font-size": "10px",
        "caption": caption,
    }


def _relationship(colour: str, width: str) -> dict[str, str]:
    return {
        "color": colour,
        "shaft-width": width,
        "font-size": "8px",
        "padding": "3px",
        "text-color-external": _DARK_TEXT,
        "text-color-internal": _DARK_TEXT if colour == _PALE else _LIGHT_TEXT,
        "caption": "<type>",
    }


def grass() -> str:
    """Return the style sheet as a file that Neo4j Browser takes when it is dropped on its window."""
    blocks = []
    for selector, properties in rules().items():
        lines = [f"  {name}: {_quoted(name, value)};" for name, value in properties.items()]
        blocks.append("\n".join([f"{selector} {{", *lines, "}"]))
    return "\n\n".join(blocks) + "\n"


def _quoted(name: str, value: str) -> str:
    return f'"{value}"' if name == "caption" else value


def browser_command() -> str:
    """Return the command by which Neo4j Browser takes the style sheet.

    In JSON, since a semicolon would end the command.
    """
    return f"style {json.dumps(rules(), separators=(',', ':'))}"
