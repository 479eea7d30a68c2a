"""Welch's t of a slice against the rest, from counts of what broke and mended."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tensorboard_cnc.analysis.behaviors.harm.flips import Array, Flips, Sums


class Welch(NamedTuple):
    """Of slices: t, below 0 where the slice is worse than the rest, and its degrees of freedom."""

    t: Array
    df: Array


class _Side(NamedTuple):
    mean: Array
    # Of the mean.
    variance: Array
    n: Array


def by_points(inside: Sums, rest: Sums) -> Welch:
    """Of the mean change (Welch 1947)."""
    return _welch(_points(inside), _points(rest))


def by_share(inside: Flips, rest: Flips) -> Welch:
    """Of accuracy after / before, with the variance of the residuals of that ratio."""
    return _welch(_share(inside), _share(rest))


def _points(side: Sums) -> _Side:
    n = np.maximum(side.n, 2)
    squares = side.squares - side.gain**2 / n
    return _Side(side.gain / n, squares / (n - 1) / n, n)


def _share(side: Flips) -> _Side:
    n, right = np.maximum(side.n, 2), np.maximum(side.right, 1)
    kept = (right - side.net_loss) / right
    squares = (right - side.broke) * (1 - kept) ** 2 + side.mended + side.broke * kept**2
    return _Side(kept, squares / right**2 * n / (n - 1), n)


def _welch(one: _Side, other: _Side) -> Welch:
    # Rounding must not leave a variance below 0.
    variances = np.maximum(one.variance, 0), np.maximum(other.variance, 0)
    both = variances[0] + variances[1]
    difference = one.mean - other.mean
    varies = both > 1e-15
    t = difference / np.sqrt(np.where(varies, both, 1))
    # Sides that do not vary are told apart by any difference.
    certain = np.where(np.abs(difference) > 1e-12, np.copysign(np.inf, difference), 0)
    spread = variances[0] ** 2 / (one.n - 1) + variances[1] ** 2 / (other.n - 1)
    df = both**2 / np.maximum(spread, 1e-300)
    return Welch(np.where(varies, t, certain), np.where(varies, np.maximum(df, 1), 1))
