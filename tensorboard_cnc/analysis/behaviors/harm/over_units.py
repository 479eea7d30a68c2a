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
from tensorboard_cnc.analysis.behaviors.harm.verdicts import Reach, inside_q, rest_q
from tensorboard_cnc.analysis.behaviors.instances import Floats, Ints


@dataclass(frozen=True, slots=True)
class CellTests:
    """Of cells (C,): the larger p and q within and against the rest; p against either level.

    `n`: how many sampled units each has.
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

        `crossings` (X, 2): which dimensions are crossed.
        """
        size = sum(search.tested for search in searches)
        inside, rest, beside, n = np.ones((4, len(cells.place)))
        own = Reach(np.zeros(len(inside)), np.zeros(len(inside), bool))
        for crossing, search, at in _parts(cells):
            one, other = (self.dimensions[each] for each in crossings[crossing].tolist())
            levels, width = cells_of(one, other, len(self.base)), len(other.texts)
            values, places = searches[search].subject.values, cells.place[at]
            grouping, of = levels.grouping(places), np.arange(len(at))
            against = Against(self.base, values, self.units, rate=self.rate)
            found = against.tests(grouping)
            inside[at], n[at] = found.inside, found.n
            own.least[at], own.churning[at] = found.reach
            rest[at] = against.exact_rest_p(grouping, of)
            beside[at] = np.maximum(
                self._beside(
                    levels_of(one, len(self.base)), places // width, values, levels, places
                ),
                self._beside(
                    levels_of(other, len(self.base)), places % width, values, levels, places
                ),
            )
        lost = widened_p(inside, noise.net_loss, noise)
        rest, beside = (widened_p(p, noise.against_rest, noise) for p in (rest, beside))
        q = inside_q(lost, own, others)
        return CellTests(
            np.maximum(lost, rest), np.maximum(q, rest_q(rest, size)), beside, n.astype(int)
        )

    def _beside(
        self, part: Levels, level: Ints, values: Floats, levels: Levels, places: Ints
    ) -> Array:
        """The p of cells (C,) at these places against the rest of the `level` (C,) around each."""
        found = np.ones(len(places))
        for each in np.unique(level).tolist():
            at = np.flatnonzero(level == each)
            inside = np.zeros(len(self.base), bool)
            inside[part.grouping(np.array([each])).rows] = True
            base = np.where(inside, self.base, np.nan)
            against = Against(base, values, self.units, rate=self.rate)
            found[at] = against.exact_rest_p(levels.grouping(places[at]), np.arange(len(at)))
        return found


def _parts(cells: Cells) -> Iterator[tuple[int, int, Ints]]:
    """The places of the cells of each crossing and search."""
    for crossing, search in sorted(
        set(zip(cells.crossing.tolist(), cells.search.tolist(), strict=True))
    ):
        yield (
            crossing,
            search,
            np.flatnonzero((cells.crossing == crossing) & (cells.search == search)),
        )
