"""The exact comparison of a tensor with that of another model, streamed in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import MOST_LARGEST, PairTotals
from tensorboard_cnc.sketches.block import BLOCK
from tensorboard_cnc.sketches.change_classes import (
    CHANGE_CLASSES,
    ZERO_AFTER,
    ZERO_BEFORE,
    ZERO_BOTH,
    change_class,
)


class PairSketcher:
    """Compares `own` values with `theirs`, of the same positions, in chunks of any size."""

    def __init__(self) -> None:
        self._n = 0
        self._sum_abs = self._sum_squares = self._dot = 0.0
        self._bins = np.zeros(len(CHANGE_CLASSES), np.int64)
        self._at = np.empty(0, np.int64)
        self._changes = np.empty(0)

    def update(self, offset: int, own: NDArray[Any], theirs: NDArray[Any]) -> None:
        """Adds the values from flat position `offset` on; arrays of one size, any number type."""
        own, theirs = own.reshape(-1), theirs.reshape(-1)
        if len(own) != len(theirs):
            raise ValueError(f"{len(own)} values compared with {len(theirs)}")
        for start in range(0, len(own), BLOCK):
            part = slice(start, start + BLOCK)
            self._add(offset + start, own[part].astype(float), theirs[part].astype(float))

    def merge(self, other: PairSketcher) -> None:
        self._n += other._n
        self._sum_abs += other._sum_abs
        self._sum_squares += other._sum_squares
        self._dot += other._dot
        self._bins += other._bins
        self._keep_largest(other._at, other._changes)

    def finish(self) -> PairTotals:
        """The comparison of all that was added."""
        return PairTotals(
            n=self._n,
            zero_both=int(self._bins[ZERO_BOTH]),
            zero_before=int(self._bins[ZERO_BEFORE]),
            zero_after=int(self._bins[ZERO_AFTER]),
            sum_abs=self._sum_abs,
            sum_squares=self._sum_squares,
            dot=self._dot,
            max_abs=float(abs(self._changes[0])) if len(self._at) else 0.0,
            max_at=int(self._at[0]) if len(self._at) else 0,
            bins=self._bins,
            largest_at=self._at,
            largest=self._changes,
        )

    def _add(self, offset: int, own: NDArray[np.float64], theirs: NDArray[np.float64]) -> None:
        at = np.arange(offset, offset + len(own))
        finite = np.isfinite(own) & np.isfinite(theirs)
        if not finite.all():
            own, theirs, at = own[finite], theirs[finite], at[finite]
        change = own - theirs
        sizes = np.abs(change)
        self._n += len(own)
        self._sum_abs += float(sizes.sum())
        self._sum_squares += float(np.square(change).sum())
        self._dot += float((own * theirs).sum())
        self._bins += np.bincount(change_class(theirs, own), minlength=len(self._bins))
        least = abs(self._changes[-1]) if len(self._at) == MOST_LARGEST else 0.0
        candidates = np.flatnonzero(sizes > least)
        if len(candidates) > MOST_LARGEST:
            chosen = np.argpartition(-sizes[candidates], MOST_LARGEST - 1)[:MOST_LARGEST]
            candidates = candidates[chosen]
        self._keep_largest(at[candidates], change[candidates])

    def _keep_largest(self, at: NDArray[np.int64], changes: NDArray[np.float64]) -> None:
        at, changes = np.r_[self._at, at], np.r_[self._changes, changes]
        order = np.lexsort((at, -np.abs(changes)))[:MOST_LARGEST]
        self._at, self._changes = at[order], changes[order]
