"""Networks that quantize their weights while they compute; only what toolkits leave to be seen."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.ao.quantization.fx._decomposed
from torch import nn

from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused


def net() -> nn.Sequential:
    return nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))


def refusals(model: Any) -> dict[str, Refused]:
    return {each.name: each for each in all_sources(model) if isinstance(each, Refused)}


def compressed_tensors(layer: nn.Module) -> None:
    layer.quantization_scheme = types.SimpleNamespace(weights=object())  # type: ignore[assignment]


def brevitas(layer: nn.Module) -> None:
    layer.weight_quant = nn.Identity()


def model_opt(layer: nn.Module) -> None:
    layer.weight_quantizer = nn.Identity()


def quanto(layer: nn.Module) -> None:
    layer.weight_qtype = "qint8"  # type: ignore[assignment]


def with_own_forward(layer: nn.Module) -> None:
    def forward(x: Any) -> Any:
        return x

    forward.__module__ = "nncf.torch.wrapped"
    layer.forward = forward


@pytest.mark.parametrize(
    ("quantize", "seen"),
    [
        (compressed_tensors, "quantization_scheme"),
        (brevitas, "weight_quant"),
        (model_opt, "weight_quantizer"),
        (quanto, "weight_qtype"),
        (with_own_forward, "a forward of nncf"),
    ],
)
def test_a_weight_under_a_quantizer_is_refused(
    quantize: Callable[[nn.Module], None], seen: str
) -> None:
    network = net()
    quantize(network[2])
    found = refusals(network)
    assert list(found) == ["2.weight"]
    assert f"it carries a quantizer ({seen}) that is not read" in found["2.weight"].reason
    assert found["2.weight"].weights == 8


def test_hooks_over_the_whole_network() -> None:
    network = net()
    network.add_module("__nncf_hooks", nn.Module())
    assert list(refusals(network)) == ["0.weight", "2.weight"]


def disabled(layer: nn.Module) -> None:
    layer.weight_quantizer = nn.Identity()
    layer.weight_quantizer._disabled = True  # type: ignore[assignment]


def activations_only(layer: nn.Module) -> None:
    layer.quantization_scheme = types.SimpleNamespace(weights=None)  # type: ignore[assignment]


def offloaded(layer: nn.Module) -> None:
    """As accelerate hooks a module."""
    vars(layer)["_old_forward"] = layer.forward
    layer.forward = lambda x: layer._old_forward(x)  # type: ignore[operator]


def compiled(layer: nn.Module) -> None:
    layer.compile()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("change", [disabled, activations_only, offloaded, compiled])
def test_plain_weights_are_read(change: Callable[[nn.Module], None]) -> None:
    network = net()
    change(network[2])
    assert refusals(network) == {}
    assert refusals(torch.compile(network)) == {}


class Pt2e(nn.Module):
    """What ``convert_pt2e`` leaves: weights quantized, beside their codes, and plain."""

    def __init__(self) -> None:
        super().__init__()
        self.quantized, self.left, self.plain = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)
        self.register_buffer("_frozen_param0", torch.ones(4, 4, dtype=torch.int8))


def test_a_graph_that_quantizes() -> None:
    root, graph = Pt2e(), torch.fx.Graph()
    limits = (0.1, 0, -128, 127, torch.int8)
    x = graph.placeholder("x")
    codes = graph.call_function(
        torch.ops.quantized_decomposed.quantize_per_tensor.default,
        (graph.get_attr("quantized.weight"), *limits),
    )
    weights = [
        graph.call_function(
            torch.ops.quantized_decomposed.dequantize_per_tensor.default, (each, *limits)
        )
        for each in (codes, graph.get_attr("_frozen_param0"))
    ]
    for weight in (*weights, graph.get_attr("plain.weight")):
        x = graph.call_function(torch.ops.aten.linear.default, (x, weight))
    graph.output(x)
    module = torch.fx.GraphModule(root, graph)
    module.left = root.left
    found = refusals(module)
    assert set(found) == {"quantized.weight", "left.weight"}
    assert "quantize operations in its graph" in found["left.weight"].reason


def test_what_a_graph_computes_of_its_constants_is_read() -> None:
    root, graph = Pt2e(), torch.fx.Graph()
    limits = (0.1, 0, -128, 127, torch.int8)
    x = graph.placeholder("x")
    codes = torch.arange(16, dtype=torch.int8).reshape(4, 4)
    root.register_buffer("_frozen_param0", codes)
    weight = graph.call_function(
        torch.ops.quantized_decomposed.dequantize_per_tensor.default,
        (graph.get_attr("_frozen_param0"), *limits),
    )
    turned = graph.call_function(torch.ops.aten.t.default, (weight,))
    for name, operation, weight_of in (
        ("left", torch.ops.aten.linear.default, weight),
        ("quantized", torch.ops.aten.mm.default, turned),
    ):
        x = graph.call_function(operation, (x, weight_of))
        x.meta["nn_module_stack"] = {"key": (name, "torch.nn.modules.linear.Linear")}
    graph.output(
        graph.call_function(torch.ops.aten.linear.default, (x, graph.get_attr("plain.weight")))
    )
    module = torch.fx.GraphModule(root, graph)
    module.left, module.quantized = root.left, root.quantized
    assert refusals(module) == {}
    read = {each.name: each for each in all_sources(module) if not isinstance(each, Refused)}
    for name in ("left.weight", "quantized.weight"):
        np.testing.assert_allclose(read[name].open()(0, 16), np.arange(16) * 0.1, rtol=1e-6)
    plain = root.plain.weight.detach().numpy().ravel()
    np.testing.assert_array_equal(read["plain.weight"].open()(0, 16), plain)


class Unfrozen(nn.Linear):
    """As quanto's modules are until they are frozen."""

    weight_qtype = "qint8"

    @property
    def qweight(self) -> torch.Tensor:
        return torch.quantize_per_tensor(self.weight.detach(), 0.1, 0, torch.qint8)


@pytest.mark.filterwarnings("ignore")
def test_a_module_that_quantizes_when_it_is_asked() -> None:
    layer = Unfrozen(4, 2)
    (weight, _bias) = all_sources(nn.Sequential(layer))
    assert not isinstance(weight, Refused)
    expected = layer.qweight.dequantize().numpy().ravel()
    np.testing.assert_array_equal(weight.open()(0, 8), expected)
    assert (weight.storage, weight.stored_bytes) == ("float32", 32)


class Hqq(nn.Module):
    """As HQQ keeps a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.W_q = nn.Parameter(torch.zeros(4, 4, dtype=torch.uint8), requires_grad=False)
        self.meta = {"nbits": 4, "group_size": 8, "scale": torch.ones(4), "zero": torch.ones(4)}
        self.bias = torch.ones(4)

    def dequantize(self) -> torch.Tensor:
        return torch.arange(32.0).reshape(4, 8)


def test_a_module_of_hqq() -> None:
    weight, bias = all_sources(nn.Sequential(Hqq()))
    assert not isinstance(weight, Refused)
    assert not isinstance(bias, Refused)
    assert (weight.name, weight.shape, weight.storage) == ("0.weight", (4, 8), "uint4")
    np.testing.assert_array_equal(weight.open()(0, 32), np.arange(32))
    assert weight.scheme is not None
    assert (weight.scheme.bits, weight.scheme.group, weight.stored_bytes) == (4, 8, 16 + 32)
    assert (bias.name, bias.shape) == ("0.bias", (4,))


def test_a_traced_network_is_read() -> None:
    assert refusals(torch.fx.symbolic_trace(net())) == {}
