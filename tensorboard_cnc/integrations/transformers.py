"""Logs a model that a Hugging Face Trainer trains."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from transformers import TrainerCallback

from tensorboard_cnc.integrations.training_log import ModelToLog, TrainingLog
from tensorboard_cnc.records.models import MetricSpec, Operation
from tensorboard_cnc.writer.accepted_writers import Writer
from tensorboard_cnc.writer.model_card import LEFT_OUT, LeftOut
from tensorboard_cnc.writer.model_handle import ModelHandle
from tensorboard_cnc.writer.policy import OnError

# What a Trainer measures of itself, under conditions that nobody records.
_OF_THE_TRAINER = ("_runtime", "_per_second", "_model_preparation_time")


class CncCallback(TrainerCallback):  # type: ignore[misc]
    """Logs the model that a Trainer trains: running, its evaluations, its efficiency, its end.

    Where the Trainer restores or saves the best checkpoint (``load_best_model_at_end``,
    ``save_strategy="best"``), the model has the metrics of that. Each trial of
    ``hyperparameter_search`` is a model of its own, with its parameters. An exception that ends the
    script marks the model as failed. Only the main process logs.
    """

    def __init__(
        self,
        model_id: str,
        *,
        writer: Writer = None,
        parents: str | ModelHandle | Iterable[str | ModelHandle] | LeftOut | None = LEFT_OUT,
        operation: Operation | str | LeftOut | None = LEFT_OUT,
        description: str | LeftOut = LEFT_OUT,
        checkpoint: str | os.PathLike[str] | LeftOut | None = LEFT_OUT,
        replicate_of: str | ModelHandle | LeftOut | None = LEFT_OUT,
        metrics: Mapping[str, str | None] | Iterable[MetricSpec] | None = None,
        example_inputs: Any = None,
        on_error: OnError = "warn",
    ) -> None:
        """All but `writer` and the last two are as for `cnc_summary.model`.

        Args:
          model_id: the model's name.
          writer: as for `cnc_summary.model`; None: the Trainer's ``output_dir``.
          parents: ids of the models it was made from.
          operation: what was done to them.
          description: anything worth reading.
          checkpoint: where its weights are kept.
          replicate_of: a model that nothing but chance tells it from.
          metrics: how to read the metrics.
          example_inputs: as for `cnc_summary.measure`, such as what a tokenizer returns, to log
            the efficiency of the trained model; without them it is not measured.
          on_error: "warn", the default: what goes wrong here never stops the training.
        """
        told = ModelToLog(
            model_id, parents, operation, description, checkpoint, replicate_of, metrics
        )
        self._log = TrainingLog(told, example_inputs, on_error)
        self._writer = writer
        self._trials = 0

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if not state.is_world_process_zero:
            return
        if state.is_hyper_param_search:
            # Without hp_name= a Trainer has no name for it.
            name = state.trial_name or f"trial-{self._trials}"
            self._trials += 1
            self._log.begin(self._where(args), name, state.trial_params)
        else:
            self._log.begin(self._where(args))

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: Mapping[str, Any], **_: Any
    ) -> None:
        if not state.is_world_process_zero:
            return
        values = {
            name: value
            for name, value in metrics.items()
            if name != "epoch" and not name.endswith(_OF_THE_TRAINER)
        }
        if self._log.is_open:
            self._log.measured(values, state.global_step)
        else:
            self._log.measured_afterwards(self._where(args), values, state.global_step)

    def on_train_end(
        self, args: Any, state: Any, control: Any, model: Any = None, **_: Any
    ) -> None:
        if args.load_best_model_at_end or args.save_strategy == "best":
            self._log.kept(_best_step(state))
        self._log.end(model)

    def _where(self, args: Any) -> Writer:
        return args.output_dir if self._writer is None else self._writer


def _best_step(state: Any) -> int | None:
    """The step of the best checkpoint; versions before 4.52 only name the checkpoint."""
    step = getattr(state, "best_global_step", None)
    if step:
        return int(step)
    digits = str(state.best_model_checkpoint or "").rpartition("-")[2]
    return int(digits) if digits.isdecimal() else None
