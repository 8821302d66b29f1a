"""Grade 100,000 findings on 20,000 transfers: `python -m benchmarks.grading`. Prints seconds and peak memory.

The lower bound beside it is a single pass that only puts the findings into groups by the key of their transfer.
"""

from __future__ import annotations

import resource
import time
from collections import defaultdict

from kg import evidence
from kg.findings import Finding, Origin, Source

FINDINGS, TRANSFERS, SOURCES = 100_000, 20_000, 50


def main() -> None:
    """Measure once and print."""
    origins = {f"o{n}": Origin(id=f"o{n}", organisation=f"org{n % 10}", kind="study") for n in range(SOURCES)}
    sources = {
        f"s{n}": Source.model_validate(
            {
                "id": f"s{n}",
                "title": "t",
                "publisher": "p",
                "published": "2020",
                "reliability": {"grade": "ABCDE"[n % 5], "reason": "r"},
                "relays": [f"o{n}"] if n % 3 else [f"o{n}", f"s{(n + 1) % SOURCES}"],
            }
        )
        for n in range(SOURCES)
    }
    findings = [
        Finding.model_validate(
            {
                "id": f"f{n}",
                "relation": "SUPPLIED",
                "from": f"group:a{n % TRANSFERS}",
                "to": "group:b",
                "items": ["item:x"],
                "certainty": ("stated", "reported", "alleged")[n % 3],
                "source": f"s{n % SOURCES}",
                "origin": f"o{n % SOURCES}",
                "statement": "s",
                "transfer": f"t{n % TRANSFERS}",
            }
        )
        for n in range(FINDINGS)
    ]
    start = time.perf_counter()
    by_key = defaultdict(list)
    for finding in findings:
        by_key[finding.transfer].append(finding)
    bound = time.perf_counter() - start
    start = time.perf_counter()
    background = evidence.background(findings, sources, origins)
    edges = [evidence.relation(group, background) for group in evidence.group(findings)]
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(findings)} findings, {len(edges)} transfers graded in {seconds:.1f} s (grouping alone {bound:.2f} s)")
    print(f"peak memory {memory:.0f} MB, the findings themselves included")


if __name__ == "__main__":
    main()
