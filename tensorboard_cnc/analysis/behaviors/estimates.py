"""One model's mean and its change against the base, over any instances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tensorboard_cnc.analysis.behaviors.evaluation import Floats
from tensorboard_cnc.analysis.behaviors.intervals import mean_interval, rate_change, wilson
from tensorboard_cnc.analysis.behaviors.paired_tests import TestName, mcnemar, paired


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over n instances and its 95 % interval; NaN where n is too small."""

    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Change(Estimate):
    """Mean of model - base over the n instances that have both, relative to the base's mean.

    `p` and `test`: of a paired test; None where there is no instance.
    """

    relative: float
    p: float | None
    test: TestName | None


def mean(values: Floats, *, rate: bool) -> Estimate:
    """The mean of the finite values; of a `rate` (0 and 1) with a Wilson interval."""
    finite = values[np.isfinite(values)]
    n = len(finite)
    if not n:
        return Estimate(0, float("nan"), float("nan"), float("nan"))
    value = float(finite.mean(dtype=float))
    low, high = wilson(round(value * n), n) if rate else mean_interval(finite)
    return Estimate(n, value, float(low), float(high))


def change(model: Floats, base: Floats, *, rate: bool) -> Change:
    """The mean of model - base (n,) where both are finite; of a `rate` by counting flips."""
    both = np.isfinite(model) & np.isfinite(base)
    difference, before = (model - base)[both], base[both]
    n = len(difference)
    if not n:
        nan = float("nan")
        return Change(0, nan, nan, nan, nan, None, None)
    value, start = float(difference.mean(dtype=float)), float(before.mean(dtype=float))
    if rate:
        below, above = int((difference < 0).sum()), int((difference > 0).sum())
        tested, ends = mcnemar(below, above), rate_change(below, above, n)
        low, high = float(ends[0]), float(ends[1])
    else:
        tested, (low, high) = paired(difference), mean_interval(difference)
    relative = value / start if start else float("nan")
    return Change(n, value, low, high, relative, tested.p, tested.test)
