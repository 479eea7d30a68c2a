"""State dicts and files that keep what torch computes weights from are read as the weights."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.utils import parametrizations, parametrize, prune

from tensorboard_cnc.writer.tensors.model_sources import all_sources, sources_one_by_one
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tensorboard_cnc.writer.weights import weights_record
from tests.writer.tensors.read_sources import values
from tests.writer.tensors.safetensors_maker import save


class Mask(nn.Module):
    """As torch.ao.pruning keeps one."""

    def __init__(self, mask: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("mask", mask)

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return torch.as_tensor(self.mask) * weight


def _pruned(layer: nn.Module) -> None:
    prune.l1_unstructured(layer, "weight", 0.5)


def _pruned_direction(layer: nn.Module) -> None:
    nn.utils.weight_norm(layer)
    prune.l1_unstructured(layer, "weight_v", 0.5)


def _masked(layer: nn.Module) -> None:
    mask = (torch.as_tensor(layer.weight) > 0).float()
    parametrize.register_parametrization(layer, "weight", Mask(mask))


WAYS: list[Callable[[nn.Module], object]] = [
    _pruned,
    _pruned_direction,
    _masked,
    nn.utils.weight_norm,
    lambda layer: nn.utils.weight_norm(layer, dim=1),
    lambda layer: nn.utils.weight_norm(layer, dim=None),  # type: ignore[arg-type]
    nn.utils.spectral_norm,
    parametrizations.weight_norm,
    parametrizations.spectral_norm,
]


def _network(way: Callable[[nn.Module], object]) -> nn.Sequential:
    torch.manual_seed(0)
    # The last is as wide as high, so that sizes alone do not tell its outputs.
    net = nn.Sequential(nn.Linear(6, 8), nn.Conv2d(3, 4, 3), nn.ConvTranspose2d(5, 5, 3))
    inputs = (torch.randn(2, 6), torch.randn(1, 3, 5, 5), torch.randn(1, 5, 4, 4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        for layer, each in zip(net, inputs, strict=True):
            way(layer)
            for _ in range(20):
                layer(each)
    return net.eval()


def _stored(net: nn.Module, form: str, folder: Path) -> Any:
    state = net.state_dict()
    arrays = {name: each.numpy() for name, each in state.items()}
    if form == "file":
        return save(folder / "net.safetensors", arrays)
    return state if form == "state dict" else arrays


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", ["state dict", "arrays", "file"])
def test_they_are_the_weights_of_the_network(
    way: Callable[[nn.Module], object], form: str, tmp_path: Path
) -> None:
    net = _network(way)
    found = all_sources(_stored(net, form, tmp_path))
    assert [each for each in found if isinstance(each, Refused)] == []
    read = {each.name: values(each) for each in found if isinstance(each, TensorSource)}
    assert sorted(read) == sorted(f"{n}.{last}" for n in range(3) for last in ("weight", "bias"))
    for n in range(3):
        expected = torch.as_tensor(net[n].weight).detach().numpy()
        np.testing.assert_allclose(read[f"{n}.weight"], expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("way", WAYS)
def test_all_that_is_stored_is_counted_once(way: Callable[[nn.Module], object]) -> None:
    net = _network(way)
    sources = [each for each in all_sources(net.state_dict()) if isinstance(each, TensorSource)]
    assert sum(each.stored_bytes for each in sources) == sum(
        each.nbytes for each in net.state_dict().values()
    )
    assert sum(each.weights for each in sources) == 8 * 7 + 4 * 28 + 5 * 5 * 9 + 5


def test_a_pruned_file_differs_from_its_dense_base(tmp_path: Path) -> None:
    layer = nn.Linear(6, 8)
    before = layer.weight.detach().numpy().copy()
    prune.l1_unstructured(layer, "weight", 0.5)
    record = weights_record(
        "m", _stored(layer, "file", tmp_path), reference={"dense": {"weight": before}}
    )
    assert record is not None
    (weight,) = (each for each in record.tensors if each.name == "weight")
    lost = np.sort(abs(before).reshape(-1))[:24].sum()
    assert weight.reference["dense"].sum_abs == pytest.approx(lost, rel=1e-6)


def test_what_its_names_do_not_tell_is_refused() -> None:
    net = nn.Sequential(parametrizations.orthogonal(nn.Linear(4, 4)))
    found = {each.name: each for each in all_sources(net.state_dict())}
    refused = found["0.weight"]
    assert isinstance(refused, Refused)
    assert refused.weights == 16
    assert "log the network itself" in refused.reason
    assert isinstance(found["0.bias"], TensorSource)


def test_a_mask_that_is_no_mask_is_refused() -> None:
    layer = nn.Linear(4, 4)
    parametrize.register_parametrization(layer, "weight", Mask(torch.full((4, 4), 0.5)))
    found = {each.name: each for each in all_sources(layer.state_dict())}
    assert isinstance(found["weight"], Refused)


def test_vectors_that_fit_both_sides_are_refused() -> None:
    arrays = {
        "up.weight_orig": np.random.default_rng(0).normal(size=(5, 5, 3, 3)),
        "up.weight_u": np.ones(5),
        "up.weight_v": np.ones(45),
    }
    (refused,) = all_sources(arrays)
    assert isinstance(refused, Refused)


def test_one_by_one_a_mask_is_found_and_a_norm_refused() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    prune.l1_unstructured(net[0], "weight", 0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        nn.utils.weight_norm(net[1])
    expected: NDArray[Any] = torch.as_tensor(net[0].weight).detach().numpy()
    found = {each.name: each for each in _one_by_one(net)}
    assert sorted(found) == ["0.bias", "0.weight", "1.bias", "1.weight"]
    pruned, normed = found["0.weight"], found["1.weight"]
    assert isinstance(pruned, TensorSource)
    np.testing.assert_array_equal(values(pruned), expected)
    assert isinstance(normed, Refused)


def _one_by_one(net: nn.Module) -> Iterator[TensorSource | Refused]:
    return sources_one_by_one(MappingProxyType(net.state_dict()))


def test_the_same_memory_as_another_type_is_another_tensor() -> None:
    weight = np.arange(1, 5, dtype=np.float32)
    found = all_sources({"weight": weight, "steps": weight.view(np.int32)})
    assert [each.tied for each in found if isinstance(each, TensorSource)] == ["", ""]
