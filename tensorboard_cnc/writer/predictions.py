"""Turns what a model answered into a record: one batch, one shard, or all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.instance_records import Predictions
from tensorboard_cnc.writer.class_answers import (
    TOP,
    check_range,
    class_answers,
    probability_rows,
    softmax,
)
from tensorboard_cnc.writer.instance_arrays import (
    array_of,
    checked_ids,
    checked_rows,
    class_codes,
)
from tensorboard_cnc.writer.instance_order import first_rows
from tensorboard_cnc.writer.known_datasets import KnownDataset
from tensorboard_cnc.writer.memberships import checked_memberships, is_nested
from tensorboard_cnc.writer.naming import checked_name
from tensorboard_cnc.writer.texts import cut_texts
from tensorboard_cnc.writer.truth import checked_classes

# No vector compresses to less than a quarter of a byte per class.
_LEAST_BYTES_PER_CLASS = 0.25


@dataclass(frozen=True, slots=True)
class Answers:
    """The arguments of `ModelHandle.predictions`, as they were given."""

    probabilities: Any = None
    logits: Any = None
    predicted: Any = None
    outputs: Any = None
    scores: Mapping[str, Any] | None = None
    labels: Any = None
    classes: Any = None
    multilabel: bool = False


def most_vectors(budget: int, classes: int) -> int:
    """How many full vectors could fit into the budget at best."""
    return int(budget / (_LEAST_BYTES_PER_CLASS * classes))


def predictions_of(
    model_id: str,
    dataset: str,
    given_ids: Any,
    answers: Answers,
    known: KnownDataset | None,
    budget: int,
    *,
    unique: bool = True,
) -> Predictions:
    """The record of some instances, with all that could fit into the budget.

    Raises:
      ArgumentError: an argument that breaks a rule of `ModelHandle.predictions`.
    """
    ids = checked_ids(given_ids, unique=unique)
    given = [
        name
        for name in ("probabilities", "logits", "predicted", "outputs")
        if getattr(answers, name) is not None
    ]
    if len(given) > 1 or not (given or answers.scores):
        raise ArgumentError(
            f"Predictions are given as {' and '.join(given) or 'nothing'}",
            "One of probabilities=, logits=, predicted= and outputs= says what a model answered",
            "Pass one of them, or scores= alone",
        )
    scores = {
        checked_name(name, "score's name"): _numbers(values, len(ids), f'scores "{name}"')
        for name, values in (answers.scores or {}).items()
    }
    columns = _answer(ids, given[0] if given else "scores", answers, known, budget)
    return Predictions(
        model_id=model_id,
        dataset=dataset,
        ids=ids,
        dataset_fingerprint=known.fingerprint if known else "",
        scores=scores,
        **columns,
    )


def _answer(
    ids: NDArray[Any], what: str, answers: Answers, known: KnownDataset | None, budget: int
) -> dict[str, Any]:
    if what == "scores":
        return {"kind": "scores"}
    values = getattr(answers, what)
    if what == "outputs":
        outputs = cut_texts(values, "outputs")
        checked_rows(outputs, len(ids), "outputs")
        return {"kind": "texts", "outputs": outputs}
    kind = known.kind if known else "classes"
    labels_2d = answers.labels is not None and is_nested(answers.labels)
    if answers.multilabel or labels_2d or kind == "multi-label":
        return _multilabel(ids, what, values, answers, known, budget)
    if what == "predicted":
        found = array_of(values, "predicted")
        if kind == "numbers" or (found.dtype.kind == "f" and kind == "scores") or _fractions(found):
            numbers = _numbers(values, len(ids), "predicted numbers", np.float64)
            return {
                "kind": "numbers",
                "numbers": numbers,
                "excluded": int((~np.isfinite(numbers)).sum()),
            }
        return _bare_labels(ids, found, answers, known)
    return _class_columns(ids, what, values, answers, known, budget)


def _class_columns(
    ids: NDArray[Any],
    what: str,
    values: Any,
    answers: Answers,
    known: KnownDataset | None,
    budget: int,
) -> dict[str, Any]:
    rows = probability_rows(values, what, multilabel=False)
    checked_rows(rows, len(ids), what)
    classes = _classes(answers, known)
    _check_width(rows, classes, what)
    if what == "probabilities":
        finite = check_range(rows, values, sums=True)
    else:
        finite = np.isfinite(rows.sum(axis=1))
    labels, classes = _labels(ids, answers, known, classes)
    if labels is not None and labels.max(initial=-1) >= rows.shape[1]:
        class_codes(labels, tuple(map(str, range(rows.shape[1]))), "labels")
    chosen = first_rows(ids, most_vectors(budget, rows.shape[1]))
    chosen = chosen[finite[chosen]]
    found = class_answers(
        rows,
        finite,
        labels,
        chosen,
        logits=what == "logits",
        top=2 * len(rows) * min(TOP, rows.shape[1]) <= budget,
    )
    return {
        "kind": "classes",
        "classes": classes,
        "predicted": found.predicted,
        "correct": _correct(found.predicted, labels),
        "confidence": found.confidence,
        "true_probability": found.true_probability,
        "top_classes": found.top_classes,
        "top_probabilities": found.top_probabilities,
        "vector_rows": chosen,
        "vectors": found.vectors,
        "excluded": int((~finite).sum()),
    }


def _bare_labels(
    ids: NDArray[Any], found: NDArray[Any], answers: Answers, known: KnownDataset | None
) -> dict[str, Any]:
    checked_rows(found, len(ids), "predicted classes")
    predicted, classes = class_codes(found, _classes(answers, known), "predicted classes")
    labels, classes = _labels(ids, answers, known, classes)
    return {
        "kind": "classes",
        "classes": classes,
        "predicted": predicted,
        "correct": _correct(predicted, labels),
        "excluded": int((predicted < 0).sum()),
    }


def _multilabel(
    ids: NDArray[Any],
    what: str,
    values: Any,
    answers: Answers,
    known: KnownDataset | None,
    budget: int,
) -> dict[str, Any]:
    classes = _classes(answers, known)
    if what == "predicted":
        members, classes = checked_memberships(values, classes, "predicted classes")
        checked_rows(members, len(ids), "predicted classes")
        columns: dict[str, Any] = {"memberships": members}
        finite = np.ones(len(ids), bool)
    else:
        rows = probability_rows(values, what, multilabel=True)
        checked_rows(rows, len(ids), what)
        _check_width(rows, classes, what)
        if what == "logits":
            rows = softmax(np.stack([np.zeros_like(rows), rows], 1))[:, 1]
        finite = check_range(rows, values, sums=False)
        chosen = first_rows(ids, most_vectors(budget, rows.shape[1]))
        chosen = chosen[finite[chosen]]
        members = rows >= 0.5
        vectors = np.ascontiguousarray(rows[chosen], np.float32)
        columns = {"memberships": members, "vector_rows": chosen, "vectors": vectors}
    truth = None
    if answers.labels is not None:
        truth, classes = checked_memberships(answers.labels, classes, "labels")
        checked_rows(truth, len(ids), "labels")
        known_rows = np.ones(len(ids), bool)
    elif known is not None and known.memberships is not None:
        truth, known_rows = known.memberships[known.rows_of(ids)], np.ones(len(ids), bool)
    if truth is not None:
        if truth.shape[1] != members.shape[1]:
            _check_width(members, tuple(map(str, range(truth.shape[1]))), what)
        right = (truth == members).all(axis=1).astype(np.int8)
        columns["correct"] = np.where(known_rows & finite, right, -1).astype(np.int8)
    excluded = int((~finite).sum())
    return {"kind": "multi-label", "classes": classes, "excluded": excluded, **columns}


def _labels(
    ids: NDArray[Any], answers: Answers, known: KnownDataset | None, classes: tuple[str, ...]
) -> tuple[NDArray[np.int32] | None, tuple[str, ...]]:
    if answers.labels is not None:
        labels, classes = class_codes(answers.labels, classes, "labels")
        checked_rows(labels, len(ids), "labels")
        return labels, classes
    if known is None or known.labels is None:
        return None, classes
    return known.labels[known.rows_of(ids)], classes


def _classes(answers: Answers, known: KnownDataset | None) -> tuple[str, ...]:
    if answers.classes is not None:
        return checked_classes(answers.classes)
    return known.classes if known else ()


def _correct(
    predicted: NDArray[np.int32], labels: NDArray[np.int32] | None
) -> NDArray[np.int8] | None:
    if labels is None:
        return None
    known = (labels >= 0) & (predicted >= 0)
    return np.where(known, predicted == labels, -1).astype(np.int8)


def _numbers(values: Any, n: int, what: str, dtype: Any = np.float32) -> NDArray[Any]:
    found = array_of(values, what)
    if found.ndim != 1 or found.dtype.kind not in "biuf":
        raise ArgumentError(
            f"The {what} have shape {found.shape} and type {found.dtype}",
            "They are one number for each instance",
            "Flatten them, for example with values.reshape(-1)",
        )
    checked_rows(found, n, what)
    return found.astype(dtype)


def _check_width(rows: NDArray[Any], classes: tuple[str, ...], what: str) -> None:
    if classes and rows.shape[1] != len(classes):
        raise ArgumentError(
            f"The {what} have {rows.shape[1]:,} columns for {len(classes):,} classes",
            "Each class has one column",
            "Pass all columns in the order of the data set's classes",
        )


def _fractions(found: NDArray[Any]) -> bool:
    return found.dtype.kind == "f" and bool(np.any(found[np.isfinite(found)] % 1))
