"""The data sets that this process has logged, so that predictions can be checked against them."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.instances import Dataset
from tensorboard_cnc.writer.wording import shown

# A process that logs more of them gets no labels from the oldest.
_MOST = 16
_SEPARATOR = re.compile(r"[/\\]")


class KnownDataset:
    """Ids and truth of a data set, ready to be looked up batch by batch."""

    def __init__(self, dataset: Dataset) -> None:
        self.name = dataset.name
        self.kind = dataset.kind
        self.fingerprint = dataset.fingerprint
        self.classes = dataset.classes
        self.labels = dataset.labels
        self.memberships = dataset.memberships
        self._ids = dataset.ids
        self._order = np.argsort(dataset.ids, kind="stable")

    def rows_of(self, ids: NDArray[Any]) -> NDArray[np.int64]:
        """The rows of `ids` (n,).

        Raises:
          ArgumentError: the data set does not have one of them.
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
            "Predictions name instances by the ids that cnc_summary.dataset got",
            "Log those instances there too, or predictions under another data set's name",
        )


# The newest last, each with the directory that it was logged in, if that is known.
_known: list[tuple[str | None, KnownDataset]] = []


def remember(dataset: Dataset, directory: str | None) -> None:
    """Keeps ids and truth of a data set that is logged in `directory`."""
    _known.append((directory, KnownDataset(dataset)))
    del _known[:-_MOST]


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
