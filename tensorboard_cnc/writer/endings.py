"""How a block or a script ended, and how that reads as the reason of a failed model."""

from __future__ import annotations

import sys

from tensorboard_cnc.wording import storable, text_of

_LONGEST = 1000


def is_normal_exit(error: BaseException) -> bool:
    """Whether the script asked to end without an error."""
    return isinstance(error, SystemExit) and error.code in (None, 0)


def uncaught_exception() -> BaseException | None:
    """The exception that is ending the script, if one is.

    In an interactive session an exception ends nothing, so there it is always None.
    """
    if hasattr(sys, "ps1"):
        return None
    # Set before exit hooks run; last_exc since Python 3.12.
    last = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    return last if isinstance(last, BaseException) else None


def reason_text(reason: str | BaseException) -> str:
    """`reason` as it is stored, at most 1,000 characters."""
    text = storable(text_of(reason) if isinstance(reason, BaseException) else str(reason))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
