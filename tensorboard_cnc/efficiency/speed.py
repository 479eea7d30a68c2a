"""Time and memory of a forward pass, and what they depend on besides the model."""

from __future__ import annotations

import gc
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.efficiency.inputs import Inputs
from tensorboard_cnc.efficiency.state_tensors import parts, state_tensors

if TYPE_CHECKING:
    import torch
    from torch import nn

_LOG_LEVEL = "KINETO_LOG_LEVEL"
_SILENT = "99"


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


def peak_allocation(run: Callable[[], None], device: torch.device) -> int:
    """Bytes allocated on `device` during `run`, at their peak and beyond what was there before.

    On CUDA this resets the peak that torch keeps.

    Raises:
      RuntimeError: the device reports no allocations, or a profiler runs already.
    """
    if device.type == "cuda":
        return _cuda_peak(run, device)
    if device.type == "cpu":
        return _cpu_peak(run)
    raise RuntimeError(f"allocations on {device.type} are not reported")


def conditions(model: nn.Module, inputs: Inputs, device: torch.device) -> dict[str, str]:
    """Device, threads, type of numbers, batch and versions, by name."""
    import torch

    found = {
        "device": _device_name(device),
        "threads": str(torch.get_num_threads()),
        "dtype": _dtype_name(model, inputs),
        "batch": "" if inputs.batch is None else str(inputs.batch),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda or "" if device.type == "cuda" else "",
    }
    return {name: value for name, value in found.items() if value}


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


def _cuda_peak(run: Callable[[], None], device: torch.device) -> int:
    import torch

    torch.cuda.synchronize(device)
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    run()
    torch.cuda.synchronize(device)
    return torch.cuda.max_memory_allocated(device) - before


def _cpu_peak(run: Callable[[], None]) -> int:
    from torch.autograd import _profiler_enabled, profiler  # type: ignore[attr-defined]

    if _profiler_enabled():
        raise RuntimeError("a profiler is running, and torch has one at a time")
    with _silent_kineto(), profiler.profile(profile_memory=True) as profile:
        run()
    allocated = peak = 0
    for event in profile.kineto_results.events():
        if event.name() == "[memory]" and event.device_type().name == "CPU":
            allocated += event.nbytes()
            peak = max(peak, allocated)
    return peak


@contextmanager
def _silent_kineto() -> Iterator[None]:
    """Without the lines that the profiler prints when it starts and stops."""
    given = os.environ.get(_LOG_LEVEL)
    os.environ.setdefault(_LOG_LEVEL, _SILENT)
    try:
        yield
    finally:
        if given is None:
            os.environ.pop(_LOG_LEVEL, None)


def _device_name(device: torch.device) -> str:
    import torch

    if device.type == "cuda":
        return f"{device}, {torch.cuda.get_device_name(device)}"
    return f"{device}, {platform.machine()}"


def _dtype_name(model: nn.Module, inputs: Inputs) -> str:
    """The type of the model's numbers; of several all, as in "float32, qint8"."""
    learned = (entry.tensor for entry in state_tensors(model) if entry.learned)
    names = {str(part.dtype) for tensor in learned for part in parts(tensor)}
    names = names or {str(tensor.dtype) for tensor in inputs.tensors()}
    return ", ".join(sorted(name.removeprefix("torch.") for name in names))
