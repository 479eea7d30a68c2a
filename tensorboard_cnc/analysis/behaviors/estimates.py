"""Means, changes and ratios with their 95 % intervals and tests, or why there are none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from tensorboard_cnc.analysis.behaviors.instances import Bools, Floats, Ints
from tensorboard_cnc.analysis.behaviors.means import LEVEL, Bounds, Sample, bounds_of
from tensorboard_cnc.analysis.behaviors.proportions import (
    mcnemar,
    rate_change,
    rate_ratio,
    two_valued,
    wilson,
)
from tensorboard_cnc.analysis.behaviors.ratios import ratio_of_means, ratio_of_shares
from tensorboard_cnc.analysis.behaviors.sampled_units import over_units, sign_flip_p, units_of
from tensorboard_cnc.analysis.distributions import student_t_cdf, student_t_quantile

TestName: TypeAlias = Literal["exact McNemar", "Student's and Hall's t", "sign flips of groups"]
_NAN = float("nan")
_NONE_KNOWN = "No instance has this value."


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over n instances and its 95 % interval; NaN where there is none, for a `reason`.

    `groups`: of how many sampled units the instances are, where these were named.
    """

    n: int
    value: float
    low: float = _NAN
    high: float = _NAN
    _: KW_ONLY
    reason: str | None = None
    groups: int | None = None


@dataclass(frozen=True, slots=True)
class Change(Estimate):
    """Mean of model - base over the n instances that have both, relative to the base's mean.

    `p` and `test` agree with the interval: it holds 0 just where p ≥ 0.05. `error`: the standard
    error. `seeds`: of how many of the base the spread is part of interval and p.
    """

    relative: float = _NAN
    p: float | None = None
    test: TestName | None = None
    error: float = _NAN
    seeds: int | None = None

    def unsure(self, reason: str) -> Change:
        """The same without test, for what its interval does not hold."""
        return replace(self, p=None, test=None, reason=reason)

    def untested(self, reason: str) -> Change:
        """The same without interval and test."""
        return replace(self, low=_NAN, high=_NAN, p=None, test=None, reason=reason)


class Seeds(NamedTuple):
    """How much `n` models differ by their seeds alone.

    `variance`: of the difference of two, beyond what the instances explain.
    """

    n: int
    variance: float


class _Paired(NamedTuple):
    """What both of two columns know: values (n,), and their sampled units where they share any."""

    model: Floats
    base: Floats
    units: Ints | None

    @property
    def groups(self) -> int | None:
        return None if self.units is None else int(self.units.max(initial=-1)) + 1

    def bounds(self, *, loss: bool) -> Bounds | None:
        """Those of model - base."""
        model, base = (bounds_of(each, loss=loss) for each in (self.model, self.base))
        return model.less(base) if model and base else None


def mean(
    values: Floats, *, rate: bool = False, loss: bool = False, groups: Ints | None = None
) -> Estimate:
    """The mean of the finite values (N,); of 0 and 1 with Wilson's interval.

    Of a `loss` a few large values may be missing. `groups` (N,): the unit each was sampled in.
    """
    finite = np.isfinite(values)
    found, units = _kept(values, finite), units_of(groups, finite)
    n, many = len(found), None if units is None else int(units.max(initial=-1)) + 1
    if not n:
        return Estimate(0, _NAN, reason=_NONE_KNOWN)
    if rate or two_valued(found):
        value = float(found.mean(dtype=float))
        size = n if units is None else _effective(found, units)
        low, high = wilson(value * size, size)
        return Estimate(n, value, float(low), float(high), groups=many)
    bounds = bounds_of(found, loss=loss)
    sample = Sample(found if units is None else over_units(found, units), bounds)
    reason = sample.why_no_interval(_what(units))
    if reason is not None:
        return Estimate(n, sample.mean, reason=reason, groups=many)
    return Estimate(n, sample.mean, *sample.interval(), groups=many)


def change(
    model: Floats,
    base: Floats,
    *,
    rate: bool = False,
    loss: bool = False,
    groups: Ints | None = None,
) -> Change:
    """The mean of model - base (N,) where both are finite; of 0 and 1 by counting flips."""
    pair = _paired(model, base, groups)
    n = len(pair.model)
    if not n:
        return Change(0, _NAN, reason=_NONE_KNOWN)
    if rate or two_valued(pair.model, pair.base):
        found = _rate_change(pair)
    else:
        found = _of_values(pair, pair.model - pair.base, pair.bounds(loss=loss))
    start = _mean(pair.base)
    return replace(found, relative=found.value / start if start else _NAN)


def ratio(
    model: Floats,
    base: Floats,
    *,
    rate: bool = False,
    loss: bool = False,
    groups: Ints | None = None,
) -> Estimate:
    """The mean of the model over the mean of the base where both are finite (N,), as times."""
    pair = _paired(model, base, groups)
    n, many = len(pair.model), pair.groups
    if not n:
        return Estimate(0, _NAN, reason=_NONE_KNOWN)
    after, before = _mean(pair.model), _mean(pair.base)
    if not before:
        return Estimate(n, _NAN, reason="The base's mean is 0.", groups=many)
    value = after / before
    if not math.isfinite(value):
        return Estimate(n, _NAN, reason="The base's mean is too near to 0.", groups=many)
    if many is None and (rate or two_valued(pair.model, pair.base)):
        low, high = _ratio_of_rates(pair)
        return Estimate(n, value, low, high)
    # Of a ratio of sums the units' sums are the values.
    columns = [_sums(each, pair.units) for each in (pair.model, pair.base)]
    bounds = pair.bounds(loss=loss and not rate)
    samples = [Sample(each, bounds) for each in columns]
    reasons = (each.why_no_interval(_what(pair.units)) for each in samples)
    reason = next(filter(None, reasons), None)
    if reason is None and bool((pair.model == pair.base).all()):
        reason = f"All {n:,} are as before: nothing tells how far others would be."
    widening = max(each.widening for each in samples)
    ends = None if reason else ratio_of_means(columns[0], columns[1], widening)
    if ends is not None and bounds == Bounds(-1, 1):
        shares = ratio_of_shares(after, before, len(columns[0]))
        ends = min(ends[0], shares[0]), max(ends[1], shares[1])
    if ends is None:
        reason = reason or "Too few for a ratio: the base's mean is not known to differ from 0."
        return Estimate(n, value, reason=reason, groups=many)
    return Estimate(n, value, *ends, groups=many)


