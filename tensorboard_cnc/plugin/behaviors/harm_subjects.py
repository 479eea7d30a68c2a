"""The models whose harm is looked for, and the seeds of the base beside them."""

from __future__ import annotations

import numpy as np

from tensorboard_cnc.analysis.behaviors.harm.slices import Subject
from tensorboard_cnc.analysis.behaviors.harm.units import Units
from tensorboard_cnc.analysis.behaviors.harm_values import value_harm
from tensorboard_cnc.analysis.behaviors.instances import NONE, Floats, rows_of
from tensorboard_cnc.analysis.differences.replicates import replicates_of
from tensorboard_cnc.analysis.retraining import retrained
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons

# More tell little more of how much seeds do, and every two are compared.
_MOST_REPLICATES = 5


def subjects_of(comparisons: Comparisons, comparison: Comparison) -> dict[str, Subject]:
    """The models whose right and wrong predictions are known, without the base."""
    base = comparison.models[0]
    found: dict[str, Subject] = {}
    seeds: dict[str, Floats] | None = None
    for key in comparison.logged[1:]:
        correct = comparison.evaluations[key].correct
        if correct is None:
            continue
        if not retrained(comparisons.catalog, base, key):
            found[key] = Subject(correct)
            continue
        if seeds is None:
            seeds = _replicates(comparisons, comparison)
        # A replicate of the base says nothing about itself.
        others = [column for other, column in seeds.items() if other != key]
        found[key] = Subject(correct, True, tuple(others[:_MOST_REPLICATES]))
    return found


def units_of(comparison: Comparison) -> Units | None:
    """What was sampled, where instances were sampled together."""
    groups = comparison.truth.groups
    return None if groups is None else Units(groups, value_harm)


def _replicates(comparisons: Comparisons, comparison: Comparison) -> dict[str, Floats]:
    """Correctness (N,) of the base's replicates, by key, on the instances of the comparison."""
    base = comparison.models[0]
    keys = replicates_of(comparisons.catalog, base, comparisons.evaluated())
    if not keys:
        return {}
    among = comparisons.among([base, *keys[: _MOST_REPLICATES + 1]])
    at = rows_of(comparison.instances.ids, among.instances.ids)
    found = {}
    for key in among.logged[1:]:
        correct = among.evaluations[key].correct
        if correct is not None:
            found[key] = np.where(at == NONE, np.float32(np.nan), correct[at])
    return found
