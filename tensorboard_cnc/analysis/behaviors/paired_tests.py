"""Is the change between a base and a model, measured on the same instances, more than chance?"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from tensorboard_cnc.analysis.behaviors.evaluation import Floats
from tensorboard_cnc.analysis.behaviors.exact_tails import fair_coin_two_sided
from tensorboard_cnc.analysis.behaviors.intervals import NORMAL_FROM

TestName: TypeAlias = Literal["exact McNemar", "sign test", "paired normal"]


class Tested(NamedTuple):
    """A two-sided p-value and the test that it comes from."""

    p: float
    test: TestName


def mcnemar(negative: int, positive: int) -> Tested:
    """McNemar's exact test: right→wrong against wrong→right, the rest says nothing."""
    return Tested(fair_coin_two_sided(negative, positive), "exact McNemar")


def of_differences(n: int, mean: float, variance: float, below: int, above: int) -> Tested:
    """Test of n paired differences with this mean and variance (of n - 1).

    From n = 200 on, of their mean with the normal distribution; below, the sign test on how many
    are `below` and `above` 0, which holds whatever their distribution.
    """
    if n < NORMAL_FROM:
        return Tested(fair_coin_two_sided(below, above), "sign test")
    if variance <= 0:
        return Tested(1.0 if mean == 0 else 0.0, "paired normal")
    z = abs(mean) / math.sqrt(variance / n)
    return Tested(math.erfc(z / math.sqrt(2)), "paired normal")


def paired(differences: Floats) -> Tested:
    """`of_differences` of finite values (n,)."""
    n = len(differences)
    return of_differences(
        n,
        float(differences.mean(dtype=float)) if n else 0.0,
        float(differences.var(ddof=1, dtype=float)) if n > 1 else 0.0,
        int(np.count_nonzero(differences < 0)),
        int(np.count_nonzero(differences > 0)),
    )
