"""The operations of the language sweep, each with the parameters that are logged."""

from __future__ import annotations

from typing import Literal, TypeAlias

from torch import nn

from demo.language.compression import PARTS, int8_weights, norms, pruned, restored
from demo.language.text import Text
from demo.language.training import trained
from demo.language.transformer import LanguageModel
from demo.planning import PLANNED, UNIFORM
from demo.recipe import Bench, operation

PartName: TypeAlias = Literal[
    "all", "norms", "queries", "later blocks", "attention", "feed-forward"
]
Desk: TypeAlias = Bench[LanguageModel, Text]


@operation("train")
def train(desk: Desk, *, epochs: int, lr: float, seed: int) -> nn.Module:
    """Trained on the next word of pages of the language reference."""
    return trained(
        LanguageModel(len(desk.data.vocabulary), seed=seed),
        desk.data.tokens,
        epochs=epochs,
        learning_rate=lr,
        seed=seed,
        epoch_done=desk.epoch_done,
    )


@operation("L1 prune")
def prune(desk: Desk, *, amount: float, part: PartName) -> nn.Module:
    """In each module of the part the smallest weights are set to zero; biases stay."""
    return pruned(desk.parent, amount, PARTS[part])


@operation("restore")
def restore(desk: Desk, *, part: PartName) -> nn.Module:
    """The weights of the part are again what they were before anything was pruned."""
    return restored(desk.parent, desk.original, PARTS[part])


@operation("retrain norms")
def retrain_norms(desk: Desk, *, epochs: int, lr: float, seed: int) -> nn.Module:
    """Only gains and biases of the norms are trained further."""
    return trained(
        desk.parent,
        desk.data.tokens,
        epochs=epochs,
        learning_rate=lr,
        seed=seed,
        learning=norm_parameters,
        epoch_done=desk.epoch_done,
    )


@operation("int8 quantize")
def quantize(desk: Desk, *, weights_only: bool) -> nn.Module:
    """Weights of all linear layers become int8 with a scale for each output."""
    assert weights_only
    return int8_weights(desk.parent)


@operation(PLANNED)
def follow_plan(desk: Desk, *, size: str) -> nn.Module:
    """Each layer gets the format that it bears, so that all take no more than the size."""
    assert size
    return desk.planned


@operation(UNIFORM)
def quantize_uniformly(desk: Desk, *, candidate: str) -> nn.Module:
    """All layers get the same format."""
    assert candidate
    return desk.planned


def norm_parameters(net: LanguageModel) -> list[nn.Parameter]:
    return [
        parameter
        for name, module in net.named_modules()
        if norms(name, module)
        for parameter in module.parameters()
    ]
