"""Finds slices, and pairs of slices, in which compression broke more than its share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.dimensions import Dimension, Grouping, crossed
from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation
from tensorboard_cnc.analysis.behaviors.instances import NONE, Bools, Ints
from tensorboard_cnc.analysis.behaviors.slices import SMALL
from tensorboard_cnc.analysis.behaviors.statistics import (
    benjamini_hochberg,
    over_represented,
    over_represented_each,
)

# Pairs with more cells, and pairs × rows × models beyond these, are not looked at.
_MOST_CELLS = 1_000_000
_MOST_WORK = 1 << 29
_SURE = 0.05


@dataclass(frozen=True, slots=True)
class Harmed:
    """A level of a dimension with `flips` negative flips of a model among its n instances.

    `lift` is its flip rate over that of all instances; `p` of Fisher's exact test, one-sided;
    `q` corrected for every level × model looked at.
    """

    model: str
    dimension: Dimension
    level: int
    n: int
    flips: int
    lift: float
    p: float
    q: float


def harmed_slices(
    dimensions: Sequence[Dimension], base: Evaluation, models: Mapping[str, Evaluation]
) -> tuple[list[Harmed], int]:
    """Levels with a lift above 1, by p; and how many level × model were tested.

    Instances count whose correctness both the base and the model have.
    """
    found: list[tuple[str, Dimension, int, int, int, float]] = []
    p: list[float] = []
    for key, model in models.items():
        if base.correct is None or model.correct is None:
            continue
        known = np.isfinite(base.correct) & np.isfinite(model.correct)
        flipped = known & (base.correct == 1) & (model.correct == 0)
        n_all, flips_all = int(np.count_nonzero(known)), int(np.count_nonzero(flipped))
        for dimension in dimensions if flips_all else ():
            groups, flips = dimension.grouping(known), dimension.grouping(flipped)
            n = np.bincount(groups.codes, minlength=groups.n).tolist()
            k = np.bincount(flips.codes, minlength=groups.n).tolist()
            for level in range(groups.n):
                if n[level]:
                    lift = (k[level] / n[level]) / (flips_all / n_all)
                    found.append((key, dimension, level, n[level], k[level], lift))
                    p.append(over_represented(k[level], n[level], flips_all, n_all))
    q = benjamini_hochberg(np.array(p, float))
    every = [Harmed(*f, p[i], float(q[i])) for i, f in enumerate(found)]
    return sorted((h for h in every if h.lift > 1), key=lambda h: (h.p, -h.lift)), len(p)


@dataclass(frozen=True, slots=True)
class HarmedPair:
    """Instances in a level of each of two dimensions, `flips` of the n negative flips of a model.

    `lift` is its flip rate over that of all instances, `part_lift` the larger one of its two
    levels; `p` that it broke no more than one of them, `q` corrected for every pair × model.
    """

    model: str
    dimensions: tuple[Dimension, Dimension]
    levels: tuple[int, int]
    n: int
    flips: int
    lift: float
    part_lift: float
    p: float
    q: float


class _Tested(NamedTuple):
    """The pairs (C,) of levels of two dimensions that were tested for a model."""

    model: str
    dimensions: tuple[Dimension, Dimension]
    cells: Ints
    n: Ints
    flips: Ints
    lift: NDArray[np.float64]
    part_lift: NDArray[np.float64]
    p: NDArray[np.float64]


def harmed_pairs(
    dimensions: Sequence[Dimension], base: Evaluation, models: Mapping[str, Evaluation]
) -> tuple[list[HarmedPair], int]:
    """Pairs with q ≤ 0.05 by p, and how many pair × model were tested.

    Pairs of at least 30 instances are tested by Fisher's exact test, one-sided, within each of the
    two levels; p is the larger one, an intersection-union test (Berger 1982).
    """
    if base.correct is None:
        return [], 0
    rows = len(base.correct)
    sides = [_side(key, dimensions, base, model) for key, model in models.items()]
    known = [side for side in sides if side]
    pairs = list(combinations(range(len(dimensions)), 2))
    tested: list[_Tested] = []
    for pair in pairs[: _MOST_WORK // max(1, rows * len(known))]:
        one, other = (dimensions[at] for at in pair)
        if len(one.texts) * len(other.texts) > _MOST_CELLS:
            continue
        groups = _pairs_of(one, other, rows)
        every = np.bincount(groups.codes, minlength=groups.n)
        tested += [_test(side, pair, (one, other), groups, every) for side in known]
    p = np.concatenate([each.p for each in tested]) if tested else np.empty(0)
    found = _sure(tested, benjamini_hochberg(p))
    return sorted(found, key=lambda pair: (pair.p, -pair.lift)), len(p)


def _pairs_of(one: Dimension, other: Dimension, rows: int) -> Grouping:
    if one.overlapping or other.overlapping:
        every = np.ones(rows, bool)
        return crossed(one.grouping(every), other.grouping(every), rows)
    there = np.flatnonzero((one.codes != NONE) & (other.codes != NONE))
    cells = len(one.texts) * len(other.texts)
    codes = one.codes[there].astype(int) * len(other.texts) + other.codes[there]
    return Grouping(there, codes, cells)


class _Side(NamedTuple):
    """Rows (N,) of which a model's correctness is known, those that flipped, and both by level."""

    model: str
    known: Bools
    flipped: Bools
    # Of each dimension.
    n: Sequence[Ints]
    flips: Sequence[Ints]


