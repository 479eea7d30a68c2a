"""What layers cannot be given, or cannot be compared, and precision that is not their own."""

from __future__ import annotations

import copy
import re
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.activations import activations_record
from tests.writer.local_records import local, missing, record


class Narrow(nn.Module):
    def __init__(self, width: int, name: str = "up") -> None:
        super().__init__()
        torch.manual_seed(0)
        self.add_module(name, nn.Linear(4, width))
        self.relu, self.down = nn.ReLU(), nn.Linear(width, 2)

    def forward(self, x: Tensor) -> Tensor:
        first = next(iter(self.children()))
        found: Tensor = self.down(self.relu(first(x)))
        return found


def test_layers_that_cannot_be_given_the_input_of_the_base_say_why() -> None:
    probe = torch.randn(5, 4)
    found = missing(record(Narrow(6), probe, Narrow(8)))
    assert found == {
        "up": "it gives (5, 6) for the base's input, the base's (5, 8)",
        "relu": "its input 0 has shape (5, 6) here, (5, 8) in the base",
        "down": "its input 0 has shape (5, 6) here, (5, 8) in the base",
    }
    renamed = missing(record(Narrow(8, "first"), probe, Narrow(8)))
    assert renamed == {"first": "the base has no layer of its name"}


class Two(nn.Module):
    """A layer of several inputs, called in one way or another."""

    def __init__(self, **named: Any) -> None:
        super().__init__()
        self.named = named
        self.mix = Mix()

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.mix(x, **self.named)
        return found


class Mix(nn.Module):
    def forward(self, x: Tensor, scale: Any = 1.0, more: Any = None) -> Tensor:
        return x * (scale if isinstance(scale, float) else 2) + (0 if more is None else 1)


@pytest.mark.parametrize(
    ("own", "theirs", "why"),
    [
        ({"scale": 2.0}, {"scale": 3.0}, "its scale is 2.0 here, 3.0 in the base"),
        ({"scale": 2.0}, {}, "it takes input 0, scale here, input 0 in the base"),
        ({"more": object()}, {"more": object()}, "its more is a object, which another call may"),
        ({"more": torch.ones(1)}, {"more": torch.ones(1).int()}, "float32 here, int32 in the base"),
        ({"more": torch.ones(1)}, {"more": 3}, r"more is a tensor \(1,\) here, 3 in the base"),
        ({"more": {"a": [1, (2, None)]}}, {"more": {"a": [1, (2, None)]}}, ""),
        ({"more": {"a": [1, (2, None)]}}, {"more": {"a": [1, (2, 4)]}}, r"more\[a\]\[1\]\[1\] is"),
    ],
)
def test_inputs_that_differ(own: Any, theirs: Any, why: str) -> None:
    found = record(Two(**own), torch.ones(3, 2), Two(**theirs))
    (reason,) = (each.missing for each in local(found).values())
    assert bool(reason) is bool(why)
    assert not why or re.search(why, reason)


class Rounded(nn.Module):
    """Computes in another type within, as under autocast."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            found: Tensor = self.linear(x)
            return found.float()


class Plain(Rounded):
    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.linear(x)
        return found


def test_precision_that_a_layer_gets_from_around_it_is_not_left_out() -> None:
    base = Plain()
    net = Rounded()
    net.load_state_dict(base.state_dict())
    why = "it gives float32 for the base's input, bfloat16 in its own network"
    assert missing(record(net, torch.randn(3, 4), base)) == {"linear": why}


def test_the_input_is_rounded_as_the_network_has_it() -> None:
    torch.manual_seed(0)
    base, probe = nn.Sequential(nn.Linear(8, 8), nn.Tanh()), torch.randn(9, 8)
    half = copy.deepcopy(base).bfloat16()
    found = local(record(half, probe, base))
    with torch.no_grad():
        x = base[0](probe)
        expected = (base[1](x.bfloat16()).double() - base[1](x).double()).square().sum().item()
    assert found["1"].squares == pytest.approx(expected, rel=1e-6)
    assert all(each.missing == "" for each in found.values())


class Fails(nn.Module):
    def __init__(self, most: float) -> None:
        super().__init__()
        self.most = most

    def forward(self, x: Tensor) -> Tensor:
        if x.max() > self.most:
            raise ValueError("too large")
        return x * 2


def test_a_layer_that_fails_on_the_input_of_the_base_leaves_the_others() -> None:
    net = nn.Sequential(nn.Linear(2, 2), Fails(1.0), nn.ReLU())
    base = copy.deepcopy(net)
    base[1] = Fails(1e9)
    with torch.no_grad():
        base[0].weight.mul_(100)  # type: ignore[operator]
    probe = 0.1 * torch.ones(3, 2)
    base[0].bias.data.fill_(50)  # type: ignore[operator]
    found = missing(record(net, probe, base))
    assert found == {"1": "it fails on the base's input: ValueError: too large"}


def test_a_reference_that_fails_is_told_by_its_id() -> None:
    message = 'The reference "base" failed on the probe inputs'
    with pytest.raises(ArgumentError, match=message):
        record(nn.Linear(2, 2), torch.ones(3, 2), nn.Linear(3, 2))


@pytest.mark.parametrize("reference", [nn.Linear(2, 2), {"dense": {"weight": np.ones(2)}}, "dense"])
def test_references_that_are_none(reference: Any) -> None:
    with pytest.raises(ArgumentError, match=r'Write reference=\{"dense": dense_net\}'):
        activations_record("m", nn.Linear(2, 2), torch.ones(3, 2), reference=reference)


def test_recorded_arrays_have_no_layers_to_run() -> None:
    with pytest.raises(ArgumentError, match=r"leave reference= out"):
        activations_record("m", {"a": np.ones((3, 2))}, None, reference={"base": nn.ReLU()})


def test_a_fused_layer_is_not_compared_with_a_part_of_what_it_does() -> None:
    class ConvReLU2d(nn.Conv2d):
        def forward(self, input: Tensor) -> Tensor:
            return super().forward(input).relu()

    base = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    net = nn.Sequential(ConvReLU2d(1, 2, 3), nn.Identity())
    why = "it is a ConvReLU2d, which does what several layers of the base do"
    assert missing(record(net, torch.randn(3, 1, 4, 4), base)) == {"0": why}
