"""One model in the summary: its means, errors, calibration, and what changed against the base."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.counts import (
    Outcomes,
    both_answered,
    counts_in,
    most_frequent,
    outcomes,
    reliability,
    transitions,
)
from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation
from tensorboard_cnc.analysis.behaviors.instances import NONE, Bools, Floats
from tensorboard_cnc.analysis.behaviors.statistics import Change, Estimate, change, mean
from tensorboard_cnc.plugin.behaviors.comparison import Comparison, prediction_names
from tensorboard_cnc.plugin.behaviors.rows import FilteredRows
from tensorboard_cnc.plugin.responses import number, numbers, significant

# The most frequent predictions and changes of each model.
_TOP = 8


def model_summary(
    filtered: FilteredRows, key: str, edges: NDArray[np.float64]
) -> wire.ModelBehavior:
    """What a model does on the filtered rows; `edges` are those of all histograms."""
    comparison, measure = filtered.comparison, filtered.measure
    model = comparison.evaluation(key)
    summary = not_logged(key)
    summary["logged"] = True
    summary["n"] = filtered.count(model.present)
    summary["n_shared"] = filtered.count(comparison.shared(key))
    summary["excluded"] = _excluded(comparison, key)
    if filtered.has_value(key):
        values = filtered.values(key, measure, filtered.form)
        summary["value"] = _estimate_json(
            mean(values, rate=measure.rate and filtered.form == "value")
        )
        counts = counts_in(values, edges)
        n_known = int(counts.sum())
        summary["histogram"] = {"counts": counts.tolist(), "n_excluded": summary["n"] - n_known}
    summary["nll"] = _mean_of(filtered.values_of(key, "nll"))
    summary["brier"] = _mean_of(filtered.values_of(key, "brier"))
    summary["answers"] = _predictions(filtered, key)
    if model.correct is not None:
        summary["error"] = number(1 - mean(model.correct[filtered.rows], rate=True).value)
        summary["calibration"] = _calibration(model, filtered.rows)
    if comparison.base is not None and key != comparison.models[0]:
        _against_base(summary, filtered, key, comparison.base)
    return summary


def _against_base(
    summary: wire.ModelBehavior, filtered: FilteredRows, key: str, base: Evaluation
) -> None:
    measure, model = filtered.measure, filtered.comparison.evaluation(key)
    if not measure.pairwise:
        before = filtered.values(filtered.comparison.models[0], measure)
        summary["change"] = _change_json(
            change(filtered.values(key, measure), before, rate=measure.rate)
        )
    table = outcomes(base, model, filtered.rows)
    if table is not None and table.n:
        summary["outcomes"] = _outcomes(table)
        wrong_before = table.positive + table.both_wrong
        if wrong_before:
            summary["error_relative"] = number((table.negative - table.positive) / wrong_before)
    if base.answers is not None and model.answers is not None:
        summary["agreement"] = _mean_of(filtered.values_of(key, "agrees"), rate=True)
        summary["changes"] = _changes(filtered, key, base)
    summary["kl"] = _divergence(filtered, key)


def _outcomes(table: Outcomes) -> wire.Outcomes:
    return {
        "n": table.n,
        "both_right": table.both_right,
        "negative": table.negative,
        "positive": table.positive,
        "both_wrong": table.both_wrong,
        "changed_wrong": table.changed_wrong,
    }


def _mean_of(values: Floats | None, *, rate: bool = False) -> wire.Estimate | None:
    """Their mean; None where none is known."""
    estimate = None if values is None else mean(values, rate=rate)
    return _estimate_json(estimate) if estimate and estimate.n else None


def _calibration(model: Evaluation, rows: Bools) -> wire.Calibration | None:
    if model.confidence is None or model.correct is None:
        return None
    found = reliability(model.confidence[rows], model.correct[rows])
    if not found.n:
        return None
    return {
        "n": found.n,
        "ece": significant(found.ece),
        "counts": found.counts.tolist(),
        "confidence": numbers(found.confidence),
        "right": numbers(found.right),
    }


def _divergence(filtered: FilteredRows, key: str) -> wire.Divergence | None:
    column = filtered.values_of(key, "vector/kl")
    values = np.empty(0) if column is None else column[np.isfinite(column)]
    if not len(values):
        return None
    quantiles = np.quantile(values, [0.5, 0.9, 0.95, 0.99, 1])
    mean_, median, p90, p95, p99, most = (
        significant(value) for value in (values.mean(), *quantiles)
    )
    shared = filtered.count(filtered.comparison.shared(key))
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


def _predictions(filtered: FilteredRows, key: str) -> list[wire.AnswerCount]:
    model = filtered.comparison.evaluation(key)
    if model.answers is None:
        return []
    codes = model.answers[filtered.rows & (model.answers != NONE)]
    found = most_frequent(codes, _TOP)
    names = prediction_names(filtered.comparison, key, [code for code, _ in found])
    counts: dict[str, wire.AnswerCount] = {}
    for name, (_, n) in zip(names, found, strict=True):
        # Long texts may have the same beginning.
        one = counts.setdefault(name, {"answer": name, "n": 0, "rate": 0.0})
        one["n"] += n
        one["rate"] = significant(one["n"] / len(codes))
    return list(counts.values())


def _changes(filtered: FilteredRows, key: str, base: Evaluation) -> list[wire.AnswerChange]:
    comparison = filtered.comparison
    model = comparison.evaluation(key)
    assert base.answers is not None
    assert model.answers is not None
    both = both_answered(base, model) & filtered.rows
    n = int(np.count_nonzero(both))
    found = transitions(base.answers[both], model.answers[both], _TOP)
    before = prediction_names(comparison, comparison.models[0], [each.before for each in found])
    after = prediction_names(comparison, key, [each.after for each in found])
    counts: dict[tuple[str, str], wire.AnswerChange] = {}
    for one, other, each in zip(before, after, found, strict=True):
        change = counts.setdefault(
            (one, other), {"before": one, "after": other, "n": 0, "rate": 0.0}
        )
        change["n"] += each.n
        change["rate"] = significant(change["n"] / n)
    return list(counts.values())


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
        (record.excluded, "its prediction is not finite"),
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


def _estimate_json(found: Estimate) -> wire.Estimate:
    """A mean with its interval; null where there is none."""
    return {
        "n": found.n,
        "value": number(found.value),
        "low": number(found.low),
        "high": number(found.high),
    }


def _change_json(found: Change) -> wire.Change:
    """A change with its interval and test."""
    return {
        **_estimate_json(found),
        "relative": number(found.relative),
        "p": number(found.p),
        "test": found.test,
    }
