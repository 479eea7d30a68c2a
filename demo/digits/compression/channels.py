"""Structured pruning: whole channels are cut out, so that the network really gets smaller."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from demo.digits.network import (
    PIXELS_AFTER_POOLING,
    WeightLayer,
    convolutional_network,
    weight_layers,
)

_NORM_STATE = ("weight", "bias", "running_mean", "running_var")


@torch.no_grad()
def prune_channels(net: nn.Sequential, amount: float) -> nn.Sequential:
    """A smaller network without the output channels whose weights have the smallest L1 norm.

    `amount` is the share of channels cut from every convolution and from the hidden layer; at
    least one is left (Li et al., Pruning Filters for Efficient ConvNets, 2017). The output is
    that of `net` with the same channels silenced.
    """
    layers = list(weight_layers(net))
    kept = [strongest_channels(layer, amount) for layer in layers[:-1]]
    smaller = convolutional_network([len(k) for k in kept[:-1]], len(kept[-1]))
    inputs = torch.arange(1)
    for number, (layer, small) in enumerate(zip(layers, weight_layers(smaller), strict=True)):
        if layer is net.hidden:
            inputs = _flattened(inputs)
        outputs = kept[number] if number < len(kept) else torch.arange(len(layer.weight))
        small.weight.copy_(layer.weight[outputs][:, inputs])
        if layer.bias is not None and small.bias is not None:
            small.bias.copy_(layer.bias[outputs])
        inputs = outputs
    for number, outputs in enumerate(kept[:-1], start=1):
        norm, small_norm = (n.get_submodule(f"norm{number}") for n in (net, smaller))
        for name in _NORM_STATE:
            getattr(small_norm, name).copy_(getattr(norm, name)[outputs])
    return smaller.eval()


def strongest_channels(layer: WeightLayer, amount: float) -> Tensor:
    """Indices, ascending, of the output channels that stay."""
    norms = layer.weight.detach().flatten(1).abs().sum(1)
    left = max(1, len(norms) - round(amount * len(norms)))
    return norms.argsort(descending=True, stable=True)[:left].sort().values


def _flattened(channels: Tensor) -> Tensor:
    """Positions of the pixels of `channels` after nn.Flatten."""
    pixels = torch.arange(PIXELS_AFTER_POOLING)
    return (channels[:, None] * PIXELS_AFTER_POOLING + pixels).flatten()
