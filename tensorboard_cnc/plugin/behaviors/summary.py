"""The level "summary": what there is to look at, and each model against the base."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.dimensions import Dimension
from tensorboard_cnc.analysis.behaviors.evaluation import Bools
from tensorboard_cnc.analysis.behaviors.histogram import common_edges
from tensorboard_cnc.analysis.behaviors.measures import Form, Measure
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.behaviors.model_summary import Kept, model_summary, not_logged


def measures_told(measures: Sequence[Measure]) -> list[wire.BehaviorMeasure]:
    """The measures as JSON."""
    return [
        {
            "id": each.id,
            "label": each.label,
            "unit": each.unit,
            "goal": each.goal,
            "rate": each.rate,
            "pairwise": each.pairwise,
            "forms": list(each.forms),
        }
        for each in measures
    ]


def dimensions_told(dimensions: Sequence[Dimension], n: int) -> list[wire.Dimension]:
    """The dimensions as JSON, with the instances of each level."""
    everything = np.ones(n, bool)
    found: list[wire.Dimension] = []
    for each in dimensions:
        counts = np.bincount(each.grouping(everything).codes, minlength=len(each.texts)).tolist()
        found.append(
            {
                "id": each.id,
                "name": each.name,
                "numeric": each.numeric,
                "overlapping": each.overlapping,
                "levels": [
                    {"text": text, "n": count}
                    for text, count in zip(each.texts, counts, strict=True)
                ],
            }
        )
    return found


def models_told(
    comparison: Comparison, measure: Measure, form: Form, rows: Bools
) -> tuple[list[wire.ModelBehavior], list[float]]:
    """Each model over the instances `rows` (N,), and the edges of all histograms."""
    kept = Kept(comparison, rows, measure, form)
    # The bins stay where they are while filters change.
    edges = common_edges(
        [comparison.column(key, measure, form) for key in comparison.logged if kept.has_value(key)]
    )
    told = [
        model_summary(kept, key, edges) if key in comparison.evaluations else not_logged(key)
        for key in comparison.models
    ]
    return told, edges.tolist()
