"""What a user passes as predictions, and what they are checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.instances import Kind
from tensorboard_cnc.writer.instances.arrays import in_rows
from tensorboard_cnc.writer.instances.class_answers import TOP
from tensorboard_cnc.writer.instances.known_datasets import KnownDataset
from tensorboard_cnc.writer.instances.order import first_rows
from tensorboard_cnc.writer.instances.truth import checked_classes
from tensorboard_cnc.writer.wording import shown

_FORMS = ("probabilities", "logits", "predicted", "outputs")
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

    @property
    def form(self) -> str:
        """The argument that says what the model answered; "" where there are only scores.

        Raises:
          ArgumentError: there are several, or nothing at all.
        """
        given = [name for name in _FORMS if getattr(self, name) is not None]
        if len(given) > 1 or not (given or self.scores):
            raise ArgumentError(
                f"Predictions are given as {' and '.join(given) or 'nothing'}",
                "A model answers by probabilities=, logits=, predicted= or outputs=",
                "Pass one of them, or scores= alone",
            )
        return given[0] if given else ""

    def in_rows(self) -> Answers:
        """These, with labels and predicted classes as arrays or lists.

        Raises:
          ArgumentError: one of them has no rows, or labels are given for what has no classes.
        """
        if self.labels is not None and self.form in ("", "outputs"):
            raise ArgumentError(
                f"Labels are given for {self.form or 'scores'}",
                "labels= are the right classes of an instance",
                "Pass texts and numbers that are right as targets= of cnc_summary.dataset",
            )
        rows = {
            name: in_rows(given, name)
            for name in ("predicted", "labels")
            if (given := getattr(self, name)) is not None
        }
        return replace(self, **rows)


@dataclass(frozen=True, slots=True)
class Task:
    """Answers on checked ids (n,), what is known of the data set, and the bytes it may take.

    `rows` are those of the data set (n,), and `classes` its names, or those given beside.
    """

    ids: NDArray[Any]
    answers: Answers
    classes: tuple[str, ...]
    max_bytes: int
    known: KnownDataset | None
    rows: NDArray[np.int64] | None

    @classmethod
    def of(
        cls, ids: NDArray[Any], answers: Answers, known: KnownDataset | None, max_bytes: int
    ) -> Task:
        """The task; the ids must be among those of the data set.

        Raises:
          ArgumentError: one is not, or a class has no proper name.
        """
        answers = answers.in_rows()
        given = answers.classes
        classes = () if given is None else checked_classes(given)
        if known is None:
            return cls(ids, answers, classes, max_bytes, None, None)
        if given is not None and known.classes and classes != known.classes:
            raise ArgumentError(
                f'The classes are {shown(classes)}, those of the data set "{known.name}" '
                f"{shown(known.classes)}",
                "Models answer in the classes of their data set",
                "Leave classes= out, or predict under another data set's name",
            )
        return cls(ids, answers, classes or known.classes, max_bytes, known, known.rows_of(ids))

    @property
    def kind_known(self) -> Kind | None:
        """The kind of the data set, if it is known."""
        return self.known.kind if self.known else None

    @property
    def width_known(self) -> int:
        """The number of classes of a multi-label data set, 0 where that is unknown."""
        known = self.known.memberships if self.known else None
        return 0 if known is None else known.shape[1]

    @property
    def n(self) -> int:
        return len(self.ids)

    def may_keep_top(self, classes: int) -> bool:
        """Whether the most probable classes of each instance could fit into max_bytes at best."""
        return 2 * self.n * min(TOP, classes) <= self.max_bytes

    def vector_rows(self, classes: int, finite: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The rows whose full vectors are kept for now, ascending."""
        chosen = first_rows(self.ids, most_vectors(self.max_bytes, classes))
        return chosen[finite[chosen]]


def most_vectors(max_bytes: int, classes: int) -> int:
    """How many full vectors could fit into max_bytes at best."""
    return int(max_bytes / (_LEAST_BYTES_PER_CLASS * classes))


def check_width(columns: int, classes: tuple[str, ...], what: str) -> None:
    """Refuses answers of another number of classes than there are.

    Raises:
      ArgumentError: they are.
    """
    if classes and columns != len(classes):
        raise ArgumentError(
            f"The {what} have {columns:,} columns for {len(classes):,} classes",
            "Each class has one column",
            "Pass all columns in the order of the data set's classes",
        )


def check_named(task: Task, classes: tuple[str, ...]) -> None:
    """Refuses names of classes that were only found among the answers beside bare indices.

    Raises:
      ArgumentError: `classes` are such names, and those of the data set have none.
    """
    if task.known is not None and classes and not task.classes:
        raise ArgumentError(
            f"The classes have names, {shown(list(classes))}, and those of the data set "
            f'"{task.known.name}" are bare indices',
            "Which index means which name is told by a list of all names",
            "Log the data set with classes=[…], or pass classes=[…] here",
        )


def check_agreement(
    task: Task,
    differs: NDArray[np.bool_],
    given: NDArray[Any],
    known: NDArray[Any],
    classes: tuple[str, ...],
) -> None:
    """Refuses labels that contradict those of the data set.

    Args:
      task: what is predicted.
      differs: where they contradict them (n,).
      given: indices (n,) or flags (n, C).
      known: those of the data set, likewise.
      classes: the names of all classes, if they have any.

    Raises:
      ArgumentError: they do anywhere.
    """
    if task.known is None or not np.any(differs):
        return
    row = int(np.argmax(differs))

    def told(labels: NDArray[Any]) -> str:
        codes = np.flatnonzero(labels[row]) if labels.ndim == 2 else labels[row : row + 1]
        named = [classes[code] if classes else code for code in codes.tolist()]
        return shown(named if labels.ndim == 2 else named[0])

    raise ArgumentError(
        f"{np.count_nonzero(differs):,} of {task.n:,} labels are not those of the data set "
        f'"{task.known.name}": that of the instance {shown(task.ids[row].item())} is '
        f"{told(given)} here and {told(known)} there",
        "What is right for an instance does not depend on the model",
        "Leave labels= out, pass ids and labels in the same order, log the data set again with "
        "the new labels, or predict under another data set's name",
    )
