"""The histogram of values on edges that are the same for all tensors of all models.

A bin is a sign, a power of two, and one of eight parts of it: the upper 12 bits of the float32.
Bin c ≥ 0 holds values from `edge(c)` to below `edge(c + 1)`, bin −1 − c their negatives; exact
zeros are in none. Histograms on these edges add and align, and nothing lies outside.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import BINS
from tensorboard_cnc.sketches.block import Block

_MINUS = 2048
# Codes of finite values: the end of the positive ones, the first and the end of the negative ones.
_ENDS = np.array([BINS, _MINUS, _MINUS + BINS])


class ValueHistogram:
    """Counts of values that arrive in any order."""

    def __init__(self) -> None:
        # Of each code, the upper 12 bits of a float32: first those without a sign.
        self._counts = np.zeros(2 * _MINUS, np.int64)

    def add(self, block: Block) -> None:
        self._counts += block.counts
        if block.zero is None:
            return
        zeros = np.count_nonzero(block.zero)
        if zeros == block.counts[0] + block.counts[_MINUS]:
            self._counts[[0, _MINUS]] -= block.counts[[0, _MINUS]]
        else:
            # Some values too small for a bin of their own are not quite 0.
            negative = np.count_nonzero(np.signbit(block.raw[block.zero]))
            self._counts[[0, _MINUS]] -= (zeros - negative, negative)

    def merge(self, other: ValueHistogram) -> None:
        self._counts += other._counts

    def found(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The bins that hold something, int32 (b,) ascending, and their counts, int64 (b,)."""
        held = (self._counts != 0).nonzero()[0]
        end, first, last = held.searchsorted(_ENDS)
        codes = np.concatenate([held[first:last][::-1], held[:end]])
        return _bin_of(codes.astype(np.int32)), self._counts[codes]


def bins_of(values: NDArray[Any]) -> NDArray[np.int32]:
    """The bin of each finite value, int32; for a zero it is 0 or −1 and means nothing."""
    codes = (np.ascontiguousarray(values, np.float32).view(np.uint32) >> np.uint32(20)).astype(
        np.int32
    )
    return _bin_of(codes)


def edges_of(bins: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lower and upper end of each bin, float64."""
    bins = np.asarray(bins)
    code = np.where(bins < 0, -1 - bins, bins)
    near, far = _edge(code), _edge(code + 1)
    return np.where(bins < 0, -far, near), np.where(bins < 0, -near, far)


def _bin_of(codes: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.where(codes < _MINUS, codes, _MINUS - 1 - codes)


def _edge(code: NDArray[Any]) -> NDArray[np.float64]:
    bits = np.minimum(code, BINS).astype(np.uint32) << np.uint32(20)
    edge = bits.view(np.float32).astype(np.float64)
    # The end of the last bin is where float32 ends.
    return np.where(np.isinf(edge), 2.0**128, edge)
