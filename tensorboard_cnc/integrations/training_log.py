"""One model over the course of a toolkit's training, never in its way."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Real
from typing import Any

from tensorboard_cnc.records.models import MetricSpec, Operation
from tensorboard_cnc.writer import policy
from tensorboard_cnc.writer.accepted_writers import Writer
from tensorboard_cnc.writer.array_values import plain
from tensorboard_cnc.writer.model import attach, model
from tensorboard_cnc.writer.model_card import LEFT_OUT, LeftOut
from tensorboard_cnc.writer.model_handle import ModelHandle


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


class TrainingLog:
    """Logs a model from the beginning of its training to the end.

    With `on_error` "warn" whatever goes wrong is a warning and a problem of the model, and
    training goes on.
    """

    def __init__(self, told: ModelToLog, example_inputs: Any, on_error: policy.OnError) -> None:
        with policy.during(on_error):
            self._told = told
        self._example_inputs = example_inputs
        self._on_error = on_error
        self._handle: ModelHandle | None = None

    def begin(self, writer: Writer) -> None:
        """Logs the model as running; a training that is begun again is the same model."""
        told = self._told
        with self._protected():
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
        """Adds the numbers among `values`."""
        with self._protected():
            if self._handle is not None and (numbers := _numbers(values)):
                self._handle.metrics(numbers, step=step)

    def measured_afterwards(self, writer: Writer, values: Mapping[str, Any], step: int) -> None:
        """Adds the numbers among `values` to the model whose training has ended."""
        with self._protected():
            if numbers := _numbers(values):
                with attach(writer, self._told.id) as handle:
                    handle.metrics(numbers, step=step)

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


def _numbers(values: Mapping[str, Any]) -> dict[str, float]:
    """The numbers among `values`, as toolkits hand over texts and counters beside them."""
    found = {str(name): plain(value) for name, value in values.items()}
    return {
        name: float(value)
        for name, value in found.items()
        if isinstance(value, Real) and not isinstance(value, bool)
    }
