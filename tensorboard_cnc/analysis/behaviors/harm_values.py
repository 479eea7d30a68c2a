"""Which slices lost more than the rest, from a number for each instance or sampled unit.

For scores and losses, and for right and wrong where several instances were sampled together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tensorboard_cnc.analysis.behaviors.dimensions import Grouping
from tensorboard_cnc.analysis.behaviors.instances import Bools, Floats, Ints
from tensorboard_cnc.analysis.behaviors.means import (
    LEAST_OF_PART,
    Array,
    Moments,
    Sample,
    hall,
    loss_p,
    moments,
)
from tensorboard_cnc.analysis.behaviors.sampled_units import over_units, over_units_of, sign_flip_p
from tensorboard_cnc.analysis.distributions import student_t_cdf

_KURTOSES = 2
# Slices with so many units inside and outside, and times the kurtosis, have a difference of means
# that is near normal.
_MANY, _KURTOSES_OF_NORMAL = 300, 20
# A difference of fewer standard errors is no news.
_NEWS = -1.3
# Numbers that are drawn for one question, and at a time; draws of each.
_MOST_DRAWN, _AT_A_TIME = 1 << 21, 1 << 19
_DRAWS = (300, 4000)
# Units are drawn with replacement where a slice has so small a share of them.
_SMALL_SHARE = 0.02
# So many of the draws fix the height of the tail beyond them.
_ENOUGH = 10


class ValueHarm(NamedTuple):
    """Of each of k slices; p are one-sided, 1 where nothing can be told.

    `inside_p`: of "the mean change within the slice is no loss"; `rest_p`: of "it is no larger
    loss than the rest's". `n_units`: sampled units, instances where each is its own.
    """

    inside_p: Array
    rest_p: Array
    n_units: Ints


def value_harm(differences: Floats, units: Ints | None, grouping: Grouping) -> ValueHarm:
    """Of changes (N,), negative for a loss and NaN where not known, in each slice.

    `units` (N,): what each row was sampled in, None where each by itself.
    """
    cells = _cells(differences, units, grouping)
    told = np.asarray(cells.inside.n >= 2)
    if cells.flips:
        inside = _sign_flips(cells)
    else:
        # Where few decide, nothing holds its level.
        told &= cells.inside.n >= max(_KURTOSES * cells.kurtosis, LEAST_OF_PART)
        inside = np.nan_to_num(loss_p(cells.inside), nan=1.0)
    inside = np.where(told, inside, 1.0)
    asked = told & (inside < 0.5)
    rest = np.where(cells.cut, _rest_of_cut(cells, asked & cells.cut), 1.0)
    rest = np.minimum(rest, _rest_of_whole(cells, asked & ~cells.cut))
    return ValueHarm(inside, np.where(told, rest, 1.0), cells.inside.n)


class _Cells(NamedTuple):
    """Sums by sampled unit (G,), and by slice and unit (m,): `slice` ascending, and `unit`.

    `inside`: moments of the slices' changes over their units; `cut`: which slices (k,) hold only a
    part of some unit. `flips`: all changes are -1, 0 or 1.
    """

    sums: Array
    sizes: Ints
    slice: Ints
    unit: Ints
    part_sums: Array
    part_sizes: Ints
    inside: Moments
    cut: Bools
    kurtosis: float
    flips: bool


def _cells(differences: Floats, units: Ints | None, grouping: Grouping) -> _Cells:
    finite = np.isfinite(differences)
    values = differences[finite].astype(float)
    place = np.cumsum(finite) - 1
    at = np.arange(len(values))
    if units is not None:
        at = np.unique(units[finite], return_inverse=True)[1]
    width, k = int(at.max(initial=-1)) + 1, grouping.n
    kept = finite[grouping.rows]
    rows, codes = place[grouping.rows[kept]], grouping.codes[kept]
    cells, of = np.unique(codes.astype(np.int64) * width + at[rows], return_inverse=True)
    slices, unit = cells // max(width, 1), cells % max(width, 1)
    sizes, part_sizes = np.bincount(at), np.bincount(of, minlength=len(cells))
    whole = values if width == len(values) else over_units(values, at)
    return _Cells(
        _sum(at, values, width),
        sizes,
        slices,
        unit,
        _sum(of, values[rows], len(cells)),
        part_sizes,
        moments(*over_units_of(values[rows], at[rows], codes, k), k),
        np.bincount(slices[part_sizes < sizes[unit]], minlength=k) > 0,
        Sample(whole).kurtosis,
        bool(((np.abs(values) == 1) | (values == 0)).all()),
    )


def _sign_flips(cells: _Cells) -> Array:
    """Of each slice the chance of so low a total if the sign of each unit's sum is by chance."""
    k = len(cells.cut)
    found, near = np.ones(k), np.nan_to_num(loss_p(cells.inside), nan=1.0)
    totals = _sum(cells.slice, cells.part_sums, k)
    ends = np.searchsorted(cells.slice, np.arange(k + 1))
    for code in np.flatnonzero(totals < 0).tolist():
        sums = cells.part_sums[ends[code] : ends[code + 1]]
        p = sign_flip_p(sums[sums != 0], two_sided=False)
        found[code] = near[code] if p is None else p
    return found


