"""Means and changes with their 95 % intervals and paired tests, exact at any n, without tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tensorboard_cnc.analysis.behaviors.instances import Floats, Ints

Z = 1.959963984540054
# Below, the distribution of a mean may be far from normal.
NORMAL_FROM = 200
_RESAMPLES = 2000
Interval = tuple[NDArray[np.float64], NDArray[np.float64]]
Floats64 = NDArray[np.float64]
# Terms further than this many standard deviations from the first are below rounding.
_WIDTH = 12
# Terms of a sum that are a smaller share of it are below rounding.
_NOTHING = 1e-17
TestName: TypeAlias = Literal["exact McNemar", "sign test", "paired normal"]


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


@lru_cache(maxsize=65536)
def fair_coin_two_sided(heads: int, tails: int) -> float:
    """Probability of a split at least as uneven as heads : tails, of a fair coin.

    Twice the smaller tail of Binomial(heads + tails, 1/2), at most 1; 1 without any throw.
    """
    n, k = heads + tails, min(heads, tails)
    if heads == tails:
        return 1.0
    first = math.exp(_log_choose(n, k) - n * math.log(2))
    # pmf(i - 1) / pmf(i) = i / (n - i + 1)
    i = np.arange(k, max(k - _terms(n / 4), 0), -1, dtype=float)
    return min(1.0, 2 * first * (1 + float(np.cumprod(i / (n - i + 1)).sum())))


@lru_cache(maxsize=65536)
def over_represented(drawn_marked: int, drawn: int, marked: int, population: int) -> float:
    """P(X ≥ drawn_marked) of X ~ Hypergeometric: Fisher's exact test, one-sided.

    `drawn` of a `population` with `marked` ones are drawn without looking.
    """
    k, n, m, size = drawn_marked, drawn, marked, population
    lowest, highest = max(0, n + m - size), min(n, m)
    if k <= lowest:
        return 1.0
    variance = n * m / size * (1 - m / size) * (size - n) / max(size - 1, 1)
    if k <= n * m / size:
        return 1 - _tail(k - 1, max(lowest, k - 1 - _terms(variance)), n, m, size)
    return _tail(k, min(highest, k + _terms(variance)), n, m, size)


def over_represented_each(drawn_marked: Ints, drawn: Ints, marked: Ints, size: Ints) -> Floats64:
    """`over_represented` of many draws (D,) at once; 1 where no more than their share is marked."""
    p = np.ones(len(drawn))
    above = np.flatnonzero(drawn_marked * size > drawn * marked)
    k, n, m, total = (each[above].astype(float) for each in (drawn_marked, drawn, marked, size))
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, size.max(initial=0) + 1)))])

    def choose(one: Floats64, other: Floats64) -> Floats64:
        a, b = one.astype(int), other.astype(int)
        return np.asarray(logs[a] - logs[b] - logs[a - b])

    term = np.exp(choose(m, k) + choose(total - m, n - k) - choose(total, n))
    tail, left = term.copy(), np.arange(len(above))
    while len(left):
        # pmf(k + 1) / pmf(k)
        rest = total[left] - m[left] - n[left] + k[left] + 1
        term[left] *= (m[left] - k[left]) * (n[left] - k[left]) / ((k[left] + 1) * rest)
        tail[left] += term[left]
        k[left] += 1
        left = left[term[left] > _NOTHING * tail[left]]
    p[above] = np.minimum(tail, 1)
    return p


def _tail(start: int, end: int, n: int, m: int, size: int) -> float:
    """Σ pmf over start … end, away from the mode."""
    first = math.exp(
        _log_choose(m, start) + _log_choose(size - m, n - start) - _log_choose(size, n)
    )
    if end >= start:
        i = np.arange(start, end, dtype=float)
        ratios = (m - i) * (n - i) / ((i + 1) * (size - m - n + i + 1))
    else:
        i = np.arange(start, end, -1, dtype=float)
        ratios = i * (size - m - n + i) / ((m - i + 1) * (n - i + 1))
    return min(1.0, first * (1 + float(np.cumprod(ratios).sum())))


def _terms(variance: float) -> int:
    return 50 + int(_WIDTH * math.sqrt(variance))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


class Tested(NamedTuple):
    """A two-sided p-value and the test that it comes from."""

    p: float
    test: TestName


def mcnemar(negative: int, positive: int) -> Tested:
    """McNemar's exact test: right→wrong against wrong→right, the rest says nothing."""
    return Tested(fair_coin_two_sided(negative, positive), "exact McNemar")


def of_differences(n: int, mean: float, variance: float, below: int, above: int) -> Tested:
    """Test of n paired differences with this mean and variance (of n - 1).

    From n = 200 on, of their mean with the normal distribution; below, the sign test on how many
    are `below` and `above` 0, which holds whatever their distribution.
    """
    if n < NORMAL_FROM:
        return Tested(fair_coin_two_sided(below, above), "sign test")
    if variance <= 0:
        return Tested(1.0 if mean == 0 else 0.0, "paired normal")
    z = abs(mean) / math.sqrt(variance / n)
    return Tested(math.erfc(z / math.sqrt(2)), "paired normal")


def paired(differences: Floats) -> Tested:
    """`of_differences` of finite values (n,)."""
    n = len(differences)
    return of_differences(
        n,
        float(differences.mean(dtype=float)) if n else 0.0,
        float(differences.var(ddof=1, dtype=float)) if n > 1 else 0.0,
        int(np.count_nonzero(differences < 0)),
        int(np.count_nonzero(differences > 0)),
    )


def benjamini_hochberg(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """q-values of p-values of any shape (Benjamini & Hochberg 1995); NaN stays NaN, uncounted.

    Calling all with q ≤ 0.05 real is wrong about at most 5 % of them on average.
    """
    flat = p.ravel()
    order = np.argsort(flat, kind="stable")[: np.count_nonzero(~np.isnan(flat))]
    m = len(order)
    q = np.full(flat.shape, np.nan)
    scaled = flat[order] * (m / np.arange(1, m + 1))
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return q.reshape(p.shape)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over n instances and its 95 % interval; NaN where n is too small."""

    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Change(Estimate):
    """Mean of model - base over the n instances that have both, relative to the base's mean.

    `p` and `test`: of a paired test; None where there is no instance.
    """

    relative: float
    p: float | None
    test: TestName | None


def mean(values: Floats, *, rate: bool) -> Estimate:
    """The mean of the finite values; of a `rate` (0 and 1) with a Wilson interval."""
    finite = values[np.isfinite(values)]
    n = len(finite)
    if not n:
        return Estimate(0, float("nan"), float("nan"), float("nan"))
    value = float(finite.mean(dtype=float))
    low, high = wilson(round(value * n), n) if rate else mean_interval(finite)
    return Estimate(n, value, float(low), float(high))


def change(model: Floats, base: Floats, *, rate: bool) -> Change:
    """The mean of model - base (n,) where both are finite; of a `rate` by counting flips."""
    both = np.isfinite(model) & np.isfinite(base)
    difference, before = (model - base)[both], base[both]
    n = len(difference)
    if not n:
        nan = float("nan")
        return Change(0, nan, nan, nan, nan, None, None)
    value, start = float(difference.mean(dtype=float)), float(before.mean(dtype=float))
    if rate:
        below, above = int((difference < 0).sum()), int((difference > 0).sum())
        tested, ends = mcnemar(below, above), rate_change(below, above, n)
        low, high = float(ends[0]), float(ends[1])
    else:
        tested, (low, high) = paired(difference), mean_interval(difference)
    relative = value / start if start else float("nan")
    return Change(n, value, low, high, relative, tested.p, tested.test)
