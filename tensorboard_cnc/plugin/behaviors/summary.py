"""The level "summary": what there is to look at, and each model against the base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.counts import common_edges, noise_floor
from tensorboard_cnc.analysis.behaviors.dimensions import Dimension
from tensorboard_cnc.analysis.behaviors.instances import NONE, Bools, rows_of
from tensorboard_cnc.analysis.behaviors.measures import Measure
from tensorboard_cnc.analysis.retraining import retrained
from tensorboard_cnc.plugin.behaviors.base_seeds import BaseSeeds, with_replicates
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons, EvaluationSet
from tensorboard_cnc.plugin.behaviors.model_summary import model_summary, not_logged
from tensorboard_cnc.plugin.behaviors.rows import FilteredRows, chosen_by_outcome, filtered_rows
from tensorboard_cnc.plugin.questions import BehaviorsQuestion
from tensorboard_cnc.plugin.responses import number, significant
from tensorboard_cnc.plugin.shared_work import while_wanted

# Pairs of more replicates than these tell nothing new.
_MOST_REPLICATES = 7


def summary(question: BehaviorsQuestion, comparisons: Comparisons) -> wire.BehaviorSummary:
    """What there is to look at, and each model over the instances that the filter leaves.

    Raises:
      BadRequestError: the question names something that does not exist.
    """
    found: wire.BehaviorSummary = {
        "datasets": [],
        "dataset": None,
        "kind": None,
        "measures": [],
        "measure": None,
        "form": question.form,
        "dimensions": [],
        "has_texts": False,
        "has_images": False,
        "groups": None,
        "base": question.base,
        "n": 0,
        "n_filtered": 0,
        "models": [not_logged(key) for key in question.keys],
        "edges": [],
        "noise": None,
        "notes": comparisons.notes,
    }
    if comparisons.chosen is None:
        return found
    comparison = comparisons.selection
    truth, data = comparison.truth, comparison.instances.dataset
    rows = filtered_rows(comparison, question.filter)
    hint = chosen_by_outcome(comparison, question.filter)
    twins = with_replicates(comparisons, comparison, _MOST_REPLICATES)
    measure = comparison.measure(question.measure)
    found["datasets"] = _datasets_json(comparisons.sets, comparisons.sizes())
    found["dataset"], found["kind"] = comparison.dataset, truth.kind
    found["measures"] = _measures_json(comparison.measures)
    if measure is not None:
        found["measure"] = measure.id
        found["form"] = "value" if measure.pairwise else question.form
        filtered = FilteredRows(comparison, rows, measure, question.form, hint)
        seeds = BaseSeeds(twins, partial(retrained, comparisons.catalog, question.base))
        found["models"], found["edges"] = _models_json(filtered, seeds)
    found["dimensions"] = _dimensions_json(comparison.dimensions)
    found["has_texts"] = bool(data and data.texts is not None)
    found["has_images"] = bool(data and data.images is not None)
    found["groups"] = truth.n_groups
    found["n"], found["n_filtered"] = truth.n, int(np.count_nonzero(rows))
    found["noise"] = None if twins is None else _noise(twins, comparison, rows)
    if hint is not None:
        found["hint"] = hint
    found["notes"] = [*comparisons.notes, *_limits(comparison, comparisons.catalog.complete)]
    return found


def _models_json(
    filtered: FilteredRows, seeds: BaseSeeds
) -> tuple[list[wire.ModelBehavior], list[float]]:
    """Each model over the filtered instances, and the edges of all histograms."""
    comparison, measure, form = filtered.comparison, filtered.measure, filtered.form
    # The bins stay where they are while filters change.
    edges = common_edges(
        [
            comparison.column(key, measure, form)
            for key in comparison.logged
            if filtered.has_value(key)
        ]
    )
    models = [
        model_summary(filtered, key, edges, seeds)
        if key in comparison.evaluations
        else not_logged(key)
        for key in while_wanted(comparison.models)
    ]
    return models, edges.tolist()


def _noise(among: Comparison, comparison: Comparison, rows: Bools) -> wire.NoiseFloor | None:
    """How much the base and its replicates differ."""
    at = rows_of(among.instances.ids, comparison.instances.ids)
    found = noise_floor([among.evaluations[key] for key in among.logged], (at != NONE) & rows[at])
    if found is None:
        return None
    return {
        "models": among.logged,
        "changed": significant(found.changed),
        "negative": number(found.negative),
    }


def _limits(comparison: Comparison, complete: bool) -> Iterator[wire.BehaviorNote]:
    """What limits the comparison, model by model; `complete`: the log directory was read whole."""
    kind = comparison.truth.kind
    if comparison.instances.dataset is None:
        read = "No run has logged this data set"
        unread = "This data set is not among what was read so far"
        yield {
            "message": f"{read if complete else unread}; instances are compared by id.",
            "remedy": "Log it once with cnc_summary.dataset(writer, name, ids, labels=…).",
        }
    if comparison.truth.n_groups == 1:
        yield {
            "message": f"All {comparison.truth.n:,} instances are of one group, so there is no "
            "test and no interval: how groups differ is unknown.",
            "remedy": "Log the data set again with groups= of what was sampled independently, or "
            "without it where that is the instance.",
        }
    for key, record in comparison.records.items():
        if contradicted := comparison.evaluations[key].contradicted:
            yield {
                "message": f"{contradicted:,} of its {len(record.ids):,} predictions were judged "
                "right or wrong by labels that differ from the data set's, which are used here.",
                "remedy": "Pass ids and labels in the same order, or log its predictions under "
                "another data set's name.",
                "model": key,
            }
        if record.kind not in (kind, "scores"):
            yield {
                "message": f"Its predictions are {record.kind}, not {kind}; only its scores count.",
                "remedy": "Log its predictions in the same form as the others'.",
                "model": key,
            }
        elif record.dropped:
            yield {
                "message": "Its predictions lack what did not fit into max_bytes: "
                f"{', '.join(record.dropped)}.",
                "remedy": "Log with a larger max_bytes= to keep them.",
                "model": key,
            }


def _datasets_json(
    sets: Iterable[EvaluationSet], sizes: Mapping[str, int]
) -> list[wire.EvaluationSet]:
    """The data sets; `sizes`: instances by key."""
    return [
        {
            "key": each.key,
            "name": each.name,
            "fingerprint": each.fingerprint,
            "instances": sizes.get(each.key),
            "logged": each.dataset is not None,
            "runs": list(each.runs),
            "models": list(each.predictions),
        }
        for each in sets
    ]


def _measures_json(measures: Sequence[Measure]) -> list[wire.BehaviorMeasure]:
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


def _dimensions_json(dimensions: Sequence[Dimension]) -> list[wire.Dimension]:
    """The dimensions as JSON, with the instances of each level."""
    return [
        {
            "id": each.id,
            "name": each.name,
            "numeric": each.numeric,
            "overlapping": each.overlapping,
            "levels": [
                {"text": text, "n": count}
                for text, count in zip(each.texts, each.counts().tolist(), strict=True)
            ],
        }
        for each in dimensions
    ]
