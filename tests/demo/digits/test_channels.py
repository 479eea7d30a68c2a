from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from demo.digits.compression.channels import prune_channels, strongest_channels
from demo.digits.data import Digits
from demo.digits.network import weight_layers


@torch.no_grad()
def silenced(net: nn.Sequential, amount: float) -> nn.Sequential:
    """The full network with the same channels zeroed, batch norm included."""
    net = copy.deepcopy(net)
    modules = dict(net.named_children())
    for name in ("conv1", "conv2", "conv3", "hidden"):
        layer = modules[name]
        assert isinstance(layer, nn.Conv2d | nn.Linear)
        cut = torch.ones(len(layer.weight), dtype=torch.bool)
        cut[strongest_channels(layer, amount)] = False
        normed = modules.get(name.replace("conv", "norm"))
        for module in (layer, normed):
            if isinstance(module, nn.Conv2d | nn.Linear | nn.BatchNorm2d):
                module.weight[cut] = 0
                if module.bias is not None:
                    module.bias[cut] = 0
    return net


@pytest.mark.parametrize("amount", [0.0, 0.25, 0.5, 0.9])
def test_cutting_equals_silencing(dense: nn.Sequential, digits: Digits, amount: float) -> None:
    images = digits.test.images[:200]
    with torch.no_grad():
        smaller = prune_channels(dense, amount)(images)
        expected = silenced(dense, amount)(images)
    torch.testing.assert_close(smaller, expected, atol=1e-4, rtol=1e-4)


def test_half_the_channels_are_gone(dense: nn.Sequential) -> None:
    shapes = [tuple(layer.weight.shape) for layer in weight_layers(prune_channels(dense, 0.5))]
    assert shapes == [(8, 1, 3, 3), (16, 8, 3, 3), (16, 16, 3, 3), (32, 64), (10, 32)]


def test_the_strongest_stay() -> None:
    layer = nn.Linear(2, 4)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, -1.0], [0.5, 0.0], [-3.0, 2.0], [0.0, 4.0]]))
    assert strongest_channels(layer, 0.5).tolist() == [2, 3]
    assert strongest_channels(layer, 0.25).tolist() == [0, 2, 3]
    assert strongest_channels(layer, 1.0).tolist() == [2]
