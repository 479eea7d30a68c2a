"""Logs predictions batch by batch, from inside an evaluation loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, Protocol, Self

from tensorboard_cnc.errors import ArgumentError, ClosedError, CncError, CopyError
from tensorboard_cnc.records.instances import Predictions
from tensorboard_cnc.writer.instances.batches import Batches, joined
from tensorboard_cnc.writer.instances.predictions import predictions_of
from tensorboard_cnc.writer.instances.task import GivenPredictions, KnownDataset, Remark
from tensorboard_cnc.writer.ranks import gathered_on_first, rank_and_size


class Handle(Protocol):
    """What an evaluation needs of the handle of its model."""

    @property
    def id(self) -> str:
        """The model's id."""

    def _call(self, action: Callable[[], None]) -> None:
        """Runs one call of the user, alone and under the policy for errors."""

    def _write_predictions(self, record: Predictions, max_bytes: int) -> None:
        """Logs the record within so many bytes."""


class _Failure(NamedTuple):
    """What keeps a rank from giving its shard."""

    rank: int
    message: str
    remedy: str


class Evaluation:
    """Gathers predictions, and logs them when its block ends; made by `ModelHandle.evaluation`.

    An exception in the block leaves nothing logged.
    """

    def __init__(
        self,
        handle: Handle,
        dataset: str,
        known: KnownDataset | None,
        *,
        classes: Sequence[Any] | None,
        multilabel: bool,
        unknown_label: int | str | None,
        sharded: bool,
        max_bytes: int,
        remark: Remark,
    ) -> None:
        """`known` is the data set, if this process has logged it; `remark` keeps what to say."""
        self._handle = handle
        self._dataset = dataset
        self._max_bytes = max_bytes
        self._classes = classes
        self._multilabel = multilabel
        self._unknown_label = unknown_label
        self._sharded = sharded and rank_and_size()[1] > 1
        self._known = known
        self._remark = remark
        self._remarked: CncError | None = None
        self._batches = Batches(max_bytes, repeats=self._sharded)
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
        """Adds one batch of n instances; all arguments are as for `ModelHandle.predictions`.

        Args:
          ids: of the instances (n,), in the order of everything else here.
          probabilities: (n, C), or (n,) of the second of two classes.
          logits: the same before the softmax or sigmoid.
          predicted: classes or numbers (n,).
          outputs: generated texts.
          scores: one number for each instance by name.
          labels: right classes, unless this process has logged the data set.

        Raises:
          ArgumentError: an argument breaks a rule; the message names the row of the batch at fault.
          ClosedError: the block, the handle or its writer has been closed.
        """
        given = GivenPredictions(
            probabilities=probabilities,
            logits=logits,
            predicted=predicted,
            outputs=outputs,
            scores=scores,
            labels=labels,
            classes=self._classes,
            multilabel=self._multilabel,
            unknown_label=self._unknown_label,
        )
        self._handle._call(lambda: self._add(ids, given))

    def __reduce__(self) -> NoReturn:
        raise CopyError(
            f'The evaluation on "{self._dataset}" cannot be pickled or copied',
            "It belongs to the process that made it, with the handle that it writes through",
            "Evaluate in that process, pass on the predictions, and add them there",
        )

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
            self._handle._call(self._finish)

    def _add(self, ids: Any, given: GivenPredictions) -> None:
        if not self._open:
            raise ClosedError(
                f'A batch was added to the evaluation on "{self._dataset}" outside its block',
                "What is added is logged when the with block ends",
                "Call add(ids, …) inside the block: with m.evaluation(…) as evaluation",
            )
        part = predictions_of(
            self._handle.id,
            self._dataset,
            ids,
            given,
            self._known,
            self._max_bytes,
            unique=not self._sharded,
            remark=self._remark_once,
        )
        self._batches.add(part)

    def _remark_once(self, error: CncError) -> None:
        """What is true of one batch is true of all, with other figures."""
        if self._remarked is None:
            self._remarked = error
            self._remark(error)

    def _finish(self) -> None:
        """Rank 0 of a distributed job writes what all ranks have added."""
        mine: Predictions | _Failure | None = None
        parts: list[Predictions | _Failure | None] = []
        try:
            mine = self._batches.joined()
        except ArgumentError as error:
            mine = _Failure(rank_and_size()[0], error.message, error.remedy)
            raise
        finally:
            # The others wait for this rank, whatever happened to it.
            parts = gathered_on_first(mine) if self._sharded else [mine]
        for part in parts:
            if isinstance(part, _Failure):
                raise ArgumentError(
                    f"The predictions of rank {part.rank} cannot be logged",
                    part.message.removesuffix("."),
                    part.remedy.removesuffix("."),
                )
        found = [part for part in parts if isinstance(part, Predictions)]
        if found:
            record = joined(found, repeats=self._sharded)
            self._handle._write_predictions(record, self._max_bytes)
        elif parts:
            raise ArgumentError(
                f'No batch was added to the evaluation on "{self._dataset}"',
                "An evaluation logs what its batches hold",
                "Call add(ids, …) for each batch inside the with block",
            )
