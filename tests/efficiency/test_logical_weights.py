"""Parameters are the weights that forward uses, however they are stored, and wherever."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize, spectral_norm, weight_norm

from tensorboard_cnc.efficiency.measuring import measure
from tests.efficiency.compressed import foreign_warnings


class Mask(nn.Module):
    mask: Tensor

    def __init__(self, like: Tensor) -> None:
        super().__init__()
        self.register_buffer("mask", like.abs() > like.abs().median())

    def forward(self, weight: Tensor) -> Any:
        return weight * self.mask


def linear() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(8, 6)


def test_a_parametrized_mask_makes_zeros() -> None:
    net = linear()
    expected = int((net.weight.abs() > net.weight.abs().median()).sum()) + 6
    parametrize.register_parametrization(net, "weight", Mask(net.weight.detach()))
    found = measure(net)
    assert (found.parameters, found.nonzero_parameters) == (54, expected)
    assert found.effective_bytes == math.ceil((48 + 24 * 32) / 8) + 24, "the mask needs no room"


@pytest.mark.parametrize(
    "norm",
    [weight_norm, spectral_norm, parametrizations.weight_norm, parametrizations.spectral_norm],
)
def test_a_norm_of_weights_adds_none(norm: Any) -> None:
    with foreign_warnings():
        net = norm(linear())
    state = {name: value.clone() for name, value in net.state_dict().items()}
    found = measure(net, torch.ones(2, 8), repeats=1)
    assert (found.parameters, found.nonzero_parameters) == (54, 54)
    assert found.effective_bytes == 54 * 4
    assert all(torch.equal(value, state[name]) for name, value in net.state_dict().items())


class Packed(Tensor):
    """As quanto's: a tensor of codes that says it has the shape and type of its values."""

    codes: Tensor
    scale: Tensor

    @staticmethod
    def __new__(cls: Any, codes: Tensor, scale: Tensor) -> Any:
        shape = (*codes.shape[:-1], 2 * codes.shape[-1])
        make: Any = Tensor._make_wrapper_subclass
        return make(cls, shape, dtype=torch.float32)

    def __init__(self, codes: Tensor, scale: Tensor) -> None:
        self.codes, self.scale = codes, scale

    def __tensor_flatten__(self) -> tuple[list[str], None]:
        return ["codes", "scale"], None

    def dequantize(self) -> Tensor:
        halves = torch.stack([self.codes & 15, self.codes >> 4], -1)
        return halves.flatten(-2) * self.scale

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        (tensor,) = args[:1]
        if str(func).startswith("aten.detach"):
            return cls(tensor.codes, tensor.scale)
        raise NotImplementedError(str(func))


class SavedInParts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        codes = torch.tensor([[0x10, 0x32], [0, 0x11]], dtype=torch.uint8)
        self.weight = nn.Parameter(Packed(codes, torch.tensor(0.5)), requires_grad=False)
        self.register_buffer("weight_seen", torch.ones(3))

    def _save_to_state_dict(self, destination: Any, prefix: str, _keep_vars: bool) -> None:
        packed: Any = self.weight
        destination[f"{prefix}weight._codes"] = packed.codes
        destination[f"{prefix}weight._scale"] = packed.scale
        destination[f"{prefix}weight_seen"] = self.weight_seen


def test_a_packed_weight_counts_as_the_numbers_it_stands_for() -> None:
    found = measure(nn.Sequential(SavedInParts()))
    assert (found.parameters, found.nonzero_parameters) == (8, 5)
    # Three of four bytes that are not zero and a bitmap, one scale, and the buffer.
    assert found.effective_bytes == math.ceil((4 + 3 * 8 + 32 + 3 * 32) / 8)


