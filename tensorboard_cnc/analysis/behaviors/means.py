"""Tests and intervals of means, from one procedure, and when few instances decide one.

p is the larger of Student's t and Hall's transformed t (1992), which allows for skewness; the
interval is the union of theirs, so that it holds 0 just where p ≥ 0.05. Neither knows of values
too rare to be in the sample. Where values have bounds, interval and p allow for the largest share
that may be missing, at its worst; where they have none, errors grow with the kurtosis.

No interval is withheld for what its own sample's tail looks like: such a rule shows the samples
that lack the tail, and these are wrong.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.instances import Floats
from tensorboard_cnc.analysis.distributions import student_t_cdf, student_t_quantile

Array: TypeAlias = NDArray[np.float64]
Interval: TypeAlias = tuple[Array, Array]
LEVEL = 0.95
# Below, neither t holds its level where values are skewed.
LEAST = 30
# Without bounds: one instance in a hundred may hold most of a sum, and be none of fewer.
LEAST_UNBOUNDED = 300
# Of a part whose whole tells how its values are distributed.
LEAST_OF_PART = 10
_KURTOSES_OF_PART = 3
# With so many times the kurtosis a mean is near normal, whatever the tail; with fewer its error is
# taken as larger, at most by a factor.
_KURTOSES_OF_NORMAL = 30
_WIDEST = 2.0
# So large a share of a sample carries more than half of it where few decide.
_FEW = 1 / 1000
# Scores as share or correlation pass 1 by rounding.
_WITHIN = 1 + 1e-6
# Smaller standard deviations, relative to the values, are rounding.
_ROUNDING = 1e-12
_TINY = float(np.finfo(float).tiny)


# Values at a time: they stay in the processor's cache, and no library starts threads for them.
_CHUNK = 1 << 13
# More degrees of freedom are slow, and a normal but for 0.06 % of the quantile.
MOST_DEGREES = 2_000


class Bounds(NamedTuple):
    """What no value is below or above."""

    low: float
    high: float

    def less(self, other: Bounds) -> Bounds:
        """Those of a difference."""
        return Bounds(self.low - other.high, self.high - other.low)


def bounds_of(values: Floats, *, loss: bool = False) -> Bounds | None:
    """Shares are in [0, 1], and correlations in [-1, 1]; of anything else, or a loss, None."""
    if loss or not len(values):
        return None
    low, high = float(values.min()), float(values.max())
    if max(-low, high) > _WITHIN:
        return None
    return Bounds(0.0 if low >= 0 else -1.0, 1.0)


class Moments(NamedTuple):
    """Of each of k samples; `skewness` is unbiased, `error` the mean's standard error.

    Where values do not vary, or are fewer than three, error and skewness are NaN.
    """

    n: NDArray[np.integer]
    mean: Array
    error: Array
    skewness: Array


def moments(values: Floats, codes: NDArray[np.integer], k: int) -> Moments:
    """Of finite values (m,) in k samples, that of each at `codes` (m,)."""
    n = np.bincount(codes, minlength=k)
    scale = _scale(values)
    x = values.astype(float) / scale
    counts = np.maximum(n, 1)
    mean = np.bincount(codes, x, k) / counts
    x -= mean[codes]
    square = x * x
    second = np.bincount(codes, square, k) / counts
    square *= x
    third = np.bincount(codes, square, k) / counts
    found = _shape(n, mean, second, third, scale)
    return found._replace(mean=np.where(n > 0, found.mean, np.nan))


def _shape(
    n: NDArray[np.integer], mean: Array, second: Array, third: Array, scale: float
) -> Moments:
    """From the moments of values / scale about their mean."""
    known = (n > 2) & (second > (_ROUNDING * np.maximum(np.abs(mean), _ROUNDING)) ** 2)
    second, size = np.where(known, second, 1.0), np.where(known, n, 3)
    error = np.where(known, np.sqrt(second / (size - 1)) * scale, np.nan)
    skewness = third / second**1.5 * np.sqrt(size * (size - 1)) / (size - 2)
    return Moments(n, mean * scale, error, np.where(known, skewness, np.nan))


def _scale(values: Floats) -> float:
    """What values are divided by, so that none of their powers overflows or vanishes."""
    if not len(values):
        return 1.0
    most = max(float(values.max()), -float(values.min()))
    return 1.0 if not most or 1e-30 < most < 1e60 else max(most, _TINY)


class Sample:
    """Finite values (n,), within `bounds` if any, whose mean is asked for.

    `kurtosis` is 3 if they are normal.
    """

    def __init__(self, values: Floats, bounds: Bounds | None = None) -> None:
        self.values, self.bounds = values, bounds
        scale, n = _scale(values), len(values)
        scaled = values if scale == 1 else values.astype(float) / scale
        mean = float(scaled.mean(dtype=float)) if n else float("nan")
        sums = np.zeros(3)
        for start in range(0, n, _CHUNK):
            x = scaled[start : start + _CHUNK].astype(float)
            x -= mean
            square = x * x
            sums += square.sum(), x @ square, square @ square
        second, third, fourth = sums / max(n, 1)
        self.varies = bool(second > (_ROUNDING * max(abs(mean), _ROUNDING)) ** 2)
        self.kurtosis = float(fourth / second**2) if self.varies else float("inf")
        of = np.array([[mean], [second], [third]])
        self.moments = _shape(np.array([n]), of[0], of[1], of[2], scale)

    @property
    def mean(self) -> float:
        return float(self.moments.mean[0])

    @property
    def error(self) -> float:
        """Standard error of the mean."""
        return float(self.moments.error[0]) if self.varies else 0.0

    @property
    def widening(self) -> float:
        """What the error is multiplied by, for values too rare to be there."""
        return 1.0 if self.bounds else float(widening(self.moments.n, self.kurtosis)[0])

    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the mean."""
        low, high = mean_ends(self._widened(), self.bounds)
        return float(low[0]), float(high[0])

    def p(self) -> float:
        """Two-sided p of "the mean is 0"."""
        return float(mean_p(self._widened(), self.bounds)[0])

    def _widened(self) -> Moments:
        return self.moments._replace(error=self.moments.error * self.widening)

    def least_of_part(self) -> float:
        """From how many on a part of the values has an interval."""
        if self.bounds:
            return LEAST_OF_PART
        return max(_KURTOSES_OF_PART * self.kurtosis, LEAST_OF_PART)

    def _are_at_a_bound(self) -> bool:
        """Whether all are the least or the most that there is, as all right and all wrong are."""
        return self.bounds is not None and self.mean in self.bounds

    def why_no_interval(self, what: str = "instances") -> str | None:
        """Why the mean has no interval and no test; None where it has."""
        n = len(self.values)
        if not n:
            return f"No {what} with this value."
        if n < LEAST:
            return f"Too few to tell: a mean needs {LEAST} {what}, and has {n}."
        if not self.bounds and n < LEAST_UNBOUNDED:
            return (
                f"Too few to tell: values without bounds may be large in one of a hundred, so "
                f"their mean needs {LEAST_UNBOUNDED} {what}, and has {n}."
            )
        if not (self.varies or self._are_at_a_bound()):
            return f"All {n:,} are equal: nothing tells how far others would be."
        if self.bounds:
            return None
        top = max(1, int(n * _FEW))
        share = self._share_of_largest(top)
        if share <= 1 / 2:
            return None
        carry = "carries" if top == 1 else "carry"
        return f"Too few decide: {top:,} of {n:,} {what} {carry} {share:.0%} of the sum."

    def _share_of_largest(self, top: int) -> float:
        """Of the sum of all magnitudes; where it is small a bound, which needs no order."""
        sizes = np.abs(self.values.astype(float) / _scale(self.values))
        total = float(sizes.sum())
        # Cauchy & Schwarz.
        bound = float(np.sqrt(top * (sizes @ sizes)) / total)
        if bound <= 1 / 2:
            return bound
        return float(np.partition(sizes, len(sizes) - top)[-top:].sum() / total)


