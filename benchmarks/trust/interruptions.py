"""Interrupts a call where CPython lets signals in, at each place in turn."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self


class Interruption:
    """A block in which `act` is run at the place of the number `at`, in the thread of the block.

    CPython looks for signals where a Python function begins, and where a call of a C function has
    returned (and where a loop jumps back, which holds nothing that these do not hold). What `act`
    raises comes out there, as KeyboardInterrupt does; what it logs, it logs as a signal handler.
    Afterwards `places` is how many there were.
    """

    def __init__(self, at: int, act: Callable[[], None]) -> None:
        self.places = 0
        self._at = at
        self._act = act

    def __enter__(self) -> Self:
        sys.setprofile(self._event)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        sys.setprofile(None)

    def _event(self, frame: FrameType, event: str, argument: Any) -> None:
        # The end of the block is none of its places.
        if event not in ("call", "c_return") or frame.f_code is Interruption.__exit__.__code__:
            return
        if argument is sys.setprofile:
            return
        self.places += 1
        if self.places == self._at:
            self._act()
