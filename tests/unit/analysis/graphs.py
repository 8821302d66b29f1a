"""Small graphs for tests: made by hand, or at random from a seed; and brute force to hold the analyses against."""

import os
import random
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from typing import NamedTuple

from hypothesis import settings

from kg.network import Projection, grade_rank, project
from kg.records import Item, Party, Records, Relation

NO_WAY = "no way"
EXAMPLES = float(os.environ.get("KG_TEST_EXAMPLES", "1"))
DAYS = ("2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04")
ITEMS = {
    "item:weapon": Item("item:weapon", "weapon"),
    "item:rifle": Item("item:rifle", "rifle", kind_of=("item:weapon",)),
    "item:ak": Item("item:ak", "AK-pattern rifle", kind_of=("item:rifle",)),
    "item:rocket": Item("item:rocket", "rocket", kind_of=("item:weapon", "item:projectile")),
    "item:projectile": Item("item:projectile", "projectile", kind_of=("item:rocket",)),
    "item:precursor": Item("item:precursor", "precursor"),
}


def many(examples: int) -> settings:
    """Settings for so many random graphs, times KG_TEST_EXAMPLES."""
    return settings(max_examples=max(1, int(examples * EXAMPLES)), database=None)


def transfer(id_: str, start: str, end: str, type_: str = "SUPPLIED", **values) -> Relation:
    values.setdefault("items", ("item:weapon",))
    values.setdefault("grade", "B2")
    values.setdefault("origin_ids", ("origin:a",))
    values.setdefault("organisation_ids", ("organisation:a",))
    values.setdefault("findings", (f"finding:{id_}",))
    return Relation(id_, type_, start, end, **values)


def records(*relations: Relation, parties: Sequence[Party] = (), items=None) -> Records:
    """Records of these relations; parties that are not given are Groups of which nothing else is known."""
    known = {party.id: party for party in parties}
    for one in relations:
        for id_ in (one.start, one.end) if one.is_transfer else (one.start,):
            known.setdefault(id_, Party(id_, "Group", id_.upper()))
    return Records(known, ITEMS if items is None else items, relations)


def graph(*relations: Relation, parties: Sequence[Party] = (), **conditions):
    return project(records(*relations, parties=parties), Projection(**conditions))


def random_records(seed: int, most_parties: int = 6, density: float = 0.6, parallel: int = 2) -> Records:
    """Records with anything that an analysis looks at, the same for the same seed."""
    rng = random.Random(seed)
    ids = [f"p{number}" for number in range(rng.randint(3, most_parties))]
    parties = {id_: _party(rng, id_) for id_ in ids}
    parties |= {country: Party(country, "Country", country) for country in ("country:x", "country:y")}
    relations: list[Relation] = []
    share = rng.uniform(0.2, density)
    for start, end in product(ids, ids):
        while rng.random() < share and sum((one.start, one.end) == (start, end) for one in relations) < parallel:
            relations.append(_transfer(rng, f"t{len(relations):02}", start, end, relations))
    for number in range(rng.randint(0, 2)):
        inputs = tuple(rng.sample(sorted(ITEMS), rng.randint(1, 2)))
        first, last = sorted(rng.choices(range(len(DAYS)), k=2))
        made = {
            "inputs": inputs,
            "earliest": DAYS[first] if rng.random() < 0.5 else None,
            "latest": DAYS[last] if rng.random() < 0.5 else None,
            "alternative_of": "either" if rng.random() < 0.15 else None,
            "grade": rng.choice(["A1", "B2", "E5"]),
            "origin_ids": ("o1", "o5")[: rng.randint(1, 2)],
        }
        maker, item = rng.choice(ids), rng.choice(sorted(ITEMS))
        relations.append(Relation(f"m{number}", "MANUFACTURED", maker, item, **made))
    return Records(parties, ITEMS, tuple(relations))


def _party(rng: random.Random, id_: str) -> Party:
    seats = tuple(rng.sample(["country:x", "country:y", "country:z"], rng.choice([0, 1, 1, 1, 2])))
    return Party(id_, "Group", id_.upper(), territories=seats, territory_text="mainly" if len(seats) == 1 else None)


def _transfer(rng: random.Random, id_: str, start: str, end: str, before: list[Relation]) -> Relation:
    first, last = sorted(rng.choices(range(len(DAYS)), k=2))
    linked = rng.sample(before, min(len(before), rng.choice([0, 0, 1, 3])))
    return Relation(
        id_,
        rng.choice(["SUPPLIED", "SUPPLIED", "DIVERTED", "CAPTURED"]),
        start,
        end,
        items=tuple(rng.sample(sorted(ITEMS), rng.choice([0, 1, 1, 2]))),
        earliest=DAYS[first] if rng.random() < 0.8 else None,
        latest=DAYS[last] if rng.random() < 0.8 else None,
        via=("country:y",) if rng.random() < 0.15 else (),
        authorised=rng.choice([None, None, True, False]),
        alternative_of="either" if rng.random() < 0.15 else None,
        certainty=rng.choice(["stated", "reported", "alleged"]),
        grade=rng.choice(["A1", "B2", "C2", "B3", "F6"]),
        origin_ids=tuple(sorted(rng.sample(["o1", "o2", "o3", "o4"], rng.choice([1, 1, 2, 3])))),
        organisation_ids=("g1",),
        findings=(f"f-{id_}",),
        continues=tuple(finding for one in linked for finding in one.findings),
    )


# --- brute force ---------------------------------------------------------------------------------------------------


