"""The values of the largest magnitude, and where they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.sketches.block import Block

# For each value that is looked for.
_PARTS = 4


class LargestValues:
    """The `limit` largest |x| of a tensor that arrives in blocks; of equal ones the first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._at = np.empty(0, np.int64)
        self._values = np.empty(0, np.float32)

    def add(self, block: Block) -> None:
        magnitudes = block.sizes
        if len(self._at) == self._limit:
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
        """All but zeros and what is smaller than the peaks of as many parts as are looked for.

        A part is every n-th value.
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