def widening(n: NDArray[np.integer], kurtosis: float) -> Array:
    """What errors of means of n values (k,) without bounds are multiplied by."""
    if not np.isfinite(kurtosis):
        return np.ones(len(n))
    wider = np.sqrt(_KURTOSES_OF_NORMAL * kurtosis / np.maximum(n, 1))
    return np.asarray(np.clip(wider, 1.0, _WIDEST))


def mean_p(of: Moments, bounds: Bounds | None = None) -> Array:
    """Two-sided p of "the mean is 0" (k,); NaN where values neither vary nor have bounds."""
    t, hall = _statistics(of)
    p: Array = 2 * student_t_cdf(-np.minimum(np.abs(t), np.abs(hall)), _degrees(of.n))
    if bounds is None:
        return p
    # The share of all that must be present, were the rest at the bound beyond 0.
    beyond = np.where(of.mean > 0, -bounds.low, bounds.high)
    present = np.clip(beyond / np.maximum(beyond + np.abs(of.mean), _TINY), 0, 1)
    missed = np.where(of.mean == 0, 1.0, np.minimum(2 * present**of.n, 1))
    return np.where(of.n > 0, np.fmax(p, missed), np.nan)


def loss_p(of: Moments) -> Array:
    """One-sided p of "the mean is not below 0" (k,); NaN where values do not vary."""
    t, hall = _statistics(of)
    return student_t_cdf(np.maximum(t, hall), _degrees(of.n))


