"""Memory of a process, of those that it started, and at its peak."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def megabytes_of(pid: int) -> float:
    """Resident memory of the process and its descendants in MB, as Linux tells it.

    Memory that several of them share counts once for each.
    """
    pages = (int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in family(pid))
    return sum(pages) * 4096 / 1e6


def family(pid: int) -> Iterator[int]:
    """The process and its descendants."""
    yield pid
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        # A thread may end between being listed and being read.
        with suppress(OSError):
            for child in tasks.read_text().split():
                yield from family(int(child))


def new_peak_megabytes() -> float:
    """Resident memory of this process in MB, from which its peak is counted anew."""
    # See proc(5): 5 resets the peak.
    Path("/proc/self/clear_refs").write_text("5")
    return _status_megabytes("VmRSS")


def peak_megabytes() -> float:
    """The most resident memory of this process, in MB, since it started or was counted anew."""
    return _status_megabytes("VmHWM")


def _status_megabytes(name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024 / 1e6
