"""The level "summary": what each model does on the data set, against the base."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.calibration import reliability
from tensorboard_cnc.analysis.behaviors.dimensions import Dimension
from tensorboard_cnc.analysis.behaviors.estimates import change, mean
from tensorboard_cnc.analysis.behaviors.evaluation import NONE, Bools, Evaluation, Floats
from tensorboard_cnc.analysis.behaviors.flips import (
    both_answered,
    most_frequent,
    outcomes,
    transitions,
)
from tensorboard_cnc.analysis.behaviors.histogram import common_edges, counts_in
from tensorboard_cnc.analysis.behaviors.measures import Form, Measure
from tensorboard_cnc.plugin.behaviors.answers_shown import names_of
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.behaviors.estimates_told import change_told, estimate_told
from tensorboard_cnc.plugin.json_numbers import number, numbers, significant

# Answers and changes told of each model.
_TOP = 8


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
    comparison: Comparison, measure: Measure, form: Form, kept: Bools
) -> tuple[list[wire.ModelBehavior], list[float]]:
    """Each model over the instances `kept` (N,), and the edges of all histograms."""
    columns = {key: comparison.column(key, measure, form) for key in comparison.logged}
    base = comparison.models[0]
    relative = form != "value" or measure.pairwise
    shown = {key: column for key, column in columns.items() if not (relative and key == base)}
    # The bins stay where they are while filters change.
    edges = common_edges(list(shown.values()))
    kept_shown = {key: column[kept] for key, column in shown.items()}
    told = [
        _model(comparison, key, measure, form, kept, kept_shown.get(key), edges)
        if key in columns
        else not_logged(key)
        for key in comparison.models
    ]
    return told, edges.tolist()


def _model(
    comparison: Comparison,
    key: str,
    measure: Measure,
    form: Form,
    kept: Bools,
    values: Floats | None,
    edges: NDArray[np.float64],
) -> wire.ModelBehavior:
    model = comparison.evaluation(key)
    told = not_logged(key)
    told["logged"] = True
    told["n"] = int(np.count_nonzero(model.present & kept))
    told["n_shared"] = int(np.count_nonzero(comparison.shared(key) & kept))
    told["excluded"] = _excluded(comparison, key)
    if values is not None:
        rate = measure.rate and form == "value"
        told["value"] = estimate_told(mean(values, rate=rate))
        counts = counts_in(values, edges)
        n_known = int(counts.sum())
        told["histogram"] = {"counts": counts.tolist(), "n_excluded": told["n"] - n_known}
    told["nll"] = _mean_of(comparison, key, "nll", kept)
    told["brier"] = _mean_of(comparison, key, "brier", kept)
    told["answers"] = _answers(comparison, key, kept)
    if model.correct is not None:
        right = mean(model.correct[kept], rate=True)
        told["error"] = number(1 - right.value)
        told["calibration"] = _calibration(model, kept)
    if comparison.base is not None and key != comparison.models[0]:
        _against_base(told, comparison, comparison.base, key, measure, kept)
    return told


def _against_base(
    told: wire.ModelBehavior,
    comparison: Comparison,
    base: Evaluation,
    key: str,
    measure: Measure,
    kept: Bools,
) -> None:
    model = comparison.evaluation(key)
    if not measure.pairwise:
        after = comparison.column(key, measure)[kept]
        before = comparison.column(comparison.models[0], measure)[kept]
        told["change"] = change_told(change(after, before, rate=measure.rate))
    table = outcomes(base, model, kept)
    if table is not None and table.n:
        told["outcomes"] = {
            "n": table.n,
            "both_right": table.both_right,
            "negative": table.negative,
            "positive": table.positive,
            "both_wrong": table.both_wrong,
            "changed_wrong": table.changed_wrong,
        }
        wrong_before = table.positive + table.both_wrong
        if wrong_before:
            told["error_relative"] = number((table.negative - table.positive) / wrong_before)
    if base.answers is not None and model.answers is not None:
        told["agreement"] = _mean_of(comparison, key, "agrees", kept)
        told["changes"] = _changes(comparison, base, key, kept)
    told["kl"] = _divergence(comparison, key, kept)


def _mean_of(comparison: Comparison, key: str, measure: str, kept: Bools) -> wire.Estimate | None:
    found = next((each for each in comparison.measures if each.id == measure), None)
    if found is None:
        return None
    estimate = mean(comparison.column(key, found)[kept], rate=found.rate)
    return estimate_told(estimate) if estimate.n else None


def _calibration(model: Evaluation, kept: Bools) -> wire.Calibration | None:
    if model.confidence is None or model.correct is None:
        return None
    found = reliability(model.confidence[kept], model.correct[kept])
    if not found.n:
        return None
    return {
        "n": found.n,
        "ece": significant(found.ece),
        "counts": found.counts.tolist(),
        "confidence": numbers(found.confidence),
        "right": numbers(found.right),
    }


def _divergence(comparison: Comparison, key: str, kept: Bools) -> wire.Divergence | None:
    measure = next((each for each in comparison.measures if each.id == "vector/kl"), None)
    if measure is None:
        return None
    values = comparison.column(key, measure)[kept]
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    quantiles = np.quantile(values, [0.5, 0.9, 0.95, 0.99, 1])
    mean_, median, p90, p95, p99, most = (
        significant(value) for value in (values.mean(), *quantiles)
    )
    shared = int(np.count_nonzero(comparison.shared(key) & kept))
    return {
        "n": len(values),
        "of": shared,
        "mean": mean_,
        "median": median,
        "p90": p90,
        "p95": p95,
        "p99": p99,
        "max": most,
    }


def _answers(comparison: Comparison, key: str, kept: Bools) -> list[wire.AnswerCount]:
    model = comparison.evaluation(key)
    if model.answers is None:
        return []
    codes = model.answers[kept & (model.answers != NONE)]
    found = most_frequent(codes, _TOP)
    names = names_of(comparison, key, [code for code, _ in found])
    told: dict[str, wire.AnswerCount] = {}
    for name, (_, n) in zip(names, found, strict=True):
        # Long texts may have the same beginning.
        one = told.setdefault(name, {"answer": name, "n": 0, "rate": 0.0})
        one["n"] += n
        one["rate"] = significant(one["n"] / len(codes))
    return list(told.values())


def _changes(
    comparison: Comparison, base: Evaluation, key: str, kept: Bools
) -> list[wire.AnswerChange]:
    model = comparison.evaluation(key)
    assert base.answers is not None
    assert model.answers is not None
    both = both_answered(base, model) & kept
    n = int(np.count_nonzero(both))
    found = transitions(base.answers[both], model.answers[both], _TOP)
    before = names_of(comparison, comparison.models[0], [each.before for each in found])
    after = names_of(comparison, key, [each.after for each in found])
    told: dict[tuple[str, str], wire.AnswerChange] = {}
    for one, other, each in zip(before, after, found, strict=True):
        change = told.setdefault((one, other), {"before": one, "after": other, "n": 0, "rate": 0.0})
        change["n"] += each.n
        change["rate"] = significant(change["n"] / n)
    return list(told.values())


def _excluded(comparison: Comparison, key: str) -> list[wire.Exclusion]:
    """Instances that are in no comparison, over the whole data set."""
    record, model = comparison.records[key], comparison.evaluation(key)
    present = int(np.count_nonzero(model.present))
    base_only = 0
    if comparison.base is not None:
        base_only = int(np.count_nonzero(comparison.base.present & ~model.present))
        own_only = int(np.count_nonzero(model.present & ~comparison.base.present))
    else:
        own_only = 0
    why = (
        (record.excluded, "its answer is not finite"),
        (len(record.ids) - present, "the data set does not have this id"),
        (base_only, "only the base has a prediction"),
        (own_only, "the base has no prediction"),
    )
    return [{"n": n, "why": reason} for n, reason in why if n]


def not_logged(key: str) -> wire.ModelBehavior:
    """A model without predictions on the data set."""
    return {
        "key": key,
        "logged": False,
        "n": 0,
        "n_shared": 0,
        "excluded": [],
        "value": None,
        "change": None,
        "error": None,
        "error_relative": None,
        "outcomes": None,
        "agreement": None,
        "answers": [],
        "changes": [],
        "calibration": None,
        "nll": None,
        "brier": None,
        "kl": None,
        "histogram": None,
    }
