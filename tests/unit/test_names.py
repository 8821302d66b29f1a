"""Names resolve by id, name or alias; what is ambiguous or unknown is said, never settled in silence."""

import pytest

from kg import names
from kg.errors import UnknownNameError
from kg.records import Party

PARTIES = [
    Party("group:isis", "Group", "ISIS", ("Islamic State", "IS", "Daesh")),
    Party("country:TUR", "Country", "Turkey", ("Türkiye",)),
    Party("country:YEM", "Country", "Yemen"),
    Party("group:a-is", "Group", "Aïs forces"),
    Party("group:one", "Group", "Northern brigade", ("Brigade",)),
    Party("group:two", "Group", "Southern brigade", ("Brigade",)),
]
NAMES = names.Names(PARTIES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("group:isis", "group:isis"),
        ("isis", "group:isis"),
        ("  islamic   STATE ", "group:isis"),
        ("is", "group:isis"),
        ("turkiye", "country:TUR"),
        ("AIS FORCES", "group:a-is"),
    ],
)
def test_case_accents_and_space_do_not_matter(text, found):
    assert NAMES.resolve(text) == found


def test_ambiguous_names_name_their_candidates():
    with pytest.raises(UnknownNameError, match=r"ambiguous.*group:one.*group:two"):
        NAMES.resolve("brigade")


def test_a_name_that_several_states_have_had_is_ambiguous_though_the_graph_knows_one():
    with pytest.raises(UnknownNameError, match=r"ambiguous.*country:YAR.*country:YEM"):
        NAMES.resolve("Yemen")
    assert NAMES.resolve("country:YEM") == "country:YEM"


def test_misspelt_names_get_suggestions():
    with pytest.raises(UnknownNameError, match=r"Did you mean .*Islamic State"):
        NAMES.resolve("Islamic Stat")
    with pytest.raises(UnknownNameError, match="kg find"):
        NAMES.resolve("zzzzzz")


def test_suggestions_of_one_name_are_told_apart_by_their_ids():
    makers = [Party("factory:bosch-de", "Factory", "Bosch"), Party("factory:bosch-cn", "Factory", "Bosch")]
    with pytest.raises(UnknownNameError, match=r"mean Bosch \(factory:bosch-cn\), Bosch \(factory:bosch-de\)\?"):
        names.Names(makers).resolve("Bosh")


def test_a_known_state_that_the_graph_does_not_speak_of_is_said():
    with pytest.raises(UnknownNameError, match=r"France \(country:FRA\), which nothing in this graph speaks of"):
        NAMES.resolve("France")


def test_short_words_do_not_match_everything():
    assert NAMES.search("is", limit=10)[0].id == "group:isis"
    assert NAMES.search("q") == []


def test_the_table_of_states_is_read_for_what_may_be_a_state(monkeypatch):
    read = []
    monkeypatch.setattr(names, "_table", lambda: read.append("states.csv") or ())
    assert NAMES.resolve("Islamic State") == "group:isis" and not read
    assert NAMES.resolve("Turkey") == "country:TUR" and read


def test_states_are_found_by_all_their_names():
    for state in names.states().values():
        assert all(state in names.states_called(name) for name in (state.name, *state.aliases))
    assert names.states_called("") == ()


def test_states_table_is_sound():
    table = names.states()
    assert table["country:NAM"].name == "Namibia"
    assert {"Congo", "Korea", "Yemen"} <= {alias for state in table.values() for alias in (state.name, *state.aliases)}
    for text in ("Congo", "Korea", "Yemen"):
        with pytest.raises(UnknownNameError, match="ambiguous"):
            names.Names(table.values()).resolve(text)
    for state in table.values():
        assert state.id.startswith("country:") and state.name
        assert set(state.successors) <= set(table)
        if state.valid_from and state.valid_to:
            assert state.valid_from <= state.valid_to
