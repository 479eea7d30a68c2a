"""Modules of torch in all the forms that compression gives them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.utils import parametrizations, parametrize, prune

from tensorboard_cnc.errors import ArgumentError
from tests.writer.tensors.read_sources import all_values, refusals, sources, values


@pytest.fixture(autouse=True)
def _fixed_random_state() -> None:
    torch.manual_seed(0)


def numpy(tensor: Any) -> Any:
    return tensor.detach().numpy()


def test_parameters_and_buffers_in_the_order_of_the_network() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Sequential(nn.Linear(4, 2)))
    found = sources(net)
    assert list(found) == [
        "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var",
        "2.0.weight", "2.0.bias",
    ]  # fmt: skip
    source = found["2.0.weight"]
    assert (source.module, source.kind, source.role) == ("2.0", "Linear", "parameter")
    assert (found["1.running_mean"].role, found["1.running_mean"].kind) == ("buffer", "BatchNorm2d")
    state = net.state_dict()
    for name, array in all_values(net).items():
        np.testing.assert_array_equal(array, state[name].numpy())


def test_output_channels_of_transposed_convolutions_come_second() -> None:
    found = sources(nn.Sequential(nn.ConvTranspose2d(3, 5, 2), nn.Conv2d(5, 2, 1), nn.PReLU()))
    axes = {name: source.axis for name, source in found.items()}
    assert axes == {"0.weight": 1, "0.bias": None, "1.weight": 0, "1.bias": None, "2.weight": None}


def test_caches_that_no_state_dict_holds_are_left_out() -> None:
    net = nn.Linear(2, 2)
    net.register_buffer("mask", torch.ones(1000), persistent=False)
    assert list(sources(net)) == ["weight", "bias"]


def test_pruned_weights_are_products_and_count_their_masks() -> None:
    net = nn.Sequential(nn.Linear(6, 5))
    prune.l1_unstructured(net[0], "weight", amount=0.5)
    prune.random_unstructured(net[0], "bias", amount=2)
    found = sources(net)
    assert list(found) == ["0.weight", "0.bias"]
    net(torch.ones(1, 6))
    np.testing.assert_array_equal(values(found["0.weight"]), numpy(net[0].weight))
    np.testing.assert_array_equal(values(found["0.bias"]), numpy(net[0].bias))
    assert found["0.weight"].stored_bytes == 2 * 30 * 4


def test_a_pruned_weight_is_read_before_forward_has_run() -> None:
    layer = nn.Linear(6, 5)
    prune.l1_unstructured(layer, "weight", amount=0.5)
    with torch.no_grad():
        layer.get_parameter("weight_orig").mul_(2)
    expected = layer.get_parameter("weight_orig") * layer.get_buffer("weight_mask")
    np.testing.assert_array_equal(all_values(layer)["weight"], numpy(expected))


class Symmetric(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.triu() + x.triu(1).T


def test_parametrized_weights_are_what_forward_uses() -> None:
    net = nn.Sequential(nn.Linear(3, 3), parametrizations.weight_norm(nn.Linear(3, 2)))
    parametrize.register_parametrization(net[0], "weight", Symmetric())
    found = sources(net)
    assert list(found) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert {source.kind for source in found.values()} == {"Linear"}
    for layer, name in ((net[0], "0.weight"), (net[1], "1.weight")):
        np.testing.assert_array_equal(values(found[name]), numpy(layer.weight))


def test_spectral_norm_does_not_iterate_when_it_is_logged() -> None:
    net: Any = nn.Sequential(parametrizations.spectral_norm(nn.Linear(5, 4))).train()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    all_values(net)
    assert net[0].parametrizations.weight.training
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_norms_of_older_code() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        weight_normed = nn.utils.weight_norm(nn.Linear(3, 2))
    net = nn.Sequential(weight_normed, nn.utils.spectral_norm(nn.Linear(2, 2)))
    found = all_values(net)
    assert sorted(found) == ["0.bias", "0.weight", "1.bias", "1.weight"]
    net.eval()(torch.ones(1, 3))
    np.testing.assert_allclose(found["0.weight"], numpy(net[0].weight), rtol=1e-6)
    np.testing.assert_allclose(found["1.weight"], numpy(net[1].weight), rtol=1e-6)


class Random(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.rand_like(x)


def test_the_random_state_is_left_alone() -> None:
    net = nn.Linear(3, 3)
    parametrize.register_parametrization(net, "weight", Random(), unsafe=True)
    before = torch.get_rng_state()
    list(sources(net))
    assert torch.equal(torch.get_rng_state(), before)


class Failing(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not torch.compiler.is_compiling() and getattr(self, "broken", False):
            raise ValueError("no inverse")
        return x


def test_a_parametrization_that_fails_is_refused_alone() -> None:
    net = nn.Linear(3, 3)
    failing: Any = Failing()
    parametrize.register_parametrization(net, "weight", failing)
    failing.broken = True
    assert refusals(net) == {"weight": "it could not be computed: ValueError: no inverse"}


def test_tied_weights_are_marked() -> None:
    net: Any = nn.ModuleDict({"embed": nn.Embedding(5, 3), "head": nn.Linear(3, 5, bias=False)})
    net["head"].weight = net["embed"].weight
    shared = nn.Linear(2, 2)
    net["first"], net["second"] = shared, shared
    found = sources(net)
    assert {name: source.tied for name, source in found.items()} == {
        "embed.weight": "",
        "head.weight": "embed.weight",
        "first.weight": "",
        "first.bias": "",
        "second.weight": "first.weight",
        "second.bias": "first.bias",
    }


def test_wrappers_are_looked_through() -> None:
    compiled: Any = torch.compile(nn.Linear(2, 2), backend="eager")
    for wrapped in (nn.DataParallel(nn.Linear(2, 2)), compiled):
        found = sources(wrapped)
        assert list(found) == ["weight", "bias"]
        assert found["weight"].kind == "Linear"
        assert found["weight"].module == ""
    assert list(sources(nn.Sequential(compiled))) == ["0.weight", "0.bias"]


def test_modules_without_values_are_refused() -> None:
    with torch.device("meta"):
        meta = nn.Linear(2, 2)
    assert set(refusals(meta)) == {"weight", "bias"}
    lazy = nn.LazyLinear(3)
    assert "run the network once" in refusals(lazy)["weight"]


class FullyShardedDataParallel(nn.Module):
    """Known by its name, as torch's own needs a job of several processes."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module


