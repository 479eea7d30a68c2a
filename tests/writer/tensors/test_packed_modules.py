"""Modules that keep weights as codes; only what their toolkits leave to be seen."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tensorboard_cnc.efficiency.measuring import measure
from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tests.writer.tensors.read_sources import values

CODES = torch.arange(-16, 16, dtype=torch.int8).reshape(4, 8)
SCALES = torch.tensor([1.0, 2.0, 3.0, 4.0]).reshape(4, 1)
WEIGHT = CODES * SCALES


class Decompressor(nn.Module):
    """As NNCF hooks it to a weight."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("_scale", SCALES)

    def forward(self, codes: Tensor) -> Tensor:
        return codes * self.get_buffer("_scale")


class Quantizer(nn.Module):
    """As NNCF hooks it to a weight that it quantizes while it trains, or to activations."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(SCALES.clone())

    def forward(self, weight: Tensor) -> Tensor:
        return (weight / self.scale).round() * self.scale


def hooked(hook: nn.Module, weight: Tensor) -> nn.Module:
    net = nn.Module()
    net.fc = nn.Linear(8, 4)
    net.fc.weight = nn.Parameter(weight, requires_grad=False)
    hooks = nn.Module()
    hooks.post_hooks = nn.ModuleDict(
        {
            "fc:weight__0": nn.ModuleDict({"0": hook}),
            "fc/linear/0__0": nn.ModuleDict({"0": Quantizer()}),
        }
    )
    net.add_module("__nncf_hooks", hooks)
    return net


def compressed() -> nn.Module:
    return hooked(Decompressor(), CODES.clone())


def quantized() -> nn.Module:
    return hooked(Quantizer(), WEIGHT + 0.3)


class WeightOnlyLinear(nn.Module):
    """As Intel Neural Compressor keeps a layer: in buffers alone."""

    bits, group_size, dtype = 8, 8, "int"

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("qweight", CODES)
        self.register_buffer("scales", SCALES)
        self.register_buffer("bias", torch.ones(4))
        self.g_idx: Any = None

    def recover(self) -> Tensor:
        self.g_idx = torch.zeros(8)
        return self.get_buffer("qweight") * self.get_buffer("scales")


class Int8Params(nn.Parameter):
    SCB: Any = None


def eight_bit(*, ran: bool) -> nn.Module:
    """As bitsandbytes: the first pass takes the scales out of the parameter."""
    layer: Any = nn.Linear(8, 4)
    layer.weight = Int8Params(CODES, requires_grad=False)
    layer.weight.SCB = None if ran else SCALES.flatten() * 127
    layer.state = SimpleNamespace(SCB=SCALES.flatten() * 127 if ran else None)
    return nn.ModuleDict({"fc": layer})


MODELS: dict[str, tuple[Callable[[], nn.Module], int, str]] = {
    "NNCF, compressed": (compressed, 32 + 16, "int8"),
    "NNCF, quantized": (quantized, 128, "float32"),
    "Neural Compressor": (lambda: nn.ModuleDict({"fc": WeightOnlyLinear()}), 32 + 16, "int8"),
    "bitsandbytes": (lambda: eight_bit(ran=False), 32 + 16, "int8"),
    "bitsandbytes, after it ran": (lambda: eight_bit(ran=True), 32 + 16, "int8"),
}


@pytest.mark.parametrize(("make", "stored", "storage"), MODELS.values(), ids=MODELS)
def test_their_weights_are_read_and_counted(
    make: Callable[[], nn.Module], stored: int, storage: str
) -> None:
    net = make()
    found = {each.name: each for each in all_sources(net)}
    assert found.keys() == {"fc.weight", "fc.bias"}
    source = found["fc.weight"]
    assert isinstance(source, TensorSource), source
    np.testing.assert_allclose(values(source), WEIGHT.numpy(), rtol=1e-6)
    assert (source.stored_bytes, source.storage) == (stored, storage)
    assert sum(each.weights or 0 for each in found.values()) == measure(net).parameters == 36
    assert not hasattr(net, "fc") or getattr(net.fc, "g_idx", None) is None


def test_scales_that_are_parameters_are_no_weights() -> None:
    """As compressed-tensors adds them to a module that it quantizes."""
    net = nn.Sequential(nn.Linear(8, 4))
    net[0].weight_scale = nn.Parameter(torch.ones(4, 1), requires_grad=False)
    assert sum(each.weights or 0 for each in all_sources(net)) == measure(net).parameters == 36


def test_float8_of_keras_is_refused() -> None:
    model = {
        "net/fc/kernel": WEIGHT.numpy().astype(np.float32),
        "net/fc/kernel_scale": np.float32(1),
        "net/fc/kernel_amax_history": np.zeros(1024, np.float32),
        "net/fc/bias": np.zeros(8, np.float32),
        "net/norm/moving_mean": np.zeros(8, np.float32),
    }
    found = {each.name: each for each in all_sources(model)}
    refused = found["net/fc/kernel"]
    assert isinstance(refused, Refused)
    assert "rounded to float8" in refused.reason
    assert {name for name, each in found.items() if each.weights} == {
        "net/fc/kernel",
        "net/fc/bias",
    }


class Variable:
    def __init__(self, path: str, value: Any) -> None:
        self.path, self.value = path, np.asarray(value)

    def numpy(self) -> Any:
        return self.value


class Layer:
    """As a model of Keras."""

    def __init__(self) -> None:
        self.variables = [Variable("fc/kernel", np.ones((2, 3))), Variable("fc/kernel", np.ones(4))]


Layer.__module__ = "keras.src.layers.layer"


def test_variables_of_one_path_are_both_read() -> None:
    assert {each.name: each.weights for each in all_sources(Layer())} == {
        "fc/kernel": 6,
        "fc/kernel:1": 4,
    }


def test_a_lora_of_keras_is_refused() -> None:
    names = ("fc/kernel", "fc/lora_kernel_a", "fc/lora_kernel_b", "fc/bias")
    found = all_sources({name: np.ones((2, 2), np.float32) for name in names})
    assert [each.name for each in found if isinstance(each, Refused)] == ["fc/kernel"]
