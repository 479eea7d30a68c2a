"""The most memory that a forward pass allocates at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_LOG_LEVEL = "KINETO_LOG_LEVEL"
_SILENT = "99"


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
