"""What logging costs a training loop: the demo's small one, and that of a ResNet-18.

The calls are timed where they are made, with what training leaves in the processor's caches:
whole loops differ among themselves by more than what the calls take.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from benchmarks.call_seconds import CallSeconds, Seconds, median_of
from benchmarks.figures import Figure
from benchmarks.resnet18 import resnet18, train
from demo.digits.data import Digits, handwritten_digits
from demo.digits.network import convolutional_network
from demo.digits.training import trained
from tensorboard_cnc import cnc_summary

_DATA = "digits"
_TARGET = "×1.03"
_EPOCHS = 20
_ROUNDS = 5
# Of the ResNet-18, with 32 images in each batch.
_LONG_EPOCHS = 3
_BATCHES = 8

# In which epochs predictions and weights are logged; metrics are in all.
_FULL: dict[str, Callable[[int], bool]] = {
    "metrics each epoch": lambda _: False,
    "metrics each epoch, predictions and weights at the end": lambda epoch: epoch == _EPOCHS,
    "metrics, predictions and weights each epoch": lambda _: True,
}


def measure() -> list[Figure]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return [*_demo(Path(folder) / "demo"), _resnet(Path(folder) / "resnet")]
    finally:
        torch.set_num_threads(threads)


def _demo(folder: Path) -> list[Figure]:
    digits = handwritten_digits()
    cnc_summary.dataset(folder / "data", _DATA, digits.test.ids, labels=digits.test.labels)
    _train_demo(digits)
    loops: list[Seconds] = []
    calls = {what: CallSeconds() for what in _FULL}
    # One after the other, so that what disturbs the machine disturbs all.
    for number in range(_ROUNDS):
        loops.append(Seconds.of(lambda: _train_demo(digits)))
        for what, full in _FULL.items():
            with cnc_summary.model(folder / f"{what}-{number}", what) as model:
                _train_demo(digits, _Logging(model, _DATA, digits.test.ids, full, calls[what]))
    loop = median_of(loops) / _EPOCHS
    return [
        _figure(f"the demo's training, {what}", found, loop, _ROUNDS * _EPOCHS)
        for what, found in calls.items()
    ]


def _resnet(folder: Path) -> Figure:
    calls = CallSeconds()
    with cnc_summary.model(folder, "m") as model:
        logging = _Logging(model, "noise", torch.arange(64), lambda _: True, calls)
        net = resnet18()

        def epoch_done(epoch: int, logits: Tensor) -> None:
            logging(epoch, net, logits, 0.0)

        whole = Seconds.of(
            lambda: train(net, epochs=_LONG_EPOCHS, batches=_BATCHES, epoch_done=epoch_done)
        )
    loop = (whole - calls.total()) / _LONG_EPOCHS
    what = "a ResNet-18, metrics, predictions and weights each epoch of 256 images"
    return _figure(what, calls, loop, _LONG_EPOCHS)


class _Logging:
    """Logs a network after an epoch, and times the calls."""

    def __init__(
        self,
        model: cnc_summary.ModelHandle,
        dataset: str,
        ids: Tensor,
        full: Callable[[int], bool],
        calls: CallSeconds,
    ) -> None:
        self._model = model
        self._dataset = dataset
        self._ids = ids
        self._full = full
        self._calls = calls

    def __call__(self, epoch: int, net: nn.Module, logits: Tensor, loss: float) -> None:
        model, call, predict = self._model, self._calls.time, self._model.predictions
        accuracy = logits.argmax(1).double().mean().item()
        call("metrics", lambda: model.metrics({"accuracy": accuracy, "loss": loss}, step=epoch))
        if self._full(epoch):
            call("predictions", lambda: predict(self._dataset, self._ids, logits=logits))
            call("weights", lambda: model.weights(net))


def _train_demo(digits: Digits, logging: _Logging | None = None) -> None:
    def epoch_done(epoch: int, loss: float, net: nn.Module) -> None:
        with torch.no_grad():
            logits = net(digits.test.images)
        if logging is not None:
            logging(epoch, net, logits, loss)

    trained(
        convolutional_network(),
        digits.train,
        epochs=_EPOCHS,
        learning_rate=0.1,
        seed=0,
        epoch_done=epoch_done,
        # As users train: an epoch that takes longer would hide what logging adds.
        dtype=torch.float32,
    )


def _figure(what: str, calls: CallSeconds, epoch: Seconds, epochs: int) -> Figure:
    return Figure(
        what,
        (calls.total() / epochs).on_top_of(epoch),
        _TARGET,
        f"{epoch.busy * 1e3:.0f} ms an epoch without; {calls.typical()}",
    )
