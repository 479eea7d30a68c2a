"""Whether more broke than mended inside a slice, beyond what it shares with the rest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tensorboard_cnc.analysis.behaviors.harm.flips import Array, Flips
from tensorboard_cnc.analysis.behaviors.instances import Bools
from tensorboard_cnc.analysis.distributions import binomial_cdf

# Of more flips the distribution is so fine that p itself is.
_FINE = 60
# Of q: what goes to the slices that churn more than the rest, and to all.
OF_CHURNING, OF_ALL = 0.8, 0.2
# A slice churns more than the rest from so many standard deviations on.
_MORE = 1.645
_ROUNDING = 1 + 1e-9


class Shift(NamedTuple):
    """Of slices (S,): flips, net loss; the one that the rest explains, and the share it breaks."""

    churn: Array
    lost: Array
    explained: Array
    share: Array

    @property
    def z(self) -> Array:
        """By how many standard deviations more was lost than the rest explains."""
        churn = np.maximum(self.churn, 1)
        variance = np.maximum(churn - self.explained**2 / churn, 1e-9)
        return np.asarray((self.lost - self.explained) / np.sqrt(variance))


def shift(inside: Flips, rest: Flips) -> Shift:
    """The net loss that is most likely if a slice is like the rest.

    That it lost as many points, or kept as large a share of its right answers, whichever is more.
    """
    churn, lost = inside.churn, inside.net_loss
    by_points = _explained(inside, rest, inside.n / np.maximum(rest.n, 1))
    by_share = _explained(inside, rest, inside.right / np.maximum(rest.right, 1))
    explained = np.clip(np.maximum(by_points, by_share), 0, np.maximum(lost, 0))
    return Shift(churn, lost, explained, 0.5 * (1 + explained / np.maximum(churn, 1)))


def net_loss(inside: Flips, shifted: Shift) -> Array:
    """P(no more than `mended` of the flips (S,) mend): McNemar's exact test, shifted.

    1 where no more was lost than the rest explains.
    """
    p = np.ones_like(shifted.churn)
    at = np.flatnonzero(shifted.lost > shifted.explained)
    p[at] = binomial_cdf(inside.mended[at], shifted.churn[at], 1 - shifted.share[at])
    return p


def _explained(inside: Flips, rest: Flips, scale: Array) -> Array:
    """Between what the rest expects of the slice and what it lost, weighed by their variances."""
    lost = inside.net_loss
    spread = inside.churn + rest.churn * scale**2
    weight = np.sqrt(inside.churn / np.maximum(spread, 1e-9))
    return np.asarray(lost - weight * (lost - scale * rest.net_loss))


def churns_more(inside: Flips, total: Flips) -> Bools:
    """Whether a slice has more flips than its share; which way they went does not matter for it."""
    return more_than_share(inside.churn, inside.n, total.churn, total.n)


def more_than_share(marked: Array, n: Array, all_marked: Array, of: Array) -> Bools:
    """Whether of n (S,) more are marked than of all, by more than chance."""
    share = all_marked / np.maximum(of, 1)
    spread = n * share * (1 - share) * (1 - n / np.maximum(of, 1))
    return np.asarray(marked - n * share > _MORE * np.sqrt(np.maximum(spread, 0)))


class Attainable(NamedTuple):
    """What the p of all slices (S,) of a family can be, and which of them churn more.

    `spread`: whether the noise of seeds may make it anything from its least on.
    """

    churn: Array
    share: Array
    churning: Bools
    spread: Bools


def net_loss_q(p: Array, churning: Bools, family: Attainable) -> Array:
    """q-values of p (T,), split over the slices that churn more than the rest and over all."""
    q = discrete_q(p, family.churn, family.share, family.spread) / OF_ALL
    more = family.churning
    columns = family.churn[more], family.share[more], family.spread[more]
    among = discrete_q(p[churning], *columns)
    q[churning] = np.minimum(q[churning], among / OF_CHURNING)
    return np.minimum(q, 1)


def discrete_q(p: Array, churn: Array, share: Array, spread: Bools) -> Array:
    """Benjamini–Hochberg of p that can only take the values of binomial distributions.

    Instead of S · p it takes Σ F(p) over the slices (S,), F the chance that the p of a slice is so
    small (Heyse 2011): of one that is `spread` p, from its least on. Slices of which no p is given
    have larger ones.
    """
    order = np.argsort(p, kind="stable")
    sorted_p = p[order]
    expected = _chances(churn, share, spread, sorted_p)
    q = np.empty_like(p)
    ranked = expected / np.arange(1, len(p) + 1)
    q[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1)
    return q


def _chances(churn: Array, share: Array, spread: Bools, p: Array) -> Array:
    """Σ over slices of the largest attainable chance no larger than each of p, ascending."""
    fine = churn > _FINE
    least = np.sort(share[spread & ~fine] ** churn[spread & ~fine])
    reached = np.searchsorted(least, p * _ROUNDING, side="right")
    found = (np.count_nonzero(fine) + reached) * p
    coarse = (churn > 0) & ~fine & ~spread
    churn, share = churn[coarse], share[coarse]
    most = p[-1] * _ROUNDING if len(p) else 0.0
    # Chances of 0, 1, … that mend, as long as they can be reached.
    term = share**churn
    below = term.copy()
    ends, steps = [], []
    for k in range(_FINE + 1):
        left = (below <= most) & (k <= churn)
        if not left.any():
            break
        churn, share, term, below = (each[left] for each in (churn, share, term, below))
        ends.append(below)
        steps.append(term)
        term = term * (churn - k) / (k + 1) * (1 - share) / share
        below = below + term
    if not ends:
        return np.asarray(found)
    at, step = np.concatenate(ends), np.concatenate(steps)
    order = np.argsort(at, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(step[order])])
    return np.asarray(found + sums[np.searchsorted(at[order], p * _ROUNDING, side="right")])
