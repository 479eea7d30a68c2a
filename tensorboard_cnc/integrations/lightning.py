"""Logs a model that a Lightning Trainer trains."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tensorboard_cnc.integrations.training_log import ModelToLog, TrainingLog
from tensorboard_cnc.records.models import MetricSpec, Operation
from tensorboard_cnc.writer.accepted_writers import Writer
from tensorboard_cnc.writer.model_card import LEFT_OUT, LeftOut
from tensorboard_cnc.writer.model_handle import ModelHandle
from tensorboard_cnc.writer.policy import OnError

try:
    from lightning.pytorch import Callback
    from lightning.pytorch.loggers import TensorBoardLogger
except ImportError:
    from pytorch_lightning import Callback
    from pytorch_lightning.loggers import TensorBoardLogger


class CncCallback(Callback):  # type: ignore[misc]
    """Logs the model that a Trainer fits: running, its metrics, its efficiency, how it ended.

    The records go through the Trainer's `TensorBoardLogger`; without one into its
    ``default_root_dir``. Metrics are what the module logs for its validation and test, at the
    step they belong to. Where a `ModelCheckpoint` monitors one of them, the model has those of the
    best checkpoint.
    """

    def __init__(
        self,
        model_id: str,
        *,
        parents: str | ModelHandle | Iterable[str | ModelHandle] | LeftOut | None = LEFT_OUT,
        operation: Operation | str | LeftOut | None = LEFT_OUT,
        description: str | LeftOut = LEFT_OUT,
        checkpoint: str | os.PathLike[str] | LeftOut | None = LEFT_OUT,
        replicate_of: str | ModelHandle | LeftOut | None = LEFT_OUT,
        metrics: Mapping[str, str | None] | Iterable[MetricSpec] | None = None,
        example_inputs: Any = None,
        on_error: OnError = "warn",
    ) -> None:
        """All but the last two are as for `cnc_summary.model`.

        Args:
          model_id: the model's name.
          parents: ids of the models it was made from.
          operation: what was done to them.
          description: anything worth reading.
          checkpoint: where its weights are kept.
          replicate_of: a model that nothing but chance tells it from.
          metrics: how to read the metrics.
          example_inputs: as for `cnc_summary.measure`, to log the efficiency of the trained
            module. By default its ``example_input_array``; without either it is not measured.
          on_error: "warn", the default: what goes wrong here never stops the training.
        """
        told = ModelToLog(
            model_id, parents, operation, description, checkpoint, replicate_of, metrics
        )
        self._log = TrainingLog(told, example_inputs, on_error)

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        self._log.begin(_writer(trainer))

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        # Before the first training step Lightning only tries whether validation works.
        if self._log.is_open and not trainer.sanity_checking:
            self._log.measured(trainer.callback_metrics, trainer.global_step)

    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        self._log.measured(trainer.callback_metrics, trainer.global_step)
        self._log.kept(self._best_step(trainer))
        self._log.end(pl_module, pl_module.example_input_array)

    def on_test_end(self, trainer: Any, pl_module: Any) -> None:
        values = trainer.callback_metrics
        self._log.measured_afterwards(_writer(trainer), values, trainer.global_step)

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        self._log.fail(exception)

    def _best_step(self, trainer: Any) -> int | None:
        """The step at which the checkpoint's metric was the best."""
        saving = trainer.checkpoint_callback
        if getattr(saving, "monitor", None) is None or saving.best_model_score is None:
            return None
        return self._log.step_of(saving.monitor, float(saving.best_model_score))


def _writer(trainer: Any) -> Writer:
    for logger in trainer.loggers:
        if isinstance(logger, TensorBoardLogger):
            return logger.experiment  # type: ignore[no-any-return]
    return Path(trainer.default_root_dir)
