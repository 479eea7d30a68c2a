"""Quantized tensors of torchao, for real."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tensorboard_cnc.records.sketches import Scheme
from tensorboard_cnc.writer.tensors import dequantized
from tensorboard_cnc.writer.tensors.tensor_source import TensorSource
from tests.writer.tensors.read_sources import sources, values

pytestmark = [
    pytest.mark.writers,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture
def torchao() -> Any:
    return importlib.import_module("torchao.quantization")


def quantized(torchao: Any, config: Any, dtype: torch.dtype = torch.bfloat16) -> nn.Module:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 48)).to(dtype)
    torchao.quantize_(net, config)
    return net


def weight_of(net: nn.Module) -> tuple[TensorSource, Scheme, Any]:
    """The source of the weight, its scheme, and the weight itself."""
    found = sources(net)
    assert list(found) == ["0.weight", "0.bias"]
    source, scheme = found["0.weight"], found["0.weight"].scheme
    assert scheme is not None
    weight = net.get_parameter("0.weight")
    dequantized: Any = weight.dequantize()
    np.testing.assert_array_equal(values(source), dequantized.float().numpy())
    return source, scheme, weight


@pytest.mark.parametrize("name", ["Int8WeightOnlyConfig", "Int8DynamicActivationInt8WeightConfig"])
def test_int8_with_a_scale_for_each_row(torchao: Any, name: str) -> None:
    source, scheme, weight = weight_of(quantized(torchao, getattr(torchao, name)()))
    assert (source.storage, source.dtype) == ("int8", "bfloat16")
    assert (scheme.bits, scheme.axis, scheme.group, scheme.scales) == (8, 0, 64, 48)
    assert scheme.symmetric is True
    assert scheme.algorithm == "torchao Int8Tensor"
    codes = weight.qdata.numpy()
    assert source.distinct == len(np.unique(codes))
    assert scheme.saturated == ((codes == -128) | (codes == 127)).sum()
    overhead = weight.scale.nbytes + weight.zero_point.nbytes
    assert scheme.overhead_bytes == overhead
    assert source.stored_bytes == 64 * 48 + overhead


@pytest.mark.parametrize("bits", [3, 4])
def test_few_bits_in_groups(torchao: Any, bits: int) -> None:
    config = torchao.IntxWeightOnlyConfig(
        weight_dtype=getattr(torch, f"int{bits}"), granularity=torchao.PerGroup(32)
    )
    source, scheme, weight = weight_of(quantized(torchao, config))
    assert source.storage == f"int{bits}"
    assert (scheme.bits, scheme.group, scheme.axis, scheme.scales) == (bits, 32, None, 96)
    assert source.distinct == len(np.unique(weight.qdata.numpy())) <= 2**bits
    assert (scheme.low, scheme.high) == (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    assert source.stored_bytes == 64 * 48 + scheme.overhead_bytes, "a byte for each, as stored"


def test_float8(torchao: Any) -> None:
    source, scheme, weight = weight_of(quantized(torchao, torchao.Float8WeightOnlyConfig()))
    assert (source.storage, scheme.bits, scheme.scales) == ("float8_e4m3fn", 8, 48)
    assert scheme.saturated is None
    assert source.stored_bytes == 64 * 48 + weight.scale.nbytes


def test_a_state_dict_holds_the_same(torchao: Any) -> None:
    net = quantized(torchao, torchao.Int8WeightOnlyConfig(), torch.float32)
    by_module, by_state = sources(net)["0.weight"], sources(net.state_dict())["0.weight"]
    assert by_state.scheme == by_module.scheme
    np.testing.assert_array_equal(values(by_state), values(by_module))


@pytest.mark.parametrize("name", ["Int8WeightOnlyConfig", "Float8WeightOnlyConfig"])
def test_large_weights_are_dequantized_a_few_rows_at_a_time(
    torchao: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dequantized, "_SLAB", 64)
    monkeypatch.setattr(dequantized, "_ROWS", 4)
    weight = quantized(torchao, getattr(torchao, name)()).get_parameter("0.weight").detach()
    at_once: list[int] = []
    rows = dequantized._rows

    def watched(tensor: Any, first: int, last: int) -> Any:
        at_once.append(last - first)
        return rows(tensor, first, last)

    monkeypatch.setattr(dequantized, "_rows", watched)
    read = dequantized.dequantizing_reader(weight)
    whole: Any = weight
    expected = whole.dequantize().float().numpy().reshape(-1)
    np.testing.assert_array_equal(read(0, expected.size), expected)
    assert max(at_once) == 8
