from __future__ import annotations

import zlib
from pathlib import Path

import pytest
import torch
from torch import nn

from demo.compression.pruning import prune_smallest
from demo.compression.quantization import quantize_int8
from demo.digits import Digits, Split
from demo.measure import REPEATS, footprint, latency_ms, measure, parameter_tensors, quality
from demo.network import convolutional_network

CONVOLUTIONS = 9 * (1 * 16 + 16 * 32 + 32 * 32)
NORMS = 2 * (16 + 32 + 32)
LINEARS = (32 * 4 + 1) * 64 + (64 + 1) * 10


def test_parameters_by_formula() -> None:
    assert footprint(convolutional_network()).parameters == CONVOLUTIONS + NORMS + LINEARS


def test_quantized_layers_count_as_the_network_they_were(
    dense: nn.Sequential, digits: Digits
) -> None:
    int8 = quantize_int8(dense, digits.train.images[:64])
    # Folding a norm into its convolution leaves one bias per channel of the norm's two numbers.
    assert footprint(int8).parameters == CONVOLUTIONS + NORMS // 2 + LINEARS
    assert footprint(int8).size_bytes < footprint(dense).size_bytes / 2


def test_sparsity_counts_zeros(dense: nn.Sequential) -> None:
    pruned = footprint(prune_smallest(dense, 0.9, "global"))
    zeros = round(0.9 * (CONVOLUTIONS + LINEARS - 64 - 10))
    assert pruned.nonzero_parameters == pruned.parameters - zeros
    assert pruned.sparsity == pytest.approx(zeros / pruned.parameters)
    assert footprint(dense).sparsity == 0


def test_pruned_weights_stay_zero_when_quantized(dense: nn.Sequential, digits: Digits) -> None:
    pruned = prune_smallest(dense, 0.9, "global")
    int8 = quantize_int8(pruned, digits.train.images[:64])
    zeros = [sum(int((t == 0).sum()) for t in parameter_tensors(net)) for net in (pruned, int8)]
    assert zeros[1] >= zeros[0]


def test_sizes_are_those_of_the_file(dense: nn.Sequential, tmp_path: Path) -> None:
    # torch.save writes the name of the file into it; a buffer is called "archive".
    file = tmp_path / "archive.pt"
    torch.save(dense.state_dict(), file)
    measured = footprint(dense)
    assert measured.size_bytes == file.stat().st_size
    assert measured.compressed_bytes == len(zlib.compress(file.read_bytes(), 9))


def test_zeros_pay_off_compressed(dense: nn.Sequential) -> None:
    pruned, full = footprint(prune_smallest(dense, 0.9, "global")), footprint(dense)
    assert pruned.size_bytes == full.size_bytes
    assert pruned.compressed_bytes < full.compressed_bytes / 3


def test_quality_by_hand() -> None:
    logits = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [0.0, 1.0]])
    labels = torch.tensor([0, 1, 1, 1])
    measured = quality(nn.Identity(), Split(logits, labels, torch.arange(len(labels))))
    assert measured.accuracy == 0.75
    losses = torch.tensor([1.0, 2.0, -3.0, 1.0]).neg().exp().log1p()
    assert measured.loss == pytest.approx(losses.mean().item())


def test_latency_is_repeated_and_plausible(dense: nn.Sequential, digits: Digits) -> None:
    small, large = (latency_ms(dense, digits.test.images[:n]) for n in (16, 512))
    assert len(small) == len(large) == REPEATS
    assert 0 < min(small) < min(large) < 1000


def test_all_metrics_have_a_value(dense: nn.Sequential, digits: Digits) -> None:
    metrics = measure(dense, digits.test).metrics()
    assert len(metrics) == 8
    assert isinstance(metrics["latency_ms"], list)