def mean_ends(of: Moments, bounds: Bounds | None = None) -> Interval:
    """The 95 % interval of each mean (k,); NaN where values neither vary nor have bounds."""
    q = _quantile(of.n)
    up, down = (_turned_back(ends, of) for ends in (q, -q))
    low = of.mean - np.maximum(up, q) * of.error
    high = of.mean - np.minimum(down, -q) * of.error
    if bounds is None:
        return low, high
    missing = missing_share(np.maximum(of.n, 1))
    lowest = of.mean - missing * np.maximum(of.mean - bounds.low, 0)
    highest = of.mean + missing * np.maximum(bounds.high - of.mean, 0)
    return np.fmin(low, lowest), np.fmax(high, highest)


def missing_share(n: Any) -> Any:
    """How large a share of all may be, of which none is among n (Clopper & Pearson 1934)."""
    return 1 - ((1 - LEVEL) / 2) ** (1 / n)


def hall(t: Array, a: Array) -> Array:
    """Hall's transformation of t; a = skewness / √n."""
    found: Array = t + a * t**2 / 3 + a**2 * t**3 / 27 + a / 6
    return found


def _statistics(of: Moments) -> tuple[Array, Array]:
    t = of.mean / of.error
    return t, hall(t, of.skewness / np.sqrt(np.maximum(of.n, 1)))


def _turned_back(y: Array, of: Moments) -> Array:
    """The t that Hall's transformation makes y."""
    a = of.skewness / np.sqrt(np.maximum(of.n, 1))
    straight = np.abs(a) < 1e-6
    b = np.where(straight, 1.0, a)
    return np.where(straight, y, 3 / b * (np.cbrt(1 + b * (y - b / 6)) - 1))


def _degrees(n: NDArray[np.integer]) -> NDArray[np.integer]:
    return np.asarray(np.clip(n - 1, 1, MOST_DEGREES))


def _quantile(n: NDArray[np.integer]) -> Array:
    """Of Student's t for samples of these sizes."""
    degrees, at = np.unique(_degrees(n), return_inverse=True)
    return np.asarray(_quantiles(tuple(degrees.tolist()))[at], float)


@lru_cache(maxsize=256)
def _quantiles(degrees: tuple[int, ...]) -> Array:
    return student_t_quantile((1 + LEVEL) / 2, np.array(degrees))
