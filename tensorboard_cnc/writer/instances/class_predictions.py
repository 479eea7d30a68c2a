"""Predictions of one class for each instance, with or without probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.instances.answers import Task, check_agreement, check_named, check_width
from tensorboard_cnc.writer.instances.arrays import checked_rows, class_codes, names_in
from tensorboard_cnc.writer.instances.class_answers import (
    check_range,
    class_answers,
    finite_logits,
    probability_rows,
)

_Labels = NDArray[np.int32] | None


def class_columns(task: Task) -> dict[str, Any]:
    """The fields of a record from probabilities or logits.

    Raises:
      ArgumentError: they are none, or do not fit the classes and labels.
    """
    form = task.answers.form
    given = getattr(task.answers, form)
    rows = probability_rows(given, form, multilabel=False)
    checked_rows(rows, task.n, form)
    check_width(rows.shape[1], task.classes, form)
    logits = form == "logits"
    finite = finite_logits(rows) if logits else check_range(rows, given, sums=True)
    width = rows.shape[1]
    labels = _labels(task, task.classes, width)
    chosen = task.vector_rows(width, finite)
    top = task.may_keep_top(width)
    # Of rows that are left out.
    with np.errstate(over="ignore"):
        found = class_answers(rows, finite, labels, chosen, logits=logits, top=top)
    return {
        "kind": "classes",
        "classes": task.classes,
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


def bare_labels(task: Task, found: NDArray[Any]) -> dict[str, Any]:
    """The fields of a record from predicted classes (n,) alone.

    Raises:
      ArgumentError: one is outside the classes.
    """
    checked_rows(found, task.n, "predicted classes")
    # Without names of classes, those that are predicted or right are all there are.
    classes = task.classes or names_in(found, task.answers.labels)
    predicted = class_codes(found, classes, "predicted classes")
    labels = _labels(task, classes)
    return {
        "kind": "classes",
        "classes": classes,
        "predicted": predicted,
        "correct": _correct(predicted, labels),
        "excluded": int((predicted < 0).sum()),
    }


def _labels(task: Task, classes: tuple[str, ...], width: int = 0) -> _Labels:
    """The right classes, int32 (n,), -1 where unknown."""
    known = _known_labels(task, classes, width)
    if task.answers.labels is None:
        return known
    codes = class_codes(task.answers.labels, classes, "labels", width)
    checked_rows(codes, task.n, "labels")
    if known is not None:
        differs = (codes != known) & (codes >= 0) & (known >= 0)
        check_agreement(task, differs, codes, known, classes)
    return codes


def _known_labels(task: Task, classes: tuple[str, ...], width: int) -> _Labels:
    """Those of the data set."""
    if task.known is None or task.known.labels is None:
        return None
    check_named(task, classes)
    # Where neither side has names, a label may be outside the columns of the model.
    codes = class_codes(task.known.labels[task.rows], classes, "labels", width)
    checked_rows(codes, task.n, "labels")
    return codes


def _correct(predicted: NDArray[np.int32], labels: _Labels) -> NDArray[np.int8] | None:
    if labels is None:
        return None
    known = (labels >= 0) & (predicted >= 0)
    return np.where(known, predicted == labels, -1).astype(np.int8)
