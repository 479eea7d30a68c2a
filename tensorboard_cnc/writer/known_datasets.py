"""The data sets that this process has logged, so that predictions can be checked against them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.instance_records import Dataset
from tensorboard_cnc.writer.wording import shown

# A process that logs more of them gets no labels from the oldest.
_MOST = 16


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


_known: dict[str, KnownDataset] = {}


def remember(dataset: Dataset) -> None:
    """Keeps ids and truth of the data set, the newest of its name."""
    _known.pop(dataset.name, None)
    _known[dataset.name] = KnownDataset(dataset)
    if len(_known) > _MOST:
        del _known[next(iter(_known))]


def known_dataset(name: Any) -> KnownDataset | None:
    """The newest data set of this name that this process has logged."""
    return _known.get(name) if isinstance(name, str) else None
