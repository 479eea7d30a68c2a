"""Predictions of classes, one or several for each instance, with or without probabilities."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.instances.arrays import (
    checked_rows,
)
from tensorboard_cnc.writer.instances.class_labels import class_codes, names_in
from tensorboard_cnc.writer.instances.memberships import (
    Memberships,
    checked_memberships,
    known_memberships,
)
from tensorboard_cnc.writer.instances.probability_rows import logit_rows, probability_rows
from tensorboard_cnc.writer.instances.task import TOP, Task

# From which probability on a class is one of several.
_THRESHOLD = 0.5
_ROWS_AT_A_TIME = 4096

_Labels = NDArray[np.int32] | None


def class_columns(task: Task) -> dict[str, Any]:
    """The fields of a record from probabilities or logits.

    Raises:
      ArgumentError: they are malformed, or do not fit the classes and labels.
    """
    rows, finite = _checked_rows(task, multilabel=False)
    width = rows.shape[1]
    labels = _labels(task, task.classes, width)
    chosen = task.vector_rows(width, finite)
    top = task.may_keep_top(width)
    logits = task.given.form == "logits"
    # In rows that are left out.
    with np.errstate(over="ignore"):
        found = _most_probable(rows, finite, labels, chosen, logits=logits, top=top)
    return {
        "kind": "classes",
        "classes": task.classes,
        **found._asdict(),
        "correct": _correct(found.predicted, labels),
        "vector_rows": chosen,
        "excluded": int((~finite).sum()),
    }


def bare_labels(task: Task, found: NDArray[Any]) -> dict[str, Any]:
    """The fields of a record from predicted classes (n,) alone.

    Raises:
      ArgumentError: one is outside the classes.
    """
    checked_rows(found, task.n, "predicted classes")
    # Without names of classes, those that are predicted or right are all there are.
    classes = task.classes or names_in(found, task.given.labels)
    predicted = class_codes(found, classes, "predicted classes", by_value=task.by_value)
    labels = _labels(task, classes)
    return {
        "kind": "classes",
        "classes": classes,
        "predicted": predicted,
        "correct": _correct(predicted, labels),
        "excluded": int((predicted < 0).sum()),
    }


def multilabel_columns(task: Task) -> dict[str, Any]:
    """The fields of a record from probabilities (n, C), logits, flags or lists of classes.

    A class is predicted from a probability of 0.5 on. A row that is not finite predicts none, is
    neither right nor wrong and has no vector.

    Raises:
      ArgumentError: they do not fit the classes and labels.
    """
    classes = task.classes
    columns: dict[str, Any] = {}
    if task.given.form == "predicted":
        given = task.given.predicted
        classes = classes or names_in(given, task.given.labels)
        members = checked_memberships(given, classes, "predicted classes", task.width_known)
        checked_rows(members, task.n, "predicted classes")
        finite = np.ones(task.n, bool)
    else:
        rows, finite = _checked_rows(task, multilabel=True)
        rows = _sigmoid(rows) if task.given.form == "logits" else rows
        members = (rows >= _THRESHOLD) & finite[:, None]
        chosen = task.vector_rows(rows.shape[1], finite)
        columns["vector_rows"] = chosen
        columns["vectors"] = np.ascontiguousarray(rows[chosen], np.float32)
    truth = _truth(task, classes, members.shape[1])
    right = None if truth is None else _all_right(members, finite, truth)
    return {
        "kind": "multi-label",
        "classes": classes,
        "memberships": members,
        "correct": right,
        "excluded": int((~finite).sum()),
        **columns,
    }


def _labels(task: Task, classes: tuple[str, ...], width: int = 0) -> _Labels:
    """The right classes, int32 (n,), -1 where unknown."""
    known = _known_labels(task, classes, width)
    if task.given.labels is None:
        return known
    codes = class_codes(task.given.labels, classes, "labels", width, by_value=task.by_value)
    checked_rows(codes, task.n, "labels")
    if known is not None:
        differs = (codes != known) & (codes >= 0) & (known >= 0)
        task.check_agreement(differs, codes, known, classes)
    return codes


def _known_labels(task: Task, classes: tuple[str, ...], width: int) -> _Labels:
    """The labels of the data set."""
    known = task.codes_known(classes)
    if known is None:
        return None
    task.check_named(classes)
    # Where neither side has names, a label may be outside the columns of the model.
    codes = class_codes(known, classes, "labels", width)
    checked_rows(codes, task.n, "labels")
    return codes


def _correct(predicted: NDArray[np.int32], labels: _Labels) -> NDArray[np.int8] | None:
    if labels is None:
        return None
    known = (labels >= 0) & (predicted >= 0)
    return np.where(known, predicted == labels, -1).astype(np.int8)


def _truth(task: Task, classes: tuple[str, ...], width: int) -> Memberships | None:
    """The right classes of each instance (n, C), as far as they are known."""
    known = _known_truth(task, classes, width)
    if task.given.labels is None:
        return known
    truth = known_memberships(task.given.labels, classes, "labels", width)
    checked_rows(truth.flags, task.n, "labels")
    if known is not None:
        differs = truth.flags != known.flags
        for each in (truth.known, known.known):
            differs &= True if each is None else each
        task.check_agreement(differs.any(axis=1), truth.flags, known.flags, classes)
    return truth


def _known_truth(task: Task, classes: tuple[str, ...], width: int) -> Memberships | None:
    """That of the data set."""
    if task.known is None or task.known.memberships is None:
        return None
    task.check_named(classes)
    _check_width(width, task.known.memberships.shape[1], "predicted classes")
    cells = task.known.memberships_known
    return Memberships(
        task.columns_known(task.known.memberships, classes),
        None if cells is None else task.columns_known(cells, classes),
    )


def _all_right(
    members: NDArray[np.bool_], finite: NDArray[np.bool_], truth: Memberships
) -> NDArray[np.int8]:
    """Whether all classes that are known of an instance are predicted right, -1: none is known."""
    wrong = members != truth.flags
    if truth.known is not None:
        wrong &= truth.known
        finite = finite & truth.known.any(axis=1)
    return np.where(finite, ~wrong.any(axis=1), -1).astype(np.int8)


def _check_width(columns: int, classes: int, what: str) -> None:
    """Checks that there is one column for each class; 0 classes: their number is unknown."""
    if classes and columns != classes:
        raise ArgumentError(
            f"The {what} have {columns:,} columns for {classes:,} classes",
            "Each class has one column",
            "Pass all columns in the order of the data set's classes",
        )


def _checked_rows(task: Task, *, multilabel: bool) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Probabilities or logits (n, C), and whether each row (n,) is finite."""
    form = task.given.form
    task.check_ordered()
    read = probability_rows if form == "probabilities" else logit_rows
    found = read(getattr(task.given, form), multilabel=multilabel)
    checked_rows(found.values, task.n, form)
    _check_width(found.values.shape[1], len(task.classes), form)
    if found.remark is not None:
        task.remark(found.remark)
    return found.values, found.finite


