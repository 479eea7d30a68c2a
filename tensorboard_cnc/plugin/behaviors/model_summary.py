"""One model in the summary: its means, errors, calibration, and what changed against the base."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

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
from tensorboard_cnc.analysis.behaviors.estimates import Change, Estimate, change, ratio
from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation, rounding_divergence
from tensorboard_cnc.analysis.behaviors.instances import NONE, Floats
from tensorboard_cnc.plugin.behaviors.base_seeds import BaseSeeds
from tensorboard_cnc.plugin.behaviors.comparison import Comparison, prediction_names
from tensorboard_cnc.plugin.behaviors.rows import FilteredRows
from tensorboard_cnc.plugin.responses import number, numbers, significant

# The most frequent predictions and changes of each model.
_TOP = 8
# Half a step of the logarithms that probabilities are stored by; coarse where max_bytes cut them.
_ROUNDED = {False: 1 / 4096, True: 1 / 128}
# Vectors that tell what rounding makes of several labels.
_MOST_ROUNDED = 2000


def model_summary(
    filtered: FilteredRows, key: str, edges: NDArray[np.float64], seeds: BaseSeeds
) -> wire.ModelBehavior:
    """What a model does on the filtered rows; `edges` are those of all histograms."""
    comparison, measure = filtered.comparison, filtered.measure
    summary: wire.ModelBehavior = {**_kept(filtered, key)}
    if filtered.has_value(key):
        values = filtered.values(key, measure, filtered.form)
        summary["value"] = _estimate_json(_value(filtered, key, values, seeds))
        counts = counts_in(values, edges)
        n_known = int(counts.sum())
        summary["histogram"] = {"counts": counts.tolist(), "n_excluded": summary["n"] - n_known}
    if comparison.base is not None and key != comparison.models[0] and not measure.pairwise:
        summary["change"] = _change(filtered, key, seeds)
    return summary


@dataclass(frozen=True, slots=True)
class _AnyMeasure:
    """What a summary says of a model whatever the measure."""

    summary: wire.ModelBehavior
    # A few dozen numbers and the names of predictions, with all that Python adds.
    nbytes: int = 16_384


def _kept(filtered: FilteredRows, key: str) -> wire.ModelBehavior:
    """What is the same for all measures, computed once: people look through one after another."""
    comparison = filtered.comparison
    rows = hashlib.blake2b(np.packbits(filtered.rows).tobytes()).digest()
    versions = (comparison.versions.get(comparison.models[0]), comparison.versions[key])
    return comparison.cached.keep(
        _AnyMeasure,
        ("summary", rows, *versions),
        lambda: _AnyMeasure(_whatever_the_measure(filtered, key)),
    ).summary


def _whatever_the_measure(filtered: FilteredRows, key: str) -> wire.ModelBehavior:
    comparison = filtered.comparison
    model = comparison.evaluation(key)
    summary = not_logged(key)
    summary["logged"] = True
    summary["n"] = filtered.count(model.present)
    summary["n_shared"] = filtered.count(comparison.shared(key))
    summary["excluded"] = _excluded(comparison, key)
    summary["nll"] = _mean_of(filtered, key, "nll")
    summary["brier"] = _mean_of(filtered, key, "brier")
    summary["answers"] = _predictions(filtered, key)
    if model.correct is not None:
        summary["error"] = number(1 - filtered.mean(model.correct[filtered.rows], rate=True).value)
        summary["calibration"] = _calibration(model, filtered)
    if comparison.base is not None and key != comparison.models[0]:
        _against_base(summary, filtered, key, comparison.base)
    return summary


def _against_base(
    summary: wire.ModelBehavior, filtered: FilteredRows, key: str, base: Evaluation
) -> None:
    model = filtered.comparison.evaluation(key)
    table = outcomes(base, model, filtered.rows)
    if table is not None and table.n:
        summary["outcomes"] = _outcomes(table)
        wrong_before = table.positive + table.both_wrong
        if wrong_before:
            summary["error_relative"] = number((table.negative - table.positive) / wrong_before)
    if base.answers is not None and model.answers is not None:
        summary["agreement"] = _mean_of(filtered, key, "agrees")
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


def _value(filtered: FilteredRows, key: str, values: Floats, seeds: BaseSeeds) -> Estimate:
    """The mean of a model's column; in the form "ratio" the ratio of means."""
    measure, form = filtered.measure, filtered.form
    if measure.pairwise or form == "value":
        return filtered.mean(values, rate=measure.rate, loss=measure.loss)
    if form == "ratio":
        return _ratio(filtered, key, seeds)
    if form == "difference":
        return _difference(filtered, key, seeds)
    return _without_interval(filtered.mean(values, loss=not measure.rate), filtered.hint)


