"""How much the base differs from its replicates by seeds alone, for models trained anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tensorboard_cnc.analysis.behaviors.estimates import Change, seeds_of, with_seeds
from tensorboard_cnc.analysis.behaviors.instances import NONE, Floats, rows_of
from tensorboard_cnc.analysis.behaviors.measures import Measure
from tensorboard_cnc.analysis.differences.replicates import replicates_of
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons
from tensorboard_cnc.plugin.behaviors.rows import FilteredRows

_TWIN = "Only a seed tells it from the base: this is how much two seeds differ."
_NO_TWINS = (
    "Trained anew, so seeds tell the two apart as well; by how much is not known without two more "
    "models of the base's recipe: no test, and the interval holds the sample's error alone."
)
_NO_RATIO = (
    "Trained anew, so seeds tell the two apart as well, of which the interval of a ratio would "
    "hold nothing."
)
# The base, and as many replicates of it: of two seeds alone any spread may be by chance.
_LEAST_SEEDS = 3


def with_replicates(
    comparisons: Comparisons, comparison: Comparison, most: int
) -> Comparison | None:
    """The base and at most so many replicates of it on this data set; None without any."""
    base = comparison.models[0]
    if comparison.base is None:
        return None
    replicates = replicates_of(comparisons.catalog, base, comparisons.evaluated())
    return comparisons.among([base, *replicates[:most]]) if replicates else None


def columns_on(
    comparison: Comparison, among: Comparison, keys: Sequence[str], measure: Measure
) -> list[Floats]:
    """The measure of replicates (k arrays, N) on the instances of another comparison."""
    at = rows_of(comparison.instances.ids, among.instances.ids)
    return [np.where(at == NONE, np.nan, among.column(key, measure)[at]) for key in keys]


class BaseSeeds:
    """What seeds add to the error of changes.

    `among`: the base and its replicates, compared on the same data set; None without replicates.
    `retrained`: whether seeds may tell the model with this key from the base.
    """

    def __init__(self, among: Comparison | None, retrained: Callable[[str], bool]) -> None:
        self._among, self._retrained = among, retrained

    def judged(self, found: Change, filtered: FilteredRows, key: str) -> Change:
        """The change of a model with the error that is due to seeds, or what is not known of it."""
        if found.p is None or not self._retrained(key):
            return found
        among = self._among
        twins = [] if among is None else [each for each in among.logged if each != key]
        if among is not None and len(twins) >= _LEAST_SEEDS:
            columns = columns_on(filtered.comparison, among, twins, filtered.measure)
            seeds = seeds_of(
                [np.where(filtered.rows, each, np.nan) for each in columns],
                rate=filtered.measure.rate,
                groups=filtered.comparison.truth.groups,
            )
            if seeds is not None:
                return with_seeds(found, seeds, rate=filtered.measure.rate)
        if among is not None and key in among.logged:
            return found.untested(_TWIN)
        return found.unsure(_NO_TWINS)

    def why_no_ratio(self, key: str) -> str | None:
        """Why the ratio of this model's mean to the base's has no interval; None where it has."""
        return _NO_RATIO if self._retrained(key) else None
