"""How much the base differs from its replicates by seeds alone, for models trained anew."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tensorboard_cnc.analysis.behaviors.estimates import Change, seeds_of, with_seeds
from tensorboard_cnc.analysis.behaviors.instances import NONE, rows_of
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.behaviors.rows import FilteredRows

_TWIN = "Only a seed tells it from the base: this is how much two seeds differ."
_NO_TWINS = (
    "Trained anew, so seeds tell the two apart as well; by how much is not known without two more "
    "models of the base's recipe: no test, and the interval holds the sample's error alone."
)
# The base, and as many replicates of it: of two seeds alone any spread may be by chance.
_LEAST_SEEDS = 3


class BaseSeeds:
    """What seeds add to the error of changes.

    `among`: the base and its replicates, compared on the same data set; None without replicates.
    `retrained`: whether the weights of the model with this key were trained apart from the base's.
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
            at = rows_of(filtered.comparison.instances.ids, among.instances.ids)
            there = filtered.rows & (at != NONE)
            columns = [
                np.where(there, among.column(each, filtered.measure)[at], np.nan) for each in twins
            ]
            seeds = seeds_of(
                columns, rate=filtered.measure.rate, groups=filtered.comparison.truth.groups
            )
            if seeds is not None:
                return with_seeds(found, seeds)
        if among is not None and key in among.logged:
            return found.untested(_TWIN)
        return found.unsure(_NO_TWINS)
