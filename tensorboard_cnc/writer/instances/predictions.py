"""Turns what a model answered into a record: one batch, one shard, or all at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.instances import Predictions
from tensorboard_cnc.writer.instances.answers import Answers, Task
from tensorboard_cnc.writer.instances.arrays import array_of, checked_ids, checked_rows
from tensorboard_cnc.writer.instances.class_predictions import bare_labels, class_columns
from tensorboard_cnc.writer.instances.known_datasets import KnownDataset
from tensorboard_cnc.writer.instances.memberships import is_nested
from tensorboard_cnc.writer.instances.multilabel_predictions import multilabel_columns
from tensorboard_cnc.writer.instances.truth import numbers_of
from tensorboard_cnc.writer.naming import (
    checked_dataset_name,
    checked_max_bytes,
    checked_name,
)
from tensorboard_cnc.writer.texts import cut_texts
from tensorboard_cnc.writer.wording import shown, type_name


def predictions_of(
    model_id: str,
    dataset: str,
    ids: Any,
    answers: Answers,
    known: KnownDataset | None,
    max_bytes: int,
    *,
    unique: bool = True,
) -> Predictions:
    """The record of some instances, with all that could fit into max_bytes.

    `known` is the data set, where this process has logged it; `unique`: an id that comes twice
    is refused.

    Raises:
      ArgumentError: an argument that breaks a rule of `ModelHandle.predictions`.
    """
    name = checked_dataset_name(dataset)
    allowed = checked_max_bytes(max_bytes)
    task = Task.of(checked_ids(ids, unique=unique), answers, known, allowed)
    return Predictions(
        model_id=model_id,
        dataset=name,
        ids=task.ids,
        dataset_fingerprint=known.fingerprint if known else "",
        scores=_scores(answers.scores, task.n),
        **_columns(task),
    )


def _scores(given: Any, n: int) -> dict[str, NDArray[Any]]:
    if not isinstance(given or {}, Mapping):
        raise ArgumentError(
            f"The scores are {shown(given)} of type {type_name(given)}",
            "Scores are one number for each instance, by name",
            'Write scores={"F1": f1}',
        )
    return {
        checked_name(name, "score's name"): numbers_of(values, n, f'scores "{name}"', np.float32)
        for name, values in (given or {}).items()
    }


def _columns(task: Task) -> dict[str, Any]:
    """The fields of the record that hold the answers, its kind among them."""
    form = task.answers.form
    if not form:
        return {"kind": "scores"}
    if form == "outputs":
        outputs = cut_texts(task.answers.outputs, "outputs")
        checked_rows(outputs, task.n, "outputs")
        return {"kind": "texts", "outputs": outputs}
    if _is_multilabel(task):
        return multilabel_columns(task)
    if form != "predicted":
        return class_columns(task)
    found = array_of(task.answers.predicted, "predicted")
    return _numbers(task, found) if _is_regression(task, found) else bare_labels(task, found)


def _is_multilabel(task: Task) -> bool:
    labels = task.answers.labels
    nested = labels is not None and is_nested(labels)
    return task.answers.multilabel or nested or task.kind_known == "multi-label"


def _is_regression(task: Task, found: NDArray[Any]) -> bool:
    """Floats are numbers, unless something says that they are classes."""
    if task.kind_known in ("numbers", "classes"):
        return task.kind_known == "numbers"
    return found.dtype.kind == "f" and not task.classes and task.answers.labels is None


def _numbers(task: Task, found: NDArray[Any]) -> dict[str, Any]:
    numbers = numbers_of(found, task.n, "predicted numbers", np.float64)
    return {
        "kind": "numbers",
        "numbers": numbers,
        "excluded": int((~np.isfinite(numbers)).sum()),
    }
