"""Shared text: whole sentences in common are found with both spans, quotations and chance are not."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kg import similarity

COPIED = (
    "The group bought its raw material in bulk from traders across the border, the researchers said on Wednesday, and "
    "it kept a supply chain that allowed it to make tens of thousands of rounds in and around the northern city."
)
OTHER = "An unrelated text about something else entirely, with no sentence in common and other words throughout."


def test_whole_sentences_in_common_are_found_with_both_spans():
    first, second = f"Opening words. {COPIED} Closing.", f"{OTHER} {COPIED.replace('Wednesday', 'WEDNESDAY')} {OTHER}"
    (pair,) = similarity.pairs({"a": first, "b": second, "c": OTHER + " More."})[:1]
    assert (pair.first, pair.second) == ("a", "b")
    (passage,) = pair.passages
    assert (
        first[slice(*passage.first)].casefold() == second[slice(*passage.second)].casefold() == COPIED.casefold()[:-1]
    )
    assert passage.words == pair.words == len(COPIED.split())


def test_a_shared_quotation_alone_is_no_relay():
    quoted = "they place a very high value on technical capacity"
    assert similarity.pairs({"a": f"One report: {quoted}, he said.", "b": f"Quite another: {quoted}."}) == []


def test_boilerplate_of_many_documents_is_passed_over():
    assert similarity.pairs({str(number): COPIED for number in range(similarity.COMMON + 1)}) == []


@settings(max_examples=50)
@given(
    st.dictionaries(st.sampled_from("abc"), st.lists(st.sampled_from("uvwxyz"), max_size=60).map(" ".join), max_size=3)
)
def test_spans_hold_the_same_words(texts):
    for pair in similarity.pairs(texts):
        for passage in pair.passages:
            assert texts[pair.first][slice(*passage.first)] == texts[pair.second][slice(*passage.second)]


def test_of_the_five_documents_one_pair_shares_whole_sentences(documents):
    texts = {path.name[:3]: path.read_bytes().decode() for path in documents.iterdir()}
    assert [(pair.first, pair.second) for pair in similarity.pairs(texts)] == [("001", "004")]
