"""The schema is declared once: what is written, read and constrained agrees with it."""

from dataclasses import fields

from kg import schema
from kg.documents import Quote
from kg.findings import TRANSFER_TYPES, Finding
from kg.records import TRANSFER_TYPES as RECORDED_TYPES
from kg.records import Relation
from kg.store import write


def test_transfers_are_the_same_three_everywhere():
    assert tuple(kind.type for kind in schema.TRANSFERS) == TRANSFER_TYPES == RECORDED_TYPES


def test_every_edge_property_written_is_declared():
    edge = Relation(**{one.name: ("x",) if str(one.type).startswith("tuple") else "x" for one in fields(Relation)})
    written = set(write.relation_properties(edge))
    assert written == {one.name for one in schema.TRANSFERS[0].properties}


def test_every_node_property_written_is_declared():
    finding = Finding.model_validate(
        {
            "id": "f", "relation": "SUPPLIED", "from": "group:a", "to": "group:b", "certainty": "stated", "source": "s",
            "origin": "o", "statement": "x", "transfer": "t", "attribution": "y", "handling": "TLP:RED",
            "locator": {"start": 0, "end": 1, "sha256": "0" * 64},
        }
    )  # fmt: skip
    written = set(write.node_properties(finding, ["file"], Quote("a", "b", "c"), "supplied:t"))
    assert written == {one.name for one in schema.FINDING.properties}


def test_ids_are_unique_for_every_kind_of_node_and_supported_edge():
    text = "\n".join(schema.constraints())
    for kind in schema.NODE_KINDS:
        assert f"(n:{kind.key_label}) REQUIRE n.id IS UNIQUE" in text
    for edge in schema.SUPPORTED:
        assert f"[r:{edge.type}]-() REQUIRE r.id IS UNIQUE" in text


def test_captured_points_from_loser_to_captor():
    assert "loser to captor" in schema.relationship("CAPTURED").meaning


def test_no_label_or_type_needs_quoting():
    names = [kind.label for kind in schema.NODE_KINDS] + [kind.type for kind in schema.RELATIONSHIP_KINDS]
    assert all(name.replace("_", "").isalpha() for name in names)
