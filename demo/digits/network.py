"""The network that is compressed: three convolutions with batch norm, two linear layers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import torch
from torch import nn

from demo.digits.data import CLASSES

WeightLayer: TypeAlias = "nn.Conv2d | nn.Linear"

CHANNELS = (16, 32, 32)
HIDDEN_UNITS = 64
PIXELS_AFTER_POOLING = 4
# Rounded to float32, what is drawn is the same on every processor.
_DRAWN = torch.float64


def convolutional_network(
    channels: Sequence[int] = CHANNELS, hidden_units: int = HIDDEN_UNITS, *, seed: int = 0
) -> nn.Sequential:
    """A freshly initialised network; all but the first convolution end in 2 × 2 pooling.

    Input float32 (n, 1, 8, 8), output logits (n, 10). The random state is left as it was.
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        inputs = 1
        for number, outputs in enumerate(channels, start=1):
            layers[f"conv{number}"] = nn.Conv2d(
                inputs, outputs, 3, padding=1, bias=False, dtype=_DRAWN
            )
            layers[f"norm{number}"] = nn.BatchNorm2d(outputs)
            layers[f"relu{number}"] = nn.ReLU()
            if number > 1:
                layers[f"pool{number}"] = nn.MaxPool2d(2)
            inputs = outputs
        layers["flatten"] = nn.Flatten()
        layers["hidden"] = nn.Linear(inputs * PIXELS_AFTER_POOLING, hidden_units, dtype=_DRAWN)
        layers["relu"] = nn.ReLU()
        layers["classes"] = nn.Linear(hidden_units, CLASSES, dtype=_DRAWN)
    return nn.Sequential(layers).float()


def weight_layers(net: nn.Module) -> Iterator[WeightLayer]:
    """The layers whose weights are compressed; biases and batch norms never are."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            yield module
