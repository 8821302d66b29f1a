"""Decisions applied to declarations: ids rewritten, nothing lost, nothing that cannot be undone."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import decisions, merging
from kg.errors import InputError
from kg.findings import Declared, Finding, Item, Party


def party(name, **changes):
    kind = name.partition(":")[0].capitalize()
    return Party.model_validate({"id": name, "kind": kind, "name": f"Name of {name}", **changes})


def finding(name, start, end, **changes):
    return Finding.model_validate(
        {
            "id": name, "relation": "SUPPLIED", "from": start, "to": end, "items": ["item:x"], "certainty": "reported",
            "source": "s", "origin": "o", "statement": "t", **changes,
        }
    )  # fmt: skip


def at(what, line=1, file="one.yaml"):
    return Declared(what, file, line)


A = party("group:a", aliases=["Ay", "Shared"], located_in=[{"id": "country:SYR", "text": "mainly"}], note="first")
B = party(
    "group:b", aliases=["Shared", "Bee"], located_in=["country:SYR", "country:IRQ"], part_of="group:whole",
    stated_by="s", valid="2014", note="second",
)  # fmt: skip
STANDS = {"group:b": "group:a"}


def test_names_aliases_and_ids_become_aliases_of_the_one_kept():
    merged = merging.merge("group:a", [B, A])
    assert (merged.id, merged.name) == ("group:a", "Name of group:a")
    assert merged.aliases == ("Ay", "Shared", "group:b", "Name of group:b", "Bee")
    assert [(ref.id, ref.text) for ref in merged.located_in] == [("country:SYR", "mainly"), ("country:IRQ", None)]
    assert [ref.id for ref in merged.part_of] == ["group:whole"]
    assert (merged.stated_by, merged.valid, merged.note) == (("s",), B.valid, "first; second")


def test_merging_is_whatever_the_order_and_whatever_the_steps():
    c = party("group:c", aliases=["Cee"], valid="2016/..", located_in={"id": "country:SYR", "text": "north"})
    all_at_once = {merging.merge("group:a", order) for order in permutations([A, B, c])}
    assert len(all_at_once) == 1
    merged = all_at_once.pop()
    assert (merged.valid.earliest, merged.valid.latest) == ("2014-01-01", None)
    assert merged.located_in[0].text == "mainly; north"
    assert merging.merge("group:a", [merged]) == merged


def test_a_state_of_the_table_keeps_its_name():
    merged = merging.merge("country:SYR", [party("country:syria-old", aliases=["Sham"])])
    assert (merged.id, merged.name) == ("country:SYR", "Syria")
    assert {"country:syria-old", "Name of country:syria-old", "Sham"} <= set(merged.aliases)


def test_an_id_that_is_kept_but_declared_elsewhere_takes_the_name_there_is():
    [one] = merging.applied([at(B)], STANDS)
    assert (one.what.id, one.what.name) == ("group:a", "Name of group:b")
    assert set(one.what.aliases) == {"group:b", "Shared", "Bee"}


def test_each_file_declares_the_merged_party_once_with_the_same_content():
    item = at(Item(id="item:x", name="x"), 9)
    entries = [at(A, 1), item, at(B, 5), at(B, 2, "two.yaml"), at(A, 7, "two.yaml")]
    found = merging.applied(entries, STANDS)
    assert [(one.file, one.line, one.what.id) for one in found] == [
        ("one.yaml", 1, "group:a"), ("one.yaml", 9, "item:x"), ("two.yaml", 2, "group:a"),
    ]  # fmt: skip
    assert found[0].what == found[2].what == merging.merge("group:a", [A, B])
    assert found[1] is item


def test_references_are_rewritten_and_their_wording_stays():
    given_ = finding(
        "f", {"id": "group:b", "text": "the bees", "basis": "implied"}, "group:c", financed_by=["group:b", "group:a"],
        via="country:x",
    )  # fmt: skip
    [one] = merging.applied([at(given_)], {**STANDS, "country:x": "country:SYR"})
    assert (one.what.start.id, one.what.start.text, one.what.start.basis) == ("group:a", "the bees", "implied")
    assert [ref.id for ref in one.what.financed_by] == ["group:a"] and one.what.via == ("country:SYR",)
    assert (
        one.what.model_copy(update={"start": given_.start, "financed_by": given_.financed_by, "via": given_.via})
        == given_
    )
    made = finding("m", "group:c", "item:x", relation="MANUFACTURED", items=[], held_by=["group:b"])
    assert merging.applied([at(made)], STANDS)[0].what.held_by[0].id == "group:a"
    wing = party("group:wing", part_of="group:b", located_in="country:x", succeeded_by=["group:b", "group:a"])
    [changed] = merging.applied([at(wing)], {**STANDS, "country:x": "country:SYR"})
    assert [ref.id for ref in (*changed.what.part_of, *changed.what.located_in)] == ["group:a", "country:SYR"]
    assert changed.what.succeeded_by == ("group:a",)


def test_what_names_none_of_the_ids_is_left_alone():
    entries = [at(finding("f", "group:c", "group:a")), at(party("group:c", part_of="group:a"))]
    assert all(one is other for one, other in zip(merging.applied(entries, STANDS), entries, strict=True))


def test_a_transfer_to_itself_is_refused_with_file_and_line():
    with pytest.raises(InputError, match=r"one\.yaml:4: f passes something from group:a to group:b, .*same"):
        merging.applied([at(finding("f", "group:a", "group:b"), 4)], STANDS)


@pytest.mark.parametrize("what", ["part_of", "succeeded_by"])
@pytest.mark.parametrize("way", [("group:a", "group:b"), ("group:b", "group:a")])
def test_a_party_never_becomes_its_own_part_or_successor(what, way):
    with pytest.raises(
        InputError, match=rf"one\.yaml:3: {way[0]} is declared as located in, a part of or succeeded by"
    ):
        merging.applied([at(party(way[0], **{what: way[1]}), 3), at(party(way[1]))], STANDS)


@pytest.mark.parametrize("sort", ["placeholder", "collective"])
def test_unnamed_parties_never_become_named_ones(sort):
    with pytest.raises(InputError, match=rf"one\.yaml:2: group:b and group:a .* only one of them is a {sort}"):
        merging.applied([at(A), at(party("group:b", **{sort: True}), 2)], STANDS)


IDS = [f"group:{name}" for name in "abcdef"]
PARTIES = st.lists(
    st.builds(
        lambda name, alias, country, whole: party(
            name, aliases=[alias], located_in=[country], **({"part_of": [whole]} if whole else {})
        ),
        st.sampled_from(IDS), st.sampled_from(["X", "Y", "Z"]), st.sampled_from(["country:SYR", "country:IRQ"]),
        st.sampled_from([None, "group:whole"]),
    ),
    unique_by=lambda one: one.id,
)  # fmt: skip
ENDS = st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)).filter(lambda ends: ends[0] != ends[1])
ENTRIES = st.builds(
    lambda parties, ends: [
        *(at(one, number) for number, one in enumerate(parties)),
        *(at(finding(f"f{number}", *pair), 100 + number) for number, pair in enumerate(ends)),
    ],
    PARTIES,
    st.lists(ENDS, max_size=5),
)
LINKS = st.lists(ENDS, max_size=4).map(
    lambda pairs: [decisions.decision(*pair, "same", why="w", who="Ada", when="2024-01-01") for pair in pairs]
)


@given(ENTRIES, LINKS)
def test_applied_and_undone_is_as_it_was(entries, links):
    before = [one.what.canonical() for one in entries]
    try:
        merged = merging.applied(entries, decisions.canonical(links))
    except InputError:
        merged = []
    undo = [decisions.decision(*one.pair, "unsure", why="w", who="Ada", when="2024-01-02") for one in links]
    assert merging.applied(entries, decisions.canonical([*links, *undo])) == entries
    assert [one.what.canonical() for one in entries] == before
    stands = decisions.canonical(links)
    if merged:
        assert merging.applied(merged, stands) == merged


@given(ENTRIES, LINKS)
def test_nothing_is_lost(entries, links):
    stands = decisions.canonical(links)
    try:
        merged = merging.applied(entries, stands)
    except InputError:
        return
    parties = {one.what.id: one.what for one in merged if isinstance(one.what, Party)}
    for one in (entry.what for entry in entries):
        if isinstance(one, Party):
            kept = parties[stands.get(one.id, one.id)]
            assert {one.id, one.name, *one.aliases} <= {kept.id, kept.name, *kept.aliases}
            assert {ref.id for ref in one.located_in} <= {ref.id for ref in kept.located_in}
            assert {ref.id for ref in one.part_of} <= {ref.id for ref in kept.part_of}
    after = {one.what.id: one.what for one in merged if isinstance(one.what, Finding)}
    for one in (entry.what for entry in entries if isinstance(entry.what, Finding)):
        assert after[one.id].start.id == stands.get(one.start.id, one.start.id)
        assert after[one.id].end.id == stands.get(one.end.id, one.end.id)


@given(ENTRIES, LINKS)
def test_no_id_is_left_that_another_stands_for(entries, links):
    stands = decisions.canonical(links)
    try:
        merged = merging.applied(entries, stands)
    except InputError:
        return
    named = {one.what.id for one in merged}
    named |= {name for one in merged if isinstance(one.what, Finding) for _, name in one.what.refs()}
    assert not named & set(stands)
