"""Zeros and squares per channel, and how many channels are dead or stuck."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import Channels
from tensorboard_cnc.sketches.block import Block

# Channels, and a function that reduces the values of a block to one number for each.
_Part: TypeAlias = tuple[NDArray[np.int64], Callable[[np.ufunc, NDArray[Any]], NDArray[Any]]]


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

    @property
    def sum_squares(self) -> float:
        """The squares of all values so far."""
        return float(self._squares.sum())

    def add(self, block: Block, squares: NDArray[np.float64]) -> None:
        """Adds a block, given the squares of its values."""
        parts = self._rows if self._inner == 1 and self.channels > 1 else self._runs
        for channels, reduced in parts(block.offset, len(squares)):
            self._gather(np.add, self._squares, channels, reduced(np.add, squares))
            if block.zero is not None:
                zeros = reduced(np.add, block.zero.view(np.int8))
                self._gather(np.add, self._zeros, channels, zeros)
            if self._ends is not None:
                for operation, ends in zip((np.minimum, np.maximum), self._ends, strict=True):
                    self._gather(operation, ends, channels, reduced(operation, block.wide))

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

    def _runs(self, offset: int, size: int) -> Iterator[_Part]:
        """Runs of neighbouring values in one channel."""
        runs = np.arange(offset // self._inner, (offset + size - 1) // self._inner + 1)
        starts = np.maximum(runs * self._inner - offset, 0)

        def reduced(operation: np.ufunc, values: NDArray[Any]) -> NDArray[Any]:
            wide = np.int64 if values.dtype == np.int8 else None
            found: NDArray[Any] = operation.reduceat(values, starts, dtype=wide)
            return found

        yield runs % self.channels, reduced

    def _rows(self, offset: int, size: int) -> Iterator[_Part]:
        """Whole rows over all channels, and the partial rows before and after them."""
        head = min(-offset % self.channels, size)
        tail = head + (size - head) // self.channels * self.channels
        for start, end in ((0, head), (head, tail), (tail, size)):
            if start == end:
                continue
            first = (offset + start) % self.channels
            width = min(end - start, self.channels)
            yield np.arange(first, first + width), partial(_over_rows, slice(start, end), width)

    def _gather(
        self,
        operation: np.ufunc,
        totals: NDArray[Any],
        channels: NDArray[np.int64],
        values: NDArray[Any],
    ) -> None:
        if len(channels) <= self.channels and channels[0] <= channels[-1]:
            held = totals[channels[0] : channels[-1] + 1]
            operation(held, values, out=held)
        else:
            operation.at(totals, channels, values)


def _over_rows(part: slice, width: int, operation: np.ufunc, values: NDArray[Any]) -> NDArray[Any]:
    wide = np.int64 if values.dtype == np.int8 else None
    found: NDArray[Any] = operation.reduce(values[part].reshape(-1, width), axis=0, dtype=wide)
    return found
