"""The tests of a slice where instances were sampled together: over units, not over instances."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from tensorboard_cnc.analysis.behaviors.dimensions import Grouping
from tensorboard_cnc.analysis.behaviors.harm.flips import Array
from tensorboard_cnc.analysis.behaviors.instances import Floats, Ints
from tensorboard_cnc.analysis.distributions import student_t_cdf


class ValueTests(Protocol):
    """Of slices (S,), one-sided: that they lost nothing, and no more than the rest; their units."""

    @property
    def inside_p(self) -> Array: ...
    @property
    def rest_p(self) -> Array: ...
    @property
    def n_units(self) -> Ints: ...


class ValueTest(Protocol):
    """Tests changes (N,), negative for a loss and NaN where not known, in the slices grouped."""

    def __call__(
        self, differences: Floats, units: Ints | None, grouping: Grouping, /
    ) -> ValueTests: ...


class Units(NamedTuple):
    """What was sampled, by row (N,), and the test that works on it."""

    codes: Ints
    test: ValueTest


class UnitTests(NamedTuple):
    """Of slices (S,): p of the net loss within, and against the rest; how many units."""

    inside: Array
    against_rest: Array
    n: Ints


def unit_tests(units: Units, base: Floats, correct: Floats, grouping: Grouping) -> UnitTests:
    """Of correctness (N,) against the base's, in points and in the share that was kept."""
    change = correct - base
    points = units.test(change, units.codes, grouping)
    known = np.isfinite(change)
    right = float(base[known].sum(dtype=float))
    # The mean of it is below 0 where a smaller share than on average was kept.
    kept = correct - base * (float(correct[known].sum(dtype=float)) / right if right else 0.0)
    share = _worse_than_rest(kept, units.codes, grouping)
    return UnitTests(points.inside_p, np.maximum(points.rest_p, share), points.n_units)


class Sampled(NamedTuple):
    """How many units there are, and how many times less is known because instances share them.

    The latter is the design effect on the variance of the mean change, no less than 1.
    """

    n: int
    together: float


def sampled(units: Ints, base: Floats, correct: Floats) -> Sampled:
    """Of those units (N,) that have an instance whose correctness is known."""
    change = correct - base
    known = np.isfinite(change)
    sums = np.bincount(units[known], change[known])
    squares = float((change[known] ** 2).sum(dtype=float))
    together = float((sums**2).sum()) / squares if squares else 1.0
    return Sampled(int(np.count_nonzero(np.bincount(units[known]))), max(together, 1.0))


def _worse_than_rest(values: Floats, units: Ints, grouping: Grouping) -> Array:
    """One-sided p that the mean of a slice is no lower than that of the rest, by Student's t.

    Its variance is that of what each unit adds to the difference (Liang & Zeger 1986), whether all
    of it is in the slice or a part.
    """
    known = np.isfinite(values)
    width = int(units.max(initial=-1)) + 1
    n_of = np.bincount(units[known], minlength=width).astype(float)
    sum_of = np.bincount(units[known], values[known].astype(float), width)
    kept = known[grouping.rows]
    rows, codes = grouping.rows[kept], grouping.codes[kept]
    cells, at = np.unique(codes.astype(np.int64) * width + units[rows], return_inverse=True)
    slices, unit = cells // max(width, 1), cells % max(width, 1)
    n = np.asarray(np.bincount(at, minlength=len(cells)), float)
    sums = np.bincount(at, values[rows].astype(float), len(cells))

    def over(of: Array) -> Array:
        return np.asarray(np.bincount(slices, of, grouping.n), float)

    inside_n, inside = over(n), over(np.asarray(sums, float))
    rest_n, rest = n_of.sum() - inside_n, sum_of.sum() - inside
    mean, other = inside / np.maximum(inside_n, 1), rest / np.maximum(rest_n, 1)
    beside = (sum_of[unit] - sums) - other[slices] * (n_of[unit] - n)
    added = (sums - mean[slices] * n) / np.maximum(inside_n, 1)[slices]
    added -= beside / np.maximum(rest_n, 1)[slices]
    # Of units that are not in the slice: those of all, less those that are.
    outside = (sum_of**2).sum() - 2 * other * (sum_of * n_of).sum() + other**2 * (n_of**2).sum()
    outside -= over(np.square(sum_of[unit] - other[slices] * n_of[unit]))
    variance = (
        over(np.asarray(added**2, float)) + np.maximum(outside, 0) / np.maximum(rest_n, 1) ** 2
    )
    told = (variance > 1e-15) & (inside_n > 0) & (rest_n > 0)
    t = np.where(told, (mean - other) / np.sqrt(np.where(told, variance, 1)), 0)
    within = np.maximum(np.bincount(slices, minlength=grouping.n) - 1, 1)
    return np.where(told, student_t_cdf(t, within), 1.0)
