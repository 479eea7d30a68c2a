"""Memory of a process and those that it started."""

from __future__ import annotations

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
