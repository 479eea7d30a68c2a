"""The exact chance that a slice drawn by lot comes off as badly: labels permuted in all ways.

Which instances broke and mended is fixed; which are in the slice is not. For each number of flips
in the slice a t as low as the one seen means that so many or more of them broke.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tensorboard_cnc.analysis.behaviors.harm.flips import Array, Flips
from tensorboard_cnc.analysis.behaviors.instances import Ints
from tensorboard_cnc.analysis.distributions import log_gamma

# Numbers further out have together less than this chance, which is added to p.
_LEFT_OUT = 1e-12
_DEVIATIONS, _BEYOND = 7.5, 12
# Slices at a time: so many flips in all of them.
_FLIPS = 1 << 14
_ROUNDING = 1e-9


class _Range(NamedTuple):
    """Whole numbers from `first` to `last`, of each slice."""

    first: Ints
    last: Ints

    def list(self) -> tuple[Ints, Array]:
        """Of each number which slice it is of, and the number."""
        slices, place = _ragged(self.last - self.first + 1)
        return slices, (self.first[slices] + place).astype(float)


class _Urns(NamedTuple):
    """How many broke and mended in slices drawn by lot, and how many flipped: ranges, log chances.

    The chance of (broke, mended) is exp(of_broke + of_mended + of_flips).
    """

    broke: _Range
    mended: _Range
    flips: _Range
    of_broke: Array
    of_mended: Array
    of_flips: Array


class _Line(NamedTuple):
    """For so many flips: the difference is slope · gain - level, its variance quadratic in gain.

    The gain is what mended less what broke in the slice.
    """

    slope: Array
    level: Array
    variance: tuple[Array, Array, Array]


def shuffled_points(inside: Flips, total: Flips, t: Array) -> Array:
    """P(Welch's t of points ≤ t), t < 0, of slices (S,) of the same size."""
    return _in_parts(inside, total, t, _one_urn, _points)


def shuffled_share(inside: Flips, total: Flips, t: Array) -> Array:
    """P(Welch's t of shares ≤ t), t < 0, of slices (S,) of the same size, as many of them right."""
    return _in_parts(inside, total, t, _two_urns, _share)


def _in_parts(
    inside: Flips,
    total: Flips,
    t: Array,
    urns: Callable[[Flips, Flips], _Urns],
    line: Callable[[Flips, Flips, Array], _Line],
) -> Array:
    part = np.cumsum(inside.churn + 2 * _BEYOND) // _FLIPS
    found = [
        _chance(inside.at(at), total.at(at), t[at], urns, line)
        for at in np.split(np.arange(len(t)), np.flatnonzero(np.diff(part)) + 1)
    ]
    return np.minimum(np.concatenate(found) + _LEFT_OUT, 1)


def _chance(
    inside: Flips,
    total: Flips,
    t: Array,
    urns: Callable[[Flips, Flips], _Urns],
    line: Callable[[Flips, Flips, Array], _Line],
) -> Array:
    lots = urns(inside, total)
    at, flips = lots.flips.list()
    most_gain = _most_gain(line(inside.at(at), total.at(at), flips), t[at])
    least_broke = np.ceil((flips - most_gain) / 2 - _ROUNDING)
    low = np.maximum(np.maximum(lots.broke.first[at], flips - lots.mended.last[at]), least_broke)
    high = np.minimum(lots.broke.last[at], flips - lots.mended.first[at])
    pair, place = _ragged(np.maximum(high - low + 1, 0).astype(int))
    slices = at[pair]
    broke = low[pair].astype(int) + place
    mended = flips[pair].astype(int) - broke
    logs = lots.of_broke[_starts(lots.broke)[slices] + broke - lots.broke.first[slices]]
    logs += lots.of_mended[_starts(lots.mended)[slices] + mended - lots.mended.first[slices]]
    chances = np.exp(logs + lots.of_flips[pair])
    return np.bincount(slices, chances, len(t)).astype(float)


def _most_gain(line: _Line, t: Array) -> Array:
    """The largest gain with difference / √variance ≤ t: the lower root of a parabola."""
    square = np.minimum(t * t, 1e18) * (1 - _ROUNDING)
    constant, linear, quadratic = line.variance
    a = line.slope**2 - square * quadratic
    b = -2 * line.slope * line.level - square * linear
    c = line.level**2 - square * constant
    root = np.sqrt(np.maximum(b * b - 4 * a * c, 0))
    # Without digits lost to a difference of near ones.
    lower = np.where(b > 0, (-b - root) / (2 * a), 2 * c / np.where(b > 0, 1, -b + root))
    return np.minimum(lower, line.level / line.slope)


def _points(inside: Flips, total: Flips, flips: Array) -> _Line:
    n, rest = inside.n, total.n - inside.n
    gain = -total.net_loss
    here, there = 1 / (n * (n - 1)), 1 / (rest * (rest - 1))
    constant = here * flips + there * (total.churn - flips) - there * gain**2 / rest
    variance = constant, 2 * there * gain / rest, -here / n - there / rest
    return _Line(1 / n + 1 / rest, gain / rest, variance)


def _share(inside: Flips, total: Flips, flips: Array) -> _Line:
    n, rest = inside.n, total.n - inside.n
    right, rest_right = np.maximum(inside.right, 1), np.maximum(total.right - inside.right, 1)
    gain, others = -total.net_loss, total.churn - flips
    here, there = n / (n - 1) / right**2, rest / (rest - 1) / rest_right**2
    constant = here * flips + there * others * (1 + gain / rest_right)
    linear = here * flips / right - there * others / rest_right
    variance = constant, linear, np.zeros_like(linear)
    return _Line(1 / right + 1 / rest_right, gain / rest_right, variance)


def _one_urn(inside: Flips, total: Flips) -> _Urns:
    """All instances are in one urn, those that broke, mended or did neither."""
    broke = _range(total.n, total.broke, inside.n)
    mended = _range(total.n, total.mended, inside.n)
    flips = _range(total.n, total.churn, inside.n)
    at, k = flips.list()
    rest = _ways((total.n - total.churn)[at], inside.n[at] - k)
    return _Urns(
        broke,
        mended,
        flips,
        _chosen(broke, total.broke),
        _chosen(mended, total.mended),
        rest - _ways(total.n, inside.n)[at],
    )


def _two_urns(inside: Flips, total: Flips) -> _Urns:
    """Those that the base had right are in one urn, those that it had wrong in another."""
    wrong, here = total.n - total.right, inside.n - inside.right
    broke = _range(total.right, total.broke, inside.right)
    mended = _range(wrong, total.mended, here)
    flips = _Range(broke.first + mended.first, broke.last + mended.last)
    return _Urns(
        broke,
        mended,
        flips,
        _drawn(broke, total.right, total.broke, inside.right),
        _drawn(mended, wrong, total.mended, here),
        np.zeros(int((flips.last - flips.first + 1).sum())),
    )


def _range(size: Array, marked: Array, drawn: Array) -> _Range:
    """How many marked ones can be among those drawn, but for numbers that are left out."""
    size = np.maximum(size, 1)
    mean = drawn * marked / size
    spread = mean * (1 - marked / size) * (1 - drawn / size) * size / np.maximum(size - 1, 1)
    width = _DEVIATIONS * np.sqrt(np.maximum(spread, 0)) + _BEYOND
    low = np.maximum(np.maximum(0, drawn + marked - size), mean - width)
    high = np.minimum(np.minimum(drawn, marked), mean + width)
    return _Range(np.ceil(low).astype(int), np.floor(high).astype(int))


def _chosen(of: _Range, marked: Array) -> Array:
    """The log of the ways to choose each number of a range of those marked."""
    at, k = of.list()
    return _ways(marked[at], k)


def _drawn(of: _Range, size: Array, marked: Array, drawn: Array) -> Array:
    """The log chance of each number of a range, hypergeometric."""
    at, k = of.list()
    ways = _ways(marked[at], k) + _ways((size - marked)[at], drawn[at] - k)
    return ways - _ways(size, drawn)[at]


def _ways(size: Array, drawn: Array) -> Array:
    """The log of size over drawn; -inf where no so many can be."""
    logs = _log_factorials(int(size.max(initial=0)).bit_length())
    possible = (drawn >= 0) & (drawn <= size)
    n, k = size.astype(int), np.where(possible, drawn, 0).astype(int)
    return np.where(possible, logs[n] - logs[k] - logs[n - k], -np.inf)


@lru_cache(maxsize=2)
def _log_factorials(bits: int) -> Array:
    """Logarithms of 0! … of all numbers of so many bits."""
    return log_gamma(np.arange(1.0, 2.0 + (1 << bits)))


def _starts(of: _Range) -> Ints:
    sizes = of.last - of.first + 1
    return np.asarray(np.cumsum(sizes) - sizes)


def _ragged(sizes: Ints) -> tuple[Ints, Ints]:
    """Of rows of these sizes, one after the other: of each element its row and place."""
    rows = np.repeat(np.arange(len(sizes)), sizes)
    return rows, np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
