from __future__ import annotations

import pytest
import torch
from torch import nn

from demo.digits.compression.pruning import Scope, prune_at_random, prune_smallest, restored
from demo.digits.network import weight_layers


def two_layers(first: list[float], second: list[float]) -> nn.Sequential:
    net = nn.Sequential(nn.Linear(len(first), 1, bias=False), nn.Linear(1, len(second), bias=False))
    with torch.no_grad():
        for layer, values in zip(weight_layers(net), (first, second), strict=True):
            layer.weight.copy_(torch.tensor(values).view_as(layer.weight))
    return net


def weights(net: nn.Module) -> list[list[float]]:
    return [layer.weight.flatten().tolist() for layer in weight_layers(net)]


def zeros(net: nn.Module) -> list[int]:
    return [int((layer.weight == 0).sum()) for layer in weight_layers(net)]


def test_global_scope_compares_all_layers() -> None:
    net = two_layers([1.0, -2.0, 3.0, -4.0], [5.0, 6.0, -7.0, 8.0])
    assert weights(prune_smallest(net, 0.5, "global")) == [[0.0] * 4, [5.0, 6.0, -7.0, 8.0]]
    assert weights(net) == [[1.0, -2.0, 3.0, -4.0], [5.0, 6.0, -7.0, 8.0]]


def test_layer_scope_takes_the_same_share_of_each() -> None:
    net = two_layers([1.0, -2.0, 3.0, -4.0], [5.0, 6.0, -7.0, 8.0])
    pruned = weights(prune_smallest(net, 0.5, "layer"))
    assert pruned == [[0.0, 0.0, 3.0, -4.0], [0.0, 0.0, -7.0, 8.0]]


def test_ties_do_not_prune_too_much() -> None:
    net = two_layers([1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0])
    assert sum(zeros(prune_smallest(net, 0.25, "global"))) == 2


@pytest.mark.parametrize("amount", [0.0, 0.5, 0.9, 0.98])
@pytest.mark.parametrize("scope", ["global", "layer"])
def test_sparsity_is_exactly_as_asked(dense: nn.Sequential, amount: float, scope: Scope) -> None:
    sizes = [layer.weight.numel() for layer in weight_layers(dense)]
    for pruned in (
        prune_smallest(dense, amount, scope),
        prune_at_random(dense, amount, scope, seed=0),
    ):
        if scope == "layer":
            assert zeros(pruned) == [round(amount * size) for size in sizes]
        else:
            assert sum(zeros(pruned)) == round(amount * sum(sizes))


def test_pruned_weights_count_towards_the_next_amount(dense: nn.Sequential) -> None:
    half = prune_smallest(dense, 0.5, "global")
    at_once = prune_smallest(dense, 0.9, "global")
    assert weights(prune_smallest(half, 0.9, "global")) == weights(at_once)
    again = prune_at_random(half, 0.9, "global", seed=0)
    assert sum(zeros(again)) == sum(zeros(at_once))
    for before, after in zip(weights(half), weights(again), strict=True):
        assert all(b != 0 or a == 0 for b, a in zip(before, after, strict=True))


def test_random_choice_follows_the_seed(dense: nn.Sequential) -> None:
    first, same, other = (
        weights(prune_at_random(dense, 0.5, "global", seed)) for seed in (0, 0, 1)
    )
    assert first == same
    assert first != other


def test_a_restored_layer_is_the_original_one(dense: nn.Sequential) -> None:
    pruned = prune_smallest(dense, 0.8, "global")
    mended = restored(pruned, dense, "conv3")
    for name, weight in mended.state_dict().items():
        source = dense if name == "conv3.weight" else pruned
        assert torch.equal(weight, source.state_dict()[name]), name
    assert not torch.equal(
        pruned.get_parameter("conv3.weight"), dense.get_parameter("conv3.weight")
    )
