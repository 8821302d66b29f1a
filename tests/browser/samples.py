"""Pictures for tests: a small answer with every kind of statement, one of forty parties, and random whole graphs."""

from __future__ import annotations

import random
from typing import Any

from kg.export.html import Picture
from kg.records import Item, Party, Records, Relation

OPPOSITION, ISIS, MARKET = "group:syrian-opposition", "group:isis", "distributor:turkish-market"


def party(id_: str, kind: str, name: str, **values: Any) -> Party:
    return Party(id_, kind, name, **values)


def relation(id_: str, type_: str, start: str, end: str, **values: Any) -> Relation:
    defaults = {"items": ("item:weapon",), "grade": "C3", "origin_ids": ("o1",), "organisation_ids": ("org1",)}
    return Relation(id_, type_, start, end, **{**defaults, **values})


PARTIES = [
    party("country:USA", "Country", "United States of America", aliases=("US", "USA"), territories=("country:USA",)),
    party("country:SAU", "Country", "Saudi Arabia", territories=("country:SAU",)),
    party("country:ROU", "Country", "Romania", territories=("country:ROU",)),
    party("country:eastern-europe", "Country", "Eastern Europe", collective=True),
    party("country:TUR", "Country", "Türkiye", territories=("country:TUR",)),
    party("country:SYR", "Country", "Syria", territories=("country:SYR",)),
    party("factory:cugir", "Factory", "Cugir arms factory", territories=("country:ROU",)),
    party(MARKET, "Distributor", "distributors, mainly in Turkey", placeholder=True, territories=("country:TUR",)),
    party(OPPOSITION, "Group", "Syrian opposition forces", aliases=("FSA",), territories=("country:SYR",)),
    party("group:iraqi-army", "Group", "Iraqi army", territories=("country:IRQ",), part_of=("country:IRQ",)),
    party("country:IRQ", "Country", "Iraq", territories=("country:IRQ",)),
    party(ISIS, "Group", "Islamic State (ISIS)", aliases=("ISIL", "Daesh")),
]
ITEMS = [
    Item("item:weapon", "weapon"),
    Item("item:rifle", "assault rifle", kind_of=("item:weapon",)),
    Item("item:ak", "AK-pattern rifle", kind_of=("item:rifle",)),
    Item("item:atgm", "anti-tank guided missile", kind_of=("item:weapon",)),
    Item("item:precursor", "chemical precursor"),
]
RELATIONS = [
    relation(
        "t-rou-usa",
        "SUPPLIED",
        "country:ROU",
        "country:USA",
        items=("item:atgm",),
        earliest="2014-01-01",
        latest="2014-12-31",
        grade="B2",
        origin_ids=("o1", "o2"),
        organisation_ids=("org1", "org2"),
        findings=("f-rou",),
        authorised=True,
    ),
    relation("t-cugir-rou", "SUPPLIED", "factory:cugir", "country:ROU", items=("item:ak",), latest="2013-12-31"),
    relation(
        "t-usa-opp-1",
        "SUPPLIED",
        "country:USA",
        OPPOSITION,
        items=("item:atgm",),
        earliest="2014-03-01",
        latest="2015-12-31",
        grade="B2",
        origin_ids=("o1", "o2", "o3"),
        findings=("f-usa", "f-usa-2"),
    ),
    relation(
        "t-usa-opp-2",
        "SUPPLIED",
        "country:USA",
        OPPOSITION,
        items=("item:ak",),
        earliest="2015-01-01",
        latest="2015-06-30",
        grade="C3",
    ),
    relation("t-usa-opp-3", "SUPPLIED", "country:USA", OPPOSITION, items=("item:weapon",), grade="E4"),
    relation(
        "t-sau-opp",
        "SUPPLIED",
        "country:SAU",
        OPPOSITION,
        items=("item:ak",),
        latest="2017-12-14",
        date_derived=True,
        joint="j1",
        share_min=0.5,
        share_of="weapons",
        findings=("f-sau",),
    ),
    relation("t-ee-opp", "SUPPLIED", "country:eastern-europe", OPPOSITION, grade="D4", joint="j1", share_min=0.5),
    relation(
        "t-opp-isis-d",
        "DIVERTED",
        OPPOSITION,
        ISIS,
        items=("item:atgm", "item:ak"),
        earliest="2014-06-01",
        latest="2017-12-14",
        alternative_of="a1",
        alternatives_min=1,
        findings=("f-div", "f-deny"),
        grade="B2",
        origin_ids=("o1", "o2"),
        mechanism="leak",
    ),
    relation(
        "t-opp-isis-c",
        "CAPTURED",
        OPPOSITION,
        ISIS,
        items=("item:weapon",),
        earliest="2014-06-01",
        latest="2017-12-14",
        alternative_of="a1",
        alternatives_min=1,
        findings=("f-div",),
    ),
    relation(
        "t-army-isis",
        "CAPTURED",
        "group:iraqi-army",
        ISIS,
        items=("item:rifle",),
        earliest="2014-06-10",
        latest="2014-06-10",
        place="Mosul",
        grade="A1",
        origin_ids=("o1", "o2", "o3", "o4"),
        authorised=False,
    ),
    relation("t-usa-army", "SUPPLIED", "country:USA", "group:iraqi-army", items=("item:rifle",), latest="2014-06-01"),
    relation(
        "t-market-isis",
        "SUPPLIED",
        MARKET,
        ISIS,
        items=("item:precursor",),
        earliest="2015-01-01",
        via=("country:SYR",),
        quantity_text="tons",
        findings=("f-market",),
        grade="B3",
    ),
    relation("t-rou-sau", "SUPPLIED", "country:ROU", "country:SAU", items=("item:ak",), latest="2015-12-31"),
    relation("m-cugir", "MANUFACTURED", "factory:cugir", "item:ak", items=(), held_by=(ISIS,), findings=("f-made",)),
    relation("h-isis", "HELD", ISIS, "item:rifle", items=(), made="1987"),
]


