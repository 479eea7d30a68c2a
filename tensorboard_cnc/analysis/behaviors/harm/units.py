"""The tests of a slice over sampled units, or over scores: of numbers, not of counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tensorboard_cnc.analysis.behaviors.dimensions import Grouping
from tensorboard_cnc.analysis.behaviors.harm.flips import Array
from tensorboard_cnc.analysis.behaviors.harm.values import Changes, ValueHarm
from tensorboard_cnc.analysis.behaviors.harm.verdicts import Reach
from tensorboard_cnc.analysis.behaviors.instances import Floats, Ints

# From so many units on a slice of right and wrong has a mean.
_FEWEST = 2


class UnitTests(NamedTuple):
    """Of slices (S,): p of the net loss within, what it can be, and p against the rest, by t alone.

    `n`: how many units each has.
    """

    inside: Array
    reach: Reach
    against_rest: Array
    n: Ints

    @classmethod
    def joined(cls, parts: Sequence[UnitTests]) -> UnitTests:
        """Those of all parts, one after the other."""
        inside, reach, against_rest, n = zip(*parts, strict=True)
        return cls(
            np.concatenate(inside),
            Reach(*(np.concatenate(column) for column in zip(*reach, strict=True))),
            np.concatenate(against_rest),
            np.concatenate(n),
        )


class Against:
    """A model against the base, by the values (N,) of both, the larger the better.

    Of a `rate`, right and wrong, a slice must also have kept a smaller share than the rest.
    """

    def __init__(self, base: Floats, values: Floats, units: Ints | None, *, rate: bool) -> None:
        change = values - base
        self.n_rows = len(change)
        self._changes = [Changes(change, units)]
        if rate:
            known = np.isfinite(change)
            right = float(base[known].sum(dtype=float))
            share = float(values[known].sum(dtype=float)) / right if right else 0.0
            # The mean of it is below 0 where a smaller share than on average was kept.
            self._changes.append(Changes(values - base * share, units, _FEWEST))

    def tests(self, grouping: Grouping) -> UnitTests:
        """Those of the slices grouped."""
        harm, *others = self._harm(grouping)
        beside = np.max([each.rest_p() for each in (harm, *others)], axis=0)
        return UnitTests(harm.inside_p, harm.reach, beside, harm.n_units)

    def exact_rest_p(self, grouping: Grouping, places: Ints) -> Array:
        """Of some of the slices, that each came off no worse than the rest."""
        return np.asarray(
            np.max([each.exact_rest_p(places) for each in self._harm(grouping)], axis=0), float
        )

    def squares(self, grouping: Grouping) -> tuple[Array, Array]:
        """T within and against the rest, squared; NaN where not known."""
        return self._harm(grouping)[0].squares

    def _harm(self, grouping: Grouping) -> list[ValueHarm]:
        return [ValueHarm(each, grouping) for each in self._changes]


class Sampled(NamedTuple):
    """How many units there are, and how many times less is known because instances share them.

    The latter is the design effect on the variance of the mean change, no less than 1.
    """

    n: int
    together: float


def sampled(units: Ints, base: Floats, values: Floats) -> Sampled:
    """Of those units (N,) that have an instance whose change is known."""
    change = values - base
    known = np.isfinite(change)
    sums = np.bincount(units[known], change[known])
    squares = float((change[known] ** 2).sum(dtype=float))
    together = float((sums**2).sum()) / squares if squares else 1.0
    return Sampled(int(np.count_nonzero(np.bincount(units[known]))), max(together, 1.0))
