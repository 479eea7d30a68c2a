"""The operations of the sweep, each with the parameters that are logged."""

from __future__ import annotations

from typing import cast

from torch import nn

from demo.compression.channels import prune_channels
from demo.compression.distillation import distillation_loss
from demo.compression.low_rank import factorize
from demo.compression.pruning import Scope, prune_at_random, prune_smallest
from demo.compression.quantization import quantize_int8
from demo.compression.recalibration import recalibrate_norms
from demo.network import convolutional_network
from demo.recipe import Workbench, operation
from demo.training import trained


@operation("initialize")
def initialize(_bench: Workbench, *, width: int, seed: int) -> nn.Module:
    """A small network with random weights; it has learned nothing yet."""
    return convolutional_network((width, 2 * width, 2 * width), 4 * width, seed=seed).eval()


@operation("train")
def train(bench: Workbench, *, epochs: int, lr: float, seed: int) -> nn.Module:
    """Trained on the labels of 1,000 digits."""
    start = bench.parent if bench.parents else convolutional_network(seed=seed)
    return trained(
        start,
        bench.digits.train,
        epochs=epochs,
        learning_rate=lr,
        seed=seed,
        epoch_done=bench.epoch_done,
    )


@operation("magnitude prune")
def magnitude_prune(bench: Workbench, *, amount: float, scope: Scope) -> nn.Module:
    """The weights of smallest magnitude are set to zero."""
    return prune_smallest(bench.parent, amount, scope)


@operation("random prune")
def random_prune(bench: Workbench, *, amount: float, scope: Scope, seed: int) -> nn.Module:
    """Weights chosen at random are set to zero."""
    return prune_at_random(bench.parent, amount, scope, seed)


@operation("channel prune")
def channel_prune(bench: Workbench, *, amount: float) -> nn.Module:
    """The channels of smallest L1 norm are cut out; the network really gets smaller."""
    return prune_channels(cast(nn.Sequential, bench.parent), amount)


@operation("low rank")
def low_rank(bench: Workbench, *, rank_ratio: float) -> nn.Module:
    """Each layer is split into two thin ones by a truncated SVD."""
    return factorize(bench.parent, rank_ratio)


@operation("recalibrate")
def recalibrate(bench: Workbench, *, images: int) -> nn.Module:
    """Only the batch norms' running statistics are measured again; no weight changes."""
    return recalibrate_norms(bench.parent, bench.digits.train.images[:images])


@operation("fine-tune")
def fine_tune(bench: Workbench, *, epochs: int, lr: float, seed: int) -> nn.Module:
    """Trained further; weights that were pruned stay zero."""
    return trained(
        bench.parent,
        bench.digits.train,
        epochs=epochs,
        learning_rate=lr,
        seed=seed,
        epoch_done=bench.epoch_done,
    )


@operation("distill")
def distill(
    bench: Workbench, *, epochs: int, lr: float, temperature: float, label_share: float, seed: int
) -> nn.Module:
    """A student (first parent) that learns from its teacher's softened answers (second)."""
    student, teacher = bench.parents
    return trained(
        student,
        bench.digits.train,
        epochs=epochs,
        learning_rate=lr,
        seed=seed,
        epoch_done=bench.epoch_done,
        loss=distillation_loss(teacher, temperature, label_share),
    )


@operation("int8 quantize")
def quantize(bench: Workbench, *, calibration_images: int) -> nn.Module:
    """Weights and activations become int8; ranges are observed on training images."""
    return quantize_int8(bench.parent, bench.digits.train.images[:calibration_images])
