"""A Lightning Trainer with a callback: python lightning_trainer.py runs."""

import sys

import lightning.pytorch as pl
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from tensorboard_cnc.integrations.lightning import CncCallback

pl.seed_everything(0, verbose=False)
inputs = torch.randn(512, 8)
data = DataLoader(TensorDataset(inputs, inputs.sum(1, keepdim=True)), batch_size=64)


class Regression(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
        self.example_input_array = inputs[:64]

    def forward(self, x):
        return self.net(x)

    def training_step(self, batch, _):
        return nn.functional.mse_loss(self(batch[0]), batch[1])

    def validation_step(self, batch, _):
        self.log("val_loss", self.training_step(batch, _))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), 0.01)


callback = CncCallback("regression", operation="train", metrics={"val_loss": "min"})
logger = pl.loggers.TensorBoardLogger(sys.argv[1])
quiet = {"enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False}
trainer = pl.Trainer(max_epochs=3, accelerator="cpu", logger=logger, callbacks=[callback], **quiet)
trainer.fit(Regression(), data, data)
