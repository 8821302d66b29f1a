"""The catalogue on a real Neo4j: every named query by its rows, headers against the server, and what checks find."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache

import pytest

from kg import catalog, schema
from kg import load as loading
from kg.analysis.manufacture import made
from kg.commands.demo import bundled
from kg.errors import InputError, NothingFoundError, UnknownNameError, UsageError
from kg.graph import Graph
from kg.store import session
from kg.store.session import Database
from kg.verify import verify
from tests.conftest import wipe
from tests.integration.conftest import run_kg

pytestmark = pytest.mark.neo4j


def finding(name, relation, start, end, source, origin, certainty="reported", **values):
    """Return a finding whose statement is its own name."""
    return {"id": name, "relation": relation, "from": start, "to": end, "source": source, "origin": origin,
            "certainty": certainty, "statement": f"Says {name}.", **values}  # fmt: skip


TINY = {
    "organisations": [{"id": "alpha", "name": "Alpha"}, {"id": "beta", "name": "Beta"}],
    "origins": [
        {"id": "study-a", "organisation": "alpha", "kind": "field investigation"},
        {"id": "study-b", "organisation": "beta", "kind": "register"},
        {"id": "study-c", "organisation": "alpha", "kind": "interview"},
    ],
    "sources": [
        {"id": name, "title": name, "publisher": "Publisher", "published": published, "relays": relays,
         "reliability": {"grade": grade, "reason": "stated in the test"}}
        for name, published, grade, relays in (
            ("ledger", "2016-06-01", "A", ["study-b", "study-c"]), ("paper", "2017-12-14", "B", ["study-a"]),
            ("echo", "2017-12-20", "C", ["paper"]),
        )
    ],
    "parties": [
        {"id": "group:army", "kind": "Group", "name": "Army", "part_of": "country:IRQ", "located_in": "country:IRQ"},
        {"id": "group:rebels", "kind": "Group", "name": "Rebels", "located_in": "country:SYR"},
        {"id": "group:end", "kind": "Group", "name": "End user"},
        {"id": "distributor:sellers", "kind": "Distributor", "name": "Sellers", "placeholder": True,
         "located_in": {"id": "country:TUR", "text": "mainly"}},
        {"id": "group:buyers", "kind": "Group", "name": "Buyers", "placeholder": True},
        {"id": "country:bloc", "kind": "Country", "name": "Bloc", "collective": True},
        {"id": "factory:works", "kind": "Factory", "name": "Works", "part_of": "country:bloc"},
    ],
    "items": [
        {"id": "item:materiel", "name": "materiel"},
        {"id": "item:weapon", "name": "weapon", "kind_of": "item:materiel"},
        {"id": "item:rifle", "name": "rifle", "kind_of": "item:weapon"},
        {"id": "item:bomb", "name": "bomb", "kind_of": "item:weapon"},
        {"id": "item:precursor", "name": "precursor", "kind_of": "item:materiel"},
        {"id": "item:acid", "name": "acid", "kind_of": "item:precursor"},
        {"id": "item:vehicle", "name": "vehicle", "kind_of": "item:materiel"},
    ],
    "findings": [
        finding("us-army", "SUPPLIED", "country:USA", "group:army", "paper", "study-a", items="item:rifle",
                date="2010/2012", authorised=True, mechanism="sale", transfer="us-army"),
        finding("us-rebels", "SUPPLIED", "country:USA", "group:rebels", "paper", "study-a", items="item:weapon",
                date="2013", financed_by="country:SAU", mechanism="gift", transfer="us-rebels"),
        finding("us-rebels-again", "SUPPLIED", "country:USA", "group:rebels", "echo", "study-a", "stated",
                items="item:weapon", date="2013", repeats="us-rebels", transfer="us-rebels"),
        finding("bloc-army", "SUPPLIED", "country:bloc", "group:army", "ledger", "study-b", transfer="bloc-army",
                contradicts=[{"id": "us-army", "reason": "It names another supplier."}]),
        finding("rebels-end", "DIVERTED", "group:rebels", "group:end", "paper", "study-a", items="item:weapon",
                date="2014", authorised=False, continues="us-rebels", transfer="rebels-end"),
        finding("rebels-end-denied", "DIVERTED", "group:rebels", "group:end", "ledger", "study-c", "denied",
                items="item:weapon", date="2014", transfer="rebels-end"),
        finding("army-lost", "CAPTURED", "group:army", "group:end", "paper", "study-a", items="item:rifle",
                date="2014-06-10", alternative_of="loss", joint="loss", quantity={"min": 40, "text": "over 40"},
                mechanism="capture", continues="us-army", transfer="army-lost"),
        finding("army-leaked", "DIVERTED", "group:army", "group:end", "paper", "study-a", items="item:rifle",
                date="2014/2015", alternative_of="loss", joint="loss", quantity={"min": 40, "text": "over 40"},
                mechanism="leak", continues="us-army", transfer="army-leaked"),
        finding("iran-sellers", "SUPPLIED", "country:IRN", "distributor:sellers", "paper", "study-a",
                items="item:acid", date="2015", mechanism="sale", transfer="iran-sellers",
                figures={"ordered": 10, "delivered": 8, "tiv_delivered": 1.5, "estimated": "delivered"}),
        finding("sellers-buyers", "SUPPLIED", "distributor:sellers", "group:buyers", "paper", "study-a",
                items="item:acid", date="2015", mechanism="purchase", continues="iran-sellers",
                transfer="sellers-buyers"),
        finding("buyers-end", "DIVERTED", "group:buyers", "group:end", "echo", "study-a", "alleged",
                items="item:acid", via="country:SYR", continues="sellers-buyers", transfer="buyers-end"),
        finding("made-in-china", "MANUFACTURED", "country:CHN", "item:weapon", "paper", "study-a",
                held_by="group:end", share={"min": 0.9, "max": 0.9, "of": "weapons seen"}, joint="nine-tenths",
                transfer="china"),
        finding("made-in-russia", "MANUFACTURED", "country:RUS", "item:weapon", "paper", "study-a",
                held_by="group:end", share={"min": 0.9, "max": 0.9, "of": "weapons seen"}, joint="nine-tenths",
                transfer="russia"),
        finding("made-in-iran", "MANUFACTURED", "country:IRN", "item:weapon", "paper", "study-a",
                held_by="group:end", share={"min": 0.9, "max": 0.9, "of": "weapons seen"}, joint="nine-tenths",
                transfer="iran"),
        finding("made-in-russia-too", "MANUFACTURED", "country:RUS", "item:weapon", "ledger", "study-b",
                held_by="group:end", quantity={"text": "many states"}, joint="many-states", transfer="russia"),
        finding("made-in-bloc", "MANUFACTURED", "country:bloc", "item:weapon", "ledger", "study-b",
                held_by="group:end", quantity={"text": "many states"}, joint="many-states", transfer="bloc"),
        finding("works-made", "MANUFACTURED", "factory:works", "item:rifle", "ledger", "study-c",
                held_by="group:end", date="1980/1985", transfer="works"),
        finding("end-made-bombs", "MANUFACTURED", "group:end", "item:bomb", "ledger", "study-c", "stated",
                inputs="item:precursor", place="a workshop", transfer="bombs"),
        finding("end-held-rifles", "HELD", "group:end", "item:rifle", "ledger", "study-c", made="1980/1989",
                date="2014", transfer="rifles"),
        finding("end-held-vehicles", "HELD", "group:end", "item:vehicle", "paper", "study-a", transfer="vehicles"),
        finding("headline", "SUPPLIED", "country:TUR", "group:end", "echo", "study-a", "alleged", headline=True,
                items="item:acid", contradicts=[{"id": "buyers-end", "reason": "The body names unnamed buyers."}]),
    ],
}  # fmt: skip


EXPECTED = {
    "age-of-held": (
        {"holder": "group:end"},
        [
            ["item:rifle", "rifle", "1980/1989", None, "2014-01-01", "2014-12-31", "reported", "A3", "held:rifles"],
            ["item:rifle", "rifle", "1980/1985", "factory:works", None, None, "reported", "A3", "manufactured:works"],
        ],
    ),
    "alternatives": (
        {},
        [
            ["loss", "captured:army-lost", "CAPTURED", "group:army", "group:end", ["item:rifle"], "reported", "B3"],
            ["loss", "diverted:army-leaked", "DIVERTED", "group:army", "group:end", ["item:rifle"], "reported", "B3"],
        ],
    ),
    "authorisation": (
        {},
        [
            [
                False,
                "diverted:rebels-end",
                "DIVERTED",
                "group:rebels",
                "Rebels",
                "group:end",
                "End user",
                ["item:weapon"],
                "B4",
            ],
            [
                True,
                "supplied:us-army",
                "SUPPLIED",
                "country:USA",
                "United States",
                "group:army",
                "Army",
                ["item:rifle"],
                "B4",
            ],
        ],
    ),
    "both-sides": (
        {"first": "group:army", "second": "group:rebels"},
        [
            [
                "country:USA",
                "United States",
                "Country",
                ["supplied:us-army"],
                [],
                ["supplied:us-rebels"],
                [],
                [],
                "reported",
            ]
        ],
    ),
    "collectives": (
        {},
        [["country:bloc", "Bloc", "Country", False, 1, ["SUPPLIED"], 0, [], 1, 1]],
    ),
    "coverage": (
        {},
        [
            ["echo", "2017-12-20", 2013, 2013, False, 1, 0, 1, 0, 0],
            ["echo", "2017-12-20", None, 2017, True, 2, 1, 1, 0, 0],
            ["ledger", "2016-06-01", 1980, 1985, False, 1, 0, 0, 1, 0],
            ["ledger", "2016-06-01", 2014, 2014, False, 2, 0, 1, 0, 1],
            ["ledger", "2016-06-01", None, 2016, True, 4, 0, 1, 3, 0],
            ["paper", "2017-12-14", 2010, 2012, False, 1, 0, 1, 0, 0],
            ["paper", "2017-12-14", 2013, 2013, False, 1, 0, 1, 0, 0],
            ["paper", "2017-12-14", 2014, 2014, False, 2, 0, 2, 0, 0],
            ["paper", "2017-12-14", 2014, 2015, False, 1, 0, 1, 0, 0],
            ["paper", "2017-12-14", 2015, 2015, False, 2, 0, 2, 0, 0],
            ["paper", "2017-12-14", None, 2017, True, 4, 0, 0, 3, 1],
        ],
    ),
    "custody-chains": (
        {},
        [
            [
                3,
                False,
                ["country:IRN", "distributor:sellers", "group:buyers", "group:end"],
                ["supplied:iran-sellers", "supplied:sellers-buyers", "diverted:buyers-end"],
                ["SUPPLIED", "SUPPLIED", "DIVERTED"],
                False,
                "possible",
            ],
            [
                2,
                False,
                ["country:USA", "group:army", "group:end"],
                ["supplied:us-army", "captured:army-lost"],
                ["SUPPLIED", "CAPTURED"],
                True,
                "certain",
            ],
            [
                2,
                False,
                ["country:USA", "group:army", "group:end"],
                ["supplied:us-army", "diverted:army-leaked"],
                ["SUPPLIED", "DIVERTED"],
                True,
                "certain",
            ],
            [
                2,
                False,
                ["country:USA", "group:rebels", "group:end"],
                ["supplied:us-rebels", "diverted:rebels-end"],
                ["SUPPLIED", "DIVERTED"],
                False,
                "certain",
            ],
        ],
    ),
    "dated-by-publication": (
        {},
        [
            ["2016-06-01", "supplied:bloc-army", "SUPPLIED", "country:bloc", "group:army", ["study-b"]],
            ["2017-12-20", "diverted:buyers-end", "DIVERTED", "group:buyers", "group:end", ["study-a"]],
        ],
    ),
    "disputed": (
        {},
        [
            ["bloc-army", "Says bloc-army.", "us-army", "Says us-army.", "It names another supplier."],
            ["headline", "Says headline.", "buyers-end", "Says buyers-end.", "The body names unnamed buyers."],
        ],
    ),
    "disputed-edges": (
        {},
        [
            [
                "diverted:buyers-end",
                "headline",
                "contradicted",
                "Says headline.",
                "echo",
                "The body names unnamed buyers.",
                False,
            ],
            ["diverted:rebels-end", "rebels-end-denied", "denied", "Says rebels-end-denied.", "ledger", None, True],
            [
                "supplied:bloc-army",
                "us-army",
                "contradicted",
                "Says us-army.",
                "paper",
                "It names another supplier.",
                True,
            ],
            [
                "supplied:us-army",
                "bloc-army",
                "contradicted",
                "Says bloc-army.",
                "ledger",
                "It names another supplier.",
                True,
            ],
        ],
    ),
    "diverted-and-captured": (
        {"item": "item:weapon", "year": 2014},
        [
            [
                "group:army",
                "Army",
                "CAPTURED",
                "group:end",
                "End user",
                ["item:rifle"],
                "2014-06-10",
                "2014-06-10",
                False,
                False,
                "loss",
                "reported",
                "captured:army-lost",
            ],
            [
                "group:rebels",
                "Rebels",
                "DIVERTED",
                "group:end",
                "End user",
                ["item:weapon"],
                "2014-01-01",
                "2014-12-31",
                False,
                False,
                None,
                "reported",
                "diverted:rebels-end",
            ],
            [
                "group:army",
                "Army",
                "DIVERTED",
                "group:end",
                "End user",
                ["item:rifle"],
                "2014-01-01",
                "2015-12-31",
                False,
                False,
                "loss",
                "reported",
                "diverted:army-leaked",
            ],
        ],
    ),
    "ends-of-supply": (
        {},
        [
            ["only went from it", "country:USA", "United States", "Country", False, False, ["SUPPLIED"], 2],
            ["only went from it", "country:IRN", "Iran", "Country", False, False, ["SUPPLIED"], 1],
            ["only went from it", "country:bloc", "Bloc", "Country", False, True, ["SUPPLIED"], 1],
            ["only came to it", "group:end", "End user", "Group", False, False, ["CAPTURED", "DIVERTED"], 4],
        ],
    ),
    "financed-by": (
        {},
        [
            [
                "country:SAU",
                "Saudi Arabia",
                "supplied:us-rebels",
                "SUPPLIED",
                "country:USA",
                "group:rebels",
                "gift",
                "B3",
            ],
        ],
    ),
    "findings-of": (
        {"edge": "supplied:us-rebels"},
        [
            ["us-rebels", "reported", "Says us-rebels.", None, "paper", "2017-12-14", "B", "study-a", "Alpha"],
            ["us-rebels-again", "stated", "Says us-rebels-again.", None, "echo", "2017-12-20", "C", "study-a", "Alpha"],
        ],
    ),
    "headlines": (
        {},
        [
            ["headline", "echo", "Says headline.", False, None, "The body names unnamed buyers."],
        ],
    ),
    "held-unexplained": (
        {"holder": "group:end"},
        [
            ["item:vehicle", "vehicle", 0],
        ],
    ),
    "in-period": (
        {"since": "2013-01-01", "until": "2013-12-31"},
        [
            [
                "country:USA",
                "United States",
                "SUPPLIED",
                "group:rebels",
                "Rebels",
                ["item:weapon"],
                "2013-01-01",
                "2013-12-31",
                False,
                True,
                None,
                "reported",
                "supplied:us-rebels",
            ],
            [
                "country:bloc",
                "Bloc",
                "SUPPLIED",
                "group:army",
                "Army",
                None,
                None,
                "2016-06-01",
                True,
                False,
                None,
                "reported",
                "supplied:bloc-army",
            ],
            [
                "group:buyers",
                "Buyers",
                "DIVERTED",
                "group:end",
                "End user",
                ["item:acid"],
                None,
                "2017-12-20",
                True,
                False,
                None,
                "alleged",
                "diverted:buyers-end",
            ],
        ],
    ),
    "in-territory": (
        {"country": "country:SYR"},
        [
            ["sits there", "group:rebels", "Rebels", "Group", False, None, 2],
            ["goes through", "diverted:buyers-end", "Buyers → End user", "DIVERTED", None, None, 1],
        ],
    ),
    "inputs-supplied": (
        {"party": "group:end"},
        [
            [
                "group:buyers",
                "Buyers",
                True,
                "DIVERTED",
                ["item:acid"],
                ["item:bomb"],
                None,
                "alleged",
                "C4",
                "diverted:buyers-end",
            ]
        ],
    ),
    "intermediaries": (
        {},
        [
            ["group:army", "Army", "Group", False, 2, ["SUPPLIED"], 1, ["CAPTURED", "DIVERTED"]],
            ["distributor:sellers", "Sellers", "Distributor", True, 1, ["SUPPLIED"], 1, ["SUPPLIED"]],
            ["group:buyers", "Buyers", "Group", True, 1, ["SUPPLIED"], 1, ["DIVERTED"]],
            ["group:rebels", "Rebels", "Group", False, 1, ["SUPPLIED"], 1, ["DIVERTED"]],
        ],
    ),
    "items-of-maker": (
        {"maker": "country:RUS"},
        [
            [
                "group:end",
                "End user",
                "item:weapon",
                "weapon",
                None,
                "many-states",
                "reported",
                "A1",
                ["study-a", "study-b"],
                "manufactured:russia",
            ],
        ],
    ),
    "joint-statements": (
        {},
        [
            [
                "loss",
                ["CAPTURED", "DIVERTED"],
                ["group:army"],
                ["group:end"],
                None,
                None,
                None,
                40.0,
                None,
                "over 40",
                ["captured:army-lost", "diverted:army-leaked"],
            ],
            [
                "many-states",
                ["MANUFACTURED"],
                ["country:bloc", "country:RUS"],
                ["item:weapon"],
                None,
                None,
                None,
                None,
                None,
                "many states",
                ["manufactured:bloc", "manufactured:russia"],
            ],
            [
                "nine-tenths",
                ["MANUFACTURED"],
                ["country:CHN", "country:IRN", "country:RUS"],
                ["item:weapon"],
                0.9,
                0.9,
                "weapons seen",
                None,
                None,
                None,
                ["manufactured:china", "manufactured:iran", "manufactured:russia"],
            ],
        ],
    ),
    "known-only-as-maker": (
        {"holder": "group:end"},
        [
            ["country:CHN", "China", "Country", False, ["item:weapon"], [], "reported", ["study-a"]],
            ["country:RUS", "Russia", "Country", False, ["item:weapon"], [], "reported", ["study-a", "study-b"]],
            ["factory:works", "Works", "Factory", False, ["item:rifle"], [], "reported", ["study-c"]],
        ],
    ),
    "losses-by-period": (
        {},
        [
            ["item:acid", "acid", "DIVERTED", None, 2017, True, 1, 0],
            ["item:rifle", "rifle", "CAPTURED", 2014, 2014, False, 1, 1],
            ["item:rifle", "rifle", "DIVERTED", 2014, 2015, False, 1, 1],
            ["item:weapon", "weapon", "DIVERTED", 2014, 2014, False, 1, 0],
        ],
    ),
    "lost-by-recipients-of": (
        {"party": "country:USA"},
        [
            [
                "group:army",
                "Army",
                "2010-01-01",
                "2012-12-31",
                ["item:rifle"],
                "CAPTURED",
                "group:end",
                "End user",
                "2014-06-10",
                "2014-06-10",
                ["item:rifle"],
                True,
                True,
                None,
                "loss",
                "supplied:us-army",
                "captured:army-lost",
            ],
            [
                "group:army",
                "Army",
                "2010-01-01",
                "2012-12-31",
                ["item:rifle"],
                "DIVERTED",
                "group:end",
                "End user",
                "2014-01-01",
                "2015-12-31",
                ["item:rifle"],
                True,
                True,
                None,
                "loss",
                "supplied:us-army",
                "diverted:army-leaked",
            ],
            [
                "group:rebels",
                "Rebels",
                "2013-01-01",
                "2013-12-31",
                ["item:weapon"],
                "DIVERTED",
                "group:end",
                "End user",
                "2014-01-01",
                "2014-12-31",
                ["item:weapon"],
                True,
                True,
                None,
                None,
                "supplied:us-rebels",
                "diverted:rebels-end",
            ],
        ],
    ),
    "made-and-held": (
        {"holder": "group:end"},
        [
            [
                "many-states",
                ["country:bloc", "country:RUS"],
                ["Bloc", "Russia"],
                ["item:weapon"],
                None,
                None,
                None,
                [],
                [],
                "A3",
                ["study-b"],
                ["manufactured:bloc", "manufactured:russia"],
            ],
            [
                "nine-tenths",
                ["country:CHN", "country:IRN", "country:RUS"],
                ["China", "Iran", "Russia"],
                ["item:weapon"],
                0.9,
                0.9,
                "weapons seen",
                [],
                [],
                "B3",
                ["study-a"],
                ["manufactured:china", "manufactured:iran", "manufactured:russia"],
            ],
            [
                None,
                ["factory:works"],
                ["Works"],
                ["item:rifle"],
                None,
                None,
                None,
                [],
                [],
                "A3",
                ["study-c"],
                ["manufactured:works"],
            ],
        ],
    ),
    "mechanisms": (
        {},
        [
            ["CAPTURED", "capture", 1, 1],
            ["DIVERTED", None, 2, 0],
            ["DIVERTED", "leak", 1, 1],
            ["SUPPLIED", "sale", 2, 0],
            ["SUPPLIED", "gift", 1, 0],
            ["SUPPLIED", "purchase", 1, 0],
            ["SUPPLIED", None, 1, 0],
        ],
    ),
    "register-totals": (
        {},
        [["study-a", "country:IRN", "Iran", "distributor:sellers", "Sellers", 1, 8.0, 1.5, 1, 0]],
    ),
    "one-hop": (
        {"party": "group:army"},
        [
            ["came from", "country:bloc", "Bloc", "Country", False, ["SUPPLIED"], 1, 0, None, "2016-06-01"],
            [
                "came from",
                "country:USA",
                "United States",
                "Country",
                False,
                ["SUPPLIED"],
                1,
                0,
                "2010-01-01",
                "2012-12-31",
            ],
            [
                "went to",
                "group:end",
                "End user",
                "Group",
                False,
                ["CAPTURED", "DIVERTED"],
                2,
                2,
                "2014-01-01",
                "2015-12-31",
            ],
        ],
    ),
    "one-voice": (
        {},
        [
            ["supplied:us-rebels", "SUPPLIED", "country:USA", "group:rebels", "study-a", ["echo", "paper"]],
        ],
    ),
    "only-alleged": (
        {},
        [
            ["diverted:buyers-end", "DIVERTED", "group:buyers", "Buyers", "group:end", "End user", "C4", ["study-a"]],
        ],
    ),
    "own-manufacture": (
        {"party": "group:end"},
        [
            [
                "item:bomb",
                "bomb",
                ["item:precursor"],
                "a workshop",
                None,
                "2016-06-01",
                None,
                "stated",
                "A3",
                ["study-c"],
                "manufactured:bombs",
            ]
        ],
    ),
    "placeholders": (
        {},
        [
            ["distributor:sellers", "Sellers", "Distributor", 2, 1, 1],
            ["group:buyers", "Buyers", "Group", 2, 1, 1],
        ],
    ),
    "recipients-of": (
        {"party": "country:USA"},
        [
            [
                "group:army",
                "Army",
                "SUPPLIED",
                ["item:rifle"],
                "2010-01-01",
                "2012-12-31",
                None,
                "reported",
                "B4",
                ["study-a"],
                "supplied:us-army",
            ],
            [
                "group:rebels",
                "Rebels",
                "SUPPLIED",
                ["item:weapon"],
                "2013-01-01",
                "2013-12-31",
                None,
                "reported",
                "B3",
                ["study-a"],
                "supplied:us-rebels",
            ],
        ],
    ),
    "relays": (
        {},
        [
            ["echo", "2017-12-20", "C", "paper", "Source", "stated", 3],
            ["ledger", "2016-06-01", "A", "study-b", "Origin", "stated", 7],
            ["ledger", "2016-06-01", "A", "study-c", "Origin", "stated", 7],
            ["paper", "2017-12-14", "B", "study-a", "Origin", "stated", 11],
        ],
    ),
    "rests-on-one-origin": (
        {},
        [
            ["captured:army-lost", "CAPTURED", "Army", "End user", "study-a", 1],
            ["diverted:army-leaked", "DIVERTED", "Army", "End user", "study-a", 1],
            ["diverted:buyers-end", "DIVERTED", "Buyers", "End user", "study-a", 1],
            ["diverted:rebels-end", "DIVERTED", "Rebels", "End user", "study-a", 2],
            ["supplied:iran-sellers", "SUPPLIED", "Iran", "Sellers", "study-a", 1],
            ["supplied:sellers-buyers", "SUPPLIED", "Sellers", "Buyers", "study-a", 1],
            ["supplied:us-army", "SUPPLIED", "United States", "Army", "study-a", 1],
            ["supplied:us-rebels", "SUPPLIED", "United States", "Rebels", "study-a", 2],
            ["supplied:bloc-army", "SUPPLIED", "Bloc", "Army", "study-b", 1],
        ],
    ),
    "rests-on-origin": (
        {"origin": "study-b"},
        [
            [True, "manufactured:bloc", "MANUFACTURED", "country:bloc", "item:weapon", "A3", []],
            [True, "supplied:bloc-army", "SUPPLIED", "country:bloc", "group:army", "A4", []],
            [False, "manufactured:russia", "MANUFACTURED", "country:RUS", "item:weapon", "A1", ["study-a"]],
        ],
    ),
    "statements-about": (
        {"name": "group:rebels"},
        [
            [
                "rebels-end-denied",
                ["from"],
                "DIVERTED",
                "denied",
                False,
                "Says rebels-end-denied.",
                "ledger",
                "2016-06-01",
                "diverted:rebels-end",
            ],
            [
                "rebels-end",
                ["from"],
                "DIVERTED",
                "reported",
                False,
                "Says rebels-end.",
                "paper",
                "2017-12-14",
                "diverted:rebels-end",
            ],
            [
                "us-rebels",
                ["to"],
                "SUPPLIED",
                "reported",
                False,
                "Says us-rebels.",
                "paper",
                "2017-12-14",
                "supplied:us-rebels",
            ],
            [
                "us-rebels-again",
                ["to"],
                "SUPPLIED",
                "stated",
                False,
                "Says us-rebels-again.",
                "echo",
                "2017-12-20",
                "supplied:us-rebels",
            ],
        ],
    ),
    "suppliers-by-origin": (
        {"party": "group:army"},
        [
            [
                "study-a",
                "Alpha",
                "country:USA",
                "United States",
                "SUPPLIED",
                ["item:rifle"],
                None,
                "reported",
                "B4",
                True,
                "supplied:us-army",
            ],
            [
                "study-b",
                "Beta",
                "country:bloc",
                "Bloc",
                "SUPPLIED",
                None,
                None,
                "reported",
                "A4",
                True,
                "supplied:bloc-army",
            ],
        ],
    ),
    "suppliers-of": (
        {"party": "group:end"},
        [
            [
                "group:army",
                "Army",
                "CAPTURED",
                ["item:rifle"],
                "2014-06-10",
                "2014-06-10",
                "loss",
                "reported",
                "B3",
                ["study-a"],
                "captured:army-lost",
            ],
            [
                "group:army",
                "Army",
                "DIVERTED",
                ["item:rifle"],
                "2014-01-01",
                "2015-12-31",
                "loss",
                "reported",
                "B3",
                ["study-a"],
                "diverted:army-leaked",
            ],
            [
                "group:buyers",
                "Buyers",
                "DIVERTED",
                ["item:acid"],
                None,
                "2017-12-20",
                None,
                "alleged",
                "C4",
                ["study-a"],
                "diverted:buyers-end",
            ],
            [
                "group:rebels",
                "Rebels",
                "DIVERTED",
                ["item:weapon"],
                "2014-01-01",
                "2014-12-31",
                None,
                "reported",
                "B4",
                ["study-a"],
                "diverted:rebels-end",
            ],
        ],
    ),
    "supported-by": (
        {"organisations": 2},
        [
            [
                "manufactured:russia",
                "MANUFACTURED",
                "country:RUS",
                "item:weapon",
                ["alpha", "beta"],
                ["study-a", "study-b"],
                "A1",
            ],
        ],
    ),
    "through-parts": (
        {"party": "country:IRQ"},
        [
            [
                "group:army",
                "Army",
                "came",
                "country:bloc",
                "Bloc",
                "SUPPLIED",
                None,
                None,
                "reported",
                "supplied:bloc-army",
            ],
            [
                "group:army",
                "Army",
                "came",
                "country:USA",
                "United States",
                "SUPPLIED",
                ["item:rifle"],
                None,
                "reported",
                "supplied:us-army",
            ],
            [
                "group:army",
                "Army",
                "left",
                "group:end",
                "End user",
                "CAPTURED",
                ["item:rifle"],
                "loss",
                "reported",
                "captured:army-lost",
            ],
            [
                "group:army",
                "Army",
                "left",
                "group:end",
                "End user",
                "DIVERTED",
                ["item:rifle"],
                "loss",
                "reported",
                "diverted:army-leaked",
            ],
        ],
    ),
    "timeline": (
        {"party": "group:end"},
        [
            [
                "2014-06-10",
                "2014-06-10",
                False,
                "2014-06-10",
                "came",
                "group:army",
                "Army",
                "CAPTURED",
                ["item:rifle"],
                "loss",
                "reported",
                "captured:army-lost",
            ],
            [
                "2014-01-01",
                "2014-12-31",
                False,
                "2014",
                "came",
                "group:rebels",
                "Rebels",
                "DIVERTED",
                ["item:weapon"],
                None,
                "reported",
                "diverted:rebels-end",
            ],
            [
                "2014-01-01",
                "2015-12-31",
                False,
                "2014/2015",
                "came",
                "group:army",
                "Army",
                "DIVERTED",
                ["item:rifle"],
                "loss",
                "reported",
                "diverted:army-leaked",
            ],
            [
                None,
                "2017-12-20",
                True,
                None,
                "came",
                "group:buyers",
                "Buyers",
                "DIVERTED",
                ["item:acid"],
                None,
                "alleged",
                "diverted:buyers-end",
            ],
        ],
    ),
    "transfers-of-item": (
        {"item": "item:precursor"},
        [
            [
                "group:buyers",
                "Buyers",
                "DIVERTED",
                "group:end",
                "End user",
                ["item:acid"],
                None,
                "2017-12-20",
                None,
                "alleged",
                "C4",
                "diverted:buyers-end",
            ],
            [
                "country:IRN",
                "Iran",
                "SUPPLIED",
                "distributor:sellers",
                "Sellers",
                ["item:acid"],
                "2015-01-01",
                "2015-12-31",
                None,
                "reported",
                "B3",
                "supplied:iran-sellers",
            ],
            [
                "distributor:sellers",
                "Sellers",
                "SUPPLIED",
                "group:buyers",
                "Buyers",
                ["item:acid"],
                "2015-01-01",
                "2015-12-31",
                None,
                "reported",
                "B3",
                "supplied:sellers-buyers",
            ],
        ],
    ),
    "unknown-territory": (
        {},
        [
            ["group:end", "End user", "Group", False, False, 4],
            ["group:buyers", "Buyers", "Group", True, False, 2],
            ["country:bloc", "Bloc", "Country", False, True, 1],
        ],
    ),
    "wording-drift": (
        {},
        [
            ["supplied:us-rebels", "study-a", ["reported", "stated"], ["paper: reported", "echo: stated"]],
        ],
    ),
}


@pytest.fixture(scope="module")
def tiny(neo4j_settings, tmp_path_factory) -> Iterator[Database]:
    """Return a database that holds the tiny graph, for tests that only read."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.json"
    path.write_text(json.dumps(TINY))
    wipe(neo4j_settings)
    with session.connect(neo4j_settings) as connected:
        assert not loading.load(connected, [path]).problems
        yield connected