class _MostProbable(NamedTuple):
    """Columns of n instances, and `vectors` of the rows that were asked for."""

    predicted: NDArray[np.int32]
    confidence: NDArray[np.float32]
    true_probability: NDArray[np.float32] | None
    top_classes: NDArray[np.int32] | None
    top_probabilities: NDArray[np.float32] | None
    vectors: NDArray[np.float32]


def _most_probable(
    rows: NDArray[Any],
    finite: NDArray[np.bool_],
    labels: NDArray[np.int32] | None,
    vector_rows: NDArray[np.int64],
    *,
    logits: bool,
    top: bool,
) -> _MostProbable:
    """The columns of probabilities or logits (n, C), block by block to bound memory."""
    n, classes = rows.shape
    k = min(TOP, classes)
    found = _MostProbable(
        np.full(n, -1, np.int32),
        np.full(n, np.nan, np.float32),
        None if labels is None else np.full(n, np.nan, np.float32),
        np.full((n, k), -1, np.int32) if top else None,
        np.full((n, k), np.nan, np.float32) if top else None,
        np.empty((len(vector_rows), classes), np.float32),
    )
    for start in range(0, n, _ROWS_AT_A_TIME):
        block = slice(start, start + _ROWS_AT_A_TIME)
        values = _softmax(rows[block]) if logits else rows[block]
        ok = finite[block]
        best = values.argmax(axis=1)
        at = np.arange(len(values))
        found.predicted[block] = np.where(ok, best, -1)
        found.confidence[block] = np.where(ok, values[at, best], np.nan)
        if found.true_probability is not None and labels is not None:
            label = labels[block]
            known = ok & (label >= 0)
            found.true_probability[block] = np.where(known, values[at, label], np.nan)
        if found.top_classes is not None and found.top_probabilities is not None:
            found.top_classes[block] = chosen = _first_columns(values, k)
            found.top_probabilities[block] = np.take_along_axis(values, chosen, 1)
        low, high = np.searchsorted(vector_rows, [start, start + _ROWS_AT_A_TIME])
        found.vectors[low:high] = values[vector_rows[low:high] - start]
    return found


def _first_columns(values: NDArray[Any], k: int) -> NDArray[np.int64]:
    """The columns of the k largest values of each row (n, k), the largest first."""
    part = np.argpartition(-values, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(values, part, 1), axis=1, kind="stable")
    return np.take_along_axis(part, order, 1)


def _sigmoid(logits: NDArray[Any]) -> NDArray[Any]:
    """Probabilities of logits, each for itself."""
    with np.errstate(over="ignore"):
        shares: NDArray[Any] = 1 / (1 + np.exp(-logits))
    return shares


def _softmax(logits: NDArray[Any]) -> NDArray[Any]:
    """Probabilities of logits (n, C)."""
    with np.errstate(invalid="ignore"):
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: NDArray[Any] = powers / powers.sum(axis=1, keepdims=True)
    return shares
