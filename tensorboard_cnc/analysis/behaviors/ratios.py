"""The ratio of two paired means and its interval."""

from __future__ import annotations

import math

import numpy as np

from tensorboard_cnc.analysis.behaviors.instances import Floats
from tensorboard_cnc.analysis.behaviors.means import LEVEL, MOST_DEGREES, missing_share
from tensorboard_cnc.analysis.distributions import student_t_quantile

_HALVINGS = 60


def ratio_of_means(
    model: Floats, base: Floats, widening: float = 1.0
) -> tuple[float, float] | None:
    """The 95 % interval of mean(model) / mean(base) of paired finite values (n,), n ≥ 3.

    Fieller's (1954): all ratios ρ for which the mean of model - ρ base is not known to differ
    from 0, by Student's t and Hall's, of errors that are `widening` times as large. Swapping both
    inverts it. None where it has no end, or where nothing varies.
    """
    pair = _Pair(model, base, widening)
    if not pair.varies or not pair.beyond(-math.pi / 2):
        return None
    middle = math.atan2(pair.means[0], pair.means[1])
    if not -math.pi / 2 < middle < math.pi / 2:
        middle += math.pi if middle < 0 else -math.pi
    low, high = (math.tan(pair.end(middle, end)) for end in (-math.pi / 2, math.pi / 2))
    return low * pair.scale, high * pair.scale


def ratio_of_shares(model: float, base: float, n: int) -> tuple[float, float]:
    """How far the ratio of two means of values in [0, 1] is, if as many as may be are missing."""
    missing = missing_share(n)
    after, before = (1 - missing) * model, (1 - missing) * base
    return after / (before + missing), (after + missing) / before


class _Pair:
    """The joint moments of two columns; ratios are angles, so that infinity is a number."""

    def __init__(self, model: Floats, base: Floats, widening: float) -> None:
        n = len(model)
        sizes = [max(float(np.abs(each).max()), np.finfo(float).tiny) for each in (model, base)]
        y, x = model.astype(float) / sizes[0], base.astype(float) / sizes[1]
        self.scale = sizes[0] / sizes[1]
        self.means = float(y.mean()), float(x.mean())
        y -= self.means[0]
        x -= self.means[1]
        self._second = [float(np.mean(each)) for each in (y * y, y * x, x * x)]
        self._third = [
            float(np.mean(each)) for each in (y * y * y, y * y * x, y * x * x, x * x * x)
        ]
        self._n, self._widening = n, widening
        self._quantile = float(student_t_quantile((1 + LEVEL) / 2, min(n - 1, MOST_DEGREES)))
        self.varies = n > 2 and max(self._second[0], self._second[2]) > 1e-24

    def beyond(self, angle: float) -> bool:
        """Whether the mean of cos(angle) model - sin(angle) base is known to differ from 0."""
        c, s, n = math.cos(angle), math.sin(angle), self._n
        mean = c * self.means[0] - s * self.means[1]
        yy, yx, xx = self._second
        second = c * c * yy - 2 * c * s * yx + s * s * xx
        if second <= 1e-24:
            return abs(mean) > 1e-12
        yyy, yyx, yxx, xxx = self._third
        third = c**3 * yyy - 3 * c * c * s * yyx + 3 * c * s * s * yxx - s**3 * xxx
        t = mean / math.sqrt(second / (n - 1)) / self._widening
        a = third / second**1.5 * math.sqrt(n - 1) / (n - 2)
        hall = t + a * t**2 / 3 + a**2 * t**3 / 27 + a / 6
        return bool(min(abs(t), abs(hall)) > self._quantile)

    def end(self, inside: float, outside: float) -> float:
        """The angle where `beyond` begins."""
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if self.beyond(middle) else (middle, outside)
        return inside
