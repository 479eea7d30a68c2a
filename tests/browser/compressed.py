"""A log directory of one network, pruned, and then quantized, with weights and activations."""

from __future__ import annotations

from pathlib import Path

import torch

from demo.digits.compression.pruning import prune_smallest
from demo.digits.compression.quantization import quantize_int8
from demo.digits.network import convolutional_network
from tensorboard_cnc import cnc_summary

DENSE, PRUNED, QUANTIZED = "dense", "prune-90", "prune-90-int8"


def log_compressed(logdir: Path) -> Path:
    """Dense → prune-90 → prune-90-int8, and a bare model without weights."""
    images = torch.rand((32, 1, 8, 8), generator=torch.Generator().manual_seed(7))
    dense = convolutional_network(seed=3).eval()
    pruned = prune_smallest(dense, 0.9, "global").eval()
    quantized = quantize_int8(pruned, images)
    steps = (
        (DENSE, (), None, dense),
        (PRUNED, DENSE, cnc_summary.operation("magnitude prune", amount=0.9), pruned),
        (QUANTIZED, PRUNED, cnc_summary.operation("int8 quantize"), quantized),
    )
    for name, parents, operation, net in steps:
        with cnc_summary.model(logdir / name, name, parents=parents, operation=operation) as m:
            m.metrics({"accuracy": 0.9})
            m.weights(net)
            m.activations(net, images)
    with cnc_summary.model(logdir / "bare", "bare", parents=DENSE) as m:
        m.metrics({"accuracy": 0.8})
    return logdir