@pytest.fixture(scope="module")
def tiny_rows(tiny) -> Callable[[str], list[list]]:
    """Return what gives the rows of a named query on the tiny graph, asked once."""
    return cache(lambda name: rows_of(tiny, name, EXPECTED[name][0]))


def rows_of(database: Database, name: str, parameters: dict) -> list[list]:
    query = catalog.catalogue()[name]
    _, rows, cut = database.query(query.text, catalog.check_parameters(query, parameters), timeout=60, limit=1000)
    assert not cut
    return rows


def test_every_named_query_has_its_rows_written_down():
    assert set(EXPECTED) == set(catalog.catalogue())


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_rows_on_the_tiny_graph(tiny_rows, name):
    assert tiny_rows(name) == EXPECTED[name][1]


@pytest.mark.parametrize("name", [*catalog.catalogue(), *catalog.checks()])
def test_the_server_returns_what_the_header_says(tiny, name):
    catalog.check((catalog.catalogue() | catalog.checks())[name], tiny)


REGISTER = {Fraction(8), Fraction("1.5")}  # a register's figures, which are of no joint statement


def numbers(value) -> list[float]:
    if isinstance(value, list):
        return [number for one in value for number in numbers(one)]
    return [value] if isinstance(value, float) else []


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_no_query_splits_sums_or_double_counts_a_joint_number(tiny_rows, name):
    """The numbers are 0.9 (of two makers) and 40 (of two ways): neither parts nor sums of them come out anywhere."""
    columns = catalog.catalogue()[name].returns
    members = {("nine-tenths", 0.9): 0, ("loss", 40.0): 0}
    for row in tiny_rows(name):
        found = {Fraction(str(number)) for number in numbers(row)}
        assert found <= {Fraction("0.9"), Fraction(40)} | (REGISTER if name == "register-totals" else set())
        for joint, number in members:
            if number in numbers(row):  # one row has all that the number is of
                assert row[columns.index("joint")] == joint
                members[joint, number] += 1
    assert all(count <= 1 for count in members.values())


