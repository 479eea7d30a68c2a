"""Lightning's TensorBoardLogger, with a real Trainer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import WriterError
from tensorboard_cnc.records.models import ModelCard
from tests.writer.logged import event_files, latest, only, values

pytestmark = [
    pytest.mark.writers,
    # Foreign: Lightning's use of torch, and its advice on speed.
    pytest.mark.filterwarnings(r"ignore:`isinstance\(treespec, LeafSpec\)`:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers:UserWarning"),
]
pl: Any = pytest.importorskip("lightning.pytorch", reason="Lightning is not installed")


class Regression(pl.LightningModule):  # type: ignore[misc]
    """One linear layer that logs a model of its own while it is trained."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 1)

    def training_step(self, batch: list[torch.Tensor], _: int) -> torch.Tensor:
        loss = nn.functional.mse_loss(self.layer(batch[0]), batch[1])
        self.log("loss", loss)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.01)

    def on_train_end(self) -> None:
        with cnc_summary.model(self.logger.experiment, "regression", parents="init") as model:
            model.metrics({"loss": self.trainer.callback_metrics["loss"]}, step=self.global_step)


def test_a_trainer(tmp_path: Path) -> None:
    logger = pl.loggers.TensorBoardLogger(tmp_path)
    trainer = pl.Trainer(
        max_epochs=1,
        accelerator="cpu",
        logger=logger,
        log_every_n_steps=1,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    data = TensorDataset(torch.ones(8, 2), torch.ones(8, 1))
    trainer.fit(Regression(), DataLoader(data, batch_size=4))
    logger.finalize("success")
    card = only(ModelCard, tmp_path)
    assert (card.id, card.parents, card.status) == ("regression", ("init",), "finished")
    assert {run for run, _ in latest(tmp_path)} == {"lightning_logs/version_0"}
    assert len(values(tmp_path)["loss"]) == 1
    assert len(event_files(tmp_path)) == 1


def test_the_logger_itself_is_refused(tmp_path: Path) -> None:
    logger = pl.loggers.TensorBoardLogger(tmp_path)
    with pytest.raises(WriterError, match=r"Pass the logger\.experiment of a TensorBoardLogger"):
        cnc_summary.model(logger, "m")


def test_other_ranks_write_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pl.utilities.rank_zero_only, "rank", 1)
    logger = pl.loggers.TensorBoardLogger(tmp_path)
    with cnc_summary.model(logger.experiment, "m") as model:
        model.metrics({"a": 1})
    assert latest(tmp_path) == {}
