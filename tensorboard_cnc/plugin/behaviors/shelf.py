"""Records of instances, read when they are asked for and kept while memory allows."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from tensorboard.context import RequestContext

from tensorboard_cnc.instance_records import Dataset, InstanceRecord, Predictions
from tensorboard_cnc.plugin.behaviors.byte_cache import ByteCache, Sized
from tensorboard_cnc.records import Bulk

T = TypeVar("T", bound=Sized)


class Reader(Protocol):
    """What reads a record that is listed; raises RecordError."""

    def dataset(self, ctx: RequestContext, bulk: Bulk) -> Dataset: ...

    def predictions(self, ctx: RequestContext, bulk: Bulk) -> Predictions: ...


@dataclass(frozen=True, slots=True)
class _Held:
    record: Any
    nbytes: int


class Shelf:
    """What one request reads and computes; later requests find it again."""

    def __init__(
        self, reader: Reader, ctx: RequestContext, cache: ByteCache[Any], experiment: str = ""
    ) -> None:
        self._reader, self._ctx = reader, ctx
        self._cache, self._experiment = cache, experiment

    def dataset(self, bulk: Bulk) -> Dataset:
        """The data set that `bulk` lists.

        Raises:
            RecordError: it cannot be read.
        """
        found: Dataset = self._record(bulk, self._reader.dataset)
        return found

    def predictions(self, bulk: Bulk) -> Predictions:
        """The predictions that `bulk` lists.

        Raises:
            RecordError: they cannot be read.
        """
        found: Predictions = self._record(bulk, self._reader.predictions)
        return found

    def keep(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` made for this key once."""
        found: T = self._cache.get((self._experiment, key), make)
        return found

    def _record(self, bulk: Bulk, read: Callable[[RequestContext, Bulk], InstanceRecord]) -> Any:
        def held() -> _Held:
            record = read(self._ctx, bulk)
            return _Held(record, record_bytes(record))

        return self.keep(bulk, held).record


def record_bytes(record: InstanceRecord) -> int:
    """Memory that a record takes, in bytes."""
    return sum(_bytes(getattr(record, name)) for name in record.__slots__)


def _bytes(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, tuple):
        # Every text or file has a head of its own.
        return sum(
            len(each) + 56 if isinstance(each, str | bytes) else _bytes(each) for each in value
        )
    return sum(map(_bytes, value.values())) if isinstance(value, dict) else 0
