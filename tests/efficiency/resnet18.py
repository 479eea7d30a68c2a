"""A network of the shape of ResNet-18, and what its layers cost by formula."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

CLASSES = 1000
STAGES = ((64, 1), (128, 2), (256, 2), (512, 2))


class Block(nn.Module):
    """Two 3 × 3 convolutions beside a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if inputs != outputs:
            conv = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.shortcut = nn.Sequential(conv, nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        y = relu(self.norm1(self.conv1(x)))
        return relu(self.norm2(self.conv2(y)) + self.shortcut(x))


def resnet18() -> nn.Sequential:
    """Input float32 (n, 3, side, side), logits (n, 1000)."""
    torch.manual_seed(0)
    layers: list[nn.Module] = [
        nn.Conv2d(3, 64, 7, 2, padding=3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, padding=1),
    ]
    inputs = 64
    for outputs, stride in STAGES:
        layers += [Block(inputs, outputs, stride), Block(outputs, outputs, 1)]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, CLASSES))


@dataclass(frozen=True)
class Convolution:
    """A square convolution that gives `side` × `side` pixels."""

    inputs: int
    outputs: int
    kernel: int
    side: int

    @property
    def weights(self) -> int:
        return self.inputs * self.outputs * self.kernel**2

    @property
    def macs(self) -> int:
        return self.weights * self.side**2


def convolutions(side: int) -> list[Convolution]:
    """All convolutions, for images of `side` × `side` pixels (a multiple of 32)."""
    found = [Convolution(3, 64, 7, side // 2)]
    inputs, side = 64, side // 4
    for outputs, stride in STAGES:
        side //= stride
        found += [Convolution(inputs, outputs, 3, side)]
        found += [Convolution(outputs, outputs, 3, side)] * 3
        if inputs != outputs:
            found += [Convolution(inputs, outputs, 1, side)]
        inputs = outputs
    return found


def parameters() -> int:
    """A batch norm has two for each channel; the last layer has biases."""
    norms = sum(2 * conv.outputs for conv in convolutions(32))
    return sum(conv.weights for conv in convolutions(32)) + norms + (512 + 1) * CLASSES


def macs(side: int, batch: int) -> int:
    return batch * (sum(conv.macs for conv in convolutions(side)) + 512 * CLASSES)