def test_the_tiny_graph_is_sound(tiny):
    assert verify(tiny).faults == ()


BROKEN = {
    "edge-naming-unknown": (
        "MATCH ()-[e {id: 'supplied:us-army'}]->() SET e.items = ['item:gone'], e.via = ['country:bloc', 'group:end']",
        ("supplied:us-army", "not there: item:gone group:end"),
    ),
    "edge-with-wrong-counts": (
        "MATCH ()-[e {id: 'supplied:us-army'}]->() SET e.origins = 2",
        ("supplied:us-army", "it names 1 origins and 1 organisations, but counts 2 and 1"),
    ),
    "edge-with-wrong-dates": (
        "MATCH ()-[e {id: 'supplied:us-army'}]->() SET e.earliest = '2013-01-01'",
        ("supplied:us-army", "2013-01-01 to 2012-12-31 is no period"),
    ),
    "unknown-label": (
        "CREATE (:Party:Group:Person {id: 'group:somebody'})",
        ("group:somebody", "the graph has no kind Person"),
    ),
    "unknown-relationship": (
        "MATCH (a {id: 'country:USA'}), (b {id: 'group:end'}) CREATE (a)-[:FUNDED]->(b)",
        (None, "the graph has no FUNDED, as from country:USA to group:end"),
    ),
    "without-id": (
        "MATCH (a {id: 'country:USA'}), (b {id: 'group:end'}) CREATE (a)-[:SUPPLIED {zz: 1}]->(b)",
        (None, "no id of SUPPLIED from country:USA to group:end"),
    ),
    "without-name": ("CREATE (:Group:Party {id: 'group:new'})", ("group:new", "it has no name")),
    "edge-with-wrong-ends": (
        "MATCH (p {id: 'group:end'}), (i {id: 'item:rifle'}) CREATE (p)-[:SUPPLIED {id: 'supplied:odd'}]->(i)",
        ("supplied:odd", "SUPPLIED from Group to Item"),
    ),
    "edge-without-finding": (
        "MATCH (f:Finding {id: 'us-army'}) DETACH DELETE f",
        ("supplied:us-army", "findings not there or not about it: us-army"),
    ),
    "finding-without-edge": (
        "MATCH ()-[e {id: 'supplied:us-army'}]->() DELETE e",
        ("us-army", "its edge supplied:us-army is not there"),
    ),
    "finding-without-ground": (
        "MATCH (:Finding {id: 'us-army'})-[r:CITES]->() DELETE r",
        ("us-army", "no source, origin or organisation"),
    ),
    "origin-without-organisation": (
        "MATCH (:Origin {id: 'study-b'})-[r:BY]->() DELETE r",
        ("study-b", "it has 0 organisations instead of one"),
    ),
    "orphan": ("CREATE (:Group:Party {id: 'group:alone'})", ("group:alone", "nothing speaks of it")),
    "orphan-evidence": (
        "CREATE (:Source {id: 'unread'})",
        ("unread", "no finding leads to this source"),
    ),
    "part-of-itself": (
        "MATCH (a {id: 'item:rifle'}), (b {id: 'item:materiel'}) CREATE (b)-[:KIND_OF]->(a)",
        ("item:materiel", "it is a part, component or kind of itself"),
    ),
    "party-without-kind": (
        "MATCH (p:Group {id: 'group:end'}) REMOVE p:Group",
        ("group:end", "it is of 0 kinds instead of one"),
    ),
    "relay-without-origin": (
        "MATCH (:Source {id: 'paper'})-[r:RELAYS]->() DELETE r",
        ("us-army", "paper does not relay study-a"),
    ),
    "transfer-with-itself": (
        "MATCH (p {id: 'group:end'}) CREATE (p)-[:DIVERTED {id: 'diverted:round'}]->(p)",
        ("diverted:round", "from group:end to itself"),
    ),
}


