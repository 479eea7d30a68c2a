"""Zeros and squares per channel, and what is dead or stuck among the channels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.sketch_records import Channels
from tensorboard_cnc.sketches.block import Block


class ChannelTotals:
    """Totals of the channels along `axis` of a tensor that arrives in blocks.

    With `units`, the channels are units of a network, and those are counted that have one value
    other than 0 in all positions.
    """

    def __init__(self, shape: tuple[int, ...], axis: int, *, units: bool = False) -> None:
        self.axis = axis
        self.channels = shape[axis]
        self._inner = math.prod(shape[axis + 1 :])
        self._size = math.prod(shape) // max(self.channels, 1)
        self._zeros = np.zeros(self.channels, np.int64)
        self._squares = np.zeros(self.channels)
        self._ends = (
            (np.full(self.channels, np.inf), np.full(self.channels, -np.inf)) if units else None
        )

    def add(self, block: Block, squares: NDArray[np.float64]) -> None:
        """Adds a block, given the squares of its values."""
        channels, starts = self._runs(block.offset, len(squares))
        self._sum_into(self._squares, channels, np.add.reduceat(squares, starts))
        if block.zero is not None:
            zeros = np.add.reduceat(block.zero, starts, dtype=np.int64)
            self._sum_into(self._zeros, channels, zeros)
        if self._ends is not None:
            low, high = self._ends
            np.minimum.at(low, channels, np.minimum.reduceat(block.wide, starts))
            np.maximum.at(high, channels, np.maximum.reduceat(block.wide, starts))

    def merge(self, other: ChannelTotals) -> None:
        self._zeros += other._zeros
        self._squares += other._squares
        if self._ends is not None and other._ends is not None:
            np.minimum(self._ends[0], other._ends[0], out=self._ends[0])
            np.maximum(self._ends[1], other._ends[1], out=self._ends[1])

    def found(self, groups: int) -> Channels:
        """The totals in at most `groups` groups of neighbouring channels."""
        groups = min(groups, self.channels)
        starts = -(-np.arange(groups) * self.channels // groups)
        stuck = None
        if self._ends is not None:
            low, high = self._ends
            stuck = int(np.count_nonzero((low == high) & (low != 0))) if self._size > 1 else 0
        return Channels(
            axis=self.axis,
            channels=self.channels,
            size=self._size,
            zeros=np.add.reduceat(self._zeros, starts),
            squares=np.add.reduceat(self._squares, starts),
            dead=int(np.count_nonzero(self._zeros == self._size)),
            saturated=stuck,
        )

    def _runs(self, offset: int, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The channels of the runs of neighbouring values in one channel, and where they start."""
        runs = np.arange(offset // self._inner, (offset + size - 1) // self._inner + 1)
        starts = np.maximum(runs * self._inner - offset, 0)
        return runs % self.channels, starts

    def _sum_into(
        self, totals: NDArray[Any], channels: NDArray[np.int64], sums: NDArray[Any]
    ) -> None:
        if len(channels) <= self.channels and channels[0] <= channels[-1]:
            totals[channels[0] : channels[-1] + 1] += sums
        else:
            np.add.at(totals, channels, sums)
