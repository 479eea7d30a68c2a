"""Built-in candidates give the bits that torchao gives, where it is installed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch

from tensorboard_cnc.analysis.sensitivity.exports import exported
from tensorboard_cnc.candidates.applying import applied
from tensorboard_cnc.candidates.compressing import compressed
from tensorboard_cnc.candidates.names import built_in

pytestmark = pytest.mark.writers


@pytest.fixture(name="ao")
def quantization() -> Any:
    return pytest.importorskip("torchao.quantization")


def linear(dtype: torch.dtype = torch.float32) -> Any:
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(128, 48), torch.nn.ReLU(), torch.nn.Linear(48, 32)
    ).to(dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize(
    "name", ["int8", "int4", "int3", "int2", "int4-g32", "int8-g64", "int2-g128"]
)
def test_integers(ao: Any, name: str, dtype: torch.dtype) -> None:
    granularity = pytest.importorskip("torchao.quantization.granularity")
    by = built_in(name)
    assert by is not None
    net = linear(dtype)[:1]
    own = net[0].weight.detach().clone()
    per = granularity.PerGroup(by.group) if by.group else granularity.PerAxis(0)
    kind = getattr(torch, f"int{by.bits}")
    ao.quantize_(net, ao.IntxWeightOnlyConfig(weight_dtype=kind, granularity=per))
    assert torch.equal(compressed(own, by, "Linear"), net[0].weight.dequantize().to(dtype))


def test_fp8(ao: Any) -> None:
    net = linear()
    own = net[0].weight.detach().clone()
    ao.quantize_(net, ao.Float8WeightOnlyConfig())
    by = built_in("fp8")
    assert by is not None
    assert torch.equal(compressed(own, by, "Linear"), net[0].weight.dequantize())


def test_nvfp4() -> None:
    module = pytest.importorskip("torchao.prototype.mx_formats.nvfp4_tensor")
    own = linear()[0].weight.detach()
    scale = module.per_tensor_amax_to_scale(own.abs().max())
    theirs = module.NVFP4Tensor.to_nvfp4(own, per_tensor_scale=scale).dequantize(torch.float32)
    by = built_in("nvfp4")
    assert by is not None
    assert torch.equal(compressed(own, by, "Linear"), theirs)


def test_mxfp4() -> None:
    module = pytest.importorskip("torchao.prototype.mx_formats.mx_tensor")
    own = linear()[0].weight.detach()
    theirs = module.MXTensor.to_mx(own, torch.float4_e2m1fn_x2, 32).dequantize(torch.float32)
    by = built_in("mxfp4")
    assert by is not None
    assert torch.equal(compressed(own, by, "Linear"), theirs)


@pytest.mark.usefixtures("ao")
def test_what_is_exported_makes_the_same_network() -> None:
    net = linear()
    allocation = {"0.weight": "int4-g32", "2.weight": "int8"}
    planned: Any = applied(net, allocation)
    theirs = copy.deepcopy(net)
    exec(exported(allocation, "torchao"), {"net": theirs})
    for at in (0, 2):
        assert torch.equal(planned[at].weight, theirs[at].weight.dequantize())