def test_every_check_has_a_graph_it_finds_at_fault():
    assert set(BROKEN) == set(catalog.checks())


@pytest.mark.parametrize(
    ("day", "is_one"),
    [
        ("2014-02-28", True),
        ("2014-02-29", False),
        ("2016-02-29", True),
        ("2014-12-31", True),
        ("2014-99-99", False),
        ("2014-13-01", False),
        ("2014-04-31", False),
        ("2014-00-10", False),
        ("2014-01-00", False),
        ("2014", False),
        ("", False),
    ],
)
def test_a_bound_is_a_day_of_the_calendar(tiny, day, is_one):
    found: list[str] = []

    def work(transaction):
        transaction.run(
            "MATCH ()-[e {id: 'supplied:us-army'}]->() SET e.latest = $day REMOVE e.earliest", day=day
        ).consume()
        found.extend(row["edge"] for row in transaction.run(catalog.checks()["edge-with-wrong-dates"].text))
        raise _Undo

    with pytest.raises(_Undo):
        tiny.write(work)
    assert found == ([] if is_one else ["supplied:us-army"])


@pytest.mark.parametrize(
    ("check", "names"),
    [
        ("unknown-label", {label for kind in schema.NODE_KINDS for label in kind.labels}),
        ("unknown-relationship", {kind.type for kind in schema.RELATIONSHIP_KINDS}),
    ],
)
def test_the_checks_know_the_kinds_that_are_declared(check, names):
    text = catalog.checks()[check].text
    assert names == set(re.findall(r"'([A-Z]\w+)'", text))