def _difference(filtered: FilteredRows, key: str, seeds: BaseSeeds) -> Change:
    """Model - base with all that its error holds; untested where an outcome chose the rows."""
    measure, base = filtered.measure, filtered.comparison.models[0]
    columns = (filtered.values(each, measure) for each in (key, base))
    found = change(*columns, rate=measure.rate, loss=measure.loss, groups=filtered.groups)
    if filtered.hint is not None:
        return found.untested(filtered.hint)
    return seeds.judged(found, filtered, key)


def _ratio(filtered: FilteredRows, key: str, seeds: BaseSeeds) -> Estimate:
    measure, base = filtered.measure, filtered.comparison.models[0]
    columns = (filtered.values(each, measure) for each in (key, base))
    found = ratio(*columns, rate=measure.rate, loss=measure.loss, groups=filtered.groups)
    return _without_interval(found, filtered.hint or seeds.why_no_ratio(key))


def _without_interval(found: Estimate, reason: str | None) -> Estimate:
    """Where there is a reason for that."""
    if reason is None:
        return found
    return replace(found, low=float("nan"), high=float("nan"), reason=reason)


def _change(filtered: FilteredRows, key: str, seeds: BaseSeeds) -> wire.Change:
    written = _change_json(_difference(filtered, key, seeds))
    if filtered.form == "ratio":
        times = _ratio(filtered, key, seeds)
        written["ratio"] = {
            "value": number(times.value),
            "low": number(times.low),
            "high": number(times.high),
        }
        if times.reason is not None:
            written["ratio"]["reason"] = times.reason
    return written


def _mean_of(filtered: FilteredRows, key: str, id: str) -> wire.Estimate | None:
    """The mean of a measure; None where none is known."""
    measure = next((each for each in filtered.comparison.measures if each.id == id), None)
    if measure is None:
        return None
    values = filtered.values(key, measure)
    found = filtered.mean(values, rate=measure.rate, loss=measure.loss)
    return _estimate_json(found) if found.n else None


def _calibration(model: Evaluation, filtered: FilteredRows) -> wire.Calibration | None:
    if model.confidence is None or model.correct is None:
        return None
    rows = filtered.rows
    found = reliability(model.confidence[rows], model.correct[rows], filtered.groups)
    if not found.n:
        return None
    return {
        "n": found.n,
        "ece": significant(found.ece),
        "chance": significant(found.chance),
        "chance_high": significant(found.chance_high),
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
    comparison = filtered.comparison
    shared = filtered.count(comparison.shared(key))
    return {
        "n": len(values),
        "of": shared,
        "rounding": significant(_rounding(comparison, key)),
        "mean": mean_,
        "median": median,
        "p90": p90,
        "p95": p95,
        "p99": p99,
        "max": most,
    }


def _rounding(comparison: Comparison, key: str) -> float:
    """The mean KL that how both sides are stored can make of equal vectors."""
    base = comparison.models[0]
    steps = (_ROUNDED["vectors" in comparison.records[each].dropped] for each in (base, key))
    vectors = comparison.evaluation(base).vectors
    assert vectors is not None
    return rounding_divergence(
        vectors.probabilities[:_MOST_ROUNDED],
        sum(steps),
        binary=comparison.truth.kind == "multi-label",
    )


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
    written: wire.Estimate = {
        "n": found.n,
        "value": number(found.value),
        "low": number(found.low),
        "high": number(found.high),
    }
    if found.reason is not None:
        written["reason"] = found.reason
    if found.groups is not None:
        written["groups"] = found.groups
    return written


def _change_json(found: Change) -> wire.Change:
    """A change with its interval and test."""
    written: wire.Change = {
        "n": found.n,
        "value": number(found.value),
        "low": number(found.low),
        "high": number(found.high),
        "relative": number(found.relative),
        "p": number(found.p),
        "test": found.test,
    }
    if found.reason is not None:
        written["reason"] = found.reason
    if found.groups is not None:
        written["groups"] = found.groups
    if found.seeds is not None:
        written["seeds"] = found.seeds
    return written
