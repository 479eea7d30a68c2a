"""How long forward passes take."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def latencies_ms(
    run: Callable[[], None], device: torch.device, *, repeats: int, warmup: int
) -> tuple[float, ...]:
    """Wall-clock time of each of `repeats` passes, after `warmup` that do not count.

    On CUDA between events on the current stream. Garbage is not collected meanwhile.
    """
    timed = _cuda_ms if device.type == "cuda" else _wall_clock_ms
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(warmup):
            run()
        _synchronize(device)
        return tuple(timed(run, device) for _ in range(repeats))
    finally:
        if collecting:
            gc.enable()


def _wall_clock_ms(run: Callable[[], None], device: torch.device) -> float:
    start = time.perf_counter()
    run()
    _synchronize(device)
    return (time.perf_counter() - start) * 1e3


def _cuda_ms(run: Callable[[], None], device: torch.device) -> float:
    import torch

    with torch.cuda.device(device):
        start: Any = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        end: Any = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        start.record()
        run()
        end.record()
        end.synchronize()
        return float(start.elapsed_time(end))


def _synchronize(device: torch.device) -> None:
    import torch

    if device.type != "cpu":
        torch.get_device_module(device).synchronize()
