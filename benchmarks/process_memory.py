"""Memory of a process, of those that it started, and at its peak."""

from __future__ import annotations

import re
from pathlib import Path


def megabytes_of(pid: int) -> float:
    """Resident memory of the process and its descendants in MB, as Linux tells it.

    Memory that several of them share counts once for each.
    """
    children = [
        int(child)
        for tasks in Path(f"/proc/{pid}/task").glob("*/children")
        for child in tasks.read_text().split()
    ]
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6 + sum(map(megabytes_of, children))


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
