"""Statistics of many slices at once, from sums over groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.dimensions import Grouping
from tensorboard_cnc.analysis.behaviors.instances import Bools, Floats, Ints
from tensorboard_cnc.analysis.behaviors.statistics import (
    NORMAL_FROM,
    Interval,
    bootstraps,
    mcnemar,
    normal,
    of_differences,
    rate_change,
    wilson,
)
from tensorboard_cnc.records.models import Goal

# Below, a slice is marked as small.
SMALL = 30


@dataclass(frozen=True, slots=True)
class GroupMeans:
    """Of each of G groups: instances with a finite value, their mean, its 95 % interval."""

    n: Ints
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GroupChanges(GroupMeans):
    """The same of model - base, with the p-value of a paired test and counts of its signs."""

    p: NDArray[np.float64]
    below: Ints
    above: Ints


def group_means(values: Floats, groups: Grouping, *, rate: bool) -> GroupMeans:
    """Means of a column (N,) over groups; of a rate with Wilson intervals, else normal ones."""
    sums = _sums(values, groups)
    low, high = wilson(sums.total, sums.n) if rate else normal(sums.mean, sums.variance, sums.n)
    return GroupMeans(sums.n, sums.mean, low, high)


def group_changes(model: Floats, base: Floats, groups: Grouping, *, rate: bool) -> GroupChanges:
    """Means of model - base (N,) over groups, where both are finite."""
    difference = np.asarray(model - base)
    sums = _sums(difference, groups)
    below = _count(difference < 0, groups)
    above = _count(difference > 0, groups)
    there = np.flatnonzero(sums.n)
    columns = (each[there].tolist() for each in (sums.n, sums.mean, sums.variance, below, above))
    cells = zip(*columns, strict=True)
    p = np.full(groups.n, np.nan)
    if rate:
        low, high = rate_change(below, above, sums.n)
        p[there] = [mcnemar(less, more).p for _, _, _, less, more in cells]
    else:
        low, high = normal(sums.mean, sums.variance, sums.n)
        p[there] = [of_differences(*cell).p for cell in cells]
    empty = sums.n == 0
    low, high = np.where(empty, np.nan, low), np.where(empty, np.nan, high)
    return GroupChanges(sums.n, sums.mean, low, high, p, below, above)


def small_group_intervals(values: Floats, groups: Grouping, of: Ints) -> Interval:
    """Bootstrap intervals of the groups `of` with fewer than 200 finite values; NaN for others."""
    low, high = np.full(len(of), np.nan), np.full(len(of), np.nan)
    taken = values[groups.rows]
    finite = np.isfinite(taken)
    codes, taken = groups.codes[finite], taken[finite]
    order = np.argsort(codes, kind="stable")
    codes, taken = codes[order], taken[order]
    starts = np.searchsorted(codes, of)
    sizes = np.searchsorted(codes, of, side="right") - starts
    # Groups of one size at a time share their resamples.
    for size in np.unique(sizes[sizes < NORMAL_FROM]).tolist():
        places = np.flatnonzero(sizes == size)
        samples = taken[starts[places][:, None] + np.arange(size)]
        low[places], high[places] = bootstraps(samples)
    return low, high


def loss(change: Floats, goal: Goal | None) -> NDArray[np.float64]:
    """How much worse mean changes (G,) are, in the direction of the goal; -inf where not known.

    Without a goal any change is a loss.
    """
    worse = -change if goal == "max" else change if goal == "min" else np.abs(change)
    return np.where(np.isnan(worse), -np.inf, worse)


def most_harmed_first(losses: Sequence[tuple[Floats, Bools]], groups: int) -> Ints:
    """The groups by the largest loss that counts, then the others by the largest loss.

    `losses`: of each model how large they are (G,), and which of them count (G,).
    """
    most = np.full((2, groups), -np.inf)
    for size, counts in losses:
        most = np.maximum(most, [size, np.where(counts, size, -np.inf)])
    return np.lexsort(-most)


class _Sums(NamedTuple):
    n: Ints
    total: NDArray[np.float64]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]


def _sums(values: Floats, groups: Grouping) -> _Sums:
    taken = values[groups.rows]
    finite = np.isfinite(taken)
    codes, taken = groups.codes[finite], taken[finite].astype(float)
    n = np.bincount(codes, minlength=groups.n)
    total = np.asarray(np.bincount(codes, taken, groups.n), float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.asarray(total / n, float)
        squares = np.bincount(codes, (taken - mean[codes]) ** 2, groups.n)
        variance = np.where(n > 1, squares / (n - 1), np.nan)
    return _Sums(n, total, mean, variance)


def _count(marked: NDArray[np.bool_], groups: Grouping) -> Ints:
    return np.bincount(groups.codes[marked[groups.rows]], minlength=groups.n)
