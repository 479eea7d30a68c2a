"""Statistics of many slices at once, from sums over groups of rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tensorboard_cnc.analysis.behaviors.dimensions import Grouping
from tensorboard_cnc.analysis.behaviors.instances import Bools, Floats, Ints
from tensorboard_cnc.analysis.behaviors.means import (
    LEAST,
    LEAST_UNBOUNDED,
    Array,
    Bounds,
    Interval,
    Moments,
    Sample,
    bounds_of,
    mean_ends,
    mean_p,
    moments,
    widening,
)
from tensorboard_cnc.analysis.behaviors.proportions import mcnemar, rate_change, two_valued, wilson
from tensorboard_cnc.analysis.behaviors.sampled_units import over_units, over_units_of, units_of
from tensorboard_cnc.records.models import Goal

# Below, a slice is marked as small.
SMALL = 30
_TAIL_OF_ALL = (
    f" In slices of fewer than {LEAST_UNBOUNDED} values are taken to be as often large as on the "
    "whole: what is rare and large in one slice alone would be missed."
)


@dataclass(frozen=True, slots=True)
class SliceMeans:
    """Of each of G slices: instances with a finite value, and their mean.

    `reason`: why no slice has an interval, or only the larger ones.
    """

    n: Ints
    mean: Array
    _ends: _Rates | _Means
    reason: str | None

    def interval(self, of: Ints) -> Interval:
        """The 95 % intervals of the slices `of` (k,); NaN where there is none."""
        return self._ends.interval(of)


@dataclass(frozen=True, slots=True)
class SliceChanges(SliceMeans):
    """The same of model - base, with a paired test that the intervals agree with; NaN: none."""

    p: Array


@dataclass(frozen=True, slots=True)
class _Means:
    """Intervals from the moments of slices with `least` values or more, within `bounds` if any."""

    moments: Moments
    least: float
    bounds: Bounds | None

    def interval(self, of: Ints) -> Interval:
        n, mean, error, skewness = self.moments
        each = Moments(n[of], mean[of], error[of], skewness[of])
        low, high = mean_ends(each, self.bounds)
        few = each.n < self.least
        return np.where(few, np.nan, low), np.where(few, np.nan, high)

    def p(self) -> Array:
        few = self.moments.n < self.least
        return np.where(few, np.nan, mean_p(self.moments, self.bounds))


@dataclass(frozen=True, slots=True)
class _Rates:
    """Intervals from counts: of ones, or of the two kinds of flips."""

    n: Floats | Ints
    ones: Floats | Ints
    flips: tuple[Ints, Ints, Array] | None = None

    def interval(self, of: Ints) -> Interval:
        if self.flips is None:
            return wilson(self.ones[of], self.n[of])
        below, above, p = (each[of] for each in self.flips)
        return rate_change(below, above, self.n[of], p)


def slice_means(
    values: Floats,
    slices: Grouping,
    *,
    rate: bool = False,
    loss: bool = False,
    sampled: Ints | None = None,
) -> SliceMeans:
    """Means of a column (N,) over slices; `sampled` (N,): the unit that each row was sampled in."""
    part = _Part(values, slices, sampled)
    if rate or two_valued(part.values):
        n = part.counts()
        ones = np.asarray(np.bincount(part.codes, part.values, slices.n), float)
        share = np.divide(ones, n, out=np.full(slices.n, np.nan), where=n > 0)
        size = n if part.units is None else part.effective(n, share)
        return SliceMeans(n, share, _Rates(size, share * size), None)
    ends, reason = part.means(bounds_of(part.values, loss=loss))
    return SliceMeans(part.counts(), ends.moments.mean, ends, reason)


def slice_changes(
    model: Floats,
    base: Floats,
    slices: Grouping,
    *,
    rate: bool = False,
    loss: bool = False,
    sampled: Ints | None = None,
) -> SliceChanges:
    """Means of model - base (N,) over slices, where both are finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        part = _Part(model - base, slices, sampled)
    columns = [each[part.rows] for each in (model, base)]
    rate = rate or two_valued(*columns)
    if rate and part.units is None:
        n = part.counts()
        below, above = (
            np.bincount(part.codes[flipped], minlength=slices.n)
            for flipped in (part.values < 0, part.values > 0)
        )
        p = np.where(n > 0, mcnemar(below, above), np.nan)
        mean = np.divide(above - below, n, out=np.full(slices.n, np.nan), where=n > 0)
        return SliceChanges(n, mean, _Rates(n, n, (below, above, p)), None, p)
    after, before = (bounds_of(each, loss=loss and not rate) for each in columns)
    ends, reason = part.means(after.less(before) if after and before else None)
    if rate:
        ends, reason = replace(ends, least=LEAST), None
    return SliceChanges(part.counts(), ends.moments.mean, ends, reason, ends.p())


