"""How much more slices differ between two seeds of the base than instances drawn by lot would."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from tensorboard_cnc.analysis.behaviors.harm.flips import Array, Sums
from tensorboard_cnc.analysis.behaviors.harm.net_loss import Shift
from tensorboard_cnc.analysis.behaviors.harm.welch import by_points
from tensorboard_cnc.analysis.behaviors.instances import Floats, Ints
from tensorboard_cnc.analysis.distributions import normal_quantile, student_t_cdf

# Beyond, a chance of 0 and one of 1e-300 are alike.
_LEAST = 1e-300


class SeedNoise(NamedTuple):
    """Of slices: how many times the variance grows, of t against the rest and of the net loss.

    Both are at least 1; `df`: degrees of freedom that they are known with. NaN: no noise of seeds.
    """

    against_rest: Array
    net_loss: Array
    df: Array

    @classmethod
    def none(cls, n: int) -> SeedNoise:
        """That of n slices of models that were made without training."""
        return cls(*np.full((3, n), np.nan))

    @property
    def places(self) -> Ints:
        """Where there is noise."""
        return np.flatnonzero(~np.isnan(self.df))

    def at(self, places: Ints) -> SeedNoise:
        """Those at some places of the arrays."""
        return SeedNoise(*(each[places] for each in self))


class Squares(NamedTuple):
    """Of a base pair, by attribute (A,): sum of squared t, how many; the same of t within."""

    t: Array
    t_n: Array
    loss: Array
    loss_n: Array


def base_pairs(base: Floats, replicates: Sequence[Floats]) -> list[tuple[Floats, Floats]]:
    """Every two of the base and its replicates, by their values (N,)."""
    return list(combinations((base, *replicates), 2))


def squares(inside: Sums, total: Sums) -> tuple[Array, Array]:
    """Of the slices (S,) of a base pair: t within and against the rest, squared; NaN: not known."""
    t = by_points(inside, total.without(inside)).t
    within = inside.gain**2 / np.where(inside.squares > 0, inside.squares, np.nan)
    return within, np.where(np.isfinite(t), t, np.nan) ** 2


def by_attribute(within: Array, t: Array, attribute: Ints, attributes: int) -> Squares:
    """Those of slices (S,), by the attribute (S,) that they are levels of."""

    def sums(of: Floats) -> Array:
        return np.bincount(attribute, of, attributes).astype(float)

    pairs = ((np.nan_to_num(each), np.isfinite(each) * 1.0) for each in (t, within))
    return Squares(*(sums(each) for pair in pairs for each in pair))


def seed_noise(found: Sequence[Squares], levels: Ints, seeds: int) -> SeedNoise:
    """By attribute (A,) of so many `levels`, from the base pairs of `seeds` models.

    The mean over all slices or over those of the attribute, the larger one, and no less than 1: a
    spread below that of lots drawn is chance.
    """
    t, t_n, loss, loss_n = (np.sum(each, axis=0) for each in zip(*found, strict=True))
    df = (seeds - 1.0) * np.maximum(levels - 1, 1)
    return SeedNoise(_growth(t, t_n), _growth(loss, loss_n), df)


def _growth(total: Array, n: Array) -> Array:
    overall = total.sum() / max(n.sum(), 1)
    return np.asarray(np.maximum(np.maximum(total / np.maximum(n, 1), overall), 1))


def moderated(
    noise: SeedNoise, at: Ints, pairs: Sequence[tuple[Array, Array]], seeds: int
) -> SeedNoise:
    """With what the slices at these places (T,) of `noise` (S,) show themselves.

    `pairs`: `squares` (S,) of every two of so many `seeds`. The more slices differ in how much
    seeds do, the more of what is known of one is its own (Smyth 2004); it never grows less.
    """
    df = seeds - 1.0
    within, t = (np.array(each)[:, at] for each in zip(*pairs, strict=True))
    growths, dfs = [], []
    for growth, squared in ((noise.against_rest[at], t), (noise.net_loss[at], within)):
        known = np.isfinite(squared)
        own = np.where(known, squared, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        prior = _prior_df(own[known.any(axis=0)], df)
        weight = df / (df + prior)
        growths.append(np.maximum(growth, growth + weight * (own - growth)))
        dfs.append(df + prior)
    found = SeedNoise(*(each.copy() for each in noise))
    found.against_rest[at], found.net_loss[at] = growths
    found.df[at] = np.minimum(noise.df[at], min(dfs))
    return found


def _prior_df(own: Array, df: float) -> float:
    """Degrees of freedom that the spread of all is worth for one: of the moments of F."""
    if len(own) < 3 or not own.any():
        return np.inf
    scatter = df * float(own.var(ddof=1)) / float(own.mean()) ** 2
    return np.inf if scatter <= 2 else (4 * scatter + 2 * df - 4) / (scatter - 2)


def widened_p(p: Array, growth: Array, noise: SeedNoise) -> Array:
    """The p (S,) of a test whose variance grows so with the noise of seeds."""
    at, found = noise.places, p.copy()
    z = normal_quantile(np.clip(p[at], _LEAST, 0.5)) / np.sqrt(growth[at])
    found[at] = np.maximum(p[at], student_t_cdf(z, noise.df[at]))
    return found


def widened_net_loss(p: Array, shifted: Shift, noise: SeedNoise) -> Array:
    """The p of the net loss (S,), with the noise of seeds in it."""
    at, found = noise.places, p.copy()
    z = shifted.z[at] / np.sqrt(noise.net_loss[at])
    found[at] = np.maximum(p[at], student_t_cdf(-z, noise.df[at]))
    return found
