"""Values of two models' tensors at the same sampled positions, and intervals of shares of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tensorboard_cnc.analysis.layers.estimates import Floats


@dataclass(frozen=True, eq=False)
class SamplePairs:
    """Of each of t pairs of tensors, the values at k positions and what is exactly known.

    `before` and `after` float64 (t, k), 0 at both where one is not finite, which `excluded` (t,)
    counts; `rounding` (t,) is the most by which a stored value may be off, relative to it, and
    `resolution` (t,) that of the extremes and sums; `finite` (t,) whether all values of both
    are; `n` (t,) the number of values; sums and numbers of zeros (t,) are exact.
    """

    before: Floats
    after: Floats
    excluded: NDArray[np.int64]
    rounding: Floats
    resolution: Floats
    finite: NDArray[np.bool_]
    n: Floats
    sum_before: Floats
    sum_after: Floats
    zeros_before: Floats
    zeros_after: Floats

    @property
    def k(self) -> Floats:
        """Sampled positions at which both are finite, (t,)."""
        sampled: Floats = self.before.shape[1] - self.excluded.astype(float)
        return sampled

    @cached_property
    def change(self) -> Floats:
        """|Δ| at each position, (t, k)."""
        return np.abs(self.after - self.before)

    @cached_property
    def sizes(self) -> tuple[Floats, Floats]:
        """The absolute values before and after, each (t, k)."""
        return np.abs(self.before), np.abs(self.after)

    @cached_property
    def error(self) -> Floats:
        """The most by which the rounding of stored values moves each change, (t, k)."""
        sizes = np.add(*self.sizes)
        least = np.where(self.rounding > 0, _SUBNORMAL, 0.0)
        found: Floats = self.rounding[:, None] * sizes + least[:, None]
        return found


# The rounding of a number too small to have all its digits.
_SUBNORMAL = 2.0**-140
_Z = 1.959963984540054


def share_interval(counts: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """95 % interval of a share, elementwise: Wilson's with continuity correction.

    Source: Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in
    Medicine 17, 1998, method 4. Its coverage is about that of Clopper & Pearson's exact interval,
    of rare events too, and it needs no quantiles. [0, 1] where n is 0.
    """
    k, n = np.asarray(counts, float), np.asarray(n, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = k / n
        inside = _Z**2 - 1 / n + 4 * n * p * (1 - p)
        below = 2 * k + _Z**2 - (1 + _Z * np.sqrt(np.maximum(inside + 4 * p - 2, 0)))
        above = 2 * k + _Z**2 + (1 + _Z * np.sqrt(np.maximum(inside - 4 * p + 2, 0)))
        low = np.where(k <= 0, 0.0, below / (2 * (n + _Z**2)))
        high = np.where(k >= n, 1.0, above / (2 * (n + _Z**2)))
    none = n == 0
    return np.where(none, 0.0, np.maximum(low, 0)), np.where(none, 1.0, np.minimum(high, 1))
