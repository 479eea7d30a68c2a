"""Python's collector of circles of objects, which rests while records are read and compared."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Where work never pauses, circles are looked for after all.
_LONGEST_SECONDS = 10.0


@contextmanager
def collector_paused() -> Iterator[None]:
    """Many small objects are made, hardly any in a circle: looking for some took a quarter.

    Where several threads ask for it, it rests until the last of them is done; where always another
    one asks, it works again after ten seconds.
    """
    _RESTS.begin()
    try:
        yield
    finally:
        _RESTS.end()


class _Rests:
    """How many want the collector to rest, and whether it worked before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._worked = False
        self._since = 0.0

    def begin(self) -> None:
        with self._lock:
            if not self._count:
                self._worked = gc.isenabled()
                self._since = time.monotonic()
                gc.disable()
            elif self._worked and time.monotonic() > self._since + _LONGEST_SECONDS:
                gc.enable()
            self._count += 1

    def end(self) -> None:
        with self._lock:
            self._count -= 1
            if not self._count and self._worked:
                gc.enable()


_RESTS = _Rests()
