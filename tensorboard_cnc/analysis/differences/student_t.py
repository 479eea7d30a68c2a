"""Quantiles of Student's t distribution, without scipy."""

from __future__ import annotations

import math
from functools import lru_cache


@lru_cache(maxsize=1024)
def t_975(degrees: int) -> float:
    """The 97.5 % quantile for whole `degrees` of freedom, to about 1e-9.

    The distribution function for whole degrees is a finite sum (Abramowitz & Stegun, Handbook of
    Mathematical Functions, 26.7.3 and 26.7.4); its root is found by bisection. Beyond 200
    degrees the expansion 26.7.5 is as close.
    """
    if degrees > 200:
        return _expansion(degrees)
    low, high = 1.9, 13.0
    while high - low > 1e-11:
        middle = (low + high) / 2
        low, high = (middle, high) if _two_sided(middle, degrees) < 0.95 else (low, middle)
    return (low + high) / 2


def _two_sided(t: float, degrees: int) -> float:
    """P(|T| < t)."""
    angle = math.atan(t / math.sqrt(degrees))
    cosine2 = math.cos(angle) ** 2
    odd = degrees % 2
    term = math.cos(angle) if odd else 1.0
    total = 0.0
    for k in range(1 + odd, degrees, 2):
        total += term
        term *= cosine2 * k / (k + 1)
    if odd:
        return 2 / math.pi * (angle + math.sin(angle) * total)
    return math.sin(angle) * total


def _expansion(degrees: int) -> float:
    z = 1.959963984540054
    n = degrees
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )
