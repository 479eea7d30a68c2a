"""From what a model predicted to the record that is stored: checked, and fitted into bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format.columns import ids as packed_ids
from tensorboard_cnc.format.columns import probabilities
from tensorboard_cnc.format.instances import columns_of
from tensorboard_cnc.records.instances import Ids, Predictions
from tensorboard_cnc.writer.instances.arrays import (
    array_of,
    checked_ids,
    checked_rows,
    columns_by_name,
    first_rows,
)
from tensorboard_cnc.writer.instances.class_labels import is_one_hot
from tensorboard_cnc.writer.instances.class_predictions import (
    bare_labels,
    class_columns,
    multilabel_columns,
)
from tensorboard_cnc.writer.instances.task import GivenPredictions, KnownDataset, Remark, Task
from tensorboard_cnc.writer.instances.truth import numbers_of
from tensorboard_cnc.writer.naming import checked_dataset_name, checked_max_bytes, checked_name
from tensorboard_cnc.writer.texts import cut_texts

DEFAULT_BYTES = 512 << 10
# KL needs vectors, so that some stay before top-k claims the rest.
_SHARE_OF_VECTORS = 0.25
_SAMPLE = 256
# How often a number of vectors is tried, and the share of the room that is full enough.
_ATTEMPTS = 6
_FULL = 0.96
# Beside the name and the data of a column.
_COLUMN_BYTES = 32
# Fields with a row for each instance, but for outputs, scores and vectors.
COLUMNS = ("predicted", "memberships", "numbers", "correct", "confidence", "true_probability")
TOP_COLUMNS = ("top_classes", "top_probabilities")
_CONFIDENCE = ("confidence",)
_VECTORS = ("vector_rows", "vectors")

_Packed = dict[str, pb.Column]


def predictions_of(
    model_id: str,
    dataset: str,
    ids: Any,
    given: GivenPredictions,
    known: KnownDataset | None,
    max_bytes: int,
    *,
    unique: bool = True,
    remark: Remark = lambda _error: None,
) -> Predictions:
    """The record of some instances, with all that could fit into `max_bytes`.

    `known` is the data set, where this process has logged it; with `unique` an id that occurs
    twice is refused; `remark` takes what the page should say.

    Raises:
      ArgumentError: an argument that breaks a rule of `ModelHandle.predictions`.
    """
    name = checked_dataset_name(dataset)
    allowed = checked_max_bytes(max_bytes)
    task = Task.of(checked_ids(ids, unique=unique), given, known, allowed, remark)
    return Predictions(
        model_id=model_id,
        dataset=name,
        ids=task.ids,
        dataset_fingerprint=known.fingerprint if known else "",
        scores=_scores(given.scores, task.n),
        **_columns(task),
    )


def in_order(record: Predictions) -> Predictions:
    """The same in the order of ids, which takes the fewest bytes."""
    if np.all(record.ids[1:] > record.ids[:-1]):
        return record
    return taken(record, np.argsort(record.ids, kind="stable"))


def taken(record: Predictions, rows: NDArray[np.int64]) -> Predictions:
    """The record of some of its `rows`, each once, in any order."""
    changes: dict[str, Any] = {"ids": record.ids[rows]}
    for name in (*COLUMNS, *TOP_COLUMNS):
        column = getattr(record, name)
        changes[name] = None if column is None else column[rows]
    if record.outputs is not None:
        changes["outputs"] = tuple(record.outputs[row] for row in rows.tolist())
    changes["scores"] = {name: score[rows] for name, score in record.scores.items()}
    if record.vectors is not None:
        place = np.full(len(record.ids), -1)
        place[rows] = np.arange(len(rows))
        at = place[record.vector_rows]
        order = np.argsort(at, kind="stable")[np.count_nonzero(at < 0) :]
        changes |= {"vector_rows": at[order], "vectors": record.vectors[order]}
    return replace(record, **changes)


def fitted(record: Predictions, max_bytes: int) -> tuple[Predictions, _Packed]:
    """The record within `max_bytes` compressed bytes, and its columns.

    Full vectors go first, then top-k, then confidence. Predicted, correct, true-label probability
    and scores always stay, even if that takes more. Where all full vectors fit, they say what
    top-k would, so that it is not stored.
    """
    packed = columns_of(_without(record, *_CONFIDENCE, *TOP_COLUMNS, *_VECTORS))
    confidence = columns_of(record, _CONFIDENCE)
    if _has_all_vectors(record):
        vectors = columns_of(record, _VECTORS)
        if packed_bytes(packed | confidence | vectors) <= max_bytes:
            return _without(record, *TOP_COLUMNS), packed | confidence | vectors
    share = 0 if record.vectors is None else int(max_bytes * _SHARE_OF_VECTORS)
    dropped = []
    # Those that are not there may have been left out before, as too large for max_bytes.
    for what, names, columns, reserved in (
        ("confidence", _CONFIDENCE, confidence, 0),
        ("top-k", TOP_COLUMNS, columns_of(record, TOP_COLUMNS), share),
    ):
        if columns and packed_bytes(packed | columns) + reserved <= max_bytes:
            packed |= columns
        elif record.vectors is not None or columns:
            dropped.append(what)
            record = _without(record, *names)
    if record.vectors is not None:
        dropped.append("vectors")
        record, columns = _with_vectors_within(max_bytes - packed_bytes(packed), record)
        packed |= columns
    return replace(record, dropped=tuple(dropped)), packed


def packed_bytes(packed: Mapping[str, pb.Column]) -> int:
    """Bytes that the columns take in a record."""
    return sum(len(column.data) + len(name) + _COLUMN_BYTES for name, column in packed.items())


def _scores(given: Any, n: int) -> dict[str, NDArray[Any]]:
    return {
        checked_name(name, "score's name"): numbers_of(values, n, f'scores "{name}"', np.float32)
        for name, values in columns_by_name(given, "scores", '{"F1": f1}').items()
    }


def _columns(task: Task) -> dict[str, Any]:
    """The fields of the record that hold the predictions, including its kind."""
    form = task.given.form
    if not form:
        return {"kind": "scores"}
    if form == "outputs":
        outputs = cut_texts(task.given.outputs, "outputs")
        checked_rows(outputs, task.n, "outputs")
        return {"kind": "texts", "outputs": outputs}
    if task.is_multilabel:
        return multilabel_columns(task)
    if form != "predicted":
        return class_columns(task)
    found = array_of(task.given.predicted, "predicted")
    return _numbers(task, found) if _is_regression(task, found) else bare_labels(task, found)


def _is_regression(task: Task, found: NDArray[Any]) -> bool:
    """Whether `found` are numbers: floats are, unless the data set or a label says otherwise."""
    if task.kind_known in ("numbers", "classes"):
        return task.kind_known == "numbers"
    bare = not task.classes and task.given.labels is None
    return found.dtype.kind == "f" and bare and not is_one_hot(found)


def _numbers(task: Task, found: NDArray[Any]) -> dict[str, Any]:
    numbers = numbers_of(found, task.n, "predicted numbers", np.float64)
    return {
        "kind": "numbers",
        "numbers": numbers,
        "excluded": int((~np.isfinite(numbers)).sum()),
    }


def _without(record: Predictions, *names: str) -> Predictions:
    return replace(record, **dict.fromkeys(names))  # type: ignore[arg-type]


def _has_all_vectors(record: Predictions) -> bool:
    """Whether every instance has a vector, but for those that are not finite."""
    return record.vectors is not None and len(record.vectors) == len(record.ids) - record.excluded


def _with_vectors_within(room: int, record: Predictions) -> tuple[Predictions, _Packed]:
    """The record with those vectors that fit into `room` bytes, and their columns.

    They are those that come first in the order that all models share.
    """
    assert record.vectors is not None
    assert record.vector_rows is not None
    ids, rows, vectors = record.ids[record.vector_rows], record.vector_rows, record.vectors
    count = room / _bytes_of_a_vector(ids, rows, vectors)
    kept: tuple[Predictions, _Packed] = _without(record, *_VECTORS), {}
    for _ in range(_ATTEMPTS):
        chosen = first_rows(ids, int(count))
        packed = _packed(rows[chosen], vectors[chosen])
        size = packed_bytes(packed)
        if size <= room and len(chosen):
            kept = replace(record, vectors=vectors[chosen], vector_rows=rows[chosen]), packed
        if len(chosen) == 0 or _FULL * room < size <= room:
            break
        count = len(chosen) * room / size * (1 + _FULL) / 2
    return kept


def _bytes_of_a_vector(ids: Ids, rows: NDArray[np.int64], vectors: NDArray[np.float32]) -> float:
    sample = first_rows(ids, _SAMPLE)
    return packed_bytes(_packed(rows[sample], vectors[sample])) / max(1, len(sample))


def _packed(rows: NDArray[np.int64], vectors: NDArray[np.float32]) -> _Packed:
    return {
        "vector_rows": packed_ids("vector_rows", rows),
        "vectors": probabilities("vectors", vectors, coarse=True),
    }