def test_pieces_that_do_not_say_where_they_belong_are_refused() -> None:
    wrapped = nn.Sequential(FullyShardedDataParallel(nn.Linear(2, 2)))
    with pytest.raises(ArgumentError, match=r"FSDP1.*Shard it with fully_shard \(FSDP2\)"):
        list(sources(wrapped))
    net: Any = nn.Linear(2, 2)
    net.weight = nn.Parameter(torch.empty(0))
    net.weight.ds_id = 0
    assert "GatheredParameters" in refusals(net)["weight"]


def test_other_types_of_weights() -> None:
    for dtype in (torch.bfloat16, torch.float16, torch.float64):
        net = nn.Linear(4, 3).to(dtype)
        np.testing.assert_array_equal(all_values(net)["weight"], numpy(net.weight.double()))
        assert sources(net)["weight"].dtype == str(dtype).removeprefix("torch.")


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
@pytest.mark.parametrize("form", ["scripted", "traced", "exported"])
def test_programs_hold_the_weights_of_their_module(form: str) -> None:
    net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)).eval()
    inputs = torch.ones(2, 4)
    program: Any = {
        "scripted": lambda: torch.jit.script(net),
        "traced": lambda: torch.jit.trace(net, inputs),
        "exported": lambda: torch.export.export(net, (inputs,)),
    }[form]()
    expected, found = all_values(net), all_values(program)
    assert list(found) == list(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array)
    if form != "exported":
        assert sources(program)["0.weight"].kind == "Linear"


def _freed() -> torch.Tensor:
    tensor = torch.randn(4, 4)
    tensor.untyped_storage().resize_(0)
    return tensor


def _fake() -> torch.Tensor:
    with FakeTensorMode():
        return torch.randn(4, 4)


@pytest.mark.parametrize("made", [_freed, _fake])
def test_a_tensor_without_memory_is_refused(made: Callable[[], torch.Tensor]) -> None:
    state = {"gone.weight": made(), "there.weight": torch.ones(2, 2)}
    assert "without memory of its own" in refusals(state)["gone.weight"]
    net = nn.Linear(4, 4)
    net.weight = nn.Parameter(made())
    assert list(refusals(net)) == ["weight"]


def test_a_tensor_within_vmap_is_refused() -> None:
    seen: dict[str, str] = {}

    def noted(row: torch.Tensor) -> torch.Tensor:
        seen.update(refusals({"row.weight": row}))
        return row

    torch.func.vmap(noted)(torch.ones(2, 3))
    assert list(seen) == ["row.weight"]
