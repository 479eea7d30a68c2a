"""Searches all slices of all models at once for those that a model harms more than the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tensorboard_cnc.analysis.behaviors.dimensions import Dimension, Grouping
from tensorboard_cnc.analysis.behaviors.harm.flips import (
    Array,
    Compared,
    Counter,
    Flips,
    Sums,
    compared,
    levels_of,
)
from tensorboard_cnc.analysis.behaviors.harm.seeds import (
    SeedNoise,
    Squares,
    base_pairs,
    by_attribute,
    moderated,
    seed_noise,
    squares,
    widened_p,
)
from tensorboard_cnc.analysis.behaviors.harm.units import Against, UnitTests
from tensorboard_cnc.analysis.behaviors.harm.verdicts import (
    SURE,
    inside_q,
    q_values,
    rest_q,
    tests_of,
)
from tensorboard_cnc.analysis.behaviors.instances import Bools, Floats, Ints

# A slice and the rest are tested from so many instances on.
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Subject:
    """A model to look at, by its values (N,), NaN where not known; and what seeds may have done.

    Values are 1 for right and 0 for wrong, or scores, the larger the better. `retrained`: weights
    were trained between it and the base; `replicates`: values of other seeds of the base, which
    show how much seeds alone do.
    """

    values: Floats
    retrained: bool = False
    replicates: tuple[Floats, ...] = ()

    @property
    def testable(self) -> bool:
        return not self.retrained or bool(self.replicates)


@dataclass(frozen=True, slots=True)
class SliceHarm:
    """Of one model: its slices (S,), one dimension after the other.

    `dimension` and `level` say which each is; `total` and `all_sums` (1,) are of all instances;
    `by_the_data`: whether it may be tested; `groups`: how many units it has. `p` and `q` are NaN
    where it was not tested, `noise` where seeds make none.
    """

    dimension: Ints
    level: Ints
    inside: Flips
    sums: Sums
    total: Flips
    all_sums: Sums
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


@dataclass(frozen=True, slots=True)
class _Slices:
    """All slices (S,) of some dimensions, one dimension after the other."""

    dimensions: Sequence[Dimension]
    counters: Sequence[Counter]
    dimension: Ints
    level: Ints

    @classmethod
    def of(cls, dimensions: Sequence[Dimension], n_rows: int) -> _Slices:
        sizes = [len(each.texts) for each in dimensions]
        counters = [Counter(levels_of(each, n_rows)) for each in dimensions]
        level = np.concatenate([np.arange(size) for size in sizes])
        return cls(dimensions, counters, np.repeat(np.arange(len(sizes)), sizes), level)

    def groupings(self, n_rows: int) -> list[Grouping]:
        every = np.ones(n_rows, bool)
        return [each.grouping(every) for each in self.dimensions]


def harmed_slices(
    dimensions: Sequence[Dimension],
    base: Floats,
    subjects: Mapping[str, Subject],
    tested: Sequence[bool],
    units: Ints | None = None,
    *,
    rate: bool = True,
) -> dict[str, SliceHarm]:
    """The slices of each model against the base's values (N,); one family of tests.

    `tested`: of each dimension, whether its slices are tested. Slices of models of which nothing
    broke, of fewer than 20 instances, or with fewer beside them, are only counted. `units`: codes
    (N,) of what instances were sampled in; `rate`: values are right or wrong.
    """
    models = compared(base, {key: each.values for key, each in subjects.items()}, rate=rate)
    if not models or not dimensions:
        return {}
    slices = _Slices.of(dimensions, len(base))
    n = len(slices.dimension)
    inside = Flips.joined(flips_in(slices.counters, model) for model in models.values())
    sums = inside.sums
    if not rate:
        sums = Sums.joined(sums_in(slices.counters, model) for model in models.values())
    total = Flips.joined(each.total for each in models.values()).at(
        np.arange(len(models)).repeat(n)
    )
    large = (inside.n >= FEWEST) & (total.n - inside.n >= FEWEST) & (total.broke > 0)
    by_the_data = np.asarray(tested, bool)[slices.dimension]
    large &= np.tile(by_the_data, len(models))
    ordered = [subjects[key] for key in models]
    at = np.flatnonzero(large & np.repeat([each.testable for each in ordered], n))
    by_count = rate and units is None
    against = [] if by_count else [Against(base, s.values, units, rate=rate) for s in ordered]
    noise = _noise(slices, base, ordered, large, None if by_count else (units, rate))
    groups, columns = None, np.full((2, len(large)), np.nan)
    if by_count:
        tests = tests_of(inside.at(at), total.at(at), noise.at(at))
        columns[:, at] = tests.p, q_values(tests)
    else:
        columns[:, at], groups = _over_units(slices, against, at, noise.at(at))
    found = {}
    for number, (key, model) in enumerate(models.items()):
        own = np.arange(n) + number * n
        found[key] = SliceHarm(
            slices.dimension,
            slices.level,
            inside.at(own),
            sums.at(own),
            model.total,
            model.sums,
            by_the_data,
            None if groups is None or units is None else groups[own],
            columns[0, own],
            columns[1, own],
            noise.at(own),
        )
    return found


def _over_units(
    slices: _Slices, against: Sequence[Against], at: Ints, noise: SeedNoise
) -> tuple[Array, Ints]:
    """P and q (2, T) of the slices of all models at these places, and the units of all slices.

    Units are dealt anew only for slices that lost something: no others are harmed.
    """
    n, groupings = len(slices.dimension), slices.groupings(against[0].n_rows)
    tests = UnitTests.joined([each.tests(of) for each in against for of in groupings])
    beside = tests.against_rest.copy()
    lost = widened_p(tests.inside[at], noise.net_loss, noise)
    q = inside_q(lost, tests.reach.at(at))
    for place in np.unique(_parts(slices, at[q < SURE])).tolist():
        model, dimension = divmod(place, len(groupings))
        own = at[(q < SURE) & (_parts(slices, at) == place)]
        levels = slices.level[own % n]
        beside[own] = against[model].exact_rest_p(groupings[dimension], levels)
    rest = widened_p(beside[at], noise.against_rest, noise)
    found = np.maximum(lost, rest), np.maximum(q, rest_q(rest, len(at)))
    return np.array(found), tests.n


def _parts(slices: _Slices, at: Ints) -> Ints:
    """Of slices of models the place of model and dimension, model · dimensions + dimension."""
    model, place = np.divmod(at, len(slices.dimension))
    return model * len(slices.dimensions) + slices.dimension[place]


def flips_in(counters: Sequence[Counter], model: Compared) -> Flips:
    """Of all levels of the dimensions counted, one dimension after the other."""
    return Flips.joined(counter.flips(model) for counter in counters)


def sums_in(counters: Sequence[Counter], model: Compared) -> Sums:
    """The same of what they gained."""
    return Sums.joined(counter.sums(model, counter.flips(model)) for counter in counters)


def _noise(
    slices: _Slices,
    base: Floats,
    subjects: Sequence[Subject],
    tested: Bools,
    over: tuple[Ints | None, bool] | None,
) -> SeedNoise:
    """Of all slices of all models, those of a model one after the other.

    `over`: units and whether values are right or wrong, where numbers are tested, not counts.
    """
    found = []
    known: dict[tuple[int, ...], list[tuple[Array, Array]]] = {}
    for subject, large in zip(subjects, np.split(tested, len(subjects)), strict=True):
        at = np.flatnonzero(large)
        if not (subject.retrained and subject.testable and len(at)):
            found.append(SeedNoise.none(len(slices.dimension)))
            continue
        key = tuple(map(id, subject.replicates))
        if key not in known:
            pairs = base_pairs(base, subject.replicates)
            known[key] = [_pair_squares(slices, one, other, over) for one, other in pairs]
        attribute, attributes = slices.dimension[at], len(slices.dimensions)
        by_pair: list[Squares] = [
            by_attribute(within[at], t[at], attribute, attributes) for within, t in known[key]
        ]
        levels = np.bincount(attribute, minlength=attributes)
        seeds = 1 + len(subject.replicates)
        noise = seed_noise(by_pair, levels, seeds).at(slices.dimension)
        found.append(moderated(noise, at, known[key], seeds))
    return SeedNoise(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _pair_squares(
    slices: _Slices, one: Floats, other: Floats, over: tuple[Ints | None, bool] | None
) -> tuple[Array, Array]:
    """Of all slices: t within and against the rest of one seed against another, squared."""
    if over is None:
        (model,) = compared(one, {"": other}).values()
        return squares(sums_in(slices.counters, model), model.sums)
    units, rate = over
    against = Against(one, other, units, rate=rate)
    found = [against.squares(grouping) for grouping in slices.groupings(len(one))]
    within, t = zip(*found, strict=True)
    return np.concatenate(within), np.concatenate(t)