class _Undo(Exception):
    """Raised to roll a transaction back."""


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_graph_is_found(tiny, name):
    statement, row = BROKEN[name]
    found: list[tuple] = []

    def work(transaction):
        transaction.run(statement).consume()
        found.extend(tuple(record.values()) for record in transaction.run(catalog.checks()[name].text))
        raise _Undo

    assert tiny.read(catalog.checks()[name].text) == []
    with pytest.raises(_Undo):
        tiny.write(work)
    assert row in found


OWN = """// question: Which parties are there of this name?
// parameter: name STRING the name
// returns: id, name
MATCH (party:Party {name: $name}) RETURN party.id AS id, party.name AS name
"""


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (OWN.replace("// returns: id, name", "// returns: id, title"), InputError, "returns id, name, but its header"),
        (OWN.replace("RETURN", "SET party.seen = true RETURN"), UsageError, "only reads"),
        (OWN.replace("MATCH", "LOAD CSV FROM 'file:///etc/passwd' AS line MATCH"), UsageError, "LoadCSV"),
        (OWN.replace("RETURN", "RETUR"), UsageError, "line 4, column 35"),
    ],
    ids=["columns", "writes", "reads files", "no Cypher"],
)
def test_a_query_of_ones_own_is_held_to_its_header(tiny, content, error, said):
    with pytest.raises(error, match=said):
        catalog.check(catalog.parse("own", content), tiny)


