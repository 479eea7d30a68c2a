"""The smallest harm that would have been found: what "no slice stands out" leaves open."""

from __future__ import annotations

import math
from typing import NamedTuple

from tensorboard_cnc.analysis.distributions import student_t_quantile

_LEVEL = 0.05
# Found in four of five.
_POWER = 0.8416
_NORMAL = 1e9


class Seen(NamedTuple):
    """In a slice of n instances, this share of them more broken than elsewhere.

    Of scores and losses: so much worse a mean change than elsewhere.
    """

    n: int
    share: float


class Search(NamedTuple):
    """What a slice was looked for in: `n` instances whose changes have this variance.

    Of a `rate` the share that flipped, to which what breaks is added. `tests`: slices × models;
    `growth` and `df` of the variance between seeds; `together`: how many times less is known
    because instances were not drawn one by one.
    """

    n: int
    variance: float
    tests: int
    rate: bool = True
    growth: float = 1.0
    df: float = _NORMAL
    together: float = 1.0


def smallest_seen(n: int, search: Search) -> Seen | None:
    """Of a slice of n; None where not even all of it broken would have been found."""
    level = 1 - _LEVEL / max(search.tests, 1)
    z = float(student_t_quantile(level, search.df)) + _POWER
    square = z**2 * search.growth
    size = n * (1 - n / search.n) / search.together
    if size <= 0:
        return None
    if not search.rate:
        return Seen(n, math.sqrt(square * search.variance / size))
    share = (square + math.sqrt(square**2 + 4 * size * square * search.variance)) / (2 * size)
    return Seen(n, share) if share <= 1 else None
