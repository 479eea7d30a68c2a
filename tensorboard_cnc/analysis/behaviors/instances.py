"""The instances that models are compared on, and what is known about them, from records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tensorboard_cnc.analysis.behaviors.alignment import Ids, all_ids
from tensorboard_cnc.analysis.behaviors.answer_codes import membership_codes
from tensorboard_cnc.analysis.behaviors.evaluation import Ints, Kind, Truth
from tensorboard_cnc.records.instances import Dataset, Predictions


@dataclass(frozen=True)
class Instances:
    """N instances: their ids (N,), the truth about them, and the data set where it was logged."""

    ids: Ids
    truth: Truth
    dataset: Dataset | None

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
    memberships = dataset.memberships
    if memberships is not None:
        beyond = len(classes) - memberships.shape[1]
        memberships = np.pad(memberships, ((0, 0), (0, beyond))) if beyond else memberships
        labels = membership_codes(memberships)
    truth = Truth(kind, len(ids), classes, labels, memberships, dataset.numbers, dataset.attributes)
    return Instances(ids, truth, dataset)


def _kind(dataset: Dataset | None, predictions: Sequence[Predictions]) -> Kind:
    """What answers are; a data set without labels, or scores alone, leave it to the others."""
    kinds = [each.kind for each in (*((dataset,) if dataset else ()), *predictions)]
    return next((kind for kind in kinds if kind != "scores"), "scores")


def _classes(dataset: Dataset | None, predictions: Sequence[Predictions]) -> tuple[str, ...]:
    records = (*((dataset,) if dataset else ()), *predictions)
    named = dict.fromkeys(name for record in records for name in record.classes)
    if named:
        return tuple(named)
    # Nobody named them: they are called by their indices.
    columns = [each.labels for each in (dataset,) if each] + [p.predicted for p in predictions]
    count = max(
        (int(codes.max(initial=-1)) + 1 for codes in columns if codes is not None), default=0
    )
    widths = [each.memberships for each in records] + [p.vectors for p in predictions]
    count = max([count, *(rows.shape[1] for rows in widths if rows is not None)])
    return tuple(map(str, np.arange(count)))
