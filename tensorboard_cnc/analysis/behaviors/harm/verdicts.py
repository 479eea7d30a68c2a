"""One family of tests: slices × models, of which at most 5 % of those called harmed are not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tensorboard_cnc.analysis.behaviors.harm.flips import Array, Flips
from tensorboard_cnc.analysis.behaviors.harm.net_loss import (
    Attainable,
    churns_more,
    net_loss,
    net_loss_q,
    shift,
)
from tensorboard_cnc.analysis.behaviors.harm.seeds import SeedNoise, widened_net_loss, widened_p
from tensorboard_cnc.analysis.behaviors.harm.worse import worse
from tensorboard_cnc.analysis.behaviors.instances import Ints
from tensorboard_cnc.analysis.false_discovery import benjamini_hochberg

# Below, q calls a slice harmed.
SURE = 0.05


class Tests(NamedTuple):
    """Of slices (T,): p of the net loss within, and against the rest; what the former can be."""

    inside: Array
    against_rest: Array
    attainable: Attainable

    @property
    def p(self) -> Array:
        """The larger of both: a slice is harmed only where both say so."""
        return np.maximum(self.inside, self.against_rest)

    def at(self, places: Ints) -> Tests:
        """Those at some places of the arrays."""
        churn, share, churning = self.attainable
        attainable = Attainable(churn[places], share[places], churning[places])
        return Tests(self.inside[places], self.against_rest[places], attainable)


def tests_of(inside: Flips, total: Flips, noise: SeedNoise) -> Tests:
    """The tests of slices (T,) within their `total` (T,)."""
    shifted = shift(inside, total.without(inside))
    attainable = Attainable(shifted.churn, shifted.share, churns_more(inside, total))
    lost = widened_net_loss(net_loss(inside, shifted), shifted, noise)
    beside = widened_p(worse(inside, total).p, noise.against_rest, noise)
    return Tests(lost, beside, attainable)


def q_values(tests: Tests, family: Attainable | None = None, size: int | None = None) -> Array:
    """The larger q (T,) of both; all other of `size` tests of a `family` have a larger p."""
    churning = tests.attainable.churning
    q = net_loss_q(tests.inside, churning, family or tests.attainable)
    others = np.ones((size or len(q)) - len(q))
    beside = benjamini_hochberg(np.concatenate([tests.against_rest, others]))[: len(q)]
    # Of p with few values q may be smaller, which nobody would believe.
    return np.maximum(np.maximum(q, beside), tests.p)


def unit_p_and_q(
    inside: Array, against_rest: Array, noise: SeedNoise, size: int | None = None
) -> tuple[Array, Array]:
    """Of tests (T,) over units; all other of `size` tests have a larger p."""
    lost = widened_p(inside, noise.net_loss, noise)
    beside = widened_p(against_rest, noise.against_rest, noise)
    others = np.ones((size or len(lost)) - len(lost))
    q = [benjamini_hochberg(np.concatenate([p, others]))[: len(p)] for p in (lost, beside)]
    return np.maximum(lost, beside), np.maximum(*q)