def test_queries_check_as_a_process(tiny, neo4j_settings, tmp_path):
    own = tmp_path / "own.cypher"
    own.write_text(OWN)
    done = run_kg(neo4j_settings, "queries", "--check", str(own), "--format", "json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [row["name"] for row in answer["rows"]] == ["own"] and "only reads" in answer["notes"][0]
    done = run_kg(neo4j_settings, "query", "own", "-p", "name=Army", KG_QUERIES=str(tmp_path))
    assert json.loads(done.stdout) == {"id": "group:army", "name": "Army"}
    own.write_text(OWN.replace("$name", "$nom"))
    done = run_kg(neo4j_settings, "queries", "--check", str(own))
    assert (done.returncode, done.stdout) == (6, "") and "nom" in done.stderr
    taken = tmp_path / "suppliers-of.cypher"
    taken.write_text(OWN)
    done = run_kg(neo4j_settings, "queries", "--check", str(taken))
    assert done.returncode == 6 and "there is a query suppliers-of already" in done.stderr
    done = run_kg(neo4j_settings, "queries", "--format", "json", KG_QUERIES=str(tmp_path))
    assert done.returncode == 0 and len(json.loads(done.stdout)["notes"]) == 2


def test_one_query_is_printed_in_full(tiny, neo4j_settings):
    query = catalog.named("suppliers-of")
    done = run_kg(neo4j_settings, "queries", "suppliers-of", "--format", "table")
    assert done.stdout.startswith(query.text) and "kg query suppliers-of -p 'party=group:isis'" in done.stdout
    row = json.loads(run_kg(neo4j_settings, "queries", "suppliers-of", "--format", "jsonl").stdout.splitlines()[0])
    assert row == {**query.rows(), "cypher": query.text}


def test_a_query_reads_a_declaration_in_whichever_order_its_fields_stand(tiny):
    stands = tiny.read("MATCH (n) WHERE n.record IS NOT NULL RETURN elementId(n) AS node, n.record AS record")
    turned = [row | {"record": json.dumps(json.loads(row["record"]), sort_keys=True, separators=(",", ":"))}
              for row in stands]  # fmt: skip
    assert turned != stands
    put = "UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row.node SET n.record = row.record"
    tiny.write(lambda transaction: transaction.run(put, rows=turned).consume())
    try:
        for name, (parameters, rows) in EXPECTED.items():
            assert rows_of(tiny, name, parameters) == rows, name
    finally:
        tiny.write(lambda transaction: transaction.run(put, rows=stands).consume())


@pytest.fixture(scope="module")
def bundled_data(neo4j_settings) -> Iterator[Database]:
    """Return a database that holds the bundled data; the tests of the tiny graph come before it."""
    wipe(neo4j_settings)
    with session.connect(neo4j_settings) as connected:
        assert not loading.load(connected, bundled()).problems
        yield connected


@pytest.mark.parametrize("name", [name for name in sorted(EXPECTED) if "joint" in catalog.catalogue()[name].returns])
def test_a_joint_number_stands_in_one_row_of_the_bundled_data(bundled_data, name):
    query = catalog.catalogue()[name]
    at = [query.returns.index(one) for one in query.returns if one.startswith(("share", "quantity"))]
    joint = query.returns.index("joint")
    rows = rows_of(bundled_data, name, dict(query.example))
    numbered = [row[joint] for row in rows if row[joint] and any(row[one] is not None for one in at)]
    assert len(numbered) == len(set(numbered)) and bool(numbered) == bool(at)


def test_made_and_held_says_of_the_bundled_data_what_the_analysis_of_origins_says(bundled_data):
    graph = Graph(bundled_data)
    edges = [edge for edge in graph.records.relations if "group:isis" in edge.held_by]
    findings = graph.findings([name for edge in edges for name in edge.findings])
    keys = ("joint", "makers", "share_min", "share_max", "share_of", "items", "grade", "origins", "relations")
    statements = made(graph.records, "group:isis", None, findings).rows()
    expected = sorted(str([row[key] for key in keys]) for row in statements)
    rows = catalog.ask(graph, catalog.named("made-and-held"), {"holder": "ISIS"}).rows()
    found = [{**row, "makers": sorted(row["makers"]), "items": sorted(row["items"]), "relations": sorted(row["edges"])}
             for row in rows]  # fmt: skip
    assert sorted(str([row[key] for key in keys]) for row in found) == expected


def test_both_sides_takes_in_parts_and_wholes(bundled_data):
    [row] = rows_of(bundled_data, "both-sides", {"first": "country:IRN", "second": "country:IRQ"})
    assert row == [
        "country:28-suppliers-of-iraq-and-iran",
        "28 countries that supplied both Iraq and Iran",
        "Country",
        ["supplied:28-suppliers-of-iraq-and-iran-to-irn:9a2fab36"],
        [],
        ["supplied:34-suppliers-of-iraq-to-iraqi-military:a5dd87b7"],
        ["country:34-suppliers-of-iraq", "group:iraqi-military"],
        [],
        "stated",
    ]


@pytest.mark.parametrize("name", sorted({*catalog.catalogue()} - {"register-totals"}))  # no register is bundled
def test_the_example_has_rows_on_the_bundled_data(bundled_data, name):
    query = catalog.catalogue()[name]
    given = [f"{key}={value}" for key, value in query.example.items()]
    assert rows_of(bundled_data, name, catalog.parameters(given, query.types))


def test_the_bundled_data_has_no_fault_that_a_check_finds(bundled_data):
    for check in catalog.checks().values():
        assert bundled_data.read(check.text) == [], check.name


def asked(database, name, /, **given):
    return catalog.ask(Graph(database), catalog.named(name), given)


def test_names_are_resolved_and_said(bundled_data):
    by_id = asked(bundled_data, "suppliers-of", party="group:isis")
    by_name = asked(bundled_data, "suppliers-of", party="daesh")
    assert by_name.values == by_id.values and by_id.notes == ()
    assert by_name.notes == ("party is ISIS (group:isis).",)
    assert asked(bundled_data, "transfers-of-item", item="weapon").notes == ("item is weapon (item:weapon).",)
    about = asked(bundled_data, "statements-about", name="weapon"), asked(bundled_data, "statements-about", name="Iraq")
    assert [one.notes for one in about] == [("name is weapon (item:weapon).",), ("name is Iraq (country:IRQ).",)]


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("suppliers-of", {"party": "ISSI"}, "no party is called 'ISSI'. Did you mean ISIS"),
        ("suppliers-of", {"party": "item:weapon"}, "no party is called 'item:weapon'"),
        ("suppliers-of", {"party": "weapon"}, "no party is called 'weapon'"),
        ("transfers-of-item", {"item": "group:isis"}, "no item is called"),
        ("in-territory", {"country": "ISIS"}, "is no country"),
        ("statements-about", {"name": "wepaon"}, "no party or item is called"),
        ("findings-of", {"edge": "supplied:us-to-syrian-oposition"}, "Did you mean supplied:us-to-syrian-opposition?"),
        ("rests-on-origin", {"origin": "car-2017"}, "Did you mean car-2017-12?"),
    ],
)
def test_what_is_unknown_is_no_answer(bundled_data, name, given, said):
    with pytest.raises(UnknownNameError) as caught:
        asked(bundled_data, name, **given)
    assert said in str(caught.value)


