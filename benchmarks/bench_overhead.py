"""What logging costs a training loop: the demo's, with and without ``cnc_summary``."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path

import torch
from torch import nn

from benchmarks.figures import Figure
from demo.digits.data import Digits, handwritten_digits
from demo.digits.network import convolutional_network
from demo.digits.quality import quality
from demo.digits.training import trained
from tensorboard_cnc import cnc_summary

_DATA = "test-digits"
_EPOCHS = 20
_ROUNDS = 5


def measure() -> list[Figure]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _figures(handwritten_digits(), Path(folder))
    finally:
        torch.set_num_threads(threads)


def _figures(digits: Digits, folder: Path) -> list[Figure]:
    cnc_summary.dataset(folder / _DATA, _DATA, digits.test.ids, labels=digits.test.labels)
    _epoch_seconds(digits, nullcontext())
    alone: list[float] = []
    seconds: dict[Log, list[float]] = {log: [] for log in _WHAT}
    # One after the other, so that what disturbs the machine disturbs all.
    for number in range(_ROUNDS):
        alone.append(_epoch_seconds(digits, nullcontext()))
        for log, found in seconds.items():
            model = cnc_summary.model(folder / "runs", f"{log.__name__}-{number}")
            found.append(_epoch_seconds(digits, model, log))
    base = statistics.median(alone)
    return [
        Figure(
            f"the demo's training, {what}",
            f"×{statistics.median(seconds[log]) / base:.3f}",
            "×1.03",
            f"{base * 1e3:.0f} ms an epoch without",
        )
        for log, what in _WHAT.items()
    ]


Log = Callable[[cnc_summary.ModelHandle, nn.Module, Digits, int], None]


def log_metrics(model: cnc_summary.ModelHandle, net: nn.Module, digits: Digits, epoch: int) -> None:
    model.metrics(asdict(quality(net, digits.test)), step=epoch)


def log_everything(
    model: cnc_summary.ModelHandle, net: nn.Module, digits: Digits, epoch: int
) -> None:
    model.metrics(asdict(quality(net, digits.test)), step=epoch)
    with torch.no_grad():
        model.predictions(_DATA, digits.test.ids, logits=net(digits.test.images))
    model.weights(net)


def log_as_the_demo(
    model: cnc_summary.ModelHandle, net: nn.Module, digits: Digits, epoch: int
) -> None:
    """Metrics each epoch, the rest of the trained network."""
    log = log_everything if epoch == _EPOCHS else log_metrics
    log(model, net, digits, epoch)


_WHAT: dict[Log, str] = {
    log_metrics: "metrics each epoch",
    log_as_the_demo: "metrics each epoch, predictions and weights at the end",
    log_everything: "metrics, predictions and weights each epoch",
}


def _epoch_seconds(
    digits: Digits,
    model: AbstractContextManager[cnc_summary.ModelHandle | None],
    log: Log | None = None,
) -> float:
    """The processor's seconds for an epoch, which other programs do not lengthen."""
    with model as handle:

        def epoch_done(epoch: int, _loss: float, net: nn.Module) -> None:
            if handle is not None and log is not None:
                log(handle, net, digits, epoch)
            else:
                quality(net, digits.test)

        start = time.process_time()
        trained(
            convolutional_network(),
            digits.train,
            epochs=_EPOCHS,
            learning_rate=0.1,
            seed=0,
            epoch_done=epoch_done,
        )
        return (time.process_time() - start) / _EPOCHS
