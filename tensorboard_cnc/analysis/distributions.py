"""Distribution functions that tests are computed with, elementwise on arrays, in numpy alone.

Each has at least nine digits of its own size, far into its tails as well.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]

_ROOT_2PI = np.sqrt(2 * np.pi)
# Beyond, the tail is a continued fraction; within, a series.
_SERIES_TO = 2.5
_TERMS = 60
_SMALLEST = np.finfo(float).tiny
_EPSILON = 1e-15
# Of a continued fraction; it needs about the root of the larger parameter.
_MOST_STEPS = 20_000
# Where Stirling's series is exact to rounding.
_STIRLING_FROM = 16


def normal_cdf(z: ArrayLike) -> Array:
    """P(Z ≤ z) of the standard normal: a series (Marsaglia 2004), far out Laplace's fraction."""
    z = np.asarray(z, float)
    x = np.abs(z)
    near = np.minimum(x, _SERIES_TO)
    term = near.copy()
    inner = near.copy()
    for k in range(1, _TERMS):
        term = term * near**2 / (2 * k + 1)
        inner += term
    inner = 0.5 - _density(near) * inner
    far = np.clip(x, _SERIES_TO, 40)
    fraction = far.copy()
    for k in range(_TERMS, 0, -1):
        fraction = far + k / fraction
    upper = np.where(x <= _SERIES_TO, inner, np.where(x > 39, 0, _density(far) / fraction))
    return np.where(np.isnan(z), np.nan, np.where(z > 0, 1 - upper, upper))


def normal_quantile(p: ArrayLike) -> Array:
    """The z with P(Z ≤ z) = p; ∓inf at 0 and 1 (Abramowitz & Stegun 26.2.23; Halley's steps)."""
    p = np.asarray(p, float)
    tail = np.clip(np.minimum(p, 1 - p), 1e-300, 0.5)
    t = np.sqrt(-2 * np.log(tail))
    above = 2.515517 + t * (0.802853 + t * 0.010328)
    z = above / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
    for _ in range(3):
        # Relative to the density, so that no step underflows.
        error = (normal_cdf(z) - tail) / _density(z)
        z = z - error / (1 + z * error / 2)
    z = np.where(p == 0.5, 0.0, np.where(p > 0.5, -z, z))
    z = np.where(p <= 0, -np.inf, np.where(p >= 1, np.inf, z))
    return np.where(np.isnan(p), np.nan, z)


def student_t_cdf(t: ArrayLike, df: ArrayLike) -> Array:
    """P(T ≤ t) of Student's t with `df` > 0 degrees of freedom."""
    t, df = np.broadcast_arrays(np.asarray(t, float), np.asarray(df, float))
    finite = np.isfinite(t)
    square = np.where(finite, t, 1.0) ** 2
    tail = 0.5 * incomplete_beta(df / 2, 0.5, df / (df + square), square / (df + square))
    below = np.where(t > 0, 1 - tail, tail)
    return np.where(np.isnan(t), np.nan, np.where(finite, below, (t > 0) * 1.0))


def student_t_quantile(p: ArrayLike, df: ArrayLike) -> Array:
    """The t with P(T ≤ t) = p, `df` ≥ 1; ∓inf at 0 and 1 (Hill 1970, then Halley's steps).

    Beyond p = 1e-100 it is the one of 1e-100.
    """
    p, df = np.broadcast_arrays(np.asarray(p, float), np.asarray(df, float))
    tail = np.clip(np.minimum(p, 1 - p), 1e-100, 0.5)
    t = -_hill(2 * tail, df)
    for _ in range(3):
        log_density = (
            log_gamma((df + 1) / 2)
            - log_gamma(df / 2)
            - 0.5 * np.log(df * np.pi)
            - (df + 1) / 2 * np.log1p(t**2 / df)
        )
        error = (student_t_cdf(t, df) / tail - 1) * np.exp(np.log(tail) - log_density)
        # Never past 0, nor twice as far out.
        step = error / np.maximum(1 + error * t * (df + 1) / (df + t**2) / 2, 0.1)
        t = np.clip(t - step, 2 * t, 0)
    t = np.where(p == 0.5, 0.0, np.where(p > 0.5, -t, t))
    t = np.where(p <= 0, -np.inf, np.where(p >= 1, np.inf, t))
    return np.where(np.isnan(p), np.nan, t)


@lru_cache(maxsize=1024)
def t_975(degrees: int) -> float:
    """What 2.5 % of Student's t with `degrees` of freedom exceed."""
    return float(student_t_quantile(0.975, degrees))


def binomial_cdf(k: ArrayLike, n: ArrayLike, share: ArrayLike) -> Array:
    """P(X ≤ k) of X ~ Binomial(n, share); whole numbers k and n."""
    k, n, share = np.broadcast_arrays(*(np.asarray(each, float) for each in (k, n, share)))
    inside = (k >= 0) & (k < n)
    a, b = np.where(inside, n - k, 1.0), np.where(inside, k + 1, 1.0)
    return np.where(k < 0, 0.0, np.where(inside, incomplete_beta(a, b, 1 - share, share), 1.0))


