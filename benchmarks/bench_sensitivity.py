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
from torch.nn.functional import gelu, layer_norm, log_softmax, scaled_dot_product_attention

import tensorboard_cnc
from benchmarks.figures import Figure, milliseconds
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.candidates.compressing import compressed
from tensorboard_cnc.candidates.names import DEFAULT, built_in
from tensorboard_cnc.records.sensitivity import Method

WIDTH, BLOCKS, INPUTS, WORDS, CLASSES, HEADS = 128, 5, 256, 32, 1000, 4
LAYERS = 4 * BLOCKS
LIMITS: tuple[tuple[Method, int], ...] = (("exact", 60), ("gradient", 12))


class Block(nn.Module):
    """Attention and feed-forward, four matrices."""

    def __init__(self) -> None:
        super().__init__()
        self.mixed, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        mixed = self.mixed(layer_norm(x, (WIDTH,))).unflatten(-1, (3, HEADS, -1))
        heads = scaled_dot_product_attention(*(mixed[:, :, at].transpose(1, 2) for at in range(3)))
        x = x + self.out(heads.transpose(1, 2).flatten(2))
        found: Tensor = x + self.down(gelu(self.up(layer_norm(x, (WIDTH,)))))
        return found


class Transformer(nn.Module):
    """Logits of each input's last word."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(Block() for _ in range(BLOCKS)))
        self.head = nn.Linear(WIDTH, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.head(self.blocks(x)[:, -1])
        return found


def measure() -> list[Figure]:
    torch.manual_seed(0)
    net, inputs = Transformer().eval(), torch.randn(INPUTS, WORDS, WIDTH)
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
        planned = milliseconds(lambda: runs.plan("exact", size="1 MB"))
        figures.append(Figure("a plan of that", f"{planned:.1f} ms", "≤ 50 ms"))
    return figures


def _measure(m: cnc_summary.Model, net: nn.Module, inputs: Tensor, method: Method) -> None:
    m.sensitivity(net, inputs, layers="blocks.*", score="kl", method=method, progress=False)


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
            if weight.ndim < 2 or not key.startswith("blocks"):
                continue
            other = copy.deepcopy(net)
            other.get_parameter(key).data = compressed(weight.data, by, "Linear")
            after = log_softmax(other(inputs).double(), -1)
            float((before.exp() * (before - after)).sum(-1).mean())