def test_no_row_is_said_of_the_thing_itself(bundled_data):
    with pytest.raises(
        NothingFoundError, match=r"suppliers-of found no row for Turkey \(country:TUR\): it is known here"
    ):
        asked(bundled_data, "suppliers-of", party="Turkey")
    with pytest.raises(NothingFoundError, match="no register is loaded"):
        asked(bundled_data, "register-totals")


def test_a_year_is_its_days_in_a_period(bundled_data):
    days = {"since": "2014-01-01", "until": "2014-12-31"}
    assert asked(bundled_data, "in-period", since="2014", until="2014").values == rows_of(
        bundled_data, "in-period", days
    )


LONG, LONGER = 12, 42  # transfers of a chain
CHAINS = [
    finding(f"{name}-{n}", "SUPPLIED", f"group:{name}{n}", f"group:{name}{n + 1}", "paper", "study", items="item:rifle",
            date=f"{1970 + n}", transfer=f"{name}-{n}", continues=[f"{name}-{n - 1}"] if n else [])
    for name, steps in (("p", LONG), ("q", LONGER)) for n in range(steps)
]  # fmt: skip
ODD = {
    "organisations": [{"id": "org", "name": "Org"}],
    "origins": [{"id": "study", "organisation": "org", "kind": "field investigation"}],
    "sources": [{"id": "paper", "title": "Paper", "publisher": "Publisher", "published": "2020-01-01",
                 "relays": ["study"], "reliability": {"grade": "B", "reason": "stated in the test"}}],
    "parties": [{"id": f"group:{name}", "kind": "Group", "name": name}
                for name in ("giver", "holder", "taker", *(f"p{n}" for n in range(LONG + 1)),
                             *(f"q{n}" for n in range(LONGER + 1)))],
    "items": [{"id": "item:weapon", "name": "weapon"},
              {"id": "item:rifle", "name": "rifle", "kind_of": "item:weapon"},
              {"id": "item:missile", "name": "missile", "kind_of": "item:weapon"}],
    "findings": [
        *CHAINS,
        finding("given", "SUPPLIED", "group:giver", "group:holder", "paper", "study", items="item:missile",
                date="2016", financed_by=["group:holder", "group:p0"], transfer="given"),
        finding("sold-on", "SUPPLIED", "group:giver", "group:holder", "paper", "study", items="item:missile",
                date="2010", authorised=False, transfer="sold-on"),
        finding("lost-before", "CAPTURED", "group:holder", "group:taker", "paper", "study", items="item:missile",
                date="2015", transfer="lost-before"),
        finding("lost-else", "CAPTURED", "group:holder", "group:taker", "paper", "study", items="item:rifle",
                date="2017", transfer="lost-else"),
        finding("lost", "CAPTURED", "group:holder", "group:taker", "paper", "study", items="item:weapon",
                date="2016", transfer="lost"),
        finding("lost-of-what", "CAPTURED", "group:holder", "group:taker", "paper", "study", date="2018",
                transfer="lost-of-what"),
        finding("back-in-time", "DIVERTED", "group:taker", "group:giver", "paper", "study", items="item:rifle",
                date="2001", continues="lost-else", transfer="back-in-time"),
        finding("denied", "SUPPLIED", "group:giver", "group:taker", "paper", "study", "denied", date="2019"),
        finding("held-whenever", "HELD", "group:taker", "item:rifle", "paper", "study", made="1980/1989",
                transfer="held"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def odd(neo4j_settings, tmp_path_factory) -> Iterator[Database]:
    """Return a database of cases at the edge; the tests of the bundled data come before it."""
    path = tmp_path_factory.mktemp("odd") / "odd.json"
    path.write_text(json.dumps(ODD))
    wipe(neo4j_settings)
    with session.connect(neo4j_settings) as connected:
        assert not loading.load(connected, [path]).problems
        yield connected


def test_a_loss_that_the_supply_cannot_have_become_is_left_out(odd):
    rows = asked(odd, "lost-by-recipients-of", party="giver").rows()
    assert {(row["given_by"], row["lost_by"], row["may_be_the_same"]) for row in rows} == {
        ("supplied:given", "captured:lost", True),
        ("supplied:given", "captured:lost-else", False),
        ("supplied:given", "captured:lost-of-what", None),
    }
    assert {(row["given_earliest"], row["given_latest"]) for row in rows} == {("2016-01-01", "2016-12-31")}


def test_a_long_chain_is_whole_and_one_against_time_is_called_so(odd):
    rows = asked(odd, "custody-chains").rows()
    assert [(row["transfers"], row["goes_on"], row["time"]) for row in rows] == [
        (40, True, "certain"), (LONG, False, "certain"), (2, False, "impossible"),
    ]  # fmt: skip
    assert rows[1]["parties"] == [f"group:p{n}" for n in range(LONG + 1)]


def test_who_only_lost_gave_nothing(odd):
    [row] = [row for row in asked(odd, "one-hop", party="taker").rows() if row["neighbour"] == "group:holder"]
    assert (row["side"], row["types"]) == ("came from", ["CAPTURED"])


def test_a_recipient_that_pays_is_no_other(odd):
    assert [row["payer"] for row in asked(odd, "financed-by").rows()] == ["group:p0"]


def test_when_an_item_was_made_is_not_when_it_was_held(odd):
    [row] = [row for row in asked(odd, "coverage").rows() if row["possessions"]]
    assert (row["from_year"], row["to_year"], row["date_derived"]) == (None, 2020, True)


def test_a_lone_denial_weighs_against_nothing(odd):
    assert [(row["edge"], row["weighs"]) for row in asked(odd, "disputed-edges").rows()] == [(None, False)]
    [row] = [row for row in asked(odd, "coverage").rows() if row["to_year"] == 2019]
    assert (row["findings"], row["without_edge"], row["transfers"]) == (1, 1, 0)


CONTESTED = {
    "organisations": [{"id": f"org-{name}", "name": f"Org {name}"} for name in "abc"],
    "origins": [{"id": f"study-{name}", "organisation": f"org-{name}", "kind": "field investigation"}
                for name in "abc"],
    "sources": [{"id": f"paper-{name}", "title": "Paper", "publisher": "Publisher", "published": "2020-01-01",
                 "relays": [f"study-{name}"], "reliability": {"grade": "B", "reason": "stated in the test"}}
                for name in "abc"],
    "parties": [{"id": f"group:{name}", "kind": "Group", "name": name}
                for name in ("giver", "maker", "one", "other", "third", "whole")],
    "items": [{"id": "item:weapon", "name": "weapon"}, {"id": "item:rifle", "name": "rifle", "kind_of": "item:weapon"}],
    "findings": [
        *(finding(f"{name}-{by}", "CAPTURED", "group:one", "group:other", f"paper-{by}", f"study-{by}", certainty,
                  items="item:rifle", date="2014", transfer=name)
          for name, said in (("denied", "sdd"), ("doubted", "ssd"), ("sure", "s"))
          for by, certainty in zip("abc", ({"s": "stated", "d": "denied"}[one] for one in said), strict=False)),
        finding("to-one", "SUPPLIED", "group:giver", "group:one", "paper-a", "study-a", "stated", transfer="to-one"),
        finding("to-other", "SUPPLIED", "group:giver", "group:other", "paper-a", "study-a", "stated",
                transfer="to-other"),
        finding("to-other-perhaps", "SUPPLIED", "group:giver", "group:other", "paper-a", "study-a",
                alternative_of="either", transfer="to-other-perhaps"),
        finding("to-third", "SUPPLIED", "group:giver", "group:third", "paper-a", "study-a", "alleged",
                transfer="to-third"),
        finding("made", "MANUFACTURED", "group:maker", "item:weapon", "paper-a", "study-a", "stated",
                held_by="group:other", transfer="made"),
        finding("made-perhaps", "MANUFACTURED", "group:maker", "item:rifle", "paper-a", "study-a", "alleged",
                held_by="group:other", alternative_of="maker", transfer="made-perhaps"),
        finding("made-whole", "MANUFACTURED", "group:whole", "item:rifle", "paper-b", "study-b", "stated",
                held_by="group:other", transfer="made-whole"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def contested(neo4j_settings, tmp_path_factory) -> Iterator[Database]:
    """Return a database of what is denied, alleged or an alternative; it comes after all others of this module."""
    path = tmp_path_factory.mktemp("contested") / "contested.json"
    path.write_text(json.dumps(CONTESTED))
    wipe(neo4j_settings)
    with session.connect(neo4j_settings) as connected:
        assert not loading.load(connected, [path]).problems
        yield connected


@pytest.mark.parametrize(
    ("name", "given"),
    [("in-period", {"since": "2014", "until": "2014"}), ("diverted-and-captured", {"item": "weapon", "year": 2014})],
)
def test_what_as_many_deny_as_state_did_not_surely_happen(contested, name, given):
    rows = asked(contested, name, **given).rows()
    grades = {edge.id: edge.grade for edge in Graph(contested).records.relations}
    # On what no date is stated of, nothing is sure anyway: only the captures are dated.
    found = {row["transfer"]: (grades[row["transfer"]], row["surely"]) for row in rows if row["earliest"]}
    assert found == {
        "captured:denied": ("B5", False), "captured:doubted": ("B2", True), "captured:sure": ("B3", True),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("second", "alternative_of", "certainty"), [("other", ["either"], "reported"), ("third", [], "alleged")]
)
def test_it_is_said_of_who_supplied_both_how_sure_that_is(contested, second, alternative_of, certainty):
    [row] = asked(contested, "both-sides", first="one", second=second).rows()
    assert (row["supplier"], row["alternative_of"], row["certainty"]) == ("group:giver", alternative_of, certainty)


def test_it_is_said_of_a_maker_how_sure_its_makes_are(contested):
    rows = asked(contested, "known-only-as-maker", holder="other").rows()
    assert [(row["maker"], row["items"], row["alternative_of"], row["certainty"]) for row in rows] == [
        ("group:maker", ["item:rifle", "item:weapon"], ["maker"], "alleged"),
        ("group:whole", ["item:rifle"], [], "stated"),
    ]