def incomplete_beta(a: ArrayLike, b: ArrayLike, x: ArrayLike, rest: ArrayLike) -> Array:
    """The regularised I_x(a, b); `rest` = 1 - x, given apart so that no digits of it are lost.

    By Lentz's method on the continued fraction (DLMF 8.17.22), on the side where it converges.
    """
    a, b, x, rest = np.broadcast_arrays(*(np.asarray(each, float) for each in (a, b, x, rest)))
    shape = x.shape
    a, b, x, rest = (each.ravel() for each in (a, b, x, rest))
    turned = x > (a + 1) / (a + b + 2)
    a, b = np.where(turned, b, a), np.where(turned, a, b)
    x, rest = np.where(turned, rest, x), np.where(turned, x, rest)
    inside = (x > 0) & (rest > 0)
    front = a * _log(x, rest, inside) + b * _log(rest, x, inside) - log_beta(a, b) - np.log(a)
    with np.errstate(under="ignore"):
        lower = np.where(inside, np.exp(front) * _fraction(a, b, x), 0.0)
    lower = np.minimum(lower, 1.0)
    return np.where(turned, 1 - lower, lower).reshape(shape)


def log_choose(n: ArrayLike, k: ArrayLike) -> Array:
    """Log of n over k, 0 ≤ k ≤ n."""
    n, k = np.asarray(n, float), np.asarray(k, float)
    return log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1)


def log_beta(a: Array, b: Array) -> Array:
    """Log B(a, b), without the digits that three large logarithms would cancel."""
    small, large = np.minimum(a, b), np.maximum(a, b)
    plain = log_gamma(small) + log_gamma(large) - log_gamma(small + large)
    far = np.maximum(large, _STIRLING_FROM)
    # log Γ(large) - log Γ(large + small), Stirling's terms paired.
    paired = (
        -(far - 0.5) * np.log1p(small / far)
        - small * np.log(far + small)
        + small
        + _correction(far)
        - _correction(far + small)
    )
    return np.where(large < _STIRLING_FROM, plain, log_gamma(small) + paired)


def log_gamma(x: ArrayLike) -> Array:
    """Log Γ(x), x > 0, by Stirling's series."""
    x = np.asarray(x, float)
    low = x < _STIRLING_FROM
    far = np.where(low, x + _STIRLING_FROM, x)
    series = (far - 0.5) * np.log(far) - far + 0.5 * np.log(2 * np.pi) + _correction(far)
    found = np.asarray(series, float)
    # Γ(x + k) = x (x + 1) … (x + k - 1) Γ(x)
    steps = x[low][:, None] + np.arange(_STIRLING_FROM)
    found[low] -= np.log(steps).sum(axis=1)
    return found


def _correction(x: Array) -> Array:
    square = 1 / (x * x)
    return (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / x


def _density(z: Array) -> Array:
    return np.asarray(np.exp(-0.5 * z**2) / _ROOT_2PI)


def _fraction(a: Array, b: Array, x: Array) -> Array:
    """The continued fraction of I_x(a, b); what has converged is no longer computed."""
    found = np.ones_like(x)
    left = np.flatnonzero(x > 0)
    a, b, x = a[left], b[left], x[left]
    c = np.ones_like(x)
    d = 1 / _not_zero(1 - (a + b) * x / (a + 1))
    h = d.copy()
    for m in range(1, _MOST_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for part in (even, odd):
            d = 1 / _not_zero(1 + part * d)
            c = _not_zero(1 + part / c)
            delta = c * d
            h *= delta
        done = np.abs(delta - 1) < _EPSILON
        if done.any():
            found[left[done]] = h[done]
            kept = ~done
            left = left[kept]
            a, b, x, c, d, h = (each[kept] for each in (a, b, x, c, d, h))
        if not len(left):
            break
    found[left] = h
    return found


def _log(x: Array, rest: Array, inside: NDArray[np.bool_]) -> Array:
    """Log x = log(1 - rest), from whichever of the two has the digits; 0 where not inside."""
    near = inside & (x > 0.5)
    return np.where(
        near, np.log1p(-np.where(near, rest, 0)), np.log(np.where(inside & ~near, x, 1))
    )


def _not_zero(x: Array) -> Array:
    return np.where(np.abs(x) < _SMALLEST, _SMALLEST, x)


def _hill(two_sided: Array, df: Array) -> Array:
    """The t > 0 that |T| exceeds with this probability, to some digits (CACM algorithm 396)."""
    a = 1 / (df - 0.5)
    b = 48 / a**2
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * np.sqrt(a * np.pi / 2) * df
    y = (d * two_sided) ** (2 / df)
    far = (
        (1 / (((df + 6) / (df * y) - 0.089 * d - 0.822) * (df + 2) * 3) + 0.5 / (df + 4)) * y - 1
    ) * (df + 1) / (df + 2) + 1 / y
    x = normal_quantile(two_sided / 2)
    c = np.where(df < 5, c + 0.3 * (df - 4.5) * (x + 0.6), c)
    c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
    square = x**2
    near = (((((0.4 * square + 6.3) * square + 36) * square + 94.5) / c - square - 3) / b + 1) * x
    near = np.expm1(np.minimum(a * near**2, 600))
    return np.sqrt(df * np.abs(np.where(y > 0.05 + a, near, far)))
