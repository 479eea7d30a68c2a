"""Quantized modules of torch.ao, against what torch itself says of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from demo.digits.compression.quantization import engine, quantize_int8
from tensorboard_cnc.writer.tensors.quantized_tensors import counted
from tests.writer.tensors.read_sources import all_values, sources, values


@pytest.fixture(autouse=True)
def _deprecated_but_used() -> Iterator[None]:
    torch.manual_seed(0)
    torch.backends.quantized.engine = engine()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="torch.ao.quantization is deprecated")
        warnings.filterwarnings("ignore", message="torch.quantize_per_tensor, torch.quantize_per_")
        warnings.filterwarnings("ignore", message="Please use quant_min and quant_max")
        yield


def test_a_tensor_with_one_scale() -> None:
    tensor = torch.quantize_per_tensor(torch.linspace(-2, 2, 101), 0.01, 5, torch.qint8)
    (source,) = sources({"x": tensor}).values()
    np.testing.assert_array_equal(values(source), tensor.dequantize().numpy())
    codes = tensor.int_repr().numpy()
    scheme = source.scheme
    assert scheme is not None
    assert (scheme.bits, scheme.symmetric, scheme.group, scheme.axis) == (8, False, None, None)
    assert scheme.saturated == ((codes == -128) | (codes == 127)).sum() > 0
    assert source.distinct == len(np.unique(codes))
    assert source.stored_bytes == 101 + scheme.overhead_bytes
    assert source.storage == "qint8"


def test_a_scale_for_each_channel() -> None:
    weight = torch.randn(4, 6)
    scales = weight.abs().amax(1) / 127
    tensor = torch.quantize_per_channel(
        weight, scales, torch.zeros(4, dtype=torch.long), 0, torch.qint8
    )
    (source,) = sources({"x": tensor}).values()
    np.testing.assert_array_equal(values(source), tensor.dequantize().numpy())
    scheme = source.scheme
    assert scheme is not None
    assert (scheme.symmetric, scheme.group, scheme.axis, scheme.scales) == (True, 6, 0, 4)
    assert scheme.overhead_bytes == 4 * 8 + 4 * 8


@pytest.mark.parametrize(("dtype", "symmetric"), [(torch.quint8, True), (torch.qint32, False)])
def test_other_codes(dtype: torch.dtype, symmetric: bool) -> None:
    tensor = torch.quantize_per_tensor(torch.randn(50), 0.05, 128, dtype)
    (source,) = sources({"x": tensor}).values()
    np.testing.assert_array_equal(values(source), tensor.dequantize().numpy())
    assert source.scheme is not None
    assert source.scheme.symmetric is symmetric
    assert source.scheme.bits == (8 if dtype is torch.quint8 else 32)


def test_zeros_after_a_relu_are_not_saturated() -> None:
    tensor = torch.quantize_per_tensor(torch.tensor([0.0, 0.0, 1.0, 9.0]), 0.01, 0, torch.quint8)
    (source,) = sources({"x": tensor}).values()
    assert source.scheme is not None
    assert source.scheme.saturated == 1


def test_an_embedding_of_4_bits() -> None:
    embedding: Any = nn.Embedding(10, 8)
    embedding.qconfig = torch.ao.quantization.float_qparams_weight_only_qconfig_4bit
    torch.ao.quantization.prepare(nn.Sequential(embedding), inplace=True)
    quantized = torch.ao.nn.quantized.Embedding.from_float(embedding)
    source = sources(nn.Sequential(quantized))["0.weight"]
    weight = quantized.weight()
    np.testing.assert_array_equal(values(source), weight.dequantize().numpy())
    assert source.scheme is not None
    assert source.scheme.bits == 4
    assert source.stored_bytes == 40 + source.scheme.overhead_bytes
    codes = np.stack([weight.int_repr().numpy() & 15, weight.int_repr().numpy() >> 4])
    assert source.distinct == len(np.unique(codes))


def test_dynamic_quantization_with_packed_parameters() -> None:
    net: Any = nn.Sequential(nn.Linear(6, 4), nn.LSTM(4, 3))
    quantized = torch.ao.quantization.quantize_dynamic(net, {nn.Linear, nn.LSTM})
    found = sources(quantized)
    assert list(found) == ["0.weight", "0.bias", "1.weight_ih_l0", "1.weight_hh_l0",
                           "1.bias_ih_l0", "1.bias_hh_l0"]  # fmt: skip
    weight = quantized[0].weight()
    np.testing.assert_array_equal(values(found["0.weight"]), weight.dequantize().numpy())
    error = np.abs(values(found["1.weight_ih_l0"]) - net[1].weight_ih_l0.detach().numpy())
    assert 0 < error.max() < 0.01
    assert found["0.weight"].storage == "qint8"
    assert found["0.weight"].kind == "Linear"
    by_state = sources(quantized[:1].state_dict())
    np.testing.assert_array_equal(values(by_state["0.weight"]), weight.dequantize().numpy())


def test_static_quantization_with_fused_modules() -> None:
    net = nn.Sequential()
    net.add_module("conv", nn.Conv2d(1, 4, 3, bias=False))
    net.add_module("norm", nn.BatchNorm2d(4))
    net.add_module("relu", nn.ReLU())
    net.add_module("flat", nn.Flatten())
    net.add_module("fc", nn.Linear(4 * 36, 3))
    quantized: Any = quantize_int8(net, torch.rand(16, 1, 8, 8))
    found = sources(quantized)
    weights = {name: source for name, source in found.items() if source.role == "parameter"}
    assert list(weights) == ["conv.weight", "conv.bias", "fc.weight", "fc.bias"]
    for name in ("conv", "fc"):
        module = quantized.get_submodule(name)
        np.testing.assert_array_equal(
            values(found[f"{name}.weight"]), module.weight().dequantize().numpy()
        )
        np.testing.assert_array_equal(values(found[f"{name}.bias"]), module.bias().detach().numpy())
    scheme = found["conv.weight"].scheme
    assert scheme is not None
    assert (scheme.axis, scheme.scales, scheme.symmetric, scheme.group) == (0, 4, True, 9)
    assert list(all_values(quantized.state_dict()))


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_codes_are_counted_also_when_packed(bits: int) -> None:
    codes = np.random.default_rng(0).integers(0, 2**bits, 40).astype(np.uint8)
    weights = 2 ** (bits * np.arange(8 // bits))
    packed = (codes.reshape(-1, 8 // bits) * weights).sum(axis=1).astype(np.uint8)
    found = counted(packed, bits, 0, 2**bits - 1, 40)
    assert found.saturated == ((codes == 0) | (codes == 2**bits - 1)).sum()
    assert found.distinct == len(np.unique(codes))


def test_codes_of_32_bits_are_counted_without_a_table() -> None:
    codes = np.array([0, 5, 2**31 - 1, -(2**31)], np.int32)
    found = counted(codes, 32, -(2**31), 2**31 - 1, 4)
    assert (found.saturated, found.distinct) == (2, None)
