"""The mean of a damage over groups of instances, and how far it may be off.

Groups are dealt at random, so that their means are independent draws of one distribution. Damages
are skewed: few instances carry much, and a probe may hold none of them. The interval is the union
of Student's t and of Hall's transformed t (1992), which allows for that, at a level of 99 % on the
side where what is rare lies.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEVEL = 0.95
# With fewer, intervals miss skewed means too often.
LEAST_GROUPS = 32
# Quantiles of Student's t with 31 degrees of freedom: 97.5 % and 99.5 %.
_T, _T_OF_RARE = 2.0395, 2.7440


class Mean(NamedTuple):
    """A mean and the ends of its 95 % interval; NaN where nothing tells how far it is off."""

    value: Any
    low: Any
    high: Any


def mean_of(groups: Array, sizes: NDArray[np.int64], mean: Any = None, least: float = 0.0) -> Mean:
    """Of means of groups (…, groups) of `sizes` (groups,) instances.

    Args:
      groups: NaN where a mean is not known.
      sizes: what each group counts.
      mean: (…) where it is known more exactly than the groups are.
      least: what no damage is below; −∞ for a score.
    """
    share = sizes / sizes.sum()
    value = groups @ share if mean is None else np.asarray(mean, float)
    count = len(sizes)
    if count < LEAST_GROUPS:
        nothing = np.full(np.shape(value), np.nan)
        return Mean(value, nothing, nothing)
    parts = (groups - (groups @ share)[..., None]) * share * count
    with np.errstate(all="ignore"):
        second = (parts**2).mean(-1)
        error = np.sqrt(second / (count - 1))
        skewness = (parts**3).mean(-1) / second**1.5 * np.sqrt(count * (count - 1)) / (count - 2)
        a = skewness / np.sqrt(count)
        # Of scores and differences what is rare may lie on either side.
        rare = (skewness >= 0) | np.isfinite(least)
        up = _turned_back(np.where(rare, _T, _T_OF_RARE), a)
        down = _turned_back(-np.where(rare, _T_OF_RARE, _T), a)
        low = value - np.maximum(up, _T) * error
        high = value - np.minimum(down, -_T) * error
        known = error > 1e-12 * np.abs(value)
    low = np.where(known, np.maximum(low, least), np.nan)
    return Mean(value, low, np.where(known, high, np.nan))


def _turned_back(y: Array, a: Array) -> Array:
    """The t that Hall's transformation makes `y`; `a` is skewness / √groups."""
    straight = np.abs(a) < 1e-6
    b = np.where(straight, 1.0, a)
    found: Array = np.where(straight, y, 3 / b * (np.cbrt(1 + b * (y - b / 6)) - 1))
    return found
