"""Columns of numbers that are exact, estimated within an interval, or known as a lower bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Certainty: TypeAlias = Literal["exact", "estimate", "at least"]

EXACT, ESTIMATE, AT_LEAST = 0, 1, 2
CERTAINTY: tuple[Certainty, ...] = ("exact", "estimate", "at least")


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Numbers with 95 % intervals, all float64 of one shape; NaN where there is no number.

    `certainty` uint8: an index into CERTAINTY. Exact numbers are their own interval. Of what is
    only a lower bound, `value` is that bound.
    """

    value: Floats
    low: Floats
    high: Floats
    certainty: NDArray[np.uint8]

    def __getitem__(self, rows: Any) -> Estimates:
        return Estimates(self.value[rows], self.low[rows], self.high[rows], self.certainty[rows])

    def summed(self, spans: NDArray[np.int64]) -> Estimates:
        """Sums (rows, …) over the entries `spans[row, 0]` up to, not including, `spans[row, 1]`.

        Intervals of independent estimates are joined by the method of variance estimates
        recovery (Zou & Donner, "Construction of confidence limits about effect measures",
        Statistics in Medicine 27, 2008); the whole is as certain as its least certain part.
        """
        value = over(np.add, spans, self.value)
        below = over(np.add, spans, np.square(self.value - self.low))
        above = over(np.add, spans, np.square(self.high - self.value))
        certainty = over(np.maximum, spans, self.certainty)
        return Estimates(value, value - np.sqrt(below), value + np.sqrt(above), certainty)

    def largest(self, spans: NDArray[np.int64]) -> Estimates:
        """The largest of the entries of each span; 0 of none."""
        found = self.rising(lambda ends: over(np.maximum, spans, ends))
        return replace(found, certainty=over(np.maximum, spans, self.certainty))

    def rising(self, function: Callable[[Floats], Floats]) -> Estimates:
        """`function`, which never falls, of value and interval."""
        return Estimates(
            function(self.value), function(self.low), function(self.high), self.certainty
        )

    def falling(self, function: Callable[[Floats], Floats]) -> Estimates:
        """`function`, which never rises, of value and interval."""
        return Estimates(
            function(self.value), function(self.high), function(self.low), self.certainty
        )

    def divided(self, by: ArrayLike) -> Estimates:
        """Shares of `by` (positive; NaN comes of 0)."""
        divisor = np.asarray(by, float)
        divisor = np.where(divisor > 0, divisor, np.nan)
        return self.rising(lambda ends: ends / divisor)


def exactly(values: ArrayLike) -> Estimates:
    """Numbers that are exact."""
    numbers = np.array(values, np.float64)
    return Estimates(numbers, numbers, numbers, np.zeros(numbers.shape, np.uint8))


def scattered(parts: Sequence[tuple[NDArray[np.int64], Estimates]], empty: Estimates) -> Estimates:
    """`empty` with the entries of each part in the places that come with it."""
    columns = []
    for name in ("value", "low", "high", "certainty"):
        column = getattr(empty, name).copy()
        for places, part in parts:
            column[places] = getattr(part, name)
        columns.append(column)
    return Estimates(*columns)


def over(operation: np.ufunc, spans: NDArray[np.int64], values: NDArray[Any]) -> NDArray[Any]:
    """`operation` over the entries (axis 0) of each span; 0 of an empty one."""
    padded = np.concatenate([values, np.zeros((1, *values.shape[1:]), values.dtype)])
    found: NDArray[Any] = operation.reduceat(padded, spans.ravel(), axis=0)[::2]
    found[spans[:, 0] == spans[:, 1]] = 0
    return found


def apart(
    spans: NDArray[np.int64], aside: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How to sum over spans without the entries that are set `aside` (t,), in two steps.

    The first spans double the entries: as they are, and with nothing where one is aside. The
    second sum over these. A span of nothing but entries set aside counts them all the same.
    """
    each = np.arange(len(aside))
    ends = np.concatenate([each + 1, np.where(aside, each, each + 1)])
    some = over(np.add, spans, (~aside).astype(np.int64)) > 0
    shift = np.where(some, len(aside), 0)
    return np.column_stack([np.concatenate([each, each]), ends]), spans + shift[:, None]
