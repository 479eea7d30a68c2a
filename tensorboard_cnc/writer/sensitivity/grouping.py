"""Instances dealt to at most 32 groups, whose means tell how far a damage may be off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.sensitivity import MOST_GROUPS, Floats


@dataclass(frozen=True, slots=True)
class Groups:
    """Which group each instance is in, and how much each instance counts: its tokens, or 1."""

    of: NDArray[np.int64]
    counts: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(groups,) what is counted in each."""
        return np.bincount(self.of, self.counts).astype(np.int64)

    def means(self, sums: Floats) -> tuple[float, Floats]:
        """The mean over all, and in each group (groups,), of sums over each instance (n,)."""
        totals = np.bincount(self.of, sums)
        with np.errstate(all="ignore"):
            return float(sums.sum() / self.counts.sum()), totals / np.maximum(self.sizes, 1)


def grouped(counts: NDArray[np.int64], sampled: NDArray[np.int64] | None = None) -> Groups:
    """Instances (n,) dealt at random, always alike, so that neighbours are in no group together.

    Those of one code of `sampled` (n,), from 0 on, were sampled in one unit and stay together. One
    of which nothing counts is in no group that would then be empty.
    """
    units = np.arange(len(counts)) if sampled is None else sampled
    whole = np.bincount(units, counts)
    n = len(whole)
    groups = min(MOST_GROUPS, int((whole > 0).sum())) or 1
    places = np.random.default_rng(n).permutation(n)
    # Those that count are dealt first, so that every group has some.
    order = places[np.argsort(whole[places] == 0, kind="stable")]
    of = np.empty(n, np.int64)
    of[order] = np.arange(n) % groups
    return Groups(of[units], counts)
