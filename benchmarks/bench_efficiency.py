"""``cnc_summary.measure`` beside torch's own timer, on the same forward passes."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.utils.benchmark import Timer

from benchmarks.bench_weights import BillionParameters
from benchmarks.figures import Figure, milliseconds
from tensorboard_cnc import cnc_summary

_REPEATS = 60


def measure() -> list[Figure]:
    figures = []
    for name, net, inputs in _models():
        net.eval()
        found = cnc_summary.measure(net, inputs, repeats=_REPEATS)
        timer = Timer("net(x)", globals={"net": net, "x": inputs}, num_threads=_threads())
        with torch.no_grad():
            times = [timer.timeit(1).raw_times[0] * 1e3 for _ in range(_REPEATS)]
        low, middle, high = np.percentile(times, [5, 50, 95])
        figures.append(
            Figure(
                f"latency of {name}, median of {_REPEATS}",
                f"{found.median_latency_ms:.3f} ms",
                f"{low:.3f} to {high:.3f} ms",
                f"torch.utils.benchmark.Timer {middle:.3f} ms",
            )
        )
    net = nn.Sequential(*(nn.Linear(1024, 1024) for _ in range(10)))
    whole = milliseconds(lambda: cnc_summary.measure(net), repeats=3)
    figures.append(Figure("sizes of 10.5 M parameters", f"{whole:.0f} ms"))
    return [*figures, _sizes_of_a_billion()]


def _sizes_of_a_billion() -> Figure:
    state = BillionParameters()
    net = nn.ParameterList(nn.Parameter(state[name], requires_grad=False) for name in state)
    whole = milliseconds(lambda: cnc_summary.measure(net), repeats=1)
    return Figure("sizes of 1.1 G parameters, bf16", f"{whole / 1e3:.1f} s", "8 s")


def _threads() -> int:
    return torch.get_num_threads()


def _models() -> list[tuple[str, nn.Module, torch.Tensor]]:
    linear = nn.Sequential(nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))
    convolutions = nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU()
    )
    return [
        ("two linear layers", linear, torch.randn(64, 256)),
        ("two convolutions", convolutions, torch.randn(8, 3, 64, 64)),
    ]
