"""What happens to data that cannot be logged: an error, or a warning and a stored problem."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, TypeAlias

from tensorboard_cnc.errors import ArgumentError, CncError, CncWarning
from tensorboard_cnc.wording import text_of

OnError: TypeAlias = Literal["raise", "warn"]
Report: TypeAlias = Callable[[CncError], None]

_UNFORESEEN = "Check the disk, the directory, or the value that was given"

_mode: OnError = "raise"
# What holds within `during`, in its thread or task alone.
_mode_here: ContextVar[OnError | None] = ContextVar("_mode_here", default=None)
_warned: set[str] = set()
# A loop may fail in a new way each time, with a message of its own.
_MOST_WARNED = 1000


def on_error(mode: OnError) -> None:
    """Chooses what happens, in this process from now on, to data that cannot be logged.

    Args:
      mode: "raise", the default: the call raises a `CncError` and logs nothing. "warn": a
        `CncWarning`, once per message; what is wrong is left out, the rest of the call is
        logged, and the model keeps the problem, so that the page can show it. Errors of the
        file system are warned about too: a long job never dies because of its log.

    Raises:
      ArgumentError: another mode.
    """
    global _mode
    _mode = _checked(mode)


@contextmanager
def during(mode: OnError) -> Iterator[None]:
    """As after `on_error(mode)`, within the block and for what runs in it; other threads go on.

    Raises:
      ArgumentError: another mode.
    """
    token = _mode_here.set(_checked(mode))
    try:
        yield
    finally:
        _mode_here.reset(token)


def is_lenient() -> bool:
    """Whether errors become warnings."""
    return (_mode_here.get() or _mode) == "warn"


@contextmanager
def tolerate(report: Report) -> Iterator[None]:
    """Runs a block; where errors become warnings, it ends the block, warns and reports."""
    try:
        yield
    except CncError as error:
        if not is_lenient():
            raise
        warn(error, report)
    except Exception as error:
        if not is_lenient():
            raise
        unforeseen = CncError(f"Nothing was logged: {text_of(error)}", "", _UNFORESEEN)
        warn(unforeseen, report)


def warn(error: CncError, report: Report) -> None:
    """Lets `error` pass in every mode: reports it, and warns once per message."""
    report(error)
    _warn_once(str(error))


def unreported(_error: CncError) -> None:
    """For `tolerate` where no model can keep the problem."""


def _checked(mode: OnError) -> OnError:
    if mode not in ("raise", "warn"):
        raise ArgumentError(
            f"on_error was given {mode!r}",
            'The modes are "raise" and "warn"',
            'Write cnc_summary.on_error("warn") to keep a long job alive',
        )
    return mode


def _warn_once(message: str) -> None:
    if message not in _warned:
        if len(_warned) >= _MOST_WARNED:
            _warned.clear()
        _warned.add(message)
        warnings.warn(message, CncWarning, stacklevel=_callers_level())


def _callers_level() -> int:
    """The stacklevel that makes a warning point at the user's line instead of ours."""
    level = 1
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(
        ("tensorboard_cnc", "contextlib")
    ):
        frame = frame.f_back
        level += 1
    return level
