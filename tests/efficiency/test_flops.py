"""Operations against formulas, and against the same network in another form."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.backends import mha

from tensorboard_cnc.efficiency.efficiency import Efficiency
from tensorboard_cnc.efficiency.measuring import measure
from tests.efficiency import resnet18
from tests.efficiency.compressed import KINDS, MACS, ao, foreign_warnings, inputs


def counted(net: nn.Module, *given: torch.Tensor) -> Efficiency:
    return measure(net, given, repeats=1, warmup=0)


def test_a_resnet18_by_formula() -> None:
    assert resnet18.macs(224, batch=1) == 1_814_073_344, "the published count"
    found = counted(resnet18.resnet18(), torch.rand(2, 3, 64, 64))
    assert found.macs == resnet18.macs(64, batch=2)
    assert found.flops == 2 * resnet18.macs(64, batch=2)
    assert found.uncounted == {}, "norms and pooling make no products"


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_of_a_network_multiplies_as_often(kind: str) -> None:
    assert counted(KINDS[kind](), inputs()).macs == MACS


def test_quantized_convolutions_cost_what_they_cost_before() -> None:
    net = nn.Sequential(
        nn.Conv2d(4, 8, 3, stride=2, groups=2), nn.ReLU(), nn.Conv2d(8, 6, 1, padding=1)
    ).eval()
    images = torch.rand(3, 4, 9, 9)
    with foreign_warnings():
        wrapped = ao.QuantWrapper(net)
        wrapped.qconfig = ao.get_default_qconfig(torch.backends.quantized.engine)
        fused = ao.fuse_modules(wrapped, ["module.0", "module.1"])
        prepared = ao.prepare(fused)
        prepared(images)
        packed = ao.convert(prepared)
    # 4 x 4 pixels of 8 channels, each from 2 channels; then 6 x 6 pixels of 6 channels.
    assert counted(net, images).macs == 3 * (16 * 8 * 2 * 9 + 36 * 6 * 8)
    assert counted(packed, images).macs == counted(net, images).macs


@pytest.mark.parametrize("batch_first", [False, True])
def test_a_recurrent_network_by_formula(batch_first: bool) -> None:
    net = nn.LSTM(4, 5, num_layers=2, batch_first=batch_first)
    given = torch.rand(3, 7, 4)
    # Four gates, of the input and of the state, in both layers.
    macs = 3 * 7 * 4 * 5 * (4 + 5 + 5 + 5)
    assert counted(net, given).macs == macs
    with foreign_warnings():
        packed = ao.quantize_dynamic(nn.Sequential(net), {nn.LSTM}, dtype=torch.qint8)
    assert counted(packed, given).macs == macs


def test_a_gated_recurrent_network() -> None:
    net = nn.GRU(4, 5)
    given = torch.rand(3, 7, 4)
    assert counted(net, given).macs == 3 * 7 * 3 * 5 * (4 + 5)
    with foreign_warnings():
        packed = ao.quantize_dynamic(nn.Sequential(net), {nn.GRU}, dtype=torch.qint8)
    assert counted(packed, given).macs == 3 * 7 * 3 * 5 * (4 + 5)


def test_attention_by_formula() -> None:
    tokens, width, hidden, batch = 6, 8, 16, 2
    net = nn.TransformerEncoderLayer(width, 2, hidden, batch_first=True)
    projections = tokens * width * (4 * width + 2 * hidden)
    attention = 2 * tokens * tokens * width
    found = counted(net, torch.rand(batch, tokens, width))
    assert found.macs == batch * (projections + attention)
    assert mha.get_fastpath_enabled()


def test_integer_matrix_products() -> None:
    class Integer(nn.Module):
        def forward(self, codes: torch.Tensor) -> torch.Tensor:
            return torch._int_mm(codes, codes.t())

    assert counted(Integer(), torch.ones(32, 64, dtype=torch.int8)).macs == 32 * 64 * 32


def test_a_model_on_the_meta_device_is_counted_without_computing() -> None:
    with torch.device("meta"):
        net = resnet18.resnet18()
    found = measure(net, torch.rand(1, 3, 224, 224))
    assert found.macs == 1_814_073_344
    assert found.parameters == resnet18.parameters()
    assert found.latency_ms == ()
    assert found.conditions["device"].startswith("meta")
    assert set(found.unmeasured) == {
        "nonzero_parameters",
        "size_bytes",
        "compressed_bytes",
        "effective_bytes",
        "latency_ms",
        "peak_memory_bytes",
    }
