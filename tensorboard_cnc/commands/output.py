"""What commands print."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def say(text: str) -> None:
    """Prints to standard output; where nobody reads on, as behind ``head``, nothing is said."""
    try:
        print(text, flush=True)
    except OSError:
        # Or else Python tries again when it exits, and changes the exit code.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(text: str) -> None:
    """Prints to standard error, in the command's name."""
    with suppress(OSError):
        print(f"tensorboard-cnc: {text}", file=sys.stderr, flush=True)
