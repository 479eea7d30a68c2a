"""Something about a log that a person should know and can put right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What was found and what to do; run, model (key) and tag where it concerns a single one."""

    message: str
    remedy: str
    run: str | None = None
    model: str | None = None
    tag: str | None = None


def nobody_logged(complete: bool) -> str:
    """What is known of something that is named and not there; `complete`: all has been read."""
    return "which no run has logged" if complete else "which is not among what was read so far"
