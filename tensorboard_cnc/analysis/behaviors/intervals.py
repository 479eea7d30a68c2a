"""95 % intervals of rates and means."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tensorboard_cnc.analysis.behaviors.evaluation import Floats

Z = 1.959963984540054
# Below, the distribution of a mean may be far from normal.
NORMAL_FROM = 200
_RESAMPLES = 2000

Interval = tuple[NDArray[np.float64], NDArray[np.float64]]


def wilson(successes: ArrayLike, n: ArrayLike) -> Interval:
    """Interval of a rate (Wilson 1927), elementwise; NaN where n is 0."""
    k, n = np.asarray(successes, float), np.asarray(n, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = k / n
        middle = (rate + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z / (1 + Z**2 / n) * np.sqrt(rate * (1 - rate) / n + Z**2 / (4 * n**2))
    # Rounding must not leave the rate itself outside.
    return np.clip(np.minimum(middle - half, rate), 0, 1), np.clip(
        np.maximum(middle + half, rate), 0, 1
    )


def rate_change(negative: ArrayLike, positive: ArrayLike, n: ArrayLike) -> Interval:
    """Interval of (positive - negative) / n of paired yes/no values (Bonett & Price 2012)."""
    n = np.asarray(n, float) + 2
    down, up = (np.asarray(negative, float) + 1) / n, (np.asarray(positive, float) + 1) / n
    half = Z * np.sqrt(np.maximum(down + up - (up - down) ** 2, 0) / n)
    return np.maximum(up - down - half, -1), np.minimum(up - down + half, 1)


def normal(mean: ArrayLike, variance: ArrayLike, n: ArrayLike) -> Interval:
    """Mean ± 1.96 s / √n, elementwise; `variance` with n - 1. NaN where n is below 2."""
    mean, n = np.asarray(mean, float), np.asarray(n, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        half = np.where(n > 1, Z * np.sqrt(np.asarray(variance, float) / n), np.nan)
    return mean - half, mean + half


def bootstrap(values: Floats) -> tuple[float, float]:
    """Percentile interval of the mean of `values` (n,), n < 200 (Efron 1979), seed fixed.

    It depends on the values alone, not on their order. NaN where there are fewer than two.
    """
    low, high = bootstraps(values[None])
    return float(low[0]), float(high[0])


def bootstraps(samples: Floats) -> Interval:
    """`bootstrap` of each row of samples (k, n), all of one size; ends (k,)."""
    k, n = samples.shape
    if n < 2:
        return np.full(k, np.nan), np.full(k, np.nan)
    ordered = np.sort(samples, axis=1).astype(float)
    # Scaled, because float32 has a short range.
    scale = np.maximum(np.abs(ordered).max(axis=1), np.finfo(float).tiny)
    means = (ordered / scale[:, None]).astype(np.float32) @ _times_drawn(n).astype(np.float32)
    low, high = np.quantile(means, [0.025, 0.975], axis=1) * (scale / n)
    return low, high


def mean_interval(values: Floats) -> tuple[float, float]:
    """Interval of the mean of finite `values` (n,): normal from n = 200 on, else bootstrap."""
    if len(values) < NORMAL_FROM:
        return bootstrap(values)
    low, high = normal(values.mean(dtype=float), values.var(ddof=1, dtype=float), len(values))
    return float(low), float(high)


@cache
def _times_drawn(n: int) -> NDArray[np.uint8]:
    """How often each of n < 200 values is in each resample, (n, resamples)."""
    drawn = np.random.default_rng(n).integers(0, n, (_RESAMPLES, n), np.int32)
    drawn += np.arange(_RESAMPLES, dtype=np.int32)[:, None] * n
    times = np.bincount(drawn.ravel(), minlength=_RESAMPLES * n).reshape(_RESAMPLES, n)
    return np.ascontiguousarray(times.T, np.uint8)
