"""Logs a model from its checkpoint alone, without torch and without loading it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.imports.run_names import run_names
from tensorboard_cnc.records.models import Operation
from tensorboard_cnc.writer.model_card import LEFT_OUT, LeftOut
from tensorboard_cnc.writer.tensors.model_sources import all_sources

_WORDS = {"True": True, "False": False, "None": None}


@dataclass(frozen=True, slots=True)
class NewModel:
    """What becomes of a checkpoint: a model of this id, made from `parents` by `operation`.

    `checkpoint` is a path or an address, `base` the one that an adapter changes. What is empty is
    left out: where the model is there already, that stays as it is.
    """

    id: str
    checkpoint: Path | str
    parents: Sequence[str] = ()
    operation: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    description: str = ""
    base: Path | str | None = None


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
    operation: Operation | LeftOut = LEFT_OUT
    if model.operation:
        operation = cnc_summary.operation(model.operation, **model.parameters)
    run = logdir / run_names([model.id])[model.id]
    read = iter(progress(range(stored)))
    names: list[str] = []
    with cnc_summary.model(
        run,
        model.id,
        parents=model.parents or LEFT_OUT,
        operation=operation,
        description=model.description or LEFT_OUT,
        checkpoint=model.checkpoint,
    ) as handle:

        def step(name: str) -> None:
            names.append(name)
            next(read, None)

        refused = handle.weights(model.checkpoint, base=model.base, progress=step)
        # Whoever shows the progress shows its end.
        for _ in read:
            pass
    return Added(run, len(names), refused)


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
        parameters[name] = _typed(value)
    return parameters


def _typed(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    # Numbers beyond JSON, such as NaN, and objects stay what was typed.
    plain = isinstance(value, str | bool | int | float | list) or value is None
    return value if plain and text not in ("NaN", "Infinity", "-Infinity") else text
