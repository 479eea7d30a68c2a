from __future__ import annotations

import pytest
import torch
from torch import nn

from demo.digits.compression.low_rank import factorize, factorized_layer


def truncated(weight: torch.Tensor, rank: int) -> torch.Tensor:
    u, s, vh = torch.linalg.svd(weight.detach().flatten(1), full_matrices=False)
    s[rank:] = 0
    product: torch.Tensor = u @ torch.diag(s) @ vh
    return product.view_as(weight)


@pytest.mark.parametrize("rank", [1, 5, 20])
def test_linear_is_the_truncated_svd(rank: int) -> None:
    layer, inputs = nn.Linear(30, 20), torch.randn(7, 30)
    expected = nn.functional.linear(inputs, truncated(layer.weight, rank), layer.bias)
    torch.testing.assert_close(factorized_layer(layer, rank)(inputs), expected)


@pytest.mark.parametrize("rank", [1, 6, 12])
@pytest.mark.parametrize("bias", [True, False])
def test_convolution_is_the_truncated_svd(rank: int, bias: bool) -> None:
    layer, images = nn.Conv2d(4, 12, 3, padding=1, bias=bias), torch.randn(2, 4, 8, 8)
    weight = truncated(layer.weight, rank)
    expected = nn.functional.conv2d(images, weight, layer.bias, padding=1)
    torch.testing.assert_close(factorized_layer(layer, rank)(images), expected)


def test_only_layers_that_shrink_are_split() -> None:
    # Half of the full rank, 10: 10 × (100 + 20) < 2,000; of the other: 5 × (20 + 10) < 200 as well.
    net = nn.Sequential(nn.Linear(100, 20), nn.Linear(20, 10))
    ranks = [module.out_features for module in factorize(net, 0.5).modules() if is_linear(module)]
    assert ranks == [10, 20, 5, 10]
    # At 0.9 the factors, 18 × 120 and 9 × 30, would be larger than the layers.
    children = factorize(net, 0.9).children()
    assert [type(child) for child in children] == [nn.Linear, nn.Linear]


def is_linear(module: nn.Module) -> bool:
    return isinstance(module, nn.Linear)


def test_the_original_is_left_alone(dense: nn.Sequential) -> None:
    before = {name: tensor.clone() for name, tensor in dense.state_dict().items()}
    factorize(dense, 0.35)
    after = dense.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
