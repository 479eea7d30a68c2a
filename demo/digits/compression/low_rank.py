"""Low-rank factorisation: one layer becomes two thin ones by a truncated SVD."""

from __future__ import annotations

import copy
from typing import cast

import torch
from torch import Tensor, nn

from demo.digits.network import WeightLayer


def factorize(net: nn.Module, rank_ratio: float) -> nn.Module:
    """A copy in which each weight layer keeps `rank_ratio` of its full rank, at least 1.

    A layer stays as it is where two factors would not have fewer parameters.
    """
    net = copy.deepcopy(net)
    for name, layer in list(net.named_modules()):
        if isinstance(layer, nn.Conv2d | nn.Linear):
            rank = max(1, round(rank_ratio * min(layer.weight.flatten(1).shape)))
            if rank * sum(layer.weight.flatten(1).shape) < layer.weight.numel():
                net.set_submodule(name, factorized_layer(layer, rank))
    return net


@torch.no_grad()
def factorized_layer(layer: WeightLayer, rank: int) -> nn.Sequential:
    """Two layers with the best rank-`rank` approximation of the weight (Eckart-Young).

    A convolution is split into `rank` filters and a 1 × 1 convolution that mixes them.
    """
    out_factor, in_factor = _truncated_svd(layer.weight.flatten(1).double(), rank)
    first: WeightLayer
    second: WeightLayer
    bias = layer.bias is not None
    if isinstance(layer, nn.Conv2d):
        first = nn.Conv2d(
            layer.in_channels,
            rank,
            cast(tuple[int, int], layer.kernel_size),
            padding=cast(tuple[int, int], layer.padding),
            bias=False,
        )
        second = nn.Conv2d(rank, layer.out_channels, 1, bias=bias)
    else:
        first = nn.Linear(layer.in_features, rank, bias=False)
        second = nn.Linear(rank, layer.out_features, bias=bias)
    first.weight.copy_(in_factor.view_as(first.weight))
    second.weight.copy_(out_factor.view_as(second.weight))
    if second.bias is not None and layer.bias is not None:
        second.bias.copy_(layer.bias)
    return nn.Sequential(first, second)


def _truncated_svd(matrix: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """Factors (m, rank) and (rank, n), the singular values shared equally between them."""
    u, s, vh = torch.linalg.svd(matrix, full_matrices=False)
    root = s[:rank].sqrt()
    return u[:, :rank] * root, root[:, None] * vh[:rank]