class _Totals(NamedTuple):
    """Σx, Σc, Σx², Σxc, Σc² over units, of sums x and sizes c; and how many units."""

    x: Array
    c: Array
    xx: Array
    xc: Array
    cc: Array
    n: Array

    def less(self, other: _Totals) -> _Totals:
        return _Totals._make(a - b for a, b in zip(self, other, strict=True))

    def mean_and_variance(self) -> tuple[Array, Array]:
        """Of the ratio Σx / Σc; the variance is NaN below two units."""
        many, size = np.maximum(self.n, 2), np.maximum(self.c, 1)
        mean = self.x / size
        squares = self.xx - 2 * mean * self.xc + mean**2 * self.cc
        variance = np.maximum(squares, 0) * many / (many - 1) / size**2
        return mean, np.where(self.n < 2, np.nan, variance)


def _welch(inside: _Totals, whole: _Totals) -> tuple[Array, Array]:
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


def _totals(x: Array, c: Array, at: Ints, k: int) -> _Totals:
    columns = (x, c, x * x, x * c, c * c, np.ones(len(x)))
    return _Totals._make(_sum(at, each, k) for each in columns)


def _sum(at: Ints, values: Array, k: int) -> Array:
    return np.asarray(np.bincount(at, values, k), float)


def _rest_of_whole(cells: _Cells, asked: Bools) -> Array:
    """Of slices of whole units: by Welch's t, that of units dealt anew where it is not near normal.

    Dealt, not drawn from a distribution, so that any skewness holds under both.
    """
    k = len(asked)
    found = np.ones(k)
    x, c = cells.sums, cells.sizes.astype(float)
    whole = _totals(x, c, np.zeros(len(x), np.int64), 1)
    inside = _totals(x[cells.unit], c[cells.unit], cells.slice, k)
    t, degrees = _welch(inside, whole)
    asked = asked & (t < _NEWS) & (inside.n >= 2) & (whole.n - inside.n >= 2)
    found[asked] = student_t_cdf(t[asked], degrees[asked])
    few = np.minimum(inside.n, whole.n - inside.n)
    dealt = np.flatnonzero(asked & (few < max(_MANY, _KURTOSES_OF_NORMAL * cells.kurtosis)))
    if len(dealt):
        sizes, at = np.unique(few[dealt].astype(np.int64), return_inverse=True)
        drawn = _dealt(x, c, sizes, whole)
        for code, column in zip(dealt.tolist(), at.tolist(), strict=True):
            # Of the larger part what is dealt is what is left.
            sign = 1 if inside.n[code] <= whole.n[0] / 2 else -1
            found[code] = _tail(float(t[code]), np.sort(sign * drawn[:, column]), degrees[code])
    return found


def _dealt(x: Array, c: Array, sizes: Ints, whole: _Totals) -> Array:
    """Welch's t of the first of the units when they are dealt anew, many times; the seed is fixed.

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
        part = _Totals._make([*sums, np.broadcast_to(sizes, sums[0].shape)])
        found.append(_welch(part, whole)[0])
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


def _rest_of_cut(cells: _Cells, asked: Bools) -> Array:
    """Of slices that hold a part of some units: from what each unit adds to the difference.

    By Student's and Hall's t of these contributions, with the units that are in the slice.
    """
    found = np.ones(len(asked))
    ends = np.searchsorted(cells.slice, np.arange(len(asked) + 1))
    for code in np.flatnonzero(asked).tolist():
        part = slice(ends[code], ends[code + 1])
        sums, sizes = np.zeros(len(cells.sums)), np.zeros(len(cells.sums))
        sums[cells.unit[part]], sizes[cells.unit[part]] = (
            cells.part_sums[part],
            cells.part_sizes[part],
        )
        other_sums, other_sizes = cells.sums - sums, cells.sizes - sizes
        n, rest = sizes.sum(), other_sizes.sum()
        if not rest:
            continue
        mean, other = sums.sum() / n, other_sums.sum() / rest
        added = (sums - mean * sizes) / n - (other_sums - other * other_sizes) / rest
        of = Sample(added * len(added)).moments
        if np.isfinite(of.error[0]):
            t = (mean - other) / of.error
            both = np.maximum(t, hall(t, of.skewness / np.sqrt(of.n)))
            found[code] = student_t_cdf(both, max(part.stop - part.start - 1, 1))[0]
    return found
