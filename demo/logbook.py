"""Makes the models of a sweep one by one and logs each while it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from demo.digits import CLASSES, Digits, Split
from demo.handwriting import attributes_of
from demo.measure import Quality, quality
from demo.recipe import Step, Workbench
from demo.training import DivergedError
from tensorboard_cnc import cnc_summary

# On what the layers of all models are compared.
PROBE_IMAGES = 256
METRICS = (
    cnc_summary.metric("accuracy", goal="max", format=".1%"),
    # Primary here: zeros take no less room on disk until it is compressed.
    cnc_summary.metric("compressed_bytes", goal="min", unit="B", format=",d"),
    cnc_summary.metric("loss", goal="min", unit="nats", format=".3f", primary=False),
)
# The run that holds the test images, and the name under which models are evaluated on them.
DATA_RUN = "test-digits"


LATENCY_BATCH = 256
REPEATS = 15


@dataclass(frozen=True)
class Measured:
    """How good a finished network is, and how large and fast."""

    quality: Quality
    efficiency: cnc_summary.Efficiency


@dataclass(frozen=True)
class Outcome:
    """What became of a step: the network and what was measured of it, or why it failed."""

    step: Step[Workbench]
    net: nn.Module | None = None
    measured: Measured | None = None
    failure: str = ""

    def summary(self) -> str:
        if self.measured is None:
            return f"failed: {self.failure}"
        efficiency = self.measured.efficiency
        return (
            f"accuracy {self.measured.quality.accuracy:6.1%}"
            f"   sparsity {efficiency.sparsity:6.1%}"
            f"   {(efficiency.compressed_bytes or 0) / 1000:5.1f} kB compressed"
            f"   {efficiency.median_latency_ms:5.2f} ms"
        )


def run_sweep(steps: Iterable[Step[Workbench]], digits: Digits, logdir: Path) -> Iterator[Outcome]:
    """Makes the models in the order given; the writer of each is closed when it is yielded."""
    log_test_images(digits.test, logdir)
    networks: dict[str, nn.Module] = {}
    for step in steps:
        parents = tuple(networks[parent] for parent in step.parents)
        outcome = make_model(step, parents, digits, logdir)
        if outcome.net is not None:
            networks[step.id] = outcome.net
        yield outcome


def log_test_images(data: Split, logdir: Path) -> None:
    """What all models are asked about, once, in a run of its own."""
    with SummaryWriter(str(logdir / DATA_RUN)) as writer:
        cnc_summary.dataset(
            writer,
            DATA_RUN,
            data.ids,
            labels=data.labels,
            classes=[str(digit) for digit in range(CLASSES)],
            # Ink is dark.
            images=1 - data.images,
            attributes=attributes_of(data.images),
        )


def make_model(
    step: Step[Workbench], parents: tuple[nn.Module, ...], digits: Digits, logdir: Path
) -> Outcome:
    """One model, in a log run of its own."""
    recipe = step.recipe
    with (
        SummaryWriter(str(logdir / step.id)) as writer,
        cnc_summary.model(
            writer,
            step.id,
            parents=step.parents,
            operation=cnc_summary.operation(recipe.operation, **recipe.parameters),
            description=recipe.description,
            metrics=METRICS,
        ) as model,
    ):
        log = EpochLog(writer, model, digits.test)
        try:
            net = recipe.apply(Workbench(parents, digits, log.epoch_done))
        except DivergedError as error:
            model.failed(str(error))
            return Outcome(step, failure=str(error))
        tested = quality(net, digits.test)
        model.metrics(asdict(tested), step=log.epoch)
        batch = digits.test.images[:LATENCY_BATCH]
        found = cnc_summary.measure(net, batch, repeats=REPEATS)
        model.efficiency(found, step=log.epoch)
        model.weights(net, reference=dict(zip(step.parents, parents, strict=True)))
        model.activations(net, digits.test.images[:PROBE_IMAGES])
        with torch.no_grad():
            logits = net(digits.test.images)
        model.predictions(DATA_RUN, digits.test.ids, logits=logits)
        return Outcome(step, net, Measured(tested, found))


class EpochLog:
    """Logs a network after each epoch: metrics for the map, scalars for the curves.

    `epoch` is the last one, None for operations that do not train.
    """

    def __init__(self, writer: SummaryWriter, model: cnc_summary.ModelHandle, data: Split) -> None:
        self.epoch: int | None = None
        self._writer = writer
        self._model = model
        self._data = data

    def epoch_done(self, epoch: int, training_loss: float, net: nn.Module) -> None:
        self.epoch = epoch
        tested = quality(net, self._data)
        self._model.metrics(asdict(tested), step=epoch)
        self._writer.add_scalar("loss/train", training_loss, epoch)
        self._writer.add_scalar("loss/test", tested.loss, epoch)
        self._writer.add_scalar("accuracy/test", tested.accuracy, epoch)
