"""ΣΔ² of two tensors from their CountSketches and exact norms.

The buckets of both are taken as m pairs of normal numbers with known variances ‖a‖²/m and ‖b‖²/m
and an unknown correlation ρ, of which the most likely one is found; ΣΔ² = ‖a‖² + ‖b‖² − 2ρ‖a‖‖b‖.
Its interval holds all ρ that a likelihood ratio test does not reject. Knowing the norms, this
never has a larger variance than ‖S(a) − S(b)‖², and a much smaller one where much was pruned.

Source: Li, Hastie & Church, "Improving random projections using marginal information", COLT 2006.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.estimates import ESTIMATE, EXACT, Estimates, Floats

# Half of the 95 % quantile of χ² with one degree of freedom.
_DROP = 1.920729410347062
_STEPS = 44
# exp(90) is far from the largest float.
_ENDS = 90.0
# The relative error of a stored bucket, squared: it is a float32.
_ROUNDING = 2.0**-48
# From FEW to SOME equal changes, one collision in a bucket matters and is not rare; to MANY, two.
_FEW, _SOME, _MANY = 4.0, 24.0, 64.0
_WIDER = 1.25


def squares_of_change(a: Floats, b: Floats, sums_a: Floats, sums_b: Floats) -> Estimates:
    """Estimates (t,) of ΣΔ², given Σa² and Σb² (t,), and the buckets of both (t, m)."""
    root = np.sqrt(a * b)
    some = root > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        u = np.where(some[:, None], sums_a * np.sqrt(sums_a.shape[1] / a)[:, None], 0)
        v = np.where(some[:, None], sums_b * np.sqrt(sums_b.shape[1] / b)[:, None], 0)
    least, most = np.square(np.sqrt(a) - np.sqrt(b)), np.square(np.sqrt(a) + np.sqrt(b))
    value, low, high = (least + root * each for each in _distance_of_unit_vectors(u, v))
    scale = np.sqrt(root / u.shape[1])[:, None]
    low, high = _with_collisions(low, high, value, scale * (u - v))
    found = Estimates(value, low, high, np.where(some, ESTIMATE, EXACT).astype(np.uint8))
    return found.rising(lambda ends: np.clip(ends, least, most))


def _distance_of_unit_vectors(u: Floats, v: Floats) -> tuple[Floats, Floats, Floats]:
    """2(1 − ρ) and its interval, from buckets scaled to a variance of 1."""
    m = u.shape[1]
    apart = np.square(u - v).sum(axis=1)
    product = (u * v).sum(axis=1)

    def uphill(y: Floats) -> Floats:
        """Whether a larger 1 − ρ is more likely; y = log((1 − ρ) / (1 + ρ))."""
        odds = np.exp(y)
        near = 1 / (1 + odds)
        far = odds * near
        rho = near - far
        slope: Floats = rho * (4 * m * far * near - apart) + 4 * product * np.square(far)
        return slope

    def likelihood(y: Floats) -> Floats:
        odds = np.exp(y)
        whole = 1 + odds
        # (Σ(u − v)² + 2 (1 − ρ) Σuv) / 2(1 − ρ²), with 1 − ρ = 2 odds / whole, 1 + ρ = 2 / whole.
        weighed = whole * (apart * whole / (8 * odds) + product / 2)
        found: Floats = m * (np.log(whole) - y / 2) - weighed
        return found

    ends = np.full(len(u), _ENDS)
    best = _crossing(lambda y: uphill(y) < 0, -ends, ends)
    least = likelihood(best) - _DROP
    rising = np.array([[True], [False]])
    lower, upper = _crossing(
        lambda y: (likelihood(y) < least) == rising, np.stack([-ends, best]), np.stack([best, ends])
    )
    value, low, high = (4 / (1 + np.exp(-y)) for y in (best, lower, upper))
    # Two sums of float32 precision are equal only within their rounding.
    noise = np.sqrt(_ROUNDING * 2 * np.square(u).sum(axis=1))
    with np.errstate(divide="ignore"):
        share = np.where(apart > 0, noise / np.sqrt(np.maximum(apart, 1e-300)), np.inf)
    low = low * np.square(1 - np.minimum(share, 1))
    high = np.maximum(high * np.square(1 + np.minimum(share, 1)), 4 * np.square(noise) / m)
    return value, low, high


def _crossing(before: Callable[[Floats], NDArray[np.bool_]], low: Floats, high: Floats) -> Floats:
    """Where `before` turns from true to false between `low` and `high`."""
    for _ in range(_STEPS):
        middle = (low + high) / 2
        left = before(middle)
        low, high = np.where(left, middle, low), np.where(left, high, middle)
    return (low + high) / 2


def _with_collisions(
    low: Floats, high: Floats, value: Floats, difference: Floats
) -> tuple[Floats, Floats]:
    """Wide enough for two of few large changes in one bucket, which add up or cancel there.

    `difference` (t, m): by what the buckets differ beyond the norms. The χ² interval takes its
    energy as spread over many buckets. In a handful of changes a collision is rare; among dozens
    each weighs little.
    """
    squares = np.square(difference)
    fourth = np.square(squares).sum(axis=1)
    total = squares.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = np.where(fourth > 0, total**2 / fourth, np.inf)
    largest = 1.1 * squares.max(axis=1, initial=0)
    few = (effective > _FEW) & (effective < _SOME)
    low = np.where(few, np.minimum(low, value - largest / 2), low)
    high = np.where(few, np.maximum(high, value + largest * 2), high)
    some = (effective >= _SOME) & (effective < _MANY)
    low = np.where(some, value - _WIDER * (value - low), low)
    return low, np.where(some, value + _WIDER * (high - value), high)