def seeds_of(
    columns: Sequence[Floats], *, rate: bool = False, groups: Ints | None = None
) -> Seeds | None:
    """Of the base and its replicates, a column (N,) each; None where there are not two."""
    known = np.logical_and.reduce([np.isfinite(each) for each in columns])
    if len(columns) < 2 or not known.any():
        return None
    rows = [each[known] for each in columns]
    units = None if groups is None else groups[known]
    means = [_mean(each) for each in rows]
    # Neighbours tell the instances' share as well as all pairs do.
    pairs = [change(a, b, rate=rate, groups=units) for a, b in pairwise(rows)]
    errors = [each.error**2 for each in pairs if math.isfinite(each.error)]
    instances = float(np.mean(errors)) if errors else 0.0
    return Seeds(len(columns), max(2 * float(np.var(means, ddof=1)) - instances, 0.0))


def with_seeds(found: Change, seeds: Seeds, *, rate: bool = False) -> Change:
    """A change of a model that was trained anew: its error holds what seeds do.

    By Student's t with one degree of freedom fewer than seeds; never narrower than before. The
    interval of a `rate` ends at -1 and 1.
    """
    error = math.sqrt(found.error**2 + seeds.variance) if found.p is not None else 0.0
    if found.p is None or not error:
        return replace(found, seeds=seeds.n)
    df = seeds.n - 1
    p = 2 * float(student_t_cdf(-abs(found.value) / error, df))
    half = float(student_t_quantile((1 + LEVEL) / 2, df)) * error
    most = 1.0 if rate else math.inf
    return replace(
        found,
        low=max(min(found.low, found.value - half), -most),
        high=min(max(found.high, found.value + half), most),
        p=max(found.p, p),
        error=error,
        seeds=seeds.n,
    )


def _paired(model: Floats, base: Floats, groups: Ints | None) -> _Paired:
    with np.errstate(over="ignore", invalid="ignore"):
        known = np.isfinite(model - base)
    return _Paired(_kept(model, known), _kept(base, known), units_of(groups, known))


def _kept(values: Floats, known: Bools) -> Floats:
    return values if known.all() else values[known]


def _mean(values: Floats) -> float:
    # Scaled only where a sum could overflow.
    with np.errstate(over="ignore"):
        found = float(values.mean(dtype=float))
    return found if math.isfinite(found) else Sample(values).mean


def _rate_change(pair: _Paired) -> Change:
    below = int(np.count_nonzero(pair.model < pair.base))
    above = int(np.count_nonzero(pair.model > pair.base))
    n, many = len(pair.model), pair.groups
    value = (above - below) / n
    if many is None or not below + above:
        p = float(mcnemar(below, above))
        ends = rate_change(below, above, many or n, p)
        error = math.sqrt(max(below + above - (above - below) ** 2 / n, 0)) / n
        test: TestName = "exact McNemar" if many is None else "sign flips of groups"
        low, high = float(ends[0]), float(ends[1])
        return Change(n, value, low, high, groups=many, p=p, test=test, error=error)
    assert pair.units is not None
    difference = (pair.model - pair.base).astype(float)
    found = _of_values(pair, difference, Bounds(-1.0, 1.0))
    flips = sign_flip_p(_sums(difference, pair.units), two_sided=True)
    if found.p is None or flips is None:
        return found
    p = max(found.p, flips)
    if p >= 1 - LEVEL:
        found = replace(found, low=min(found.low, 0.0), high=max(found.high, 0.0))
    return replace(found, p=p, test="sign flips of groups")


def _of_values(pair: _Paired, difference: Floats, bounds: Bounds | None) -> Change:
    """The change whose value is the mean of the differences (n,)."""
    n, groups, units = len(difference), pair.groups, pair.units
    sample = Sample(difference if units is None else over_units(difference, units), bounds)
    reason = sample.why_no_interval(_what(units))
    if reason is not None:
        return Change(n, sample.mean, reason=reason, groups=groups)
    return Change(
        n,
        sample.mean,
        *sample.interval(),
        groups=groups,
        p=sample.p(),
        test="Student's and Hall's t",
        error=sample.error,
    )


def _ratio_of_rates(pair: _Paired) -> tuple[float, float]:
    before, after = pair.base == 1, pair.model == 1
    both = int(np.count_nonzero(before & after))
    lost, won = int(np.count_nonzero(before)) - both, int(np.count_nonzero(after)) - both
    return rate_ratio(lost, won, both, float(mcnemar(lost, won)))


def _effective(values: Floats, units: Ints) -> float:
    """How many instances, each sampled by itself, would tell a rate as well (Kish 1965)."""
    n, rate = len(values), float(values.mean(dtype=float))
    error = Sample(over_units(values, units)).error
    if not error:
        return float(units.max()) + 1
    return min(rate * (1 - rate) / error**2, float(n))


def _sums(values: Floats, units: Ints | None) -> Floats:
    if units is None:
        return values
    return np.asarray(np.bincount(units, values.astype(float)), float)


def _what(units: Ints | None) -> str:
    return "instances" if units is None else "groups"
