"""Predictions of several classes for each instance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.writer.instances.answers import Task, check_agreement, check_named, check_width
from tensorboard_cnc.writer.instances.arrays import checked_rows, names_in
from tensorboard_cnc.writer.instances.class_answers import (
    check_range,
    finite_logits,
    probability_rows,
    sigmoid,
)
from tensorboard_cnc.writer.instances.memberships import checked_memberships

_THRESHOLD = 0.5


def multilabel_columns(task: Task) -> dict[str, Any]:
    """The fields of a record from probabilities (n, C), logits, flags or lists of classes.

    A class is predicted from a probability of 0.5 on. A row that is not finite predicts none, is
    neither right nor wrong and has no vector.

    Raises:
      ArgumentError: they do not fit the classes and labels.
    """
    form = task.answers.form
    given = getattr(task.answers, form)
    classes = task.classes
    finite = np.ones(task.n, bool)
    columns: dict[str, Any] = {}
    if form == "predicted":
        classes = classes or names_in(given, task.answers.labels)
        members = checked_memberships(given, classes, "predicted classes", task.width_known)
        checked_rows(members, task.n, "predicted classes")
    else:
        rows = probability_rows(given, form, multilabel=True)
        checked_rows(rows, task.n, form)
        check_width(rows.shape[1], classes, form)
        finite = finite_logits(rows) if form == "logits" else check_range(rows, given, sums=False)
        rows = sigmoid(rows) if form == "logits" else rows
        chosen = task.vector_rows(rows.shape[1], finite)
        members = (rows >= _THRESHOLD) & finite[:, None]
        columns = {
            "vector_rows": chosen,
            "vectors": np.ascontiguousarray(rows[chosen], np.float32),
        }
    truth = _truth(task, classes, members.shape[1])
    right = None
    if truth is not None:
        right = np.where(finite, (truth == members).all(axis=1), -1).astype(np.int8)
    return {
        "kind": "multi-label",
        "classes": classes,
        "memberships": members,
        "correct": right,
        "excluded": int((~finite).sum()),
        **columns,
    }


def _truth(task: Task, classes: tuple[str, ...], width: int) -> NDArray[np.bool_] | None:
    """The right classes of each instance (n, C), if they are known."""
    known = None
    if task.known is not None and task.known.memberships is not None:
        known = task.known.memberships[task.rows]
        check_named(task, classes)
        check_width(width, ("",) * known.shape[1], "predicted classes")
    if task.answers.labels is None:
        return known
    truth = checked_memberships(task.answers.labels, classes, "labels", width)
    checked_rows(truth, task.n, "labels")
    if known is not None:
        check_agreement(task, (truth != known).any(axis=1), truth, known, classes)
    return truth
