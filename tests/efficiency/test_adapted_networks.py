"""A network with adapters counts as the one that it computes with, as Layers shows it."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from tensorboard_cnc.efficiency.measuring import measure
from tensorboard_cnc.writer.tensors.model_sources import all_sources
from tests.efficiency.test_logical_weights import Hqq
from tests.writer.tensors.test_adapters import Lora, adapted, dense, layer

DENSE = sum(each.numel() for each in dense().parameters())
# Two vectors for each input and output of the layer of 6 × 4.
ADDED = 4 * 2 * (6 + 4)


def weights(net: nn.Module) -> int:
    return sum(each.weights or 0 for each in all_sources(net))


def test_attached_and_merged_adapters_count_alike() -> None:
    net = adapted()
    assert measure(net).parameters == weights(net) == DENSE
    assert measure(net).effective_bytes == 4 * DENSE + ADDED
    layer(net).merged = True
    assert measure(net).parameters == weights(net) == DENSE
    assert measure(net).effective_bytes == 4 * DENSE


def test_zeros_are_those_of_the_sum() -> None:
    net = adapted()
    base = layer(net).base_layer.weight
    base.data = -layer(net).get_delta_weight("default").detach()
    assert measure(net).nonzero_parameters == DENSE - base.numel()


def test_a_packed_base_counts_once() -> None:
    lora: Any = Lora(nn.Linear(8, 4))
    lora.base_layer = Hqq()
    lora.base_layer.bias = None
    found = measure(nn.Sequential(lora))
    assert found.parameters == weights(nn.Sequential(lora)) == 32
    assert found.effective_bytes == 16 + 32 + 4 * 2 * (8 + 4)


def test_biases_of_adapters_are_added() -> None:
    net = adapted()
    lora = layer(net)
    lora.scaling, lora.lora_bias = {"default": 2.0}, {"default": True}
    lora.get_delta_weight = lambda _: torch.zeros(4, 6)
    lora.lora_B["default"].bias = nn.Parameter(torch.ones(4))
    found = {each.name: each for each in all_sources(net)}["fc.bias"]
    expected = (lora.base_layer.bias + 2).detach().numpy()
    assert (found.open()(0, 4) == expected).all()  # type: ignore[union-attr]


def test_adapters_that_are_not_understood_count_as_they_are_stored() -> None:
    net = adapted()
    layer(net).lora_variant["default"] = object()
    # The module that is trained as a whole is there twice.
    assert measure(net).parameters == DENSE + ADDED // 4 + 4 * 3 + 3
