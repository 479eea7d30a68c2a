"""Values of two models' tensors at the same sampled positions, stacked for many tensors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.layers.estimates import Floats


@dataclass(frozen=True, slots=True, eq=False)
class SamplePairs:
    """Of each of t pairs of tensors, the values at k positions and what is exactly known.

    `before` and `after` float64 (t, k), 0 at both where one is not finite, which `excluded` (t,)
    counts; `rounding` (t,) is the relative error of a stored value; `n` (t,) the number of
    values; sums and numbers of zeros (t,) are exact.
    """

    before: Floats
    after: Floats
    excluded: NDArray[np.int64]
    rounding: Floats
    n: Floats
    sum_before: Floats
    sum_after: Floats
    zeros_before: Floats
    zeros_after: Floats

    @property
    def k(self) -> Floats:
        """Sampled positions at which both are finite, (t,)."""
        sampled: Floats = self.before.shape[1] - self.excluded.astype(float)
        return sampled
