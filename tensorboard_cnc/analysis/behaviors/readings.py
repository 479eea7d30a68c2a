"""Predictions as the data set has them, where the process that logged them did not know it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.instances import NONE
from tensorboard_cnc.analysis.problem import Problem
from tensorboard_cnc.records.instances import Dataset, Predictions

_WHOLE = re.compile(r"[+-]?\d{1,18}")
_NAMED = 5


def as_read(predictions: Predictions, dataset: Dataset | None) -> Predictions:
    """The predictions in the kind and by the classes of the data set, as far as they can be.

    Whole numbers are those of a regression where the data set has numbers, and classes where it
    has labels: alone they may be either. Without names, a number that is no index but one of the
    names stands for that class.
    """
    if dataset is None:
        return predictions
    match predictions.kind, dataset.kind:
        case "classes", "numbers":
            return _as_numbers(predictions)
        case "numbers", "classes":
            return _as_classes(predictions, dataset)
        case "classes", "classes":
            return _by_value(predictions, dataset)
        case _:
            return predictions


def doubts(given: Predictions, predictions: Predictions, dataset: Dataset) -> Iterator[Problem]:
    """What does not fit between the classes of predictions and those of the data set.

    `given`: the predictions as they were logged, of which `as_read` has made `predictions`.
    """
    if predictions.kind not in ("classes", "multi-label"):
        return
    classes, known = predictions.classes, dataset.classes
    if not known and classes and dataset.kind in ("classes", "multi-label"):
        yield from _renumbered(classes)
        return
    strange = [name for name in classes if name not in known]
    if strange and known:
        missing = [name for name in known if name not in classes]
        yield Problem(
            f"Its classes {_list(strange)} are not among those of the data set"
            + (f", of which it lacks {_list(missing)}" if missing else "")
            + ", so that no such answer is right.",
            "Pass classes=[…] with the data set's names, in the order of the model's outputs.",
        )
    yield from _labels_outside(predictions, dataset)
    beyond = _unknown(predictions) - _unknown(given)
    if beyond:
        yield Problem(
            f"{beyond:,} of its {len(predictions.ids):,} answers are no index or name of the data "
            f"set's {len(known):,} classes and count as unknown.",
            "Pass classes=[…] with the data set's names, in the order of the model's outputs.",
        )


def _renumbered(classes: tuple[str, ...]) -> Iterator[Problem]:
    """Classes that are numbers, but not the indices that the labels of the data set are."""
    moved = [(index, name) for index, name in enumerate(classes) if name != str(index)]
    if moved and all(map(_WHOLE.fullmatch, classes)):
        index, name = moved[0]
        yield Problem(
            f"Its classes are the numbers {_list(classes)}, and the labels of the data set are "
            f'bare indices: label {index} is read as its class "{name}".',
            "Log the data set with classes=[…], which says which index is which class.",
        )


def _labels_outside(predictions: Predictions, dataset: Dataset) -> Iterator[Problem]:
    """Labels without names that are beyond the columns of the model, such as those from 1 on."""
    vectors, labels = predictions.vectors, dataset.labels
    if vectors is None or labels is None or predictions.classes or dataset.classes:
        return
    columns, most = vectors.shape[1], int(labels.max(initial=0))
    if most >= columns:
        yield Problem(
            f"It has {columns:,} columns, for classes 0 to {columns - 1:,}, and labels of the data "
            f"set go up to {most:,}, so that no answer to those is right.",
            "Log the data set with labels from 0 on, or with classes=[…] in the order of the "
            "model's outputs.",
        )


def order_doubts(
    records: Mapping[str, Predictions], dataset: Dataset | None
) -> Iterator[tuple[str, Problem]]:
    """By key, models with other classes than the first one, where labels are bare indices."""
    if dataset is None or dataset.classes or dataset.kind not in ("classes", "multi-label"):
        return
    named = [(key, record) for key, record in records.items() if record.classes]
    for key, record in named[1:]:
        first = named[0][1]
        if record.classes != first.classes:
            yield (
                key,
                Problem(
                    f"Its classes are {_list(record.classes)}, those of the model "
                    f'"{first.model_id}" {_list(first.classes)}, and the labels of the data set '
                    "are bare indices, which are read in the latter's order.",
                    "Log the data set with classes=[…], which says which index is which class.",
                ),
            )


def _as_numbers(predictions: Predictions) -> Predictions:
    codes = predictions.predicted
    if codes is None:
        return predictions
    values = np.arange(int(codes.max(initial=0)) + 1, dtype=float)
    if predictions.classes:
        if not all(map(_WHOLE.fullmatch, predictions.classes)):
            return predictions
        values = np.array([int(name) for name in predictions.classes], float)
    numbers = np.append(values, np.nan)[codes]
    return Predictions(
        model_id=predictions.model_id,
        dataset=predictions.dataset,
        ids=predictions.ids,
        kind="numbers",
        dataset_fingerprint=predictions.dataset_fingerprint,
        numbers=numbers,
        scores=predictions.scores,
        excluded=predictions.excluded,
        dropped=predictions.dropped,
        logged_us=predictions.logged_us,
    )


def _as_classes(predictions: Predictions, dataset: Dataset) -> Predictions:
    numbers = predictions.numbers
    if numbers is None or not len(numbers):
        return predictions
    known = np.isfinite(numbers)
    if np.any(numbers[known] % 1) or np.any(np.abs(numbers[known]) >= 2**31 - 1):
        return predictions
    values = np.where(known, numbers, NONE).astype(np.int32)
    names = {int(name): code for code, name in enumerate(dataset.classes) if _WHOLE.fullmatch(name)}
    if np.any(values[known] < 0):
        if not set(values[known].tolist()) <= names.keys():
            return predictions
        values = _mapped(values, known, names)
    read = replace(predictions, kind="classes", numbers=None, predicted=values)
    return _by_value(read, dataset)


def _by_value(predictions: Predictions, dataset: Dataset) -> Predictions:
    codes, names = predictions.predicted, dataset.classes
    if predictions.classes or codes is None or not names or codes.max(initial=0) < len(names):
        return predictions
    value_of = {int(name): code for code, name in enumerate(names) if _WHOLE.fullmatch(name)}
    known = codes != NONE
    if predictions.vectors is None and set(np.unique(codes[known]).tolist()) <= value_of.keys():
        return replace(predictions, predicted=_mapped(codes, known, value_of))
    return replace(predictions, predicted=np.where(codes < len(names), codes, NONE))


def _mapped(
    values: NDArray[np.integer], known: NDArray[np.bool_], code_of: Mapping[int, int]
) -> NDArray[np.int32]:
    distinct, at = np.unique(values, return_inverse=True)
    codes = np.array([code_of.get(value, NONE) for value in distinct.tolist()], np.int32)
    return np.where(known, codes[at.reshape(-1)], np.int32(NONE)).astype(np.int32)


def _unknown(predictions: Predictions) -> int:
    if predictions.numbers is not None:
        return int(np.count_nonzero(~np.isfinite(predictions.numbers)))
    codes = predictions.predicted
    return 0 if codes is None else int(np.count_nonzero(codes == NONE))


def _list(names: tuple[str, ...] | list[str]) -> str:
    some = ", ".join(f'"{name}"' for name in names[:_NAMED])
    return f"{some} and {len(names) - _NAMED:,} more" if len(names) > _NAMED else some
