"""Tests and intervals of means, from one procedure, and when few instances decide one.

p is the larger of Student's t and Hall's transformed t (1992), which allows for skewness; the
interval is the union of theirs, so that it holds 0 just where p ≥ 0.05.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.instances import Floats
from tensorboard_cnc.analysis.distributions import student_t_cdf, student_t_quantile

Array: TypeAlias = NDArray[np.float64]
Interval: TypeAlias = tuple[Array, Array]
LEVEL = 0.95
# Below, neither t holds its level where values are skewed.
LEAST = 30
# Of a loss: one instance in a hundred may hold most of it, and be none of fewer.
LEAST_OF_LOSS = 300
# Of a part whose whole tells how its values are distributed.
LEAST_OF_PART = 10
_KURTOSES_OF_PART = 3
_KURTOSES = 2
# With so many times the kurtosis a mean is near normal, whatever the tail.
_KURTOSES_OF_TAIL = 20
# The tail: this share of the values, and the exponent below which it is too heavy.
_TAIL_SHARE, _TAIL_EXPONENT = 0.3, 0.8
# Below, the largest of a sample cannot tell its kurtosis.
_KURTOSIS_FROM = 60
# Smaller standard deviations, relative to the values, are rounding.
_ROUNDING = 1e-12


# Values at a time: they stay in the processor's cache, and no library starts threads for them.
_CHUNK = 1 << 13
# More degrees of freedom are slow, and a normal but for 0.06 % of the quantile.
MOST_DEGREES = 2_000


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
    return 1.0 if not most or 1e-30 < most < 1e60 else max(most, float(np.finfo(float).tiny))


class Sample:
    """Finite values (n,) whose mean is asked for; `kurtosis` is 3 if they are normal."""

    def __init__(self, values: Floats) -> None:
        self.values = values
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
        """Standard error of the mean; NaN where values do not vary."""
        return float(self.moments.error[0])

    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the mean."""
        low, high = mean_ends(self.moments)
        return float(low[0]), float(high[0])

    def p(self) -> float:
        """Two-sided p of "the mean is 0"."""
        return float(mean_p(self.moments)[0])

    def least_of_part(self) -> float:
        """From how many on a part of the values has an interval."""
        return max(_KURTOSES_OF_PART * self.kurtosis, LEAST_OF_PART)

    def why_no_interval(self, *, loss: bool, what: str = "instances") -> str | None:
        """Why the mean has no interval and no test; None where it has."""
        n = len(self.values)
        if not n:
            return f"No {what} with this value."
        if n < LEAST:
            return f"Too few to tell: a mean needs {LEAST} {what}, and has {n}."
        if loss and n < LEAST_OF_LOSS:
            return (
                f"Too few to tell: one in a hundred may carry most of a loss, so its mean needs "
                f"{LEAST_OF_LOSS} {what}, and has {n}."
            )
        if not self.varies:
            return f"All {n:,} are equal: nothing tells how far others would be."
        few = n >= _KURTOSIS_FROM and n < _KURTOSES * self.kurtosis
        if not few and (n >= _KURTOSES_OF_TAIL * self.kurtosis or not self._heavy()):
            return None
        top = max(1, n // 100)
        scale = _scale(self.values)
        squares = (self.values.astype(float) / scale - self.mean / scale) ** 2
        share = float(np.partition(squares, n - top)[n - top :].sum() / squares.sum())
        carry = "carries" if top == 1 else "carry"
        return f"Too few decide: {top:,} of {n:,} {what} {carry} {share:.0%} of the variance."

    def _heavy(self) -> bool:
        """Whether the upper 30 % of distances from the median fall slower than x^-0.8 (Hill 1975).

        Unlike the kurtosis it does not need the rarest values to be there.
        """
        x = self.values.astype(float) / _scale(self.values)
        n = len(x)
        count = int(np.ceil(_TAIL_SHARE * n))
        distances = np.abs(x - np.median(x))
        tail = np.partition(distances, n - count - 1)[n - count - 1 :]
        # So many equal values are no continuous tail.
        if tail[0] <= _ROUNDING * tail.max():
            return False
        return bool(count < _TAIL_EXPONENT * np.log(tail[1:] / tail[0]).sum())


def mean_p(of: Moments) -> Array:
    """Two-sided p of "the mean is 0" (k,); NaN where values do not vary."""
    t, hall = _statistics(of)
    return 2 * student_t_cdf(-np.minimum(np.abs(t), np.abs(hall)), _degrees(of.n))


def loss_p(of: Moments) -> Array:
    """One-sided p of "the mean is not below 0" (k,); NaN where values do not vary."""
    t, hall = _statistics(of)
    return student_t_cdf(np.maximum(t, hall), _degrees(of.n))


def mean_ends(of: Moments) -> Interval:
    """The 95 % interval of each mean (k,); NaN where values do not vary."""
    q = _quantile(of.n)
    up, down = (_turned_back(ends, of) for ends in (q, -q))
    return of.mean - np.maximum(up, q) * of.error, of.mean - np.minimum(down, -q) * of.error


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
