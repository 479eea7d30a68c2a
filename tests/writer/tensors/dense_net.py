"""A small dense network, and the check of what a toolkit has made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tensorboard_cnc.efficiency.measuring import measure
from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tests.writer.tensors.read_sources import values

INPUTS = torch.randn(4, 64, generator=torch.Generator().manual_seed(1))
WEIGHTS = 64 * 128 + 128 * 32
PARAMETERS = WEIGHTS + 128 + 32
MACS = len(INPUTS) * WEIGHTS


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.up, self.down = nn.Linear(64, 128), nn.Linear(128, 32)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.down(torch.relu(self.up(x)))
        return found


def each_layer(change: Callable[[nn.Linear], Any]) -> Any:
    net: Any = Net()
    net.up, net.down = change(net.up), change(net.down)
    return net


def check(
    net: nn.Module,
    expected: Mapping[str, Any],
    *,
    inputs: Any = None,
    dtype: torch.dtype = torch.float32,
    stored: int | None = None,
) -> None:
    """Values of both weights, and the counts of a network that is otherwise as it was.

    `stored`: bytes of the codes and scales of both.
    """
    found = {each.name: each for each in all_sources(net, inputs)}
    dense = dict(Net().named_parameters())
    for name in ("up.weight", "down.weight"):
        source = found[name]
        assert isinstance(source, TensorSource), source
        right, read = expected[name].detach().double().numpy(), values(source)
        np.testing.assert_allclose(read, right, rtol=1e-6, atol=1e-7)
        base = dense[name].detach().double().numpy()
        assert sqnr(base, read) == pytest.approx(sqnr(base, right), abs=0.05)
    assert not [each for each in found.values() if isinstance(each, Refused)]
    assert sum(each.weights or 0 for each in found.values()) == PARAMETERS
    measured = measure(net, INPUTS.to(dtype), repeats=1, warmup=0)
    assert measured.parameters == PARAMETERS
    assert measured.macs == MACS
    if stored is not None:
        sources = [found["up.weight"], found["down.weight"]]
        assert (
            sum(each.stored_bytes for each in sources if isinstance(each, TensorSource)) == stored
        )


def sqnr(base: Any, read: Any) -> float:
    return float(10 * np.log10(np.square(base).sum() / np.square(base - read).sum()))