def finding(id_: str, **values: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "relation": "SUPPLIED",
        "certainty": "reported",
        "source": "s1",
        "origin": "o1",
        "attribution": "Field Researchers",
        "statement": f"Statement of {id_} in our own words.",
        **values,
    }


FINDINGS = {
    one["id"]: one
    for one in (
        finding("f-rou", items=[{"id": "item:atgm", "text": "missiles"}], date={"text": "2014"}, certainty="stated"),
        finding(
            "f-usa", **{"from": {"id": "country:USA", "text": "Washington"}}, quote="They were sent to the rebels."
        ),
        finding("f-usa-2", origin="o2", source="s2", repeats=["f-usa"]),
        finding("f-sau", quantity={"text": "some"}, share={"min": 0.5, "of": "weapons", "text": "most"}, joint="j1"),
        finding("f-div", relation="DIVERTED", certainty="alleged", locator={"start": 3, "end": 9, "sha256": "ab" * 32}),
        finding(
            "f-deny",
            relation="DIVERTED",
            certainty="denied",
            source="s2",
            origin="o2",
            contradicts=[{"id": "f-div", "reason": "the group says that nothing left its stores"}],
        ),
        finding("f-market", place="Gaziantep", quantity={"text": "tons"}, via=["country:SYR"]),
        finding("f-made", relation="MANUFACTURED"),
        finding("f-elsewhere", statement="Belongs to no relation of this picture."),
    )
}
SOURCES = {
    "s1": {
        "id": "s1",
        "title": "Weapons of the Islamic State",
        "publisher": "A Newspaper",
        "published": "2017-12-14",
        "address": "https://news.example/weapons",
        "document": "one.txt",
        "sha256": "cd" * 32,
        "reliability": {"grade": "B", "reason": "names its origin and quotes it at length"},
        "relays": [{"id": "o1", "known": "stated"}],
    },
    "s2": {
        "id": "s2",
        "title": "A second look",
        "publisher": "Another Paper",
        "published": "2018-01-02",
        "reliability": {"grade": "D", "reason": "repeats others"},
        "relays": [{"id": "o2", "known": "inferred"}],
    },
    "s-unused": {"id": "s-unused", "title": "Never cited here"},
}
ORIGINS = {
    "o1": {"id": "o1", "organisation": "org1", "kind": "field investigation", "published": "2017-12-14"},
    "o2": {"id": "o2", "organisation": "org2", "kind": "interview", "published": "2016-01-01"},
}
ORGANISATIONS = {"org1": {"id": "org1", "name": "Field Researchers"}, "org2": {"id": "org2", "name": "A News Agency"}}


def records(parties: list[Party], relations: list[Relation], items: list[Item] = ITEMS) -> Records:
    return Records({one.id: one for one in parties}, {one.id: one for one in items}, tuple(relations))


