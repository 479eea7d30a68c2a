"""Numbers that every instance has for a model; docs/measures.md tells where each comes from.

A measure is one row of the table at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.counts import both_answered, changed
from tensorboard_cnc.analysis.behaviors.evaluation import (
    SMALLEST,
    Evaluation,
    binary_kl,
    kl_divergence,
    shared_rows,
)
from tensorboard_cnc.analysis.behaviors.instances import Floats, Truth
from tensorboard_cnc.analysis.metric_goals import guess_goal
from tensorboard_cnc.records.models import Goal

Form: TypeAlias = Literal["value", "difference", "abs_difference", "ratio", "squared_difference"]
FORMS: tuple[Form, ...] = ("value", "difference", "abs_difference", "ratio", "squared_difference")


_TRUE = "probability of the true label"
_SAME = "same prediction as the base"
_KL = "KL divergence from the base"
_TOP = "at the base's prediction"


class Case(NamedTuple):
    """What a measure is computed from: a model and the base on the same rows."""

    truth: Truth
    model: Evaluation
    base: Evaluation


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure; `rate`: each instance has 0 or 1; `pairwise`: it compares with the base.

    `of` computes its column (N,), NaN or None where there is none; it is called only where
    `known` says that truth and model allow it.
    """

    id: str
    label: str
    goal: Goal | None = None
    unit: str = ""
    rate: bool = False
    pairwise: bool = False
    _: KW_ONLY
    of: Callable[[Case], Floats | None]
    known: Callable[[Case], bool]

    @property
    def loss(self) -> bool:
        """Whether it may be large on few instances, which carry most of its mean."""
        return self.goal == "min" and not self.rate

    @property
    def forms(self) -> tuple[Form, ...]:
        """A pairwise measure is relative already."""
        return FORMS[:1] if self.pairwise else FORMS


def measures_of(truth: Truth, evaluations: Iterable[Evaluation]) -> list[Measure]:
    """The measures that at least one of the evaluations allows; of scores, the named ones first."""
    cases = [Case(truth, each, each) for each in evaluations]
    scores = [
        _score(name) for name in dict.fromkeys(n for case in cases for n in case.model.scores)
    ]
    known = [measure for measure in _MEASURES if any(map(measure.known, cases))]
    return [*scores, *known] if truth.kind in ("texts", "scores") else [*known, *scores]


def column(measure: Measure, truth: Truth, model: Evaluation, base: Evaluation) -> Floats:
    """The measure on each row (N,), NaN where the model does not have it."""
    case = Case(truth, model, base)
    found = measure.of(case) if measure.known(case) else None
    return _unknown(truth) if found is None else found


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
            return _ratio(base, column)
        case "squared_difference":
            return (column - base) ** 2


def _unknown(truth: Truth) -> NDArray[Any]:
    return np.full(truth.n, np.nan, np.float32)


def _score(name: str) -> Measure:
    return Measure(
        f"score/{name}",
        name,
        guess_goal(name),
        of=lambda case: case.model.scores.get(name),
        known=lambda case: name in case.model.scores,
    )


def _logged(
    id: str,
    label: str,
    of: Callable[[Evaluation], Floats | None],
    goal: Goal | None = None,
    rate: bool = False,
) -> Measure:
    """A measure that was logged as it is."""
    return Measure(
        id,
        label,
        goal,
        rate=rate,
        of=lambda case: of(case.model),
        known=lambda case: of(case.model) is not None,
    )


def _has_true_probability(case: Case) -> bool:
    return case.model.true_probability is not None


def _nll(case: Case) -> Floats | None:
    p = case.model.true_probability
    return None if p is None else -np.log(np.maximum(p, SMALLEST))


def _has_brier(case: Case) -> bool:
    labelled = case.truth.labels is not None or case.truth.memberships is not None
    return case.model.vectors is not None and labelled


def _brier(case: Case) -> Floats | None:
    """Σ (p - y)² over the classes (Brier 1950); mean over the classes of multi-label data."""
    truth, vectors = case.truth, case.model.vectors
    if vectors is None:
        return None
    rows, p = vectors.rows, vectors.probabilities
    found = _unknown(truth)
    if truth.memberships is not None:
        squares = (p - truth.memberships[rows]) ** 2
        if truth.memberships_known is None:
            found[rows] = squares.mean(axis=1)
        else:
            known = truth.memberships_known[rows]
            found[rows] = _share((squares * known).sum(axis=1), np.count_nonzero(known, axis=1))
        return found
    assert truth.labels is not None
    labels = truth.labels[rows]
    at_label = np.take_along_axis(p, np.maximum(labels, 0)[:, None], 1)[:, 0]
    squares = np.einsum("ij,ij->i", p, p) - 2 * at_label + 1
    found[rows] = np.where(labels >= 0, squares, np.nan)
    return found


def _has_sets(case: Case) -> bool:
    return case.truth.memberships is not None and case.model.memberships is not None


