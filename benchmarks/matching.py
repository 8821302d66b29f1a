"""Propose who of 20,000 parties may be one: `python -m benchmarks.matching`. Prints seconds beside a bare comparison.

The bare comparison is one of `rapidfuzz`, of every name with every other of its kind, with the same least likeness: it
knows neither initials nor words left out, and gives no reasons.
"""

from __future__ import annotations

import random
from collections import defaultdict

from rapidfuzz import fuzz, process

from benchmarks.__main__ import pair
from kg import likeness, matching
from kg.records import Party, Records

PARTIES, WORDS, RUNS = 20_000, 6_000, 3
SYLLABLES = ("ka", "ro", "mi", "sha", "ben", "al", "nu", "ra", "zas", "in", "du", "stri", "bri", "ga", "free", "sy")
COMMON = ("Brigade", "Forces", "Army", "Front", "Arms", "Industries", "Movement", "Northern", "Ltd", "d.o.o.", "of")


def made_up(parties: int) -> dict[str, Party]:
    """Return parties with names of one to five words, half of them groups; the same ones in every run."""
    drawn = random.Random(7)
    words = ["".join(drawn.choices(SYLLABLES, k=drawn.randint(2, 3))) for _ in range(WORDS)]
    found = {}
    for number in range(parties):
        kind = drawn.choice(("Group", "Group", "Factory", "Distributor"))
        name = " ".join(drawn.choices(words, k=drawn.randint(1, 3)) + drawn.choices(COMMON, k=drawn.randint(0, 2)))
        found[f"{kind.lower()}:{number}"] = Party(f"{kind.lower()}:{number}", kind, name)
    return found


def main() -> None:
    """Measure and print."""
    parties = made_up(PARTIES)
    by_kind = defaultdict(list)
    for party in parties.values():
        by_kind[party.kind].append(likeness.clean(party.name))

    def bare() -> None:
        for names in by_kind.values():
            for place, name in enumerate(names):
                process.extract(
                    name, names[place + 1 :], scorer=fuzz.ratio, score_cutoff=matching.MIN_SCORE, limit=None
                )

    records = Records(parties)
    found = matching.propose(records)
    print(f"{len(found):,} proposals among {len(parties):,} parties")
    pair("propose", lambda: matching.propose(records), bare, "every name with every other", runs=RUNS)


if __name__ == "__main__":
    main()
