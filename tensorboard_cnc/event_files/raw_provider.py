"""TensorBoard's data provider over event files that are read directly, without a server.

What stands on a data provider reads logs through it just as it does in TensorBoard. It holds what
the files held when it was made. Unlike TensorBoard's loaders it samples no scalars, reads every
file of a run, and holds the checksum of each event of ours.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from tensorboard.compat.proto.summary_pb2 import (
    DATA_CLASS_BLOB_SEQUENCE,
    DATA_CLASS_TENSOR,
    Summary,
)
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.data import provider
from tensorboard.util import tensor_util

from tensorboard_cnc.event_files.event_file import EventFile, FileProblem
from tensorboard_cnc.event_files.index import Series, index_of, values_of
from tensorboard_cnc.event_files.seen_values import read_tensor

_SCALARS = "scalars"
# Records whose chunks wait to be asked for: readers go through one after the other.
_KEPT_RECORDS = 4

_ByTag = dict[str, dict[str, Any]]


class RawProvider(provider.DataProvider):  # type: ignore[misc]
    """The records of ours in `files`, and the user's scalars where they are asked for by tag."""

    def __init__(self, files: Sequence[EventFile]) -> None:
        self._files = files
        # What could not be read of the files.
        self.problems: list[FileProblem] = []
        self._index = index_of(files, self.problems)
        self._chunks: OrderedDict[tuple[str, str], Sequence[bytes]] = OrderedDict()
        self._lock = threading.Lock()
        # Of the runs and tags that were asked for last.
        self._scalars: tuple[set[str], set[str], _ByTag] = set(), set(), {}

    def list_plugins(self, ctx: Any = None, *, experiment_id: str) -> list[str]:
        return sorted({each.plugin_name for tags in self._index.values() for each in tags.values()})

    def list_runs(self, ctx: Any = None, *, experiment_id: str) -> list[provider.Run]:
        return [provider.Run(run, run, None) for run in sorted(self._index)]

    def list_tensors(
        self, ctx: Any = None, *, experiment_id: str, plugin_name: str, run_tag_filter: Any = None
    ) -> _ByTag:
        """The small records: cards, metrics, specs, problems."""
        found: _ByTag = {}
        for run, tag, series in self._series(plugin_name, DATA_CLASS_TENSOR, run_tag_filter):
            found.setdefault(run, {})[tag] = _time_series(provider.TensorTimeSeries, series)
        return found

    def read_tensors(
        self,
        ctx: Any = None,
        *,
        experiment_id: str,
        plugin_name: str,
        downsample: int | None = None,
        run_tag_filter: Any = None,
    ) -> _ByTag:
        """The newest of each."""
        found: _ByTag = {}
        for run, tag, series in self._series(plugin_name, DATA_CLASS_TENSOR, run_tag_filter):
            datum = provider.TensorDatum(series.step, series.wall_time, _array(tag, series))
            found.setdefault(run, {})[tag] = [datum]
        return found

    def list_blob_sequences(
        self, ctx: Any = None, *, experiment_id: str, plugin_name: str, run_tag_filter: Any = None
    ) -> _ByTag:
        """The bulk records: data sets, predictions, weights, activations."""
        found: _ByTag = {}
        for run, tag, series in self._series(plugin_name, DATA_CLASS_BLOB_SEQUENCE, run_tag_filter):
            listed = _time_series(provider.BlobSequenceTimeSeries, series, max_length=None)
            found.setdefault(run, {})[tag] = listed
        return found

    def read_blob_sequences(
        self,
        ctx: Any = None,
        *,
        experiment_id: str,
        plugin_name: str,
        downsample: int | None = None,
        run_tag_filter: Any = None,
    ) -> _ByTag:
        """The newest of each; its chunks are read here, and handed on by `read_blob`.

        Raises:
          DamagedRecordError: an event is not what was written.
          OSError: a file cannot be read.
        """
        found: _ByTag = {}
        for run, tag, series in self._series(plugin_name, DATA_CLASS_BLOB_SEQUENCE, run_tag_filter):
            chunks = _tensor(tag, series).string_val
            with self._lock:
                self._chunks[run, tag] = chunks
                self._chunks.move_to_end((run, tag))
                while len(self._chunks) > _KEPT_RECORDS:
                    self._chunks.popitem(last=False)
            keys = (json.dumps([run, tag, at]) for at in range(len(chunks)))
            references = tuple(map(provider.BlobReference, keys))
            datum = provider.BlobSequenceDatum(series.step, series.wall_time, references)
            found.setdefault(run, {})[tag] = [datum]
        return found

    def read_blob(self, ctx: Any = None, *, blob_key: str) -> bytes:
        """One chunk of a record.

        Raises:
          DamagedRecordError: its event is not what was written.
          OSError: its file cannot be read.
        """
        run, tag, at = json.loads(blob_key)
        with self._lock:
            chunks = self._chunks.get((run, tag))
        if chunks is None:
            chunks = _tensor(tag, self._index[run][tag]).string_val
        return chunks[int(at)]

    def list_scalars(
        self, ctx: Any = None, *, experiment_id: str, plugin_name: str, run_tag_filter: Any = None
    ) -> _ByTag:
        """The scalars of the filter's tags in its runs; none without a filter."""
        points = self._points(plugin_name, run_tag_filter)
        return {
            run: {
                tag: provider.ScalarTimeSeries(
                    max_step=max(point.step for point in of_tag),
                    max_wall_time=max(point.wall_time for point in of_tag),
                    plugin_content=b"",
                    description="",
                    display_name="",
                )
                for tag, of_tag in tags.items()
            }
            for run, tags in points.items()
        }

    def read_scalars(
        self,
        ctx: Any = None,
        *,
        experiment_id: str,
        plugin_name: str,
        downsample: int | None = None,
        run_tag_filter: Any = None,
    ) -> _ByTag:
        """All points of each, however many are asked for."""
        return self._points(plugin_name, run_tag_filter)

    def read_last_scalars(
        self, ctx: Any = None, *, experiment_id: str, plugin_name: str, run_tag_filter: Any = None
    ) -> _ByTag:
        points = self._points(plugin_name, run_tag_filter)
        return {
            run: {tag: of_tag[-1] for tag, of_tag in tags.items()} for run, tags in points.items()
        }

    def _series(
        self, plugin_name: str, data_class: int, run_tag_filter: Any
    ) -> Iterator[tuple[str, str, Series]]:
        runs = run_tag_filter.runs if run_tag_filter else None
        tags = run_tag_filter.tags if run_tag_filter else None
        for run in self._index if runs is None else sorted(self._index.keys() & runs):
            of_run = self._index[run]
            for tag, series in of_run.items():
                asked = tags is None or tag in tags
                if asked and (series.plugin_name, series.data_class) == (plugin_name, data_class):
                    yield run, tag, series

    def _points(self, plugin_name: str, run_tag_filter: Any) -> _ByTag:
        """Points by run and tag, of runs and tags that are named; of others none are looked for."""
        if plugin_name != _SCALARS or not run_tag_filter:
            return {}
        runs, tags = set(run_tag_filter.runs or ()), set(run_tag_filter.tags or ())
        known_runs, known_tags, found = self._scalars
        if not (runs <= known_runs and tags <= known_tags):
            found = self._read_points(runs, tags)
            self._scalars = runs, tags, found
        return {
            run: {tag: points for tag, points in of_run.items() if tag in tags}
            for run, of_run in found.items()
            if run in runs
        }

    def _read_points(self, runs: set[str], tags: set[str]) -> _ByTag:
        found: _ByTag = {}
        needles = [tag.encode() for tag in sorted(tags)]
        for file in self._files:
            if file.run not in runs:
                continue
            for _, seen in values_of(file, needles, self.problems):
                value = scalar_value(seen.value) if seen.value.tag in tags else None
                if value is None:
                    continue
                points = found.setdefault(file.run, {}).setdefault(seen.value.tag, [])
                # A run that was resumed from a checkpoint writes later steps anew.
                while points and points[-1].step >= seen.step:
                    points.pop()
                points.append(provider.ScalarDatum(seen.step, seen.wall_time, value))
        return found


def _time_series(kind: Any, series: Series, **more: Any) -> Any:
    return kind(
        max_step=series.step,
        max_wall_time=series.wall_time,
        plugin_content=series.content,
        description="",
        display_name="",
        **more,
    )


def _tensor(tag: str, series: Series) -> TensorProto:
    if series.tensor is not None:
        return series.tensor
    return read_tensor(series.file, series.offset, series.length, tag)


def _array(tag: str, series: Series) -> Any:
    tensor = _tensor(tag, series)
    if tensor.dtype == DT_STRING and not tensor.tensor_shape.dim and len(tensor.string_val) == 1:
        # Of byte strings NumPy would cut zeros at the end.
        return np.array(tensor.string_val[0], dtype=object)
    return tensor_util.make_ndarray(tensor)


def scalar_value(value: Summary.Value) -> float | None:
    """A scalar, as TensorBoard reads one: a plain number, or a tensor of one."""
    if value.HasField("simple_value"):
        return float(value.simple_value)
    if value.metadata.plugin_data.plugin_name not in ("", _SCALARS) or not value.HasField("tensor"):
        return None
    array = tensor_util.make_ndarray(value.tensor)
    return float(array.item()) if array.size == 1 and array.dtype.kind in "fiub" else None
