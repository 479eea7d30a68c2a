"""What came of trying to break a promise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """A promise that was `broken` in so many of the cases that were `tried`.

    `figure` is the worst that was measured on the way, with its unit and limit.
    """

    promise: str
    tried: int
    broken: int
    figure: str = ""

    @property
    def red(self) -> bool:
        """Whether it does not hold; without any case nothing has been shown."""
        return self.broken > 0 or not self.tried


def table(outcomes: Iterable[Outcome]) -> str:
    """A table in Markdown, as it stands in the documentation."""
    lines = ["| promise | cases | broken | worst |", "|---|--:|--:|---|"]
    lines += [f"| {o.promise} | {o.tried:,} | {o.broken:,} | {o.figure} |" for o in outcomes]
    return "\n".join(lines)
