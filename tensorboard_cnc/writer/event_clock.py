"""The steps of our events: they grow across restarts and stay below any step of training.

``SummaryWriter(purge_step=…)`` makes TensorBoard forget a run's values from that step on;
negative steps are never among them.
"""

from __future__ import annotations

import threading
import time

_FAR_BELOW_ZERO = -(2**52)

_lock = threading.Lock()
_last = -(2**63)


def now_us() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1000


def next_step() -> int:
    """A step greater than all before it, in this process and in those before it."""
    global _last
    with _lock:
        _last = max(_last + 1, now_us() + _FAR_BELOW_ZERO)
        return _last
