"""Which instances a request is about, and in which order they come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.counts import changed, with_flip
from tensorboard_cnc.analysis.behaviors.estimates import Estimate, mean
from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation
from tensorboard_cnc.analysis.behaviors.instances import NONE, Bools, Floats, Ints
from tensorboard_cnc.analysis.behaviors.measures import Form, Measure
from tensorboard_cnc.analysis.behaviors.votes import votes as votes_of
from tensorboard_cnc.plugin.behaviors.comparison import Comparison, prediction_name, predictions_at
from tensorboard_cnc.plugin.responses import BadRequestError
from tensorboard_cnc.plugin.shared_work import while_wanted

# Dimensions that a model's answers make.
_OUTCOMES = ("predicted", "confidence")
_ORDERS = ("order", "id", "label", "disagreement", "value:KEY", "change:KEY", "confidence:KEY")


@dataclass(frozen=True, slots=True)
class FilteredRows:
    """The instances `rows` (N,) that pass the filter, seen through a measure in a form."""

    comparison: Comparison
    rows: Bools
    measure: Measure
    form: Form
    # Why changes are not tested; None where they are.
    hint: str | None = None

    @property
    def groups(self) -> Ints | None:
        """The unit that each filtered row was sampled in."""
        groups = self.comparison.truth.groups
        return None if groups is None else groups[self.rows]

    def count(self, marked: Bools) -> int:
        """How many of the marked (N,) pass the filter."""
        return int(np.count_nonzero(marked & self.rows))

    def has_value(self, key: str) -> bool:
        """Against itself the base has none."""
        relative = self.form != "value" or self.measure.pairwise
        return not (relative and key == self.comparison.models[0])

    def values(self, key: str, measure: Measure, form: Form = "value") -> Floats:
        """A model's column of the filtered rows."""
        column = self.comparison.column(key, measure, form)
        return column if self.rows.all() else column[self.rows]

    def mean(self, values: Floats, *, rate: bool = False, loss: bool = False) -> Estimate:
        """The mean of a column of the filtered rows."""
        return mean(values, rate=rate, loss=loss, groups=self.groups)

    def values_of(self, key: str, id: str) -> Floats | None:
        """The same by the measure's id; None where no model has it."""
        found = next((each for each in self.comparison.measures if each.id == id), None)
        return None if found is None else self.values(key, found)


def filtered_rows(comparison: Comparison, conditions: Iterable[wire.Condition]) -> Bools:
    """The instances (N,) that pass all conditions.

    Raises:
      BadRequestError: 404, a condition names a model, measure, dimension or level that does
        not exist; 400, one compares with a base that was not evaluated on this set.
    """
    chosen = np.ones(comparison.truth.n, bool)
    for condition in while_wanted(conditions):
        chosen &= _holds(comparison, condition)
    return chosen


_WORDS = {
    "slice": "by the base's own answers or confidence",
    "flip": "by who was right",
    "change": "by which answers changed",
    "range": "by what a model scored",
    "text": "by a text that answers contain",
}


def chosen_by_outcome(
    comparison: Comparison, conditions: Iterable[wire.Condition], by: Iterable[str] = ()
) -> str | None:
    """Why instances that pass these conditions, or slices `by` these dimensions, are not tested.

    Whoever picks instances by a model's answers picks some where it had luck, good or bad; any
    other model, even a twin, comes out nearer to the average there. None where nothing is so.
    """
    found = [each["kind"] for each in conditions if _of_outcome(comparison, each)]
    if any(each in _OUTCOMES for each in by):
        found.append("slice")
    if not found:
        return None
    how = " and ".join(_WORDS[each] for each in dict.fromkeys(found))
    return f"Chosen {how}: any other model, even a twin, moves toward the average here. Not tested."


def _of_outcome(comparison: Comparison, condition: wire.Condition) -> bool:
    match condition["kind"]:
        case "slice":
            return condition["by"] in _OUTCOMES
        case "text":
            sought = condition["text"].casefold()
            classes = np.flatnonzero(_containing(comparison.truth.classes, sought))
            evaluations = (comparison.evaluations[key] for key in comparison.logged)
            return any(_answers_containing(each, sought, classes).any() for each in evaluations)
        case _:
            return True


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
    inside: Bools = np.isfinite(values)
    # An end beyond what the column can hold is infinite in it.
    with np.errstate(over="ignore"):
        if condition["low"] is not None:
            inside &= values >= values.dtype.type(float(condition["low"]))
        if condition["high"] is not None:
            inside &= values < values.dtype.type(float(condition["high"]))
    return inside


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
        answers = predictions_at(comparison, key, rows, None)
        rows = rows[[prediction_name(answer) == name for answer in answers]]
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


def ordered_rows(
    comparison: Comparison,
    rows: Bools,
    sort: str,
    *,
    descending: bool,
    measure: Measure | None,
    form: Form,
    votes: Ints | None = None,
) -> Ints:
    """The `rows` (N,) in the order that `sort` names; `votes` (N,) where they were counted.

    Raises:
      BadRequestError: 400, there is no such order; 404, no such model.
    """
    if sort == "votes" and votes is not None:
        return ordered(rows, votes, descending=descending)
    by = _column(comparison, sort or "order", measure, form)
    return ordered(rows, by, descending=descending)


def _column(
    comparison: Comparison, sort: str, measure: Measure | None, form: Form
) -> NDArray[Any] | None:
    kind, _, key = sort.partition(":")
    match kind:
        case "order":
            return None
        case "id":
            return comparison.instances.ids
        case "label":
            return _labels(comparison)
        case "disagreement":
            return _disagreement(comparison)
        case "confidence":
            return comparison.evaluation(key).confidence
        case "value" if measure is not None:
            return comparison.column(key, measure, form)
        case "change" if measure is not None:
            return comparison.column(key, measure, "difference")
        case "value" | "change":
            return None
    raise BadRequestError(400, f"sort={sort[:80]} is not one of {', '.join(_ORDERS)}")


def _labels(comparison: Comparison) -> NDArray[Any] | None:
    truth = comparison.truth
    if truth.numbers is not None:
        return truth.numbers
    if truth.labels is None:
        return None
    return np.where(truth.labels == NONE, np.nan, truth.labels)


def _disagreement(comparison: Comparison) -> NDArray[Any] | None:
    """The chance that two of the models answer differently; of numbers their spread."""
    evaluations = [comparison.evaluations[key] for key in comparison.logged]
    answers = [each.answers for each in evaluations if each.answers is not None]
    if answers:
        return votes_of(answers).disagreement
    numbers = [each.numbers for each in evaluations if each.numbers is not None]
    if not numbers:
        return None
    return np.asarray(np.stack(numbers).std(axis=0))


def ordered(chosen: Bools, by: NDArray[Any] | None, *, descending: bool) -> Ints:
    """The rows `chosen` (N,) sorted `by` a column (N,); unknown (NaN) last, ties in row order.

    Without a column in row order.
    """
    rows = np.flatnonzero(chosen)
    if by is None:
        return rows[::-1] if descending else rows
    values = by[rows]
    if values.dtype.kind in "USO":
        _, values = np.unique(values, return_inverse=True)
    if values.dtype.kind == "b":
        values = values.astype(np.int8)
    # Negated rather than reversed: ties keep their order, and NaN stays last.
    return rows[np.argsort(-values if descending else values, kind="stable")]
