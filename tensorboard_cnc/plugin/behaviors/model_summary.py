"""One model in the summary: its means, errors, calibration, and what changed against the base."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.calibration import reliability
from tensorboard_cnc.analysis.behaviors.estimates import change, mean
from tensorboard_cnc.analysis.behaviors.evaluation import NONE, Bools, Evaluation, Floats
from tensorboard_cnc.analysis.behaviors.flips import (
    Outcomes,
    both_answered,
    most_frequent,
    outcomes,
    transitions,
)
from tensorboard_cnc.analysis.behaviors.histogram import counts_in
from tensorboard_cnc.analysis.behaviors.measures import Form, Measure
from tensorboard_cnc.plugin.behaviors.answers_shown import names_of
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.behaviors.estimates_told import change_told, estimate_told
from tensorboard_cnc.plugin.json_numbers import number, numbers, significant

# Answers and changes told of each model.
_TOP = 8


@dataclass(frozen=True, slots=True)
class Kept:
    """The instances `rows` (N,) that the filter leaves, seen through a measure in a form."""

    comparison: Comparison
    rows: Bools
    measure: Measure
    form: Form

    def count(self, marked: Bools) -> int:
        """How many of the marked (N,) are kept."""
        return int(np.count_nonzero(marked & self.rows))

    def has_value(self, key: str) -> bool:
        """Against itself the base has none."""
        relative = self.form != "value" or self.measure.pairwise
        return not (relative and key == self.comparison.models[0])

    def values(self, key: str, measure: Measure, form: Form = "value") -> Floats:
        """A model's column of the kept rows."""
        return self.comparison.column(key, measure, form)[self.rows]

    def values_of(self, key: str, id: str) -> Floats | None:
        """The same by the measure's id; None where no model has it."""
        found = next((each for each in self.comparison.measures if each.id == id), None)
        return None if found is None else self.values(key, found)


def model_summary(kept: Kept, key: str, edges: NDArray[np.float64]) -> wire.ModelBehavior:
    """What a model does on the kept rows; `edges` are those of all histograms."""
    comparison, measure = kept.comparison, kept.measure
    model = comparison.evaluation(key)
    told = not_logged(key)
    told["logged"] = True
    told["n"] = kept.count(model.present)
    told["n_shared"] = kept.count(comparison.shared(key))
    told["excluded"] = _excluded(comparison, key)
    if kept.has_value(key):
        values = kept.values(key, measure, kept.form)
        told["value"] = estimate_told(mean(values, rate=measure.rate and kept.form == "value"))
        counts = counts_in(values, edges)
        n_known = int(counts.sum())
        told["histogram"] = {"counts": counts.tolist(), "n_excluded": told["n"] - n_known}
    told["nll"] = _mean_of(kept.values_of(key, "nll"))
    told["brier"] = _mean_of(kept.values_of(key, "brier"))
    told["answers"] = _answers(kept, key)
    if model.correct is not None:
        told["error"] = number(1 - mean(model.correct[kept.rows], rate=True).value)
        told["calibration"] = _calibration(model, kept.rows)
    if comparison.base is not None and key != comparison.models[0]:
        _against_base(told, kept, key, comparison.base)
    return told


def _against_base(told: wire.ModelBehavior, kept: Kept, key: str, base: Evaluation) -> None:
    measure, model = kept.measure, kept.comparison.evaluation(key)
    if not measure.pairwise:
        before = kept.values(kept.comparison.models[0], measure)
        told["change"] = change_told(change(kept.values(key, measure), before, rate=measure.rate))
    table = outcomes(base, model, kept.rows)
    if table is not None and table.n:
        told["outcomes"] = _outcomes(table)
        wrong_before = table.positive + table.both_wrong
        if wrong_before:
            told["error_relative"] = number((table.negative - table.positive) / wrong_before)
    if base.answers is not None and model.answers is not None:
        told["agreement"] = _mean_of(kept.values_of(key, "agrees"), rate=True)
        told["changes"] = _changes(kept, key, base)
    told["kl"] = _divergence(kept, key)


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
    return estimate_told(estimate) if estimate and estimate.n else None


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


def _divergence(kept: Kept, key: str) -> wire.Divergence | None:
    column = kept.values_of(key, "vector/kl")
    values = np.empty(0) if column is None else column[np.isfinite(column)]
    if not len(values):
        return None
    quantiles = np.quantile(values, [0.5, 0.9, 0.95, 0.99, 1])
    mean_, median, p90, p95, p99, most = (
        significant(value) for value in (values.mean(), *quantiles)
    )
    shared = kept.count(kept.comparison.shared(key))
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


def _answers(kept: Kept, key: str) -> list[wire.AnswerCount]:
    model = kept.comparison.evaluation(key)
    if model.answers is None:
        return []
    codes = model.answers[kept.rows & (model.answers != NONE)]
    found = most_frequent(codes, _TOP)
    names = names_of(kept.comparison, key, [code for code, _ in found])
    told: dict[str, wire.AnswerCount] = {}
    for name, (_, n) in zip(names, found, strict=True):
        # Long texts may have the same beginning.
        one = told.setdefault(name, {"answer": name, "n": 0, "rate": 0.0})
        one["n"] += n
        one["rate"] = significant(one["n"] / len(codes))
    return list(told.values())


def _changes(kept: Kept, key: str, base: Evaluation) -> list[wire.AnswerChange]:
    comparison = kept.comparison
    model = comparison.evaluation(key)
    assert base.answers is not None
    assert model.answers is not None
    both = both_answered(base, model) & kept.rows
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
