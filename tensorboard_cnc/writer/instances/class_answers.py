"""What is kept of class probabilities: the answer, its confidence, and more where there is room."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.instances.arrays import array_of, is_half

TOP = 5
_ROWS_AT_A_TIME = 4096


class ClassAnswers(NamedTuple):
    """Columns of n instances; `vectors` are those of the rows asked for."""

    predicted: NDArray[np.int32]
    confidence: NDArray[np.float32]
    true_probability: NDArray[np.float32] | None
    top_classes: NDArray[np.int32] | None
    top_probabilities: NDArray[np.float32] | None
    vectors: NDArray[np.float32]


def probability_rows(given: Any, what: str, *, multilabel: bool) -> NDArray[Any]:
    """Rows (n, C) as given; a binary model's (n,) or (n, 1) become two classes.

    Raises:
      ArgumentError: there are no such rows.
    """
    found = array_of(given, what)
    if found.dtype.kind not in "fiub" or found.ndim not in (1, 2) or 0 in found.shape:
        raise ArgumentError(
            f"The {what} have shape {found.shape} and type {found.dtype}",
            "They are numbers of shape (instances, classes), or (instances,) for two classes",
            "Reshape them",
        )
    found = found.astype(np.float32 if found.dtype != np.float64 else np.float64, copy=False)
    binary = found.ndim == 1 or found.shape[1] == 1
    if multilabel or not binary:
        return found.reshape(len(found), -1)
    column = found.reshape(-1)
    other = 1 - column if what == "probabilities" else np.zeros_like(column)
    return np.stack([other, column], axis=1)


def check_range(rows: NDArray[Any], given: Any, *, sums: bool) -> NDArray[np.bool_]:
    """Whether each row (n,) is finite; refuses those that are no probabilities.

    Raises:
      ArgumentError: one is outside 0 to 1, or a row does not sum to 1 (`sums`).
    """
    with np.errstate(over="ignore", invalid="ignore"):
        total = rows.sum(axis=1)
    finite: NDArray[np.bool_] = np.isfinite(total)
    slack = 2e-2 if is_half(given) else 1e-3
    low, high = rows.min(axis=1), rows.max(axis=1)
    outside = finite & ((low < -slack) | (high > 1 + slack))
    if np.any(outside):
        row = int(np.argmax(outside))
        raise ArgumentError(
            f"The probabilities of row {row} go from {low[row]:.4g} to {high[row]:.4g}",
            "Probabilities lie between 0 and 1",
            "Pass scores before the softmax as logits=",
        )
    if sums and np.any(off := finite & (np.abs(total - 1) > slack)):
        row = int(np.argmax(off))
        raise ArgumentError(
            f"The probabilities of row {row} sum to {total[row]:.6g}",
            "Those of one instance sum to 1",
            "Pass logits=, or multilabel=True where an instance can have several classes",
        )
    return finite


def class_answers(
    rows: NDArray[Any],
    finite: NDArray[np.bool_],
    labels: NDArray[np.int32] | None,
    vector_rows: NDArray[np.int64],
    *,
    logits: bool,
    top: bool,
) -> ClassAnswers:
    """The columns of probabilities or logits (n, C), block by block to bound memory."""
    n, classes = rows.shape
    k = min(TOP, classes)
    found = ClassAnswers(
        np.full(n, -1, np.int32),
        np.full(n, np.nan, np.float32),
        None if labels is None else np.full(n, np.nan, np.float32),
        np.full((n, k), -1, np.int32) if top else None,
        np.full((n, k), np.nan, np.float32) if top else None,
        np.empty((len(vector_rows), classes), np.float32),
    )
    for start in range(0, n, _ROWS_AT_A_TIME):
        block = slice(start, start + _ROWS_AT_A_TIME)
        values = softmax(rows[block]) if logits else rows[block]
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
            part = np.argpartition(-values, k - 1, axis=1)[:, :k]
            order = np.argsort(-np.take_along_axis(values, part, 1), axis=1, kind="stable")
            chosen = np.take_along_axis(part, order, 1)
            found.top_classes[block] = chosen
            found.top_probabilities[block] = np.take_along_axis(values, chosen, 1)
        low, high = np.searchsorted(vector_rows, [start, start + _ROWS_AT_A_TIME])
        found.vectors[low:high] = values[vector_rows[low:high] - start]
    return found


def finite_logits(rows: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each row (n,) has a softmax; minus infinity is a class ruled out."""
    finite: NDArray[np.bool_] = np.isfinite(rows.max(axis=1))
    return finite


def sigmoid(logits: NDArray[Any]) -> NDArray[Any]:
    """Probabilities of logits, each for itself."""
    with np.errstate(over="ignore"):
        shares: NDArray[Any] = 1 / (1 + np.exp(-logits))
    return shares


def softmax(logits: NDArray[Any]) -> NDArray[Any]:
    """Probabilities of logits (n, C)."""
    with np.errstate(invalid="ignore"):
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: NDArray[Any] = powers / powers.sum(axis=1, keepdims=True)
    return shares
