"""The operations of the sweep, each with the parameters that are logged."""

from __future__ import annotations

from typing import Literal, TypeAlias, cast

from torch import nn

from demo.digits.compression.channels import prune_channels
from demo.digits.compression.distillation import distillation_loss
from demo.digits.compression.low_rank import factorize
from demo.digits.compression.pruning import Scope, prune_at_random, prune_smallest, restored
from demo.digits.compression.quantization import quantize_int8
from demo.digits.compression.recalibration import recalibrate_norms
from demo.digits.data import Digits
from demo.digits.network import convolutional_network
from demo.digits.training import Loss, for_training, label_loss, trained
from demo.planning import PLANNED, UNIFORM
from demo.recipe import Bench, operation

Workbench: TypeAlias = Bench[nn.Module, Digits]
LayerName: TypeAlias = Literal["conv1", "conv2", "conv3", "hidden", "classes"]


@operation("initialize")
def initialize(_bench: Workbench, *, width: int, seed: int) -> nn.Module:
    """A small network with random weights; it has learned nothing yet."""
    return convolutional_network((width, 2 * width, 2 * width), 4 * width, seed=seed).eval()


@operation("train")
def train(bench: Workbench, *, epochs: int, lr: float, seed: int) -> nn.Module:
    """Trained on the labels of 1,000 digits."""
    start = bench.parent if bench.parents else convolutional_network(seed=seed)
    return _trained(bench, start, epochs, lr, seed)


@operation("magnitude prune")
def magnitude_prune(bench: Workbench, *, amount: float, scope: Scope) -> nn.Module:
    """The weights of smallest magnitude are set to zero."""
    return prune_smallest(bench.parent, amount, scope)


@operation("iterative prune")
def iterative_prune(bench: Workbench, *, amount: float, epochs: int, lr: float) -> nn.Module:
    """The smallest weights are set to zero, and what is left is trained before the next step."""
    return _trained(bench, prune_smallest(bench.parent, amount, "global"), epochs, lr, seed=0)


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


@operation("restore")
def restore(bench: Workbench, *, layer: LayerName) -> nn.Module:
    """The weights of one layer are again what they were before anything was pruned."""
    return restored(bench.parent, bench.original, layer)


@operation("recalibrate")
def recalibrate(bench: Workbench, *, images: int) -> nn.Module:
    """Only the batch norms' running statistics are measured again; no weight changes."""
    return recalibrate_norms(bench.parent, bench.data.train.images[:images])


@operation("fine-tune")
def fine_tune(bench: Workbench, *, epochs: int, lr: float, seed: int) -> nn.Module:
    """Trained further; weights that were pruned stay zero."""
    return _trained(bench, bench.parent, epochs, lr, seed)


@operation("distill")
def distill(
    bench: Workbench, *, epochs: int, lr: float, temperature: float, label_share: float, seed: int
) -> nn.Module:
    """A student (first parent) that learns from its teacher's softened answers (second)."""
    student, teacher = bench.parents
    loss = distillation_loss(for_training(teacher), temperature, label_share)
    return _trained(bench, student, epochs, lr, seed, loss)


@operation("int8 quantize")
def quantize(bench: Workbench, *, calibration_images: int) -> nn.Module:
    """Weights and activations become int8; ranges are observed on training images."""
    return quantize_int8(bench.parent, bench.data.train.images[:calibration_images])


@operation(PLANNED)
def follow_plan(bench: Workbench, *, size: str) -> nn.Module:
    """Each layer gets the format that it bears, so that all take no more than the size."""
    assert size
    return bench.planned


@operation(UNIFORM)
def quantize_uniformly(bench: Workbench, *, candidate: str) -> nn.Module:
    """All layers get the same format."""
    assert candidate
    return bench.planned


def _trained(
    bench: Workbench, net: nn.Module, epochs: int, lr: float, seed: int, loss: Loss = label_loss
) -> nn.Module:
    return trained(
        net,
        bench.data.train,
        epochs=epochs,
        learning_rate=lr,
        seed=seed,
        epoch_done=bench.epoch_done,
        loss=loss,
    )
