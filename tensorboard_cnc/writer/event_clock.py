"""Times and event steps that only grow, within this process and across restarts of a script."""

from __future__ import annotations

import os
import threading
import time

# Keeps the steps of all times until the year 2112 negative, so that no purge_step reaches them.
_OFFSET_US = 2**52

_lock = threading.RLock()
_last_us = 0


def now_us() -> int:
    """µs since 1970 (UTC), but always later than the time given out before."""
    global _last_us
    with _lock:
        _last_us = max(_last_us + 1, time.time_ns() // 1000)
        return _last_us


def next_step() -> int:
    """The step of the next event: `now_us`, made negative."""
    return now_us() - _OFFSET_US


def _forget_lock() -> None:
    """Another thread may have held the lock when this process was forked."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_lock)
