"""Gathers predictions batch by batch, in bounded memory, and joins what ranks have gathered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.instances import Ids, Predictions
from tensorboard_cnc.writer.instances.arrays import random_ranks
from tensorboard_cnc.writer.instances.predictions import COLUMNS, TOP_COLUMNS, taken
from tensorboard_cnc.writer.instances.repeats import check_repeats
from tensorboard_cnc.writer.instances.task import most_vectors

_FEWEST_ROWS = 4096


class Batches:
    """What was added so far. Of full vectors only as many stay as could fit into max_bytes."""

    def __init__(self, max_bytes: int, *, repeats: bool) -> None:
        """With `repeats` an id that comes again counts once if it says the same, else never."""
        self._max_bytes = max_bytes
        self._repeats = repeats
        self._whole: Predictions | None = None
        self._waiting: list[Predictions] = []
        self._rows_waiting = 0
        self._vectors_waiting = 0
        # Vectors of ids with a greater rank have no chance to stay.
        self._last_rank = np.uint64(2**64 - 1)

    def add(self, part: Predictions) -> None:
        """Adds a batch.

        Raises:
          ArgumentError: it holds other things than those before, or an id that was there before.
        """
        part = self._with_promising_vectors(part)
        self._waiting.append(part)
        self._rows_waiting += len(part.ids)
        self._vectors_waiting += 0 if part.vectors is None else len(part.vectors)
        # Joining when as much waits as there is costs no more in all than a few copies.
        rows = max(_FEWEST_ROWS, len(self._whole.ids) if self._whole else 0)
        if self._rows_waiting >= rows or self._vectors_waiting > self._most(part):
            self.joined()

    def joined(self) -> Predictions | None:
        """All that was added; None if nothing was.

        Raises:
          ArgumentError: as `add`; the batches that were not joined yet are lost.
        """
        waiting, self._waiting = self._waiting, []
        self._rows_waiting = self._vectors_waiting = 0
        if waiting:
            parts = [self._whole, *waiting] if self._whole else waiting
            self._whole = self._pruned(joined(parts, repeats=self._repeats))
        return self._whole

    def _most(self, part: Predictions) -> int:
        return 0 if part.vectors is None else most_vectors(self._max_bytes, part.vectors.shape[1])

    def _with_promising_vectors(self, part: Predictions) -> Predictions:
        if part.vectors is None or part.vector_rows is None:
            return part
        promising = random_ranks(part.ids[part.vector_rows]) <= self._last_rank
        rows, vectors = part.vector_rows[promising], part.vectors[promising]
        return replace(part, vector_rows=rows, vectors=vectors)

    def _pruned(self, record: Predictions) -> Predictions:
        most = self._most(record)
        if record.vectors is None or record.vector_rows is None or len(record.vectors) <= most:
            return record
        ranks = random_ranks(record.ids[record.vector_rows])
        self._last_rank = np.partition(ranks, most)[most]
        return self._with_promising_vectors(record)


def joined(parts: Sequence[Predictions], *, repeats: bool = False) -> Predictions:
    """One record of them all in the order of ids.

    With `repeats` an id that comes again with equal predictions counts once.

    Raises:
      ArgumentError: the parts hold different things, or an id occurs twice, without `repeats` or
        with other predictions.
    """
    _check_alike(parts)
    whole = _concatenated(parts)
    if np.all(whole.ids[1:] > whole.ids[:-1]):
        return whole
    kept = _first_of_each(whole.ids)
    if len(kept) < len(whole.ids):
        if not repeats:
            raise _twice(whole.ids, kept)
        check_repeats(whole, kept)
    record = taken(whole, kept)
    return replace(record, excluded=_excluded(record))


def _concatenated(parts: Sequence[Predictions]) -> Predictions:
    """The rows of all parts, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    changes: dict[str, Any] = {"ids": np.concatenate([part.ids for part in parts])}
    for name in (*COLUMNS, *TOP_COLUMNS):
        columns = [getattr(part, name) for part in parts]
        # A large batch may have left top-k out, because it would not fit into max_bytes.
        present = all(column is not None for column in columns)
        changes[name] = np.concatenate(columns) if present else None
    if parts[0].outputs is not None:
        changes["outputs"] = tuple(text for part in parts for text in part.outputs or ())
    changes["scores"] = {
        name: np.concatenate([part.scores[name] for part in parts]) for name in parts[0].scores
    }
    if parts[0].vectors is not None:
        starts = np.cumsum([0] + [len(part.ids) for part in parts[:-1]])
        pairs = zip(parts, starts, strict=True)
        changes["vector_rows"] = np.concatenate([part.vector_rows + at for part, at in pairs])
        changes["vectors"] = np.concatenate([part.vectors for part in parts])
    return replace(parts[0], **changes, excluded=sum(part.excluded for part in parts))


def _excluded(record: Predictions) -> int:
    """How many rows are not finite."""
    if record.predicted is not None:
        return int((record.predicted < 0).sum())
    if record.numbers is not None:
        return int((~np.isfinite(record.numbers)).sum())
    return record.excluded


def _check_alike(parts: Sequence[Predictions]) -> None:
    first = _held(parts[0])
    for part in parts[1:]:
        held = _held(part)
        different = [name for name in first | held if first.get(name) != held.get(name)]
        if different:
            raise ArgumentError(
                f"Two batches of one evaluation have different {', '.join(sorted(different))}",
                "All its batches must hold the same kinds of data",
                "Pass the same arguments with each batch, and all classes when it is opened, "
                'with m.evaluation("…", classes=[…])',
            )


def _held(part: Predictions) -> dict[str, Any]:
    """What must be the same in all batches."""
    arrays = {name: getattr(part, name) for name in (*COLUMNS, "vectors")}
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
