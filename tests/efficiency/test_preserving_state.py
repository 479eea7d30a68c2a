"""A model that was measured is as it was, also where it raised."""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tensorboard_cnc.efficiency.measuring import measure
from tests.efficiency.compressed import KINDS, inputs


def random_states() -> tuple[Any, ...]:
    return random.getstate(), repr(np.random.get_state()), torch.get_rng_state().tolist()


def state(net: nn.Module) -> dict[str, str]:
    return {name: repr(value) for name, value in net.state_dict().items()}


@pytest.mark.parametrize("kind", KINDS)
def test_state_and_modes_are_restored(kind: str) -> None:
    net = KINDS[kind]()
    modes = [module.training for module in net.modules()]
    before, drawn = state(net), random_states()
    measure(net, inputs(), repeats=2)
    assert [module.training for module in net.modules()] == modes
    assert state(net) == before
    assert random_states() == drawn


class Restless(nn.Module):
    """Draws random numbers, counts its calls, keeps its last output, and may fail."""

    calls: Tensor
    seen: Tensor

    def __init__(self, fail_at: int | None = None) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(4)
        self.frozen = nn.Dropout().eval()
        self.weight = nn.Parameter(torch.ones(4))
        self.register_buffer("calls", torch.zeros((), dtype=torch.long))
        self.register_buffer("seen", torch.zeros(0))
        self.register_buffer("replaced", torch.zeros(2))
        self.last = torch.zeros(1)
        self.runs = 0
        self.fail_at = fail_at
        self.modes = set[bool]()
        self.gradients = set[bool]()

    def forward(self, x: Tensor) -> Tensor:
        self.runs += 1
        self.modes |= {module.training for module in self.modules()}
        self.gradients.add(torch.is_grad_enabled())
        noise = torch.rand(4) * random.random() * np.random.rand()
        self.calls += 1
        self.seen.resize_(3).fill_(self.runs)
        self.replaced = torch.ones(2)
        self.last = self.frozen(self.norm(x)) * self.weight + noise
        if self.runs == self.fail_at:
            raise RuntimeError("out of patience")
        return self.last


@pytest.mark.parametrize("fail_at", [None, 1])
def test_everything_a_module_keeps_is_restored(fail_at: int | None) -> None:
    net = Restless(fail_at)
    net.weight.grad = torch.full((4,), 7.0)
    calls = list[str]()
    net.register_forward_hook(lambda *_: calls.append("forward"))
    kept = {name: id(value) for name, value in (*net.named_buffers(), ("last", net.last))}
    before, drawn, gradient = state(net), random_states(), net.weight.grad
    try:
        measure(net, inputs()[:, :4], repeats=2)
    except RuntimeError:
        assert fail_at
    assert net.runs == (fail_at or 1 + 1 + 1 + 3 + 2), "first, counted, traced, warm, timed"
    assert net.modes == {False}
    assert net.gradients == {False}
    assert net.training
    assert net.norm.training
    assert not net.frozen.training
    assert state(net) == before
    assert {n: id(v) for n, v in (*net.named_buffers(), ("last", net.last))} == kept
    assert net.weight.grad is gradient
    assert torch.equal(gradient, torch.full((4,), 7.0))
    assert len(net._forward_hooks) == 1
    assert calls == ["forward"] * (net.runs if fail_at is None else 0)
    assert random_states() == drawn
    assert torch.is_grad_enabled()


def test_a_model_trains_on_after_it_was_measured() -> None:
    def trained(between: Callable[[nn.Module], object]) -> Tensor:
        torch.manual_seed(0)
        net = nn.Sequential(nn.Linear(12, 8), nn.BatchNorm1d(8), nn.Dropout(), nn.Linear(8, 1))
        optimizer = torch.optim.SGD(net.parameters(), 0.1)
        for _ in range(3):
            optimizer.zero_grad()
            net(torch.rand(5, 12)).sum().backward()
            between(net)
            optimizer.step()
        return torch.cat([parameter.detach().flatten() for parameter in net.parameters()])

    alone = trained(lambda _: None)
    measured = trained(lambda net: measure(net, inputs(), repeats=1))
    assert torch.equal(alone, measured)


def test_the_process_is_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    collecting, threads, environment = gc.isenabled(), torch.get_num_threads(), dict(os.environ)
    measure(KINDS["dense"](), inputs(), repeats=1)
    assert (gc.isenabled(), torch.get_num_threads()) == (collecting, threads)
    assert dict(os.environ) == environment
    assert capfd.readouterr() == ("", "")