def parallel_transfers(records_: Records) -> dict[tuple[str, str], list[Relation]]:
    hops: dict[tuple[str, str], list[Relation]] = {}
    for one in sorted(records_.relations, key=lambda relation: relation.id):
        if one.is_transfer and one.start != one.end:
            hops.setdefault((one.start, one.end), []).append(one)
    return hops


def all_paths(hops, parties, starts, ends, max_hops: int = 99) -> Iterator[tuple[str, ...]]:
    """Every order of parties that is a path, grown from each start by every party that is not yet on it."""

    def grown(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if path[-1] in ends and len(path) > 1:
            yield path
        for party in parties if len(path) <= max_hops else ():
            if party not in path and (path[-1], party) in hops:
                yield from grown((*path, party))

    for start in starts:
        yield from grown((start,))


@cache
def kind(narrow: str, broad: str) -> bool:
    """Say whether one item is the other or a kind of it, by walking up at most as often as there are items."""
    level = {narrow}
    for _ in ITEMS:
        level |= {above for one in level if one in ITEMS for above in ITEMS[one].kind_of}
    return broad in level


def time_of(chosen: Sequence[Relation]) -> str:
    """Try every choice of days, until one is in order and another is not; an open bound reaches a day beyond all."""
    days = ["2019-12-31", *DAYS, "2020-01-05"]
    choices = [[day for day in days if (one.earliest or "") <= day <= (one.latest or "9")] for one in chosen]
    seen = set()
    for choice in product(*choices):
        seen.add(list(choice) == sorted(choice))
        if len(seen) > 1:
            return "possible"
    return "impossible" if False in seen else "certain"


Joined = tuple[int, tuple[Relation, ...]]  # custody: 0 stated, 1 compatible, 2 impossible; all it rests on, in order


def custodies_of(chosen: Sequence[Relation], relations: Sequence[Relation]) -> Iterator[Joined]:
    """Try every choice of items and of manufacture between."""
    picks = [sorted(one.items) or (None,) for one in chosen]
    switches = [_switches(after, relations) for after in chosen[1:]]
    for items in product(*picks):
        for between in product(*switches):
            joined = _custody(chosen, items, between, relations)
            if joined is not None:
                yield joined


def _switches(leaving, relations):
    return [None, *(one for one in relations if one.type == "MANUFACTURED" and one.start == leaving.start)]


def _custody(chosen, items, between, relations) -> Joined | None:
    """Return what one choice comes to, None where it leaves a way to go on that another has."""
    carried, worst, rests_on = items[0], 0, [chosen[0]]
    for before, after, item, switch in zip(chosen, chosen[1:], items[1:], between, strict=False):
        linked = bool(set(before.findings) & set(after.continues))
        onward = _onward(carried, item, switch)
        if onward != NO_WAY:
            worst = max(worst, 0 if linked else 1)
            rests_on += [switch] if switch is not None and not linked else []
        elif switch is None and _never(carried, after, relations):
            linked = linked and not _share_items(before, after)
            onward = item if linked else min(after.items, default=None)
            worst = max(worst, 0 if linked else 2)
        else:
            return None
        carried = onward
        rests_on.append(after)
    return worst, tuple(rests_on)


def _share_items(before, after) -> bool:
    """Say whether two transfers name items that fit; `inputs` are those of one that is looked at for some items."""
    first, second = before.inputs or before.items, after.inputs or after.items
    return any(kind(one, other) or kind(other, one) for one in first for other in second)


def _never(carried, leaving, relations) -> bool:
    ways = product(leaving.items or (None,), _switches(leaving, relations))
    return all(_onward(carried, item, switch) == NO_WAY for item, switch in ways)


def _onward(carried, item, switch):
    """Return what is carried after a join, or NO_WAY."""
    if switch is not None:
        if carried is None or not any(kind(carried, one) or kind(one, carried) for one in switch.inputs):
            return NO_WAY
        carried, item = item, switch.end
    if carried is None or item is None:
        return item or carried
    if kind(item, carried):
        return item
    return carried if kind(carried, item) else NO_WAY


class Preference(NamedTuple):
    """What makes one choice of transfers better than another, most important first."""

    misfit: bool
    needless_alternatives: int
    custody: int
    time: int
    alternatives: int
    rank: int
    fewer_origins: int


def preference(
    chosen: Sequence[Relation], relations: Sequence[Relation], *, strict_time=False, strict_custody=False
) -> Preference | None:
    """Return the best that some transfers come to, one for each hop; None where strictness leaves nothing."""
    times = cache(lambda needed: ("certain", "possible", "impossible").index(time_of(needed)))

    def key(custody: int, needed: tuple[Relation, ...]) -> Preference:
        alternatives = sum(one.alternative_of is not None for one in needed)
        time = max(times(needed), int(alternatives > 0))
        misfit = 2 in (custody, time)
        rank, fewer = max(grade_rank(one.grade) for one in needed), -min(len(one.origin_ids) for one in needed)
        return Preference(misfit, 0 if misfit else alternatives, custody, time, alternatives, rank, fewer)

    keys = (key(*joined) for joined in custodies_of(chosen, relations))
    return min(
        (one for one in keys if not (strict_time and one.time == 2) and not (strict_custody and one.custody == 2)),
        default=None,
    )


def judged(
    hop_choices: Sequence[Sequence[Relation]], relations: Sequence[Relation], *, strict_time=False, strict_custody=False
) -> Preference | None:
    """Try every choice of transfers of one path and return what the best has; None where strictness leaves none."""
    strict = {"strict_time": strict_time, "strict_custody": strict_custody}
    keys = (preference(chosen, relations, **strict) for chosen in product(*hop_choices))
    return min((key for key in keys if key is not None), default=None)
