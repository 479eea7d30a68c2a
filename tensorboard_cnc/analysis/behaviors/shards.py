"""One model's predictions out of the records that several processes have logged of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.behaviors.instances import NONE, Bools, Ints, rows_of
from tensorboard_cnc.analysis.problem import Problem
from tensorboard_cnc.records.instances import Predictions

# Processes of one job end about together; what is logged later is another evaluation.
_TOGETHER_US = 600 * 1_000_000
# By how much a number of the same instance may differ between batches.
_TOLERANCE = 1e-2
_ANSWERS = ("predicted", "memberships", "numbers", "correct", "outputs")
# What stands for a value that one of the records lacks.
_MISSING = {"correct": -1, "confidence": np.nan, "true_probability": np.nan}


def whole_of(records: Sequence[Predictions]) -> tuple[Predictions, list[Problem]]:
    """The predictions of one model on one data set by several processes, the newest first.

    Where a later record has all instances of an earlier one, it replaces it. Where it has none of
    them, or says the same of those it has, both are parts of one evaluation. Else the later one
    counts. The problems say which.
    """
    whole, parts = records[0], 1
    problems: list[Problem] = []
    for older in records[1:]:
        rows = rows_of(older.ids, whole.ids)
        inside = rows != NONE
        other = _other(whole, older, rows, inside)
        together = abs(records[0].logged_us - older.logged_us) <= _TOGETHER_US
        if inside.all() and not (together and other):
            continue
        if _held(whole) != _held(older) or other:
            problems.append(_contradiction(other, len(older.ids)))
        else:
            whole = _joined(whole, _taken(older, np.flatnonzero(~inside)))
            parts += 1
    if parts > 1:
        problems.insert(0, _together(parts))
    return whole, problems


def _together(parts: int) -> Problem:
    return Problem(
        f"{parts} processes logged its predictions, on different instances; they are shown "
        "together.",
        "Add the shards to m.evaluation in a torch.distributed job, which gathers them, or log "
        "separate evaluations under names of their own.",
    )


def _contradiction(other: int, n: int) -> Problem:
    seen = (
        f"on {other:,} of the same instances" if other else f"of another form, on {n:,} instances"
    )
    return Problem(
        f"Another process logged other predictions {seen}; only those that were logged last are "
        "shown.",
        "If each process had a shard, start the process group first, and give each instance an id "
        "of its own through all shards; otherwise log under another model id.",
    )


def _held(record: Predictions) -> tuple[Any, ...]:
    """What must be the same in all parts."""
    present = tuple(getattr(record, name) is not None for name in _ANSWERS if name != "correct")
    whole = record.ids.dtype.kind in "iu"
    fingerprint = record.dataset_fingerprint
    return record.kind, record.classes, set(record.scores), present, whole, fingerprint


def _other(whole: Predictions, older: Predictions, rows: Ints, inside: Bools) -> int:
    """On how many of the instances that both have they say something else."""
    at = rows[inside]
    found = np.zeros(len(at), bool)
    for one, other in _columns(whole, older):
        if isinstance(one, tuple) or isinstance(other, tuple):
            one, other = np.array(one, object), np.array(other, object)
        mine, theirs = one[at], other[inside]
        if mine.dtype.kind == "f":
            near = np.isclose(mine, theirs, rtol=_TOLERANCE, atol=_TOLERANCE, equal_nan=True)
            found |= ~near
        else:
            differs = np.asarray(mine != theirs, bool)
            found |= differs.any(axis=1) if differs.ndim == 2 else differs
    return int(np.count_nonzero(found))


def _columns(one: Predictions, other: Predictions) -> list[tuple[Any, Any]]:
    pairs = [(getattr(one, name), getattr(other, name)) for name in _ANSWERS]
    pairs += [(score, other.scores.get(name)) for name, score in one.scores.items()]
    return [
        (a, b) for a, b in pairs if a is not None and b is not None and np.ndim(a) == np.ndim(b)
    ]


def _taken(record: Predictions, rows: NDArray[np.int64]) -> Predictions:
    changes: dict[str, Any] = {"ids": record.ids[rows]}
    for name in (*_ANSWERS, *_MISSING, "top_classes", "top_probabilities"):
        column = getattr(record, name)
        if isinstance(column, tuple):
            changes[name] = tuple(column[row] for row in rows.tolist())
        elif column is not None:
            changes[name] = column[rows]
    changes["scores"] = {name: score[rows] for name, score in record.scores.items()}
    if record.vectors is not None and record.vector_rows is not None:
        at = np.searchsorted(rows, record.vector_rows)
        kept = rows[np.minimum(at, len(rows) - 1)] == record.vector_rows
        changes |= {"vector_rows": at[kept], "vectors": record.vectors[kept]}
    return replace(record, **changes)


def _joined(one: Predictions, other: Predictions) -> Predictions:
    n, more = len(one.ids), len(other.ids)
    changes: dict[str, Any] = {"ids": np.concatenate([one.ids, other.ids])}
    for name in (*_ANSWERS, *_MISSING, "top_classes", "top_probabilities"):
        changes[name] = _column(name, getattr(one, name), getattr(other, name), n, more)
    changes["scores"] = {
        name: np.concatenate([score, other.scores[name]]) for name, score in one.scores.items()
    }
    vectors = [
        (each.vector_rows + start, each.vectors)
        for each, start in ((one, 0), (other, n))
        if each.vector_rows is not None and each.vectors is not None
    ]
    if len({rows.shape[1] for _, rows in vectors}) == 1:
        changes["vector_rows"] = np.concatenate([at for at, _ in vectors])
        changes["vectors"] = np.concatenate([rows for _, rows in vectors])
    dropped = tuple(dict.fromkeys((*one.dropped, *other.dropped)))
    return replace(one, **changes, excluded=one.excluded + other.excluded, dropped=dropped)


def _column(name: str, one: Any, other: Any, n: int, more: int) -> Any:
    if isinstance(one, tuple):
        return one + other
    if one is None and other is None:
        return None
    if one is None or other is None:
        if name not in _MISSING:
            return None
        one = np.full(n, _MISSING[name], other.dtype) if one is None else one
        other = np.full(more, _MISSING[name], one.dtype) if other is None else other
    return None if one.shape[1:] != other.shape[1:] else np.concatenate([one, other])
