"""Fits predictions into a number of bytes: vectors go first, then top-k, then confidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format.columns import ids as packed_ids
from tensorboard_cnc.format.columns import probabilities
from tensorboard_cnc.format.instances import columns_of
from tensorboard_cnc.records.instances import Ids, Predictions
from tensorboard_cnc.writer.instances.order import first_rows

DEFAULT_BYTES = 512 << 10
# KL needs vectors, so that some stay before top-k claims the rest.
_SHARE_OF_VECTORS = 0.25
_SAMPLE = 256
# How often a number of vectors is tried, and the share of the room that is full enough.
_ATTEMPTS = 6
_FULL = 0.96
# Beside the name and the data of a column.
_COLUMN_BYTES = 32
_CONFIDENCE = ("confidence",)
_TOP = ("top_classes", "top_probabilities")
_VECTORS = ("vector_rows", "vectors")

_Packed = dict[str, pb.Column]


def fitted(record: Predictions, max_bytes: int) -> tuple[Predictions, _Packed]:
    """The record within `max_bytes` compressed bytes, and its columns.

    Predicted, correct, true-label probability and scores always stay, even if that takes more.
    Where all full vectors fit, they say what top-k would, so that it is not stored.
    """
    packed = columns_of(_without(record, *_CONFIDENCE, *_TOP, *_VECTORS))
    confidence = columns_of(record, _CONFIDENCE)
    if _has_all_vectors(record):
        vectors = columns_of(record, _VECTORS)
        if packed_bytes(packed | confidence | vectors) <= max_bytes:
            return _without(record, *_TOP), packed | confidence | vectors
    share = 0 if record.vectors is None else int(max_bytes * _SHARE_OF_VECTORS)
    dropped = []
    # Those that are not there may have been left out before, as too large for max_bytes.
    for what, names, columns, reserved in (
        ("confidence", _CONFIDENCE, confidence, 0),
        ("top-k", _TOP, columns_of(record, _TOP), share),
    ):
        if columns and packed_bytes(packed | columns) + reserved <= max_bytes:
            packed |= columns
        elif record.vectors is not None or columns:
            dropped.append(what)
            record = _without(record, *names)
    if record.vectors is not None:
        dropped.append("vectors")
        record, columns = _with_vectors_within(max_bytes - packed_bytes(packed), record)
        packed |= columns
    return replace(record, dropped=tuple(dropped)), packed


def packed_bytes(packed: Mapping[str, pb.Column]) -> int:
    """Bytes that the columns take in a record."""
    return sum(len(column.data) + len(name) + _COLUMN_BYTES for name, column in packed.items())


def _without(record: Predictions, *names: str) -> Predictions:
    return replace(record, **dict.fromkeys(names))  # type: ignore[arg-type]


def _has_all_vectors(record: Predictions) -> bool:
    """Whether every instance has a vector, but for those that are not finite."""
    return record.vectors is not None and len(record.vectors) == len(record.ids) - record.excluded


def _with_vectors_within(room: int, record: Predictions) -> tuple[Predictions, _Packed]:
    """The record with those vectors that fit into `room` bytes, and their columns.

    They are those that come first in the order that all models share.
    """
    assert record.vectors is not None
    assert record.vector_rows is not None
    ids, rows, vectors = record.ids[record.vector_rows], record.vector_rows, record.vectors
    count = room / _bytes_of_a_vector(ids, rows, vectors)
    kept: tuple[Predictions, _Packed] = _without(record, *_VECTORS), {}
    for _ in range(_ATTEMPTS):
        chosen = first_rows(ids, int(count))
        packed = _packed(rows[chosen], vectors[chosen])
        size = packed_bytes(packed)
        if size <= room and len(chosen):
            kept = replace(record, vectors=vectors[chosen], vector_rows=rows[chosen]), packed
        if len(chosen) == 0 or _FULL * room < size <= room:
            break
        count = len(chosen) * room / size * (1 + _FULL) / 2
    return kept


def _bytes_of_a_vector(ids: Ids, rows: NDArray[np.int64], vectors: NDArray[np.float32]) -> float:
    sample = first_rows(ids, _SAMPLE)
    return packed_bytes(_packed(rows[sample], vectors[sample])) / max(1, len(sample))


def _packed(rows: NDArray[np.int64], vectors: NDArray[np.float32]) -> _Packed:
    return {
        "vector_rows": packed_ids("vector_rows", rows),
        "vectors": probabilities("vectors", vectors, coarse=True),
    }
