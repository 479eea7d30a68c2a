"""One model's search through crossed dimensions: which cells may have a small p."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from tensorboard_cnc.analysis.behaviors.harm.flips import (
    Array,
    Compared,
    Counter,
    Flips,
    Sums,
    compared,
)
from tensorboard_cnc.analysis.behaviors.harm.net_loss import Attainable, churns_more, shift
from tensorboard_cnc.analysis.behaviors.harm.seeds import (
    SeedNoise,
    Squares,
    base_pairs,
    by_attribute,
    seed_noise,
    squares,
)
from tensorboard_cnc.analysis.behaviors.harm.slices import FEWEST, Subject
from tensorboard_cnc.analysis.behaviors.harm.welch import by_points
from tensorboard_cnc.analysis.behaviors.instances import Floats, Ints
from tensorboard_cnc.analysis.behaviors.slices import SMALL

# With fewer flips, even if all broke, no net loss has a small p.
_FEWEST_FLIPS = 5
# Of what comes off no worse than so, no p is small.
_NO_LOSS, _NO_WORSE = 1.0, -1.3


class Cells(NamedTuple):
    """Cells (C,) whose p may be small: of which search, crossing and place; what is in them."""

    search: Ints
    crossing: Ints
    place: Ints
    inside: Flips
    sums: Sums

    def at(self, places: Ints) -> Cells:
        """Those at some places of the arrays."""
        columns = self.search, self.crossing, self.place
        search, crossing, place = (each[places] for each in columns)
        return Cells(search, crossing, place, self.inside.at(places), self.sums.at(places))


class _Seeds:
    """The noise of seeds in crossings, where the model was trained anew."""

    def __init__(self, base: Floats, subject: Subject, *, rate: bool) -> None:
        self._seeds = 1 + len(subject.replicates)
        pairs = base_pairs(base, subject.replicates) if subject.retrained else []
        found = [compared(one, {"": other}, rate=rate) for one, other in pairs]
        self._pairs = [model for each in found for model in each.values()]
        self._squares: list[list[Squares]] = [[] for _ in self._pairs]

    def look(self, counter: Counter) -> None:
        """Looks at all cells of the next crossing."""
        for pair, found in zip(self._pairs, self._squares, strict=True):
            every = counter.flips(pair)
            large = np.flatnonzero(every.n >= SMALL)
            inside = counter.sums(pair, every).at(large)
            within, t = squares(inside, pair.sums)
            found.append(by_attribute(within, t, np.zeros(len(large), int), 1))

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
class Search:
    """What is found about one model, crossing by crossing.

    Of all cells with flips enough for a small p only what the correction needs is kept.
    """

    key: str
    subject: Subject
    model: Compared
    seeds: _Seeds
    tested: int = 0
    attainable: list[Attainable] = field(default_factory=list)
    cells: list[tuple[Ints, Flips, Sums]] = field(default_factory=list)

    @classmethod
    def of(cls, key: str, subject: Subject, model: Compared, base: Floats) -> Search:
        """That of a model, before anything is looked at."""
        return cls(key, subject, model, _Seeds(base, subject, rate=model.gains is None))

    def look(self, counter: Counter) -> None:
        """Looks at all cells of the next crossing."""
        total, every = self.model.total, counter.flips(self.model)
        large = (every.n >= SMALL) & (total.n - every.n >= FEWEST)
        self.tested += self.subject.testable * int(np.count_nonzero(large))
        kept = np.flatnonzero(large & (every.churn >= _FEWEST_FLIPS))
        inside, sums = every.at(kept), counter.sums(self.model, every).at(kept)
        z = _loss(sums)
        if self.model.gains is None:
            shifted = shift(inside, total.without(inside))
            z = shifted.z
            if self.subject.testable:
                more = churns_more(inside, total)
                spread = np.full(len(more), self.subject.retrained)
                self.attainable.append(Attainable(inside.churn, shifted.share, more, spread))
        t = by_points(sums, self.model.sums.without(sums)).t
        at = np.flatnonzero((z > _NO_LOSS) & (t < _NO_WORSE))
        self.cells.append((kept[at], inside.at(at), sums.at(at)))
        self.seeds.look(counter)


def _loss(sums: Sums) -> Array:
    """By how many standard errors the mean change of slices (S,) is below 0."""
    return np.asarray(-sums.gain / np.sqrt(np.where(sums.squares > 0, sums.squares, np.inf)))


def all_cells(searches: Sequence[Search]) -> Cells:
    """Those of all searches."""
    found = [
        (np.full(len(places), number), np.full(len(places), crossing), places, inside, sums)
        for number, search in enumerate(searches)
        for crossing, (places, inside, sums) in enumerate(search.cells)
    ]
    search, crossing, place, inside, sums = zip(*found, strict=True)
    return Cells(
        np.concatenate(search),
        np.concatenate(crossing),
        np.concatenate(place),
        Flips.joined(inside),
        Sums.joined(sums),
    )
