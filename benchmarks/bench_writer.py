"""Time per ``m.metrics`` call beside ``SummaryWriter.add_scalar``."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch.utils.tensorboard import SummaryWriter

from benchmarks.figures import Figure
from tensorboard_cnc import cnc_summary

_CALLS = 2000
_METRICS = {f"metric-{n}": 0.5 for n in range(6)}


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        logdir = Path(folder)
        with SummaryWriter(logdir / "scalars") as writer:
            one = _microseconds(lambda step: writer.add_scalar("x", 0.5, step))
            six = _microseconds(
                lambda step: [writer.add_scalar(name, 0.5, step) for name in _METRICS]
            )
        with SummaryWriter(logdir / "writer") as writer, cnc_summary.model(writer, "m") as model:
            through_writer = _microseconds(lambda step: model.metrics(_METRICS, step=step))
        with cnc_summary.model(logdir / "directory", "m") as model:
            into_directory = _microseconds(lambda step: model.metrics(_METRICS, step=step))
    peer = f"add_scalar {one:.0f} µs, six of them {six:.0f} µs"
    return [
        Figure("m.metrics of 6, SummaryWriter", f"{through_writer:.0f} µs", "", peer),
        Figure("m.metrics of 6, directory (on disk)", f"{into_directory:.0f} µs", "", peer),
    ]


def _microseconds(call: Callable[[int], Any]) -> float:
    """Time per call in a loop, as a training script would make it."""
    call(0)
    start = time.perf_counter()
    for step in range(_CALLS):
        call(step)
    return (time.perf_counter() - start) / _CALLS * 1e6
