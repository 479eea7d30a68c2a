"""The mean of a damage over groups of instances, and how far it may be off.

Groups are dealt at random, so that their means are independent draws of one distribution. Damages
are skewed: few instances carry much. The interval is the union of Student's t and Hall's
transformed t (1992), which allows for that.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEVEL = 0.95
# The 97.5 % quantile of Student's t with 1, 2, … degrees of freedom.
_T_975 = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281,
          2.201, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.093, 2.086,
          2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
          2.0395)  # fmt: skip
# With fewer, intervals miss skewed means too often.
LEAST_GROUPS = 16


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
        t = _T_975[count - 2]
        up, down = (_turned_back(end, a) for end in (t, -t))
        low = value - np.maximum(up, t) * error
        high = value - np.minimum(down, -t) * error
        known = error > 1e-12 * np.abs(value)
    low = np.where(known, np.maximum(low, least), np.nan)
    return Mean(value, low, np.where(known, high, np.nan))


def _turned_back(y: float, a: Array) -> Array:
    """The t that Hall's transformation makes `y`; `a` is skewness / √groups."""
    straight = np.abs(a) < 1e-6
    b = np.where(straight, 1.0, a)
    found: Array = np.where(straight, y, 3 / b * (np.cbrt(1 + b * (y - b / 6)) - 1))
    return found