def _overlap(case: Case) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Of each row how many classes are in both truth and prediction, in either, and known."""
    said, true, known = (
        case.model.memberships,
        case.truth.memberships,
        case.truth.memberships_known,
    )
    assert said is not None
    assert true is not None
    if known is None:
        both, either = (np.count_nonzero(each, axis=1) for each in (said & true, said | true))
        return both, either, np.full(case.truth.n, true.shape[1])
    sets = (said & true & known, (said | true) & known, known)
    both, either, of = (np.count_nonzero(each, axis=1) for each in sets)
    return both, either, of


def _jaccard(case: Case) -> Floats:
    both, either, of = _overlap(case)
    # Nothing said where nothing is true is right.
    share = np.divide(both, either, out=np.ones(case.truth.n), where=either > 0)
    return np.where(case.model.present & (of > 0), share, np.nan)


def _hamming(case: Case) -> Floats:
    both, either, of = _overlap(case)
    return np.where(case.model.present, _share(either - both, of), np.nan)


def _share(part: NDArray[Any], of: NDArray[Any]) -> NDArray[Any]:
    """Shares (n,), NaN of nothing."""
    found: NDArray[Any] = np.full(len(part), np.nan)
    np.divide(part, of, out=found, where=of > 0)
    return found


def _has_error(case: Case) -> bool:
    return case.truth.numbers is not None and case.model.numbers is not None


def _error(case: Case) -> Floats:
    assert case.model.numbers is not None
    assert case.truth.numbers is not None
    return case.model.numbers - case.truth.numbers


def _abs_error(case: Case) -> Floats:
    return np.abs(_error(case))


def _squared_error(case: Case) -> Floats:
    squares: Floats = _error(case) ** 2
    return squares


def _has_answers(case: Case) -> bool:
    return case.model.answers is not None


def _agrees(case: Case) -> Floats:
    both = both_answered(case.base, case.model)
    return np.where(both, both & ~changed(case.base, case.model), np.float32(np.nan))


# From the rows (n, C) of base and model to (n,).
_Between: TypeAlias = Callable[[Floats, Floats], NDArray[Any]]


def _between(id: str, label: str, goal: Goal | None, of: _Between) -> Measure:
    """A measure of two full vectors of one instance: those of the published system."""
    return Measure(
        f"vector/{id}",
        label,
        goal,
        pairwise=True,
        of=lambda case: _of_vectors(case, of),
        known=_has_vectors,
    )


def _has_vectors(case: Case) -> bool:
    return case.model.vectors is not None


def _of_vectors(case: Case, of: _Between) -> Floats | None:
    if case.base.vectors is None or case.model.vectors is None:
        return None
    rows, x, y = shared_rows(case.base.vectors, case.model.vectors)
    found = _unknown(case.truth)
    found[rows] = of(x, y)
    return found


def _kl(case: Case) -> Floats | None:
    return _of_vectors(case, binary_kl if case.truth.kind == "multi-label" else kl_divergence)


def _at_argmax(of: _Between) -> _Between:
    def between(base: Floats, model: Floats) -> NDArray[Any]:
        top = base.argmax(axis=1)[:, None]
        x, y = (np.take_along_axis(side, top, 1)[:, 0].astype(float) for side in (base, model))
        return of(x, y)

    return between


def _ratio(before: Floats, after: Floats) -> NDArray[Any]:
    """After / before (n,); NaN where before is 0."""
    known = before != 0
    found: NDArray[Any] = np.full(len(before), np.nan)
    np.divide(after, before, out=found, where=known)
    return found


def _abs_difference(before: Floats, after: Floats) -> NDArray[Any]:
    return np.abs(after - before)


def _mean_square(before: Floats, after: Floats) -> NDArray[Any]:
    rows = after - before
    return np.asarray(np.einsum("ij,ij->i", rows, rows) / max(rows.shape[1], 1))


def _mean_abs(before: Floats, after: Floats) -> NDArray[Any]:
    return np.asarray(np.abs(after - before).mean(axis=1, dtype=float))


_MEASURES = (
    _logged("correct", "correct", lambda model: model.correct, "max", rate=True),
    _logged("true_probability", _TRUE, lambda model: model.true_probability, "max"),
    Measure("nll", f"−ln {_TRUE}", "min", "nats", of=_nll, known=_has_true_probability),
    Measure("brier", "Brier score", "min", of=_brier, known=_has_brier),
    Measure("jaccard", "classes in common (Jaccard)", "max", of=_jaccard, known=_has_sets),
    Measure("hamming", "share of classes wrong (Hamming)", "min", of=_hamming, known=_has_sets),
    Measure("abs_error", "absolute error", "min", of=_abs_error, known=_has_error),
    Measure("squared_error", "squared error", "min", of=_squared_error, known=_has_error),
    _logged("answer", "answer", lambda model: model.numbers),
    _logged("confidence", "confidence of the prediction", lambda model: model.confidence),
    Measure("agrees", _SAME, "max", rate=True, pairwise=True, of=_agrees, known=_has_answers),
    Measure("vector/kl", _KL, "min", "nats", pairwise=True, of=_kl, known=_has_vectors),
    _between("mse", "mean squared difference of probabilities", "min", _mean_square),
    _between("abs_difference", "mean |difference| of probabilities", "min", _mean_abs),
    _between("difference_argmax", f"change {_TOP}", None, _at_argmax(lambda x, y: y - x)),
    _between("abs_difference_argmax", f"|change| {_TOP}", "min", _at_argmax(_abs_difference)),
    _between("ratio_argmax", f"ratio {_TOP}", None, _at_argmax(_ratio)),
)
