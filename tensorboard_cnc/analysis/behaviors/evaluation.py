"""What one model predicted, aligned with the instances, and KL divergence between two models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.instances import (
    NONE,
    Bools,
    Floats,
    Ids,
    Instances,
    Ints,
    Truth,
    are_same,
    membership_codes,
    rows_of,
    text_codes,
)
from tensorboard_cnc.records.instances import Predictions

# Scores of 0 and 1 under these names say whether an answer is right.
_RIGHT = ("correct", "exact_match", "em", "exact match", "accuracy")
# A probability stored as 0 was below what its format can hold.
SMALLEST = 1e-12
# Rows at a time, so that intermediate results stay in the processor's cache.
_CHUNK_VALUES = 1 << 15


@dataclass(frozen=True, slots=True)
class Vectors:
    """Full probability vectors of some rows: `rows` ascending (k,), `probabilities` (k, C)."""

    rows: Ints
    probabilities: Floats


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one model predicted on N rows; NaN and NONE mark rows without a prediction.

    `answers`: codes (N,), equal where predictions are; `correct`: 1, 0 or NaN; `contradicted`: how
    many were logged as the opposite, by other labels than the data set's; `confidence` and
    `true_probability`: of the prediction and of the true label, 0 to 1; `numbers`: of a
    regression; `memberships`: the predicted classes of multi-label data (N, C); `outputs`: texts,
    the row's at `positions[row]` (NONE: it has no prediction).
    """

    positions: Ints
    present: Bools
    answers: Ints | None = None
    correct: Floats | None = None
    contradicted: int = 0
    confidence: Floats | None = None
    true_probability: Floats | None = None
    numbers: Floats | None = None
    memberships: Bools | None = None
    scores: Mapping[str, Floats] = field(default_factory=dict)
    vectors: Vectors | None = None
    outputs: Sequence[str] | None = None

    def arrays(self) -> list[NDArray[Any]]:
        """All its arrays."""
        found = [getattr(self, each.name) for each in fields(self)]
        found += self.scores.values()
        if self.vectors is not None:
            found += [self.vectors.rows, self.vectors.probabilities]
        return [array for array in found if isinstance(array, np.ndarray)]


def evaluation_of(predictions: Predictions, instances: Instances) -> Evaluation:
    """What the record says about each of the N instances; those that it lacks stay unknown.

    Right and wrong follow from the data set's labels where there are any, else from what was
    logged with the predictions. Predictions of another kind than `instances.truth.kind` are left
    out: they compare with nothing.
    """
    truth = instances.truth
    layout = _Layout(predictions.ids, instances)
    scores = {name: layout.aligned(score, np.nan) for name, score in predictions.scores.items()}
    shared: dict[str, Any] = {
        "positions": layout.positions,
        "present": layout.positions != NONE,
        "scores": scores,
    }
    if predictions.kind not in (truth.kind, "scores"):
        return Evaluation(**shared)
    codes = _class_map(predictions.classes, instances)
    memberships = None
    if predictions.memberships is not None:
        wide = _widened(predictions.memberships, codes, len(truth.classes))
        memberships = layout.aligned(wide, False)
    answers = _answers(predictions, layout, codes, memberships)
    vectors = _vectors(predictions, layout, codes, len(truth.classes))
    recorded = _recorded_correct(predictions, layout)
    correct = _correct(recorded, truth, answers, scores)
    if truth.memberships_known is not None and memberships is not None:
        correct = _right_as_far_as_known(truth, memberships, layout)
    contradicted = _contradicted(recorded, correct)
    true_probability = layout.maybe(predictions.true_probability)
    if true_probability is None:
        true_probability = _true_probability(truth, vectors)
    elif contradicted.any():
        # What was logged is the probability of another label.
        derived = _true_probability(truth, vectors)
        right = np.float32(np.nan) if derived is None else derived
        true_probability = np.where(contradicted, right, true_probability)
    return Evaluation(
        answers=answers,
        correct=correct,
        contradicted=int(np.count_nonzero(contradicted)),
        confidence=layout.maybe(predictions.confidence),
        true_probability=true_probability,
        numbers=layout.maybe(predictions.numbers),
        memberships=memberships,
        vectors=vectors,
        outputs=predictions.outputs,
        **shared,
    )


