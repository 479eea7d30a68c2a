"""Hostile checkpoints, configs, indices and tables."""

from __future__ import annotations

from benchmarks.size import Size
from benchmarks.trust.guided import tallied
from benchmarks.trust.outcome import Outcome
from benchmarks.trust.records import outcomes

_CASES = 100_000


def attack(size: Size) -> list[Outcome]:
    tally = tallied("benchmarks.trust.hostile_files", size.seed, size.count(_CASES, 200))
    return outcomes(tally, "a hostile file is read, or refused by name with a remedy")