class _Part:
    """The finite values (m,) of a column that are in a slice, and where."""

    def __init__(self, values: Floats, slices: Grouping, sampled: Ints | None) -> None:
        finite = np.isfinite(values)
        self.rows, self.codes, self._k = slices
        # Most columns are finite throughout, and large ones take long to copy.
        if not finite.all():
            taken = finite[slices.rows]
            self.rows, self.codes = slices.rows[taken], slices.codes[taken]
        self.values = values[self.rows]
        self.units: Ints | None = None
        # An instance counts once for the whole, however many slices it is in.
        inside = np.zeros(len(values), bool)
        inside[slices.rows] = True
        inside &= finite
        self._whole = values[inside]
        self._whole_units = units_of(sampled, inside)
        if self._whole_units is not None:
            at = np.full(len(values), -1)
            at[inside] = self._whole_units
            self.units = at[self.rows]

    def means(self, bounds: Bounds | None) -> tuple[_Means, str | None]:
        """Of the slices; why none has an interval, or only the larger ones."""
        whole, what = self._whole, "instances"
        if self._whole_units is not None:
            whole, what = over_units(whole, self._whole_units), "groups"
        sample = Sample(whole, bounds)
        reason = sample.why_no_interval(what)
        least = float("inf") if reason else sample.least_of_part()
        if reason is None:
            reason = f"Too few decide in slices of fewer than {math.ceil(least):,} {what}."
            if bounds is None:
                reason += _TAIL_OF_ALL
        of = self._moments()
        if bounds is None:
            of = of._replace(error=of.error * widening(of.n, sample.kurtosis))
        return _Means(of, least, bounds), reason

    def _moments(self) -> Moments:
        if self.units is None:
            return moments(self.values, self.codes, self._k)
        found, codes = over_units_of(self.values, self.units, self.codes, self._k)
        return moments(found, codes, self._k)

    def counts(self) -> Ints:
        """The instances of each slice."""
        return np.bincount(self.codes, minlength=self._k)

    def effective(self, n: Ints, share: Array) -> Array:
        """How many instances, each sampled by itself, would tell each rate as well (Kish 1965)."""
        assert self.units is not None
        of = moments(*over_units_of(self.values, self.units, self.codes, self._k), self._k)
        known = np.isfinite(of.error)
        size = share * (1 - share) / np.where(known, of.error, 1.0) ** 2
        return np.where(known, np.minimum(size, n), of.n)


def loss(change: Floats, goal: Goal | None) -> Array:
    """How much worse mean changes (G,) are, in the direction of the goal; -inf where not known.

    Without a goal any change is a loss.
    """
    worse = -change if goal == "max" else change if goal == "min" else np.abs(change)
    return np.where(np.isnan(worse), -np.inf, worse)


def most_harmed_first(losses: Sequence[tuple[Floats, Bools]], slices: int) -> Ints:
    """The slices by the largest loss that counts, then the others by the largest loss.

    `losses`: of each model how large they are (G,), and which of them count (G,).
    """
    most = np.full((2, slices), -np.inf)
    for size, counts in losses:
        most = np.maximum(most, [size, np.where(counts, size, -np.inf)])
    return np.lexsort(-most)
