"""Records of instances, read when they are asked for and kept while memory allows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from tensorboard.context import RequestContext

from tensorboard_cnc.plugin.byte_cache import ByteCache, Sized
from tensorboard_cnc.records.instances import Dataset, InstanceRecord, Predictions
from tensorboard_cnc.records.models import Bulk

T = TypeVar("T", bound=Sized)
V = TypeVar("V")

_READERS = 4


class Reader(Protocol):
    """What reads a record that is listed; raises RecordError."""

    def read(self, ctx: RequestContext, bulk: Bulk) -> Any: ...


@dataclass(frozen=True, slots=True)
class Held(Generic[V]):
    """A value, and the memory in bytes that it alone takes."""

    value: V
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
        found: Dataset = self._record(bulk)
        return found

    def predictions(self, bulk: Bulk) -> Predictions:
        """The predictions that `bulk` lists.

        Raises:
            RecordError: they cannot be read.
        """
        found: Predictions = self._record(bulk)
        return found

    def expect(self, bulks: Iterable[Bulk]) -> None:
        """Reads predictions side by side: most of it is decompression, beside Python's lock.

        What cannot be read says so when it is asked for.
        """
        missing = [bulk for bulk in bulks if (self._experiment, bulk) not in self._cache]
        if len(missing) > 1:
            with ThreadPoolExecutor(min(len(missing), _READERS)) as readers:
                for bulk in missing:
                    readers.submit(self.predictions, bulk)

    def keep(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` made for this key once."""
        found: T = self._cache.get((self._experiment, key), make)
        return found

    def _record(self, bulk: Bulk) -> Any:
        def held() -> Held[InstanceRecord]:
            record = self._reader.read(self._ctx, bulk)
            return Held(record, _bytes(record))

        return self.keep(bulk, held).value


def arrays_of(record: InstanceRecord) -> list[NDArray[Any]]:
    """All arrays of a record."""
    return [value for value in _values(record) if isinstance(value, np.ndarray)]


def _bytes(record: InstanceRecord) -> int:
    size = sum(array.nbytes for array in arrays_of(record))
    for value in _values(record):
        if isinstance(value, tuple):
            # Every text or file has a head of its own.
            size += sum(len(each) + 56 for each in value if isinstance(each, str | bytes))
    return size


def _values(record: InstanceRecord) -> list[Any]:
    found = [getattr(record, each.name) for each in fields(record)]
    for each in [value for value in found if isinstance(value, Mapping)]:
        for value in each.values():
            found.extend(value if isinstance(value, tuple) else [value])
    return found
