"""The models whose harm is looked for, and the seeds of the base beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tensorboard_cnc.analysis.behaviors.harm.slices import Subject
from tensorboard_cnc.analysis.behaviors.instances import Floats
from tensorboard_cnc.analysis.behaviors.measures import Measure
from tensorboard_cnc.analysis.behaviors.proportions import two_valued
from tensorboard_cnc.analysis.retraining import retrained
from tensorboard_cnc.plugin.behaviors.base_seeds import columns_on, with_replicates
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons

# More tell little more of how much seeds do, and every two are compared.
_MOST_REPLICATES = 5


@dataclass(frozen=True, slots=True)
class HarmSubjects:
    """The base and models by what they have of a measure (N,), the larger the better.

    `rate`: values are 1 for right and 0 for wrong; `sign`: -1 where the measure's own are the
    larger the worse.
    """

    base: Floats
    rate: bool
    sign: int
    models: dict[str, Subject] = field(default_factory=dict)


def subjects_of(
    comparisons: Comparisons, comparison: Comparison, measure: Measure
) -> HarmSubjects | None:
    """Those that have the measure, without the base; None where it does not have it."""
    first, *others = comparison.models[0], *comparison.logged[1:]
    columns = {key: comparison.column(key, measure) for key in (first, *others)}
    columns = {key: each for key, each in columns.items() if np.isfinite(each).any()}
    if first not in columns:
        return None
    rate = measure.rate or two_valued(*(each[np.isfinite(each)] for each in columns.values()))
    oriented = _oriented(measure, rate)
    found = HarmSubjects(oriented(columns[first]), rate, -1 if measure.goal == "min" else 1)
    seeds: dict[str, Floats] | None = None
    for key in others:
        if key not in columns:
            continue
        values = oriented(columns[key])
        if not retrained(comparisons.catalog, first, key):
            found.models[key] = Subject(values)
            continue
        if seeds is None:
            seeds = _replicates(comparisons, comparison, measure)
        # A replicate of the base says nothing about itself.
        own = [oriented(column) for other, column in seeds.items() if other != key]
        found.models[key] = Subject(values, True, tuple(own[:_MOST_REPLICATES]))
    return found


def _oriented(measure: Measure, rate: bool) -> Callable[[Floats], Floats]:
    """Values so that the larger is the better."""
    if measure.goal != "min":
        return lambda values: values
    return lambda values: 1 - values if rate else -values


def _replicates(
    comparisons: Comparisons, comparison: Comparison, measure: Measure
) -> dict[str, Floats]:
    """What the base's replicates have, by key, on the instances of the comparison."""
    among = with_replicates(comparisons, comparison, _MOST_REPLICATES + 1)
    if among is None:
        return {}
    others = among.logged[1:]
    found = dict(zip(others, columns_on(comparison, among, others, measure), strict=True))
    return {key: each for key, each in found.items() if np.isfinite(each).any()}