def answer(**values: Any) -> Picture:
    """A path answer: nine parties, thirteen transfers, three of them parallel, one disjunction, two possessions."""
    given: dict[str, Any] = {
        "title": "How weapons reached ISIS",
        "records": records(PARTIES, RELATIONS),
        "findings": FINDINGS,
        "sources": SOURCES,
        "origins": ORIGINS,
        "organisations": ORGANISATIONS,
        "projection": {"types": ["SUPPLIED", "DIVERTED", "CAPTURED"], "since": None, "until": "2017-12-31", "k": 5},
        "layout": "flow",
        "paths": (("t-rou-usa", "t-usa-opp-1", "t-opp-isis-d"), ("country:USA", "group:iraqi-army", ISIS)),
        "chokepoints": frozenset({OPPOSITION}),
        "diversion_points": frozenset({"t-opp-isis-d", "t-opp-isis-c", "t-army-isis"}),
        "notes": ("The answer was cut at five paths; more exist.",),
        "date": "2018-01-31",
        "handling": "TLP:AMBER",
    }
    return Picture(**{**given, **values})


def forty(seed: int = 4) -> Picture:
    """An answer of forty parties in four hops with long names and a transfer past two columns."""
    chance = random.Random(seed)
    sizes, kinds = (18, 9, 7, 5, 1), ("Country", "Factory", "Distributor", "Group")
    names = ("Republic of", "Joint Stock Arms Company of", "Brokers and Forwarders of", "Free Brigades of")
    columns: list[list[str]] = []
    parties = []
    for column, size in enumerate(sizes):
        ids = [f"{column}-{number:02}" for number in range(size)]
        columns.append(ids)
        for id_ in ids:
            kind = kinds[(column + int(id_[-2:]) // 4) % 4]
            name = f"{names[kinds.index(kind)]} Place {chance.randrange(10, 99)}{'abcdefgh'[int(id_[-1]) % 8]}"
            flags = {"placeholder": chance.random() < 0.15, "collective": chance.random() < 0.1}
            parties.append(party(id_, kind, name, territories=(f"country:{chance.choice('ABC')}",), **flags))
    pairs = [(one, chance.choice(columns[column + 1])) for column in range(4) for one in columns[column]]
    pairs += [(chance.choice(columns[0]), chance.choice(columns[1])) for _ in range(10)]
    pairs += [(columns[0][0], columns[3][0]), (columns[1][2], columns[4][0])]
    types = ["SUPPLIED"] * 6 + ["DIVERTED"] * 2 + ["CAPTURED"]
    relations = [
        relation(
            f"t{number:03}",
            chance.choice(types),
            *pair,
            grade=chance.choice(("A1", "B2", "C3", "D4")),
            origin_ids=tuple(f"o{n}" for n in range(chance.randrange(1, 5))),
        )
        for number, pair in enumerate(pairs)
    ]
    where = {id_: column for column, ids in enumerate(columns) for id_ in ids}
    return Picture(
        title="Forty parties",
        records=records(parties, relations),
        layout="flow",
        columns=where,
        chokepoints=frozenset({"3-00"}),
        diversion_points=frozenset({relations[30].id}),
    )


def whole(parties: int, transfers: int, seed: int = 7, findings: int = 0) -> Picture:
    """A random whole graph in which a few parties have most of the transfers."""
    chance = random.Random(seed)
    kinds = ("Country", "Factory", "Distributor", "Group")
    ids = [f"p{number:05}" for number in range(parties)]
    weights = [1 / (rank + 3) for rank in range(parties)]
    starts = chance.choices(ids, weights, k=transfers)
    ends = chance.choices(ids, k=transfers)
    relations = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        end = end if end != start else ids[(ids.index(start) + 1) % parties]
        year = chance.randrange(2003, 2018)
        relations.append(
            relation(
                f"t{number:06}",
                chance.choice(("SUPPLIED", "SUPPLIED", "DIVERTED", "CAPTURED")),
                start,
                end,
                items=(chance.choice(ITEMS).id,),
                earliest=f"{year}-01-01",
                latest=f"{year}-12-31",
                grade=f"{chance.choice('ABCDEF')}{chance.randrange(1, 7)}",
                findings=(f"f{number}",) if number < findings else (),
            )
        )
    people = [
        party(id_, kinds[number % 4], f"Party number {number}", aliases=(f"Alias {number}",))
        for number, id_ in enumerate(ids)
    ]
    held = {
        f"f{number}": finding(f"f{number}", quote=f"Words of the source, number {number}. " * 5)
        for number in range(findings)
    }
    return Picture(
        title=f"{parties} parties",
        records=records(people, relations),
        findings=held,
        sources=SOURCES,
        origins=ORIGINS,
        organisations=ORGANISATIONS,
    )
