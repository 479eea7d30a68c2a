"""Records that were read and what was computed from them, kept while memory allows."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, fields
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from tensorboard.context import RequestContext

from tensorboard_cnc.plugin.shared_work import checkpoint
from tensorboard_cnc.reader.bulk_reader import BulkRecord
from tensorboard_cnc.records.instances import Dataset, InstanceRecord, Predictions
from tensorboard_cnc.records.models import Bulk
from tensorboard_cnc.records.sensitivity import Sensitivity
from tensorboard_cnc.records.sketches import SketchRecord, TensorSketch

# What all experiments together keep in memory.
LIMIT_BYTES = 768 << 20
_READERS = min(4, os.cpu_count() or 2)


class Sized(Protocol):
    """What knows the memory it takes."""

    @property
    def nbytes(self) -> int: ...


class Reader(Protocol):
    """Reads the records of one experiment; raises RecordError."""

    def read(self, ctx: RequestContext, bulk: Bulk) -> BulkRecord: ...


T = TypeVar("T", bound=Sized)
R = TypeVar("R", Dataset, Predictions, SketchRecord, Sensitivity)


class RecordCache:
    """Values by type and key, the least recently used given up over `limit_bytes` in all."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._kept: OrderedDict[Hashable, Sized] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Memory that the values take, in bytes."""
        return self._bytes

    def holds(self, kind: type[Sized], key: Hashable) -> bool:
        """Whether the value of this type and key is kept now."""
        return (kind, key) in self._kept

    def get(self, kind: type[T], key: Hashable, make: Callable[[], T]) -> T:
        """The value of this type and key, made unless it is kept; one over the limit is not kept.

        A thread that asks for what another one is making waits for it.
        """
        found = self._find(kind, key)
        if found is not None:
            return found
        with self._lock:
            making = self._making.setdefault((kind, key), threading.Lock())
        with making:
            found = self._find(kind, key)
            if found is None:
                try:
                    found = make()
                    self._keep((kind, key), found)
                finally:
                    with self._lock:
                        self._making.pop((kind, key), None)
        return found

    def _find(self, kind: type[T], key: Hashable) -> T | None:
        with self._lock:
            found = self._kept.get((kind, key))
            if not isinstance(found, kind):
                return None
            self._kept.move_to_end((kind, key))
            return found

    def _keep(self, key: Hashable, value: Sized) -> None:
        with self._lock:
            if key not in self._kept and value.nbytes <= self._limit:
                self._kept[key] = value
                self._bytes += value.nbytes
            while self._bytes > self._limit:
                self._bytes -= self._kept.popitem(last=False)[1].nbytes


@dataclass(frozen=True, slots=True)
class _Read:
    """A record, and about the memory that it takes."""

    record: BulkRecord
    nbytes: int


class Records:
    """What one request reads and computes, which later requests of the experiment reuse."""

    def __init__(
        self, cache: RecordCache, reader: Reader, ctx: RequestContext, experiment: str = ""
    ) -> None:
        self._cache, self._reader = cache, reader
        self._ctx, self._experiment = ctx, experiment

    def dataset(self, bulk: Bulk) -> Dataset:
        """The data set that `bulk` lists.

        Raises:
          RecordError: it cannot be read.
        """
        return self._record(Dataset, bulk)

    def predictions(self, bulk: Bulk) -> Predictions:
        """The predictions that `bulk` lists.

        Raises:
          RecordError: they cannot be read.
        """
        return self._record(Predictions, bulk)

    def sketches(self, bulk: Bulk) -> SketchRecord:
        """The weights or activations that `bulk` lists.

        Raises:
          RecordError: they cannot be read.
        """
        return self._record(SketchRecord, bulk)

    def sensitivity(self, bulk: Bulk) -> Sensitivity:
        """The sensitivity that `bulk` lists.

        Raises:
          RecordError: it cannot be read.
        """
        return self._record(Sensitivity, bulk)

    def expect(self, bulks: Iterable[Bulk]) -> None:
        """Reads records side by side: most of it is decompression, beside Python's lock.

        A record that cannot be read raises its error when it is asked for.
        """
        missing = [each for each in bulks if not self._cache.holds(_Read, self._key(each))]
        if len(missing) > 1:
            with ThreadPoolExecutor(min(len(missing), _READERS)) as readers:
                for bulk in missing:
                    # Each in a context of its own, which tells whether the record is still wanted.
                    readers.submit(copy_context().run, self._read, bulk)

    def keep(self, kind: type[T], key: Hashable, make: Callable[[], T]) -> T:
        """The value of this type and key, made once by `make`."""
        checkpoint()
        return self._cache.get(kind, self._key(key), make)

    def _record(self, kind: type[R], bulk: Bulk) -> R:
        record = self._read(bulk).record
        # The reader has held the record against its tag, and the tag against `bulk.kind`.
        assert isinstance(record, kind), f"{bulk} is no {kind.__name__}"
        return record

    def _read(self, bulk: Bulk) -> _Read:
        def read() -> _Read:
            record = self._reader.read(self._ctx, bulk)
            return _Read(record, _memory(record))

        return self.keep(_Read, bulk, read)

    def _key(self, key: Hashable) -> Hashable:
        return self._experiment, key


def arrays_of(record: InstanceRecord) -> list[NDArray[Any]]:
    """All arrays of a record."""
    return [value for value in _values(record) if isinstance(value, np.ndarray)]


def _memory(record: BulkRecord) -> int:
    if isinstance(record, SketchRecord):
        return sum(map(_tensor_memory, record.tensors))
    if isinstance(record, Sensitivity):
        # Names and reasons are small beside the groups of all cells.
        return record.groups.nbytes * 2 + 1000 * len(record.layers)
    size = sum(array.nbytes for array in arrays_of(record))
    for value in _values(record):
        if isinstance(value, tuple):
            # Every Python string has a header.
            size += sum(len(each) + 56 for each in value if isinstance(each, str | bytes))
    return size


def _tensor_memory(tensor: TensorSketch) -> int:
    arrays = (tensor.values, tensor.sample, tensor.buckets, tensor.counts, tensor.bins)
    # Each tensor, and each comparison with a reference, has some twenty small objects.
    objects = 3000 * (1 + len(tensor.reference))
    return objects + sum(array.nbytes for array in arrays if array is not None)


def _values(record: InstanceRecord) -> list[object]:
    found = [getattr(record, each.name) for each in fields(record)]
    for each in [value for value in found if isinstance(value, Mapping)]:
        for value in each.values():
            found.extend(value if isinstance(value, tuple) else [value])
    return found
