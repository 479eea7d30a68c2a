"""The instances that models are compared on, joined by id, and what is known about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.records.instances import Dataset, Predictions

Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.floating[Any]]
Ints: TypeAlias = NDArray[np.integer[Any]]
Kind: TypeAlias = Literal["classes", "multi-label", "numbers", "texts", "scores"]
# The code of a row without an answer or label.
NONE = -1
Ids = NDArray[Any]
# Of a whole number of 64 bits.
_MOST_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Truth:
    """What a data set says about its N rows.

    `labels`: codes (N,), comparable with those of predictions, NONE where unknown; for
    multi-label data `memberships` has the classes of each row (N, C) instead, `memberships_known`
    which of them are known (None: all), and `labels` codes of these sets. `numbers`: targets of a
    regression. An attribute is an array of N numbers (NaN: unknown) or a pair of codes (N,) and
    their texts. `groups`: codes (N,), from 0 without gaps, of what was sampled (the image of
    several scans); None where every row was sampled by itself.
    """

    kind: Kind
    n: int
    classes: Sequence[str] = ()
    labels: Ints | None = None
    memberships: Bools | None = None
    numbers: Floats | None = None
    attributes: Mapping[str, Floats | tuple[Ints, Sequence[str]]] = field(default_factory=dict)
    groups: Ints | None = None
    memberships_known: Bools | None = None

    @property
    def n_groups(self) -> int | None:
        """How many groups there are; None where every row was sampled by itself."""
        return None if self.groups is None else int(self.groups.max(initial=-1)) + 1

    @property
    def nbytes(self) -> int:
        """Memory that the arrays take."""
        arrays = [self.labels, self.memberships, self.memberships_known, self.numbers, self.groups]
        arrays += (
            each[0] if isinstance(each, tuple) else each for each in self.attributes.values()
        )
        return sum(array.nbytes for array in arrays if array is not None)


def rows_of(ids: Ids, index: Ids) -> Ints:
    """Position of each of `ids` (n,) in `index` (N,), NONE where it is not; int64 (n,).

    Ids are whole numbers or texts, each list without duplicates; 7 and "7" are different ids.
    """
    if are_same(ids, index):
        return np.arange(len(ids))
    if not _comparable(ids, index) or not len(index):
        return np.full(len(ids), NONE)
    order = np.argsort(index, kind="stable")
    at = np.searchsorted(index, ids, sorter=order)
    found = order[np.minimum(at, len(index) - 1)]
    return np.where(index[found] == ids, found, NONE)


def are_same(ids: Ids, others: Ids) -> bool:
    """Whether two lists hold the same ids in the same order."""
    alike = len(ids) == len(others) and _comparable(ids, others)
    return ids is others or (alike and bool((ids == others).all()))


def all_ids(lists: Sequence[Ids]) -> Ids:
    """The union of lists of ids of one kind, in order of first appearance."""
    if not lists:
        return np.empty(0, np.int64)
    first = lists[0]
    for ids in lists[1:]:
        if _comparable(first, ids):
            first = np.concatenate([first, ids[rows_of(ids, first) == NONE]])
    return first


def row_of_text(id: str, ids: Ids) -> int | None:
    """Position in `ids` (N,) of the id that is written so; None where there is none."""
    sought: Ids = np.array([id])
    if ids.dtype.kind in "iu":
        digits = id.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
            return None
        if not -(2**63) <= int(id) < 2**63:
            return None
        sought = np.array([int(id)])
    row = int(rows_of(sought, ids)[0])
    return None if row == NONE else row


def _comparable(one: Ids, other: Ids) -> bool:
    return (one.dtype.kind in "iu") == (other.dtype.kind in "iu")


def text_codes(texts: Sequence[str]) -> Ints:
    """Codes of texts (n,), int64, never NONE; two that differ share one by a chance of 2⁻⁶⁴."""
    return np.fromiter(map(hash, texts), np.int64, len(texts))


def membership_codes(memberships: Bools) -> Ints:
    """Codes of the sets of classes in the rows (n, C), int64, never NONE."""
    packed = np.packbits(memberships, axis=1)
    if packed.shape[1] <= 4:
        # Few classes: the flags themselves are the number.
        places = 1 << (8 * np.arange(packed.shape[1], dtype=np.int64))
        return packed.astype(np.int64) @ places
    rows = np.ascontiguousarray(packed).view(f"V{packed.shape[1]}")[:, 0]
    return np.fromiter(map(hash, rows.tolist()), np.int64, len(rows))


@dataclass(frozen=True)
class Instances:
    """N instances: their ids (N,), the truth about them, and the data set where it was logged."""

    ids: Ids
    truth: Truth
    dataset: Dataset | None

    @cached_property
    def places(self) -> Ints:
        """The numbers of all rows, from 0; int64 (N,)."""
        return np.arange(len(self.ids))

    @cached_property
    def class_codes(self) -> dict[str, int]:
        """The code of each class by its name."""
        return {name: code for code, name in enumerate(self.truth.classes)}

    @property
    def nbytes(self) -> int:
        """Memory that the ids, the truth and thumbnails take, in bytes."""
        data = self.dataset
        texts = (*(data.texts or ()), *(data.targets or ()), *(data.images or ())) if data else ()
        return self.ids.nbytes + self.truth.nbytes + sum(map(len, texts))


def instances_of(dataset: Dataset | None, predictions: Sequence[Predictions]) -> Instances:
    """Those of the data set; where it was not logged, all that any model has predictions for.

    Classes are those that the data set names, then those that only models name.
    """
    ids = all_ids([each.ids for each in predictions]) if dataset is None else dataset.ids
    classes = _classes(dataset, predictions)
    kind = _kind(dataset, predictions)
    if dataset is None:
        return Instances(ids, Truth(kind, len(ids), classes), None)
    labels: Ints | None = dataset.labels
    memberships, known = dataset.memberships, dataset.memberships_known
    if memberships is not None:
        beyond = ((0, 0), (0, len(classes) - memberships.shape[1]))
        memberships = np.pad(memberships, beyond) if beyond[1][1] else memberships
        known = None if known is None else np.pad(known, beyond, constant_values=True)
        labels = membership_codes(memberships)
    truth = Truth(
        kind,
        len(ids),
        classes,
        labels,
        memberships,
        dataset.numbers,
        dataset.attributes,
        _groups(dataset),
        memberships_known=known,
    )
    return Instances(ids, truth, dataset)


def _groups(dataset: Dataset) -> Ints | None:
    """The groups of a data set; None too where each instance is a group of its own."""
    groups = dataset.groups
    alone = groups is None or int(groups.max(initial=-1)) + 1 == len(groups)
    return None if alone else groups


def _kind(dataset: Dataset | None, predictions: Sequence[Predictions]) -> Kind:
    """What predictions are; a data set without labels, or scores alone, leave it to the others."""
    kinds = [each.kind for each in (*((dataset,) if dataset else ()), *predictions)]
    return next((kind for kind in kinds if kind != "scores"), "scores")


def _classes(dataset: Dataset | None, predictions: Sequence[Predictions]) -> tuple[str, ...]:
    records = (*((dataset,) if dataset else ()), *predictions)
    named = dict.fromkeys(name for record in records for name in record.classes)
    # What nobody named is called by its index.
    nameless = [each for each in records if not each.classes]
    more = _count_of_classes(nameless) - len(named)
    mark = "#" if named else ""
    return (*named, *(f"{mark}{code}" for code in range(len(named), len(named) + more)))


def _count_of_classes(records: Sequence[Dataset | Predictions]) -> int:
    """How many classes there must be for what the records hold."""
    columns = [r.labels if isinstance(r, Dataset) else r.predicted for r in records]
    count = max(
        (int(codes.max(initial=-1)) + 1 for codes in columns if codes is not None), default=0
    )
    rows: list[NDArray[Any] | None] = [record.memberships for record in records]
    rows += [record.vectors for record in records if isinstance(record, Predictions)]
    return max([count, *(int(each.shape[1]) for each in rows if each is not None)])
