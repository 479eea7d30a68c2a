from __future__ import annotations

import pytest
import torch
from torch import nn

from demo.digits.compression.pruning import prune_smallest
from demo.digits.compression.quantization import quantize_int8
from demo.digits.data import Digits, Split
from demo.digits.network import convolutional_network
from demo.digits.quality import quality
from tensorboard_cnc import cnc_summary

CONVOLUTIONS = 9 * (1 * 16 + 16 * 32 + 32 * 32)
NORMS = 2 * (16 + 32 + 32)
LINEARS = (32 * 4 + 1) * 64 + (64 + 1) * 10


def test_quality_by_hand() -> None:
    logits = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [0.0, 1.0]])
    labels = torch.tensor([0, 1, 1, 1])
    measured = quality(nn.Identity(), Split(logits, labels, torch.arange(len(labels))))
    assert measured.accuracy == 0.75
    losses = torch.tensor([1.0, 2.0, -3.0, 1.0]).neg().exp().log1p()
    assert measured.loss == pytest.approx(losses.mean().item())


def test_parameters_by_formula() -> None:
    found = cnc_summary.measure(convolutional_network())
    assert found.parameters == CONVOLUTIONS + NORMS + LINEARS


def test_quantized_layers_count_as_the_network_they_were(
    dense: nn.Sequential, digits: Digits
) -> None:
    int8 = cnc_summary.measure(quantize_int8(dense, digits.train.images[:64]))
    # Folding a norm into its convolution leaves one bias per channel of the norm's two numbers.
    assert int8.parameters == CONVOLUTIONS + NORMS // 2 + LINEARS
    before = cnc_summary.measure(dense).size_bytes
    assert before is not None
    assert int8.size_bytes is not None
    assert int8.size_bytes < before / 2


def test_zeros_pay_off_compressed(dense: nn.Sequential) -> None:
    full, pruned = (
        cnc_summary.measure(net) for net in (dense, prune_smallest(dense, 0.9, "global"))
    )
    zeros = round(0.9 * (CONVOLUTIONS + LINEARS - 64 - 10))
    assert pruned.sparsity == pytest.approx(zeros / pruned.parameters)
    assert pruned.size_bytes == full.size_bytes
    assert full.compressed_bytes is not None
    assert pruned.compressed_bytes is not None
    assert pruned.compressed_bytes < full.compressed_bytes / 3
