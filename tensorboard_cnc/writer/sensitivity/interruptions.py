"""Ctrl-C while a network is changed: it waits until the network is whole again."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Interruptions:
    """Signals that came, to be handled at the next `checkpoint`."""

    def __init__(self, handler: Any) -> None:
        self._handler = handler
        self._came: list[tuple[int, FrameType | None]] = []

    def note(self, number: int, frame: FrameType | None) -> None:
        """Takes the place of the handler."""
        self._came.append((number, frame))

    def checkpoint(self) -> None:
        """Handles what came, as it would have been at once.

        Raises:
          KeyboardInterrupt: Ctrl-C was pressed, or whatever the script's own handler raises.
        """
        while self._came:
            self._handler(*self._came.pop(0))


@contextmanager
def postponed() -> Iterator[Interruptions]:
    """Ctrl-C waits within the block for checkpoints; what came last is handled at its end.

    Only where the main thread runs the block and Python handles the signal; elsewhere a signal
    never comes in between.
    """
    handler = signal.getsignal(signal.SIGINT)
    found = Interruptions(handler)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield found
        return
    signal.signal(signal.SIGINT, found.note)
    try:
        yield found
    finally:
        signal.signal(signal.SIGINT, handler)
        found.checkpoint()