class Hqq(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.W_q = nn.Parameter(torch.ones(4, 4, dtype=torch.uint8), requires_grad=False)
        self.meta = {"nbits": 4, "scale": torch.ones(4), "zero": torch.ones(4), "shape": (4, 8)}

    def dequantize(self) -> Tensor:
        return torch.arange(32.0).reshape(4, 8)


def test_a_module_of_hqq_counts_what_it_dequantizes() -> None:
    found = measure(Hqq())
    assert (found.parameters, found.nonzero_parameters) == (32, 31)
    assert found.effective_bytes == 16 + 32


def test_one_float8_tensor_removes_no_figure() -> None:
    net = linear()
    net.register_buffer("codes", torch.tensor([0.0, 1.0, -0.0, 2.0]).to(torch.float8_e4m3fn))
    found = measure(net)
    assert found.nonzero_parameters == 54
    assert found.effective_bytes == 54 * 4 + math.ceil((4 + 2 * 8) / 8)
    assert found.unmeasured == {}


class Offloading:
    """As accelerate's hook, over weights that are kept elsewhere."""

    execution_device = "cpu"

    def __init__(self, kept: dict[str, Tensor]) -> None:
        self.weights_map = kept


def offloaded(net: Any) -> Any:
    kept = {name: value.detach().clone() for name, value in net.named_parameters()}
    for name, value in kept.items():
        setattr(net, name, nn.Parameter(value.to("meta")))

    def forward(x: Tensor) -> Tensor:
        return nn.functional.linear(x, kept["weight"], kept["bias"])

    net._hf_hook, net.forward = Offloading(kept), forward
    return net


def test_an_offloaded_model_is_measured_where_it_runs() -> None:
    whole = measure(linear(), torch.ones(2, 8), repeats=1)
    found = measure(nn.Sequential(offloaded(linear())), torch.ones(2, 8), repeats=1)
    assert found.metrics().keys() == whole.metrics().keys()
    for name in ("parameters", "nonzero_parameters", "effective_bytes", "macs"):
        assert getattr(found, name) == getattr(whole, name)
    assert found.conditions["device"].startswith("cpu")
    assert found.conditions["dtype"] == "float32"


@pytest.fixture
def one_rank() -> Any:
    distributed: Any = torch.distributed
    distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    yield
    distributed.destroy_process_group()


@pytest.mark.usefixtures("one_rank")
def test_a_model_that_is_sharded_over_one_rank_is_whole() -> None:
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    net = linear()
    whole = measure(net, torch.ones(2, 8), repeats=1)
    fully_shard(net, mesh=init_device_mesh("cpu", (1,)))
    found = measure(net, torch.ones(2, 8), repeats=1)
    for name in ("parameters", "nonzero_parameters", "effective_bytes", "macs"):
        assert getattr(found, name) == getattr(whole, name)
    assert found.conditions["dtype"] == "float32"


def test_a_model_that_other_ranks_share_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from tensorboard_cnc.efficiency import measuring

    monkeypatch.setattr(measuring, "ranks_sharing", lambda _: 4)
    found = measure(linear(), torch.ones(2, 8))
    assert found.parameters == 54
    assert found.metrics() == {"parameters": 54}
    assert "shared by 4 ranks: measure the model before" in found.unmeasured["latency_ms"]


def test_bitsandbytes_is_asked_what_its_codes_stand_for(monkeypatch: pytest.MonkeyPatch) -> None:
    functional = SimpleNamespace(dequantize_4bit=lambda _codes, _state: torch.ones(6, 8))
    fake = SimpleNamespace(functional=functional)
    monkeypatch.setitem(__import__("sys").modules, "bitsandbytes", fake)
    net: Any = linear()
    codes = nn.Parameter(torch.ones(24, 1, dtype=torch.uint8), requires_grad=False)
    net.weight = codes
    codes.quant_state = SimpleNamespace(absmax=torch.ones(3), state2=None)  # type: ignore[attr-defined]
    found = measure(net)
    assert (found.parameters, found.effective_bytes) == (54, 24 + 12 + 24)
