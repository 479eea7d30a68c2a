"""Adapters as peft attaches them: modules of the same structure, and the formulas by hand."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tensorboard_cnc.writer.tensors.tensor_source import Refused
from tensorboard_cnc.writer.weights import weights_record


class Lora(nn.Module):
    adapter_layer_names = ("lora_A", "lora_B")
    merged = disable_adapters = False

    def __init__(self, base: Any, scaling: float = 2.0) -> None:
        super().__init__()
        self.base_layer, self.scaling, self.active_adapters = base, scaling, ["default"]
        rows, columns = base.weight.shape
        self.lora_A = nn.ModuleDict({"default": nn.Linear(columns, 2, bias=False)})
        self.lora_B = nn.ModuleDict({"default": nn.Linear(2, rows, bias=False)})
        self.lora_magnitude_vector = nn.ModuleDict()
        self.lora_variant: dict[str, Any] = {}

    def get_delta_weight(self, name: str) -> Tensor:
        up: Any = self.lora_B[name]
        down: Any = self.lora_A[name]
        product: Tensor = up.weight @ down.weight
        return product * self.scaling


class ModulesToSaveWrapper(nn.Module):
    disable_adapters = False

    def __init__(self, original: nn.Module) -> None:
        super().__init__()
        self.original_module, self.active_adapters = original, ["default"]
        self.modules_to_save = nn.ModuleDict({"default": copy.deepcopy(original)})


class LoraModel(nn.Module):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model


class PeftModel(nn.Module):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.base_model = LoraModel(model)


Lora.__module__ = "peft.tuners.lora.layer"
for kind in (ModulesToSaveWrapper, LoraModel, PeftModel):
    kind.__module__ = "peft.peft_model"


def dense() -> Any:
    torch.manual_seed(0)
    net = nn.Sequential()
    net.add_module("fc", nn.Linear(6, 4))
    net.add_module("model", nn.Linear(4, 4))
    net.add_module("head", nn.Linear(4, 3))
    return net


def adapted() -> Any:
    net = dense()
    net.fc = Lora(net.fc)
    net.head = ModulesToSaveWrapper(net.head)
    return PeftModel(net)


def read(model: nn.Module) -> dict[str, NDArray[Any] | str]:
    return {
        each.name: each.reason
        if isinstance(each, Refused)
        else each.open()(0, each.size).reshape(each.shape)
        for each in all_sources(model)
    }


def layer(net: Any) -> Any:
    return net.base_model.model.fc


def test_an_attached_adapter_under_the_names_of_its_base() -> None:
    net, plain = adapted(), dense()
    saved = net.base_model.model.head.modules_to_save["default"]
    saved.weight.data += 1
    found = read(net)
    assert found.keys() == read(plain).keys()
    expected = plain.fc.weight + layer(net).get_delta_weight("default")
    np.testing.assert_allclose(np.asarray(found["fc.weight"], "f"), expected.detach(), rtol=1e-6)
    np.testing.assert_array_equal(found["model.weight"], plain.model.weight.detach())
    np.testing.assert_array_equal(found["head.weight"], saved.weight.detach())


@pytest.mark.parametrize("said", ["merged", "disable_adapters"])
def test_a_merged_or_switched_off_adapter_leaves_the_base(said: str) -> None:
    net = adapted()
    setattr(layer(net), said, True)
    np.testing.assert_array_equal(read(net)["fc.weight"], dense().fc.weight.detach())


def test_directions_and_lengths_of_dora() -> None:
    net = adapted()
    lora = layer(net)
    magnitude = nn.Module()
    magnitude.weight = nn.Parameter(torch.tensor([1.0, 2.0, 3.0, 4.0]))
    lora.lora_magnitude_vector["default"] = magnitude
    lora.lora_variant["default"] = object()
    found = np.asarray(read(net)["fc.weight"], "f")
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), [1, 2, 3, 4], rtol=1e-5)
    direction = (dense().fc.weight + lora.get_delta_weight("default")).detach().numpy()
    cosine = (found * direction).sum(1) / np.linalg.norm(direction, axis=1) / [1, 2, 3, 4]
    np.testing.assert_allclose(cosine, 1, rtol=1e-5)


def test_lengths_of_dora_on_a_convolution() -> None:
    lora: Any = Lora(nn.Linear(6, 4))
    lora.base_layer = nn.Conv2d(2, 4, 3)
    lora.get_delta_weight = lambda _name: torch.ones(4, 2, 3, 3)
    magnitude = nn.Module()
    magnitude.weight = nn.Parameter(torch.tensor([1.0, 2.0, 3.0, 4.0]).reshape(1, 4, 1, 1))
    lora.lora_magnitude_vector["default"] = magnitude
    lora.lora_variant["default"] = object()
    found = np.asarray(read(PeftModel(nn.Sequential(lora)))["0.weight"], "f")
    lengths = np.sqrt(np.square(found).sum((1, 2, 3)))
    np.testing.assert_allclose(lengths, [1, 2, 3, 4], rtol=1e-5)
    direction = lora.base_layer.weight.detach().numpy() + 1
    shares = found / direction
    np.testing.assert_allclose(shares, np.broadcast_to(shares[:, :1, :1, :1], found.shape), 1e-4)


def test_several_adapters_add_up_and_others_are_left_out() -> None:
    net = adapted()
    lora = layer(net)
    lora.lora_A["second"], lora.lora_B["second"] = (
        nn.Linear(6, 1, bias=False),
        nn.Linear(1, 4, bias=False),
    )
    lora.active_adapters = ["default", "second", "elsewhere"]
    both = lora.get_delta_weight("default") + lora.get_delta_weight("second")
    expected = (dense().fc.weight + both).detach()
    np.testing.assert_allclose(np.asarray(read(net)["fc.weight"], "f"), expected, rtol=1e-5)


def test_an_unknown_kind_is_refused() -> None:
    net = adapted()
    layer(net).lora_variant["default"] = object()
    assert "LoRA, rsLoRA, DoRA and those that add" in str(read(net)["fc.weight"])


def test_references_match_both_ways() -> None:
    net, plain = adapted(), dense()
    for model, other in ((net, plain), (plain, net)):
        record = weights_record("m", model, reference={"other": other})
        assert record is not None
        assert all("other" in each.reference for each in record.tensors)


def test_the_state_dict_of_an_adapted_network_matches_its_base() -> None:
    state = {f"base_model.model.{name}": value for name, value in dense().state_dict().items()}
    state["base_model.model.fc.base_layer.weight"] = state.pop("base_model.model.fc.weight")
    assert {each.name for each in all_sources(state)} == set(dense().state_dict())
