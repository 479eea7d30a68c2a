"""One model over the course of a toolkit's training, never in its way."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from tensorboard_cnc.records.models import MetricSpec, Operation
from tensorboard_cnc.writer import policy
from tensorboard_cnc.writer.accepted_writers import Writer
from tensorboard_cnc.writer.array_values import plain
from tensorboard_cnc.writer.model import attach, model
from tensorboard_cnc.writer.model_card import LEFT_OUT, LeftOut
from tensorboard_cnc.writer.model_handle import ModelHandle
from tensorboard_cnc.writer.operation import operation


@dataclass(frozen=True)
class ModelToLog:
    """What a callback was told about its model; the fields are those of `cnc_summary.model`."""

    id: str
    parents: str | ModelHandle | Iterable[str | ModelHandle] | LeftOut | None = LEFT_OUT
    operation: Operation | str | LeftOut | None = LEFT_OUT
    description: str | LeftOut = LEFT_OUT
    checkpoint: str | os.PathLike[str] | LeftOut | None = LEFT_OUT
    replicate_of: str | ModelHandle | LeftOut | None = LEFT_OUT
    metrics: Mapping[str, str | None] | Iterable[MetricSpec] | None = None

    def of_trial(self, name: str, parameters: Mapping[str, Any]) -> ModelToLog:
        """What is logged of one trial of a search, whose parameters are the operation's."""
        done = self.operation if isinstance(self.operation, Operation) else None
        kind = done.name if done else self.operation if isinstance(self.operation, str) else "train"
        before = done.parameters if done else {}
        return replace(
            self, id=f"{self.id} {name}", operation=operation(kind, **{**before, **parameters})
        )


class TrainingLog:
    """Logs a model from the beginning of its training to the end.

    With `on_error` "warn" whatever goes wrong is a warning and a problem of the model, and
    training goes on.
    """

    def __init__(self, told: ModelToLog, example_inputs: Any, on_error: policy.OnError) -> None:
        with policy.during(on_error):
            self._told = self._current = told
        self._example_inputs = example_inputs
        self._on_error = on_error
        self._handle: ModelHandle | None = None
        # What was measured at each step: which of them is kept is known at the end.
        self._measured: dict[int, dict[str, Any]] = {}

    def begin(
        self, writer: Writer, trial: str | None = None, parameters: Mapping[str, Any] | None = None
    ) -> None:
        """Logs the model as running; a training that is begun again is the same model.

        `trial` names a trial of a search, which is a model of its own with these `parameters`.
        """
        with self._protected():
            self._measured.clear()
            if trial is not None:
                self._current = self._told.of_trial(trial, parameters or {})
            told = self._current
            if self._handle is not None:
                self._handle.close()
            self._handle = model(
                writer,
                told.id,
                parents=told.parents,
                operation=told.operation,
                description=told.description,
                checkpoint=told.checkpoint,
                replicate_of=told.replicate_of,
                metrics=told.metrics,
            )

    def measured(self, values: Mapping[str, Any], step: int) -> None:
        """Adds `values`."""
        with self._protected():
            if self._handle is not None and values:
                self._measured[step] = plain_values(values)
                self._handle.metrics(self._measured[step], step=step)

    def kept(self, step: int | None) -> None:
        """Says that the weights of this step are what the training leaves behind."""
        with self._protected():
            if self._handle is not None and step in self._measured:
                self._handle.metrics(self._measured[step], step=step)

    def step_of(self, name: str, value: float) -> int | None:
        """The first step at which this was measured; None: at none."""
        return next((at for at, found in self._measured.items() if found.get(name) == value), None)

    def measured_afterwards(self, writer: Writer, values: Mapping[str, Any], step: int) -> None:
        """Adds `values` to the model whose training has ended."""
        with self._protected():
            if values:
                with attach(writer, self._current.id) as handle:
                    handle.metrics(plain_values(values), step=step)

    def end(self, net: Any, example_inputs: Any = None) -> None:
        """Measures the trained `net`, if there are inputs, and closes the model."""
        inputs = example_inputs if self._example_inputs is None else self._example_inputs
        with self._protected():
            handle, self._handle = self._handle, None
            if handle is not None:
                try:
                    if inputs is not None:
                        handle.efficiency(net, inputs)
                finally:
                    handle.close()

    def fail(self, error: BaseException) -> None:
        """Marks the model as failed and closes it."""
        with self._protected():
            handle, self._handle = self._handle, None
            if handle is not None:
                handle.failed(error)
                handle.close()

    @property
    def is_open(self) -> bool:
        """Whether the model is logged as running."""
        return self._handle is not None

    @contextmanager
    def _protected(self) -> Iterator[None]:
        with policy.during(self._on_error), policy.tolerate(policy.unreported):
            yield


def plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` without tensors, which would keep the memory of a device, and what has no value."""
    return {str(name): plain(value) for name, value in values.items() if value is not None}
