"""The measures of a view, and the one that a question asks for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.layers.estimates import Estimates, Floats, exactly
from tensorboard_cnc.analysis.layers.measures import MEASURES, Measure
from tensorboard_cnc.plugin.http import BadRequestError
from tensorboard_cnc.plugin.layers.comparison import Comparison

# A module of which less than this share of the smaller side's values has a counterpart has no
# number: that of a few biases would pass for the whole network's.
_LEAST_SHARE = 0.5


def measures_of(view: wire.LayerView) -> list[Measure]:
    """The measures that a view has, the most useful first."""
    return [measure for measure in MEASURES if view in measure.views]


def chosen_measure(view: wire.LayerView, identifier: str | None) -> Measure:
    """The measure of this id; without one the first of the view.

    Raises:
        BadRequestError: 404, the view has no such measure.
    """
    known = measures_of(view)
    found = known[0] if identifier is None else next((m for m in known if m.id == identifier), None)
    if found is None:
        raise BadRequestError(
            404,
            f"There is no measure {str(identifier)[:80]} of {view}; there are: "
            f"{', '.join(measure.id for measure in known)}",
        )
    return found


def measured(comparison: Comparison, place: int, measure: Measure) -> Estimates:
    """The measure on all rows of the model number `place`; NaN where it has none."""
    if measure.of_own is not None:
        return measure.of_own(comparison.own[place])
    if place == 0 or measure.of_pairs is None:
        return exactly(np.full(len(comparison.tree.names), np.nan))
    pairs = comparison.pairs[place - 1]
    values = np.minimum(_weights(comparison, 0), _weights(comparison, place))
    enough = pairs.n >= _LEAST_SHARE * values
    found = measure.of_pairs(pairs)
    return replace(found, value=np.where(enough, found.value, np.nan))


def _weights(comparison: Comparison, place: int) -> Floats:
    """How many there are on all rows, those that were refused included; ∞ where nobody knows."""
    refused = comparison.refused[place]
    known = comparison.own[place].n + refused.weights
    return np.where(refused.unknown > 0, np.inf, known)


def told(measures: list[Measure]) -> list[wire.LayerMeasure]:
    """The measures as JSON."""
    return [
        {
            "id": measure.id,
            "label": measure.label,
            "unit": measure.unit,
            "goal": measure.goal,
            "pairwise": measure.pairwise,
            "scale": measure.scale,
        }
        for measure in measures
    ]
