"""Rates, their paired changes and ratios: intervals, and McNemar's exact test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from tensorboard_cnc.analysis.behaviors.instances import Floats
from tensorboard_cnc.analysis.behaviors.means import Array, Interval
from tensorboard_cnc.analysis.distributions import binomial_cdf

Z = 1.959963984540054
# Halvings of an interval: to the last bits of a float64.
_HALVINGS = 60
_MOST_RATIO = 1e9
# Most columns show at their beginning that they have more values than two.
_FIRST = 1000


def two_valued(*columns: Floats) -> bool:
    """Whether all finite values are 0 or 1, and there are both: of one alone nobody can tell."""
    for column in columns:
        for part in (column[:_FIRST], column):
            if not ((part == 0) | (part == 1) | ~np.isfinite(part)).all():
                return False
    return all(any((column == value).any() for column in columns) for value in (0, 1))


def wilson(successes: ArrayLike, n: ArrayLike) -> Interval:
    """Interval of a rate (Wilson 1927), elementwise; NaN where n is 0."""
    k, n = np.asarray(successes, float), np.asarray(n, float)
    known = n > 0
    size = np.where(known, n, 1.0)
    rate = np.where(known, k / size, np.nan)
    middle = (rate + Z**2 / (2 * size)) / (1 + Z**2 / size)
    spread = np.sqrt(np.maximum(rate * (1 - rate), 0) / size + Z**2 / (4 * size**2))
    half = Z / (1 + Z**2 / size) * spread
    # Rounding must not leave the rate itself outside.
    low, high = np.minimum(middle - half, rate), np.maximum(middle + half, rate)
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def mcnemar(negative: ArrayLike, positive: ArrayLike) -> Array:
    """Two-sided p of right→wrong against wrong→right, elementwise (McNemar 1947, exact).

    Twice the smaller tail of Binomial(all flips, 1/2), at most 1; 1 without any flip.
    """
    negative, positive = np.asarray(negative, float), np.asarray(positive, float)
    tail = binomial_cdf(np.minimum(negative, positive), negative + positive, 0.5)
    return np.asarray(np.minimum(2 * tail, 1.0))


def rate_change(negative: ArrayLike, positive: ArrayLike, n: ArrayLike, p: ArrayLike) -> Interval:
    """Interval of (positive - negative) / n of paired rates, elementwise; NaN where n is 0.

    The score interval of Tango (1998), widened to 0 where `p`, that of the exact test, is 0.05 or
    more. Where p is below, it never holds 0: its own test of 0 is the less strict one.
    """
    down, up, n, p = np.broadcast_arrays(
        *(np.asarray(each, float) for each in (negative, positive, n, p))
    )
    known = n > 0
    size = np.where(known, n, 1.0)
    value = (up - down) / size

    def beyond(change: Array) -> Array:
        error = _tango_error(down, up, size, change)
        return np.asarray(np.abs(up - down - size * change) >= Z * error)

    ends = np.stack([np.full_like(value, -1), np.ones_like(value)])
    low, high = _crossing(np.stack([value, value]), ends, beyond)
    touches = p >= 0.05
    low = np.where(touches, np.minimum(low, 0), low)
    high = np.where(touches, np.maximum(high, 0), high)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def _tango_error(down: Array, up: Array, n: Array, change: Array) -> Array:
    """Standard error of up - down, of the flip rates that are likeliest with this change."""
    b = (2 * n - up + down) * change - up - down
    c = -down * change * (1 - change)
    q = (np.sqrt(np.maximum(b * b - 8 * n * c, 0)) - b) / (4 * n)
    return np.asarray(np.sqrt(np.maximum(n * (2 * q + change * (1 - change)), 0)))


def rate_ratio(base_only: int, model_only: int, both: int, p: float) -> tuple[float, float]:
    """Interval of the ratio of paired rates, (both + model_only) / (both + base_only).

    By the score test (Nam & Blackwelder 2002), widened to 1 where `p`, that of the exact test, is
    0.05 or more. The base has one right at least.
    """
    before, after = both + base_only, both + model_only
    right = both + base_only + model_only

    def beyond(ratio: Array) -> Array:
        # The likeliest count of what only the base has right, if this were the ratio.
        b = base_only + model_only - (ratio**2 - 1) * before
        root = np.sqrt(np.maximum(b * b + 4 * (ratio**2 - 1) * base_only * right, 0))
        lost = (b + root) / (2 * (ratio + 1))
        variance = np.maximum((1 + ratio) * lost + (ratio - 1) * right, 0)
        return np.asarray(np.abs(after - ratio * before) >= Z * np.sqrt(variance))

    ratios = np.full(2, after / before)
    low, high = map(float, _crossing(ratios, np.array([0.0, _MOST_RATIO]), beyond))
    return (min(low, 1.0), max(high, 1.0)) if p >= 0.05 else (low, high)


def _crossing(inside: Array, outside: Array, beyond: Callable[[Array], Array]) -> Array:
    """Where, on the way from `inside` to `outside`, a value begins to be beyond."""
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        over = beyond(middle)
        inside, outside = np.where(over, inside, middle), np.where(over, middle, outside)
    return inside
