"""All cases by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from benchmarks.claims import (
    grouped,
    harm,
    largest_change,
    means,
    page,
    rates,
    recipes,
    score_harm,
    seeds,
)
from benchmarks.claims.lines import Line
from benchmarks.size import Size

CASES: dict[str, Callable[[Size], list[Line]]] = {
    **harm.CASES,
    **grouped.CASES,
    **seeds.CASES,
    **score_harm.CASES,
    **rates.CASES,
    **means.CASES,
    **recipes.CASES,
    **largest_change.CASES,
    **page.CASES,
}


def chosen(names: Iterable[str]) -> list[str]:
    """The cases whose names begin with any of these; all where none is given."""
    beginnings = tuple(names)
    return [name for name in CASES if not beginnings or name.startswith(beginnings)]


def run(name: str, size: Size) -> list[Line]:
    """The lines of a case."""
    return CASES[name](size)
