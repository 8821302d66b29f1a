"""Decisions on names: the file read strictly, closure and conflicts, and what is supersedes what was."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import decisions, names
from kg.decisions import Decision
from kg.errors import InputError, UsageError


def decide(first, second, judgement="same", when="2024-01-01", why="because", who="Ada"):
    first, second = (name if ":" in name else f"group:{name}" for name in (first, second))
    return decisions.decision(first, second, judgement, why=why, who=who, when=when)


def write(folder: Path, text: str) -> Path:
    path = folder / "decisions.yaml"
    path.write_text(text, encoding="utf-8")
    return path


GOOD = """# by hand
- {pair: [group:b, group:a], judgement: same, why: "one: the other", who: Ada, when: 2024-01-01}
- pair: [group:a, group:c]
  judgement: not-same
  why: two movements
  who: Ben
  when: "2024-02-29"
"""


def test_a_file_is_read_with_its_lines(tmp_path):
    first, second = decisions.read(write(tmp_path, GOOD))
    assert first == decide("a", "b", why="one: the other") and first.line == 2
    assert second == decide("a", "c", "not-same", "2024-02-29", "two movements", "Ben") and second.line == 3
    assert str(second) == "group:a ≠ group:c (line 3, Ben, 2024-02-29)"
    assert second.rows() == {
        "first": "group:a", "second": "group:c", "judgement": "not-same", "why": "two movements", "who": "Ben",
        "when": "2024-02-29", "line": 3,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[]"])
def test_an_empty_or_absent_file_holds_none(tmp_path, text):
    assert decisions.read(tmp_path / "absent.yaml") == []
    assert decisions.read(write(tmp_path, text)) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("not-same", "never", 4, r'judgement: found "never", expected .*not-same'),
        ("  who: Ben\n", "", 3, "who: found nothing, expected a value"),
        (
            "  who: Ben\n",
            "  who: Ben\n  sure: true\n",
            7,
            "sure: found a field that is not known, expected one of pair",
        ),
        ("2024-02-29", "2023-02-29", 7, "a day from 01 to 28, which that month has"),
        ("2024-02-29", "2024", 7, "a day such as"),
        ("[group:a, group:c]", "[group:a, group:a]", 3, "two different ids"),
        ("[group:a, group:c]", "[group:a]", 3, "pair"),
        ("[group:a, group:c]", "[group:a, item:c]", 3, "item:c"),
        ("two movements", '"two\\u202emovements"', 5, "without control characters"),
        ("two movements", '""', 5, "at least 1 character"),
        ("[group:b, group:a]", "[factory:b, group:a]", 2, "two ids of one kind"),
        ("# by hand", "- &anchor {}", 1, "anchor"),
        ("  who: Ben\n", "  who: Ben\n  who: Ben\n", 7, "the key who twice"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(tmp_path, old, new, line, message):
    assert old in GOOD
    with pytest.raises(InputError, match=rf"decisions\.yaml:{line}: .*{message}"):
        decisions.read(write(tmp_path, GOOD.replace(old, new)))


def test_other_shapes_and_bytes_are_refused(tmp_path):
    with pytest.raises(InputError, match="expected a list of decisions"):
        decisions.read(write(tmp_path, "decisions: []"))
    path = tmp_path / "bytes.yaml"
    path.write_bytes(b"# one\n- \xff")
    with pytest.raises(InputError, match=r"bytes\.yaml:2: .*UTF-8"):
        decisions.read(path)


def test_several_problems_are_counted(tmp_path):
    with pytest.raises(InputError, match=r":3: .* \(and 1 more\)"):
        decisions.read(write(tmp_path, GOOD.replace("  who: Ben\n", "").replace("2024-02-29", "2024")))


def test_a_decision_made_in_a_call_is_as_strict():
    with pytest.raises(UsageError, match=r"pair: .*different ids; nothing was recorded"):
        decide("a", "a")
    with pytest.raises(UsageError, match="why: "):
        decide("a", "b", why=" ")
    with pytest.raises(UsageError, match=r"when: found 2999-01-01, expected a day that has come"):
        decide("a", "b", when="2999-01-01")
    assert decide("b", "a").pair == ("group:a", "group:b")


def test_appending_keeps_what_stands_there(tmp_path):
    path = write(tmp_path, GOOD.rstrip())
    new = decide("d", "e", why='quotes " and \\ and: #signs, NO, 1e5 — “ü”', who="1e5")
    assert decisions.append(path, new)[-1] == new
    assert path.read_text(encoding="utf-8").startswith(GOOD)
    assert decisions.read(path)[2:] == [new]


def test_appending_makes_the_file_and_supersedes(tmp_path):
    path = tmp_path / "new.yaml"
    decisions.append(path, decide("a", "b"))
    recorded = decisions.append(path, decide("a", "b", "unsure"))
    assert path.read_text(encoding="utf-8").startswith(decisions.HEADER)
    assert [one.judgement for one in recorded] == ["same", "unsure"]
    assert [one.judgement for one in decisions.in_force(recorded)] == ["unsure"]
    assert decisions.canonical(recorded) == {}


def test_what_cannot_be_added_to_stays_as_it_was(tmp_path):
    path = write(tmp_path, "[]\n")
    with pytest.raises(InputError, match="cannot be added to"):
        decisions.append(path, decide("a", "b"))
    assert path.read_text(encoding="utf-8") == "[]\n"


def test_a_conflict_is_refused_with_the_chain_and_the_file_stays(tmp_path):
    path = tmp_path / "decisions.yaml"
    for one in (decide("a", "b"), decide("b", "c"), decide("c", "d", "not-same")):
        decisions.append(path, one)
    before = path.read_bytes()
    with pytest.raises(InputError) as refused:
        decisions.append(path, decide("d", "a", who="Ben"))
    for link in (
        "group:c ≠ group:d (line 12",
        "group:a = group:b (line 2",
        "group:b = group:c (line 7",
        "= group:d (Ben",
    ):
        assert link in str(refused.value)
    with pytest.raises(InputError, match=r"group:a ≠ group:c .*group:a = group:b .*group:b = group:c"):
        decisions.append(path, decide("a", "c", "not-same"))
    assert path.read_bytes() == before


def test_a_chain_in_a_circle_can_be_undone_link_by_link(tmp_path):
    links = [decide("a", "b"), decide("b", "c"), decide("a", "c")]
    undone = [*links, decide("a", "b", "unsure"), decide("b", "c", "unsure"), decide("a", "c", "not-same")]
    for number in range(len(undone) + 1):
        decisions.canonical(undone[:number])
    assert decisions.canonical(undone) == {}
    assert decisions.chain(undone[:4], "group:a", "group:b") == [links[2], links[1]]


def test_decisions_on_a_pair_do_not_go_back_in_time():
    with pytest.raises(InputError, match="of a later day"):
        decisions.in_force([decide("a", "b", when="2024-02-01"), decide("b", "a", "unsure", when="2024-01-01")])


def test_the_kept_id_follows_the_written_rule():
    assert decisions.canonical([decide("long-name", "abc"), decide("abd", "abc")]) == {
        "group:long-name": "group:abc", "group:abd": "group:abc",
    }  # fmt: skip
    table = decide("country:a", "country:SYR")
    assert "country:SYR" in names.states() and decisions.canonical([table]) == {"country:a": "country:SYR"}


def test_two_states_of_the_table_never_become_one():
    links = [decide("country:COD", "country:congo"), decide("country:congo", "country:COG")]
    with pytest.raises(InputError, match=r"country:COD and country:COG are two states .*country:COD = country:congo"):
        decisions.canonical(links)


def test_what_is_settled_carries_over_to_ids_that_are_the_same():
    judgement = decisions.settled([decide("a", "b"), decide("b", "c", "not-same"), decide("a", "d", "unsure")])
    assert judgement("group:a", "group:b") == "same"
    assert judgement("group:c", "group:a") == "not-same"
    assert judgement("group:b", "group:d") == "unsure"
    assert judgement("group:c", "group:d") is None


def test_not_same_outweighs_unsure_whichever_comes_first():
    links = [decide("a", "b"), decide("a", "c", "not-same"), decide("b", "c", "unsure")]
    for order in permutations(links):
        assert decisions.settled(order)("group:b", "group:c") == "not-same"


def test_where_decisions_stand(tmp_path, monkeypatch):
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir(), here.mkdir()
    monkeypatch.chdir(here)
    assert decisions.where(None, home) == Path("decisions.yaml")
    (home / "decisions.yaml").touch()
    assert decisions.where(None, home) == home / "decisions.yaml"
    (here / "decisions.yaml").touch()
    assert decisions.where(None, home) == Path("decisions.yaml")
    assert decisions.where(home / "decisions.yaml", home) == home / "decisions.yaml"
    with pytest.raises(InputError, match="does not exist"):
        decisions.where(here / "absent.yaml", home)
    assert decisions.where(here / "absent.yaml", home, new=True) == here / "absent.yaml"


IDS = st.sampled_from([f"group:{name}" for name in "abcdef"])
JUDGEMENTS = st.sampled_from(["same", "not-same", "unsure"])
DECISIONS = st.lists(
    st.tuples(IDS, IDS, JUDGEMENTS).filter(lambda one: one[0] != one[1]).map(lambda one: decide(*one)), max_size=12
)
CONSISTENT = DECISIONS.filter(lambda links: stands(links) is not None)


def stands(links):
    """Return the ids that stand for others; None where decisions conflict."""
    try:
        return decisions.canonical(links)
    except InputError:
        return None


def reached(links):
    """Return the pairs that are the same by brute force: the reflexive, symmetric, transitive closure."""
    last: dict[tuple[str, str], Decision] = {one.pair: one for one in links}
    everyone = [f"group:{name}" for name in "abcdef"]
    same = {(one, one) for one in everyone}
    same |= {pair for pair, one in last.items() if one.judgement == "same"}
    same |= {(second, first) for first, second in same}
    for _ in everyone:
        same |= {(a, d) for a, b in same for c, d in same if b == c}
    return same, [pair for pair, one in last.items() if one.judgement == "not-same"]


@given(DECISIONS)
def test_the_closure_is_an_equivalence_and_conflicts_are_found(links):
    same, apart = reached(links)
    found = stands(links)
    assert (found is None) == any(pair in same for pair in apart)
    if found is not None:
        everyone = {name for pair in same for name in pair}
        by_id = {(a, b) for a in everyone for b in everyone if found.get(a, a) == found.get(b, b)}
        assert by_id == same
        assert all(kept not in found for kept in found.values())


@given(DECISIONS)
def test_a_chain_leads_from_one_to_the_other_wherever_they_are_the_same(links):
    same, _ = reached(links)
    for first, second in ((f"group:{a}", f"group:{b}") for a in "abc" for b in "def"):
        chain = decisions.chain(links, first, second)
        assert (chain is not None) == ((first, second) in same)
        end = first
        for one in chain or []:
            assert end in one.pair and one.judgement == "same"
            end = one.pair[0] if one.pair[1] == end else one.pair[1]
        assert chain is None or end == second


@given(DECISIONS, st.randoms(use_true_random=False))
def test_the_order_of_decisions_on_different_pairs_does_not_matter(links, random):
    last = list({one.pair: one for one in links}.values())
    shuffled = list(last)
    random.shuffle(shuffled)
    assert stands(shuffled) == stands(last) == stands(links)


@given(CONSISTENT)
def test_withdrawing_every_decision_leaves_nothing_merged(links):
    undone = [*links, *(decide(*one.pair, "unsure") for one in links)]
    assert decisions.canonical(undone) == {}
    assert len(undone) == 2 * len(links)


@given(CONSISTENT)
def test_written_and_read_decisions_are_the_same(links):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "decisions.yaml"
        written = []
        for one in links:
            if stands([*written, one]) is not None:
                decisions.append(path, one)
                written.append(one)
        assert decisions.read(path) == written
