"""Searches pairs of slices for those that a model harms more than the rest and than either part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

import numpy as np

from tensorboard_cnc.analysis.behaviors.dimensions import Dimension
from tensorboard_cnc.analysis.behaviors.harm.flips import (
    Array,
    Compared,
    Counter,
    Flips,
    cells_of,
    compared,
    levels_of,
)
from tensorboard_cnc.analysis.behaviors.harm.net_loss import Attainable, churns_more, shift
from tensorboard_cnc.analysis.behaviors.harm.seeds import (
    SeedNoise,
    Squares,
    base_pairs,
    seed_noise,
    squares,
    widened_p,
)
from tensorboard_cnc.analysis.behaviors.harm.slices import FEWEST, Subject, flips_in
from tensorboard_cnc.analysis.behaviors.harm.units import Units, unit_tests
from tensorboard_cnc.analysis.behaviors.harm.verdicts import (
    SURE,
    Tests,
    q_values,
    tests_of,
    unit_p_and_q,
)
from tensorboard_cnc.analysis.behaviors.harm.welch import by_points
from tensorboard_cnc.analysis.behaviors.harm.worse import worse
from tensorboard_cnc.analysis.behaviors.instances import Floats, Ints
from tensorboard_cnc.analysis.behaviors.slices import SMALL
from tensorboard_cnc.analysis.false_discovery import benjamini_hochberg

# Pairs with more cells, and pairs × rows × models beyond these, are not looked at.
_MOST_CELLS = 1_000_000
_MOST_WORK = 1 << 29
# With fewer flips, even if all broke, no net loss has a small p.
_FEWEST_FLIPS = 5
# Of each model, beside those that it harms.
_MOST_OTHERS = 100
# Of what comes off no worse than so, no p is small.
_NO_LOSS, _NO_WORSE = 1.0, -1.3


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
    """

    tested: int
    total: Flips
    pairs: list[HarmedPair]


def harmed_pairs(
    dimensions: Sequence[Dimension],
    base: Floats,
    subjects: Mapping[str, Subject],
    units: Units | None = None,
) -> dict[str, PairHarm]:
    """Those of at least 30 instances; one family of tests over all pairs and models.

    Where instances were sampled together, those that look harmed are tested over `units`.
    """
    models = compared(base, {key: each.correct for key, each in subjects.items()})
    searches = [
        _Search(key, model, subjects[key].testable, _Seeds(base, subjects[key]))
        for key, model in models.items()
        if len(model.broke)
    ]
    crossings: list[tuple[int, int]] = []
    for crossing, counter in _crossings(dimensions, len(base), len(searches)):
        crossings.append(crossing)
        for search in searches:
            search.look(counter)
    found = {each.key: PairHarm(each.tested, each.model.total, []) for each in searches}
    if crossings:
        grid = _Grid(np.array([len(each.texts) for each in dimensions]), np.array(crossings))
        counters = [Counter(levels_of(each, len(base))) for each in dimensions]
        again = units and _Again(units, dimensions, base, [subjects[s.key] for s in searches])
        for number, pair in _decided(searches, grid, counters, again):
            found[searches[number].key].pairs.append(pair)
    return found


