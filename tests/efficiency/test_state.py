"""Each learned number counts once, whatever it is packed in."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from tensorboard_cnc.efficiency.measuring import measure
from tests.efficiency import compressed
from tests.efficiency.compressed import KINDS, PARAMETERS, ao, dense, foreign_warnings
from tests.efficiency.resnet18 import parameters, resnet18


def test_a_resnet18_by_formula() -> None:
    assert parameters() == 11_689_512, "the published count"
    assert measure(resnet18()).parameters == parameters()


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_of_a_network_has_its_parameters(kind: str) -> None:
    assert measure(KINDS[kind]()).parameters == PARAMETERS


def test_shared_parameters_count_once() -> None:
    net = nn.Sequential(nn.Embedding(7, 3), nn.Linear(3, 7, bias=False))
    net[1].weight = net[0].weight
    assert measure(net).parameters == 21
    assert measure(net).effective_bytes == 21 * 4


def test_buffers_are_no_parameters() -> None:
    assert measure(nn.BatchNorm1d(6)).parameters == 12


def test_a_recurrent_network_quantized_with_all_it_packs() -> None:
    net = nn.Sequential(nn.LSTM(4, 5, num_layers=2))
    expected = sum(tensor.numel() for tensor in net.parameters())
    with foreign_warnings():
        packed = ao.quantize_dynamic(net, {nn.LSTM}, dtype=torch.qint8)
    assert measure(packed).parameters == expected


def test_zeros_by_hand() -> None:
    net = nn.Linear(4, 2)
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[0.0, 1, -0.0, 2], [float("nan"), 0, 3, 4]]))
        net.bias.zero_()
    found = measure(net)
    assert (found.parameters, found.nonzero_parameters) == (10, 5)
    assert found.sparsity == 0.5


@pytest.mark.parametrize("kind", ["masked", "sparse"])
def test_pruned_weights_are_zeros(kind: str) -> None:
    # Half of the first layer's 192 weights; where both are pruned, of the second's 64 too.
    zeros = {"masked": 96 + 32, "sparse": 96}[kind]
    assert measure(KINDS[kind]()).nonzero_parameters == PARAMETERS - zeros


def test_a_coordinate_list_with_a_stored_zero() -> None:
    net = nn.Module()
    indices, values = torch.tensor([[0, 1, 1], [2, 0, 0]]), torch.tensor([0.0, 2.0, 3.0])
    weight = torch.sparse_coo_tensor(indices, values, (2, 4), check_invariants=True)
    net.register_parameter("weight", nn.Parameter(weight))
    found = measure(net)
    assert (found.parameters, found.nonzero_parameters) == (8, 1)


def test_quantizing_never_takes_zeros_away() -> None:
    net: Any = dense()
    with torch.no_grad():
        net[0].weight[:8] = 0
    with foreign_warnings():
        packed = ao.quantize_dynamic(net, {nn.Linear}, dtype=torch.qint8)
    before, after = measure(net), measure(packed)
    assert before.nonzero_parameters == PARAMETERS - 8 * 12
    assert after.nonzero_parameters is not None
    assert after.nonzero_parameters <= before.nonzero_parameters


def test_a_model_without_parameters() -> None:
    found = measure(nn.ReLU(), torch.ones(3))
    assert (found.parameters, found.sparsity, found.effective_bytes) == (0, None, 0)
    assert found.flops == 0


def test_a_compiled_module_is_the_one_inside() -> None:
    plain, compiled = measure(dense()), measure(compressed.compiled())
    assert plain == compiled


def test_a_network_whose_memory_was_freed_is_not_read() -> None:
    net = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.Linear(64, 4))
    next(net.parameters()).data.untyped_storage().resize_(0)
    found = measure(net, torch.ones(2, 64))
    assert found.parameters == 64 * 65 + 4 * 65
    assert found.nonzero_parameters is None
    assert found.latency_ms == ()
    assert "no memory of their own" in found.unmeasured["size_bytes"]
