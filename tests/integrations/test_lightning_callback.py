"""The callback in a real Lightning Trainer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from tensorboard_cnc.errors import ArgumentError, CncWarning
from tensorboard_cnc.records.models import Metrics, ModelCard, Problems
from tests.writer.logged import all_of, latest, measured, only

pytestmark = [
    pytest.mark.writers,
    # Foreign: Lightning's use of torch, and its advice on speed.
    pytest.mark.filterwarnings(r"ignore:`isinstance\(treespec, LeafSpec\)`:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*smaller than the logging interval:UserWarning"),
]
pl: Any = pytest.importorskip("lightning.pytorch", reason="Lightning is not installed")
lightning: Any = pytest.importorskip("tensorboard_cnc.integrations.lightning")


class Regression(pl.LightningModule):  # type: ignore[misc]
    """One linear layer; raises in the epoch `fail_in`."""

    def __init__(self, fail_in: int | None = None) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 1)
        self.fail_in = fail_in

    def forward(self, x: torch.Tensor) -> Any:
        return self.layer(x)

    def training_step(self, batch: list[torch.Tensor], _: int) -> torch.Tensor:
        if self.fail_in == self.current_epoch:
            raise FloatingPointError("the loss became NaN")
        return nn.functional.mse_loss(self(batch[0]), batch[1])

    def validation_step(self, batch: list[torch.Tensor], _: int) -> None:
        self.log("val_loss", nn.functional.mse_loss(self(batch[0]), batch[1]))

    def test_step(self, batch: list[torch.Tensor]) -> None:
        self.log("test_loss", nn.functional.mse_loss(self(batch[0]), batch[1]))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.01)


def data() -> Any:
    return DataLoader(TensorDataset(torch.ones(8, 2), torch.ones(8, 1)), batch_size=4)


def trainer(folder: Path, *callbacks: Any, logger: bool = True) -> Any:
    return pl.Trainer(
        default_root_dir=folder,
        max_epochs=2,
        accelerator="cpu",
        logger=pl.loggers.TensorBoardLogger(folder) if logger else False,
        callbacks=list(callbacks),
        enable_checkpointing=any(isinstance(each, pl.callbacks.Checkpoint) for each in callbacks),
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def test_a_fit_and_a_test(tmp_path: Path) -> None:
    callback = lightning.CncCallback(
        "regression", parents="init", operation="train", example_inputs=torch.ones(4, 2)
    )
    module = Regression()
    training = trainer(tmp_path, callback)
    training.fit(module, data(), data())
    card = only(ModelCard, tmp_path)
    assert (card.id, card.parents, card.status) == ("regression", ("init",), "finished")
    assert {run for run, _ in latest(tmp_path)} == {"lightning_logs/version_0"}
    found = measured(tmp_path)
    assert found["val_loss"].step == 4
    assert found["parameters"].repeats == (3.0,)
    assert found["macs"].repeats == (8.0,)
    training.test(module, data(), verbose=False)
    names = {m.name for record in all_of(Metrics, tmp_path) for m in record.measurements}
    assert "test_loss" in names


def test_without_a_logger_into_the_root_directory(tmp_path: Path) -> None:
    training = trainer(tmp_path, lightning.CncCallback("m"), logger=False)
    training.fit(Regression(), data(), data())
    assert only(ModelCard, tmp_path).status == "finished"
    assert measured(tmp_path).keys() == {"val_loss"}, "no inputs, no efficiency"


def test_a_training_that_fails(tmp_path: Path) -> None:
    training = trainer(tmp_path, lightning.CncCallback("m"), logger=False)
    with pytest.raises(FloatingPointError):
        training.fit(Regression(fail_in=1), data(), data())
    card = only(ModelCard, tmp_path)
    assert card.status == "failed"
    assert card.reason == "FloatingPointError: the loss became NaN"
    assert measured(tmp_path)["val_loss"].step == 2


def test_errors_are_warnings(tmp_path: Path) -> None:
    callback = lightning.CncCallback("m", example_inputs=torch.ones(4, 3))
    training = trainer(tmp_path, callback, logger=False)
    with pytest.warns(CncWarning, match="mat1 and mat2"):
        training.fit(Regression(), data(), data())
    assert only(ModelCard, tmp_path).status == "finished"
    assert "mat1 and mat2" in only(Problems, tmp_path).problems[0].message


def test_errors_can_be_errors(tmp_path: Path) -> None:
    callback = lightning.CncCallback("", on_error="raise")
    with pytest.raises(ArgumentError, match="model id is empty"):
        trainer(tmp_path, callback, logger=False).fit(Regression(), data(), data())
    with pytest.raises(ArgumentError, match='The modes are "raise" and "warn"'):
        lightning.CncCallback("m", on_error="ignore")


def test_the_best_checkpoint_that_is_saved(tmp_path: Path) -> None:
    saving = pl.callbacks.ModelCheckpoint(tmp_path / "saved", monitor="val_loss", mode="max")
    trainer(tmp_path, lightning.CncCallback("m"), saving).fit(Regression(), data(), data())
    found = measured(tmp_path)["val_loss"]
    # The loss falls, so that the first is the best one.
    assert (found.repeats, found.step) == ((float(saving.best_model_score),), 2)
