"""Which layers a candidate harms more than others, as far as intervals tell them apart."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.distributions import student_t_quantile
from tensorboard_cnc.records.sensitivity import Floats, Sensitivity

_ALPHA = 0.05
# Standard deviation of what rounding to 8 bits does to a group's mean, relative to it.
_ROUNDING = 0.026
_LEAST_GROUPS = 16


class Ranks(NamedTuple):
    """(layers, candidates) places from 1, the most harmed layer; 0 where there is no damage.

    A layer is at place `first` at best and `last` at worst: all others between are not told apart
    from it.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]


def ranks_of(record: Sensitivity) -> Ranks:
    """By paired t tests of all pairs of layers, over the same groups of instances.

    Differences of all pairs and candidates together are called so with a probability of 5 % at
    most where there are none (Bonferroni). Outputs that are not finite are worse than any damage.
    """
    layers, candidates = record.mean.shape
    first = np.zeros((layers, candidates), np.int64)
    last = np.zeros((layers, candidates), np.int64)
    groups = len(record.sizes)
    pairs = max(1, layers * (layers - 1) // 2 * candidates)
    critical = np.inf
    if groups >= _LEAST_GROUPS:
        critical = float(student_t_quantile(1 - _ALPHA / 2 / pairs, groups - 1))
    share = record.sizes / record.sizes.sum()
    for column in range(candidates):
        known = np.flatnonzero(~np.isnan(record.mean[:, column]))
        above = _above(record.mean[known, column], record.groups[known, column], share, critical)
        # Row i, column j: i is harmed more than j.
        first[known, column] = 1 + above.sum(0)
        last[known, column] = len(known) - above.sum(1)
    return Ranks(first, last)


def _above(mean: Floats, groups: Floats, share: Floats, critical: float) -> NDArray[np.bool_]:
    """(n, n) whether the damage of one layer is larger than that of the other."""
    count = len(share)
    finite = np.isfinite(mean)
    values = np.where(finite[:, None], groups, 0.0)
    parts = (values - (values @ share)[:, None]) * share
    products = parts @ parts.T * (count / max(count - 1, 1))
    rounding = (_ROUNDING * values * share) ** 2
    own = np.diag(products) + rounding.sum(1)
    variance = np.maximum(own[:, None] + own[None, :] - 2 * products, 0)
    level = np.where(finite, mean, 0.0)
    difference = level[:, None] - level[None, :]
    with np.errstate(invalid="ignore"):
        found: NDArray[np.bool_] = difference > critical * np.sqrt(variance)
    both = finite[:, None] & finite[None, :]
    return np.where(both, found, ~finite[:, None] & finite[None, :])