class _Layout:
    """Where the n rows of a record, by their ids, belong among N instances."""

    def __init__(self, ids: Ids, instances: Instances) -> None:
        self.n = instances.truth.n
        self.same = are_same(ids, instances.ids)
        # One array for all models that predict all instances in their order.
        self.rows = instances.places if self.same else rows_of(ids, instances.ids)
        self._known = self.rows != NONE
        self.positions = self.rows if self.same else self.aligned(np.arange(len(ids)), NONE)

    def aligned(self, values: NDArray[Any], missing: Any) -> NDArray[Any]:
        """Values (n, …) of the record as (N, …), `missing` where it has none."""
        if self.same:
            return values
        found = np.full((self.n, *values.shape[1:]), missing, values.dtype)
        found[self.rows[self._known]] = values[self._known]
        return found

    def maybe(self, values: NDArray[Any] | None) -> NDArray[Any] | None:
        """Numbers, NaN where the record has none; None stays None."""
        return None if values is None else self.aligned(values, np.nan)


def _class_map(names: tuple[str, ...], instances: Instances) -> Ints | None:
    """The common code of each of a record's classes; None where they are the same."""
    if tuple(instances.truth.classes[: len(names)]) == names:
        return None
    return np.array([instances.class_codes[name] for name in names])


def _mapped(predicted: Ints, codes: Ints | None) -> Ints:
    if codes is None:
        return predicted
    return np.append(codes, NONE).astype(np.int32)[np.clip(predicted, NONE, len(codes) - 1)]


def _widened(rows: NDArray[Any], codes: Ints | None, width: int) -> NDArray[Any]:
    """Rows (n, c) of a record's own classes as (n, width) of the common ones."""
    if codes is None and rows.shape[1] == width:
        return rows
    found = np.zeros((len(rows), width), rows.dtype)
    found[:, np.arange(rows.shape[1]) if codes is None else codes] = rows
    return found


def _answers(
    predictions: Predictions, layout: _Layout, codes: Ints | None, memberships: Bools | None
) -> Ints | None:
    """Codes (N,) that are equal where answers are."""
    if predictions.predicted is not None:
        return layout.aligned(_mapped(predictions.predicted, codes), NONE)
    if memberships is not None:
        return np.where(layout.positions != NONE, membership_codes(memberships), NONE)
    if predictions.outputs is not None:
        return layout.aligned(text_codes(predictions.outputs), NONE)
    return None


def _vectors(
    predictions: Predictions, layout: _Layout, codes: Ints | None, width: int
) -> Vectors | None:
    if predictions.vectors is None or predictions.vector_rows is None:
        return None
    if layout.same and codes is None and predictions.vectors.shape[1] == width:
        return Vectors(predictions.vector_rows, predictions.vectors)
    rows = layout.rows[predictions.vector_rows]
    order = np.argsort(rows, kind="stable")
    order = order[np.count_nonzero(rows == NONE) :]
    return Vectors(rows[order], _widened(predictions.vectors[order], codes, width))


def _true_probability(truth: Truth, vectors: Vectors | None) -> Floats | None:
    """From the vectors alone: what top-k tells is missing just where the answer is bad."""
    if vectors is None or truth.labels is None or truth.memberships is not None:
        return None
    labels = truth.labels[vectors.rows]
    found = np.full(truth.n, np.nan, np.float32)
    at = np.take_along_axis(vectors.probabilities, np.maximum(labels, 0)[:, None], 1)[:, 0]
    found[vectors.rows] = np.where(labels == NONE, np.nan, at)
    return found


def _recorded_correct(predictions: Predictions, layout: _Layout) -> Floats | None:
    """1, 0 or NaN (N,) as logged with the answers."""
    if predictions.correct is None:
        return None
    right = layout.aligned(predictions.correct, -1)
    return np.where(right < 0, np.float32(np.nan), right.astype(np.float32))


def _correct(
    recorded: Floats | None, truth: Truth, answers: Ints | None, scores: Mapping[str, Floats]
) -> Floats | None:
    if truth.labels is not None and answers is not None and truth.kind != "texts":
        known = (truth.labels != NONE) & (answers != NONE)
        right = np.asarray(truth.labels == answers, np.float32)
        return np.where(known, right, np.float32(np.nan) if recorded is None else recorded)
    if recorded is None:
        return next(filter(_all_0_or_1, map(scores.get, _score_names(scores))), None)
    return recorded


