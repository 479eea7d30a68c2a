"""Makes the digit networks one by one and logs each while it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from demo.digits.data import CLASSES, Digits, Split, handwritten_digits
from demo.digits.operations import Workbench
from demo.digits.quality import quality
from demo.digits.scans import Scans, scans_of
from demo.digits.sweep import digits_sweep
from demo.digits.training import DivergedError
from demo.logbook import model_run
from demo.planning import BESIDE, CANDIDATES, DAMAGE, PACKED, PREDICTED, log_plan, plans_of
from demo.recipe import Step
from demo.story import Made, Story
from tensorboard_cnc import cnc_summary

METRICS = (
    cnc_summary.metric(
        "accuracy",
        goal="max",
        format=".1%",
        description="Share of right answers on the 797 clean scans of the test digits.",
    ),
    # Primary here: zeros take no less room on disk until it is compressed.
    cnc_summary.metric("compressed_bytes", goal="min", unit="B"),
    cnc_summary.metric(
        "loss",
        goal="min",
        unit="nats",
        format=".3f",
        primary=False,
        description="Mean cross-entropy on the clean scans.",
    ),
    DAMAGE,
    BESIDE,
    PREDICTED,
    PACKED,
)
# The run that holds the test images, and the name under which models are evaluated on them.
DATA_RUN = "test-scans"
# On what the layers of all models are compared.
PROBE_IMAGES = 256
LATENCY_BATCH = 256
REPEATS = 15
_MODULES = (
    nn.Sequential,
    nn.Conv2d,
    nn.BatchNorm2d,
    nn.ReLU,
    nn.MaxPool2d,
    nn.Flatten,
    nn.Linear,
)


@dataclass(frozen=True)
class Exam:
    """The data, and the test images as worse scanners would have seen them."""

    digits: Digits
    scans: Scans


def digits_story(*, epochs: int = 30, tuning_epochs: int = 8) -> Story[Workbench]:
    """Who pays for pruning? Small image classifiers, compressed in many ways."""
    digits = handwritten_digits()
    exam = Exam(digits, scans_of(digits.test))
    return Story(
        digits_sweep(epochs=epochs, tuning_epochs=tuning_epochs),
        DATA_RUN,
        partial(log_scans, exam.scans),
        partial(make_model, exam),
        _MODULES,
    )


def log_scans(scans: Scans, folder: Path) -> None:
    """What all models are asked about, once, in a run of its own."""
    with SummaryWriter(str(folder / DATA_RUN)) as writer:
        cnc_summary.dataset(
            writer,
            DATA_RUN,
            scans.ids,
            labels=scans.labels,
            classes=[str(digit) for digit in range(CLASSES)],
            # Ink is dark.
            images=1 - scans.images,
            attributes=scans.attributes,
            # Four scans of an image tell less than four images.
            groups=scans.numbers,
        )


def make_model(
    exam: Exam, step: Step[Workbench], networks: Mapping[str, nn.Module], folder: Path
) -> Made:
    """One model, in a log run of its own."""
    parents = {parent: networks[parent] for parent in step.parents}
    with model_run(step, folder, METRICS) as (writer, model):
        log = EpochLog(writer, model, exam.digits.test)
        dense, plans = networks.get("dense"), plans_of(step.recipe, folder)
        plan = plans and plans.own
        bench = Workbench(tuple(parents.values()), dense, exam.digits, log.epoch_done, plan)
        try:
            net = step.recipe.apply(bench)
        except DivergedError as error:
            model.failed(str(error))
            return Made(f"failed: {error}", None)
        images = exam.digits.test.images
        tested = quality(net, exam.digits.test)
        model.metrics(asdict(tested), step=log.epoch)
        made = f"accuracy {tested.accuracy:6.1%}"
        if plans is None or dense is None:
            found = cnc_summary.measure(net, images[:LATENCY_BATCH], repeats=REPEATS)
            model.efficiency(found, step=log.epoch)
            made += f"   {_said(found)}"
        else:
            # Its weights hold what their formats can, in float32: sizes would be those of float32.
            held_out, numbers = exam.scans.after(PROBE_IMAGES)
            log_plan(model, plans, dense, net, held_out, numbers)
        model.weights(net, reference=parents)
        model.activations(net, images[:PROBE_IMAGES])
        if step.id == "dense":
            model.sensitivity(net, images[:PROBE_IMAGES], candidates=CANDIDATES, score="kl")
        with torch.no_grad():
            logits = net(exam.scans.images)
        model.predictions(DATA_RUN, exam.scans.ids, logits=logits)
        return Made(made, net)


def _said(found: cnc_summary.Efficiency) -> str:
    return (
        f"sparsity {found.sparsity:6.1%}"
        f"   {(found.compressed_bytes or 0) / 1000:5.1f} kB compressed"
        f"   {found.median_latency_ms:5.2f} ms"
    )


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
