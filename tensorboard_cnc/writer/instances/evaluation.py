"""Logs predictions batch by batch, from inside an evaluation loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from tensorboard_cnc.errors import ArgumentError, ClosedError
from tensorboard_cnc.records.instances import Predictions
from tensorboard_cnc.writer.instances.answers import Answers
from tensorboard_cnc.writer.instances.batches import Batches
from tensorboard_cnc.writer.instances.joined_predictions import joined
from tensorboard_cnc.writer.instances.known_datasets import KnownDataset
from tensorboard_cnc.writer.instances.predictions import predictions_of
from tensorboard_cnc.writer.ranks import gathered_on_first, rank_and_size


class Evaluation:
    """Gathers what a model answers, and logs it when its block ends; see `ModelHandle.evaluation`.

    An exception in the block leaves nothing logged.
    """

    def __init__(
        self,
        model_id: str,
        dataset: str,
        max_bytes: int,
        known: KnownDataset | None,
        *,
        classes: Sequence[Any] | None,
        multilabel: bool,
        sharded: bool,
        call: Callable[[Callable[[], None]], None],
        write: Callable[[Predictions, int], None],
    ) -> None:
        """`known` is the data set, if this process has logged it.

        `call` runs an action under the handle's policy, `write` logs the record.
        """
        self._model_id = model_id
        self._dataset = dataset
        self._max_bytes = max_bytes
        self._classes = classes
        self._multilabel = multilabel
        self._sharded = sharded and rank_and_size()[1] > 1
        self._known = known
        self._batches = Batches(max_bytes, repeats=self._sharded)
        self._call = call
        self._write = write
        self._open = False

    def add(
        self,
        ids: Any,
        *,
        probabilities: Any = None,
        logits: Any = None,
        predicted: Any = None,
        outputs: Any = None,
        scores: Mapping[str, Any] | None = None,
        labels: Any = None,
    ) -> None:
        """Adds one batch; the arguments are those of `ModelHandle.predictions`.

        Raises:
          ArgumentError: an argument that breaks a rule, with the row of the batch where it is one.
          ClosedError: the block, the handle or its writer has been closed.
        """
        answers = Answers(
            probabilities=probabilities,
            logits=logits,
            predicted=predicted,
            outputs=outputs,
            scores=scores,
            labels=labels,
            classes=self._classes,
            multilabel=self._multilabel,
        )
        self._call(lambda: self._add(ids, answers))

    def __enter__(self) -> Self:
        self._open = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open = False
        if error is None:
            self._call(self._finish)

    def _add(self, ids: Any, answers: Answers) -> None:
        if not self._open:
            raise ClosedError(
                f'A batch was added to the evaluation on "{self._dataset}" outside its block',
                "What is added is logged when the with block ends",
                "Call add(ids, …) inside of: with m.evaluation(…) as evaluation",
            )
        part = predictions_of(
            self._model_id,
            self._dataset,
            ids,
            answers,
            self._known,
            self._max_bytes,
            unique=not self._sharded,
        )
        self._batches.add(part)

    def _finish(self) -> None:
        """Rank 0 of a distributed job writes what all ranks have added."""
        mine: Predictions | None = None
        parts: list[Predictions | None] = []
        try:
            mine = self._batches.joined()
        finally:
            # The others wait for this rank, whatever happened to it.
            parts = gathered_on_first(mine) if self._sharded else [mine]
        found = [part for part in parts if part is not None]
        if found:
            self._write(joined(found, repeats=self._sharded), self._max_bytes)
        elif parts:
            raise ArgumentError(
                f'No batch was added to the evaluation on "{self._dataset}"',
                "An evaluation logs what its batches hold",
                "Call add(ids, …) for each batch inside the with block",
            )