def _right_as_far_as_known(truth: Truth, memberships: Bools, layout: _Layout) -> Floats:
    """1 where all known classes of a row are predicted right, NaN where none is known (N,)."""
    assert truth.memberships is not None
    assert truth.memberships_known is not None
    wrong = ((memberships != truth.memberships) & truth.memberships_known).any(axis=1)
    known = truth.memberships_known.any(axis=1) & (layout.positions != NONE)
    return np.where(known, np.asarray(~wrong, np.float32), np.float32(np.nan))


def _contradicted(recorded: Floats | None, correct: Floats | None) -> Bools:
    """Where an answer (N,) that was logged as right is wrong, or the other way round."""
    if recorded is None or correct is None:
        return np.zeros(0, bool)
    found: Bools = np.abs(recorded - correct) == 1
    return found


def _score_names(scores: Mapping[str, Floats]) -> list[str]:
    return sorted((s for s in scores if s.lower() in _RIGHT), key=lambda s: _RIGHT.index(s.lower()))


def _all_0_or_1(score: Floats | None) -> bool:
    return score is not None and bool(((score == 0) | (score == 1) | np.isnan(score)).all())


def shared_rows(base: Vectors, model: Vectors) -> tuple[Ints, Floats, Floats]:
    """The rows (k,) where both have vectors, and the vectors of each (k, C)."""
    if np.array_equal(base.rows, model.rows):
        return base.rows, base.probabilities, model.probabilities
    rows, in_base, in_model = np.intersect1d(
        base.rows, model.rows, assume_unique=True, return_indices=True
    )
    return rows, base.probabilities[in_base], model.probabilities[in_model]


def kl_divergence(base: Floats, model: Floats) -> NDArray[np.float64]:
    """KL(base ‖ model) = Σ p ln(p / q) in nats of each pair of rows of (n, C); (n,), ≥ 0.

    Rows are scaled to sum to 1; p and q are at least 1e-12 in the logarithm, terms with p = 0 are
    0 (Kullback & Leibler 1951). In the precision of the arguments: to 1e-6 for float32.
    """
    n, width = base.shape
    found = np.empty(n)
    step = max(1, _CHUNK_VALUES // max(width, 1))
    for start in range(0, n, step):
        p, q = base[start : start + step], model[start : start + step]
        logs = np.log(np.maximum(p, SMALLEST))
        logs -= np.log(np.maximum(q, SMALLEST))
        of_p, of_q = _sums(p), _sums(q)
        # What scaling both rows would change.
        found[start : start + step] = np.einsum("ij,ij->i", p, logs) / of_p + np.log(of_q / of_p)
    return np.maximum(found, 0)


def binary_kl(base: Floats, model: Floats) -> NDArray[np.float64]:
    """KL summed over independent yes/no probabilities (n, C), as of multi-label models; (n,)."""
    yes, said = base.astype(float), model.astype(float)
    found = np.zeros(len(base))
    for p, q in ((yes, said), (1 - yes, 1 - said)):
        found += (p * np.log(np.maximum(p, SMALLEST) / np.maximum(q, SMALLEST))).sum(axis=1)
    return np.maximum(found, 0)


def rounding_divergence(base: Floats, error: float, *, binary: bool) -> float:
    """The most mean KL of vectors (n, C) from equal ones whose logarithms differ up to `error`.

    D² / 2 with D = error: the variance of what differs by ±D at most (Hoeffding 1963). Of
    independent yes/no probabilities from the vectors themselves.
    """
    if not binary:
        return error**2 / 2
    away = (base * np.exp(sign * error) for sign in (-1.0, 1.0))
    found = [binary_kl(base, np.minimum(each, 1 - SMALLEST)) for each in away]
    return float(np.maximum(*found).mean()) if len(base) else 0.0


def _sums(rows: Floats) -> NDArray[np.float64]:
    total = np.asarray(rows @ np.ones(rows.shape[1], rows.dtype), float)
    return np.where(total > 0, total, 1)
