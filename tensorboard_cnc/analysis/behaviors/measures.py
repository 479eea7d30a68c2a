"""Numbers that every instance has for a model; docs/measures.md tells where each comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.divergence import SMALLEST
from tensorboard_cnc.analysis.behaviors.evaluation import Evaluation, Floats, Truth
from tensorboard_cnc.analysis.behaviors.flips import both_answered, changed
from tensorboard_cnc.analysis.behaviors.vector_measures import between_vectors, ratio
from tensorboard_cnc.analysis.metric_goals import guess_goal
from tensorboard_cnc.records.models import Goal

Form: TypeAlias = Literal["value", "difference", "abs_difference", "ratio", "squared_difference"]
FORMS: tuple[Form, ...] = ("value", "difference", "abs_difference", "ratio", "squared_difference")
_SCORE = "score/"
_VECTOR = "vector/"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure; `rate`: each instance has 0 or 1; `pairwise`: it compares with the base."""

    id: str
    label: str
    goal: Goal | None = None
    unit: str = ""
    rate: bool = False
    pairwise: bool = False

    @property
    def forms(self) -> tuple[Form, ...]:
        """A pairwise measure is relative already."""
        return FORMS[:1] if self.pairwise else FORMS


_MEASURES = (
    Measure("correct", "correct", "max", rate=True),
    Measure("true_probability", "probability of the true label", "max"),
    Measure("nll", "−ln probability of the true label", "min", "nats"),
    Measure("brier", "Brier score", "min"),
    Measure("jaccard", "classes in common (Jaccard)", "max"),
    Measure("hamming", "share of classes wrong (Hamming)", "min"),
    Measure("abs_error", "absolute error", "min"),
    Measure("squared_error", "squared error", "min"),
    Measure("answer", "answer"),
    Measure("confidence", "confidence of the answer"),
    Measure("agrees", "same answer as the base", "max", rate=True, pairwise=True),
    Measure("vector/kl", "KL divergence from the base", "min", "nats", pairwise=True),
    Measure("vector/mse", "mean squared difference of probabilities", "min", pairwise=True),
    Measure("vector/abs_difference", "mean |difference| of probabilities", "min", pairwise=True),
    Measure("vector/difference_argmax", "change at the base's answer", pairwise=True),
    Measure("vector/abs_difference_argmax", "|change| at the base's answer", "min", pairwise=True),
    Measure("vector/ratio_argmax", "ratio at the base's answer", pairwise=True),
)


def measures_of(truth: Truth, evaluations: Iterable[Evaluation]) -> list[Measure]:
    """The measures that at least one of the evaluations allows; of scores, the named ones first."""
    evaluations = list(evaluations)
    scores = dict.fromkeys(name for each in evaluations for name in each.scores)
    named = [Measure(_SCORE + name, name, guess_goal(name)) for name in scores]
    known = [m for m in _MEASURES if any(_allows(m.id, truth, each) for each in evaluations)]
    return [*named, *known] if truth.kind in ("texts", "scores") else [*known, *named]


def column(measure: Measure, truth: Truth, model: Evaluation, base: Evaluation) -> Floats:
    """The measure on each row (N,), NaN where the model does not have it."""
    found: NDArray[Any] | None
    if measure.id == "agrees":
        both = both_answered(base, model)
        found = np.where(both, both & ~changed(base, model), np.float32(np.nan))
    elif measure.id.startswith(_VECTOR):
        name = measure.id.removeprefix(_VECTOR)
        if base.vectors is None or model.vectors is None:
            found = None
        else:
            found = between_vectors(name, truth.kind, base.vectors, model.vectors, truth.n)
    elif measure.id.startswith(_SCORE):
        found = model.scores.get(measure.id.removeprefix(_SCORE))
    else:
        found = _own(measure.id, truth, model)
    return np.full(truth.n, np.nan, np.float32) if found is None else found


def in_form(form: Form, column: Floats, base: Floats) -> Floats:
    """A column (N,) as it is or against the base's; NaN where either is, or 0 / 0."""
    match form:
        case "value":
            return column
        case "difference":
            return column - base
        case "abs_difference":
            return np.abs(column - base)
        case "ratio":
            return ratio(base, column)
        case "squared_difference":
            return (column - base) ** 2


def _own(measure: str, truth: Truth, model: Evaluation) -> Floats | None:
    match measure:
        case "correct":
            return model.correct
        case "confidence":
            return model.confidence
        case "answer":
            return model.numbers
        case "true_probability":
            return model.true_probability
        case "nll":
            p = model.true_probability
            return None if p is None else -np.log(np.maximum(p, SMALLEST))
        case "brier":
            return _brier(truth, model)
        case "jaccard" | "hamming":
            return _overlap(measure, truth, model)
    if truth.numbers is None or model.numbers is None:
        return None
    error = model.numbers - truth.numbers
    return np.abs(error) if measure == "abs_error" else error**2


def _brier(truth: Truth, model: Evaluation) -> Floats | None:
    """Σ (p - y)² over the classes (Brier 1950); mean over the classes of multi-label data."""
    vectors = model.vectors
    if vectors is None or (truth.labels is None and truth.memberships is None):
        return None
    rows, p = vectors.rows, vectors.probabilities
    found = np.full(truth.n, np.nan, np.float32)
    if truth.memberships is not None:
        found[rows] = ((p - truth.memberships[rows]) ** 2).mean(axis=1)
        return found
    assert truth.labels is not None
    labels = truth.labels[rows]
    at_label = np.take_along_axis(p, np.maximum(labels, 0)[:, None], 1)[:, 0]
    squares = np.einsum("ij,ij->i", p, p) - 2 * at_label + 1
    found[rows] = np.where(labels >= 0, squares, np.nan)
    return found


def _overlap(measure: str, truth: Truth, model: Evaluation) -> Floats | None:
    if truth.memberships is None or model.memberships is None:
        return None
    said, true = model.memberships, truth.memberships
    either = np.count_nonzero(said | true, axis=1)
    both = np.count_nonzero(said & true, axis=1)
    if measure == "hamming":
        found = (either - both) / max(true.shape[1], 1)
    else:
        # Nothing said where nothing is true is right.
        found = np.divide(both, either, out=np.ones(truth.n), where=either > 0)
    return np.where(model.present, found, np.nan)


def _allows(measure: str, truth: Truth, model: Evaluation) -> bool:
    match measure:
        case "agrees":
            return model.answers is not None
        case "brier":
            labelled = truth.labels is not None or truth.memberships is not None
            return model.vectors is not None and labelled
        case "true_probability" | "nll":
            return model.true_probability is not None
        case "correct":
            return model.correct is not None
        case "confidence":
            return model.confidence is not None
        case "jaccard" | "hamming":
            return truth.memberships is not None and model.memberships is not None
        case "answer":
            return model.numbers is not None
        case "abs_error" | "squared_error":
            return truth.numbers is not None and model.numbers is not None
    return model.vectors is not None
