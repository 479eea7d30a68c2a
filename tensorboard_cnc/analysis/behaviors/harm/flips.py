"""Which instances broke and mended between two models, and how many of each are in slices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.dimensions import Dimension, Grouping, crossed
from tensorboard_cnc.analysis.behaviors.instances import NONE, Floats, Ints

Array = NDArray[np.float64]


class Sums(NamedTuple):
    """Of slices: instances, what they gained in sum, and the squares of that."""

    n: Array
    gain: Array
    squares: Array

    @classmethod
    def joined(cls, parts: Iterable[Sums]) -> Sums:
        """Those of all parts, one after the other."""
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def at(self, places: Ints) -> Sums:
        """Those at some places of the arrays."""
        return Sums(*(each[places] for each in self))

    def without(self, part: Sums) -> Sums:
        """The rest, beside a part."""
        return Sums(*(whole - inside for whole, inside in zip(self, part, strict=True)))


class Flips(NamedTuple):
    """Of slices: instances, those that broke and mended, those that the base had right.

    Of scores and losses those that became worse and better; then nothing is right or wrong.
    """

    n: Array
    broke: Array
    mended: Array
    right: Array

    @property
    def churn(self) -> Array:
        return self.broke + self.mended

    @property
    def net_loss(self) -> Array:
        return self.broke - self.mended

    @property
    def sums(self) -> Sums:
        """Of right (1) and wrong (0)."""
        return Sums(self.n, -self.net_loss, self.churn)

    def at(self, places: Ints | tuple[Ints, ...]) -> Flips:
        """Those at some places of the arrays."""
        return Flips(*(each[places] for each in self))

    @classmethod
    def joined(cls, parts: Iterable[Flips]) -> Flips:
        """Those of all parts, one after the other."""
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def without(self, part: Flips) -> Flips:
        """The rest, beside a part."""
        return Flips(*(whole - inside for whole, inside in zip(self, part, strict=True)))


@dataclass(frozen=True, slots=True)
class Compared:
    """Rows, ascending, of a model against the base, where the correctness of both is known.

    `unknown`: the other rows; `wrong`: those that the base has wrong. `gains` (N,): of scores, 0
    where not known.
    """

    rows: int
    unknown: Ints
    wrong: Ints
    broke: Ints
    mended: Ints
    gains: Floats | None = None

    @property
    def sums(self) -> Sums:
        """Over all rows; arrays of one."""
        if self.gains is None:
            return self.total.sums
        gain, squares = self.gains.sum(dtype=float), np.square(self.gains, dtype=float).sum()
        return Sums(self.total.n, np.array([float(gain)]), np.array([float(squares)]))

    @property
    def total(self) -> Flips:
        """Over all rows; arrays of one."""
        n = self.rows - len(self.unknown)
        counts = n, len(self.broke), len(self.mended), n - len(self.wrong)
        return Flips(*(np.array([float(each)]) for each in counts))


def compared(
    base: Floats, models: Mapping[str, Floats], *, rate: bool = True
) -> dict[str, Compared]:
    """Correctness (N,), 1, 0 or NaN, of each model against the base's; alike rows are shared.

    Or scores, the larger the better, where it is no `rate`.
    """
    unsaid = ~np.isfinite(base)
    unknown, wrong = np.flatnonzero(unsaid), np.flatnonzero((base == 0) & rate)
    found = {}
    for key, correct in models.items():
        missing = ~(np.isfinite(correct) | unsaid)
        own = unknown, wrong
        if missing.any():
            own = np.flatnonzero(missing | unsaid), wrong[~missing[wrong]]
        change = correct - base
        flipped = np.flatnonzero(change < 0), np.flatnonzero(change > 0)
        gains = None if rate else np.nan_to_num(change, nan=0.0, posinf=0.0, neginf=0.0)
        found[key] = Compared(len(base), *own, *flipped, gains)
    return found


@dataclass(frozen=True)
class Levels:
    """Levels that N rows are in: codes (k,) from 1, 0 for none; `rows` (k,) where they overlap."""

    codes: Ints
    n: int
    n_rows: int
    rows: Ints | None = None

    @cached_property
    def sizes(self) -> Array:
        """How many rows are in each level (n,)."""
        return np.bincount(self.codes, minlength=self.n + 1)[1:].astype(float)

    def count(self, rows: Ints) -> Array:
        """How many of these rows are in each level (n,)."""
        if not len(rows):
            return np.zeros(self.n)
        if self.rows is None:
            codes = self.codes[rows]
        else:
            chosen = np.zeros(self.n_rows, bool)
            chosen[rows] = True
            codes = self.codes[chosen[self.rows]]
        return np.bincount(codes, minlength=self.n + 1)[1:].astype(float)

    def sum(self, values: Floats) -> Array:
        """Of values (N,) in each level (n,)."""
        own = values if self.rows is None else values[self.rows]
        return np.asarray(np.bincount(self.codes, own, self.n + 1)[1:], float)

    def grouping(self, places: Ints) -> Grouping:
        """The rows in some levels (k,), grouped by them."""
        of = np.full(self.n + 1, NONE)
        of[places + 1] = np.arange(len(places))
        kept = np.flatnonzero(of[self.codes] != NONE)
        rows = kept if self.rows is None else self.rows[kept]
        return Grouping(rows, of[self.codes[kept]], len(places))


def levels_of(dimension: Dimension, n_rows: int) -> Levels:
    """Those of a dimension."""
    return Levels(dimension.codes - NONE, len(dimension.texts), n_rows, dimension.rows)


def cells_of(one: Dimension, other: Dimension, n_rows: int) -> Levels:
    """Each pair of levels as one, first · levels of the other + second."""
    width = len(other.texts)
    n = len(one.texts) * width
    if one.overlapping or other.overlapping:
        every = np.ones(n_rows, bool)
        groups = crossed(one.grouping(every), other.grouping(every), n_rows)
        return Levels(groups.codes + 1, n, n_rows, groups.rows)
    codes = one.codes.astype(int) * width + other.codes + 1
    codes[(one.codes == NONE) | (other.codes == NONE)] = 0
    return Levels(codes, n, n_rows)


class Counter:
    """Counts models in the levels; what several share is counted once."""

    def __init__(self, levels: Levels) -> None:
        self._levels = levels
        self._shared: dict[int, Array] = {}

    def flips(self, of: Compared) -> Flips:
        """Of each level (L,)."""
        n = self._levels.sizes - self._once(of.unknown)
        broke, mended = (self._levels.count(rows) for rows in (of.broke, of.mended))
        return Flips(n, broke, mended, n - self._once(of.wrong))

    def sums(self, of: Compared, flips: Flips) -> Sums:
        """Of each level (L,), of which these are the flips."""
        if of.gains is None:
            return flips.sums
        gain, squares = (self._levels.sum(each) for each in (of.gains, np.square(of.gains)))
        return Sums(flips.n, gain, squares)

    def _once(self, rows: Ints) -> Array:
        found = self._shared.get(id(rows))
        if found is None:
            found = self._shared[id(rows)] = self._levels.count(rows)
        return found
