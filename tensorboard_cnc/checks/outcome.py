"""What came out of one check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """Whether what was asked holds; its value is how reports say it."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "cannot be judged"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check of one model.

    `asked` is the requirement as it was typed or logged; `value` what the model has, `limit` what
    it was held against, `interval` what is known of the value's noise, each as text, "" where
    there is none; `why` says what decided.
    """

    model: str
    asked: str
    verdict: Verdict
    value: str = ""
    limit: str = ""
    interval: str = ""
    why: str = ""


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """0: all hold; 1: something fails; 3: nothing fails, and something cannot be judged."""
    verdicts = {outcome.verdict for outcome in outcomes}
    if Verdict.FAILS in verdicts:
        return 1
    return 3 if Verdict.UNKNOWN in verdicts else 0
