"""The seconds that calls take inside of a loop, of the processor and by the clock."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Seconds:
    """`busy` are the processor's, which other programs hardly lengthen; `clock` those that pass."""

    busy: float
    clock: float

    @classmethod
    def of(cls, call: Callable[[], Any]) -> Seconds:
        """What `call` takes."""
        busy, clock = time.process_time(), time.perf_counter()
        call()
        return cls(time.process_time() - busy, time.perf_counter() - clock)

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(self.busy + other.busy, self.clock + other.clock)

    def __sub__(self, other: Seconds) -> Seconds:
        return Seconds(self.busy - other.busy, self.clock - other.clock)

    def __truediv__(self, count: int) -> Seconds:
        return Seconds(self.busy / count, self.clock / count)

    def on_top_of(self, other: Seconds) -> str:
        """By what these lengthen the `other`, such as "×1.03, by the clock ×1.02"."""
        busy, clock = self.busy / other.busy, self.clock / other.clock
        return f"×{1 + busy:.3f}, by the clock ×{1 + clock:.3f}"


class CallSeconds:
    """What each call of a loop took, by its name."""

    def __init__(self) -> None:
        self.by_name: dict[str, list[Seconds]] = defaultdict(list)

    def time(self, name: str, call: Callable[[], Any]) -> None:
        """Calls it."""
        self.by_name[name].append(Seconds.of(call))

    def total(self) -> Seconds:
        """Of all calls."""
        every = (each for calls in self.by_name.values() for each in calls)
        return sum(every, start=Seconds(0, 0))

    def typical(self) -> str:
        """Medians of the processor's time, such as "metrics 0.1 ms, weights 5.2 ms"."""
        return ", ".join(
            f"{name} {median(each.busy for each in calls) * 1e3:.1f} ms"
            for name, calls in self.by_name.items()
        )


def median_of(found: list[Seconds]) -> Seconds:
    """The median of either."""
    return Seconds(median(each.busy for each in found), median(each.clock for each in found))
