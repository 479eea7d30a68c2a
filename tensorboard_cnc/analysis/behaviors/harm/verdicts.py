"""One family of tests: slices × models, of which at most 5 % of those called harmed are not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tensorboard_cnc.analysis.behaviors.harm.flips import Array, Flips
from tensorboard_cnc.analysis.behaviors.harm.net_loss import (
    OF_ALL,
    OF_CHURNING,
    Attainable,
    churns_more,
    net_loss,
    net_loss_q,
    shift,
)
from tensorboard_cnc.analysis.behaviors.harm.seeds import SeedNoise, widened_net_loss, widened_p
from tensorboard_cnc.analysis.behaviors.harm.worse import worse
from tensorboard_cnc.analysis.behaviors.instances import Bools, Ints
from tensorboard_cnc.analysis.false_discovery import benjamini_hochberg

# Below, q calls a slice harmed.
SURE = 0.05
_ROUNDING = 1 + 1e-9


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
        churn, share, churning, spread = self.attainable
        attainable = Attainable(churn[places], share[places], churning[places], spread[places])
        return Tests(self.inside[places], self.against_rest[places], attainable)


def tests_of(inside: Flips, total: Flips, noise: SeedNoise) -> Tests:
    """The tests of slices (T,) within their `total` (T,)."""
    shifted = shift(inside, total.without(inside))
    more, spread = churns_more(inside, total), ~np.isnan(noise.df)
    attainable = Attainable(shifted.churn, shifted.share, more, spread)
    lost = widened_net_loss(net_loss(inside, shifted), shifted, noise)
    beside = widened_p(worse(inside, total).p, noise.against_rest, noise)
    return Tests(lost, beside, attainable)


def q_values(tests: Tests, family: Attainable | None = None, size: int | None = None) -> Array:
    """The larger q (T,) of both; all other of `size` tests of a `family` have a larger p."""
    churning = tests.attainable.churning
    q = net_loss_q(tests.inside, churning, family or tests.attainable)
    beside = rest_q(tests.against_rest, size or len(q))
    # Of p with few values q may be smaller, which nobody would believe.
    return np.maximum(np.maximum(q, beside), tests.p)


class Reach(NamedTuple):
    """Of tests (T,) within units: what p cannot be below, 0 of scores; whether more units flip."""

    least: Array
    churning: Bools

    def at(self, places: Ints | Bools) -> Reach:
        """Those at some places of the arrays."""
        return Reach(self.least[places], self.churning[places])


def inside_q(p: Array, own: Reach, others: Reach | None = None) -> Array:
    """Benjamini–Hochberg of p (T,) within units; `others` of the family have a larger p.

    Of flips split, as without units, over slices in which more units flip and over all.
    """
    family = own
    if others is not None:
        family = Reach(*(np.concatenate(each) for each in zip(own, others, strict=True)))
    q = _reaching_q(p, family.least)
    if family.least.any():
        more = own.churning
        q /= OF_ALL
        among = _reaching_q(p[more], family.least[family.churning])
        q[more] = np.minimum(q[more], among / OF_CHURNING)
    return np.clip(q, p, 1)


def _reaching_q(p: Array, least: Array) -> Array:
    """Of p (T,) where none of the family can be below its `least` (S,).

    The sum of what the p of all can be is at most p for each that reaches it (Heyse 2011).
    """
    order = np.argsort(p, kind="stable")
    reached = np.searchsorted(np.sort(least), p[order] * _ROUNDING, side="right")
    ranked = p[order] * reached / np.arange(1, len(p) + 1)
    q = np.empty_like(p)
    q[order] = np.minimum.accumulate(ranked[::-1])[::-1]
    return q


def rest_q(p: Array, size: int) -> Array:
    """Benjamini–Hochberg of p (T,) against the rest, of `size` tests: the others are larger."""
    return benjamini_hochberg(np.concatenate([p, np.ones(size - len(p))]))[: len(p)]
