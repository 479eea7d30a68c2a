"""Counts, extremes and float64 sums over a tensor that arrives in blocks."""

from __future__ import annotations

import numpy as np

from tensorboard_cnc.records.sketches import Totals
from tensorboard_cnc.sketches.block import Block


class RunningTotals:
    """Totals of what has arrived so far."""

    def __init__(self) -> None:
        self.n = self.zeros = self.nan = self.positive_infinite = self.negative_infinite = 0
        self.low, self.high = np.inf, -np.inf
        self.sum = self.sum_abs = self.sum_squares = 0.0

    def add(self, block: Block, sum_squares: float) -> None:
        """Adds a block, of which the sum of squares is known."""
        self.n += len(block.wide)
        self.sum += float(block.wide.sum())
        self.sum_abs += float(block.sizes.sum())
        self.sum_squares += sum_squares
        if block.zero is not None:
            self.zeros += int(np.count_nonzero(block.zero))
        finite = block.wide
        if block.finite is not None:
            self._count_not_finite(block)
            finite = finite[block.finite]
        if len(finite):
            self.low = min(self.low, float(finite.min()))
            self.high = max(self.high, float(finite.max()))

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
