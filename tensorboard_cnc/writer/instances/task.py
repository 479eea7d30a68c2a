"""A task: the predictions that a user passes, and the data set that they are checked against."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError, CncError
from tensorboard_cnc.records.instances import Dataset, Kind
from tensorboard_cnc.wording import shown
from tensorboard_cnc.writer.instances.arrays import first_rows, in_rows, names_of_columns
from tensorboard_cnc.writer.instances.class_labels import (
    are_values,
    have_two_orders,
    is_one_hot,
    with_unknown,
)
from tensorboard_cnc.writer.instances.memberships import is_nested
from tensorboard_cnc.writer.instances.truth import checked_classes

# The most probable classes that are kept of each instance.
TOP = 5
_FORMS = ("probabilities", "logits", "predicted", "outputs")
# No vector compresses to less than a quarter of a byte per class.
_LEAST_BYTES_PER_CLASS = 0.25
# A process that logs more data sets gets no labels from the oldest.
_MOST_KNOWN = 16
Remark: TypeAlias = Callable[[CncError], None]
_SEPARATOR = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True)
class GivenPredictions:
    """The arguments of `ModelHandle.predictions`, as they were given."""

    probabilities: Any = None
    logits: Any = None
    predicted: Any = None
    outputs: Any = None
    scores: Mapping[str, Any] | None = None
    labels: Any = None
    classes: Sequence[Any] | None = None
    multilabel: bool = False
    unknown_label: int | str | None = None

    @property
    def form(self) -> str:
        """The argument that holds the predictions; "" where there are only scores.

        Raises:
          ArgumentError: there are several, or nothing at all.
        """
        given = [name for name in _FORMS if getattr(self, name) is not None]
        if len(given) > 1 or not (given or self._has_scores):
            raise ArgumentError(
                f"Predictions are given as {' and '.join(given) or 'nothing'}",
                "They must be probabilities=, logits=, predicted= or outputs=",
                "Pass one of them, or scores= alone",
            )
        return given[0] if given else ""

    @property
    def _has_scores(self) -> bool:
        # A data frame has no truth value.
        return self.scores is not None and len(self.scores) > 0

    def in_rows(self) -> GivenPredictions:
        """The same, with labels and predicted classes as arrays or lists.

        Raises:
          ArgumentError: one of them has no rows, or labels are given for what has no classes.
        """
        if self.labels is not None and self.form in ("", "outputs"):
            raise ArgumentError(
                f"Labels are given for {self.form or 'scores'}",
                "labels= are the right classes of the instances",
                "Pass the right texts or numbers as targets= of cnc_summary.dataset",
            )
        rows = {
            name: with_unknown(in_rows(given, name), self.unknown_label)
            for name in ("predicted", "labels")
            if (given := getattr(self, name)) is not None
        }
        return replace(self, **rows)


class KnownDataset:
    """Ids and truth of a data set, ready to be looked up batch by batch.

    `by_value`: its classes were given as whole numbers, which labels and answers are. `ordered`:
    it is known in which order models have its classes.
    """

    def __init__(self, dataset: Dataset, classes: Any = None) -> None:
        """`classes` are those of the data set as they were given, if they were."""
        self.by_value = are_values(classes)
        self.ordered = classes is not None or not have_two_orders(dataset.classes)
        self.name = dataset.name
        self.kind = dataset.kind
        self.fingerprint = dataset.fingerprint
        self.classes = dataset.classes
        self.labels = dataset.labels
        self.memberships = dataset.memberships
        self.memberships_known = dataset.memberships_known
        self._ids = dataset.ids
        self._order = np.argsort(dataset.ids, kind="stable")

    def rows_of(self, ids: NDArray[Any]) -> NDArray[np.int64]:
        """The rows of `ids` (n,).

        Raises:
          ArgumentError: the data set lacks one of them.
        """
        if (ids.dtype.kind == "i") != (self._ids.dtype.kind == "i"):
            raise self._lacks(ids, len(ids))
        at = np.searchsorted(self._ids, ids, sorter=self._order)
        rows = self._order[np.minimum(at, len(self._ids) - 1)]
        missing = self._ids[rows] != ids
        if np.any(missing):
            raise self._lacks(ids[missing], len(ids))
        return rows

    def _lacks(self, missing: NDArray[Any], n: int) -> ArgumentError:
        return ArgumentError(
            f"{len(missing):,} of {n:,} ids, such as {shown(missing.tolist()[0])}, are not in the "
            f'data set "{self.name}", which has {len(self._ids):,}',
            "Predictions name instances by the ids given to cnc_summary.dataset",
            "Log those instances there too, or predictions under another data set's name",
        )


# The newest last, each with the directory that it was logged in, if that is known.
_known: list[tuple[str | None, KnownDataset]] = []


def remember(dataset: Dataset, directory: str | None, classes: Any = None) -> None:
    """Keeps ids and truth of a data set that is logged in `directory`.

    `classes` are those that were given, None where they were found among the labels.
    """
    _known.append((directory, KnownDataset(dataset, classes)))
    del _known[:-_MOST_KNOWN]


def known_dataset(name: Any, directory: str | None) -> KnownDataset | None:
    """The newest data set of this name that this process has logged near `directory`.

    Near is what has the same directory above it, or is below: a data set of another experiment
    that happens to have the same name is not meant.
    """
    for place, dataset in reversed(_known):
        if dataset.name == name and _is_near(place, directory):
            return dataset
    return None


def _is_near(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one == other
    parts, others = (_SEPARATOR.split(place.rstrip("/\\")) for place in (one, other))
    pairs = zip(parts, others, strict=False)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return shared >= min(len(parts), len(others)) - 1


@dataclass(frozen=True, slots=True)
class Task:
    """Predictions on checked ids (n,), their data set if known, and the bytes they may take.

    `rows` (n,) are the places of the ids in the data set; `classes` its names, or those given.
    `remark` takes what was read otherwise than it was given, for the page to say.
    """

    ids: NDArray[Any]
    given: GivenPredictions
    classes: tuple[str, ...]
    max_bytes: int
    known: KnownDataset | None
    rows: NDArray[np.int64] | None
    remark: Remark = lambda _error: None

    @classmethod
    def of(
        cls,
        ids: NDArray[Any],
        given: GivenPredictions,
        known: KnownDataset | None,
        max_bytes: int,
        remark: Remark,
    ) -> Task:
        """The task, with its ids looked up in the data set.

        Raises:
          ArgumentError: the data set lacks an id, or a class has no valid name.
        """
        given = _with_named_columns(given.in_rows(), known)
        classes = () if given.classes is None else checked_classes(given.classes)
        if known is None:
            return cls(ids, given, classes, max_bytes, None, None, remark)
        if classes and known.classes and set(classes) != set(known.classes):
            raise _other_classes(classes, known)
        if given.multilabel and known.kind == "classes" and known.labels is not None:
            raise ArgumentError(
                f'The predictions are of several classes, and each instance of "{known.name}" has '
                "one",
                "Data sets say whether an instance may have several classes",
                "Log the data set with multilabel=True, or leave multilabel= out here",
            )
        rows = known.rows_of(ids)
        return cls(ids, given, classes or known.classes, max_bytes, known, rows, remark)

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
    def is_multilabel(self) -> bool:
        """Whether an instance may have several classes."""
        labels = self.given.labels
        several = labels is not None and is_nested(labels) and not is_one_hot(labels)
        return self.given.multilabel or several or self.kind_known == "multi-label"

    @property
    def by_value(self) -> bool:
        """Whether whole numbers among labels and answers are names of classes, not indices."""
        given = self.given.classes
        return are_values(given) if given is not None else bool(self.known and self.known.by_value)

    @property
    def n(self) -> int:
        return len(self.ids)

    def codes_known(self, classes: tuple[str, ...]) -> NDArray[Any] | None:
        """The data set's labels as indices of `classes`, NaN where unknown; None: it has none."""
        if self.known is None or self.known.labels is None:
            return None
        codes = self.known.labels[self.rows]
        if classes and self.known.classes and classes != self.known.classes:
            codes = np.array([classes.index(name) for name in self.known.classes] + [-1])[codes]
        return np.where(codes < 0, np.nan, codes)

    def columns_known(self, flags: NDArray[np.bool_], classes: tuple[str, ...]) -> NDArray[Any]:
        """Flags of the data set's classes as those of `classes`, for the rows of this task."""
        assert self.known is not None
        if classes and self.known.classes and classes != self.known.classes:
            flags = flags[:, [self.known.classes.index(name) for name in classes]]
        return flags[self.rows]

    def check_ordered(self) -> None:
        """Checks that the order of the classes among columns is known.

        Raises:
          ArgumentError: the classes were found among labels, and may be in either of two orders.
        """
        if self.known is None or self.known.ordered or self.given.classes is not None:
            return
        raise ArgumentError(
            f"The classes {shown(list(self.known.classes))} were found among the labels of "
            f'"{self.known.name}", and models may have them in the order of the numbers or of the '
            "texts (1, 10, 2)",
            "The columns are in the order of the classes",
            f"Pass classes=[…] in the order of the columns of {self.given.form}=, here or in "
            "cnc_summary.dataset",
        )

    def may_keep_top(self, classes: int) -> bool:
        """Whether the most probable classes of each instance could fit into max_bytes at best."""
        return 2 * self.n * min(TOP, classes) <= self.max_bytes

    def vector_rows(self, classes: int, finite: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The rows whose full vectors are kept for now, ascending."""
        chosen = first_rows(self.ids, most_vectors(self.max_bytes, classes))
        return chosen[finite[chosen]]

    def check_named(self, classes: tuple[str, ...]) -> None:
        """Checks that predicted names can be matched with the labels of the data set.

        Raises:
          ArgumentError: `classes` are names, and the data set has bare indices.
        """
        if self.known is not None and classes and not self.classes:
            raise ArgumentError(
                f"The classes have names, {shown(list(classes))}, and the labels of the data set "
                f'"{self.known.name}" are bare indices',
                "A list of all names says which index means which name",
                "Log the data set with classes=[…], or pass classes=[…] here",
            )

    def check_agreement(
        self,
        differs: NDArray[np.bool_],
        given: NDArray[Any],
        known: NDArray[Any],
        classes: tuple[str, ...],
    ) -> None:
        """Checks that no label contradicts the data set.

        Args:
          differs: where they do (n,).
          given: labels of the call, indices (n,) or flags (n, C).
          known: labels of the data set, likewise.
          classes: the names of all classes, if they have any.

        Raises:
          ArgumentError: one does.
        """
        if self.known is None or not np.any(differs):
            return
        row = int(np.argmax(differs))

        def named(labels: NDArray[Any]) -> str:
            codes = np.flatnonzero(labels[row]) if labels.ndim == 2 else labels[row : row + 1]
            names = [classes[code] if classes else code for code in codes.tolist()]
            return shown(names if labels.ndim == 2 else names[0])

        raise ArgumentError(
            f"{np.count_nonzero(differs):,} of {self.n:,} labels are not those of the data set "
            f'"{self.known.name}": that of the instance {shown(self.ids[row].item())} is '
            f"{named(given)} here and {named(known)} there",
            "What is right for an instance does not depend on the model",
            "Leave labels= out, pass ids and labels in the same order, log the data set again with "
            "the new labels, or predict under another data set's name",
        )


def _with_named_columns(given: GivenPredictions, known: KnownDataset | None) -> GivenPredictions:
    """The same with the classes that the columns of a data frame are called after.

    Raises:
      ArgumentError: classes are known, and the columns are not in their order or not called so.
    """
    form = given.form
    rows = getattr(given, form) if form in ("probabilities", "logits") else None
    columns = names_of_columns(rows)
    if columns is None or len(columns) < 2:
        return given
    names = [str(each) for each in columns]
    stated = None if given.classes is None else [str(each) for each in given.classes]
    others = stated or list(known.classes if known is not None else ())
    alike = set(names) == set(others) and stated in (None, names)
    # Labels without names are indices, which numbers as names would contradict.
    if alike or (not others and all(isinstance(each, str) for each in columns)):
        return replace(given, classes=columns)
    if stated and set(names) != set(stated):
        return given
    raise ArgumentError(
        f"The columns of {form}= are called {shown(names)}, and "
        + (f"the classes are {shown(others)}" if others else "classes have no names"),
        "Each class has one column; those of a data frame are found by their names",
        f"Name the columns as the classes, or pass {form}=frame.to_numpy() and classes=[…] in the "
        "order of its columns",
    )


def _other_classes(classes: tuple[str, ...], known: KnownDataset) -> ArgumentError:
    lacking = [name for name in classes if name not in known.classes]
    missing = [name for name in known.classes if name not in classes]
    return ArgumentError(
        f"The classes are {shown(classes)}, but the data set "
        f'"{known.name}" has {shown(known.classes)}; '
        f"only here: {shown(lacking)}, only there: {shown(missing)}",
        "Models predict the classes of their data set, in whatever order",
        "Name them as there, in the order of the columns, or predict under another data set's name",
    )


def most_vectors(max_bytes: int, classes: int) -> int:
    """How many full vectors could fit into `max_bytes` at best."""
    return int(max_bytes / (_LEAST_BYTES_PER_CLASS * classes))
