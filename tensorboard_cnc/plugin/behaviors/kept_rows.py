"""Which instances the conditions of a request leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.evaluation import Bools, Evaluation
from tensorboard_cnc.analysis.behaviors.flips import changed, with_flip
from tensorboard_cnc.plugin.behaviors.answers_shown import answers_at, name_of
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.http import BadRequestError


def kept_rows(comparison: Comparison, conditions: Iterable[wire.Condition]) -> Bools:
    """The instances (N,) for which all conditions hold.

    Raises:
        BadRequestError: 404, a condition names a model, measure, dimension or level that there
            is not; 400, one compares with a base that was not evaluated on this set.
    """
    kept = np.ones(comparison.truth.n, bool)
    for condition in conditions:
        kept &= _holds(comparison, condition)
    return kept


def _holds(comparison: Comparison, condition: wire.Condition) -> Bools:
    match condition["kind"]:
        case "slice":
            return _in_slice(comparison, condition)
        case "flip":
            model = comparison.evaluation(condition["model"])
            return with_flip(_base(comparison), model, condition["flip"])
        case "change":
            return _changed_so(comparison, condition)
        case "range":
            return _in_range(comparison, condition)
        case "text":
            return _mentions(comparison, condition["text"])


def _in_slice(comparison: Comparison, condition: wire.InSlice) -> Bools:
    dimension = comparison.dimension(condition["by"])
    level, count = condition["level"], len(dimension.texts)
    if not 0 <= level < count:
        raise BadRequestError(404, f"{dimension.id} has the levels 0 to {count - 1}, not {level}")
    return dimension.level(level, comparison.truth.n)


def _in_range(comparison: Comparison, condition: wire.InRange) -> Bools:
    measure = comparison.measure(condition["measure"])
    assert measure is not None
    values = comparison.column(condition["model"], measure, condition["form"])
    kept: Bools = np.isfinite(values)
    if condition["low"] is not None:
        kept &= values >= condition["low"]
    if condition["high"] is not None:
        kept &= values < condition["high"]
    return kept


def _changed_so(comparison: Comparison, condition: wire.AnswersChanged) -> Bools:
    base, model = _base(comparison), comparison.evaluation(condition["model"])
    differ = changed(base, model)
    if base.outputs is None and base.memberships is None:
        codes = comparison.instances.class_codes
        if base.answers is None or model.answers is None:
            return differ
        before, after = (codes.get(condition[end], -2) for end in ("before", "after"))
        so: Bools = (base.answers == before) & (model.answers == after)
        return differ & so
    rows = np.flatnonzero(differ)
    for key, name in (
        (comparison.models[0], condition["before"]),
        (condition["model"], condition["after"]),
    ):
        answers = answers_at(comparison, key, rows, None)
        rows = rows[[name_of(answer) == name for answer in answers]]
    found = np.zeros(len(differ), bool)
    found[rows] = True
    return found


def _mentions(comparison: Comparison, text: str) -> Bools:
    sought = text.casefold()
    instances = comparison.instances
    found = _containing([str(each) for each in instances.ids.tolist()], sought)
    data = instances.dataset
    for texts in (data.texts, data.targets) if data else ():
        if texts is not None:
            found |= _containing(texts, sought)
    classes = np.flatnonzero(_containing(comparison.truth.classes, sought))
    truth = comparison.truth
    if truth.memberships is not None:
        found |= truth.memberships[:, classes].any(axis=1)
    elif truth.labels is not None:
        found |= np.isin(truth.labels, classes)
    for key in comparison.logged:
        found |= _answers_containing(comparison.evaluations[key], sought, classes)
    return found


def _answers_containing(
    evaluation: Evaluation, sought: str, classes: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> Bools:
    found = np.zeros(len(evaluation.present), bool)
    if evaluation.outputs is not None:
        hits = _containing(evaluation.outputs, sought)
        found |= evaluation.present & hits[evaluation.positions]
    elif evaluation.memberships is not None:
        found |= evaluation.memberships[:, classes].any(axis=1)
    elif evaluation.answers is not None:
        found |= np.isin(evaluation.answers, classes)
    return found


def _containing(texts: Sequence[str], sought: str) -> Bools:
    return np.fromiter((sought in text.casefold() for text in texts), bool, len(texts))


def _base(comparison: Comparison) -> Evaluation:
    if comparison.base is None:
        raise BadRequestError(
            400,
            "filter: the base has no predictions on this data set, so nothing can be compared "
            "with it; choose another base or data set",
        )
    return comparison.base
