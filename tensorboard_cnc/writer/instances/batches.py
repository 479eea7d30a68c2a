"""Gathers predictions batch by batch, in bounded memory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tensorboard_cnc.records.instances import Predictions
from tensorboard_cnc.writer.instances.answers import most_vectors
from tensorboard_cnc.writer.instances.joined_predictions import joined
from tensorboard_cnc.writer.instances.order import random_ranks

_FEWEST_ROWS = 4096


class Batches:
    """What was added so far. Of full vectors only as many stay as could fit into max_bytes."""

    def __init__(self, max_bytes: int, *, repeats: bool) -> None:
        """With `repeats` an id that comes again is passed over, else it is refused."""
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
