"""Which slices lost more than the rest, from a number for each instance or sampled unit.

For scores and losses, and for right and wrong where several instances were sampled together.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from tensorboard_cnc.analysis.behaviors.dimensions import Grouping
from tensorboard_cnc.analysis.behaviors.harm.dealt import Totals, dealt_p, welch_of
from tensorboard_cnc.analysis.behaviors.harm.net_loss import more_than_share
from tensorboard_cnc.analysis.behaviors.harm.verdicts import Reach
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
from tensorboard_cnc.analysis.behaviors.sampled_units import (
    distinct,
    over_units,
    over_units_of,
    sign_flip_p,
)
from tensorboard_cnc.analysis.distributions import student_t_cdf

_KURTOSES = 2
# Slices with so many units inside and outside, and times the kurtosis, have a difference of means
# that is near normal.
_MANY, _KURTOSES_OF_NORMAL = 300, 20
# A difference of fewer standard errors is no news.
_NEWS = -1.3


class Changes:
    """What instances (N,) changed by, negative for a loss and NaN where not known.

    `units` (N,): what each row was sampled in, None where each by itself. `kurtosis`: of what is
    sampled; `flips`: all changes are -1, 0 or 1; `least`: from how many units on a slice is told.
    """

    def __init__(self, values: Floats, units: Ints | None, least: float | None = None) -> None:
        self.known = np.isfinite(values)
        self.values = values[self.known].astype(float)
        self.place = np.cumsum(self.known) - 1
        if units is None:
            self.unit = np.arange(len(self.values))
            self.sums, self.sizes = self.values, np.ones(len(self.values))
        else:
            self.unit = np.unique(units[self.known], return_inverse=True)[1]
            self.sums = np.bincount(self.unit, self.values).astype(float)
            self.sizes = np.bincount(self.unit).astype(float)
        self.grouped = units is not None and len(self.values) > 0
        whole = over_units(self.values, self.unit) if self.grouped else self.values
        self.kurtosis = Sample(whole).kurtosis
        self.flips = bool(((np.abs(self.values) == 1) | (self.values == 0)).all())
        if least is None:
            # Where few decide, nothing holds its level.
            least = 2 if self.flips else max(_KURTOSES * self.kurtosis, LEAST_OF_PART)
        self.least = least

    @cached_property
    def total(self) -> Totals:
        """Over all units; arrays of one."""
        return Totals.of(self.sums, self.sizes, np.zeros(len(self.sums), np.int64), 1)


class ValueHarm:
    """The tests of k slices, one-sided: that they lost nothing, and no more than the rest."""

    def __init__(self, changes: Changes, grouping: Grouping) -> None:
        self._changes = changes
        self._k = k = grouping.n
        kept = changes.known[grouping.rows]
        rows, codes = changes.place[grouping.rows[kept]], grouping.codes[kept]
        units = changes.unit[rows]
        values = changes.values[rows]
        # Of each slice and unit that have instances in common: both, their sum and number.
        self._slice: Ints = codes.astype(np.int64)
        self._unit: Ints = units
        self._sums, self._sizes = values, np.ones(len(values))
        self._inside: Moments
        if changes.grouped:
            width = len(changes.sums)
            cells, at = distinct(self._slice * width + units, k * width)
            self._slice, self._unit = cells // max(width, 1), cells % max(width, 1)
            self._sums = np.bincount(at, values, len(cells)).astype(float)
            self._sizes = np.bincount(at, minlength=len(cells)).astype(float)
            self._inside = moments(*over_units_of(values, units, codes, k), k)
        else:
            self._inside = moments(values, codes, k)

    @property
    def n_units(self) -> Ints:
        """How many sampled units a slice has, instances where each is its own."""
        return np.asarray(self._inside.n)

    @property
    def _told(self) -> Bools:
        return np.asarray(self._inside.n >= self._changes.least)

    @cached_property
    def inside_p(self) -> Array:
        """That the mean change within is no loss; 1 where nothing can be told."""
        near = np.nan_to_num(loss_p(self._inside), nan=1.0)
        found = self._sign_flips(near) if self._changes.flips else near
        return np.where(self._told, found, 1.0)

    @cached_property
    def reach(self) -> Reach:
        """What `inside_p` can be: flips of few units have few signs."""
        changes = self._changes
        if not changes.flips:
            return Reach(np.zeros(self._k), np.zeros(self._k, bool))
        flipped = np.bincount(self._slice[self._sums != 0], minlength=self._k).astype(float)
        whole = np.array([np.count_nonzero(changes.sums), len(changes.sums)], float)
        more = more_than_share(flipped, self.n_units.astype(float), whole[:1], whole[1:])
        return Reach(0.5**flipped, more)

    @cached_property
    def squares(self) -> tuple[Array, Array]:
        """Squares of t within, and of Welch's t against the rest; NaN where it is not known."""
        inside = self._inside.mean / self._inside.error
        return inside**2, np.where(self._varies, self._welch[0], np.nan) ** 2

    def rest_p(self) -> Array:
        """That it is no larger loss than the rest's, by t alone; 1 where nothing can be told."""
        t, degrees = self._welch
        found = np.ones(self._k)
        at = np.flatnonzero(self._told & self._asked & ~self._cut)
        if len(at):
            found[at] = student_t_cdf(t[at], degrees[at])
        if self._cut.any():
            found = np.where(self._told & self._cut, self._of_cut, found)
        return found

    def exact_rest_p(self, places: Ints) -> Array:
        """The same of some slices; where t is not near normal by dealing the units anew."""
        changes, found = self._changes, self.rest_p()
        few = np.minimum(self._totals.n, changes.total.n - self._totals.n)
        near = few >= max(_MANY, _KURTOSES_OF_NORMAL * changes.kurtosis)
        chosen = np.zeros(self._k, bool)
        chosen[places] = True
        at = np.flatnonzero(chosen & self._asked & self._told & ~near & ~self._cut)
        if len(at):
            t, degrees = (each[at] for each in self._welch)
            n = self._totals.n[at].astype(np.int64)
            found[at] = dealt_p(changes.sums, changes.sizes, n, t, degrees)
        return found[places]

    @cached_property
    def _totals(self) -> Totals:
        """Over whole units that the slices have a part of."""
        of = self._changes
        return Totals.of(of.sums[self._unit], of.sizes[self._unit], self._slice, self._k)

    @cached_property
    def _cut(self) -> Bools:
        """Which slices hold only a part of some unit."""
        cut = self._sizes < self._changes.sizes[self._unit]
        return np.bincount(self._slice[cut], minlength=self._k) > 0

    @cached_property
    def _welch(self) -> tuple[Array, Array]:
        return welch_of(self._totals, self._changes.total)

    @property
    def _varies(self) -> Bools:
        n = self._totals.n
        return np.asarray((n >= 2) & (self._changes.total.n - n >= 2))

    @property
    def _asked(self) -> Bools:
        return np.asarray(self._varies & (self._welch[0] < _NEWS))

    def _sign_flips(self, near: Array) -> Array:
        """The chance of so low a total if the sign of each unit's sum is by chance."""
        found = np.ones(self._k)
        order = np.argsort(self._slice, kind="stable")
        sums = self._sums[order]
        ends = np.searchsorted(self._slice[order], np.arange(self._k + 1))
        for code in np.flatnonzero(self._over(self._sums) < 0).tolist():
            own = sums[ends[code] : ends[code + 1]]
            p = sign_flip_p(own[own != 0], two_sided=False)
            found[code] = near[code] if p is None else p
        return found

    def _over(self, of: Array) -> Array:
        return np.asarray(np.bincount(self._slice, of, self._k), float)

    @cached_property
    def _of_cut(self) -> Array:
        """Of slices that hold a part of some units: from what each unit adds to the difference.

        By Student's and Hall's t of these contributions (Liang & Zeger 1986), with the units that
        are in the slice.
        """
        x, c = self._changes.sums, self._changes.sizes
        n, total = self._over(self._sizes), self._over(self._sums)
        rest = np.maximum(c.sum() - n, 1)
        mean, other = total / np.maximum(n, 1), (x.sum() - total) / rest
        at, unit = self._slice, self._unit
        beside = (x[unit] - self._sums) - other[at] * (c[unit] - self._sizes)
        added = (self._sums - mean[at] * self._sizes) / np.maximum(n, 1)[at] - beside / rest[at]
        # Of units that are not in the slice: those of all, less those that are.
        without = x[unit] - other[at] * c[unit]
        second = np.sum(x**2) - 2 * other * np.sum(x * c) + other**2 * np.sum(c**2)
        second = self._over(added**2) + np.maximum(second - self._over(without**2), 0) / rest**2
        third = np.sum(x**3) - 3 * other * np.sum(x**2 * c) + 3 * other**2 * np.sum(x * c**2)
        third -= other**3 * np.sum(c**3) + self._over(without**3)
        third = self._over(added**3) - third / rest**3
        told = (second > 1e-15) & (n > 0) & (n < c.sum())
        second = np.where(told, second, 1.0)
        t = np.where(told, (mean - other) / np.sqrt(second), 0.0)
        both = np.maximum(t, hall(t, third / second**1.5))
        within = np.maximum(np.bincount(at, minlength=self._k) - 1, 1)
        return np.where(told, student_t_cdf(both, within), 1.0)
