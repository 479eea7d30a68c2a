"""How far a long measurement is, how long it will still take, and when it must end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, TypeAlias

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown, type_name

# Called with what is done, of how much, and the seconds that are left.
Watch: TypeAlias = Callable[[int, int, float], None]
_WIDTH = 24
_EVERY_SECONDS = 0.2


class OutOfTimeError(Exception):
    """The seconds that were given are over."""


class Progress:
    """Counts runs of the network."""

    def __init__(self, total: int, watch: Watch | None, max_seconds: float | None) -> None:
        self.total, self.done = total, 0
        self._watch, self._most = watch, max_seconds
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def advance(self, by: int = 1) -> None:
        """`by` more runs are done.

        Raises:
          OutOfTimeError: the time is over.
        """
        self.done += by
        left = self.seconds * (self.total - self.done) / max(self.done, 1)
        if self._watch is not None:
            self._watch(self.done, self.total, left)
        if self._most is not None and self.seconds > self._most:
            raise OutOfTimeError


def watching(given: Any) -> Watch | None:
    """What `progress=` asks for; by default a bar where there is a terminal.

    Raises:
      ArgumentError: it is no function, and neither True, False nor None.
    """
    if given is None:
        given = sys.stderr is not None and sys.stderr.isatty()
    if given is True:
        return _Bar()
    if given is False:
        return None
    if not callable(given):
        raise ArgumentError(
            f"progress= is {shown(given)} of type {type_name(given)}",
            "It is True, False, or a function of what is done, of how much, and seconds left",
            "Leave it out for a bar in a terminal",
        )
    found: Watch = given
    return found


def checked_seconds(given: Any) -> float | None:
    """Seconds that measuring may take.

    Raises:
      ArgumentError: it is no positive number.
    """
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not given > 0:
        raise ArgumentError(
            f"max_seconds= is {shown(given)}",
            "It is how long measuring may take; what is measured until then is logged",
            "Write for example max_seconds=600",
        )
    return float(given)


class _Bar:
    """A line of the terminal that is written again and again."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, done: int, total: int, seconds_left: float) -> None:
        now = time.monotonic()
        if done < total and now - self._last < _EVERY_SECONDS:
            return
        self._last = now
        full = _WIDTH * done // max(total, 1)
        left = f"{seconds_left:,.0f} s left" if done < total else "done"
        bar = "█" * full + "·" * (_WIDTH - full)
        end = "\n" if done >= total else ""
        sys.stderr.write(f"\rsensitivity {bar} {done:,}/{total:,}, {left}   {end}")
        sys.stderr.flush()
