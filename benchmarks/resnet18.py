"""A ResNet-18 for images of 32 × 32 pixels, 11.2 M parameters in 122 tensors, and its training."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, relu

_CLASSES = 10
_BATCH = 32


class _Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = nn.Sequential()
        if stride != 1:
            norm = nn.BatchNorm2d(outputs)
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), norm)

    def forward(self, x: Tensor) -> Tensor:
        found = self.bn2(self.conv2(relu(self.bn1(self.conv1(x)))))
        return relu(found + self.downsample(x))


def resnet18() -> nn.Sequential:
    """Input float32 (n, 3, 32, 32), output logits (n, 10)."""
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    inputs = 64
    for outputs in (64, 128, 256, 512):
        layers += [_Block(inputs, outputs, outputs // inputs), _Block(outputs, outputs, 1)]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, _CLASSES))


def train(
    net: nn.Module, *, epochs: int, batches: int, epoch_done: Callable[[int, Tensor], None]
) -> None:
    """Trains on noise; `epoch_done` gets the epoch, and the logits of images that were held out."""
    random = torch.Generator().manual_seed(0)
    images = torch.randn((batches + 2) * _BATCH, 3, 32, 32, generator=random)
    labels = torch.randint(_CLASSES, (len(images),), generator=random)
    *training, one, other = zip(
        torch.split(images, _BATCH), torch.split(labels, _BATCH), strict=True
    )
    held_out = torch.cat([one[0], other[0]])
    optimizer = torch.optim.SGD(net.parameters(), 0.01, momentum=0.9)
    for epoch in range(1, epochs + 1):
        net.train()
        for batch, right in training:
            optimizer.zero_grad()
            cross_entropy(net(batch), right).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        with torch.no_grad():
            epoch_done(epoch, net.eval()(held_out))
