"""Counts, float64 sums and the largest values of a tensor that arrives in blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Totals
from tensorboard_cnc.sketches.block import Block

# Into how many parts for each value that is looked for.
_PARTS = 4


class RunningTotals:
    """Totals of what has arrived so far."""

    def __init__(self) -> None:
        self.n = self.zeros = self.nan = self.positive_infinite = self.negative_infinite = 0
        self.low, self.high = np.inf, -np.inf
        self.sum = self.sum_abs = self.sum_squares = 0.0

    def add(self, block: Block, sizes: NDArray[np.float64]) -> None:
        """Adds all but the squares of a block, given the magnitudes of its values."""
        self.n += len(block.wide)
        self.sum += float(block.wide.sum())
        self.sum_abs += float(sizes.sum())
        if block.zero is not None:
            self.zeros += int(np.count_nonzero(block.zero))
        if block.finite is not None:
            self._count_not_finite(block)
        self.low, self.high = min(self.low, block.low), max(self.high, block.high)

    def merge(self, other: RunningTotals) -> None:
        for name in ("n", "zeros", "nan", "positive_infinite", "negative_infinite"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("sum", "sum_abs", "sum_squares"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)

    def found(self) -> Totals:
        """What a sketch holds of them."""
        any_finite = self.low <= self.high
        return Totals(
            n=self.n,
            zeros=self.zeros,
            nan=self.nan,
            positive_infinite=self.positive_infinite,
            negative_infinite=self.negative_infinite,
            low=self.low if any_finite else None,
            high=self.high if any_finite else None,
            sum=self.sum,
            sum_abs=self.sum_abs,
            sum_squares=self.sum_squares,
        )

    def _count_not_finite(self, block: Block) -> None:
        self.nan += int(np.count_nonzero(np.isnan(block.raw)))
        self.positive_infinite += int(np.count_nonzero(np.isposinf(block.raw)))
        self.negative_infinite += int(np.count_nonzero(np.isneginf(block.raw)))


class LargestValues:
    """The `limit` largest |x| of a tensor that arrives in blocks; of equal ones the first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._at = np.empty(0, np.int64)
        self._values = np.empty(0, np.float32)

    def add(self, block: Block, magnitudes: NDArray[np.float64]) -> None:
        """Adds a block, given the magnitudes of its values."""
        if len(self._at) == self._limit:
            if max(-block.low, block.high) <= abs(self._values[-1]):
                return
            at = (magnitudes > abs(self._values[-1])).nonzero()[0]
        else:
            at = self._candidates(magnitudes)
        if len(at) > self._limit:
            at = at[_first_largest(magnitudes[at], self._limit)]
        if len(at):
            self._join(at + block.offset, block.narrow[at])

    def merge(self, other: LargestValues) -> None:
        self._join(other._at, other._values)

    def found(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Positions int64 and values float32, the largest first; zeros are left out."""
        return self._at, self._values

    def _candidates(self, magnitudes: NDArray[np.float64]) -> NDArray[np.int64]:
        """Where values may be among the largest: not below the `limit`-th peak of many parts.

        A part is every n-th value; zeros are left out.
        """
        parts = min(_PARTS * self._limit, len(magnitudes))
        whole = len(magnitudes) // parts * parts
        peaks = magnitudes[:whole].reshape(-1, parts).max(axis=0)
        least = np.partition(peaks, -self._limit)[-self._limit] if parts > self._limit else 0
        return (magnitudes >= least if least else magnitudes > 0).nonzero()[0]

    def _join(self, at: NDArray[np.int64], values: NDArray[np.float32]) -> None:
        if len(self._at):
            at = np.concatenate([self._at, at])
            values = np.concatenate([self._values, values])
        order = np.lexsort((at, -np.abs(values)))[: self._limit]
        self._at, self._values = at[order], values[order]


def _first_largest(magnitudes: NDArray[np.float64], limit: int) -> NDArray[np.int64]:
    """Indices of the `limit` largest; of equal ones the first."""
    least = np.partition(magnitudes, -limit)[-limit]
    above = (magnitudes > least).nonzero()[0]
    equal = (magnitudes == least).nonzero()[0][: limit - len(above)]
    return np.concatenate([above, equal])
