"""All cases by name."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.claims import harm, means, seeds
from benchmarks.claims.lines import Line, Size

CASES = {**harm.CASES, **means.CASES, **seeds.CASES}


def chosen(names: Iterable[str]) -> list[str]:
    """The cases whose names begin with any of these; all where none is given."""
    beginnings = tuple(names)
    return [name for name in CASES if not beginnings or name.startswith(beginnings)]


def run(name: str, size: Size) -> list[Line]:
    """The lines of a case, with its name before what each is about."""
    return CASES[name](size)
