"""What happens with data that cannot be logged: an error, or a warning and a shown problem."""

from __future__ import annotations

import warnings
from typing import Literal, TypeAlias

from tensorboard_cnc.errors import ArgumentError, CncError, CncWarning

Policy: TypeAlias = Literal["raise", "warn"]

_policy: Policy = "raise"
_warned: set[str] = set()


def on_error(policy: Policy) -> None:
    """Chooses what a data error does from now on, in this process.

    Args:
      policy: "raise" (the default) raises it; "warn" warns once about each, records it as a
        problem of the model and goes on, so that a long job never dies for its log.

    Raises:
      ArgumentError: it is neither.
    """
    global _policy
    if policy not in ("raise", "warn"):
        raise ArgumentError(
            f"The policy is {policy!r}", 'It is "raise" or "warn"', "Pass one of these"
        )
    _policy = policy


def pass_over(error: CncError) -> None:
    """Raises `error`, or warns about it once, as `on_error` says."""
    if _policy == "raise":
        raise error
    text = str(error)
    if text not in _warned:
        _warned.add(text)
        warnings.warn(text, CncWarning, stacklevel=4)
