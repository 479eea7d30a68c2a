"""Logs a model from its checkpoint alone, without torch and without loading it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.imports.run_names import run_names
from tensorboard_cnc.imports.typed_values import typed
from tensorboard_cnc.records.models import Operation
from tensorboard_cnc.writer.model_card import LEFT_OUT, LeftOut
from tensorboard_cnc.writer.tensors.model_sources import all_sources


@dataclass(frozen=True, slots=True)
class NewModel:
    """What becomes of a checkpoint: a model of this id, made from `parents` by `operation`.

    `checkpoint` is a path or an address, `base` the one that an adapter changes. `run` is where it
    goes in the log directory, None for a run of its own. An `attached` one is logged elsewhere, and
    gets weights and metrics alone. What is empty is left out: where the model is there already,
    that stays as it is.
    """

    id: str
    checkpoint: Path | str
    parents: Sequence[str] = ()
    operation: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    description: str = ""
    base: Path | str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    run: str | None = None
    attached: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """Where a model was written to, how many weights and buffers it has, and what was refused.

    `refused`: names of tensors that were not logged, and why.
    """

    run: Path
    tensors: int
    refused: Mapping[str, str]


def add_model(
    model: NewModel,
    logdir: Path,
    progress: Callable[[Sequence[int]], Iterable[int]] = iter,
) -> Added:
    """Writes `model` with sketches of its weights into ``<logdir>/<run>``.

    `progress` is given as many numbers as there are tensors, and yields each when it is read.

    Raises:
      ArgumentError: the checkpoint is damaged, or an id or parameter cannot be logged.
      OSError, WriterError: the checkpoint cannot be read, or the log directory not be written.
    """
    # A damaged file is refused before anything is written.
    stored = len(all_sources(model.checkpoint, base=model.base))
    run = logdir / (model.run or run_names([model.id])[model.id])
    read = iter(progress(range(stored)))
    names: list[str] = []
    with _opened(model, run) as handle:

        def step(name: str) -> None:
            names.append(name)
            next(read, None)

        refused = handle.weights(model.checkpoint, base=model.base, progress=step)
        # Whoever shows the progress shows its end.
        for _ in read:
            pass
        if model.metrics:
            handle.metrics(dict(model.metrics))
    return Added(run, len(names), refused)


def _opened(model: NewModel, run: Path) -> cnc_summary.Model:
    if model.attached:
        return cnc_summary.attach(run, model.id)
    operation: Operation | LeftOut = LEFT_OUT
    if model.operation:
        operation = cnc_summary.operation(model.operation, **model.parameters)
    return cnc_summary.model(
        run,
        model.id,
        parents=model.parents or LEFT_OUT,
        operation=operation,
        description=model.description or LEFT_OUT,
        checkpoint=model.checkpoint,
    )


def typed_metrics(texts: Sequence[str]) -> dict[str, float]:
    """Numbers by name.

    Raises:
      ArgumentError: a text is not of the form name=number, or a name comes twice.
    """
    metrics: dict[str, float] = {}
    for text in texts:
        name, _, value = text.rpartition("=")
        try:
            number = float(value)
        except ValueError:
            name = ""
        if not name or name in metrics:
            raise ArgumentError(
                f'The metric "{text}" is '
                + ("given twice" if name else "not of the form name=number"),
                "A metric has one value, which is a number",
                "Write --metric accuracy=0.913, once for each metric",
            )
        metrics[name] = number
    return metrics


def typed_parameters(texts: Sequence[str]) -> dict[str, Any]:
    """Values by name: numbers, truth values, null and lists as in JSON or Python, else texts.

    Raises:
      ArgumentError: a text holds no "=", or a name comes twice.
    """
    parameters: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ArgumentError(
                f'The parameter "{text}" is not of the form name=value',
                "Parameters follow the name of the operation",
                "Write --operation prune amount=0.5 scope=global, after the checkpoint",
            )
        if name in parameters:
            raise ArgumentError(
                f'The parameter "{name}" is given twice', "It has one value", "Leave one out"
            )
        parameters[name] = typed(value)
    return parameters
