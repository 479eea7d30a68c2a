"""Tests cells over sampled units, or of scores: few, that look harmed by their instances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tensorboard_cnc.analysis.behaviors.dimensions import Dimension
from tensorboard_cnc.analysis.behaviors.harm.crossings import Cells, Search
from tensorboard_cnc.analysis.behaviors.harm.flips import Array, Levels, cells_of, levels_of
from tensorboard_cnc.analysis.behaviors.harm.seeds import SeedNoise, widened_p
from tensorboard_cnc.analysis.behaviors.harm.units import Against
from tensorboard_cnc.analysis.behaviors.harm.verdicts import SURE, Reach, inside_q, rest_q
from tensorboard_cnc.analysis.behaviors.instances import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class CellTests:
    """Of cells (C,): the larger p and q within and against the rest; p against either level.

    The latter is 0 where the former says enough; `n`: how many sampled units each has.
    """

    p: Array
    q: Array
    beside: Array
    n: Ints


@dataclass(frozen=True, slots=True)
class OverUnits:
    """The base's values (N,), what instances were sampled in, whether they are right or wrong."""

    dimensions: Sequence[Dimension]
    base: Floats
    units: Ints | None
    rate: bool

    def tests(
        self,
        cells: Cells,
        crossings: Ints,
        searches: Sequence[Search],
        noise: SeedNoise,
        others: Reach,
    ) -> CellTests:
        """Of cells (C,), which have a smaller p within than the `others` of the family.

        `crossings` (X, 2): which dimensions are crossed. Units are dealt anew only for cells that
        lost something, and for those that came off worse than the rest.
        """
        size = sum(search.tested for search in searches)
        inside, rest, n = np.ones((3, len(cells.place)))
        beside = np.zeros(len(inside))
        own = Reach(np.zeros(len(inside)), np.zeros(len(inside), bool))
        for crossing, search, at in _parts(cells, np.ones(len(inside), bool)):
            one, other = crossings[crossing].tolist()
            grouping = self._crossed(one, other).grouping(cells.place[at])
            found = self._of(searches[search]).tests(grouping)
            inside[at], n[at], rest[at] = found.inside, found.n, found.against_rest
            own.least[at], own.churning[at] = found.reach
        lost = widened_p(inside, noise.net_loss, noise)
        q = inside_q(lost, own, others)
        for crossing, search, at in _parts(cells, q < SURE):
            one, other = crossings[crossing].tolist()
            grouping = self._crossed(one, other).grouping(cells.place[at])
            rest[at] = self._of(searches[search]).exact_rest_p(grouping, np.arange(len(at)))
        rest = widened_p(rest, noise.against_rest, noise)
        q = np.maximum(q, rest_q(rest, size))
        for crossing, search, at in _parts(cells, q < SURE):
            one, other = crossings[crossing].tolist()
            beside[at] = self._beside(one, other, cells.place[at], searches[search].subject.values)
        beside = widened_p(beside, noise.against_rest, noise)
        return CellTests(np.maximum(lost, rest), q, beside, n.astype(int))

    def _of(self, search: Search) -> Against:
        return Against(self.base, search.subject.values, self.units, rate=self.rate)

    def _crossed(self, one: int, other: int) -> Levels:
        return cells_of(self.dimensions[one], self.dimensions[other], len(self.base))

    def _beside(self, one: int, other: int, places: Ints, values: Floats) -> Array:
        """The p of cells (C,) at these places against the rest of the levels around each."""
        found, rows = np.zeros(len(places)), len(self.base)
        cells, width = self._crossed(one, other), len(self.dimensions[other].texts)
        for at_dimension, level in ((one, places // width), (other, places % width)):
            part = levels_of(self.dimensions[at_dimension], rows)
            for each in np.unique(level).tolist():
                at = np.flatnonzero(level == each)
                inside = np.zeros(rows, bool)
                inside[part.grouping(np.array([each])).rows] = True
                base = np.where(inside, self.base, np.nan)
                against = Against(base, values, self.units, rate=self.rate)
                p = against.exact_rest_p(cells.grouping(places[at]), np.arange(len(at)))
                found[at] = np.maximum(found[at], p)
        return found


def _parts(cells: Cells, chosen: Bools) -> Iterator[tuple[int, int, Ints]]:
    """The places of the chosen cells of each crossing and search."""
    columns = (each[chosen].tolist() for each in (cells.crossing, cells.search))
    for crossing, search in sorted(set(zip(*columns, strict=True))):
        at = chosen & (cells.crossing == crossing) & (cells.search == search)
        yield crossing, search, np.flatnonzero(at)
