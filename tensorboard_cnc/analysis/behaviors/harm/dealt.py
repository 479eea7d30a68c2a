"""The chance that units dealt into a slice by lot come off as badly, by Welch's t."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tensorboard_cnc.analysis.behaviors.instances import Ints
from tensorboard_cnc.analysis.behaviors.means import Array
from tensorboard_cnc.analysis.distributions import student_t_cdf

# Numbers that are drawn for one question, and at a time; draws of each.
_MOST_DRAWN, _AT_A_TIME = 1 << 21, 1 << 19
_DRAWS = (300, 4000)
# Units are drawn with replacement where a slice has so small a share of them.
_SMALL_SHARE = 0.02
# So many of the draws fix the height of the tail beyond them.
_ENOUGH = 10
# Units of so few kinds are counted, not dealt one by one; so often for each number of units.
_MOST_KINDS, _DRAWS_OF_KINDS = 30, 4000


class Totals(NamedTuple):
    """Σx, Σc, Σx², Σxc, Σc² over units, of sums x and sizes c; and how many units."""

    x: Array
    c: Array
    xx: Array
    xc: Array
    cc: Array
    n: Array

    @classmethod
    def of(cls, x: Array, c: Array, at: Ints, k: int) -> Totals:
        """Of k slices, that of each unit at `at`."""
        columns = (x, c, x * x, x * c, c * c, np.ones(len(x)))
        return cls._make(np.asarray(np.bincount(at, each, k), float) for each in columns)

    def less(self, other: Totals) -> Totals:
        return Totals._make(a - b for a, b in zip(self, other, strict=True))

    def mean_and_variance(self) -> tuple[Array, Array]:
        """Of the ratio Σx / Σc; the variance is NaN below two units."""
        many, size = np.maximum(self.n, 2), np.maximum(self.c, 1)
        mean = self.x / size
        squares = self.xx - 2 * mean * self.xc + mean**2 * self.cc
        variance = np.maximum(squares, 0) * many / (many - 1) / size**2
        return mean, np.where(self.n < 2, np.nan, variance)


def welch_of(inside: Totals, whole: Totals) -> tuple[Array, Array]:
    """Welch's t (1947) of the means inside and outside, and its degrees of freedom.

    0 where neither varies.
    """
    rest = whole.less(inside)
    mean, variance = inside.mean_and_variance()
    other, other_variance = rest.mean_and_variance()
    both = variance + other_variance
    known = both > 1e-18 * (mean**2 + other**2) + 1e-300
    t = np.where(known, (mean - other) / np.sqrt(np.where(known, both, 1.0)), 0.0)
    share = np.where(known, variance / np.where(known, both, 1.0), 1.0)
    degrees = share**2 / np.maximum(inside.n - 1, 1) + (1 - share) ** 2 / np.maximum(rest.n - 1, 1)
    return t, np.clip(1 / degrees, 1, 1e4)


def dealt_p(x: Array, c: Array, n: Ints, t: Array, degrees: Array) -> Array:
    """Of slices of n units (k,) with so low a t (k,): the chance when units are dealt anew.

    Units have sums x and sizes c. They are dealt, not drawn from a distribution, so that any
    skewness holds under both; the seed is fixed.
    """
    whole = Totals.of(x, c, np.zeros(len(x), np.int64), 1)
    sizes, at = np.unique(np.minimum(n, len(x) - n), return_inverse=True)
    kinds, counts = np.unique(np.stack([x, c]), axis=1, return_counts=True)
    if len(counts) <= _MOST_KINDS:
        drawn = _dealt_by_kind(kinds[0], kinds[1], counts, sizes, whole)
    else:
        drawn = _dealt(x, c, sizes, whole)
    # Of the larger part what is dealt is what is left.
    sign = np.where(n <= len(x) / 2, 1, -1)
    return np.array(
        [
            _tail(float(t[i]), np.sort(sign[i] * drawn[:, at[i]]), float(degrees[i]))
            for i in range(len(n))
        ]
    )


def _dealt_by_kind(x: Array, c: Array, counts: Ints, sizes: Ints, whole: Totals) -> Array:
    """As `_dealt`, of units of few kinds: `counts` have the sum x and the size c."""
    rng = np.random.default_rng(0)
    # After the frequent kinds few units are left to draw.
    order = np.argsort(-counts, kind="stable")
    x, c, counts = x[order], c[order], counts[order]
    of_kinds = np.stack([x, c, x * x, x * c, c * c], axis=1)
    found = np.empty((_DRAWS_OF_KINDS, len(sizes)))
    for place, size in enumerate(sizes.tolist()):
        drawn = rng.multivariate_hypergeometric(counts, size, _DRAWS_OF_KINDS)
        sums = (drawn @ of_kinds).T
        part = Totals._make([*sums, np.full(_DRAWS_OF_KINDS, float(size))])
        found[:, place] = welch_of(part, whole)[0]
    return found


def _dealt(x: Array, c: Array, sizes: Ints, whole: Totals) -> Array:
    """Welch's t of the first of the units when they are dealt anew, many times.

    (draws, sizes): the same draws serve for ascending numbers of units.
    """
    rng = np.random.default_rng(0)
    most = int(sizes[-1])
    replaced = most <= _SMALL_SHARE * len(x)
    width = most if replaced else len(x)
    draws = int(np.clip(_MOST_DRAWN // width, *_DRAWS))
    starts = np.concatenate([[0], sizes[:-1]])
    found = []
    step = max(1, _AT_A_TIME // width)
    for start in range(0, draws, step):
        size = min(step, draws - start)
        if replaced:
            chosen = rng.integers(0, len(x), (size, most))
        else:
            everyone = np.tile(np.arange(len(x), dtype=np.int32), (size, 1))
            chosen = rng.permuted(everyone, axis=1)[:, :most]
        a, b = x[chosen], c[chosen]
        columns = (a, b, a * a, a * b, b * b)
        sums = [np.add.reduceat(each, starts, axis=1).cumsum(axis=1) for each in columns]
        part = Totals._make([*sums, np.broadcast_to(sizes, sums[0].shape)])
        found.append(welch_of(part, whole)[0])
    return np.concatenate(found)


def _tail(t: float, drawn: Array, degrees: float) -> float:
    """The share of sorted draws at or below t; beyond them Welch's tail, scaled to meet theirs."""
    n = int(np.searchsorted(drawn, t + 1e-9, side="right"))
    if n:
        return (n + 1) / (len(drawn) + 1)
    last = float(drawn[_ENOUGH - 1])
    own, at_last = (float(p) for p in student_t_cdf(np.array([t, last]), degrees))
    met = (_ENOUGH + 1) / (len(drawn) + 1)
    return min(max(own, own * met / at_last), 1 / (len(drawn) + 1))