def _crossings(
    dimensions: Sequence[Dimension], rows: int, models: int
) -> Iterator[tuple[tuple[int, int], Counter]]:
    pairs = list(combinations(range(len(dimensions)), 2))
    for pair in pairs[: _MOST_WORK // max(1, rows * models)] if models else ():
        one, other = (dimensions[at] for at in pair)
        if len(one.texts) * len(other.texts) <= _MOST_CELLS:
            yield pair, Counter(cells_of(one, other, rows))


class _Cells(NamedTuple):
    """Cells (C,) whose p may be small: of which search, crossing and place, and their flips."""

    search: Ints
    crossing: Ints
    place: Ints
    inside: Flips

    def at(self, places: Ints) -> _Cells:
        columns = self.search, self.crossing, self.place
        search, crossing, place = (each[places] for each in columns)
        return _Cells(search, crossing, place, self.inside.at(places))


class _Seeds:
    """The noise of seeds in crossings, where the model was trained anew."""

    def __init__(self, base: Floats, subject: Subject) -> None:
        self._seeds = 1 + len(subject.replicates)
        self._pairs = base_pairs(base, subject.replicates) if subject.retrained else []
        self._squares: list[list[Squares]] = [[] for _ in self._pairs]

    def look(self, counter: Counter) -> None:
        """Looks at all cells of the next crossing."""
        for pair, found in zip(self._pairs, self._squares, strict=True):
            every = counter.flips(pair)
            inside = every.at(np.flatnonzero(every.n >= SMALL))
            found.append(squares(inside, pair.total, np.zeros(len(inside.n), int), 1))

    def noise(self, levels: Ints) -> SeedNoise:
        """Of each crossing, of so many `levels`."""
        if not self._pairs:
            return SeedNoise.none(len(levels))
        by_pair = [
            Squares(*(np.concatenate(column) for column in zip(*each, strict=True)))
            for each in self._squares
        ]
        return seed_noise(by_pair, levels, self._seeds)


@dataclass(slots=True)
class _Search:
    """What is found about one model, crossing by crossing.

    Of all cells with flips enough for a small p only what the correction needs is kept.
    """

    key: str
    model: Compared
    testable: bool
    seeds: _Seeds
    tested: int = 0
    attainable: list[Attainable] = field(default_factory=list)
    cells: list[tuple[Ints, Flips]] = field(default_factory=list)

    def look(self, counter: Counter) -> None:
        """Looks at all cells of the next crossing."""
        total, every = self.model.total, counter.flips(self.model)
        large = (every.n >= SMALL) & (total.n - every.n >= FEWEST)
        self.tested += self.testable * int(np.count_nonzero(large))
        kept = np.flatnonzero(large & (every.churn >= _FEWEST_FLIPS))
        inside = every.at(kept)
        rest = total.without(inside)
        shifted = shift(inside, rest)
        if self.testable:
            more = churns_more(inside, total)
            self.attainable.append(Attainable(inside.churn, shifted.share, more))
        at = np.flatnonzero((shifted.z > _NO_LOSS) & (by_points(inside, rest).t < _NO_WORSE))
        self.cells.append((kept[at], inside.at(at)))
        self.seeds.look(counter)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Dimensions of so many levels `sizes` (D,), and which two are crossed, `crossings` (X, 2)."""

    sizes: Ints
    crossings: Ints

    def levels(self, cells: _Cells) -> tuple[Ints, Ints]:
        """Of cells (C,) the level in each of their two dimensions."""
        width = self.sizes[self.crossings[cells.crossing, 1]]
        return cells.place // width, cells.place % width

    def slices(self, cells: _Cells) -> list[Ints]:
        """The same, as places in all levels of all dimensions."""
        starts = np.cumsum(self.sizes) - self.sizes
        return [
            starts[self.crossings[cells.crossing, side]] + level
            for side, level in enumerate(self.levels(cells))
        ]


def _decided(
    searches: Sequence[_Search], grid: _Grid, counters: Sequence[Counter], again: _Again | None
) -> Iterator[tuple[int, HarmedPair]]:
    """The harmed pairs by p, each with the number of its search."""
    cells = _all_cells(searches)
    # Seeds move a crossing with the levels of its parts, not cell by cell.
    levels = grid.sizes[grid.crossings].max(axis=1)
    noises = [search.seeds.noise(levels) for search in searches]
    noise = SeedNoise(
        *(np.stack(column)[cells.search, cells.crossing] for column in zip(*noises, strict=True))
    )
    total = Flips.joined(search.model.total for search in searches).at(cells.search)
    tests = tests_of(cells.inside, total, noise)
    q = _q_values(tests, searches, cells)
    at = _likely(tests.p, q, cells.search)
    cells, noise, p, q = cells.at(at), noise.at(at), tests.p[at], q[at]
    # A harmed slice harms what it is crossed with: a pair must stand out from both as well.
    slices = Flips.joined(flips_in(counters, search.model) for search in searches)
    starts = cells.search * int(grid.sizes.sum())
    parts = [slices.at(starts + places) for places in grid.slices(cells)]
    beside = np.max([_p_beside(cells.inside, part, noise) for part in parts], axis=0)
    claimed = np.flatnonzero(q < SURE)
    q[claimed] = np.maximum(q[claimed], benjamini_hochberg(beside[claimed]))
    p = np.maximum(p, beside)
    shown = p <= SURE
    told = np.array([search.testable for search in searches])[cells.search]
    groups = np.zeros(len(p), int)
    if again is not None:
        told &= q < SURE
        at = np.flatnonzero(told)
        own_p, own_q, groups[at] = again.tests(
            cells.at(at), grid, noise.at(at), sum(search.tested for search in searches)
        )
        p[at], q[at] = np.maximum(p[at], own_p), np.maximum(q[at], own_q)
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
                    Flips.joined(part.at(here) for part in parts),
                    float(p[i]) if told[i] else np.nan,
                    float(q[i]) if told[i] else np.nan,
                    int(groups[i]) or None,
                ),
            )


@dataclass(frozen=True, slots=True)
class _Again:
    """Tests cells over units, of few cells that look harmed when instances are tested."""

    units: Units
    dimensions: Sequence[Dimension]
    base: Floats
    subjects: Sequence[Subject]

    def tests(
        self, cells: _Cells, grid: _Grid, noise: SeedNoise, size: int
    ) -> tuple[Array, Array, Ints]:
        """The p, q and number of units of cells (C,), of `size` that are tested."""
        inside, beside, n = np.ones((3, len(cells.place)))
        for crossing in np.unique(cells.crossing).tolist():
            one, other = (self.dimensions[at] for at in grid.crossings[crossing].tolist())
            levels = cells_of(one, other, len(self.base))
            for search in np.unique(cells.search[cells.crossing == crossing]).tolist():
                at = np.flatnonzero((cells.crossing == crossing) & (cells.search == search))
                grouping = levels.grouping(cells.place[at])
                correct = self.subjects[search].correct
                inside[at], beside[at], n[at] = unit_tests(self.units, self.base, correct, grouping)
        p, q = unit_p_and_q(inside, beside, noise, size)
        return p, q, n.astype(int)


def _q_values(tests: Tests, searches: Sequence[_Search], cells: _Cells) -> Array:
    """Of cells (C,), by the tests of all pairs of all models; NaN where the model is not tested."""
    columns = zip(*(each for search in searches for each in search.attainable), strict=True)
    q = np.full(len(tests.inside), np.nan)
    tested = np.flatnonzero(np.array([search.testable for search in searches])[cells.search])
    if len(tested):
        family = Attainable(*(np.concatenate(column) for column in columns))
        q[tested] = q_values(tests.at(tested), family, sum(search.tested for search in searches))
    return q


def _likely(p: Array, q: Array, search: Ints) -> Ints:
    """All cells (C,) with a small q, and of each search so many with the smallest p."""
    order = np.lexsort((p, search))
    own = search[order]
    rank = np.arange(len(own)) - np.searchsorted(own, own)
    likely = order[(rank < _MOST_OTHERS) & (p[order] <= SURE)]
    return np.union1d(likely, np.flatnonzero(q < SURE))


def _all_cells(searches: Sequence[_Search]) -> _Cells:
    """Those of all searches."""
    found = [
        _Cells(np.full(len(places), number), np.full(len(places), crossing), places, inside)
        for number, search in enumerate(searches)
        for crossing, (places, inside) in enumerate(search.cells)
    ]
    search, crossing, place, inside = zip(*found, strict=True)
    return _Cells(
        np.concatenate(search),
        np.concatenate(crossing),
        np.concatenate(place),
        Flips.joined(inside),
    )


def _p_beside(inside: Flips, part: Flips, noise: SeedNoise) -> Array:
    """The p of cells (C,) against the rest of a level around them; 1 where that is too little."""
    p = np.ones(len(inside.n))
    at = np.flatnonzero(part.n - inside.n >= FEWEST)
    p[at] = worse(inside.at(at), part.at(at)).p
    p[at] = widened_p(p[at], noise.against_rest[at], noise.at(at))
    return p
