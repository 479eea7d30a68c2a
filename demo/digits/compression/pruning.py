"""Unstructured pruning: single weights are set to zero, shapes stay as they are."""

from __future__ import annotations

import copy
from typing import Literal, TypeAlias

import torch
from torch import Tensor, nn

from demo.digits.network import weight_layers

Scope: TypeAlias = Literal["global", "layer"]


def prune_smallest(net: nn.Module, amount: float, scope: Scope) -> nn.Module:
    """A copy without the weights of smallest magnitude.

    `amount` is the share of zeros afterwards: of all weights together ("global") or of each
    layer ("layer"). Weights that are zero already count towards it.
    """
    return _prune(net, amount, scope, [layer.weight.detach().abs() for layer in weight_layers(net)])


def prune_at_random(net: nn.Module, amount: float, scope: Scope, seed: int) -> nn.Module:
    """A copy without a random choice of weights: what pruning costs when it does not look."""
    generator = torch.Generator().manual_seed(seed)
    scores = [
        torch.rand(layer.weight.shape, generator=generator) * (layer.weight.detach() != 0)
        for layer in weight_layers(net)
    ]
    return _prune(net, amount, scope, scores)


@torch.no_grad()
def restored(net: nn.Module, original: nn.Module, layer: str) -> nn.Module:
    """A copy in which the weights of `layer` are those of `original`."""
    net = copy.deepcopy(net)
    net.get_parameter(f"{layer}.weight").copy_(original.get_parameter(f"{layer}.weight"))
    return net


@torch.no_grad()
def _prune(net: nn.Module, amount: float, scope: Scope, scores: list[Tensor]) -> nn.Module:
    net = copy.deepcopy(net)
    if scope == "global":
        together = _kept(torch.cat([score.flatten() for score in scores]), amount)
        masks = list(torch.split(together, [score.numel() for score in scores]))
    else:
        masks = [_kept(score.flatten(), amount) for score in scores]
    for layer, mask in zip(weight_layers(net), masks, strict=True):
        layer.weight.mul_(mask.view_as(layer.weight))
    return net


def _kept(scores: Tensor, amount: float) -> Tensor:
    """False for exactly round(amount × n) of the n `scores`, the lowest ones."""
    kept = torch.ones_like(scores, dtype=torch.bool)
    kept[scores.argsort(stable=True)[: round(amount * len(scores))]] = False
    return kept
