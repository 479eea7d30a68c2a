"""Sensitivity of 20 layers to 8 candidates, beside a plain loop of full forward passes."""

from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax

import tensorboard_cnc
from benchmarks.figures import Figure, milliseconds
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.candidates.compressing import compressed
from tensorboard_cnc.candidates.names import DEFAULT, built_in
from tensorboard_cnc.records.sensitivity import Method

WIDTH, LAYERS, INPUTS, CLASSES = 256, 20, 256, 10
LIMITS: tuple[tuple[Method, int], ...] = (("exact", 60), ("gradient", 12))


def measure() -> list[Figure]:
    net, inputs = _network(), torch.randn(INPUTS, WIDTH)
    plain = _seconds(lambda: _plain_loop(net, inputs))
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for method, most in LIMITS:
            with cnc_summary.model(Path(folder) / method, method) as m:
                seconds = _seconds(partial(_measure, m, net, inputs, method))
            figures.append(
                Figure(
                    f"m.sensitivity, {method}, {LAYERS} layers × {len(DEFAULT)} candidates",
                    f"{seconds:.1f} s",
                    f"≤ {most} s",
                    f"a plain loop of full passes {plain:.1f} s",
                )
            )
        runs = tensorboard_cnc.read(folder)
        planned = milliseconds(lambda: runs.plan("exact", size="500 kB"))
        figures.append(Figure("a plan of that", f"{planned:.1f} ms", "≤ 50 ms"))
    return figures


def _network() -> nn.Module:
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for _ in range(LAYERS - 1):
        layers += [nn.Linear(WIDTH, WIDTH), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(WIDTH, CLASSES)).eval()


def _measure(m: cnc_summary.Model, net: nn.Module, inputs: Tensor, method: Method) -> None:
    m.sensitivity(net, inputs, score="kl", method=method, progress=False)


def _seconds(call: Callable[[], None]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


@torch.no_grad()
def _plain_loop(net: nn.Module, inputs: Tensor) -> None:
    """Every layer and candidate, without intervals, allocations or anything kept."""
    before = log_softmax(net(inputs).double(), -1)
    for name in DEFAULT:
        by = built_in(name)
        assert by is not None
        for key, weight in net.named_parameters():
            if weight.ndim < 2:
                continue
            other = copy.deepcopy(net)
            other.get_parameter(key).data = compressed(weight.data, by, "Linear")
            after = log_softmax(other(inputs).double(), -1)
            float((before.exp() * (before - after)).sum(-1).mean())
