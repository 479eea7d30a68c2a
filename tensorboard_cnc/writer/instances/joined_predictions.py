"""Joins what batches and ranks answered, each instance once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.instances import Ids, Predictions

# Arrays with a row for each instance.
_ROWS = (
    "predicted",
    "memberships",
    "numbers",
    "correct",
    "confidence",
    "true_probability",
)
_TOP = ("top_classes", "top_probabilities")


def joined(parts: Sequence[Predictions], *, repeats: bool = False) -> Predictions:
    """One record of them all in the order of ids, which takes the fewest bytes.

    With `repeats` an id that comes again is passed over.

    Raises:
      ArgumentError: the parts hold different things, or an id comes twice without `repeats`.
    """
    _check_alike(parts)
    ids = np.concatenate([part.ids for part in parts])
    if len(parts) == 1 and np.all(ids[1:] > ids[:-1]):
        return parts[0]
    kept = _first_of_each(ids)
    if len(kept) < len(ids) and not repeats:
        raise _twice(ids, kept)
    changes: dict[str, Any] = {"ids": ids[kept]}
    for name in (*_ROWS, *_TOP):
        columns = [getattr(part, name) for part in parts]
        # A large batch may have left top-k out, because it would not fit into max_bytes.
        present = all(column is not None for column in columns)
        changes[name] = np.concatenate(columns)[kept] if present else None
    if parts[0].outputs is not None:
        outputs = [text for part in parts for text in part.outputs or ()]
        changes["outputs"] = tuple(outputs[row] for row in kept.tolist())
    changes["scores"] = {
        name: np.concatenate([part.scores[name] for part in parts])[kept]
        for name in parts[0].scores
    }
    changes |= _joined_vectors(parts, kept)
    record = replace(parts[0], **changes)
    return replace(record, excluded=_excluded(record, parts))


def _excluded(record: Predictions, parts: Sequence[Predictions]) -> int:
    """How many of the rows kept are not finite."""
    if record.predicted is not None:
        return int((record.predicted < 0).sum())
    if record.numbers is not None:
        return int((~np.isfinite(record.numbers)).sum())
    return sum(part.excluded for part in parts)


def _joined_vectors(parts: Sequence[Predictions], kept: NDArray[np.int64]) -> dict[str, Any]:
    if parts[0].vectors is None:
        return {}
    starts = np.cumsum([0] + [len(part.ids) for part in parts])
    pairs = zip(parts, starts[:-1], strict=True)
    rows = np.concatenate([part.vector_rows + start for part, start in pairs])
    vectors = np.concatenate([part.vectors for part in parts])
    position = np.full(starts[-1], -1)
    position[kept] = np.arange(len(kept))
    at = position[rows]
    order = np.argsort(at, kind="stable")[np.count_nonzero(at < 0) :]
    return {"vector_rows": at[order], "vectors": vectors[order]}


def _check_alike(parts: Sequence[Predictions]) -> None:
    first = _held(parts[0])
    for part in parts[1:]:
        held = _held(part)
        different = [name for name in first | held if first.get(name) != held.get(name)]
        if different:
            raise ArgumentError(
                f"Two batches of one evaluation have different {', '.join(sorted(different))}",
                "All its batches hold the same things",
                "Pass the same arguments with each batch, and all classes when it is opened, "
                'with m.evaluation("…", classes=[…])',
            )


def _held(part: Predictions) -> dict[str, Any]:
    """What must be the same in all batches."""
    arrays = {name: getattr(part, name) for name in (*_ROWS, "vectors")}
    widths = {name: array.shape[1:] for name, array in arrays.items() if array is not None}
    kind_of_ids = "numbers" if part.ids.dtype.kind == "i" else "texts"
    return {
        "kind": part.kind,
        "kind of ids": kind_of_ids,
        "classes": part.classes,
        "scores": set(part.scores),
        **widths,
    }


def _first_of_each(ids: Ids) -> NDArray[np.int64]:
    """The rows of the first appearance of each id, in the order of ids."""
    order = np.argsort(ids, kind="stable")
    ordered = ids[order]
    first = np.ones(len(ids), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return order[first]


def _twice(ids: Ids, kept: NDArray[np.int64]) -> ArgumentError:
    repeated = np.ones(len(ids), bool)
    repeated[kept] = False
    return ArgumentError(
        f"{int(repeated.sum()):,} ids were added again, such as {ids[repeated].tolist()[0]!r}",
        "Each instance is predicted once",
        "Add every batch once, and give each instance an id of its own",
    )
