"""How much of something long is run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """A share of the cases of each trial or attack, and the seed of everything that is drawn."""

    seed: int = 0
    share: float = 1.0

    def count(self, full: int, fewest: int = 1) -> int:
        """How many cases that is of a `full` number."""
        return max(fewest, round(full * self.share))
