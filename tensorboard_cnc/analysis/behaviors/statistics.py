"""Tails of counts that are drawn without looking, and the correction for many tests."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.instances import Ints

Floats64: TypeAlias = NDArray[np.float64]
# Terms further than this many standard deviations from the first are below rounding.
_WIDTH = 12
# Terms of a sum that are a smaller share of it are below rounding.
_NOTHING = 1e-17


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
