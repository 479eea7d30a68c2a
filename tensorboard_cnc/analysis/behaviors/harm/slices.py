"""Searches all slices of all models at once for those that a model harms more than the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tensorboard_cnc.analysis.behaviors.dimensions import Dimension
from tensorboard_cnc.analysis.behaviors.harm.flips import (
    Array,
    Compared,
    Counter,
    Flips,
    compared,
    levels_of,
)
from tensorboard_cnc.analysis.behaviors.harm.seeds import (
    SeedNoise,
    Squares,
    base_pairs,
    seed_noise,
    squares,
)
from tensorboard_cnc.analysis.behaviors.harm.units import Units, UnitTests, unit_tests
from tensorboard_cnc.analysis.behaviors.harm.verdicts import (
    SURE,
    q_values,
    tests_of,
    unit_p_and_q,
)
from tensorboard_cnc.analysis.behaviors.instances import Bools, Floats, Ints

# A slice and the rest are tested from so many instances on.
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Subject:
    """A model to look at, by its correctness (N,): 1, 0 or NaN; and what its seeds may have done.

    `retrained`: weights were trained between it and the base; `replicates`: correctness of other
    seeds of the base, which show how much seeds alone do.
    """

    correct: Floats
    retrained: bool = False
    replicates: tuple[Floats, ...] = ()

    @property
    def testable(self) -> bool:
        return not self.retrained or bool(self.replicates)


@dataclass(frozen=True, slots=True)
class SliceHarm:
    """Of one model: its slices (S,), one dimension after the other.

    `dimension` and `level` say which each is, `total` (1,) what is in all instances; `by_the_data`
    whether it may be tested; `groups` how many units it has. `p` and `q` are NaN where it was not
    tested, `noise` where seeds make none.
    """

    dimension: Ints
    level: Ints
    inside: Flips
    total: Flips
    by_the_data: Bools
    groups: Ints | None
    p: Array
    q: Array
    noise: SeedNoise

    @property
    def tested(self) -> Bools:
        return ~np.isnan(self.p)

    @property
    def harmed(self) -> Bools:
        return self.q < SURE


def harmed_slices(
    dimensions: Sequence[Dimension],
    base: Floats,
    subjects: Mapping[str, Subject],
    tested: Sequence[bool],
    units: Units | None = None,
) -> dict[str, SliceHarm]:
    """The slices of each model against the base's correctness (N,); one family of tests.

    `tested`: of each dimension, whether its slices are tested. Slices of models of which nothing
    broke, of fewer than 20 instances, or with fewer beside them, are only counted. `units`: where
    instances were sampled together.
    """
    models = compared(base, {key: subject.correct for key, subject in subjects.items()})
    if not models or not dimensions:
        return {}
    counters = [Counter(levels_of(each, len(base))) for each in dimensions]
    sizes = [len(each.texts) for each in dimensions]
    dimension = np.repeat(np.arange(len(sizes)), sizes)
    inside = Flips.joined(flips_in(counters, model) for model in models.values())
    slices = len(dimension)
    total = Flips.joined(model.total for model in models.values()).at(
        np.repeat(np.arange(len(models)), slices)
    )
    testable = np.array([subjects[key].testable for key in models])
    large = (inside.n >= FEWEST) & (total.n - inside.n >= FEWEST) & (total.broke > 0)
    by_the_data = np.asarray(tested, bool)[dimension]
    chosen = np.tile(by_the_data, len(models))
    at = np.flatnonzero(large & chosen & np.repeat(testable, slices))
    noise = _noise(base, [subjects[key] for key in models], counters, dimension, large & chosen)
    groups = None
    columns = np.full((2, len(total.n)), np.nan)
    if units is None:
        tests = tests_of(inside.at(at), total.at(at), noise.at(at))
        columns[:, at] = tests.p, q_values(tests)
    else:
        over_units = [_of_units(units, base, subjects[key].correct, dimensions) for key in models]
        lost, beside, groups = (np.concatenate(each) for each in zip(*over_units, strict=True))
        columns[:, at] = unit_p_and_q(lost[at], beside[at], noise.at(at))
    level = np.concatenate([np.arange(size) for size in sizes])
    found = {}
    for number, key in enumerate(models):
        own = np.arange(slices) + number * slices
        found[key] = SliceHarm(
            dimension,
            level,
            inside.at(own),
            total.at(own[:1]),
            by_the_data,
            None if groups is None else groups[own],
            columns[0, own],
            columns[1, own],
            noise.at(own),
        )
    return found


def _of_units(
    units: Units, base: Floats, correct: Floats, dimensions: Sequence[Dimension]
) -> UnitTests:
    every = np.ones(len(base), bool)
    found = [unit_tests(units, base, correct, each.grouping(every)) for each in dimensions]
    return UnitTests(*(np.concatenate(column) for column in zip(*found, strict=True)))


def flips_in(counters: Sequence[Counter], model: Compared) -> Flips:
    """Of all levels of the dimensions counted, one dimension after the other."""
    return Flips.joined(counter.flips(model) for counter in counters)


def _noise(
    base: Floats,
    subjects: Sequence[Subject],
    counters: Sequence[Counter],
    dimension: Ints,
    tested: Bools,
) -> SeedNoise:
    """Of all slices of all models, those of a model one after the other."""
    found = []
    known: dict[tuple[int, ...], list[Squares]] = {}
    for subject, large in zip(subjects, np.split(tested, len(subjects)), strict=True):
        at = np.flatnonzero(large)
        if not (subject.retrained and subject.testable and len(at)):
            found.append(SeedNoise.none(len(dimension)))
            continue
        key = tuple(map(id, subject.replicates))
        if key not in known:
            known[key] = [
                squares(flips_in(counters, pair).at(at), pair.total, dimension[at], len(counters))
                for pair in base_pairs(base, subject.replicates)
            ]
        levels = np.bincount(dimension[at], minlength=len(counters))
        found.append(seed_noise(known[key], levels, 1 + len(subject.replicates)).at(dimension))
    return SeedNoise(*(np.concatenate(column) for column in zip(*found, strict=True)))
