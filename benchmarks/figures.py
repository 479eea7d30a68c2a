"""A measured figure, and how a list of them is printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report: what was measured, its target and its peer, all as text."""

    what: str
    value: str
    target: str = ""
    peer: str = ""


def milliseconds(call: Callable[[], Any], repeats: int = 9) -> float:
    """The median time of `call` in ms."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def table(figures: Iterable[Figure]) -> str:
    """The figures as aligned columns."""
    rows = [("what", "measured", "target", "peer in the same run")]
    rows += [(f.what, f.value, f.target, f.peer) for f in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join((lines[0], "-" * sum(widths), *lines[1:]))