def _side(
    key: str, dimensions: Sequence[Dimension], base: Evaluation, model: Evaluation
) -> _Side | None:
    if base.correct is None or model.correct is None:
        return None
    known = np.isfinite(base.correct) & np.isfinite(model.correct)
    flipped = known & (base.correct == 1) & (model.correct == 0)
    n, flips = (
        [
            np.bincount(groups.codes, minlength=groups.n)
            for groups in (each.grouping(rows) for each in dimensions)
        ]
        for rows in (known, flipped)
    )
    return _Side(key, known, flipped, n, flips)


def _test(
    side: _Side,
    pair: tuple[int, int],
    dimensions: tuple[Dimension, Dimension],
    groups: Grouping,
    every: Ints,
) -> _Tested:
    n = every if side.known.all() else _counts(groups, side.known)
    flips = _counts(groups, side.flipped)
    cells = np.flatnonzero(n >= SMALL)
    n, flips = n[cells], flips[cells]
    share = max(int(side.flipped.sum()), 1) / max(int(side.known.sum()), 1)
    lift = flips / n / share
    part_lift, p = np.zeros(len(cells)), np.zeros(len(cells))
    levels = np.unravel_index(cells, [len(each.texts) for each in dimensions])
    # With a larger p than sure no q is small enough: what is left is not computed, but 1.
    left = np.flatnonzero(lift > 1)
    for at, level in zip(pair, levels, strict=True):
        part_n, part_flips = side.n[at][level], side.flips[at][level]
        part_lift = np.maximum(part_lift, part_flips / part_n / share)
        left = left[_stands_out(flips[left], n[left], part_flips[left], part_n[left])]
        own = over_represented_each(flips[left], n[left], part_flips[left], part_n[left])
        p[left] = np.maximum(p[left], own)
        left = left[own <= _SURE]
    p[np.setdiff1d(np.arange(len(p)), left, assume_unique=True)] = 1
    return _Tested(side.model, dimensions, cells, n, flips, lift, part_lift, p)


def _stands_out(k: Ints, n: Ints, marked: Ints, size: Ints) -> Bools:
    """Whether k of n exceeds its share of the `marked` of `size` by so much that p may be small."""
    share = marked / size
    deviation = np.sqrt(n * share * (1 - share) * (size - n) / np.maximum(size - 1, 1))
    return np.asarray(k - n * share > deviation)


def _counts(groups: Grouping, chosen: Bools) -> Ints:
    # Where each row is in one cell, those that are chosen are few to look up.
    whole = len(groups.rows) == len(chosen) and bool((np.diff(groups.rows) == 1).all())
    codes = groups.codes[np.flatnonzero(chosen) if whole else chosen[groups.rows]]
    return np.bincount(codes, minlength=groups.n)


def _sure(tested: Sequence[_Tested], q: NDArray[np.float64]) -> list[HarmedPair]:
    found: list[HarmedPair] = []
    start = 0
    for each in tested:
        own = q[start : start + len(each.p)]
        start += len(each.p)
        for at in np.flatnonzero(own <= _SURE).tolist():
            one, other = each.dimensions
            first, second = divmod(int(each.cells[at]), len(other.texts))
            found.append(
                HarmedPair(
                    each.model,
                    (one, other),
                    (first, second),
                    int(each.n[at]),
                    int(each.flips[at]),
                    float(each.lift[at]),
                    float(each.part_lift[at]),
                    float(each.p[at]),
                    float(own[at]),
                )
            )
    return found
