"""What a byte budget leaves of predictions: vectors go first, then top-k, then confidence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tensorboard_cnc import cnc_pb2 as pb
from tensorboard_cnc.column_codec import ids as packed_ids
from tensorboard_cnc.column_codec import probabilities
from tensorboard_cnc.instance_codec import columns_of
from tensorboard_cnc.instance_records import Predictions
from tensorboard_cnc.writer.instance_order import first_rows, random_ranks

DEFAULT_BYTES = 512 << 10
# KL needs vectors, so that some stay before top-k and confidence claim the rest.
_SHARE_OF_VECTORS = 0.25
_SAMPLE = 256


def fitted(record: Predictions, budget: int) -> tuple[Predictions, dict[str, pb.Column]]:
    """The record within `budget` compressed bytes, and its columns.

    Predicted, correct, true-label probability and scores always stay, over the budget if need be.
    """
    bare = replace(record, vectors=None, vector_rows=None)
    packed = columns_of(bare)
    top = [packed.pop(name, None) for name in ("top_classes", "top_probabilities")]
    confidence = packed.pop("confidence", None)
    used = packed_bytes(packed)
    dropped: list[str] = []
    changes: dict[str, Any] = {}
    reserved = int(budget * _SHARE_OF_VECTORS) if record.vectors is not None else 0
    if confidence is not None:
        if used + len(confidence.data) + min(reserved, budget // 8) <= budget:
            packed["confidence"] = confidence
            used += len(confidence.data)
        else:
            dropped.append("confidence")
            changes["confidence"] = None
    top_bytes = sum(len(column.data) for column in top if column is not None)
    keeps_top = top[0] is not None and used + top_bytes + reserved <= budget
    if keeps_top:
        used += top_bytes
        packed |= {column.name: column for column in top if column is not None}
    else:
        changes |= {"top_classes": None, "top_probabilities": None}
        if record.kind == "classes" and record.confidence is not None:
            dropped.append("top-k")
    if record.vectors is not None:
        vectors = _vectors(record, budget - used)
        if vectors["cut"]:
            dropped.append("vectors")
        packed |= vectors["packed"]
        changes |= {name: vectors[name] for name in ("vectors", "vector_rows")}
    return replace(record, dropped=(*record.dropped, *dropped), **changes), packed


def _vectors(record: Predictions, room: int) -> dict[str, Any]:
    """Those vectors that fit into `room` bytes, by the order that all models share."""
    assert record.vectors is not None
    assert record.vector_rows is not None
    known = len(record.ids) - record.excluded
    rows, vectors = record.vector_rows, record.vectors
    cut = len(rows) < known
    if not cut:
        packed = _packed(rows, vectors, coarse=False)
        if packed_bytes(packed) <= room:
            return {"cut": False, "packed": packed, "vectors": vectors, "vector_rows": rows}
    sample = vectors[first_rows(record.ids[rows], _SAMPLE)]
    each = max(
        1.0, packed_bytes(_packed(rows[: len(sample)], sample, coarse=True)) / max(1, len(sample))
    )
    count = min(len(rows), max(0, int(room / each)))
    while True:
        chosen = first_rows(record.ids[rows], count)
        packed = _packed(rows[chosen], vectors[chosen], coarse=True)
        size = packed_bytes(packed)
        if size <= room or not count:
            break
        count = int(count * min(0.97, room / size)) if room > 0 else 0
    if not count:
        return {"cut": True, "packed": {}, "vectors": None, "vector_rows": None}
    kept = {"vectors": vectors[chosen], "vector_rows": rows[chosen]}
    return {"cut": True, "packed": packed, **kept}


def pruned(record: Predictions, most: int) -> Predictions:
    """The record with at most so many vectors, to bound memory while batches come in."""
    if record.vectors is None or record.vector_rows is None or len(record.vectors) <= most:
        return record
    ranks = random_ranks(record.ids[record.vector_rows])
    chosen = np.sort(np.argpartition(ranks, most)[:most])
    return replace(record, vectors=record.vectors[chosen], vector_rows=record.vector_rows[chosen])


def _packed(rows: Any, vectors: Any, *, coarse: bool) -> dict[str, pb.Column]:
    return {
        "vector_rows": packed_ids("vector_rows", rows),
        "vectors": probabilities("vectors", vectors, coarse=coarse),
    }


def packed_bytes(packed: dict[str, pb.Column]) -> int:
    """Bytes that the columns take in a record."""
    return sum(len(column.data) + len(column.name) + 32 for column in packed.values())
