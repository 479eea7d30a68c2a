"""Joins what batches and ranks answered, each instance once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.column_codec import text_ids
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.instance_records import Predictions

_ROWS = ("predicted", "memberships", "numbers", "correct", "confidence", "true_probability")
_TOP = ("top_classes", "top_probabilities")


def gathered(record: Predictions | None) -> list[Predictions]:
    """The records of all ranks on rank 0, none on the others; alone outside a distributed job."""
    distributed = sys.modules.get("torch.distributed")
    ready = distributed is not None and distributed.is_available()
    if not ready or not distributed.is_initialized():  # type: ignore[union-attr]
        return [record] if record else []
    size, rank = distributed.get_world_size(), distributed.get_rank()  # type: ignore[union-attr]
    if size == 1:
        return [record] if record else []
    parts: list[Predictions | None] | None = [None] * size if rank == 0 else None
    distributed.gather_object(record, parts, dst=0)  # type: ignore[union-attr]
    return [part for part in parts or () if part]


def joined(parts: Sequence[Predictions], *, repeats: bool) -> Predictions:
    """One record of them all. With `repeats` an id that comes again is passed over.

    Raises:
      ArgumentError: the parts hold different things, or an id comes twice without `repeats`.
    """
    first = parts[0]
    if len(parts) == 1 and not repeats:
        return first
    _check_alike(parts)
    ids = _all_ids([part.ids for part in parts])
    kept = _first_of_each(ids)
    if len(kept) < len(ids) and not repeats:
        missing = np.ones(len(ids), bool)
        missing[kept] = False
        raise ArgumentError(
            f"The id {ids[int(np.argmax(missing))]!r} was added twice",
            "Each instance is predicted once",
            "Add every batch once",
        )
    changes: dict[str, Any] = {"ids": ids[kept]}
    for name in _ROWS + _TOP:
        columns = [getattr(part, name) for part in parts]
        whole = all(column is not None for column in columns)
        changes[name] = np.concatenate(columns)[kept] if whole else None
    if first.outputs is not None:
        outputs = [text for part in parts for text in part.outputs or ()]
        changes["outputs"] = tuple(outputs[row] for row in kept)
    changes["scores"] = {
        name: np.concatenate([part.scores[name] for part in parts])[kept] for name in first.scores
    }
    changes |= _joined_vectors(parts, kept)
    return _counted(replace(first, **changes))


def _counted(record: Predictions) -> Predictions:
    """With the rows counted again that were not finite."""
    if record.predicted is not None:
        return replace(record, excluded=int((record.predicted < 0).sum()))
    if record.numbers is not None:
        return replace(record, excluded=int((~np.isfinite(record.numbers)).sum()))
    return record


def _joined_vectors(parts: Sequence[Predictions], kept: NDArray[Any]) -> dict[str, Any]:
    if any(part.vectors is None for part in parts):
        return {"vectors": None, "vector_rows": None}
    starts = np.cumsum([0] + [len(part.ids) for part in parts])
    pairs = zip(parts, starts[:-1], strict=True)
    rows = np.concatenate([part.vector_rows + start for part, start in pairs])
    vectors = np.concatenate([part.vectors for part in parts if part.vectors is not None])
    position = np.full(starts[-1], -1)
    position[kept] = np.arange(len(kept))
    at = position[rows]
    return {"vector_rows": at[at >= 0], "vectors": vectors[at >= 0]}


def _check_alike(parts: Sequence[Predictions]) -> None:
    first = parts[0]
    for part in parts[1:]:
        same = part.kind == first.kind and set(part.scores) == set(first.scores)
        width = part.vectors is None or first.vectors is None
        if not same or not (width or part.vectors.shape[1] == first.vectors.shape[1]):  # type: ignore[union-attr]
            raise ArgumentError(
                f"One batch holds {first.kind}, another {part.kind} with other scores or classes",
                "All batches of one evaluation hold the same things",
                "Pass the same arguments with each batch",
            )
        if part.classes != first.classes:
            raise ArgumentError(
                "Two batches have different class names",
                "Class names are the same in all batches",
                "Pass classes= with each batch",
            )


def _all_ids(lists: Sequence[NDArray[Any]]) -> NDArray[Any]:
    if len({ids.dtype.kind == "i" for ids in lists}) > 1:
        raise ArgumentError(
            "Some ids are numbers and some texts", "All ids are of one kind", "Use str(...)"
        )
    if lists[0].dtype.kind == "i":
        return np.concatenate(lists)
    return text_ids([each for ids in lists for each in ids.tolist()])


def _first_of_each(ids: NDArray[Any]) -> NDArray[Any]:
    order = np.argsort(ids, kind="stable")
    ordered = ids[order]
    first = np.ones(len(ids), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return np.sort(order[first])
