"""The level "harmed": slices in which right→wrong flips are over-represented."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.counts import outcomes, with_flip
from tensorboard_cnc.analysis.behaviors.dimensions import Dimension, Grouping
from tensorboard_cnc.analysis.behaviors.harmed import (
    Harmed,
    HarmedPair,
    harmed_pairs,
    harmed_slices,
)
from tensorboard_cnc.analysis.behaviors.instances import Ints
from tensorboard_cnc.analysis.behaviors.slices import SMALL
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons
from tensorboard_cnc.plugin.questions import BehaviorsQuestion
from tensorboard_cnc.plugin.responses import number, significant

# Of thousands of classes nobody reads more.
_MOST = 200


def harmed_json(question: BehaviorsQuestion, comparisons: Comparisons) -> wire.HarmedSlices:
    """Searches the question's dimensions; without any the labels and every attribute.

    Raises:
      BadRequestError: 404, there is no such dimension.
    """
    comparison = comparisons.selection
    dimensions = [comparison.dimension(id) for id in question.by] or [
        each for each in comparison.dimensions if each.id.startswith(("label", "attribute/"))
    ]
    reason = _why_not(comparison, dimensions)
    found: list[Harmed] = []
    pairs: list[HarmedPair] = []
    tests = pair_tests = 0
    if reason is None and comparison.base is not None:
        models = {key: comparison.evaluations[key] for key in comparison.logged[1:]}
        found, tests = harmed_slices(dimensions, comparison.base, models)
        pairs, pair_tests = harmed_pairs(dimensions, comparison.base, models)
    mended = _Mended(comparison)
    return {
        "dataset": comparison.dataset,
        "slices": [
            {
                "model": each.model,
                "by": each.dimension.id,
                "level": each.level,
                "name": each.dimension.name,
                "text": each.dimension.texts[each.level],
                "n": each.n,
                "flips": each.flips,
                "mended": mended.count(each.model, [(each.dimension, each.level)]),
                "lift": significant(each.lift),
                "p": significant(each.p),
                "q": number(each.q) or 0.0,
                "small": each.n < SMALL,
            }
            for each in found[:_MOST]
        ],
        "tests": tests,
        "pairs": [_pair_json(each, mended) for each in pairs[:_MOST]],
        "pair_tests": pair_tests,
        "reason": reason,
    }


def _pair_json(pair: HarmedPair, mended: _Mended) -> wire.HarmedPair:
    parts = list(zip(pair.dimensions, pair.levels, strict=True))
    return {
        "model": pair.model,
        "by": [each.id for each in pair.dimensions],
        "levels": list(pair.levels),
        "names": [each.name for each in pair.dimensions],
        "texts": [dimension.texts[level] for dimension, level in parts],
        "n": pair.n,
        "flips": pair.flips,
        "mended": mended.count(pair.model, parts),
        "lift": significant(pair.lift),
        "part_lift": significant(pair.part_lift),
        "p": significant(pair.p),
        "q": number(pair.q) or 0.0,
    }


class _Mended:
    """Counts the instances that went from wrong to right in each model."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._groups: dict[tuple[str, str], Grouping] = {}

    def count(self, model: str, parts: Sequence[tuple[Dimension, int]]) -> int:
        """How many did in `model` that are in all these levels."""
        rows = [self._rows(model, dimension, level) for dimension, level in parts]
        return len(reduce(np.intersect1d, rows))

    def _rows(self, model: str, dimension: Dimension, level: int) -> Ints:
        groups = self._groups.get((model, dimension.id))
        if groups is None:
            keys = self._comparison.models[0], model
            base, other = (self._comparison.evaluations[key] for key in keys)
            groups = dimension.grouping(with_flip(base, other, "positive"))
            self._groups[model, dimension.id] = groups
        rows: Ints = groups.rows[groups.codes == level]
        return rows


def _why_not(comparison: Comparison, dimensions: Sequence[Dimension]) -> str | None:
    base = comparison.base
    if base is None:
        return "The base has no predictions on this data set."
    if not dimensions:
        return "There is nothing to slice by: log labels= or attributes= with the data set."
    others = [comparison.evaluations[key] for key in comparison.logged[1:]]
    if not others:
        return "No other model with predictions on this data set is selected."
    if base.correct is None or all(each.correct is None for each in others):
        return "It is not known which predictions are right: log labels= with the data set."
    tables = [outcomes(base, each, each.present) for each in others]
    if not any(table and table.negative for table in tables):
        return "No prediction went from right to wrong."
    return None
