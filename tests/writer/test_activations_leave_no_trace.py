"""Watching a network's activations leaves the network, the random state and memory as they were."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.activations import activations_record
from tests.writer.kept_outputs import KeptOutputs


@pytest.fixture(autouse=True)
def _fixed_random_state() -> None:
    torch.manual_seed(0)


class Touchy(nn.Module):
    """Counts, draws and caches whenever it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)
        self.register_buffer("calls", torch.zeros(1))
        self.register_buffer("cache", torch.zeros(0))

    def forward(self, x: Tensor) -> Tensor:
        calls, cache = self.get_buffer("calls"), self.get_buffer("cache")
        calls += 1
        cache.resize_(len(x)).fill_(1.0)
        self.cache = torch.ones(3)
        random.random()
        np.random.random()
        if len(x) == 3:
            raise ValueError("three is too many")
        return self.linear(x) + torch.rand_like(x) * 0  # type: ignore[no-any-return]


@pytest.mark.parametrize("fails", [False, True])
def test_everything_is_as_it_was_also_on_error(fails: bool) -> None:
    net = nn.Sequential(Touchy(), nn.Dropout(), nn.ReLU()).train()
    good, bad = torch.randn(2, 4), [torch.randn(2, 4), torch.randn(3, 4)]
    loader = DataLoader(TensorDataset(good), batch_size=1)
    net[2].eval()
    seen: list[Any] = []
    net[0].register_forward_hook(lambda *_: seen.append(1))
    for parameter in net.parameters():
        parameter.grad = torch.ones_like(parameter)
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    states = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]
    if fails:
        message = "ValueError: three is too many.*Pass inputs that it accepts"
        with pytest.raises(ArgumentError, match=message):
            activations_record("m", net, bad)
    else:
        activations_record("m", net, loader)
    assert [module.training for module in net.modules()] == [True, True, True, True, False]
    assert [len(module._forward_hooks) for module in net.modules()] == [0, 1, 0, 0, 0]
    after = net.state_dict()
    assert {name: tensor.shape for name, tensor in after.items()} == {
        name: tensor.shape for name, tensor in before.items()
    }
    assert all(torch.equal(after[name], before[name]) for name in before)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert random.getstate() == states[1]
    assert np.random.get_state()[1].tolist() == states[2]  # type: ignore[index]
    assert all(
        parameter.grad is not None and parameter.requires_grad for parameter in net.parameters()
    )
    assert torch.is_grad_enabled()


def test_outputs_are_not_kept_in_memory() -> None:
    outputs = KeptOutputs()
    activations_record(
        "m", nn.Sequential(*[outputs.layer() for _ in range(20)]), [torch.randn(9, 50)] * 3
    )
    assert outputs.made == 60
    assert outputs.most <= 2, "the input of a layer, and perhaps that of the one before"
