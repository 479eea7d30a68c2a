"""Hostile records: their envelopes are sealed again, so that changes reach the decoders."""

from __future__ import annotations

import sys

from benchmarks.size import Size
from benchmarks.trust.guided import Tally, tallied
from benchmarks.trust.outcome import Outcome

_CASES = 200_000
# What small records may take by themselves, twice: of messages, and of columns.
_MOST_GROWN = 2 * (64 << 20)


def attack(size: Size) -> list[Outcome]:
    tally = tallied("benchmarks.trust.hostile_records", size.seed, size.count(_CASES, 200))
    return outcomes(tally, "a hostile record is refused with a remedy, or every route shows it")


def outcomes(tally: Tally, promise: str) -> list[Outcome]:
    """What a tally means, the errors told on the way."""
    for kind, seen in tally.errors.items():
        print(f"{kind}: {seen[:600]}", file=sys.stderr)
    grown = f"{tally.grown_bytes >> 20} MiB of {_MOST_GROWN >> 20} MiB"
    return [
        Outcome(promise, tally.tried, tally.broken, tally.figure()),
        Outcome(
            "reading it takes no more memory than its bytes allow",
            tally.tried,
            int(tally.grown_bytes > _MOST_GROWN),
            grown,
        ),
    ]
