"""Whether a slice came off worse than the rest: Welch's t, and its exact permutation test."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from tensorboard_cnc.analysis.behaviors.harm.flips import Array, Flips
from tensorboard_cnc.analysis.behaviors.harm.shuffled import shuffled_points, shuffled_share
from tensorboard_cnc.analysis.behaviors.harm.welch import Welch, by_points, by_share
from tensorboard_cnc.analysis.behaviors.instances import Ints
from tensorboard_cnc.analysis.distributions import student_t_cdf

# With more flips on both sides, Welch's t is as good.
_EXACT_TO = 100
# Above, no t distribution gives a small p: Welch's is told instead of the exact one.
_NEAR = -1.3
Exact: TypeAlias = Callable[[Flips, Flips, Array], Array]


class Worse(NamedTuple):
    """Of slices (S,): p that they lost no more points, and that they kept no smaller share."""

    points: Array
    share: Array

    @property
    def p(self) -> Array:
        return np.maximum(self.points, self.share)


def worse(inside: Flips, total: Flips) -> Worse:
    """Of slices (S,) within `total` (S,), whose rest has flips of its own."""
    rest = total.without(inside)
    points = _p(by_points(inside.sums, rest.sums), inside, total, shuffled_points)
    share = _p(by_share(inside, rest), inside, total, shuffled_share)
    # Where nothing was right, nothing can be kept.
    known = (inside.right > 0) & (rest.right > 0)
    return Worse(points, np.where(known, share, 1.0))


def _p(found: Welch, inside: Flips, total: Flips, exact: Exact) -> Array:
    p = student_t_cdf(found.t, found.df)
    few = np.minimum(inside.churn, total.churn - inside.churn) <= _EXACT_TO
    at: Ints = np.flatnonzero(few & (found.t <= _NEAR))
    if len(at):
        p[at] = exact(inside.at(at), total.at(at), found.t[at])
    return p
