"""Python's collector of circles of objects, which rests while records are read and compared."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Many small objects are made, hardly any in a circle: looking for some took a quarter.

    Where several threads ask for it, until the last of them is done.
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

    def begin(self) -> None:
        with self._lock:
            if not self._count:
                self._worked = gc.isenabled()
                gc.disable()
            self._count += 1

    def end(self) -> None:
        with self._lock:
            self._count -= 1
            if not self._count and self._worked:
                gc.enable()


_RESTS = _Rests()
