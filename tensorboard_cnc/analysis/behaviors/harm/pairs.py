"""Searches pairs of slices for those that a model harms more than the rest and than either part."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np

from tensorboard_cnc.analysis.behaviors.dimensions import Dimension
from tensorboard_cnc.analysis.behaviors.harm.crossings import Cells, Search, all_cells
from tensorboard_cnc.analysis.behaviors.harm.flips import (
    Array,
    Counter,
    Flips,
    Sums,
    cells_of,
    compared,
    levels_of,
)
from tensorboard_cnc.analysis.behaviors.harm.net_loss import Attainable
from tensorboard_cnc.analysis.behaviors.harm.over_units import OverUnits
from tensorboard_cnc.analysis.behaviors.harm.seeds import SeedNoise, widened_p
from tensorboard_cnc.analysis.behaviors.harm.slices import FEWEST, Subject, flips_in
from tensorboard_cnc.analysis.behaviors.harm.verdicts import SURE, Reach, q_values, rest_q, tests_of
from tensorboard_cnc.analysis.behaviors.harm.welch import by_points
from tensorboard_cnc.analysis.behaviors.harm.worse import worse
from tensorboard_cnc.analysis.behaviors.instances import Bools, Floats, Ints
from tensorboard_cnc.analysis.distributions import student_t_cdf
from tensorboard_cnc.analysis.false_discovery import benjamini_hochberg

# Pairs with more cells, and pairs, and pairs × rows × models beyond these, are not looked at.
_MOST_CELLS = 1_000_000
_MOST_CROSSINGS = 2000
_MOST_WORK = 1 << 29
# Of each model, beside those that it harms.
_MOST_OTHERS = 100


@dataclass(frozen=True, slots=True)
class HarmedPair:
    """Instances in a level of each of two dimensions, by their places, that came off worse.

    Than the rest, and than the rest of each of the two levels, its `parts` (2,); `p` is the larger
    one. `q` is corrected for every pair × model for the former, for those that passed it for the
    latter. Both are NaN where it is not tested; `groups`: how many units a harmed one has.
    """

    dimensions: tuple[int, int]
    levels: tuple[int, int]
    inside: Flips
    sums: Sums
    parts: Flips
    p: float
    q: float
    groups: int | None

    @property
    def harmed(self) -> bool:
        return self.q < SURE


@dataclass(frozen=True, slots=True)
class PairHarm:
    """Of one model: how many pairs were tested, what is in all instances, and pairs.

    All that it harms, then others with p ≤ 0.05, both by p; with the others at most 100.
    `left_out`: how many pairs of dimensions were too many, or have too many cells, to be looked at.
    """

    tested: int
    total: Flips
    all_sums: Sums
    pairs: list[HarmedPair]
    left_out: int = 0


def harmed_pairs(
    dimensions: Sequence[Dimension],
    base: Floats,
    subjects: Mapping[str, Subject],
    units: Ints | None = None,
    *,
    rate: bool = True,
) -> dict[str, PairHarm]:
    """Those of at least 30 instances; one family of tests over all pairs and models.

    `units`: codes (N,) of what instances were sampled in; `rate`: values are right or wrong. With
    units or scores those are tested that look harmed by their instances.
    """
    models = compared(base, {key: each.values for key, each in subjects.items()}, rate=rate)
    searches = [
        Search.of(key, subjects[key], model, base)
        for key, model in models.items()
        if len(model.broke)
    ]
    crossings: list[tuple[int, int]] = []
    for crossing, counter in _crossings(dimensions, len(base), len(searches)):
        crossings.append(crossing)
        for search in searches:
            search.look(counter)
    left_out = math.comb(len(dimensions), 2) - len(crossings)
    found = {
        each.key: PairHarm(each.tested, each.model.total, each.model.sums, [], left_out)
        for each in searches
    }
    if crossings:
        grid = _Grid(np.array([len(each.texts) for each in dimensions]), np.array(crossings))
        counters = [Counter(levels_of(each, len(base))) for each in dimensions]
        by_count = rate and units is None
        over = None if by_count else OverUnits(dimensions, base, units, rate)
        for number, pair in _decided(searches, grid, counters, over):
            found[searches[number].key].pairs.append(pair)
    return found


def _crossings(
    dimensions: Sequence[Dimension], rows: int, models: int
) -> Iterator[tuple[tuple[int, int], Counter]]:
    most = min(_MOST_CROSSINGS, _MOST_WORK // max(1, rows * models)) if models else 0
    for pair in islice(combinations(range(len(dimensions)), 2), most):
        one, other = (dimensions[at] for at in pair)
        if len(one.texts) * len(other.texts) <= _MOST_CELLS:
            yield pair, Counter(cells_of(one, other, rows))


@dataclass(frozen=True, slots=True)
class _Grid:
    """Dimensions of so many levels `sizes` (D,), and which two are crossed, `crossings` (X, 2)."""

    sizes: Ints
    crossings: Ints

    def levels(self, cells: Cells) -> tuple[Ints, Ints]:
        """Of cells (C,) the level in each of their two dimensions."""
        width = self.sizes[self.crossings[cells.crossing, 1]]
        return cells.place // width, cells.place % width

    def slices(self, cells: Cells) -> list[Ints]:
        """The same, as places in all levels of all dimensions."""
        starts = np.cumsum(self.sizes) - self.sizes
        return [
            starts[self.crossings[cells.crossing, side]] + level
            for side, level in enumerate(self.levels(cells))
        ]


def _decided(
    searches: Sequence[Search], grid: _Grid, counters: Sequence[Counter], over: OverUnits | None
) -> Iterator[tuple[int, HarmedPair]]:
    """The harmed pairs by p, each with the number of its search."""
    cells = all_cells(searches)
    # Seeds move a crossing with the levels of its parts, not cell by cell.
    levels = grid.sizes[grid.crossings].max(axis=1)
    noises = [search.seeds.noise(levels) for search in searches]
    noise = SeedNoise(
        *(np.stack(column)[cells.search, cells.crossing] for column in zip(*noises, strict=True))
    )
    told = np.array([search.subject.testable for search in searches])[cells.search]
    p, q = _p_and_q(searches, cells, noise, told)
    at = _likely(p, q, cells.search)
    cells, noise, told, p, q = cells.at(at), noise.at(at), told[at], p[at], q[at]
    # A harmed slice harms what it is crossed with: a pair must stand out from both as well.
    slices = Flips.joined(flips_in(counters, search.model) for search in searches)
    starts = cells.search * int(grid.sizes.sum())
    parts = [slices.at(starts + places) for places in grid.slices(cells)]
    groups = np.zeros(len(p), int)
    shown = p <= SURE
    if over is None:
        beside = np.max([_p_beside(cells.inside, part, noise) for part in parts], axis=0)
        shown &= beside <= SURE
    else:
        told &= q < SURE
        claimed, beside = np.flatnonzero(told), np.zeros(len(p))
        tests = over.tests(
            cells.at(claimed), grid.crossings, searches, noise.at(claimed), _reach(searches)
        )
        p[claimed], q[claimed] = np.maximum(p[claimed], tests.p), np.maximum(q[claimed], tests.q)
        beside[claimed], groups[claimed] = tests.beside, tests.n
    claimed = np.flatnonzero(q < SURE)
    q[claimed] = np.maximum(q[claimed], benjamini_hochberg(beside[claimed]))
    p = np.where(told, np.maximum(p, beside), p)
    first, second = grid.levels(cells)
    for i in np.lexsort((p, ~(q < SURE))).tolist():
        if shown[i]:
            one, other = grid.crossings[cells.crossing[i]].tolist()
            here = np.array([i])
            yield (
                int(cells.search[i]),
                HarmedPair(
                    (one, other),
                    (int(first[i]), int(second[i])),
                    cells.inside.at(here),
                    cells.sums.at(here),
                    Flips.joined(part.at(here) for part in parts),
                    float(p[i]) if told[i] else np.nan,
                    float(q[i]) if told[i] else np.nan,
                    int(groups[i]) or None,
                ),
            )


def _reach(searches: Sequence[Search]) -> Reach:
    """Of all cells; of right and wrong no more units flipped than instances."""
    churn = [each.churn for search in searches for each in search.attainable]
    least = 0.5 ** np.concatenate(churn) if churn else np.zeros(_tested(searches))
    return Reach(least, np.ones(len(least), bool))


def _tested(searches: Sequence[Search]) -> int:
    return sum(search.tested for search in searches)


def _p_and_q(
    searches: Sequence[Search], cells: Cells, noise: SeedNoise, told: Bools
) -> tuple[Array, Array]:
    """Of cells (C,) by their instances, among all pairs of all models; q NaN where not tested."""
    q = np.full(len(cells.place), np.nan)
    at, size = np.flatnonzero(told), _tested(searches)
    if searches[0].model.gains is not None:
        p = _by_sums(searches, cells)
        q[at] = rest_q(p[at], size)
        return p, q
    total = Flips.joined(search.model.total for search in searches).at(cells.search)
    tests = tests_of(cells.inside, total, noise)
    if len(at):
        columns = zip(*(each for search in searches for each in search.attainable), strict=True)
        family = Attainable(*(np.concatenate(column) for column in columns))
        q[at] = q_values(tests.at(at), family, size)
    return tests.p, q


def _by_sums(searches: Sequence[Search], cells: Cells) -> Array:
    """The larger p of cells (C,) within and against the rest, by t."""
    inside = cells.sums
    whole = Sums.joined(search.model.sums for search in searches).at(cells.search)
    welch = by_points(inside, whole.without(inside))
    n = np.maximum(inside.n, 2)
    variance = np.maximum(inside.squares - inside.gain**2 / n, 1e-300) * n / (n - 1)
    lost = student_t_cdf(inside.gain / np.sqrt(variance), n - 1)
    return np.maximum(lost, student_t_cdf(welch.t, welch.df))


def _likely(p: Array, q: Array, search: Ints) -> Ints:
    """All cells (C,) with a small q, and of each search so many with the smallest p."""
    order = np.lexsort((p, search))
    own = search[order]
    rank = np.arange(len(own)) - np.searchsorted(own, own)
    likely = order[(rank < _MOST_OTHERS) & (p[order] <= SURE)]
    return np.union1d(likely, np.flatnonzero(q < SURE))


def _p_beside(inside: Flips, part: Flips, noise: SeedNoise) -> Array:
    """The p of cells (C,) against the rest of a level around them; 1 where that is too little."""
    p = np.ones(len(inside.n))
    at = np.flatnonzero(part.n - inside.n >= FEWEST)
    p[at] = worse(inside.at(at), part.at(at)).p
    p[at] = widened_p(p[at], noise.against_rest[at], noise.at(at))
    return p
